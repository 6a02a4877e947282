//! Audits one day of an account and Region: what its digests list, what lies in the
//! bucket, and what the indexer recorded, each against the others.

use std::collections::{BTreeMap, BTreeSet};

use index::Day;
use integrity::digest::{DIGEST_LIMIT, Digest, ListedFile};
use integrity::location::name_hash;
use integrity::{DigestRecord, Finding, FindingKind, Location};
use lambda::error::Failure;
use lambda::notice::Object;
use trail::ObjectKey;
use trail::gzip::Member;

use self::suspicion::{Audit, Expected, Suspicion};
use crate::Integrity;
use crate::alert;
use crate::book::place;
use crate::compare::{Look, found};
use crate::examine::Stored;
use crate::invocation::Invocation;
use crate::stream::{Folders, Stream};
use crate::summary::{Open, Told, is_of_kept, overlaid};

mod suspicion;

/// The most findings of a day that are told apart; its hours stay in the state of a finding.
const MOST_FINDINGS: usize = 200;

/// The most log files of a day that are read to see whether they were moved.
const MOST_STRAYS: usize = 20;

/// What the audit of a day finds of single log files, and takes back when it is mended.
const OWN: [FindingKind; 8] = [
    FindingKind::LogMissing,
    FindingKind::LogChanged,
    FindingKind::LogAppended,
    FindingKind::LogTruncated,
    FindingKind::LogInvalid,
    FindingKind::LogUnlisted,
    FindingKind::IndexDiffers,
    FindingKind::IndexUnlisted,
];

/// What the audit of a day came to.
#[derive(Debug, Default)]
pub(crate) struct Audited {
    /// The hours of the day.
    pub(crate) told: Vec<Told>,
    /// Whether nothing of it is to be looked at again.
    pub(crate) is_settled: bool,
    /// Log files that no digest lists, told as findings or not.
    pub(crate) strays: Vec<Finding>,
}

impl Integrity {
    /// Audits a day.
    ///
    /// Everything is found from what is there: it may be audited as often as one likes, by
    /// several at once. Fails where the bucket, the table or a queue does not answer.
    pub(crate) async fn audit_day(
        &self,
        stream: &Stream,
        folders: &Folders,
        day: Day,
        invocation: &Invocation,
    ) -> Result<Audited, Failure> {
        let digests = self.examine_day(stream, folders, day, invocation).await?;
        if invocation.is_over() {
            // Digests may be left that list what would seem to be listed nowhere.
            return Ok(Audited::default());
        }
        let stored = self.day_of_digests(stream, day).await?;
        let range = (day.start(), day.end() + 1);
        let mut told = self.judge(stream, &stored, range, invocation).await?;
        let objects = self.day_logs(stream, folders, day).await?;
        let records = self.day_records(stream, day).await?;
        let audit = Audit::new(
            day,
            &self.settings.bucket,
            &stored,
            &records,
            invocation.now,
        );
        let present: BTreeSet<u64> = objects
            .iter()
            .map(|object| name_hash(audit.bucket, &object.key))
            .collect();
        let suspicions =
            audit.suspicions(&objects, &present, &self.expected(stream, day, invocation));
        let mut findings = self
            .confirm(&audit, suspicions.digests, &present, invocation)
            .await?;
        findings.extend(suspicions.unlisted.iter().cloned());
        findings.truncate(MOST_FINDINGS);
        let strays = suspicions.unlisted.into_iter().chain(suspicions.strays);
        let alerts: Vec<_> = findings.iter().map(alert::of).collect();
        self.enter(&alerts, invocation).await?;
        let open = self.open_findings(stream, range.0, range.1 - 1).await?;
        let kept: BTreeSet<&String> = stored.iter().flat_map(|stored| &stored.findings).collect();
        let is_back = |open: &Open| {
            let object = open.finding.object.as_ref();
            is_of_kept(&open.finding, &stored)
                && object.is_some_and(|object| digests.contains(object))
        };
        let mended: Vec<_> = open
            .iter()
            .filter(|open| open.kind().is_some_and(|kind| OWN.contains(&kind)) || is_back(open))
            .filter(|open| !kept.contains(&open.place))
            .filter(|open| alerts.iter().all(|alert| place(alert) != open.place))
            .map(|open| open.place.clone())
            .collect();
        self.cross_out(&mended, invocation).await?;
        let open: Vec<_> = open
            .into_iter()
            .filter(|open| !mended.contains(&open.place))
            .collect();
        for told in &mut told {
            told.hours = overlaid(&told.hours, &open);
        }
        Ok(Audited {
            told,
            is_settled: stored.iter().all(Stored::is_settled),
            strays: strays.take(MOST_STRAYS).collect(),
        })
    }

