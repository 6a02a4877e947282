//! Ends an audit: from what was examined to the report.

use std::collections::{BTreeMap, HashSet};

use super::listing::{self, Name, Unlisted, name_of};
use super::unlisted::{self, Group};
use super::{Audit, Held, LogFact, Place, Report, Scope, Verdict};
use crate::chain::{Assessment, Window, assess};
use crate::coverage::{HOUR, Hour, Hours, Stretch, Summary};
use crate::finding::{Finding, FindingKind};
use crate::record::DigestRecord;
use crate::{DIGEST_LENGTH, DIGEST_SLACK};

/// Ends an audit.
pub(super) fn sum(audit: Audit) -> Report {
    let Audit {
        scope,
        mut digests,
        stray_digests,
        logs,
        strays,
        mut notes,
    } = audit;
    adopt(&mut digests, stray_digests);
    let is_in_range = |record: &DigestRecord| {
        scope.start.is_none_or(|start| record.end > start)
            && scope.end.is_none_or(|end| record.start < end)
    };
    let speaks = listing::speakers(&digests);
    let listed: HashSet<Name<'_>> = digests
        .iter()
        .flat_map(|held| held.listed.iter().flatten())
        .map(|file| (file.bucket.as_str(), file.object.as_str()))
        .collect();
    let free = || {
        logs.values()
            .filter(|fact| !listed.contains(&name_of(&fact.location)))
    };
    let mut unlisted = Unlisted::of(free().chain(&strays));
    let find = |name: Name<'_>| logs.get(&(name.0.to_owned(), name.1.to_owned()));
    let outcome = listing::check(
        &digests,
        |at| speaks[at] && is_in_range(&digests[at].record),
        find,
        &mut unlisted,
    );
    let mut groups: BTreeMap<Place, Group> = BTreeMap::new();
    for (held, speaks) in digests.iter().zip(&speaks) {
        groups.entry(held.place()).or_default().add(held, *speaks);
    }
    // A moved log file has its finding already.
    let left: HashSet<Name<'_>> = unlisted
        .by_content
        .into_values()
        .flatten()
        .map(|fact| name_of(&fact.location))
        .collect();
    let unmoved = free()
        .filter(|fact: &&LogFact| !fact.is_whole() || left.contains(&name_of(&fact.location)));
    let (planted, more_notes) = unlisted::judge(unmoved, &mut groups, &scope);
    notes.extend(more_notes);

    let mut findings = outcome.findings;
    findings.extend(planted);
    let (digests_checked, digests_valid) = own_findings(&digests, is_in_range, &mut findings);
    for (held, states) in digests.iter_mut().zip(outcome.states) {
        for (mark, state) in held
            .record
            .files
            .0
            .iter_mut()
            .zip(states.into_iter().flatten())
        {
            mark.state = state;
        }
    }
    let (coverage, is_unproven) = cover(&digests, &groups, &scope, is_in_range, &mut findings);
    if digests.is_empty() && logs.is_empty() {
        findings.push(Finding::of_hours(
            FindingKind::DigestsMissing,
            scope.account.as_deref(),
            scope.region.as_deref(),
            scope.start.unwrap_or(0),
            "there is neither a digest nor a log file",
        ));
    }
    if scope.end.is_none() {
        notes.push("no end was given: whether newer digests are missing cannot be told".to_owned());
    }
    findings.sort_by_cached_key(|finding| (finding.time, finding.kind, finding.id()));
    findings.dedup_by_key(|finding| finding.id());
    Report {
        verdict: if !findings.is_empty() {
            Verdict::Findings
        } else if is_unproven {
            Verdict::Unproven
        } else if scope.end.is_none() {
            Verdict::TailUnproven
        } else {
            Verdict::Proven
        },
        start: scope.start,
        end: scope.end,
        digests_checked,
        digests_valid,
        files_checked: outcome.checked,
        files_valid: outcome.valid,
        findings,
        coverage,
        notes,
    }
}

/// Takes digests that were found where none belongs for those whose place is empty.
fn adopt(digests: &mut Vec<Held>, strays: Vec<Held>) {
    for stray in strays {
        let place = stray.record.place();
        let is_there = digests
            .iter()
            .any(|held| held.record.place().is_object(&place.bucket, &place.key));
        if !is_there {
            digests.push(stray);
        }
    }
}

