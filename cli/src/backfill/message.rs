//! Notifications as S3 sends them.

use jiff::Timestamp;
use lambda::notice::{Object, Sender};
use trail::ObjectKey;

use crate::archive::Listed;

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

    /// Writes the message: what S3 would have sent, had it been asked to in time. With a
    /// day, the log files are to be restored until it begins.
    ///
    /// The sequencer, which a listing does not tell, is left out.
    pub(super) fn body(
        &self,
        bucket: &str,
        region: &str,
        now: Timestamp,
        restored_until: Option<&str>,
    ) -> String {
        let objects: Vec<_> = self
            .objects
            .iter()
            .map(|object| of(object, bucket))
            .collect();
        let sender = Sender {
            name: "trailkeep-backfill",
            region,
            time: &format!("{now:.3}"),
        };
        match restored_until {
            Some(day) => sender.restored(&objects, day),
            None => sender.created(&objects),
        }
    }
}

fn of(listed: &Listed, bucket: &str) -> Object {
    Object {
        bucket: bucket.to_owned(),
        key: listed.key.clone(),
        version: listed.version.clone(),
        etag: listed.etag.clone(),
        size: Some(listed.size),
        sequencer: None,
    }
}

#[cfg(test)]
mod tests {
    use lambda::notice::read;
    use serde_json::Value;

    use super::*;

    fn object(account: &str, day: &str, number: u32, size: u64) -> Listed {
        let key = format!("a b+ü/AWSLogs/{account}/CloudTrail/eu-west-1/{day}/{number}.json.gz");
        Listed {
            key,
            size,
            etag: Some("0123abcd".to_owned()),
            version: (number > 0).then(|| format!("v{number}")),
        }
    }

    #[test]
    fn the_indexer_reads_what_was_written() {
        let mut group = Group::default();
        let objects: Vec<_> = (0..3)
            .map(|number| object("111122223333", "2026/10/13", number, 7))
            .collect();
        objects.iter().cloned().for_each(|object| group.add(object));
        let body = group.body("logs", "eu-west-1", Timestamp::UNIX_EPOCH, None);
        let notice = read(&body).expect("a notification");
        assert!(notice.refused().is_empty());
        for (read, written) in notice.delivered().iter().zip(&objects) {
            assert_eq!((&read.bucket[..], &read.key), ("logs", &written.key));
            assert_eq!((read.size, &read.etag), (Some(7), &written.etag));
            assert_eq!((&read.version, &read.sequencer), (&written.version, &None));
        }
        assert_eq!(notice.delivered().len(), objects.len());
        assert!(body.contains("\"eventTime\":\"1970-01-01T00:00:00.000Z\""));
        assert!(!body.contains("restore"));

        let until = Some("2027-01-15");
        let restoring = group.body("logs", "eu-west-1", Timestamp::UNIX_EPOCH, until);
        assert_eq!(read(&restoring).expect("a notification"), notice);
        let restoring: Value = serde_json::from_str(&restoring).expect("JSON");
        assert_eq!(restoring["trailkeep"]["restore_until"], "2027-01-15");
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
