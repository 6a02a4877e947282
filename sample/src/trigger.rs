//! The payloads that the functions are invoked with: notifications of log
//! files in every shape, one of a digest, and requests of the lookup API.
//!
//! They are written as text and not built as values, so that the order of
//! their fields is AWS's and does not depend on features of the JSON crate.

use std::fmt::Write as _;

use crate::archive::{Archive, Object, etag, sequencer, version};
use crate::dice::{derive_text, mix};
use crate::ids::{drawn_hex, push_guid};
use crate::record::Category;
use crate::rhythm::push_time;
use crate::story::{BUCKET, RECORDS, WORKLOADS};

const QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:example-trail-index";
/// The evening of the intrusion, as it was delivered.
const EVENING: &str = "AWSLogs/444455556666/CloudTrail/us-east-1/2026/10/13/";
/// The digest that lists most of it.
const EVENING_DIGESTS: &str = "AWSLogs/444455556666/CloudTrail-Digest/us-east-1/2026/10/13/444455556666_CloudTrail-Digest_us-east-1_security-audit_us-east-1_20261013T22";
const TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:example-trail-logs";

/// A trigger payload and the name of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The file's name, without its extension.
    pub name: &'static str,
    /// The payload, a JSON object.
    pub json: String,
}

/// An object that is told of.
#[derive(Clone, Copy, Debug)]
struct Told<'a> {
    key: &'a str,
    size: usize,
    written: i64,
}

impl<'a> Told<'a> {
    fn of((key, object): (&'a String, &'a Object)) -> Self {
        Self {
            key,
            size: object.bytes.len(),
            written: object.written,
        }
    }
}

/// Writes one payload of each shape for the shipped trail; none where its files are not there.
pub fn triggers(archive: &Archive) -> Vec<Trigger> {
    let in_folder = |account: &str, folder: &str| {
        let start = format!("AWSLogs/{account}/{folder}/");
        let mut files = archive.logs().map(Told::of);
        files.find(move |file| file.key.starts_with(&start))
    };
    let mut digests = archive.digests().map(Told::of);
    let (Some(first), Some(network), Some(insight), Some(digest)) = (
        in_folder(WORKLOADS, Category::Management.folder()),
        in_folder(WORKLOADS, Category::NetworkActivity.folder()),
        in_folder(RECORDS, Category::Insight.folder()),
        digests.find(|digest| digest.key.starts_with(EVENING_DIGESTS)),
    ) else {
        return Vec::new();
    };
    let mut attack: Vec<Told<'_>> = archive
        .logs()
        .map(Told::of)
        .filter(|file| file.key.starts_with(EVENING))
        .collect();
    attack.sort_by_key(|file| std::cmp::Reverse(file.written));
    attack.truncate(5);
    let attack_bodies: Vec<String> = attack.iter().map(|file| s3_event(*file)).collect();
    let test = test_event();
    let notice = notice(&attack);
    let shapes = [
        ("s3-event", s3_event(first)),
        (
            "s3-event-in-sns",
            sns_event(&s3_event(first), "Amazon S3 Notification"),
        ),
        ("s3-event-in-sqs", sqs_event(&[s3_event(first)])),
        ("s3-event-of-digest-in-sqs", sqs_event(&[s3_event(digest)])),
        (
            "s3-event-in-sns-in-sqs",
            sqs_event(&[sns_envelope(&s3_event(network), "Amazon S3 Notification")]),
        ),
        ("s3-events-in-sqs-batch", sqs_event(&attack_bodies)),
        ("eventbridge-object-created", object_created(first)),
        (
            "eventbridge-object-created-in-sqs",
            sqs_event(&[object_created(insight)]),
        ),
        (
            "cloudtrail-notice-in-sns-in-sqs",
            sqs_event(&[sns_envelope(&notice, "")]),
        ),
        ("test-event-in-sqs", sqs_event(std::slice::from_ref(&test))),
        (
            "test-event-in-sns-in-sqs",
            sqs_event(&[sns_envelope(&test, "Amazon S3 Notification")]),
        ),
        (
            "validation-message-in-sns-in-sqs",
            sqs_event(&[sns_envelope("CloudTrail validation message.", "")]),
        ),
        ("lookup-events", lookup_events()),
        (
            "get-events",
            get(
                "/v1/events",
                "event_name=StopLogging&account=444455556666&start=2026-10-13T00:00:00Z&limit=20",
            ),
        ),
        ("get-status", get("/v1/status", "")),
    ];
    shapes
        .into_iter()
        .map(|(name, json)| Trigger {
            name,
            json: json + "\n",
        })
        .collect()
}

