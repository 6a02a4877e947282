//! Looks whether a digest that is missed lies in the bucket and just was not examined yet.
//!
//! Digests come in any order, several at once, and some long after they were delivered. So
//! what the kept ones leave open is no finding while one that fills it is in the bucket:
//! that one is judged with its neighbours when it is examined, which its own message or
//! the next sweep does.

use std::collections::BTreeSet;

use index::Day;
use integrity::chain::Assessment;
use integrity::coverage::{Hour, Hours, Stretch};
use integrity::{DigestRecord, Finding, FindingKind, Location, StreamId};
use lambda::error::Failure;
use trail::ObjectKey;
use trail::key::ObjectKind;

use crate::Integrity;
use crate::day::named;
use crate::examine::Stored;
use crate::invocation::Invocation;

/// The most digests that are read to see whether one of them fills what is open: a key
/// states a time that the content need not have.
const MOST_READ: usize = 8;

/// The most pages of digests that are listed behind the beginning of what is open.
const MOST_PAGES: usize = 10;

/// What is left to digests that are not examined yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Awaited {
    /// The first and the last second of each stretch that is left open.
    stretches: Vec<(i64, i64)>,
}

impl Awaited {
    /// Tells whether what was found of a time is left as it stands.
    pub(crate) fn leaves(&self, time: i64) -> bool {
        let mut stretches = self.stretches.iter();
        stretches.any(|(start, end)| (*start..=*end).contains(&time))
    }
}

/// What a finding says is open.
struct Open {
    /// The digest that is said to have been delivered, unless it is kept.
    named: Option<Location>,
    /// The time that no digest covers, where the finding is about one.
    hours: Option<(i64, i64)>,
}

impl Integrity {
    /// Takes what a digest in the bucket may yet mend out of what was found of a stream,
    /// and has its hours pending and looked at by the next sweep.
    ///
    /// Fails where the bucket or the table does not answer.
    pub(crate) async fn withhold(
        &self,
        stream: &StreamId,
        assessment: &mut Assessment,
        stored: &[Stored],
        invocation: &Invocation,
    ) -> Result<Awaited, Failure> {
        let kept: BTreeSet<&str> = stored
            .iter()
            .map(|stored| stored.record.location.key.as_str())
            .collect();
        let mut awaited = Awaited::default();
        let mut left = Vec::with_capacity(assessment.findings.len());
        for finding in std::mem::take(&mut assessment.findings) {
            let Some(open) = open(&finding, assessment, stored, &kept) else {
                left.push(finding);
                continue;
            };
            let Some(key) = self.awaited(stream, &open, &kept, invocation).await? else {
                left.push(finding);
                continue;
            };
            tracing::info!(
                key,
                kind = finding.kind.as_str(),
                "a digest is not examined yet, so nothing is told of what it leaves open"
            );
            let stretch = open.hours.unwrap_or((finding.time, finding.time));
            awaited.stretches.push(stretch);
            if let Ok(parsed) = ObjectKey::parse(&key) {
                let day = Day::from(parsed.delivery_day);
                self.mark_day(&stream.account, &stream.region, day, invocation)
                    .await?;
            }
        }
        assessment.findings = left;
        if !awaited.stretches.is_empty() {
            for stretch in &mut assessment.stretches {
                if awaited.stretches.contains(&(stretch.start, stretch.end)) {
                    stretch.state = Hour::Pending;
                }
            }
            assessment.hours = Hours::from_stretches(assessment.stretches.iter().copied());
        }
        Ok(awaited)
    }

