//! Notifications as S3 sends them.

use aws::objects::Listed;
use jiff::Timestamp;
use serde_json::{Value, json};
use trail::ObjectKey;

/// The most log files of one message: so many that the indexer writes large segments, so
/// few that one bad file sends few others back with it.
pub(super) const MOST_FILES: usize = 10;

/// The most compressed bytes of one message, unless a single file has more.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// The log files of one message: of the same account, Region and day.
#[derive(Debug, Default)]
pub(super) struct Group {
    objects: Vec<Listed>,
    bytes: u64,
}

impl Group {
    /// Tells whether there is none in it.
    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    /// The last key.
    pub(super) fn last_key(&self) -> Option<&str> {
        self.objects.last().map(|object| object.key.as_str())
    }

    /// Tells whether a log file may join.
    pub(super) fn takes(&self, object: &Listed) -> bool {
        let Some(last) = self.objects.last() else {
            return true;
        };
        let source = |key| {
            ObjectKey::parse(key)
                .ok()
                .map(|key| (key.account, key.region, key.delivery_day))
        };
        self.objects.len() < MOST_FILES
            && self.bytes.saturating_add(object.size) <= MOST_BYTES
            && source(&last.key) == source(&object.key)
    }

    /// Adds a log file.
    pub(super) fn add(&mut self, object: Listed) {
        self.bytes = self.bytes.saturating_add(object.size);
        self.objects.push(object);
    }

    /// Writes the message: what S3 would have sent, had it been asked to in time.
    ///
    /// The version and the sequencer, which a listing does not tell, are left out.
    pub(super) fn body(&self, bucket: &str, region: &str, now: Timestamp) -> String {
        let records: Vec<_> = self
            .objects
            .iter()
            .map(|object| record(object, bucket, region, now))
            .collect();
        json!({ "Records": records }).to_string()
    }
}

fn record(object: &Listed, bucket: &str, region: &str, now: Timestamp) -> Value {
    let mut described = json!({ "key": encode(&object.key), "size": object.size });
    if let Some(etag) = &object.etag {
        described["eTag"] = json!(etag);
    }
    json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": region,
        "eventTime": format!("{now:.3}"),
        "eventName": "ObjectCreated:Put",
        "userIdentity": { "principalId": "trailkeep-backfill" },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": {},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "trailkeep-backfill",
            "bucket": { "name": bucket, "arn": format!("arn:{}:s3:::{bucket}", partition(region)) },
            "object": described,
        },
    })
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
    use lambda::notice::read;

    use super::*;

    fn object(account: &str, day: &str, number: u32, size: u64) -> Listed {
        let key = format!("a b+ü/AWSLogs/{account}/CloudTrail/eu-west-1/{day}/{number}.json.gz");
        Listed {
            key,
            size,
            etag: Some("0123abcd".to_owned()),
        }
    }

    #[test]
    fn the_indexer_reads_what_was_written() {
        let mut group = Group::default();
        let objects: Vec<_> = (0..3)
            .map(|number| object("111122223333", "2026/10/13", number, 7))
            .collect();
        objects.iter().cloned().for_each(|object| group.add(object));
        let body = group.body("logs", "eu-west-1", Timestamp::UNIX_EPOCH);
        let notice = read(&body).expect("a notification");
        assert!(notice.refused().is_empty());
        for (read, written) in notice.delivered().iter().zip(&objects) {
            assert_eq!((&read.bucket[..], &read.key), ("logs", &written.key));
            assert_eq!((read.size, &read.etag), (Some(7), &written.etag));
            assert_eq!((&read.version, &read.sequencer), (&None, &None));
        }
        assert_eq!(notice.delivered().len(), objects.len());
        assert!(body.contains("\"eventTime\":\"1970-01-01T00:00:00.000Z\""));
    }

    #[test]
    fn a_group_is_of_one_account_and_day_and_bounded() {
        let mut group = Group::default();
        let first = object("111122223333", "2026/10/13", 0, 1);
        assert!(group.takes(&object("111122223333", "2026/10/13", 0, u64::MAX)));
        group.add(first);
        assert!(group.takes(&object("111122223333", "2026/10/13", 1, 1)));
        assert!(!group.takes(&object("444455556666", "2026/10/13", 1, 1)));
        assert!(!group.takes(&object("111122223333", "2026/10/14", 1, 1)));
        assert!(!group.takes(&object("111122223333", "2026/10/13", 1, MOST_BYTES)));
        for number in 1..10 {
            group.add(object("111122223333", "2026/10/13", number, 1));
        }
        assert!(!group.takes(&object("111122223333", "2026/10/13", 10, 1)));
    }
}