    /// Examines digests of a day that are not kept yet, that are not settled, and that are
    /// not in the bucket as they were; answers the keys of those that lie there.
    async fn examine_day(
        &self,
        stream: &Stream,
        folders: &Folders,
        day: Day,
        invocation: &Invocation,
    ) -> Result<BTreeSet<String>, Failure> {
        let stored = self.day_of_digests(stream, day).await?;
        let objects = self.day_digests(stream, folders, day).await?;
        let known: BTreeMap<&str, Vec<&Stored>> =
            stored.iter().fold(BTreeMap::new(), |mut known, stored| {
                let key = stored.record.location.key.as_str();
                known.entry(key).or_default().push(stored);
                known
            });
        for object in &objects {
            let is_known = known.get(object.key.as_str()).is_some_and(|stored| {
                let is_current = |stored: &&Stored| stored.etag == object.etag;
                stored
                    .iter()
                    .any(|stored| is_current(stored) && stored.is_settled())
            });
            if is_known || invocation.is_over() {
                continue;
            }
            let object = named(&self.settings.bucket, &object.key, None);
            self.examine(&object, invocation).await?;
        }
        let day_of = |key: &str| {
            let parsed = ObjectKey::parse(key).ok();
            parsed.map(|key| Day::from(key.delivery_day))
        };
        let mut gone = Vec::new();
        for (key, stored) in known {
            let is_there = objects.iter().any(|object| object.key == key);
            if is_there || day_of(key) != Some(day) {
                continue;
            }
            let Some(newest) = stored.last() else {
                continue;
            };
            let head = self.objects.head(&self.settings.bucket, key, None).await;
            if head.map_err(Failure::retry)?.is_none() {
                gone.push(Finding::about(
                    FindingKind::DigestMissing,
                    newest.record.location.clone(),
                    (Some(&stream.account), Some(&stream.region)),
                    newest.record.start,
                    "the digest was there and was examined, and is gone",
                ));
            }
        }
        let alerts: Vec<_> = gone.iter().map(alert::of).collect();
        self.enter(&alerts, invocation).await?;
        Ok(objects.into_iter().map(|object| object.key).collect())
    }

    /// Whether file records of a day are still to be there.
    fn expected(&self, stream: &Stream, day: Day, invocation: &Invocation) -> Expected {
        let retention = self.settings.policy.longest_of(&stream.account);
        Expected {
            are_kept: retention
                .expires(day)
                .is_none_or(|expires| expires > invocation.now),
        }
    }

    /// Reads what is suspicious, to say what it is.
    async fn confirm(
        &self,
        audit: &Audit<'_>,
        suspicions: BTreeMap<usize, BTreeMap<u64, Suspicion>>,
        present: &BTreeSet<u64>,
        invocation: &Invocation,
    ) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        let mut to_index = Vec::new();
        for (number, names) in suspicions {
            let Some(stored) = audit.stored.get(number) else {
                continue;
            };
            if invocation.is_over() || findings.len() >= MOST_FINDINGS {
                break;
            }
            let Some(digest) = self.digest_of(&stored.record).await? else {
                continue;
            };
            for file in &digest.log_files {
                let name = name_hash(&file.bucket, &file.object);
                let Some(suspicion) = names.get(&name) else {
                    continue;
                };
                let is_of_day = ObjectKey::parse(&file.object)
                    .is_ok_and(|key| Day::from(key.delivery_day) == audit.day);
                match suspicion {
                    Suspicion::Gone if !is_of_day || present.contains(&name) => {}
                    Suspicion::Gone | Suspicion::Replaced => {
                        invocation.count(|counts| counts.files += 1);
                        findings.extend(self.wrong(file, &stored.record).await?);
                    }
                    Suspicion::Differs => {
                        findings.push(self.confirm_index((file, &stored.record)).await?);
                    }
                    Suspicion::Forgotten => {
                        if let Look::Same(object) = self.look(file, None).await? {
                            to_index.push(object);
                        }
                    }
                    Suspicion::Twice => {
                        let detail = "another digest lists it too";
                        let kind = FindingKind::LogListedTwice;
                        findings.push(found(kind, file, &stored.record, detail));
                    }
                }
            }
        }
        self.send_to_index(&to_index, invocation).await?;
        Ok(findings)
    }

    async fn confirm_index(
        &self,
        (file, record): (&ListedFile, &DigestRecord),
    ) -> Result<Finding, Failure> {
        Ok(match self.look(file, None).await? {
            Look::Differs(kind, detail) => found(kind, file, record, &detail),
            Look::Same(_) | Look::Missing => {
                let detail = "the index has recorded another hash than the digest lists";
                found(FindingKind::IndexDiffers, file, record, detail)
            }
        })
    }

    /// Reads a digest again that was examined; nothing where it is not what it was.
    pub(crate) async fn digest_of(&self, record: &DigestRecord) -> Result<Option<Digest>, Failure> {
        let Location {
            bucket,
            key,
            version,
        } = &record.location;
        let got = self
            .objects
            .get(bucket, key, version.as_deref(), DIGEST_LIMIT)
            .await;
        let object = match got {
            Ok(object) => object,
            Err(error @ aws::objects::GetError::Call(_)) => return Err(Failure::retry(error)),
            Err(_) => return Ok(None),
        };
        let Ok(member) = Member::read(&object.bytes, DIGEST_LIMIT) else {
            return Ok(None);
        };
        let is_same = record.sha256 == Some(trail::digest::sha256(&member.content));
        Ok(Digest::parse(&member.content).ok().filter(|_| is_same))
    }
}

/// Names an object as a notification does.
pub(crate) fn named(bucket: &str, key: &str, version: Option<String>) -> Object {
    Object {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version,
        etag: None,
        size: None,
        sequencer: None,
    }
}
