//! Examines one digest: by itself, with the log files that it lists.

use aws::objects::GetError;
use aws::table::Marks;
use index::file::FileVersion;
use index::table::integrity as places;
use index::{Day, Item};
use integrity::record::FileState;
use integrity::stored::{Checked, Metadata, StoredDigest, check};
use integrity::{DigestRecord, Finding, FindingKind, KeyRing, Location, StreamId};
use lambda::error::Failure;
use lambda::notice::{Object, Sender};
use serde::{Deserialize, Serialize};

use crate::Integrity;
use crate::alert::{self, time_text};
use crate::book::Place;
use crate::compare::{Compared, MOST_FINDINGS};
use crate::invocation::Invocation;

/// The largest digest, as compressed as it lies in the bucket.
const MOST_COMPRESSED: usize = 16 * 1024 * 1024;

/// How many objects one message of the index queue names.
const MOST_NAMED: usize = 10;

/// What is kept of a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// What it says, and how its files stand.
    #[serde(flatten)]
    pub(crate) record: DigestRecord,
    /// The object's `ETag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
    /// The places of what was found of it and of its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) findings: Vec<Place>,
}

impl Stored {
    /// Reads what is kept of a digest.
    pub(crate) fn of(item: &Item) -> Option<Self> {
        serde_json::from_slice(&item.body).ok()
    }

    /// Tells whether nothing of it is to be looked at again.
    pub(crate) fn is_settled(&self) -> bool {
        self.record.verdict != Some(FindingKind::KeyUnavailable) && !self.has_pending()
    }

    fn has_pending(&self) -> bool {
        let is_pending = |mark: &integrity::record::FileMark| mark.state == FileState::Pending;
        self.record.is_trusted() && self.record.files.0.iter().any(is_pending)
    }

    /// How many of its files are still to be indexed.
    pub(crate) fn pending(&self) -> u64 {
        let marks = self.record.files.0.iter();
        marks
            .filter(|mark| mark.state == FileState::Pending)
            .count() as u64
    }
}

/// A digest as it lies in the bucket, checked by itself.
pub(crate) struct Fresh {
    location: Location,
    etag: Option<String>,
    pub(crate) checked: Checked,
}

/// A digest as it was fetched.
struct Fetched {
    location: Location,
    bytes: Vec<u8>,
    etag: Option<String>,
    metadata: Metadata,
}

impl Integrity {
    /// Examines a digest and keeps what is found; answers nothing where the object is gone.
    ///
    /// It may be examined as often as one likes: what is found is entered once, and what
    /// is found no more is crossed out. Fails where the bucket, the table or a queue does
    /// not answer; then nothing is kept, and it is to be examined again.
    pub(crate) async fn examine(
        &self,
        object: &Object,
        invocation: &Invocation,
    ) -> Result<Option<Stored>, Failure> {
        let Some(Fresh {
            location,
            etag,
            checked,
        }) = self.read(object, invocation).await?
        else {
            return Ok(None);
        };
        let Checked {
            stream,
            mut record,
            digest,
            mut findings,
        } = checked;
        let (account, region) = own_place(&location, &stream);
        let partition = places::digests(&account, &region);
        let version = FileVersion {
            bucket: location.bucket.clone(),
            key: location.key.clone(),
            version: location.version.clone(),
        };
        let sort = places::digest(record.end, &version);
        let prior = self.table.get(&partition, &sort).await;
        let prior = prior.map_err(Failure::retry)?;
        let prior = prior.as_ref().and_then(Stored::of);
        invocation.count(|counts| counts.digests += 1);
        let same = prior.as_ref().filter(|prior| {
            prior.record.sha256 == record.sha256 && prior.record.verdict == record.verdict
        });
        if let Some(digest) = digest.filter(|_| record.is_trusted()) {
            let prior = same.map(|prior| &prior.record.files);
            let foreign = findings.clone();
            let compared = self
                .compare(&digest, &mut record, prior, &foreign, invocation)
                .await?;
            findings.extend(self.follow(compared, invocation).await?);
        }
        let stored = self
            .settle(
                (record, etag),
                &region,
                findings,
                prior.as_ref(),
                invocation,
            )
            .await?;
        invocation.count(|counts| counts.pending += stored.pending());
        let item = Item {
            partition,
            sort,
            body: serde_json::to_vec(&stored).unwrap_or_default(),
            expires: self.settings.retention.expires(Day::of(stored.record.end)),
        };
        let kept = self.table.overwrite(&item, &Marks::default()).await;
        kept.map_err(Failure::retry)?;
        // Behind the record: a mark that is met says that what it is about is there.
        self.mark_hours(&account, &region, &stored.record, invocation)
            .await?;
        Ok(Some(stored))
    }

    /// Reads a digest and checks it by itself; nothing where it is gone.
    pub(crate) async fn read(
        &self,
        object: &Object,
        invocation: &Invocation,
    ) -> Result<Option<Fresh>, Failure> {
        let Some(Fetched {
            location,
            bytes,
            etag,
            metadata,
        }) = self.fetch(object).await?
        else {
            return Ok(None);
        };
        let checked = self.check(&location, &bytes, &metadata, invocation).await?;
        Ok(Some(Fresh {
            location,
            etag,
            checked,
        }))
    }