/// Puts text into a JSON string, quotes included.
fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn instant(second: i64) -> String {
    let mut text = String::new();
    push_time(&mut text, second);
    text
}

fn guid(text: &str) -> String {
    let seed = derive_text(3, text);
    let mut guid = String::new();
    push_guid(&mut guid, seed, mix(seed));
    guid
}

/// S3's own notification; its keys are form-url-encoded.
fn s3_event(file: Told<'_>) -> String {
    let etag = etag(file.key);
    let request = &drawn_hex(&etag)[..16].to_uppercase();
    // Only letters, digits and `/_.-` occur, so that encoding changes nothing.
    format!(
        r#"{{"Records":[{{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1","eventTime":"{}","eventName":"ObjectCreated:Put","userIdentity":{{"principalId":"AWS:AROAEXAMPLECLOUDTRAIL:regionalDeliverySession"}},"requestParameters":{{"sourceIPAddress":"192.0.2.10"}},"responseElements":{{"x-amz-request-id":"{request}","x-amz-id-2":"EXAMPLEhostid0123456789="}},"s3":{{"s3SchemaVersion":"1.0","configurationId":"trail-log-files","bucket":{{"name":"{BUCKET}","ownerIdentity":{{"principalId":"A3EXAMPLEOWNER"}},"arn":"arn:aws:s3:::{BUCKET}"}},"object":{{"key":"{}","size":{},"eTag":"{etag}","versionId":"{}","sequencer":"{}"}}}}}}]}}"#,
        instant(file.written),
        file.key,
        file.size,
        version(file.key, file.written),
        sequencer(file.key, file.written),
    )
}

fn object_created(file: Told<'_>) -> String {
    format!(
        r#"{{"version":"0","id":"{}","detail-type":"Object Created","source":"aws.s3","account":"{WORKLOADS}","time":"{}","region":"us-east-1","resources":["arn:aws:s3:::{BUCKET}"],"detail":{{"version":"0","bucket":{{"name":"{BUCKET}"}},"object":{{"key":"{}","size":{},"etag":"{}","version-id":"{}","sequencer":"{}"}},"request-id":"{}","requester":"cloudtrail.amazonaws.com","source-ip-address":"192.0.2.10","reason":"PutObject"}}}}"#,
        guid(file.key),
        instant(file.written),
        file.key,
        file.size,
        etag(file.key),
        version(file.key, file.written),
        sequencer(file.key, file.written),
        etag(file.key)[..16].to_uppercase(),
    )
}