    /// The key of a digest in the bucket that is not kept and fills what is open.
    async fn awaited(
        &self,
        stream: &StreamId,
        open: &Open,
        kept: &BTreeSet<&str>,
        invocation: &Invocation,
    ) -> Result<Option<String>, Failure> {
        if let Some(named) = &open.named {
            let fills = |record: &DigestRecord| record.place().is_object(&named.bucket, &named.key);
            let is_there = named.bucket == self.settings.bucket
                && self.fills(&named.key, fills, invocation).await?;
            if is_there {
                return Ok(Some(named.key.clone()));
            }
        }
        let Some((start, end)) = open.hours else {
            return Ok(None);
        };
        let overlaps = |record: &DigestRecord| record.start < end && start < record.end;
        for key in self.unexamined(stream, (start, end), kept).await? {
            if self.fills(&key, overlaps, invocation).await? {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    /// Tells whether an object of the bucket is a digest of which something holds.
    async fn fills(
        &self,
        key: &str,
        fills: impl Fn(&DigestRecord) -> bool,
        invocation: &Invocation,
    ) -> Result<bool, Failure> {
        let object = named(&self.settings.bucket, key, None);
        if !self.is_digest(&object) {
            return Ok(false);
        }
        let fresh = self.read(&object, invocation).await?;
        Ok(fresh.is_some_and(|fresh| fills(&fresh.checked.record)))
    }

    /// The keys of some digests in the bucket that are not kept, and end in a time by their
    /// names.
    async fn unexamined(
        &self,
        stream: &StreamId,
        (start, end): (i64, i64),
        kept: &BTreeSet<&str>,
    ) -> Result<Vec<String>, Failure> {
        let bucket = &self.settings.bucket;
        if stream.bucket != *bucket {
            return Ok(Vec::new());
        }
        let kind = ObjectKind::Digest.segment();
        let folder = format!(
            "{}{}/{kind}/{}/",
            stream.prefix, stream.account, stream.region
        );
        let first = Day::of(start).to_string().replace('-', "/");
        let mut after = format!("{folder}{first}/");
        let mut found = Vec::new();
        for _ in 0..MOST_PAGES {
            let page = self.objects.list(bucket, &folder, Some(&after)).await;
            let page = page.map_err(Failure::retry)?;
            let Some(last) = page.last() else {
                break;
            };
            after.clone_from(&last.key);
            let is_behind = ObjectKey::parse(&last.key)
                .is_ok_and(|key| Day::from(key.delivery_day) > Day::of(end));
            for object in page {
                let Some((mut of, Some(time))) = StreamId::of_digest(bucket, &object.key) else {
                    continue;
                };
                // Backfill digests fill what others leave open.
                of.backfill = false;
                let is_open = start < time && time <= end && of == *stream;
                if is_open && !kept.contains(object.key.as_str()) {
                    found.push(object.key);
                    if found.len() == MOST_READ {
                        return Ok(found);
                    }
                }
            }
            if is_behind {
                break;
            }
        }
        Ok(found)
    }
}

/// What a finding says is open; nothing where no other digest would mend it.
fn open(
    finding: &Finding,
    assessment: &Assessment,
    stored: &[Stored],
    kept: &BTreeSet<&str>,
) -> Option<Open> {
    let object = finding.object.as_ref()?;
    let mut records = stored.iter().map(|stored| &stored.record);
    match finding.kind {
        FindingKind::DigestMissing => {
            let is_covered = |stretch: &Stretch| {
                let mut records = records.clone();
                records.any(|record| (record.start, record.end) == (stretch.start, stretch.end))
            };
            let open = |stretch: &&Stretch| {
                stretch.start == finding.time
                    && stretch.state == Hour::Finding
                    && !is_covered(stretch)
            };
            let stretches = assessment.stretches.iter().filter(open);
            let end = stretches.map(|stretch| stretch.end).max();
            // Where nothing names a digest it is the one before the gap.
            let is_kept = kept.contains(object.key.as_str());
            Some(Open {
                named: Some(object.clone()).filter(|_| !is_kept),
                hours: end.map(|end| (finding.time, end)),
            })
        }
        FindingKind::DigestHashChainBroken => {
            let broken = records.find(|record| record.location == *object)?;
            let previous = broken.previous.as_ref()?;
            let is_kept = kept.contains(previous.object.as_str());
            (!is_kept).then(|| Open {
                named: Some(Location::new(&previous.bucket, &previous.object)),
                hours: None,
            })
        }
        _ => None,
    }
}
