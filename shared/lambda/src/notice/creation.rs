//! Notifications as S3 sends them, for those who ask for objects to be indexed.

use serde_json::{Value, json};

use super::Object;

/// Who says that objects were created, in S3's place.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// The sender's name, by which its messages are told from S3's.
    pub name: &'a str,
    /// The Region of the bucket.
    pub region: &'a str,
    /// When it says so, as ISO 8601 with milliseconds.
    pub time: &'a str,
}

impl Sender<'_> {
    /// Writes the message: what S3 would have sent of these objects.
    ///
    /// What is not known of an object is left out. A version that is known is pinned, as
    /// S3 pins it.
    pub fn created(&self, objects: &[Object]) -> String {
        let records: Vec<_> = objects.iter().map(|object| self.record(object)).collect();
        json!({ "Records": records }).to_string()
    }

    /// Writes the message that these objects are to be restored until the start of a day,
    /// `YYYY-MM-DD`.
    pub fn restored(&self, objects: &[Object], until: &str) -> String {
        let records: Vec<_> = objects.iter().map(|object| self.record(object)).collect();
        json!({ "Records": records, "trailkeep": { "restore_until": until } }).to_string()
    }

    fn record(&self, object: &Object) -> Value {
        let Self { name, region, time } = self;
        let bucket = &object.bucket;
        let mut described = json!({ "key": encode(&object.key) });
        if let Some(size) = object.size {
            described["size"] = json!(size);
        }
        for (name, value) in [
            ("eTag", &object.etag),
            ("versionId", &object.version),
            ("sequencer", &object.sequencer),
        ] {
            if let Some(value) = value {
                described[name] = json!(value);
            }
        }
        json!({
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": region,
            "eventTime": time,
            "eventName": "ObjectCreated:Put",
            "userIdentity": { "principalId": name },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": {},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": name,
                "bucket": { "name": bucket, "arn": format!("arn:{}:s3:::{bucket}", partition(region)) },
                "object": described,
            },
        })
    }
}

/// The part of AWS that a Region is in, as ARNs name it.
fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// Encodes a key as S3 does in notifications: as a form value, slashes kept.
fn encode(key: &str) -> String {
    let parts = key.split('/');
    let encoded = parts.map(|part| form_urlencoded::byte_serialize(part.as_bytes()).collect());
    encoded.collect::<Vec<String>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::read;

    #[test]
    fn what_is_written_is_read_back() {
        let plain = Object {
            bucket: "logs".to_owned(),
            key: "a b+ü%/c.json.gz".to_owned(),
            version: None,
            etag: None,
            size: None,
            sequencer: None,
        };
        let whole = Object {
            version: Some("v1".to_owned()),
            etag: Some("0123abcd".to_owned()),
            size: Some(7),
            ..plain.clone()
        };
        let sender = Sender {
            name: "trailkeep-test",
            region: "eu-west-1",
            time: "1970-01-01T00:00:00.000Z",
        };
        let body = sender.created(&[plain.clone(), whole.clone()]);
        let notice = read(&body).expect("a notification");
        assert_eq!(notice.delivered(), [plain, whole]);
    }

    #[test]
    fn regions_are_of_their_part_of_aws() {
        assert_eq!(partition("eu-west-1"), "aws");
        assert_eq!(partition("us-gov-east-1"), "aws-us-gov");
        assert_eq!(partition("cn-north-1"), "aws-cn");
    }
}
