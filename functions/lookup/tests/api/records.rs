//! Records and the files that they are delivered in.

use index::Day;
use index::file::{Delivery, FileVersion};
use serde_json::{Value, json};

/// 2026-10-13T08:00:00Z, the time of all tests.
pub(crate) const NOW: i64 = 1_791_878_400;

/// A log file in CloudTrail's layout.
pub(crate) fn file(number: u32) -> FileVersion {
    let key = format!(
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/13/\
         111122223333_CloudTrail_eu-west-1_20261013T0755Z_{number:016}.json.gz"
    );
    FileVersion {
        bucket: "logs".to_owned(),
        key,
        version: Some("v1".to_owned()),
    }
}

pub(crate) fn delivery() -> Delivery {
    Delivery {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        day: Day::of(NOW),
        time: NOW - 300,
    }
}

/// A management event at a second before now.
pub(crate) fn event(id: &str, ago: i64, name: &str, user: &str) -> String {
    record(
        id,
        ago,
        &json!({
            "eventName": name,
            "userIdentity": {
                "type": "IAMUser",
                "userName": user,
                "arn": format!("arn:aws:iam::111122223333:user/{user}"),
                "accessKeyId": format!("AKIAIOSFODNN7{}", user.to_uppercase()),
            },
        }),
    )
}

/// A record with some fields more than every one has.
pub(crate) fn record(id: &str, ago: i64, fields: &Value) -> String {
    let time = jiff_text(NOW - ago);
    let mut record = json!({
        "eventVersion": "1.11",
        "eventTime": time,
        "eventID": id,
        "eventSource": "s3.amazonaws.com",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "192.0.2.7",
        "recipientAccountId": "111122223333",
        "eventType": "AwsApiCall",
        "eventCategory": "Management",
        "readOnly": false,
    });
    for (name, value) in fields.as_object().expect("fields") {
        record[name] = value.clone();
    }
    record.to_string()
}

fn jiff_text(second: i64) -> String {
    jiff::Timestamp::from_second(second)
        .expect("a time")
        .to_string()
}
