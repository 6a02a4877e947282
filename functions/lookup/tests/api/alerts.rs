//! `GET /v1/alerts`.

use alerts::{Alert, Level, RuleSummary};
use aws::table::{Created, Marks};
use axum::http::Request;
use index::table::alerting;
use index::{Day, Item};
use serde_json::{Value, json};

use crate::records::{NOW, event, record};
use crate::world::{World, answer};

/// An alert, where it stands, and how it is kept.
struct Kept {
    alert: Alert,
    state: &'static str,
    expires: Option<i64>,
}

fn sent(rule: &str, level: Level, record: &str) -> Kept {
    let rule = RuleSummary::new(rule, "A rule", level);
    let alert = Alert::of_event(&rule, record, &[], None).expect("a record");
    Kept {
        alert,
        state: "sent",
        expires: None,
    }
}

/// An alert on an event at a second before now.
fn ago(id: &str, ago: i64) -> Kept {
    sent(
        "rule",
        Level::Medium,
        &event(id, ago, "StopLogging", "alice"),
    )
}

impl World {
    /// Keeps an alert as the detector does.
    async fn keep(&self, kept: &Kept) {
        let json = serde_json::to_vec(&kept.alert).expect("JSON");
        let key = alerting::alert(kept.alert.first_time, &kept.alert.id);
        let item = Item {
            partition: key.partition,
            sort: key.sort,
            body: alerting::pack(&json).expect("packed"),
            expires: kept.expires,
        };
        let marks = Marks {
            state: Some(kept.state.to_owned()),
            lease: Some(NOW),
            suppress: Some(3_600),
            ..Marks::default()
        };
        let created = self.table.create(&item, &marks).await;
        assert_eq!(created.expect("it is written"), Created::Written);
    }

    /// Walks all pages, and gives the ids of the events of each.
    async fn walk_alerts(&self, parameters: &str) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("/v1/alerts?{parameters}{cursor}")).await;
            assert_eq!(page.status, 200, "{:?}", page.body);
            let page = page.json();
            pages.push(event_ids(&page));
            assert!(pages.len() < 100, "the walk ends");
            match page["cursor"].as_str() {
                None => return pages,
                Some(next) => cursor = format!("&cursor={next}"),
            }
        }
    }
}

fn event_ids(page: &Value) -> Vec<String> {
    let alerts = page["alerts"].as_array().expect("alerts");
    let id = |alert: &Value| alert["event_ids"][0].as_str().expect("an id").to_owned();
    alerts.iter().map(id).collect()
}

#[tokio::test]
async fn a_whole_answer_has_alert_and_state() {
    let world = World::empty().await;
    let nothing = world.get("/v1/alerts").await;
    assert_eq!(nothing.json(), json!({"alerts": [], "cursor": null}));
    let stopped = record(
        "e1",
        60,
        &json!({
            "eventName": "StopLogging",
            "eventSource": "cloudtrail.amazonaws.com",
            "requestParameters": { "name": "trail" },
            "responseElements": { "credentials": { "sessionToken": "FwoGZXIvYXdzEXAMPLE" } },
            "userIdentity": { "type": "IAMUser", "userName": "alice", "accountId": "111122223333" },
        }),
    );
    world
        .keep(&sent("trail-stopped", Level::High, &stopped))
        .await;
    let answer = world.get("/v1/alerts").await;
    assert_eq!(answer.header("content-type"), "application/json");
    insta::assert_json_snapshot!(answer.json());
    world.stop().await;
}

#[tokio::test]
async fn parameters_select_and_combine() {
    let world = World::empty().await;
    let other_account = record("e3", 30, &json!({ "recipientAccountId": "444455556666" }));
    for kept in [
        sent("one", Level::Critical, &event("e1", 10, "A", "alice")),
        Kept {
            state: "suppressed",
            ..sent("one", Level::Critical, &event("e2", 20, "A", "alice"))
        },
        Kept {
            state: "pending",
            ..sent("two", Level::Low, &other_account)
        },
        sent("two", Level::Low, &event("e4", 100_000, "A", "alice")),
        Kept {
            expires: Some(NOW),
            ..sent("two", Level::Low, &event("past", 40, "A", "alice"))
        },
    ] {
        world.keep(&kept).await;
    }
    for (parameters, expected) in [
        ("", vec!["e1", "e2", "e3", "e4"]),
        ("rule=one", vec!["e1", "e2"]),
        ("level=high", vec!["e1", "e2"]),
        ("level=low", vec!["e1", "e2", "e3", "e4"]),
        ("level=medium&state=sent", vec!["e1"]),
        ("state=suppressed", vec!["e2"]),
        ("state=pending", vec!["e3"]),
        ("account=444455556666", vec!["e3"]),
        ("account=111122223333&rule=two", vec!["e4"]),
        ("start=1h", vec!["e1", "e2", "e3"]),
        ("start=1d&end=15s", vec!["e2", "e3"]),
        (
            "start=2026-10-13T07:59:40Z&end=2026-10-13T09:59:40%2B02:00",
            vec!["e2"],
        ),
        ("end=2026-10-12", vec!["e4"]),
        ("rule=three", vec![]),
    ] {
        let answer = world.get(&format!("/v1/alerts?{parameters}")).await;
        assert_eq!(event_ids(&answer.json()), expected, "{parameters}");
        assert_eq!(answer.json()["cursor"], json!(null), "{parameters}");
        let pages = world.walk_alerts(&format!("{parameters}&limit=1")).await;
        assert_eq!(pages.concat(), expected, "{parameters}");
    }
    world.stop().await;
}

