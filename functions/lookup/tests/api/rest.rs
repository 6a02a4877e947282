//! The REST routes.

use serde_json::json;

use crate::records::{NOW, event, file, record};
use crate::world::World;

fn four_events() -> Vec<String> {
    vec![
        event("e1", 10, "DeleteBucket", "alice"),
        event("e2", 20, "DeleteBucket", "bob"),
        event("e3", 3_700, "DeleteTrail", "alice"),
        event("e4", 100_000, "CreateBucket", "alice"),
    ]
}

#[tokio::test]
async fn a_whole_answer_has_summary_and_record() {
    let world = World::of(&[
        record(
            "e1",
            10,
            &json!({
                "eventName": "DeleteBucket",
                "errorCode": "AccessDenied",
                "requestParameters": { "bucketName": "reports" },
                "userIdentity": {
                    "type": "AssumedRole",
                    "principalId": "AROAIOSFODNN7EXAMPLE:alice",
                    "arn": "arn:aws:sts::111122223333:assumed-role/Operator/alice",
                    "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
                },
            }),
        ),
        r#"{"eventTime":"2026-10-13T07:59:30Z"}"#.to_owned(),
    ])
    .await;
    let mut answer = world.get("/v1/events").await.json();
    assert!(answer["consumed"]["read_units"].as_f64().expect("a number") > 0.0);
    assert!(
        answer["consumed"]["round_trips"]
            .as_u64()
            .expect("a number")
            > 0
    );
    answer["consumed"] = json!("what the table counted");
    insta::assert_json_snapshot!(answer);
    world.stop().await;
}

