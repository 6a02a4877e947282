//! Judges the links between digests, and tells the hours that they prove.

use alerts::Finding as Alert;
use aws::table::{Marks, Range};
use index::block::LARGEST_BODY;
use index::table::integrity::{self as places, Kept};
use index::{Day, Item};
use integrity::chain::{self, Window};
use integrity::coverage::{HOUR, Hour, Hours, Stretch};
use integrity::{DigestRecord, FindingKind, StreamId, Summary};
use lambda::error::Failure;

use crate::Integrity;
use crate::alert;
use crate::book::{Place, place};
use crate::examine::Stored;
use crate::invocation::Invocation;
use crate::stream::Stream;

/// What is found of several digests, and not of one of them alone.
const LINKS: [FindingKind; 7] = [
    FindingKind::DigestMissing,
    FindingKind::DigestMissingNewest,
    FindingKind::DigestsMissing,
    FindingKind::DigestHashChainBroken,
    FindingKind::DigestSignatureChainBroken,
    FindingKind::DigestOverlap,
    FindingKind::StartUnexpected,
];

/// How often a summary that somebody else has written meanwhile is written anew.
const ATTEMPTS: usize = 8;

/// The hours of a stream between two times.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) stream: StreamId,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) hours: Hours,
}

/// A finding that is not mended, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) place: Place,
    pub(crate) finding: Alert,
}

impl Open {
    /// The finding's kind, where it is one of integrity.
    pub(crate) fn kind(&self) -> Option<FindingKind> {
        FindingKind::named(&self.finding.kind)
    }

    /// Tells whether it is about an account and Region.
    pub(crate) fn is_of(&self, stream: &Stream) -> bool {
        self.finding.account.as_deref() == Some(&stream.account)
            && self.finding.region.as_deref() == Some(&stream.region)
    }
}

impl Integrity {
    /// Judges the links of a digest with those next to it, once it is kept.
    pub(crate) async fn check_links(
        &self,
        record: &DigestRecord,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let Some((place, _)) = StreamId::of_digest(&record.location.bucket, &record.location.key)
        else {
            return Ok(());
        };
        let stream = Stream {
            account: place.account,
            region: place.region,
        };
        let (from, until) = (record.start - 1, record.end + 1);
        let stored = self.digests(&stream, from, until).await?;
        self.judge(&stream, &stored, (from, until), invocation)
            .await
            .map(|_| ())
    }

    /// Judges the links of some digests: enters what is wrong in a time, crosses out what
    /// is mended, and tells the hours from the digest before that time on.
    ///
    /// What a digest may mend that is in the bucket and not examined yet is left to that.
    pub(crate) async fn judge(
        &self,
        stream: &Stream,
        stored: &[Stored],
        (from, until): (i64, i64),
        invocation: &Invocation,
    ) -> Result<Vec<Told>, Failure> {
        let window = Window {
            now: Some(invocation.now),
            ..Window::default()
        };
        let records = || stored.iter().map(|stored| &stored.record);
        let assessed = chain::assess(records(), &window);
        let mut told = Vec::new();
        let mut alerts = Vec::new();
        let mut left = Vec::new();
        // A time that no digest covers begins before the digest that shows it.
        let first = records()
            .filter(|record| record.end <= from)
            .map(|record| record.end)
            .max()
            .map_or(from, |end| end.min(from));
        for (id, mut assessment) in assessed {
            let found = &mut assessment.findings;
            found.retain(|finding| (first..=until).contains(&finding.time));
            let awaited = self
                .withhold(&id, &mut assessment, stored, invocation)
                .await?;
            left.push(awaited);
            alerts.extend(assessment.findings.iter().map(alert::of));
            // The newest digest is followed by what is not due: others tell of that.
            let end = until.min(assessment.covered_until);
            if assessment.covered_from < end {
                told.push(Told {
                    stream: id,
                    start: first.max(assessment.covered_from),
                    end,
                    hours: assessment.hours,
                });
            }
        }
        self.enter(&alerts, invocation).await?;
        let open = self.open_findings(stream, first, until).await?;
        let mended = open.iter().filter(|open| match open.kind() {
            Some(FindingKind::DigestMissingNewest) => {
                records().any(|record| record.end > open.finding.time)
            }
            Some(FindingKind::DigestsMissing) | None => false,
            Some(kind) => {
                // One that is gone after it was verified has a record still.
                let is_link = LINKS.contains(&kind) && !is_of_kept(&open.finding, stored);
                let is_left = left.iter().any(|left| left.leaves(open.finding.time));
                is_link && !is_left && alerts.iter().all(|alert| place(alert) != open.place)
            }
        });
        self.cross_out(mended.map(|open| &open.place), invocation)
            .await?;
        Ok(told)
    }

