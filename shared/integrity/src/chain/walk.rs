//! Walks a stream from digest to digest.

use std::collections::BTreeMap;

use super::{Assessment, Window, is_content_genuine, link, state_of};
use crate::coverage::{Hour, Hours, Stretch};
use crate::digest::Previous;
use crate::finding::{Finding, FindingKind};
use crate::location::{Location, StreamId};
use crate::record::DigestRecord;

/// Digests by bucket and key.
pub(super) type Places<'r> = BTreeMap<(&'r str, &'r str), usize>;

/// A walk under way: what it is about, and what it found.
pub(super) struct Walk<'w> {
    /// The account and Region, and with the trail's name a stream's own id.
    stream: &'w StreamId,
    window: &'w Window,
    regular: &'w [&'w DigestRecord],
    pub(super) backfill: &'w [&'w DigestRecord],
    findings: Vec<Finding>,
    stretches: Vec<Stretch>,
}

/// Walks a stream's digests and its backfill digests, each in the order of time.
pub(super) fn walk(
    stream: &StreamId,
    regular: &[&DigestRecord],
    backfill: &[&DigestRecord],
    window: &Window,
) -> Assessment {
    let mut walk = Walk {
        stream,
        window,
        regular,
        backfill,
        findings: Vec::new(),
        stretches: Vec::new(),
    };
    let places = places(regular);
    let mut reach: Option<usize> = None;
    for (at, record) in regular.iter().enumerate() {
        walk.cover(record);
        match reach {
            None => walk.head(record),
            Some(before) => walk.step(before, at, &places),
        }
        if reach.is_none_or(|before| regular[before].end <= record.end) {
            reach = Some(at);
        }
    }
    walk.backfill_links();
    let all = || regular.iter().chain(backfill);
    let covered_from = all().map(|record| record.start).min().unwrap_or(0);
    let covered_until = all().map(|record| record.end).max().unwrap_or(0);
    walk.tail(covered_until);
    Assessment {
        hours: Hours::from_stretches(walk.stretches.iter().copied()),
        findings: walk.findings,
        stretches: walk.stretches,
        covered_from,
        covered_until,
    }
}

pub(super) fn places<'r>(records: &[&'r DigestRecord]) -> Places<'r> {
    records
        .iter()
        .enumerate()
        .map(|(at, record)| {
            let place = record.place();
            ((place.bucket.as_str(), place.key.as_str()), at)
        })
        .collect()
}

