//! Only what contradicts the archive is taken away, and then written again.

use std::sync::Arc;

use aws::table::Marks;
use axum::body::Body;
use axum::http::Request;
use index::table;
use retention::{Caller, Custodian, router};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::world::{ACCOUNT, BUCKET, NOON, World};

async fn repair(custodian: &Arc<Custodian>, wrong: &Value) -> Value {
    let router =
        router(Arc::clone(custodian), Arc::new(|| NOON)).layer(axum::Extension(Caller::local()));
    let request = Request::post("/v1/operator/repair")
        .header("content-type", "application/json")
        .body(Body::from(wrong.to_string()));
    let response = router
        .oneshot(request.expect("a request"))
        .await
        .expect("an answer");
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .expect("a body");
    let answer: Value = serde_json::from_slice(&body).expect("json");
    assert!(status.is_success(), "{status} {answer}");
    answer
}

/// The segments of a table, as a repair names them.
async fn segments(world: &World) -> Vec<Value> {
    let items = world.event_items().await;
    let entries = items.keys().filter_map(|(partition, sort)| {
        let (category, day) = partition.strip_prefix("segments#")?.split_once('#')?;
        let segment = table::parse_newest(sort)?;
        Some(json!({"category": category, "day": day, "segment": segment.to_string()}))
    });
    entries.collect()
}

/// The only item of a kind.
async fn item(world: &World, prefix: &str) -> index::Item {
    let items = world.event_items().await;
    let mut found = items
        .into_values()
        .filter(|item| item.partition.starts_with(prefix));
    found.next().expect("an item")
}

/// Has the indexer do what it was asked for.
async fn index_again(world: &World) -> usize {
    let messages = world.messages(&world.index_queue()).await;
    for message in &messages {
        world.index_message("90", &message.to_string(), NOON).await;
    }
    messages.len()
}

#[tokio::test]
async fn a_segment_that_is_as_the_archive_says_is_left_alone() {
    let world = World::start().await;
    world.index("90", ACCOUNT, &[NOON, NOON + 60], NOON).await;
    let before = world.event_items().await;
    let answer = repair(
        &world.custodian("90"),
        &json!({"segments": segments(&world).await}),
    )
    .await;
    assert_eq!(answer["segments"][0]["outcome"], "sound", "{answer}");
    assert_eq!(world.event_items().await, before);
    let absent = json!({"segments": [
        {"category": "Data", "day": "2026-10-13", "segment": "std.0123456789abcdef0123"},
        {"category": "Rumour", "day": "never", "segment": "../.."},
    ]});
    let answer = repair(&world.custodian("90"), &absent).await;
    for of_segment in answer["segments"].as_array().expect("a list") {
        assert_eq!(of_segment["outcome"], "absent");
    }
}

#[tokio::test]
async fn what_was_changed_is_removed_and_written_again_as_it_was() {
    for prefix in ["block#", "terms#", "tally#", "segments#"] {
        let world = World::start().await;
        world.index("90", ACCOUNT, &[NOON, NOON + 60], NOON).await;
        let before = world.event_items().await;
        let named = segments(&world).await;
        let mut changed = item(&world, prefix).await;
        let last = changed.body.len() - 1;
        changed.body[last] ^= 1;
        let put = world.table().overwrite(&changed, &Marks::default()).await;
        put.expect("the item is changed");
        let answer = repair(&world.custodian("90"), &json!({"segments": named})).await;
        assert_eq!(
            answer["segments"][0]["outcome"], "removed",
            "{prefix}: {answer}"
        );
        if prefix == "segments#" {
            // Which files it had, a damaged entry does not say: the comparison names them.
            let record = item(&world, "files#").await;
            let (place, version) = record.sort.rsplit_once('#').expect("a version");
            let key = place.strip_prefix(&format!("{BUCKET}/")).expect("a key");
            let files = json!({"files": [{"bucket": BUCKET, "key": key, "version": version}]});
            let answer = repair(&world.custodian("90"), &files).await;
            assert_eq!(answer["files"][0]["outcome"], "queued", "{answer}");
        }
        assert_eq!(index_again(&world).await, 1, "{prefix}");
        assert_eq!(world.event_items().await, before, "{prefix}");
    }
}

#[tokio::test]
async fn a_day_whose_header_is_gone_is_written_again() {
    let world = World::start().await;
    world.index("90", ACCOUNT, &[NOON, NOON + 60], NOON).await;
    let before = world.event_items().await;
    let header = item(&world, "days#").await;
    let table = world.table();
    let gone = table
        .delete(&header.partition, &header.sort, &Marks::default())
        .await;
    gone.expect("deleted");
    let wrong = json!({"segments": segments(&world).await});
    let answer = repair(&world.custodian("90"), &wrong).await;
    assert_eq!(answer["segments"][0]["outcome"], "removed", "{answer}");
    assert_eq!(index_again(&world).await, 1);
    assert_eq!(world.event_items().await, before);
    let answer = repair(&world.custodian("90"), &wrong).await;
    assert_eq!(answer["segments"][0]["outcome"], "sound", "{answer}");
}

