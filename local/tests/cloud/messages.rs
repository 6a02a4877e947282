use std::collections::HashMap;
use std::time::{Duration, Instant};

use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::operation::send_message::SendMessageError;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, MessageAttributeValue, MessageSystemAttributeName,
    QueueAttributeName, SendMessageBatchRequestEntry,
};
use local::{Cloud, Storage};
use serde_json::{Value, json};

use crate::clients::{s3, sns, sqs};

async fn create_queue(client: &aws_sdk_sqs::Client, name: &str) -> String {
    let created = client.create_queue().queue_name(name).send().await;
    created
        .expect("a queue")
        .queue_url()
        .expect("a url")
        .to_owned()
}

#[tokio::test]
async fn messages_are_hidden_while_in_flight_and_gone_when_deleted() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = sqs(&cloud);
    let url = create_queue(&client, "q").await;
    let attribute = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("v")
        .build()
        .expect("an attribute");
    let sent = client
        .send_message()
        .queue_url(&url)
        .message_body("hello")
        .message_attributes("n", attribute)
        .send()
        .await
        .expect("it is sent");
    assert_eq!(
        sent.md5_of_message_body(),
        Some("5d41402abc4b2a76b9719d911017c592")
    );
    let receive = || {
        client
            .receive_message()
            .queue_url(&url)
            .max_number_of_messages(10)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
    };
    let received = receive().await.expect("a message");
    let message = &received.messages()[0];
    assert_eq!(message.message_id(), sent.message_id());
    assert_eq!(message.body(), Some("hello"));
    assert_eq!(
        message.message_attributes().expect("attributes")["n"].string_value(),
        Some("v")
    );
    let count = &message.attributes().expect("attributes")
        [&MessageSystemAttributeName::ApproximateReceiveCount];
    assert_eq!(count, "1");
    assert!(receive().await.expect("nothing").messages().is_empty());
    let depth = client
        .get_queue_attributes()
        .queue_url(&url)
        .attribute_names(QueueAttributeName::All)
        .send()
        .await
        .expect("attributes");
    let depth = depth.attributes().expect("attributes");
    assert_eq!(depth[&QueueAttributeName::ApproximateNumberOfMessages], "0");
    assert_eq!(
        depth[&QueueAttributeName::ApproximateNumberOfMessagesNotVisible],
        "1"
    );
    assert_eq!(
        depth[&QueueAttributeName::QueueArn],
        "arn:aws:sqs:us-east-1:000000000000:q"
    );

    client
        .change_message_visibility()
        .queue_url(&url)
        .receipt_handle(message.receipt_handle().expect("a handle"))
        .visibility_timeout(0)
        .send()
        .await
        .expect("it is visible");
    let again = receive().await.expect("it again");
    let handle = again.messages()[0].receipt_handle().expect("a handle");
    let delete = client
        .delete_message()
        .queue_url(&url)
        .receipt_handle(handle);
    delete.send().await.expect("it is deleted");
    assert!(
        cloud
            .queue(&url)
            .expect("the queue")
            .depth()
            .expect("a depth")
            .is_empty()
    );
    cloud.stop().await;
}

#[tokio::test]
async fn batches_and_refusals_are_as_in_sqs() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = sqs(&cloud);
    let url = create_queue(&client, "q").await;
    let found = client.get_queue_url().queue_name("q").send().await;
    assert_eq!(found.expect("a url").queue_url(), Some(&*url));
    let entry = |id: &str| {
        SendMessageBatchRequestEntry::builder()
            .id(id)
            .message_body(id)
            .build()
            .expect("an entry")
    };
    let sent = client
        .send_message_batch()
        .queue_url(&url)
        .entries(entry("a"))
        .entries(entry("b"));
    assert_eq!(sent.send().await.expect("both").successful().len(), 2);
    let twice = client
        .send_message_batch()
        .queue_url(&url)
        .entries(entry("a"))
        .entries(entry("a"));
    let twice = twice.send().await.expect_err("equal ids");
    assert_eq!(
        twice.code(),
        Some("AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
    );
    let received = client
        .receive_message()
        .queue_url(&url)
        .max_number_of_messages(10)
        .send()
        .await;
    let mut delete = client.delete_message_batch().queue_url(&url);
    for message in received.expect("both").messages() {
        let entry = DeleteMessageBatchRequestEntry::builder()
            .id(message.body().expect("a body"))
            .receipt_handle(message.receipt_handle().expect("a handle"));
        delete = delete.entries(entry.build().expect("an entry"));
    }
    assert_eq!(delete.send().await.expect("both").successful().len(), 2);

    let missing = client
        .send_message()
        .queue_url(format!("{url}x"))
        .message_body("x");
    let missing = missing.send().await.expect_err("no queue");
    assert!(
        missing
            .as_service_error()
            .is_some_and(SendMessageError::is_queue_does_not_exist),
        "{missing:?}"
    );
    let unknown = client
        .list_queues()
        .send()
        .await
        .expect_err("not implemented");
    assert_eq!(
        unknown.raw_response().map(|raw| raw.status().as_u16()),
        Some(501)
    );
    client
        .send_message()
        .queue_url(&url)
        .message_body("x")
        .send()
        .await
        .expect("a message");
    client
        .purge_queue()
        .queue_url(&url)
        .send()
        .await
        .expect("a purge");
    assert!(
        cloud
            .queue("q")
            .expect("the queue")
            .depth()
            .expect("a depth")
            .is_empty()
    );
    cloud.stop().await;
}