impl Walk<'_> {
    /// Notes the time that a digest covers.
    pub(super) fn cover(&mut self, record: &DigestRecord) {
        self.stretch(record.start, record.end, state_of(record));
    }

    fn stretch(&mut self, start: i64, end: i64, state: Hour) {
        if start < end {
            self.stretches.push(Stretch { start, end, state });
        }
    }

    /// Checks a digest against the one before it in time.
    fn step(&mut self, before: usize, at: usize, places: &Places<'_>) {
        let (last, record) = (self.regular[before], self.regular[at]);
        let is_genuine = is_content_genuine(record);
        let Some(previous) = record.previous.as_ref().filter(|_| is_genuine) else {
            if is_genuine {
                self.restarted(last, record);
            } else {
                self.gap(last, record.start, None);
            }
            return;
        };
        let named = places
            .get(&(previous.bucket.as_str(), previous.object.as_str()))
            .copied();
        match named {
            Some(named) if named == before => {
                self.link(previous, record, last);
                self.gap(last, record.start, None);
            }
            Some(named) => {
                let named = self.regular[named];
                self.link(previous, record, named);
                // One that is in a finding of its own may stand anywhere.
                if last.is_trusted() && last.start >= named.end && last.end <= record.start {
                    self.broken(
                        record,
                        FindingKind::DigestHashChainBroken,
                        &format!("the digest passes over {} before it", last.place()),
                    );
                }
                self.gap(last, record.start, None);
            }
            None if last.end < record.start => {
                self.gap(last, record.start, Some(previous));
            }
            // One that is in a finding of its own may stand where the named one was.
            None if last.is_trusted() => self.broken(
                record,
                FindingKind::DigestHashChainBroken,
                &format!(
                    "the digest before it is said to be s3://{}/{}, which is not there",
                    previous.bucket, previous.object
                ),
            ),
            None => {}
        }
        if last.end > record.start && last.is_trusted() {
            self.broken(
                record,
                FindingKind::DigestOverlap,
                &format!(
                    "it begins at {} while {} ends at {}",
                    time(record.start),
                    last.place(),
                    time(last.end)
                ),
            );
        }
    }

    pub(super) fn link(
        &mut self,
        previous: &Previous,
        record: &DigestRecord,
        before: &DigestRecord,
    ) {
        if let Some((kind, detail)) = link::broken(previous, before) {
            self.broken(record, kind, &detail);
            self.stretch(before.start, before.end, Hour::Finding);
        }
    }

    /// Notes a finding about a digest and its predecessor.
    fn broken(&mut self, record: &DigestRecord, kind: FindingKind, detail: &str) {
        self.findings.push(Finding::about(
            kind,
            record.location.clone(),
            subject(self.stream),
            record.end,
            detail,
        ));
        self.stretch(record.start, record.end, Hour::Finding);
    }

    /// Notes that a digest without a predecessor follows others.
    fn restarted(&mut self, last: &DigestRecord, record: &DigestRecord) {
        let detail = format!(
            "the digest has no predecessor, and the one before it ends at {}; it begins at {}",
            time(last.end),
            time(record.start)
        );
        self.findings.push(Finding::about(
            FindingKind::StartUnexpected,
            record.location.clone(),
            subject(self.stream),
            record.end,
            detail,
        ));
        self.stretch(last.end, record.start, Hour::Finding);
    }

    /// Notes what no digest covers behind the last one, up to the next.
    fn gap(&mut self, last: &DigestRecord, end: i64, named: Option<&Previous>) {
        match named {
            Some(named) => {
                let missing = Location::new(&named.bucket, &named.object);
                self.missing(last.end, end, missing, true);
            }
            None => self.missing(last.end, end, last.place().clone(), false),
        }
    }

    /// Notes a time that no digest covers, where the next one is due and no backfill fills it.
    ///
    /// The object is the missing digest where the next one names it, and else the last
    /// that is there.
    fn missing(&mut self, start: i64, end: i64, object: Location, is_named: bool) {
        if start >= end || self.is_filled(start, end) {
            return;
        }
        if !self.window.is_due(end) {
            self.stretch(start, end, Hour::Pending);
            return;
        }
        self.stretch(start, end, Hour::Finding);
        let hours = format!("no digest covers {} to {}", time(start), time(end));
        let detail = if is_named {
            format!("{hours}, though {object} was delivered")
        } else {
            hours
        };
        self.hours_finding(FindingKind::DigestMissing, start, object, &detail);
    }

    /// Checks that the first digest reaches back to where it must.
    fn head(&mut self, first: &DigestRecord) {
        let Some(start) = self.window.start.filter(|start| *start < first.start) else {
            return;
        };
        match &first.previous {
            Some(previous) if is_content_genuine(first) => {
                let missing = Location::new(&previous.bucket, &previous.object);
                self.missing(start, first.start, missing, true);
            }
            // Before a trail's first digest there is nothing to be proven.
            _ => self.stretch(start, first.start, Hour::Unknown),
        }
    }

    /// Checks that the newest digest reaches up to where it must.
    fn tail(&mut self, covered_until: i64) {
        let mut until = covered_until;
        let newest = self
            .regular
            .iter()
            .chain(self.backfill)
            .max_by_key(|record| record.end);
        let expected = self.window.expected_until.filter(|at| *at > until);
        if let (Some(expected), Some(newest)) = (expected, newest) {
            let detail = format!(
                "the newest digest ends at {}, and they are due up to {}",
                time(until),
                time(expected)
            );
            let object = newest.place().clone();
            self.hours_finding(FindingKind::DigestMissingNewest, until, object, &detail);
            self.stretch(until, expected, Hour::Finding);
            until = expected;
        }
        if let Some(now) = self.window.now {
            self.stretch(until, now, Hour::Pending);
        }
    }

    pub(super) fn hours_finding(
        &mut self,
        kind: FindingKind,
        start: i64,
        object: Location,
        detail: &str,
    ) {
        let finding = Finding::about(kind, object, subject(self.stream), start, detail);
        self.findings.push(finding);
    }
}

/// A time as text, for a detail.
fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// Whom a finding of a stream is about.
fn subject(stream: &StreamId) -> (Option<&str>, Option<&str>) {
    (Some(&stream.account), Some(&stream.region))
}
