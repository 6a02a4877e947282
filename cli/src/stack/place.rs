//! Where log files are put: the bucket, and the start of their keys.

use local::{Cloud, CloudError};
use serde::{Deserialize, Serialize};

use super::Signed;
use crate::failure::Failure;
use crate::logs::Delivery;

/// The bucket where no digest says its name.
const USUAL: &str = "trailkeep-logs";

/// The bucket and key under which a data directory remembers where its log files are.
pub(super) const SETTINGS: &str = "trailkeep-settings";
const KEY: &str = "place.json";

/// What keys begin with that no digest could list: their files were not in CloudTrail's
/// layout, or are of another trail than the digests.
const LOOSE: &str = "loose/";

/// A bucket, and what stands before `AWSLogs/` in its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) bucket: String,
    pub(super) prefix: String,
    /// Whether digests are there.
    pub(super) is_signed: bool,
    /// Whether the log files at hand are of another bucket than the digests there.
    #[serde(skip)]
    pub(super) is_foreign: bool,
}

impl Place {
    /// Settles the place for some log files, and remembers it.
    ///
    /// What is there stays where it is.
    pub(super) fn settle(cloud: &Cloud, signed: Option<&Signed>) -> Result<Self, Failure> {
        cloud.create_bucket_without_lock(SETTINGS)?;
        let kept = cloud.object(SETTINGS, KEY, None)?;
        let kept = match kept {
            Some(object) => Some(serde_json::from_slice::<Self>(&object.body)?),
            None => None,
        };
        let mut place = kept.clone().unwrap_or_else(|| Self {
            bucket: USUAL.to_owned(),
            prefix: String::new(),
            is_signed: false,
            is_foreign: false,
        });
        if let Some(signed) = signed {
            let is_same = (&place.bucket, &place.prefix) == (&signed.bucket, &signed.prefix);
            if !place.is_signed && (is_same || is_empty(cloud, &place.bucket)?) {
                place.bucket.clone_from(&signed.bucket);
                place.prefix.clone_from(&signed.prefix);
                place.is_signed = true;
            }
        }
        // Before it is remembered, so that what is remembered is there.
        cloud.create_bucket(&place.bucket)?;
        if kept.as_ref() != Some(&place) {
            cloud.put_object(SETTINGS, KEY, serde_json::to_vec(&place)?)?;
        }
        let own = (&place.bucket, &place.prefix);
        place.is_foreign = signed.is_some_and(|signed| own != (&signed.bucket, &signed.prefix));
        Ok(place)
    }

    /// The key under which a file is put.
    pub(super) fn key(&self, delivery: &Delivery) -> String {
        let key = &delivery.key;
        if !self.is_signed {
            key.clone()
        } else if delivery.is_named_by_content || self.is_foreign {
            format!("{LOOSE}{key}")
        } else {
            format!("{}{key}", self.prefix)
        }
    }

    /// Tells whether a key is of the trail that the digests are of.
    pub(super) fn holds(&self, key: &str) -> bool {
        let own = key.strip_prefix(&self.prefix);
        self.is_signed && own.is_some_and(|own| own.starts_with("AWSLogs/"))
    }
}

/// Tells whether nothing is in a bucket, or there is none.
fn is_empty(cloud: &Cloud, bucket: &str) -> Result<bool, Failure> {
    match cloud.object_keys(bucket, "") {
        Ok(keys) => Ok(keys.is_empty()),
        Err(CloudError::Refused(_)) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(is_named_by_content: bool) -> Delivery {
        Delivery {
            key: "AWSLogs/k".to_owned(),
            body: Vec::new(),
            is_named_by_content,
        }
    }

    #[test]
    fn what_no_digest_could_list_lies_apart() {
        let place = |is_signed, is_foreign| Place {
            bucket: "logs".to_owned(),
            prefix: "p/".to_owned(),
            is_signed,
            is_foreign,
        };
        let own = place(true, false);
        assert_eq!(own.key(&delivery(false)), "p/AWSLogs/k");
        assert_eq!(own.key(&delivery(true)), "loose/AWSLogs/k");
        assert!(own.holds("p/AWSLogs/k"));
        assert!(!own.holds("loose/AWSLogs/k") && !own.holds("AWSLogs/k"));
        assert_eq!(place(true, true).key(&delivery(false)), "loose/AWSLogs/k");
        let unsigned = place(false, false);
        assert_eq!(unsigned.key(&delivery(true)), "AWSLogs/k");
        assert!(!unsigned.holds("p/AWSLogs/k"));
    }
}
