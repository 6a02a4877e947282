//! How CloudTrail signs what it delivers: a digest every hour of every stream.

use std::collections::{BTreeMap, BTreeSet};

use crate::archive::Object;
use crate::deliver::{Delivery, LogFile};
use crate::dice::{Dice, derive_text};
use crate::digest::{Digest, Listed, Previous, SIGNATURE};
use crate::rhythm::{push_day, push_second};
use crate::signer::Signer;
use crate::trail::Trail;

/// How long a digest covers.
const HOUR: i64 = 3600;

/// The Region in which global services are recorded, whatever the trail covers.
const GLOBAL: &str = "us-east-1";

/// What digests are written for.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The bucket that the trail delivers to.
    pub bucket: String,
    /// The trail's name.
    pub trail: String,
    /// The Region in which the trail was created.
    pub home: String,
    /// What stands before `AWSLogs/`, without a slash at its end; may be empty.
    pub prefix: String,
    /// The `o-...` of an organization trail.
    pub organization: Option<String>,
    /// When logging started, in seconds of the epoch: no digest covers what is
    /// before, and every digest begins full hours later.
    pub start: i64,
    /// Digests are written until they cover this second and every delivery.
    pub end: i64,
    /// The accounts and Regions; each has a stream of digests of its own, also
    /// where nothing is delivered. Those of the log files are added.
    pub streams: BTreeSet<(String, String)>,
}

impl Signing {
    /// Signs what a trail delivers from its first second to its last.
    pub fn new(trail: &Trail, delivery: &Delivery) -> Self {
        let regions = || trail.regions.iter().map(String::as_str).chain([GLOBAL]);
        Self {
            bucket: "example-trail-logs".to_owned(),
            trail: "management-events".to_owned(),
            home: GLOBAL.to_owned(),
            prefix: delivery.prefix.clone(),
            organization: delivery.organization.clone(),
            start: trail.start.as_second(),
            end: trail.end.as_second(),
            streams: trail
                .accounts
                .iter()
                .flat_map(|account| regions().map(|region| (account.clone(), region.to_owned())))
                .collect(),
        }
    }

    /// Writes and signs the digests of these log files.
    ///
    /// A file is listed by the digest of the hour in which it was delivered,
    /// whatever kind of log it is. What was delivered before the start, which
    /// CloudTrail does not do, is listed by the first digest.
    pub fn digests(&self, files: &[LogFile]) -> Vec<(String, Object)> {
        let mut streams = self.streams.clone();
        let mut by_hour: BTreeMap<(&str, &str, i64), Vec<&LogFile>> = BTreeMap::new();
        let mut hours = self.hour(self.end - 1) + 1;
        for file in files {
            let Some((account, region)) = stream(&file.key) else {
                continue;
            };
            streams.insert((account.to_owned(), region.to_owned()));
            let hour = self.hour(file.delivered);
            hours = hours.max(hour + 1);
            by_hour
                .entry((account, region, hour))
                .or_default()
                .push(file);
        }
        let mut digests = Vec::new();
        for (account, region) in &streams {
            let mut previous = None;
            for hour in 0..hours {
                let delivered = by_hour
                    .get(&(account.as_str(), region.as_str(), hour))
                    .map_or(&[][..], Vec::as_slice);
                let digest = self.digest(account, region, hour, delivered, previous.take());
                let object = digest.object(Signer::cloudtrail(), written(&digest));
                let signature = object.metadata.get(SIGNATURE).map_or("", String::as_str);
                previous = Some(digest.as_previous(signature));
                digests.push((digest.key, object));
            }
        }
        digests
    }

    /// Counts the hours from the start to a second.
    fn hour(&self, second: i64) -> i64 {
        ((second - self.start) / HOUR).max(0)
    }

    fn digest(
        &self,
        account: &str,
        region: &str,
        hour: i64,
        delivered: &[&LogFile],
        previous: Option<Previous>,
    ) -> Digest {
        let start = self.start + hour * HOUR;
        let mut files: Vec<Listed> = delivered
            .iter()
            .map(|file| Listed {
                bucket: self.bucket.clone(),
                key: file.key.clone(),
                sha256: hex::encode(file.sha256),
                newest: file.newest,
                oldest: file.oldest,
            })
            .collect();
        files.sort_by(|one, other| one.key.cmp(&other.key));
        Digest {
            account: account.to_owned(),
            start,
            end: start + HOUR,
            bucket: self.bucket.clone(),
            key: self.key(account, region, start + HOUR),
            fingerprint: Signer::cloudtrail().fingerprint().to_owned(),
            previous,
            files,
        }
    }

    /// Makes the key of a stream's digest that ends at a second.
    pub fn key(&self, account: &str, region: &str, end: i64) -> String {
        let mut key = String::new();
        for part in [
            Some(&self.prefix),
            Some(&"AWSLogs".to_owned()),
            self.organization.as_ref(),
        ]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        {
            key.push_str(part);
            key.push('/');
        }
        for part in [account, "CloudTrail-Digest", region] {
            key.push_str(part);
            key.push('/');
        }
        push_day(&mut key, end);
        key.push('/');
        for part in [
            account,
            "CloudTrail-Digest",
            region,
            &self.trail,
            &self.home,
        ] {
            key.push_str(part);
            key.push('_');
        }
        push_second(&mut key, end);
        key.push_str(".json.gz");
        key
    }
}

/// Tells when a digest is delivered: some minutes after its end.
fn written(digest: &Digest) -> i64 {
    let mut dice = Dice::new(derive_text(6, &digest.key));
    digest.end + 120 + i64::try_from(dice.below(600)).unwrap_or(0)
}

/// Tells the account and Region of CloudTrail's key.
pub(crate) fn stream(key: &str) -> Option<(&str, &str)> {
    let mut parts = key.rsplit('/').skip(4);
    let (region, _, account) = (parts.next()?, parts.next()?, parts.next()?);
    Some((account, region))
}