    /// Reads what is found of an account and Region in a time and not mended.
    pub(crate) async fn open_findings(
        &self,
        stream: &Stream,
        from: i64,
        until: i64,
    ) -> Result<Vec<Open>, Failure> {
        let range = Range {
            partition: places::FINDINGS,
            from: &places::finding_from(Day::of(from)),
            until: &places::finding_until(Day::of(until)),
            consistent: true,
        };
        let answer = self.table.query(range).await.map_err(Failure::retry)?;
        let read = |item: Item| {
            let kept: Kept<Alert> = serde_json::from_slice(&item.body).ok()?;
            let is_open = kept.resolved.is_none();
            is_open.then_some(Open {
                place: item.sort,
                finding: kept.finding,
            })
        };
        let open = answer.items.into_iter().filter_map(read);
        Ok(open
            .filter(|open| open.is_of(stream) && (from..=until).contains(&open.finding.time))
            .collect())
    }

    /// Reads the summary, and which version of it this is.
    pub(crate) async fn summary(&self) -> Result<(Summary, Option<Marks>), Failure> {
        let found = self.table.find(places::SUMMARY, places::SUMMARY_SORT).await;
        let Some(found) = found.map_err(Failure::retry)? else {
            return Ok((Summary::default(), None));
        };
        let summary = Summary::decode(&found.item.body).unwrap_or_else(|| {
            tracing::error!("the coverage summary cannot be read, it is made anew");
            Summary::default()
        });
        Ok((summary, Some(found.marks)))
    }

    /// Puts hours into the summary; of two who do so at once neither loses any.
    pub(crate) async fn tell_hours(
        &self,
        told: &[Told],
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        for _ in 0..ATTEMPTS {
            let (mut summary, marks) = self.summary().await?;
            summary.made_at = summary.made_at.max(invocation.now);
            for Told {
                stream,
                start,
                end,
                hours,
            } in told
            {
                summary.update(stream, *start, *end, hours);
            }
            let body = fitting(&mut summary, invocation.now)?;
            let item = Item {
                partition: places::SUMMARY.to_owned(),
                sort: places::SUMMARY_SORT.to_owned(),
                body,
                expires: None,
            };
            let next = |version: i64| Marks {
                version: Some(version),
                ..Marks::default()
            };
            let is_written = match marks {
                None => {
                    let created = self.table.create(&item, &next(1)).await;
                    created.map_err(Failure::retry)? == aws::table::Created::Written
                }
                Some(marks) => {
                    let version = marks.version.unwrap_or_default() + 1;
                    let replaced = self.table.replace(&item, &next(version), &marks).await;
                    replaced.map_err(Failure::retry)?
                }
            };
            if is_written {
                return Ok(());
            }
        }
        Err(Failure::retry(
            "the coverage summary is written by others all the time",
        ))
    }
}

/// Writes a summary; forgets the oldest hours where it would be too large for an item.
fn fitting(summary: &mut Summary, now: i64) -> Result<Vec<u8>, Failure> {
    let mut body = summary.encode().map_err(Failure::retry)?;
    for days in [3_650, 1_825, 730, 365, 180, 90, 30, 7] {
        if body.len() <= LARGEST_BODY {
            break;
        }
        tracing::error!(
            days,
            "the coverage summary is too large, older hours are forgotten"
        );
        let streams = summary.streams().iter();
        let streams: Vec<StreamId> = streams.map(|known| known.stream.clone()).collect();
        for stream in streams {
            summary.update(&stream, 0, now - days * 86_400, &Hours::default());
        }
        body = summary.encode().map_err(Failure::retry)?;
    }
    Ok(body)
}

/// Tells whether a finding is about the object of a digest that is kept.
pub(crate) fn is_of_kept(finding: &Alert, stored: &[Stored]) -> bool {
    finding.kind == FindingKind::DigestMissing.as_str()
        && stored.iter().any(|stored| {
            let record = &stored.record;
            finding.object.as_deref() == Some(&record.location.key) && finding.time == record.start
        })
}

/// Puts what is found of single hours over the hours that digests prove.
pub(crate) fn overlaid(hours: &Hours, open: &[Open]) -> Hours {
    let stretches = open
        .iter()
        .filter(|open| {
            open.kind().is_some_and(|kind| {
                // The links between digests are in the hours already, but for a digest that
                // was there and is gone.
                kind == FindingKind::DigestMissing
                    || !LINKS.contains(&kind) && kind != FindingKind::KeyUnavailable
            })
        })
        .map(|open| {
            let start = open.finding.time.div_euclid(HOUR) * HOUR;
            Stretch {
                start,
                end: start + HOUR,
                state: Hour::Finding,
            }
        });
    // Each by itself: hours between them are none of theirs.
    stretches.fold(hours.clone(), |hours, stretch| {
        hours.joined(&Hours::from_stretches([stretch]))
    })
}