#[tokio::test]
async fn a_long_poll_ends_with_the_first_message() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = sqs(&cloud);
    let url = create_queue(&client, "q").await;
    let queue = cloud.queue("q").expect("the queue");
    let start = Instant::now();
    let poll = client
        .receive_message()
        .queue_url(&url)
        .wait_time_seconds(20)
        .send();
    let send = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        queue.send("late").expect("it is sent");
    };
    let (received, ()) = tokio::join!(poll, send);
    assert_eq!(
        received.expect("a message").messages()[0].body(),
        Some("late")
    );
    assert!(start.elapsed() < Duration::from_secs(10));
    cloud.stop().await;
}

#[tokio::test]
async fn messages_received_too_often_go_to_the_dead_letter_queue() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = sqs(&cloud);
    let dead = create_queue(&client, "dead").await;
    let policy = json!({
        "deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead",
        "maxReceiveCount": "2",
    });
    let created = client
        .create_queue()
        .queue_name("q")
        .attributes(QueueAttributeName::RedrivePolicy, policy.to_string())
        .attributes(QueueAttributeName::VisibilityTimeout, "0")
        .send()
        .await
        .expect("a queue");
    let url = created.queue_url().expect("a url");
    client
        .send_message()
        .queue_url(url)
        .message_body("poison")
        .send()
        .await
        .expect("it is sent");
    for _ in 0..2 {
        let poll = client
            .receive_message()
            .queue_url(url)
            .wait_time_seconds(5)
            .send()
            .await;
        assert_eq!(poll.expect("a message").messages().len(), 1);
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    let poll = client.receive_message().queue_url(url).send().await;
    assert!(poll.expect("nothing").messages().is_empty());
    let poll = client
        .receive_message()
        .queue_url(&dead)
        .send()
        .await
        .expect("a message");
    assert_eq!(poll.messages()[0].body(), Some("poison"));
    cloud.stop().await;
}

#[tokio::test]
async fn a_queue_whose_receivers_are_gone_gives_everything_back() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = sqs(&cloud);
    let dead = cloud.create_queue("dead", None).expect("a queue");
    let queue = cloud.create_queue("q", Some((&dead, 1))).expect("a queue");
    let other = cloud.create_queue("other", None).expect("a queue");
    let receive = async |visibility| {
        let received = client.receive_message().queue_url(queue.url());
        let received = received.max_number_of_messages(10);
        let received = received.visibility_timeout(visibility).send().await;
        let received = received.expect("an answer");
        let bodies = received.messages().iter();
        let bodies = bodies.filter_map(|message| message.body().map(str::to_owned));
        bodies.collect::<std::collections::BTreeSet<_>>()
    };
    let both = ["given up", "in flight"].map(str::to_owned).into();
    queue.send("given up").expect("it is sent");
    assert_eq!(receive(0).await.len(), 1);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(receive(0).await.is_empty(), "it was received once");
    assert_eq!(dead.depth().expect("its depth").visible, 1);
    queue.send("in flight").expect("it is sent");
    assert_eq!(receive(1_000).await.len(), 1);
    other.send("another's").expect("it is sent");
    // Twice, because whoever receives them is gone again.
    for _ in 0..2 {
        queue.restore(Some(&dead)).expect("it is restored");
        assert_eq!(receive(1_000).await, both);
    }
    assert!(dead.depth().expect("its depth").is_empty());
    assert_eq!(other.depth().expect("its depth").visible, 1);

    let topic = cloud.create_topic("t").expect("a topic");
    assert!(!cloud.is_subscribed(&topic, &queue).expect("an answer"));
    cloud.subscribe(&topic, &queue, true).expect("it is");
    assert!(cloud.is_subscribed(&topic, &queue).expect("an answer"));
    assert!(!cloud.is_subscribed(&topic, &other).expect("an answer"));
    cloud.stop().await;
}

