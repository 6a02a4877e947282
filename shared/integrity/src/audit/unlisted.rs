//! Judges the log files that no digest lists.

use std::collections::BTreeMap;

use trail::key::ObjectKind;

use super::{Held, LogFact, Place, Scope, place_of};
use crate::LISTING_SLACK;
use crate::finding::{Finding, FindingKind};

/// A log file that is named in one digest's time may be listed by the next.
const LATE: i64 = 15 * 60;
const DAY: i64 = 86_400;

/// The digests of one account, Region and prefix, of whichever trails.
#[derive(Debug)]
pub(super) struct Group {
    /// Whether any of them can be read.
    pub(super) has_digests: bool,
    /// The first second that any covers.
    from: i64,
    /// The second up to which any covers.
    until: i64,
    /// What those cover that speak for their log files, in order.
    spoken: Vec<(i64, i64)>,
    /// The oldest log file of the range that is older than every digest.
    pub(super) oldest: Option<i64>,
    /// The log files that are listed by no digest and should be: the times of delivery.
    pub(super) planted: Vec<i64>,
}

impl Default for Group {
    fn default() -> Self {
        Self {
            has_digests: false,
            from: i64::MAX,
            until: i64::MIN,
            spoken: Vec::new(),
            oldest: None,
            planted: Vec::new(),
        }
    }
}

impl Group {
    pub(super) fn add(&mut self, held: &Held, speaks: bool) {
        self.has_digests = true;
        self.from = self.from.min(held.record.start);
        self.until = self.until.max(held.record.end);
        if speaks {
            self.spoken.push((held.record.start, held.record.end));
            self.spoken.sort_unstable();
        }
    }

    fn is_spoken(&self, time: i64) -> bool {
        self.spoken
            .iter()
            .any(|(start, end)| (*start..*end).contains(&time))
    }
}

/// How many log files are not judged, and why.
#[derive(Debug, Default)]
pub(super) struct Set {
    older: u64,
    newer: u64,
    in_gaps: u64,
}

/// Judges the log files that no digest lists and that are not one that was moved.
pub(super) fn judge<'a>(
    facts: impl Iterator<Item = &'a LogFact>,
    groups: &mut BTreeMap<Place, Group>,
    scope: &Scope,
) -> (Vec<Finding>, Vec<String>) {
    let mut findings = Vec::new();
    let mut set = Set::default();
    let mut without: BTreeMap<Place, (i64, u64)> = BTreeMap::new();
    for fact in facts {
        let Some((place, key)) = place_of(&fact.location) else {
            continue;
        };
        // Aggregated files hold no records.
        if key.kind == ObjectKind::Aggregated {
            continue;
        }
        let day = key
            .delivery_day
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map_or(0, |day| day.timestamp().as_second());
        // A file renamed by hand may have been delivered at any time of its day.
        let (first, last) = key
            .delivery_time
            .map_or((day, day + DAY - 1), |time| (time, time));
        if scope.start.is_some_and(|start| last < start)
            || scope.end.is_some_and(|end| end <= first)
        {
            continue;
        }
        let group = groups.entry(place.clone()).or_default();
        if !group.has_digests {
            let (oldest, count) = without.entry(place).or_insert((first, 0));
            *oldest = first.min(*oldest);
            *count += 1;
            continue;
        }
        match group.standing(first, last, scope) {
            Standing::Planted => {
                group.planted.push(first);
                findings.push(Finding::about(
                    FindingKind::LogUnlisted,
                    fact.location.clone(),
                    (Some(&place.2), Some(&place.3)),
                    first,
                    "the digests of its time are there, and none of them lists it",
                ));
            }
            Standing::Older => {
                group.oldest = Some(group.oldest.map_or(first, |oldest| oldest.min(first)));
                set.older += 1;
            }
            Standing::Newer => set.newer += 1,
            Standing::InGap => set.in_gaps += 1,
        }
    }
    findings.extend(without.into_iter().map(
        |((bucket, prefix, account, region), (oldest, count))| {
            Finding::of_hours(
                FindingKind::DigestsMissing,
                Some(&account),
                Some(&region),
                oldest,
                format!("{count} log files are there and no digest, under s3://{bucket}/{prefix}"),
            )
        },
    ));
    (findings, set.notes())
}

enum Standing {
    /// The digests that should list it are there.
    Planted,
    /// It is older than the first digest.
    Older,
    /// The digest that should list it is not due, or beyond the end.
    Newer,
    /// The digest that should list it is in a finding of its own.
    InGap,
}

impl Group {
    fn standing(&self, first: i64, last: i64, scope: &Scope) -> Standing {
        if last < self.from {
            return Standing::Older;
        }
        if first >= self.until || scope.now.is_some_and(|now| first > now - LISTING_SLACK) {
            return Standing::Newer;
        }
        if first != last {
            // Its minute is not known: some digest of its day is enough.
            let is_spoken = self
                .spoken
                .iter()
                .any(|(start, end)| *start <= last && first < *end);
            return if is_spoken {
                Standing::Planted
            } else {
                Standing::InGap
            };
        }
        let late = first + LATE;
        if !self.is_spoken(first) {
            Standing::InGap
        } else if self.is_spoken(late) || (late >= self.until && scope.end.is_some()) {
            Standing::Planted
        } else if late >= self.until {
            Standing::Newer
        } else {
            Standing::InGap
        }
    }
}

impl Set {
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut note = |count: u64, text: &str| {
            if count > 0 {
                notes.push(format!("{count} log files {text}"));
            }
        };
        note(
            self.older,
            "are older than their stream's first digest: nothing vouches for them",
        );
        note(
            self.newer,
            "are newer than the digests that would list them",
        );
        note(
            self.in_gaps,
            "belong to hours whose digests are missing or altered, so that nothing vouches for them",
        );
        notes
    }
}
