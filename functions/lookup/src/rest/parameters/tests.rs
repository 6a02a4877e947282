use super::*;

/// 2026-10-13T08:00:00Z.
const NOW: i64 = 1_791_878_400;

fn parse(text: &str) -> Result<Parameters, ParameterError> {
    Parameters::parse(text, NOW)
}

fn query(text: &str) -> Query {
    parse(text).expect("is valid").query
}

#[test]
fn no_parameters_ask_for_management_events_newest_first() {
    let parameters = parse("").expect("is valid");
    assert_eq!(parameters.query, Query::default());
    assert_eq!((parameters.limit, parameters.cursor), (50, None));
}

#[test]
fn every_attribute_is_a_parameter_plain_and_negated() {
    for attribute in Attribute::ALL {
        let name = attribute.parameter();
        let mut expected = Query::default();
        expected.require(attribute, "true");
        assert_eq!(query(&format!("{name}=true")), expected);
        let mut expected = Query::default();
        expected.exclude(attribute, "true");
        assert_eq!(query(&format!("{name}!=true")), expected);
        assert_eq!(query(&format!("{name}%21=true")), expected);
        let empty = parse(&format!("{name}="));
        assert_eq!(empty, Err(ParameterError::Value(name, ValueError::Empty)));
    }
}

#[test]
fn a_repeated_attribute_is_an_or_and_different_ones_are_an_and() {
    let mut expected = Query::default();
    expected.require(Attribute::EventName, "DeleteBucket");
    expected.require(Attribute::EventName, "DeleteTrail");
    expected.require(Attribute::Username, "a b&c+d");
    expected.exclude(Attribute::EventName, "PutObject");
    let text =
        "event_name=DeleteBucket&user=a+b%26c%2Bd&event_name!=PutObject&event_name=DeleteTrail";
    assert_eq!(query(text), expected);
}

#[test]
fn categories_are_repeatable_or_all() {
    let categories = |text| parse(text).map(|parameters| parameters.query.categories);
    let two = BTreeSet::from([Category::Data, Category::Insight]);
    assert_eq!(categories("category=data&category=Insight"), Ok(two));
    assert_eq!(
        categories("category=all&category=data"),
        Ok(Category::ALL.into())
    );
    for text in ["category=", "category=everything"] {
        assert_eq!(categories(text), Err(ParameterError::Category));
    }
}

#[test]
fn range_order_and_limit_are_read() {
    let parameters =
        parse("start=24h&end=2026-10-13T08:00:00.5Z&order=oldest&limit=1000").expect("is valid");
    let query = &parameters.query;
    assert_eq!((query.start, query.end), (Some(NOW - 86_400), Some(NOW)));
    assert_eq!((query.order, parameters.limit), (Order::OldestFirst, 1_000));
    let one = parse("start=2026-10-13T08:00:00.5Z&end=2026-10-13T08:00:00.6Z").map(|it| it.query);
    assert!(
        one.is_ok_and(|query| query.start > query.end),
        "no whole second is in between"
    );
}

#[test]
fn what_is_wrong_is_named() {
    use ParameterError as E;
    for (text, error) in [
        ("eventname=x", E::Unknown("eventname".into())),
        ("EventName=x", E::Unknown("EventName".into())),
        ("event_name!!=x", E::Unknown("event_name!!".into())),
        ("start!=1", E::Unknown("start!".into())),
        ("=x", E::Unknown(String::new())),
        ("start=1&start=2", E::Repeated("start")),
        ("limit=1&limit=1", E::Repeated("limit")),
        ("cursor=a&cursor=a", E::Repeated("cursor")),
        ("order=newest&order=oldest", E::Repeated("order")),
        ("start=", E::Value("start", ValueError::Empty)),
        ("start=soon", E::Time("start")),
        ("end=soon", E::Time("end")),
        ("start=2&end=1", E::Range),
        ("start=1h&end=2h", E::Range),
        ("order=newest_first", E::Order),
        ("limit=0", E::Limit(1_000)),
        ("limit=1001", E::Limit(1_000)),
        ("limit=%2B5", E::Limit(1_000)),
        ("limit=ten", E::Limit(1_000)),
        ("read_only=yes", E::Value("read_only", ValueError::NotAFlag)),
        ("user=%ff", E::Encoding("user".into())),
    ] {
        assert_eq!(parse(text), Err(error), "{text}");
    }
    assert_eq!(parse(&"user=x&".repeat(51)), Err(E::TooMany));
    assert!(parse(&"user=x&".repeat(50)).is_ok());
    assert_eq!(parse(&"x".repeat(500)), Err(E::Unknown("x".repeat(100))));
}

#[test]
fn a_relative_range_stands_still_while_it_is_walked() {
    let first = parse("start=24h").expect("is valid");
    let cursor = first.next("abc".to_owned());
    let text = format!("start=24h&cursor={cursor}");
    let second = Parameters::parse(&text, NOW + 60).expect("is valid");
    assert_eq!(second.query, first.query);
    assert_eq!(second.cursor.as_deref(), Some("abc"));
    assert_eq!(second.next("def".to_owned()), format!("{NOW}.def"));
}

#[test]
fn a_cursor_of_the_other_kind_of_range_is_refused() {
    assert_eq!(parse("start=24h&cursor=abc"), Err(ParameterError::Cursor));
    assert_eq!(parse("start=1&cursor=5.abc"), Err(ParameterError::Cursor));
    let fixed = parse("start=1&cursor=abc").expect("is valid");
    assert_eq!(fixed.next("def".to_owned()), "def");
    assert_eq!(
        parse("cursor=x.y").map(|it| it.cursor),
        Ok(Some("x.y".to_owned()))
    );
}

#[test]
fn a_route_that_only_pages_takes_a_cursor() {
    assert_eq!(cursor_only(""), Ok(None));
    assert_eq!(cursor_only("cursor=abc"), Ok(Some("abc".to_owned())));
    assert_eq!(
        cursor_only("limit=1"),
        Err(ParameterError::Unknown("limit".into()))
    );
    assert_eq!(
        cursor_only("cursor=a&cursor=b"),
        Err(ParameterError::Repeated("cursor"))
    );
}