/// CloudTrail's own notice: the keys are an array, and not encoded.
fn notice(files: &[Told<'_>]) -> String {
    let keys: Vec<String> = files.iter().map(|file| quote(file.key)).collect();
    format!(
        r#"{{"s3Bucket":"{BUCKET}","s3ObjectKey":[{}]}}"#,
        keys.join(",")
    )
}

fn test_event() -> String {
    format!(
        r#"{{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-10-12T09:00:00.000Z","Bucket":"{BUCKET}","RequestId":"5582815E1AEXAMPLE","HostId":"EXAMPLEhostid0123456789="}}"#
    )
}

fn sns_envelope(message: &str, subject: &str) -> String {
    let subject = if subject.is_empty() {
        String::new()
    } else {
        format!(r#","Subject":{}"#, quote(subject))
    };
    format!(
        r#"{{"Type":"Notification","MessageId":"{}","TopicArn":"{TOPIC}"{subject},"Message":{},"Timestamp":"2026-10-13T21:58:10.512Z","SignatureVersion":"1","Signature":"EXAMPLEsignature==","SigningCertURL":"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-example.pem","UnsubscribeURL":"https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={TOPIC}:example"}}"#,
        guid(message),
        quote(message),
    )
}

/// SNS invokes a function with its message inside a record.
fn sns_event(message: &str, subject: &str) -> String {
    format!(
        r#"{{"Records":[{{"EventSource":"aws:sns","EventVersion":"1.0","EventSubscriptionArn":"{TOPIC}:example","Sns":{{"Type":"Notification","MessageId":"{}","TopicArn":"{TOPIC}","Subject":{},"Message":{},"Timestamp":"2026-10-13T21:58:10.512Z","SignatureVersion":"1","Signature":"EXAMPLEsignature==","SigningCertUrl":"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-example.pem","UnsubscribeUrl":"https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe","MessageAttributes":{{}}}}}}]}}"#,
        guid(message),
        quote(subject),
        quote(message),
    )
}

fn sqs_event(bodies: &[String]) -> String {
    let mut out = String::from(r#"{"Records":["#);
    for (body, place) in bodies.iter().zip(0..) {
        if place > 0 {
            out.push(',');
        }
        let id = guid(&format!("{place} {body}"));
        // Writing into a string does not fail.
        let _ = write!(
            out,
            r#"{{"messageId":"{id}","receiptHandle":"EXAMPLEreceipt{}","body":{},"attributes":{{"ApproximateReceiveCount":"1","SentTimestamp":"1791928690512","SenderId":"AIDAEXAMPLESENDER","ApproximateFirstReceiveTimestamp":"1791928690533"}},"messageAttributes":{{}},"md5OfBody":"{}","eventSource":"aws:sqs","eventSourceARN":"{QUEUE}","awsRegion":"us-east-1"}}"#,
            drawn_hex(&id),
            quote(body),
            drawn_hex(body),
        );
    }
    out.push_str("]}");
    out
}

/// The AWS CLI's `lookup-events`, as API Gateway hands it on.
fn lookup_events() -> String {
    let body = r#"{"LookupAttributes": [{"AttributeKey": "Username", "AttributeValue": "ci-deploy"}], "StartTime": 1791849600, "EndTime": 1791979200, "MaxResults": 50}"#;
    let headers = format!(
        r#""accept-encoding":"identity","content-length":"{}","content-type":"application/x-amz-json-1.1","x-amz-target":"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents""#,
        body.len()
    );
    format!(
        r#"{},"body":{},"isBase64Encoded":false}}"#,
        gateway("POST", "/", "", &headers),
        quote(body)
    )
}

fn get(path: &str, query: &str) -> String {
    let mut out = gateway("GET", path, query, r#""accept":"application/json""#);
    if !query.is_empty() {
        let parameters: Vec<String> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| format!("{}:{}", quote(name), quote(value)))
            .collect();
        let _ = write!(
            out,
            r#","queryStringParameters":{{{}}}"#,
            parameters.join(",")
        );
    }
    out.push_str(r#","isBase64Encoded":false}"#);
    out
}

/// The head of a payload of API Gateway's version 2.0, without its last brace.
fn gateway(method: &str, path: &str, query: &str, headers: &str) -> String {
    let agent = "aws-cli/2.31.10 md/awscrt#0.28.1 ua/2.1 os/linux#6.1 lang/python#3.13.7";
    format!(
        r#"{{"version":"2.0","routeKey":"$default","rawPath":"{path}","rawQueryString":"{query}","headers":{{{headers},"host":"example.execute-api.us-east-1.amazonaws.com","user-agent":"{agent}","x-amz-date":"20261014T064105Z","x-forwarded-for":"198.51.100.23","x-forwarded-port":"443","x-forwarded-proto":"https"}},"requestContext":{{"accountId":"{WORKLOADS}","apiId":"example","authorizer":{{"iam":{{"accessKey":"ASIAIIAUMPFRWEXAMPLE","accountId":"{WORKLOADS}","callerId":"AROAIIAUMPFRWEEXAMPLE:maria.garcia@example.com","cognitoIdentity":null,"principalOrgId":"o-exampleorgid","userArn":"arn:aws:sts::{WORKLOADS}:assumed-role/AWSReservedSSO_SecurityResponse_0123456789abcdef/maria.garcia@example.com","userId":"AROAIIAUMPFRWEEXAMPLE:maria.garcia@example.com"}}}},"domainName":"example.execute-api.us-east-1.amazonaws.com","domainPrefix":"example","http":{{"method":"{method}","path":"{path}","protocol":"HTTP/1.1","sourceIp":"198.51.100.23","userAgent":"{agent}"}},"requestId":"EXAMPLErequest=","routeKey":"$default","stage":"$default","time":"14/Oct/2026:06:41:05 +0000","timeEpoch":1791960065000}}"#
    )
}
