//! The payloads that the functions are invoked with: notifications of log
//! files in every shape, and requests of the lookup API.
//!
//! They are written as text and not built as values, so that the order of
//! their fields is AWS's and does not depend on features of the JSON crate.

use std::fmt::Write as _;

use crate::deliver::LogFile;
use crate::dice::{derive_text, mix};
use crate::ids::{push_guid, push_hex};
use crate::record::Category;
use crate::rhythm::push_time;
use crate::story::{BUCKET, RECORDS, WORKLOADS};

const QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:example-trail-index";
const TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:example-trail-logs";

/// A trigger payload and the name of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The file's name, without its extension.
    pub name: &'static str,
    /// The payload, a JSON object.
    pub json: String,
}

/// Writes one payload of each shape for these files; none where there are no files.
pub fn triggers(files: &[LogFile]) -> Vec<Trigger> {
    let in_folder = |account: &str, folder: &str| {
        let start = format!("AWSLogs/{account}/{folder}/");
        files.iter().find(move |file| file.key.starts_with(&start))
    };
    let (Some(first), Some(network), Some(insight)) = (
        in_folder(WORKLOADS, Category::Management.folder()),
        in_folder(WORKLOADS, Category::NetworkActivity.folder()),
        in_folder(RECORDS, Category::Insight.folder()),
    ) else {
        return Vec::new();
    };
    // The evening of the intrusion, as it was delivered.
    let evening = |file: &&LogFile| {
        file.key
            .starts_with("AWSLogs/444455556666/CloudTrail/us-east-1/2026/10/13/")
    };
    let mut attack: Vec<&LogFile> = files.iter().filter(evening).collect();
    attack.sort_by_key(|file| std::cmp::Reverse(file.delivered));
    attack.truncate(5);
    let attack_bodies: Vec<String> = attack.iter().map(|file| s3_event(&[file])).collect();
    let test = test_event();
    let notice = notice(&attack);
    let shapes = [
        ("s3-event", s3_event(&[first])),
        (
            "s3-event-in-sns",
            sns_event(&s3_event(&[first]), "Amazon S3 Notification"),
        ),
        ("s3-event-in-sqs", sqs_event(&[s3_event(&[first])])),
        (
            "s3-event-in-sns-in-sqs",
            sqs_event(&[sns_envelope(
                &s3_event(&[network]),
                "Amazon S3 Notification",
            )]),
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

fn hex(text: &str) -> String {
    let seed = derive_text(4, text);
    let mut hex = String::new();
    push_hex(&mut hex, seed, 16);
    push_hex(&mut hex, mix(seed), 16);
    hex
}

fn sequencer(file: &LogFile) -> String {
    let mut text = String::from("00");
    push_hex(&mut text, file.delivered.unsigned_abs(), 8);
    push_hex(&mut text, derive_text(5, &file.key), 8);
    text
}

/// S3's own notification; its keys are form-url-encoded.
fn s3_event(files: &[&LogFile]) -> String {
    let mut records = Vec::new();
    for file in files {
        let etag = hex(&file.key);
        let request = &hex(&etag)[..16].to_uppercase();
        // Only letters, digits and `/_.-` occur, so that encoding changes nothing.
        records.push(format!(
            r#"{{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1","eventTime":"{}","eventName":"ObjectCreated:Put","userIdentity":{{"principalId":"AWS:AROAEXAMPLECLOUDTRAIL:regionalDeliverySession"}},"requestParameters":{{"sourceIPAddress":"192.0.2.10"}},"responseElements":{{"x-amz-request-id":"{request}","x-amz-id-2":"EXAMPLEhostid0123456789="}},"s3":{{"s3SchemaVersion":"1.0","configurationId":"trail-log-files","bucket":{{"name":"{BUCKET}","ownerIdentity":{{"principalId":"A3EXAMPLEOWNER"}},"arn":"arn:aws:s3:::{BUCKET}"}},"object":{{"key":"{}","size":{},"eTag":"{etag}","versionId":"{}","sequencer":"{}"}}}}}}"#,
            instant(file.delivered),
            file.key,
            file.body.len(),
            version(file),
            sequencer(file),
        ));
    }
    format!(r#"{{"Records":[{}]}}"#, records.join(","))
}

fn version(file: &LogFile) -> String {
    format!("EXAMPLE{}", &hex(&sequencer(file))[..25])
}

fn object_created(file: &LogFile) -> String {
    format!(
        r#"{{"version":"0","id":"{}","detail-type":"Object Created","source":"aws.s3","account":"{WORKLOADS}","time":"{}","region":"us-east-1","resources":["arn:aws:s3:::{BUCKET}"],"detail":{{"version":"0","bucket":{{"name":"{BUCKET}"}},"object":{{"key":"{}","size":{},"etag":"{}","version-id":"{}","sequencer":"{}"}},"request-id":"{}","requester":"cloudtrail.amazonaws.com","source-ip-address":"192.0.2.10","reason":"PutObject"}}}}"#,
        guid(&file.key),
        instant(file.delivered),
        file.key,
        file.body.len(),
        hex(&file.key),
        version(file),
        sequencer(file),
        hex(&file.key)[..16].to_uppercase(),
    )
}

/// CloudTrail's own notice: the keys are an array, and not encoded.
fn notice(files: &[&LogFile]) -> String {
    let keys: Vec<String> = files.iter().map(|file| quote(&file.key)).collect();
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
            hex(&id),
            quote(body),
            hex(body),
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
