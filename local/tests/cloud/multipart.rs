//! Objects put in parts, as the clients do with long ones.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use local::{Cloud, Storage};

use crate::clients::s3;

const BUCKET: &str = "logs";
const KEY: &str = "a/long.json.gz";
const PART: usize = 5 * 1024 * 1024;

async fn begin(client: &aws_sdk_s3::Client) -> String {
    let begun = client.create_multipart_upload().bucket(BUCKET).key(KEY);
    let begun = begun.metadata("signature", "ab12").send().await;
    let begun = begun.expect("an upload");
    begun.upload_id().expect("an id").to_owned()
}

async fn put(client: &aws_sdk_s3::Client, id: &str, number: i32, body: Vec<u8>) -> CompletedPart {
    let put = client
        .upload_part()
        .bucket(BUCKET)
        .key(KEY)
        .upload_id(id)
        .part_number(number)
        .body(ByteStream::from(body))
        .send()
        .await
        .expect("a part");
    CompletedPart::builder()
        .part_number(number)
        .set_e_tag(put.e_tag().map(str::to_owned))
        .build()
}

fn completion(
    client: &aws_sdk_s3::Client,
    id: &str,
    parts: &[&CompletedPart],
) -> aws_sdk_s3::operation::complete_multipart_upload::builders::CompleteMultipartUploadFluentBuilder
{
    let parts = parts.iter().map(|part| (*part).clone()).collect();
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts));
    client
        .complete_multipart_upload()
        .bucket(BUCKET)
        .key(KEY)
        .upload_id(id)
        .multipart_upload(parts.build())
}

#[tokio::test]
async fn parts_become_one_object_in_their_order() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    cloud.create_bucket(BUCKET).expect("a bucket");
    let topic = cloud.create_topic("logs").expect("a topic");
    let queue = cloud.create_queue("logs", None).expect("a queue");
    cloud.subscribe(&topic, &queue, true).expect("subscribed");
    cloud
        .notify(BUCKET, "", "", &topic)
        .expect("a notification");
    let client = s3(&cloud);
    let id = begin(&client).await;
    let last = put(&client, &id, 2, b"end".to_vec()).await;
    let first = put(&client, &id, 1, vec![b'x'; PART]).await;
    assert_eq!(cloud.object(BUCKET, KEY, None).expect("a read"), None);
    assert_eq!(queue.depth().expect("a depth").visible, 0);

    let refused = completion(&client, &id, &[&last, &first]).send().await;
    let refused = refused.expect_err("the order is wrong");
    assert_eq!(refused.code(), Some("InvalidPartOrder"));
    let unknown = CompletedPart::builder().part_number(3).e_tag("\"00\"");
    let refused = completion(&client, &id, &[&first, &unknown.build()]);
    let refused = refused.send().await.expect_err("there is no such part");
    assert_eq!(refused.code(), Some("InvalidPart"));

    let done = completion(&client, &id, &[&first, &last]).send().await;
    let done = done.expect("an object");
    let read = cloud.object(BUCKET, KEY, None).expect("a read");
    let read = read.expect("an object");
    assert_eq!(read.body.len(), PART + 3);
    assert_eq!(&read.body[PART - 1..], b"xend");
    assert_eq!(read.metadata["signature"], "ab12");
    assert!(read.etag.ends_with("-2"), "{}", read.etag);
    assert_eq!(done.version_id(), Some(&*read.version));
    assert_eq!(queue.depth().expect("a depth").visible, 1);

    let again = completion(&client, &id, &[&first]).send().await;
    let again = again.expect_err("the upload is over");
    assert_eq!(again.code(), Some("NoSuchUpload"));
    cloud.stop().await;
}

#[tokio::test]
async fn short_parts_and_given_up_uploads_make_no_object() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    cloud.create_bucket(BUCKET).expect("a bucket");
    let client = s3(&cloud);
    let id = begin(&client).await;
    let first = put(&client, &id, 1, b"short".to_vec()).await;
    let last = put(&client, &id, 2, b"end".to_vec()).await;
    let refused = completion(&client, &id, &[&first, &last]).send().await;
    let refused = refused.expect_err("a part is too small");
    assert_eq!(refused.code(), Some("EntityTooSmall"));
    let abort = client.abort_multipart_upload().bucket(BUCKET).key(KEY);
    let abort = abort.upload_id(&id).send().await;
    abort.expect("the upload is given up");
    let refused = completion(&client, &id, &[&first]).send().await;
    let refused = refused.expect_err("the upload is over");
    assert_eq!(refused.code(), Some("NoSuchUpload"));
    assert_eq!(cloud.object(BUCKET, KEY, None).expect("a read"), None);
    cloud.stop().await;
}