#[tokio::test]
async fn pages_go_on_where_they_left_off_within_a_day_and_over_many() {
    let world = World::empty().await;
    let mut expected = Vec::new();
    // More of a day than is read at once, some in the same second, and a day now and then.
    let times = (0..150).map(|number| number / 3 + 10);
    for (number, time) in times
        .chain((1..20).map(|weeks| weeks * 604_800))
        .enumerate()
    {
        let kept = ago(&format!("e{number}"), time);
        expected.push((
            kept.alert.first_time,
            kept.alert.id.clone(),
            format!("e{number}"),
        ));
        world.keep(&kept).await;
    }
    expected.sort_unstable();
    let expected: Vec<_> = expected
        .into_iter()
        .rev()
        .map(|(.., event)| event)
        .collect();
    for limit in [7, 50, 150, 151, 200] {
        let pages = world.walk_alerts(&format!("limit={limit}")).await;
        assert_eq!(pages.concat(), expected, "limit {limit}");
        assert!(pages.len() <= 169 / limit + 2, "limit {limit}");
    }
    // A budget of nothing gives pages that get further all the same.
    let router = world.with("history", 0.0, NOW);
    let (mut found, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let uri = format!("/v1/alerts?limit=200{cursor}");
        let request = Request::get(uri).body("".into()).expect("a request");
        let page = answer(&router, request).await.json();
        found.extend(event_ids(&page));
        pages += 1;
        assert!(pages < 1_000, "the walk ends");
        match page["cursor"].as_str() {
            None => break,
            Some(next) => cursor = format!("&cursor={next}"),
        }
    }
    assert_eq!(found, expected);
    world.stop().await;
}

#[tokio::test]
async fn alerts_on_events_of_any_age_are_found() {
    let year = 366 * 86_400;
    let times = [-40 * 86_400, 3 * year, 8 * year];
    let records: Vec<_> = times
        .iter()
        .map(|ago| event(&format!("at{ago}"), *ago, "A", "alice"))
        .collect();
    let world = World::of(&records).await;
    for (number, time) in times.into_iter().enumerate() {
        world.keep(&ago(&format!("e{number}"), time)).await;
    }
    // Of a day that nothing is indexed of any more.
    world.keep(&ago("e9", 2 * year)).await;
    let pages = world.walk_alerts("").await;
    assert_eq!(pages.concat(), ["e0", "e1", "e2"]);
    let pages = world.walk_alerts("start=2019-01-01&limit=1").await;
    assert_eq!(pages.concat(), ["e0", "e9", "e1"]);
    world.stop().await;
}

#[tokio::test]
async fn large_alerts_come_in_pages_that_lambda_takes() {
    let world = World::empty().await;
    let padding = "\"".repeat(60_000);
    for number in 0..40 {
        let fields = json!({ "eventName": "A", "requestParameters": { "policy": padding } });
        let record = record(&format!("e{number:02}"), 10 + number, &fields);
        world.keep(&sent("rule", Level::Low, &record)).await;
    }
    let mut cursor = String::new();
    let mut found = Vec::new();
    loop {
        let answer = world.get(&format!("/v1/alerts?limit=200{cursor}")).await;
        let text = std::str::from_utf8(&answer.body).expect("is text");
        let sent = serde_json::to_string(text).expect("a string").len();
        assert!(sent < 6_291_556, "{sent}");
        let page = answer.json();
        assert_ne!(event_ids(&page), [""; 0], "every page gets further");
        found.extend(event_ids(&page));
        match page["cursor"].as_str() {
            None => break,
            Some(next) => cursor = format!("&cursor={next}"),
        }
    }
    let expected: Vec<_> = (0..40).map(|number| format!("e{number:02}")).collect();
    assert_eq!(found, expected);
    assert!(cursor.len() > 8, "it took more than one page");
    world.stop().await;
}

#[tokio::test]
async fn parameters_that_are_not_right_are_named() {
    let world = World::empty().await;
    for (uri, detail) in [
        ("/v1/alerts?user=x", "unknown parameter: user"),
        (
            "/v1/alerts?limit=201",
            "parameter limit is not a number from 1 to 200",
        ),
        (
            "/v1/alerts?level=severe",
            "parameter level is not informational, low, medium, high or critical",
        ),
        (
            "/v1/alerts?state=x",
            "parameter state is not pending, sent or suppressed",
        ),
        ("/v1/alerts?start=2&end=1", "parameter start is after end"),
        (
            "/v1/alerts?cursor=x",
            "parameter cursor is not one that this service gave for these parameters",
        ),
    ] {
        let problem = world.get(uri).await.problem();
        assert_eq!(problem, (400, detail.to_owned()), "{uri}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_damaged_alert_is_an_error_that_quotes_nothing() {
    for body in [
        b"secret".to_vec(),
        alerting::pack(b"{\"id\":\"secret\"}").expect("packed"),
    ] {
        let world = World::empty().await;
        world.keep(&ago("e1", 10)).await;
        let item = Item {
            partition: alerting::alerts(Day::of(NOW)),
            sort: "00001#secret".to_owned(),
            body,
            expires: None,
        };
        world.put(&item).await;
        let (status, detail) = world.get("/v1/alerts").await.problem();
        assert_eq!(status, 500);
        assert!(
            !detail.contains("secret") && !detail.contains("00001"),
            "{detail}"
        );
        let page = world.get("/v1/alerts?limit=1").await.json();
        assert_eq!(event_ids(&page), ["e1"], "what is in front of it is given");
        world.stop().await;
    }
}