#[tokio::test]
async fn a_record_stands_in_the_answer_byte_for_byte() {
    let text = r#"{"eventTime":"2026-10-13T07:59:30Z","n":1.0,"b":1,"a":"\u00e9\/é","n2":12345678901234567890123}"#;
    let world = World::of(&[text.to_owned()]).await;
    let answer = world.get("/v1/events").await;
    assert_eq!(answer.header("content-type"), "application/json");
    let body = std::str::from_utf8(&answer.body).expect("is text");
    assert!(body.contains(&format!(r#""record":{text}"#)), "{body}");
    world.stop().await;
}

#[tokio::test]
async fn parameters_select_combine_and_leave_out() {
    let world = World::of(&four_events()).await;
    for (parameters, expected) in [
        ("", vec!["e1", "e2", "e3", "e4"]),
        ("?order=oldest", vec!["e4", "e3", "e2", "e1"]),
        ("?event_name=DeleteBucket", vec!["e1", "e2"]),
        ("?event_name=DeleteBucket&user=bob", vec!["e2"]),
        (
            "?event_name=DeleteBucket&event_name=DeleteTrail&user=alice",
            vec!["e1", "e3"],
        ),
        ("?event_name!=DeleteBucket", vec!["e3", "e4"]),
        (
            "?event_name!=DeleteBucket&event_name!=DeleteTrail",
            vec!["e4"],
        ),
        ("?user=alice&event_name!=DeleteBucket", vec!["e3", "e4"]),
        ("?start=1h", vec!["e1", "e2"]),
        ("?start=1d&end=15s", vec!["e2", "e3"]),
        (
            "?start=2026-10-13T07:59:40Z&end=2026-10-13T09:59:40+02:00",
            vec!["e2"],
        ),
        ("?end=2026-10-12", vec!["e4"]),
        ("?start=2026-10-13", vec!["e1", "e2", "e3"]),
        ("?category=data", vec![]),
        ("?category=all&event_id=e3", vec!["e3"]),
        (
            "?account=111122223333&region=eu-west-1&read_only=false&limit=2&start=1h",
            vec!["e1", "e2"],
        ),
        ("?error_code=AccessDenied", vec![]),
    ] {
        let answer = world.get(&format!("/v1/events{parameters}")).await;
        assert_eq!(answer.ids(), expected, "{parameters}");
    }
    world.stop().await;
}

#[tokio::test]
async fn pages_go_on_where_they_left_off_in_both_orders() {
    let records: Vec<String> = (10..21)
        .map(|ago| event(&format!("e{ago}"), ago, "A", "alice"))
        .collect();
    let world = World::of(&records).await;
    let newest: Vec<String> = (10..21).map(|ago| format!("e{ago}")).collect();
    let pages = world.walk("/v1/events?limit=4").await;
    assert_eq!((pages.len(), pages.concat()), (3, newest.clone()));
    let oldest: Vec<String> = newest.into_iter().rev().collect();
    let pages = world
        .walk("/v1/events?limit=4&order=oldest&start=1h&event_name=A")
        .await;
    assert_eq!((pages.len(), pages.concat()), (3, oldest));

    // A range that is relative stays where it was when the walk began.
    let first = world.get("/v1/events?limit=2&start=12s").await.json();
    let cursor = first["cursor"].as_str().expect("there is more");
    let later = world.with("history", 3_000.0, NOW + 600);
    let uri = format!("/v1/events?limit=2&start=12s&cursor={cursor}");
    let request = axum::http::Request::get(uri)
        .body("".into())
        .expect("a request");
    let second = crate::world::answer(&later, request).await;
    assert_eq!(second.ids(), ["e12"]);

    let other = world
        .get(&format!("/v1/events?limit=2&start=13s&cursor={cursor}"))
        .await;
    assert_eq!(other.problem().0, 400);
    world.stop().await;
}

#[tokio::test]
async fn parameters_that_are_not_right_are_named() {
    let world = World::empty().await;
    for (uri, detail) in [
        ("/v1/events?eventname=x", "unknown parameter: eventname"),
        (
            "/v1/events?limit=0",
            "parameter limit is not a number from 1 to 1000",
        ),
        ("/v1/events?start=2&end=1", "parameter start is after end"),
        (
            "/v1/events?cursor=x",
            "the cursor is not one that this service gave",
        ),
        ("/v1/events/e1?limit=1", "unknown parameter: limit"),
        ("/v1/events/%ff", "the event id is not valid UTF-8"),
        ("/v1/status?x=1", "this route takes no parameters"),
    ] {
        assert_eq!(
            world.get(uri).await.problem(),
            (400, detail.to_owned()),
            "{uri}"
        );
    }
    world.stop().await;
}

#[tokio::test]
async fn every_event_of_an_id_is_found_in_any_category() {
    let conflicting = record("e1", 10, &json!({ "eventName": "Forged" }));
    let odd = record("an odd/id?ü", 30, &json!({ "eventCategory": "Data" }));
    let world = World::of(&[
        event("e1", 10, "DeleteBucket", "alice"),
        conflicting.clone(),
        odd,
    ])
    .await;
    // The same records again, in another file and segment: they stay one.
    world.index(&[(file(2), &[conflicting])]).await;
    let both = world.get("/v1/events/e1").await;
    assert_eq!(both.ids(), ["e1", "e1"]);
    assert_eq!(both.json()["conflicts"], json!(["e1"]));
    assert_eq!(both.json()["cursor"], json!(null));
    let odd = world.get("/v1/events/an%20odd%2Fid%3F%C3%BC").await;
    assert_eq!(odd.ids(), ["an odd/id?ü"]);
    assert_eq!(odd.json()["events"][0]["category"], "data");
    let missing = world.get("/v1/events/e9").await.problem();
    assert_eq!(missing, (404, "no event of this id is kept".to_owned()));
    assert_eq!(
        world
            .get(&format!("/v1/events/{}", "x".repeat(2_001)))
            .await
            .problem()
            .0,
        400
    );
    world.stop().await;
}

#[tokio::test]
async fn records_without_an_id_are_kept_apart_and_found() {
    let one = r#"{"eventTime":"2026-10-13T07:00:00Z","eventName":"A"}"#;
    let other = r#"{"eventTime":"2026-10-13T07:00:00Z","eventName":"B"}"#;
    let world = World::of(&[one.to_owned(), other.to_owned(), one.to_owned()]).await;
    let pages = world.walk("/v1/events?limit=1").await;
    assert_eq!(pages, [[""], [""]]);
    assert_eq!(world.get("/v1/events").await.json()["conflicts"], json!([]));
    assert_eq!(world.get("/v1/events?event_name=B").await.ids(), [""]);
    world.stop().await;
}

#[tokio::test]
async fn what_is_past_retention_is_hidden() {
    let world = World::of(&[
        event("kept", 90 * 86_400, "A", "alice"),
        event("past", 90 * 86_400 + 1, "A", "alice"),
    ])
    .await;
    assert_eq!(world.get("/v1/events").await.ids(), ["kept"]);
    assert_eq!(world.get("/v1/events/past").await.problem().0, 404);
    world.stop().await;
}