#[tokio::test]
async fn topics_send_in_an_envelope_or_raw() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = sns(&cloud);
    let created = client
        .create_topic()
        .name("alerts")
        .send()
        .await
        .expect("a topic");
    let topic = created.topic_arn().expect("an arn");
    for (name, raw) in [("wrapped", "false"), ("raw", "true")] {
        let queue = cloud.create_queue(name, None).expect("a queue");
        client
            .subscribe()
            .topic_arn(topic)
            .protocol("sqs")
            .endpoint(queue.arn())
            .attributes("RawMessageDelivery", raw)
            .send()
            .await
            .expect("a subscription");
    }
    let listed = client
        .list_subscriptions_by_topic()
        .topic_arn(topic)
        .send()
        .await;
    assert_eq!(listed.expect("subscriptions").subscriptions().len(), 2);
    let attribute = aws_sdk_sns::types::MessageAttributeValue::builder()
        .data_type("String")
        .string_value("high <&>")
        .build()
        .expect("an attribute");
    let published = client
        .publish()
        .topic_arn(topic)
        .subject("s")
        .message(json!({"default": "d", "sqs": "for queues"}).to_string())
        .message_structure("json")
        .message_attributes("severity", attribute)
        .send()
        .await
        .expect("it is published");
    let messages = sqs(&cloud);
    let receive = async |name: &str| {
        let url = cloud.queue(name).expect("the queue").url().to_owned();
        let poll = messages
            .receive_message()
            .queue_url(url)
            .message_attribute_names("All");
        poll.send().await.expect("a message").messages()[0].clone()
    };
    let wrapped = receive("wrapped").await;
    let envelope: Value =
        serde_json::from_str(wrapped.body().expect("a body")).expect("an envelope");
    assert_eq!(envelope["Type"], "Notification");
    assert_eq!(envelope["Message"], "for queues");
    assert_eq!(envelope["Subject"], "s");
    assert_eq!(envelope["TopicArn"], topic);
    assert_eq!(envelope["MessageId"].as_str(), published.message_id());
    assert_eq!(
        envelope["MessageAttributes"]["severity"],
        json!({"Type": "String", "Value": "high <&>"})
    );
    let raw = receive("raw").await;
    assert_eq!(raw.body(), Some("for queues"));
    assert_eq!(
        raw.message_attributes().expect("attributes")["severity"].string_value(),
        Some("high <&>")
    );

    let missing = client
        .publish()
        .topic_arn(format!("{topic}x"))
        .message("m")
        .send()
        .await;
    let missing = missing.expect_err("no topic");
    assert!(
        missing
            .as_service_error()
            .is_some_and(PublishError::is_not_found_exception)
    );
    let unknown = client
        .list_topics()
        .send()
        .await
        .expect_err("not implemented");
    assert_eq!(
        unknown.raw_response().map(|raw| raw.status().as_u16()),
        Some(501)
    );
    cloud.stop().await;
}

#[tokio::test]
async fn a_put_is_announced_as_s3_announces_it() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    cloud.create_bucket("logs").expect("a bucket");
    let topic = cloud.create_topic("delivered").expect("a topic");
    let queue = cloud.create_queue("index", None).expect("a queue");
    cloud
        .subscribe(&topic, &queue, true)
        .expect("a subscription");
    cloud
        .notify("logs", "AWSLogs/", ".json.gz", &topic)
        .expect("a notification");
    let client = s3(&cloud);
    let mut versions = HashMap::new();
    for key in [
        "AWSLogs/a b=1.json.gz",
        "AWSLogs/other.txt",
        "elsewhere.json.gz",
    ] {
        let put = client
            .put_object()
            .bucket("logs")
            .key(key)
            .send()
            .await
            .expect("a put");
        versions.insert(key, put.version_id().expect("a version").to_owned());
    }
    let poll = sqs(&cloud)
        .receive_message()
        .queue_url(queue.url())
        .max_number_of_messages(10);
    let received = poll.send().await.expect("messages");
    assert_eq!(received.messages().len(), 1);
    let event: Value =
        serde_json::from_str(received.messages()[0].body().expect("a body")).expect("an event");
    let record = &event["Records"][0];
    assert_eq!(record["eventVersion"], "2.1");
    assert_eq!(record["eventName"], "ObjectCreated:Put");
    assert_eq!(record["s3"]["bucket"]["name"], "logs");
    let object = &record["s3"]["object"];
    assert_eq!(object["key"], "AWSLogs/a+b%3D1.json.gz");
    assert_eq!(object["size"], 0);
    assert_eq!(object["eTag"], "d41d8cd98f00b204e9800998ecf8427e");
    assert_eq!(
        object["versionId"].as_str(),
        versions.get("AWSLogs/a b=1.json.gz").map(String::as_str)
    );
    assert!(
        object["sequencer"]
            .as_str()
            .is_some_and(|hex| hex.len() >= 16)
    );
    cloud.stop().await;
}
