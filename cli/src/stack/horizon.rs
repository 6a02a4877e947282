//! The time that log files are of: a folder of the past has no now of its own.
//!
//! Nothing is missing because time has gone on since a folder was copied. So digests are
//! judged as at the time of the copy, which was when the newest object was there.

use std::sync::atomic::{AtomicI64, Ordering};

use integrity::{DIGEST_LENGTH, DIGEST_SLACK};
use trail::ObjectKey;
use trail::key::ObjectKind;

/// The newest times that are named by objects' keys.
#[derive(Debug, Default)]
pub(super) struct Horizon {
    /// The end of the newest digest.
    digest: AtomicI64,
    /// The delivery of the newest log file.
    delivery: AtomicI64,
}

impl Horizon {
    /// Notes an object by its key.
    pub(super) fn note(&self, key: &str) {
        let Ok(key) = ObjectKey::parse(key) else {
            return;
        };
        // A file under another day than its name says is nobody's word for the time.
        let day = index::Day::from(key.delivery_day);
        let Some(time) = key
            .delivery_time
            .filter(|time| index::Day::of(*time) == day)
        else {
            return;
        };
        let newest = if key.kind == ObjectKind::Digest {
            &self.digest
        } else {
            &self.delivery
        };
        newest.fetch_max(time, Ordering::Relaxed);
    }

    /// The time at which the newest of it was there.
    ///
    /// A digest comes within some time of its end: that much is given to all that
    /// end no earlier than an hour before the newest.
    pub(super) fn now(&self) -> i64 {
        self.digest()
            .saturating_add(DIGEST_SLACK)
            .max(self.delivery())
    }

    /// The time up to which digests can be expected.
    pub(super) fn until(&self) -> i64 {
        let due = self.now().saturating_sub(DIGEST_SLACK + DIGEST_LENGTH);
        self.digest().max(due)
    }

    fn digest(&self) -> i64 {
        self.digest.load(Ordering::Relaxed)
    }

    fn delivery(&self) -> i64 {
        self.delivery.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_object_tells_the_time() {
        let horizon = Horizon::default();
        let folder = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/13";
        let name = "111122223333_CloudTrail-Digest_eu-west-1_t_us-east-1_20261013T084531Z";
        horizon.note(&format!("{folder}/{name}.json.gz"));
        let end = 1_791_881_131;
        assert_eq!(horizon.until(), end);
        assert_eq!(horizon.now(), end + DIGEST_SLACK);
        let log = |day: &str, time: &str| {
            format!(
                "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/{day}/\
                 111122223333_CloudTrail_eu-west-1_{time}_AbCdEfGhIjKlMnOp.json.gz"
            )
        };
        horizon.note(&log("13", "20261013T0905Z"));
        horizon.note(&log("14", "20261013T2305Z"));
        assert_eq!(
            horizon.now(),
            end + DIGEST_SLACK,
            "some minutes are no matter"
        );
        horizon.note(&log("14", "20261014T0845Z"));
        let delivered = 1_791_967_500;
        assert_eq!(horizon.now(), delivered);
        assert_eq!(horizon.until(), delivered - DIGEST_SLACK - DIGEST_LENGTH);
    }
}
