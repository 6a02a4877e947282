//! Digests in the bucket: how they are put, and which are known.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

use aws::Table;
use aws::table::{Marks, Range};
use index::file::{Delivery as Delivered, FileVersion};
use index::table::integrity as places;
use index::{Day, Item};
use integrity::{DIGEST_LENGTH, DigestRecord, PublicKey};
use jiff::Timestamp;
use local::{Cloud, CloudError, Upload};
use trail::ObjectKey;
use trail::key::ObjectKind;

use super::Stack;
use super::resume::{Stored, announcement};
use crate::failure::Failure;
use crate::logs::Delivery;

/// The end of the time in which a key is valid that says none.
const LATEST: i64 = 253_402_300_799;

/// The announcement of a digest, in the order of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Announcement {
    /// The end of the digest, by its name.
    time: Option<i64>,
    /// The message.
    pub(super) body: String,
}

impl Announcement {
    pub(super) fn of(stored: &Stored) -> Self {
        let key = ObjectKey::parse(&stored.version.key);
        Self {
            time: key.ok().and_then(|key| key.delivery_time),
            body: announcement(stored),
        }
    }
}

/// The Regions whose public keys the local CloudTrail answers.
#[derive(Debug)]
pub(super) struct Regions {
    /// The keys of every Region; nothing where there are none to ask.
    keys: Option<Vec<PublicKey>>,
    known: Mutex<BTreeSet<String>>,
}

/// The digests that are examined, of one account and Region at a time.
#[derive(Debug, Default)]
pub(super) struct KnownDigests {
    partition: String,
    versions: HashSet<(String, Option<String>)>,
}

impl Regions {
    pub(super) fn new(keys: Option<Vec<PublicKey>>) -> Self {
        Self {
            keys,
            known: Mutex::default(),
        }
    }

    /// Has the local CloudTrail answer the keys of a Region, or refuse to where nobody knows them.
    fn open(&self, cloud: &Cloud, region: &str) -> Result<(), CloudError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(region) {
            return Ok(());
        }
        match &self.keys {
            Some(keys) => {
                for key in keys {
                    let (from, until) = (key.valid_from, key.valid_until);
                    let (from, until) = (from.unwrap_or(0), until.unwrap_or(LATEST));
                    cloud.register_public_key(region, key.der(), from, until)?;
                }
                cloud.enable_region(region)?;
            }
            None => cloud.disable_region(region)?,
        }
        known.insert(region.to_owned());
        Ok(())
    }
}

impl KnownDigests {
    /// Tells whether an object is a digest that is not among them.
    ///
    /// Reads the digests of an account and Region when it first meets one: keys come in
    /// their order, so those of one follow each other.
    pub(super) async fn lack(
        &mut self,
        table: &Table,
        version: &FileVersion,
    ) -> Result<bool, Failure> {
        let key = ObjectKey::parse(&version.key).ok();
        let Some(key) = key.filter(|key| key.kind == ObjectKind::Digest) else {
            return Ok(false);
        };
        let partition = places::digests(key.account, key.region);
        if self.partition != partition {
            let answer = table.query(Range::partition(&partition)).await?;
            let records = answer.items.iter();
            let records = records.filter_map(|item| DigestRecord::decode(&item.body));
            self.versions = records
                .map(|record| (record.location.key, record.location.version))
                .collect();
            self.partition = partition;
        }
        let name = (version.key.clone(), version.version.clone());
        Ok(!self.versions.contains(&name))
    }
}

impl Stack {
    /// Tells whether a file is a digest that is verified here.
    pub(super) fn takes_digest(&self, delivery: &Delivery) -> bool {
        let key = ObjectKey::parse(&delivery.key);
        key.is_ok_and(|key| key.kind == ObjectKind::Digest) && self.place.holds(&self.key(delivery))
    }

    /// Puts a digest into the bucket with its metadata, and answers its announcement; nothing
    /// where it is there already.
    ///
    /// It is not announced by itself: a digest is about log files that come before it.
    pub(super) fn put_digest(
        &self,
        delivery: Delivery,
        metadata: BTreeMap<String, String>,
    ) -> Result<Option<Announcement>, CloudError> {
        let (bucket, key) = (&self.place.bucket, self.key(&delivery));
        self.horizon.note(&key);
        if let Ok(key) = ObjectKey::parse(&key) {
            self.regions.open(&self.cloud, key.region)?;
        }
        if let Some(there) = self.cloud.object(bucket, &key, None)?
            && there.body == delivery.body
            && there.metadata == metadata
        {
            return Ok(None);
        }
        let mut upload = Upload::new(delivery.body).unannounced();
        for (name, value) in metadata {
            upload = upload.metadata(&name, value);
        }
        let stored = self.cloud.upload(bucket, &key, upload)?;
        Ok(Some(Announcement::of(&Stored {
            etag: Some(stored.etag),
            size: i64::try_from(stored.size).unwrap_or_default(),
            version: FileVersion {
                bucket: bucket.clone(),
                key,
                version: Some(stored.version),
            },
        })))
    }

    /// The days of an account and Region that a file says something of; none where no digest
    /// could list it.
    pub(super) fn days_to_verify(&self, delivery: &Delivery) -> Vec<(String, String, Day)> {
        let key = self.key(delivery);
        let Some(parsed) = ObjectKey::parse(&key)
            .ok()
            .filter(|_| self.place.holds(&key))
        else {
            return Vec::new();
        };
        let Delivered {
            account,
            region,
            day,
            time,
        } = Delivered::from(&parsed);
        let mut days = vec![day];
        if parsed.kind == ObjectKind::Digest && Day::of(time - DIGEST_LENGTH) != day {
            days.push(day.previous());
        }
        let named = |day| (account.clone(), region.clone(), day);
        days.into_iter().map(named).collect()
    }

    /// Notes that the next sweep is to look at a day, before anything of it changes: so that a
    /// process that is killed meanwhile is followed by one that does.
    pub(super) async fn mark_day(
        &self,
        (account, region, day): &(String, String, Day),
    ) -> Result<(), aws::Error> {
        let item = Item {
            partition: places::STATE.to_owned(),
            sort: places::hours(account, region, *day),
            body: Vec::new(),
            expires: None,
        };
        let now = i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or_default();
        let marks = Marks {
            version: Some(now),
            ..Marks::default()
        };
        self.table().overwrite(&item, &marks).await
    }
}