/// The bytes of a log file with one event less.
fn altered(body: &[u8]) -> Vec<u8> {
    let log = trail::LogFile::inflate(body, 1 << 20).expect("a log file");
    let mut content: Value = serde_json::from_slice(log.content()).expect("json");
    content["Records"].as_array_mut().expect("records").pop();
    sample::compress(content.to_string().as_bytes(), 6)
}

#[tokio::test]
async fn what_a_digest_contradicts_takes_nothing_away() {
    let world = World::start().await;
    world.index("90", ACCOUNT, &[NOON, NOON + 60], NOON).await;
    let named = segments(&world).await;
    let record = item(&world, "files#").await;
    let (place, version) = record.sort.rsplit_once('#').expect("a version");
    let key = place.strip_prefix(&format!("{BUCKET}/")).expect("a key");
    let object = world.cloud().object(BUCKET, key, None).expect("the store");
    let body = object.expect("the file").body;
    let content = trail::LogFile::inflate(&body, 1 << 20).expect("a log file");
    let parsed = trail::ObjectKey::parse(key).expect("a log file's key");
    let end = index::file::Delivery::from(&parsed).time + 1_800;
    let digest = integrity::DigestRecord {
        start: end - 3_600,
        end,
        location: integrity::Location::new(BUCKET, "digest.json.gz"),
        named: None,
        sha256: None,
        signature: None,
        fingerprint: None,
        previous: None,
        verdict: None,
        files: integrity::record::FileList(vec![integrity::record::FileMark {
            name: integrity::location::name_hash(BUCKET, key),
            content: integrity::record::content_mark(content.sha256()),
            state: integrity::record::FileState::Proven,
        }]),
    };
    let digest_version = index::file::FileVersion {
        bucket: BUCKET.to_owned(),
        key: "digest.json.gz".to_owned(),
        version: None,
    };
    let digest = index::Item {
        partition: table::integrity::digests(parsed.account, parsed.region),
        sort: table::integrity::digest(end, &digest_version),
        body: digest.encode(),
        expires: None,
    };
    world
        .table()
        .put(&digest)
        .await
        .expect("the digest is known");
    let before = world.event_items().await;
    let overwritten = world.cloud().overwrite_object(BUCKET, key, altered(&body));
    overwritten.expect("the attacker writes");

    let files = json!([{"bucket": BUCKET, "key": key, "version": version}]);
    let wrong = json!({"segments": named, "files": files});
    let answer = repair(&world.custodian("90"), &wrong).await;
    assert_eq!(answer["segments"][0]["outcome"], "unverifiable", "{answer}");
    assert_eq!(answer["files"][0]["outcome"], "unverifiable", "{answer}");
    assert_eq!(index_again(&world).await, 0);
    assert_eq!(world.event_items().await, before);
}

#[tokio::test]
async fn a_file_is_forgotten_only_where_its_record_is_wrong() {
    let world = World::start().await;
    world.index("90", ACCOUNT, &[NOON, NOON + 60], NOON).await;
    let record = item(&world, "files#").await;
    let (place, version) = record.sort.rsplit_once('#').expect("a version");
    let key = place.strip_prefix(&format!("{BUCKET}/")).expect("a key");
    let files = json!({"files": [{"bucket": BUCKET, "key": key, "version": version}]});
    let answer = repair(&world.custodian("90"), &files).await;
    assert_eq!(answer["files"][0]["outcome"], "sound", "{answer}");
    assert_eq!(index_again(&world).await, 0);

    // Its segment is gone.
    let directory = item(&world, "segments#").await;
    let table = world.table();
    let gone = table
        .delete(&directory.partition, &directory.sort, &Marks::default())
        .await;
    gone.expect("deleted");
    let before = world.event_items().await;
    let answer = repair(&world.custodian("90"), &files).await;
    assert_eq!(answer["files"][0]["outcome"], "queued", "{answer}");
    assert_eq!(index_again(&world).await, 1);
    let after = world.event_items().await;
    assert_eq!(
        after.len(),
        before.len() + 1,
        "the directory entry is there again"
    );

    let missing = json!({"files": [
        {"bucket": BUCKET, "key": key.replace("_60", "_61").replace("T12", "T13")},
        {"bucket": BUCKET, "key": "notes.txt"},
    ]});
    let answer = repair(&world.custodian("90"), &missing).await;
    for of_file in answer["files"].as_array().expect("a list") {
        assert_eq!(of_file["outcome"], "unverifiable", "{of_file}");
    }
    assert_eq!(world.event_items().await, after);
}
