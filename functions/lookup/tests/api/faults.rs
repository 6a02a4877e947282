//! A table that fails, a history that is damaged, and records that are large.

use axum::http::{Request, StatusCode};
use index::{Day, Item, table};
use serde_json::json;
use trail::Category;

use crate::records::{NOW, event, record};
use crate::world::{World, answer};

#[tokio::test]
async fn a_table_that_does_not_answer_is_an_error_that_may_pass() {
    let world = World::empty().await;
    let router = world.with("missing", 3_000.0, NOW);
    let request = |method: &str, uri: &str| {
        let target = "CloudTrail_20131101.LookupEvents";
        let request = Request::builder().method(method).uri(uri);
        request
            .header("x-amz-target", target)
            .body("{}".into())
            .expect("a request")
    };
    let refused = answer(&router, request("POST", "/")).await;
    assert_eq!(refused.code(), (503, "ServiceUnavailable".to_owned()));
    for uri in ["/v1/events", "/v1/events/e1", "/v1/alerts", "/v1/status"] {
        let refused = answer(&router, request("GET", uri)).await;
        assert_eq!(refused.problem().0, 503, "{uri}");
        assert_eq!(refused.header("retry-after"), "1");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_damaged_history_is_an_error_that_quotes_nothing() {
    let world = World::of(&[event("e1", 86_400 * 2, "A", "alice")]).await;
    let day = Day::of(NOW);
    let header = Item {
        partition: table::days(Category::Management),
        sort: table::header(day, "std", index::term::Level::ALL[0], false),
        body: Vec::new(),
        expires: None,
    };
    let directory = Item {
        partition: table::segments(Category::Management, day),
        sort: format!("00001#std.{}", "0".repeat(20)),
        body: b"secret".to_vec(),
        expires: None,
    };
    world.put(&header).await;
    world.put(&directory).await;
    for uri in ["/v1/events", "/v1/status"] {
        let (status, detail) = world.get(uri).await.problem();
        assert_eq!(status, 500, "{uri}");
        assert!(
            !detail.contains("secret") && !detail.contains("std"),
            "{detail}"
        );
    }
    let failed = world.post("{}").await;
    assert_eq!(failed.code(), (500, "InternalFailure".to_owned()));
    world.stop().await;
}

#[tokio::test]
async fn records_of_a_megabyte_come_in_pages_that_lambda_takes() {
    // Quotes in strings grow the most: fourfold in the answer, and twice that in Lambda's.
    let padding = "\"".repeat(480_000);
    let records: Vec<String> = (0..5)
        .map(|number| {
            record(
                &format!("e{number}"),
                10 + number,
                &json!({
                    "eventName": "PutBucketPolicy",
                    "requestParameters": { "policy": padding },
                }),
            )
        })
        .collect();
    let world = World::of(&records).await;
    let mut request = json!({});
    let mut found = Vec::new();
    loop {
        let answer = world.post(request.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK);
        let text = std::str::from_utf8(&answer.body).expect("is text");
        let as_string = serde_json::to_string(text).expect("a string").len();
        let as_base64 = text.len().div_ceil(3) * 4;
        assert!(
            as_string.max(as_base64) < 6_291_556,
            "{as_string} {as_base64}"
        );
        let answer = answer.json();
        assert!(
            !crate::lookup_events::ids(&answer).is_empty(),
            "every page gets further"
        );
        found.extend(crate::lookup_events::ids(&answer));
        match answer.get("NextToken") {
            Some(token) => request["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(found, ["e0", "e1", "e2", "e3", "e4"]);
    assert_eq!(world.walk("/v1/events?limit=1000").await.concat(), found);
    world.stop().await;
}