/// Adds what is wrong with single digests of the range; counts them, and those without.
fn own_findings(
    digests: &[Held],
    is_in_range: impl Fn(&DigestRecord) -> bool,
    findings: &mut Vec<Finding>,
) -> (u64, u64) {
    let mut counts = (0, 0);
    for held in digests.iter().filter(|held| is_in_range(&held.record)) {
        counts.0 += 1;
        counts.1 += u64::from(held.record.is_trusted());
        findings.extend(held.findings.iter().cloned());
    }
    counts
}

/// Lays the digests in their chains; says too whether part of the range is unproven
/// without anything being wrong.
fn cover(
    digests: &[Held],
    groups: &BTreeMap<Place, Group>,
    scope: &Scope,
    is_in_range: impl Fn(&DigestRecord) -> bool,
    findings: &mut Vec<Finding>,
) -> (Summary, bool) {
    let mut summary = Summary::default();
    summary.made_at = scope.now.or(scope.end).unwrap_or(0);
    let mut is_unproven = false;
    let mut by_group: BTreeMap<Place, Vec<&DigestRecord>> = BTreeMap::new();
    for held in digests {
        by_group.entry(held.place()).or_default().push(&held.record);
    }
    for (place, records) in by_group {
        let Some(group) = groups.get(&place) else {
            continue;
        };
        let window = Window {
            // Without a start, log files older than the digests show that there was more.
            start: scope.start.or(group.oldest),
            expected_until: scope.end.map(|end| match scope.now {
                Some(now) => end.min(now - DIGEST_SLACK - DIGEST_LENGTH),
                None => end,
            }),
            now: scope.now,
        };
        for (stream, assessment) in assess(neighbourhood(&records, &is_in_range), &window) {
            let stretches = clipped(&assessment, scope);
            is_unproven |= stretches
                .iter()
                .any(|stretch| matches!(stretch.state, Hour::Unknown | Hour::Pending));
            let planted = Hours::from_stretches(group.planted.iter().map(|time| {
                let start = time - time.rem_euclid(HOUR);
                Stretch {
                    start,
                    end: start + HOUR,
                    state: Hour::Finding,
                }
            }));
            let hours = Hours::from_stretches(stretches).joined(&planted);
            summary.set(stream, hours);
            findings.extend(assessment.findings);
        }
    }
    (summary, is_unproven)
}

/// The digests of the range and those just outside of it, which the links at its ends need.
fn neighbourhood<'r>(
    records: &[&'r DigestRecord],
    is_in_range: impl Fn(&DigestRecord) -> bool,
) -> Vec<&'r DigestRecord> {
    let mut sorted = records.to_vec();
    sorted.sort_by_key(|record| (record.start, record.end));
    let Some(first) = sorted.iter().position(|record| is_in_range(record)) else {
        return sorted;
    };
    let last = sorted
        .iter()
        .rposition(|record| is_in_range(record))
        .unwrap_or(first);
    // As many as there may be trails and versions, within two hours.
    let from = sorted[first].start - 2 * DIGEST_LENGTH;
    let until = sorted[last].end + 2 * DIGEST_LENGTH;
    sorted.retain(|record| record.end >= from && record.start <= until);
    sorted
}

/// A stream's stretches within the range; what reaches beyond speaks for the hour at the end.
fn clipped(assessment: &Assessment, scope: &Scope) -> Vec<Stretch> {
    assessment
        .stretches
        .iter()
        .filter_map(|stretch| {
            let mut stretch = *stretch;
            if let Some(start) = scope.start {
                if stretch.end <= start {
                    return None;
                }
                if stretch.start < start {
                    stretch.start = start - start.rem_euclid(HOUR);
                }
            }
            if let Some(end) = scope.end {
                if stretch.start >= end {
                    return None;
                }
                if stretch.end > end {
                    stretch.end = end + (-end).rem_euclid(HOUR);
                }
            }
            Some(stretch)
        })
        .collect()
}

impl Held {
    /// Whom the digest belongs to.
    fn place(&self) -> Place {
        let stream = &self.stream;
        (
            stream.bucket.clone(),
            stream.prefix.clone(),
            stream.account.clone(),
            stream.region.clone(),
        )
    }
}
