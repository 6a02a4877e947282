//! `GET /v1/status`.

use axum::http::Request;
use index::finding::{Finding, FindingKind};
use serde_json::{Value, json};

use crate::records::{NOW, delivery, event, file, record};
use crate::world::{RETENTION, World, answer};

impl World {
    async fn status(&self) -> Value {
        let mut status = self.get("/v1/status").await.json();
        let consumed = status
            .as_object_mut()
            .and_then(|status| status.remove("consumed"));
        let read_units = consumed.as_ref().map(|consumed| &consumed["read_units"]);
        assert!(read_units.and_then(Value::as_f64).expect("a number") > 0.0);
        status
    }
}

#[tokio::test]
async fn an_empty_history_has_nothing() {
    let world = World::empty().await;
    insta::assert_json_snapshot!(world.status().await);
    world.stop().await;
}

#[tokio::test]
async fn what_is_indexed_is_counted() {
    let world = World::empty().await;
    let one = [
        event("e1", 300, "A", "alice"),
        event("e2", 86_400 * 3, "A", "alice"),
        record("d1", 400, &json!({ "eventCategory": "Data" })),
    ];
    let other = [
        event("e3", 600, "A", "alice"),
        event("e3", 600, "A", "alice"),
    ];
    world.index(&[(file(1), &one), (file(2), &other)]).await;
    world
        .index(&[(file(3), &[event("e4", 86_400 * 80, "A", "bob")])])
        .await;
    for (kind, number, count) in [
        (FindingKind::Quarantined, 1, 3),
        (FindingKind::Quarantined, 2, 4),
        (FindingKind::Rejected, 3, 0),
        (FindingKind::Conflict, 4, 0),
    ] {
        let finding = Finding {
            kind,
            file: file(number),
            reason: "a test".to_owned(),
            count,
            places: Vec::new(),
        };
        world.put(&finding.item(&delivery(), RETENTION)).await;
        // An old one, and one that DynamoDB has not yet deleted.
        let mut old = delivery();
        old.day = index::Day::of(NOW - 86_400 * 50);
        let finding = Finding {
            count: 10,
            ..finding
        };
        world.put(&finding.item(&old, RETENTION)).await;
        old.day = index::Day::of(NOW - 86_400 * 100);
        world.put(&finding.item(&old, RETENTION)).await;
    }
    insta::assert_json_snapshot!(world.status().await);
    world.stop().await;
}

#[tokio::test]
async fn a_file_in_several_segments_counts_once() {
    let world = World::empty().await;
    let records = [
        event("e1", 300, "A", "alice"),
        event("e2", 310, "A", "alice"),
    ];
    let more = [event("e3", 320, "A", "alice")];
    // Indexed alone by one indexer, and with another file by a second one.
    let alone = world.index(&[(file(1), &records)]).await;
    let together = world.index(&[(file(1), &records), (file(2), &more)]).await;
    let counts = |status: &Value| (status["files"].as_u64(), status["events"].as_u64());
    assert_ne!(alone, together);
    assert_eq!(
        counts(&world.status().await),
        (Some(2), Some(3)),
        "before its record is written"
    );
    world.record(&file(1), &alone).await;
    world.record(&file(2), &together).await;
    assert_eq!(counts(&world.status().await), (Some(2), Some(3)));

    // Divided into two segments, because it is large: both count.
    let half = world
        .index(&[(file(3), &[event("e4", 330, "A", "alice")])])
        .await;
    let rest = world
        .index(&[(file(3), &[event("e5", 340, "A", "alice")])])
        .await;
    world.record(&file(3), &[half, rest].concat()).await;
    assert_eq!(counts(&world.status().await), (Some(3), Some(5)));
    world.stop().await;
}

#[tokio::test]
async fn a_status_that_is_cut_off_says_so_and_knows_the_range() {
    let world = World::empty().await;
    for day in 0..40 {
        let ago = 86_400 * i64::from(day) + 60;
        let records = [event(&format!("e{day}"), ago, "A", "alice")];
        world.index(&[(file(day), &records)]).await;
    }
    assert_eq!(world.status().await["complete"], json!(true));
    assert_eq!(world.status().await["events"], json!(40));
    let router = world.with("history", 1.0, NOW);
    let request = Request::get("/v1/status")
        .body("".into())
        .expect("a request");
    let status = answer(&router, request).await.json();
    assert_eq!(status["complete"], json!(false));
    assert_eq!(status["events"], json!(16));
    assert_eq!(status["days"], json!(40));
    assert_eq!(status["newest"], json!("2026-10-13T07:59:00Z"));
    assert_eq!(status["oldest"], json!("2026-09-04T07:59:00Z"));
    world.stop().await;
}
