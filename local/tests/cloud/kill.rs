//! A process that is killed leaves a store in which every object has its
//! announcement, and every announcement its object.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use local::{Cloud, Queue, Storage};
use serde_json::Value;

use crate::clients::{create_table, dynamodb, put, query, s3, sort_keys, sqs};

const DIRECTORY: &str = "LOCAL_CLOUD_KILLED_DIRECTORY";

fn set_up(cloud: &Cloud) -> Queue {
    cloud.create_bucket("logs").expect("a bucket");
    let topic = cloud.create_topic("delivered").expect("a topic");
    let queue = cloud.create_queue("index", None).expect("a queue");
    cloud
        .subscribe(&topic, &queue, true)
        .expect("a subscription");
    cloud
        .notify("logs", "", "", &topic)
        .expect("a notification");
    queue
}

/// The process that is killed: it runs only when the test below starts it.
#[tokio::test]
async fn child_writes_until_it_is_killed() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let cloud = Cloud::start(Storage::Directory(PathBuf::from(directory)))
        .await
        .expect("a cloud");
    set_up(&cloud);
    let (table, objects) = (dynamodb(&cloud), s3(&cloud));
    create_table(&table).await;
    for number in 0_u64.. {
        let key = format!("{number:06}");
        let body = vec![b'x'; 40_000].into();
        let object = objects.put_object().bucket("logs").key(&key).body(body);
        object.send().await.expect("an object");
        put(&table, &key).send().await.expect("an item");
    }
}

async fn listed(cloud: &Cloud) -> BTreeSet<String> {
    let mut pages = s3(cloud)
        .list_objects_v2()
        .bucket("logs")
        .into_paginator()
        .send();
    let mut keys = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        keys.extend(
            page.contents()
                .iter()
                .filter_map(|it| it.key().map(str::to_owned)),
        );
    }
    keys
}

async fn announced(cloud: &Cloud, queue: &Queue) -> BTreeSet<String> {
    let client = sqs(cloud);
    let mut keys = BTreeSet::new();
    loop {
        let poll = client
            .receive_message()
            .queue_url(queue.url())
            .max_number_of_messages(10);
        let received = poll.send().await.expect("messages");
        if received.messages().is_empty() {
            return keys;
        }
        for message in received.messages() {
            let body = message.body().expect("a body");
            let event: Value = serde_json::from_str(body).expect("an event");
            let key = &event["Records"][0]["s3"]["object"]["key"];
            assert!(
                keys.insert(key.as_str().expect("a key").to_owned()),
                "twice: {key}"
            );
        }
    }
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_was_answered() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("state");
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "kill::child_writes_until_it_is_killed"])
        .env(DIRECTORY, &path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child");
    // Kill in the middle of its work: when enough was written to the log.
    let log = path.join("objects.sqlite-wal");
    for _ in 0..600 {
        if std::fs::metadata(&log).is_ok_and(|log| log.len() > 2_000_000) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");

    let cloud = Cloud::start(Storage::Directory(path))
        .await
        .expect("the cloud again");
    let queue = set_up(&cloud);
    let objects = listed(&cloud).await;
    assert!(objects.len() > 10, "{} objects", objects.len());
    assert_eq!(announced(&cloud, &queue).await, objects);
    let last = objects.last().expect("an object");
    let got = s3(&cloud)
        .get_object()
        .bucket("logs")
        .key(last)
        .send()
        .await
        .expect("the last");
    assert_eq!(
        got.body
            .collect()
            .await
            .expect("its body")
            .into_bytes()
            .len(),
        40_000
    );
    // An item is written after its object was answered, so at most one lags.
    let items: BTreeSet<String> = sort_keys(query(&dynamodb(&cloud)))
        .await
        .into_iter()
        .collect();
    assert!(items.is_subset(&objects));
    assert!(objects.len() - items.len() <= 1, "{} items", items.len());
    cloud.stop().await;
}
