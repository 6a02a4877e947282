#![expect(
    clippy::needless_pass_by_value,
    reason = "reads better where it is called"
)]

use serde_json::json;

use super::*;

fn parse(body: Value) -> Result<Request, Code> {
    Request::parse(body.to_string().as_bytes()).map_err(|error| error.code())
}

fn attribute(key: &str, value: &str) -> Value {
    json!({ "AttributeKey": key, "AttributeValue": value })
}

fn look_up(attributes: Value) -> Result<Request, Code> {
    parse(json!({ "LookupAttributes": attributes }))
}

#[test]
fn an_empty_request_asks_for_management_events_newest_first() {
    let request = parse(json!({})).expect("is valid");
    assert_eq!(
        request,
        Request {
            query: Query::default(),
            events: 50,
            cursor: None
        }
    );
    let nulls = json!({ "LookupAttributes": null, "StartTime": null, "NextToken": null });
    assert_eq!(parse(nulls), Ok(request));
}

#[test]
fn every_key_is_accepted_in_its_exact_spelling() {
    for known in Attribute::ALL {
        let request = look_up(json!([attribute(known.key(), "true")])).expect("is valid");
        let mut query = Query::default();
        query.require(known, "true");
        assert_eq!(request.query, query);
        let lower = known.key().to_lowercase();
        let refused = look_up(json!([attribute(&lower, "true")]));
        assert_eq!(refused, Err(Code::InvalidLookupAttributes), "{lower}");
    }
}

#[test]
fn different_keys_are_an_and_and_the_same_key_is_an_or() {
    let attributes = json!([
        attribute("EventName", "DeleteBucket"),
        attribute("Username", "alice"),
        attribute("EventName", "DeleteTrail"),
    ]);
    let query = look_up(attributes).expect("is valid").query;
    let conditions: Vec<_> = query
        .conditions()
        .iter()
        .map(|condition| {
            (
                condition.attribute,
                condition.values.len(),
                condition.negated,
            )
        })
        .collect();
    assert_eq!(
        conditions,
        [
            (Attribute::EventName, 2, false),
            (Attribute::Username, 1, false)
        ]
    );
}

#[test]
fn attributes_that_are_not_right_are_refused() {
    for attributes in [
        json!([attribute("EventName", "")]),
        json!([attribute("EventName", &"_".repeat(1_001))]),
        json!([attribute("ReadOnly", "True")]),
        json!([attribute("", "x")]),
        json!([{ "AttributeKey": "EventName" }]),
        json!([{ "AttributeValue": "x" }]),
        json!([{}]),
        Value::Array(vec![attribute("EventName", "x"); 51]),
    ] {
        assert_eq!(look_up(attributes), Err(Code::InvalidLookupAttributes));
    }
    assert_eq!(
        look_up(json!([])).map(|request| request.query),
        Ok(Query::default())
    );
}

#[test]
fn categories_beyond_cloudtrails_are_accepted() {
    let categories = |name: &str| {
        parse(json!({ "EventCategory": name })).map(|request| request.query.categories)
    };
    assert_eq!(
        categories("management"),
        Ok(BTreeSet::from([Category::Management]))
    );
    assert_eq!(
        categories("insight"),
        Ok(BTreeSet::from([Category::Insight]))
    );
    assert_eq!(categories("data"), Ok(BTreeSet::from([Category::Data])));
    assert_eq!(
        categories("networkactivity"),
        Ok(BTreeSet::from([Category::NetworkActivity]))
    );
    assert_eq!(categories("all"), Ok(BTreeSet::from(Category::ALL)));
    for name in ["", "Insight", "everything"] {
        assert_eq!(categories(name), Err(Code::InvalidEventCategory), "{name}");
    }
}

#[test]
fn insights_are_looked_up_by_three_attributes_only() {
    for known in Attribute::ALL {
        let request = parse(json!({
            "EventCategory": "insight",
            "LookupAttributes": [attribute(known.key(), "true")],
        }));
        if matches!(known.key(), "EventId" | "EventName" | "EventSource") {
            assert!(request.is_ok(), "{known}");
        } else {
            assert_eq!(request, Err(Code::InvalidLookupAttributes), "{known}");
        }
    }
}

#[test]
fn times_come_whole_with_a_fraction_or_as_text() {
    let range = |start: Value, end: Value| {
        parse(json!({ "StartTime": start, "EndTime": end }))
            .map(|request| (request.query.start, request.query.end))
    };
    assert_eq!(range(json!(10), json!(20)), Ok((Some(10), Some(20))));
    assert_eq!(range(json!(10.0), json!(10.0)), Ok((Some(10), Some(10))));
    assert_eq!(range(json!(10.5), json!(10.5)), Ok((Some(11), Some(10))));
    assert_eq!(range(json!(-1.5), Value::Null), Ok((Some(-1), None)));
    let iso = range(json!("1970-01-01T00:00:10Z"), json!("1970-01-01T00:00:20"));
    assert_eq!(iso, Ok((Some(10), Some(20))));
    let exponent = Request::parse(br#"{"StartTime":1.704067200123E9}"#).map(|it| it.query.start);
    assert_eq!(exponent, Ok(Some(1_704_067_201)));
}

#[test]
fn ranges_that_cannot_be_are_refused() {
    for (start, end) in [
        (json!(11), json!(10)),
        (json!(10.6), json!(10.5)),
        (json!(1e30), Value::Null),
        (Value::Null, json!(u64::MAX)),
        (json!(i64::MIN), Value::Null),
    ] {
        let refused = parse(json!({ "StartTime": start, "EndTime": end }));
        assert_eq!(refused, Err(Code::InvalidTimeRange), "{start} {end}");
    }
    for text in ["", "1704067200", "yesterday", "2026-10-13"] {
        assert_eq!(
            parse(json!({ "EndTime": text })),
            Err(Code::Serialization),
            "{text}"
        );
    }
}

#[test]
fn a_page_has_one_to_fifty_events() {
    let events = |number: Value| parse(json!({ "MaxResults": number })).map(|it| it.events);
    assert_eq!(events(json!(1)), Ok(1));
    assert_eq!(events(json!(50)), Ok(50));
    for number in [
        json!(0),
        json!(51),
        json!(-1),
        json!(u64::MAX),
        json!(i64::MIN),
    ] {
        assert_eq!(events(number), Err(Code::InvalidMaxResults));
    }
    for number in [json!(1.5), json!("10"), json!(true)] {
        assert_eq!(events(number), Err(Code::Serialization));
    }
}

#[test]
fn nothing_is_silently_ignored() {
    assert_eq!(parse(json!({ "EventName": "x" })), Err(Code::Validation));
    assert_eq!(parse(json!({ "maxResults": 10 })), Err(Code::Validation));
    let attribute = json!({ "AttributeKey": "EventName", "AttributeValue": "x", "Negate": true });
    assert_eq!(look_up(json!([attribute])), Err(Code::Validation));
}

#[test]
fn what_is_not_a_request_is_refused() {
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"MaxResults\":1}{}",
        "{\"MaxResults\":1,\"MaxResults\":2}",
        "{\"LookupAttributes\":{}}",
        "{\"LookupAttributes\":[null]}",
        "{\"NextToken\":1}",
        "{\"StartTime\":[1]}",
        "\u{feff}{}",
    ] {
        let refused = Request::parse(body.as_bytes()).map_err(|error| error.code());
        assert_eq!(refused, Err(Code::Serialization), "{body}");
    }
    assert!(Request::parse(&[b'{', 0xff, b'}']).is_err());
    assert!(Request::parse("[".repeat(100_000).as_bytes()).is_err());
}