    async fn fetch(&self, object: &Object) -> Result<Option<Fetched>, Failure> {
        let Object {
            bucket,
            key,
            version,
            ..
        } = object;
        let got = self
            .objects
            .get(bucket, key, version.as_deref(), MOST_COMPRESSED)
            .await;
        let location = Location::new(bucket.clone(), key.clone());
        match got {
            Ok(got) => {
                let metadata = got.metadata.iter();
                let metadata = metadata.map(|(name, value)| (name.as_str(), value.as_str()));
                let metadata = Metadata::from_pairs(metadata);
                Ok(Some(Fetched {
                    location: location.at_version(got.version),
                    bytes: got.bytes,
                    etag: got.etag,
                    metadata,
                }))
            }
            Err(GetError::Missing) => Ok(None),
            Err(error @ GetError::Archived) => {
                // Nothing can be said of it, and of those beside it everything.
                tracing::warn!(key, %error, "a digest is left out");
                Ok(None)
            }
            Err(error @ GetError::TooLarge { .. }) => {
                tracing::error!(key, %error, "a digest is not read");
                // Read as what it is not: a digest that cannot be read.
                Ok(Some(Fetched {
                    location: location.at_version(version.clone()),
                    bytes: error.to_string().into_bytes(),
                    etag: object.etag.clone(),
                    metadata: Metadata::default(),
                }))
            }
            Err(error @ GetError::Call(_)) => Err(Failure::retry(error)),
        }
    }

    /// Checks a digest by itself, with the key that it names.
    async fn check(
        &self,
        location: &Location,
        object: &[u8],
        metadata: &Metadata,
        invocation: &Invocation,
    ) -> Result<Checked, Failure> {
        let stored = StoredDigest {
            location,
            object,
            metadata,
        };
        let first = check(&stored, &KeyRing::new());
        let fingerprint = first.record.fingerprint.as_deref();
        let (Some(FindingKind::KeyUnavailable), Some(fingerprint)) =
            (first.record.verdict, fingerprint)
        else {
            return Ok(first);
        };
        let generated = metadata.backfill_generated.as_deref();
        let time = generated.and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let time = time.map_or(first.record.end, jiff::Timestamp::as_second);
        let ring = self
            .keyring
            .ring(
                &self.table,
                &first.stream.region,
                fingerprint,
                time,
                invocation.now,
            )
            .await?;
        Ok(check(&stored, &ring))
    }

    /// Sends what is to be indexed, and hands back what is wrong.
    async fn follow(
        &self,
        compared: Compared,
        invocation: &Invocation,
    ) -> Result<Vec<Finding>, Failure> {
        self.send_to_index(&compared.to_index, invocation).await?;
        invocation.count(|counts| counts.files += compared.files);
        Ok(compared.findings)
    }

    /// Sends log files to be indexed.
    pub(crate) async fn send_to_index(
        &self,
        objects: &[Object],
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let sender = Sender {
            name: "trailkeep-integrity",
            region: &self.settings.region,
            time: &time_text(invocation.now),
        };
        let bodies: Vec<String> = objects
            .chunks(MOST_NAMED)
            .map(|objects| sender.created(objects))
            .collect();
        for bodies in bodies.chunks(aws::queue::BATCH) {
            self.index_queue
                .send(bodies)
                .await
                .map_err(Failure::retry)?;
        }
        invocation.count(|counts| counts.queued += objects.len() as u64);
        Ok(())
    }

    /// Enters what was found, and crosses out what an earlier look has found and this did not.
    async fn settle(
        &self,
        (record, etag): (DigestRecord, Option<String>),
        region: &str,
        mut findings: Vec<Finding>,
        prior: Option<&Stored>,
        invocation: &Invocation,
    ) -> Result<Stored, Failure> {
        if findings.len() > MOST_FINDINGS {
            let (key, count) = (&record.location.key, findings.len());
            tracing::error!(key, count, "more is wrong with a digest than is told apart");
            findings.truncate(MOST_FINDINGS);
        }
        let fingerprint = record.fingerprint.as_deref();
        let alerts: Vec<_> = findings
            .iter()
            .map(|finding| alert::of_digest(finding, region, fingerprint))
            .collect();
        self.enter(&alerts, invocation).await?;
        let places: Vec<Place> = alerts.iter().map(crate::book::place).collect();
        let before = prior.map(|prior| prior.findings.as_slice());
        let mended = before
            .unwrap_or_default()
            .iter()
            .filter(|place| !places.contains(place));
        self.cross_out(mended, invocation).await?;
        Ok(Stored {
            record,
            etag,
            findings: places,
        })
    }

    /// Notes that the hours of a digest are to be told anew.
    async fn mark_hours(
        &self,
        account: &str,
        region: &str,
        record: &DigestRecord,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let last = Day::of(record.end.saturating_sub(1).max(record.start));
        let days = [Day::of(record.start), last];
        let count = if days[0] == days[1] { 1 } else { 2 };
        for day in days.into_iter().take(count) {
            self.mark_day(account, region, day, invocation).await?;
        }
        Ok(())
    }
}

/// The account and Region under which a digest is kept: those of the place where it lies.
fn own_place(location: &Location, stream: &StreamId) -> (String, String) {
    let place = StreamId::of_digest(&location.bucket, &location.key);
    let place = place.map_or_else(|| stream.clone(), |(place, _)| place);
    (place.account, place.region)
}
