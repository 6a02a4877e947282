//! Chains, from records in any order.

use integrity::chain::{Assessment, Window, assess};
use integrity::record::{FileState, RECORD_LIMIT};
use integrity::{DIGEST_SLACK, DigestRecord, FindingKind, Hour, StreamId};

use crate::archive::{Archive, BUCKET, Draft, HOUR, START, ring};

fn records(archive: &Archive) -> Vec<DigestRecord> {
    archive
        .digests
        .iter()
        .map(|key| {
            let mut record = archive.check(key, &ring()).record;
            for mark in &mut record.files.0 {
                mark.state = FileState::Proven;
            }
            record
        })
        .collect()
}

fn assess_one(records: &[DigestRecord], window: &Window) -> Assessment {
    let mut streams = assess(records, window);
    assert_eq!(streams.len(), 1);
    streams.pop_first().expect("one").1
}

fn found(assessment: &Assessment) -> Vec<FindingKind> {
    assessment.findings.iter().map(|one| one.kind).collect()
}

#[test]
fn any_order_and_repetition_gives_the_same_state() {
    let records = records(&Archive::clean(5));
    let window = Window::at(START + 7 * HOUR);
    let forward = assess_one(&records, &window);
    assert_eq!(forward.findings, []);
    assert_eq!(
        (forward.covered_from, forward.covered_until),
        (START, START + 5 * HOUR)
    );
    assert_eq!(forward.hours.at(START), Hour::Proven);
    assert_eq!(forward.hours.at(START + 5 * HOUR), Hour::Pending);
    let mut mixed: Vec<_> = records.iter().rev().cloned().collect();
    mixed.extend(records.iter().cloned().map(|mut record| {
        record.location.version = Some("second".to_owned());
        record
    }));
    assert_eq!(assess_one(&mixed, &window), forward);
}

#[test]
fn a_gap_is_pending_until_it_is_overdue_and_mended_by_what_comes_late() {
    let records = records(&Archive::clean(5));
    let mut holed = records.clone();
    let late = holed.remove(2);
    let ends = late.end;
    let early = assess_one(
        &holed,
        &Window {
            now: Some(ends + DIGEST_SLACK - 1),
            ..Window::default()
        },
    );
    assert_eq!(early.findings, []);
    assert_eq!(early.hours.at(late.start), Hour::Pending);
    let overdue = assess_one(
        &holed,
        &Window {
            now: Some(ends + DIGEST_SLACK),
            ..Window::default()
        },
    );
    assert_eq!(found(&overdue), [FindingKind::DigestMissing]);
    assert_eq!(overdue.hours.at(late.start), Hour::Finding);
    assert_eq!(overdue.findings[0].time, late.start);
    let named = overdue.findings[0]
        .object
        .as_ref()
        .expect("the missing one");
    assert_eq!(named, &late.location);
    holed.push(late);
    assert_eq!(assess_one(&holed, &Window::default()).findings, []);
}

#[test]
fn the_newest_is_missing_only_when_it_is_due() {
    let records = records(&Archive::clean(3));
    let newest = START + 3 * HOUR;
    let due = newest + HOUR + DIGEST_SLACK;
    assert_eq!(assess_one(&records, &Window::at(due)).findings, []);
    let late = assess_one(&records, &Window::at(due + 1));
    assert_eq!(found(&late), [FindingKind::DigestMissingNewest]);
    // The same finding an hour later.
    let later = assess_one(&records, &Window::at(due + HOUR));
    assert_eq!(late.findings[0].id(), later.findings[0].id());
}

#[test]
fn a_trail_that_is_started_anew_is_told_once() {
    let mut archive = Archive::clean(2);
    let log = archive.deliver_log(START + 5 * HOUR, "late");
    let draft = Draft {
        start: START + 4 * HOUR + 1000,
        end: START + 6 * HOUR,
        logs: vec![log],
        previous: None,
        suffix: "",
    };
    archive.deliver_digest(&draft, |_| {});
    let assessment = assess_one(&records(&archive), &Window::default());
    assert_eq!(found(&assessment), [FindingKind::StartUnexpected]);
    assert_eq!(assessment.hours.at(START + 2 * HOUR), Hour::Finding);
    assert_eq!(assessment.hours.at(START + 4 * HOUR), Hour::Finding);
    assert_eq!(assessment.hours.at(START + 5 * HOUR), Hour::Proven);
}

#[test]
fn links_that_do_not_fit_are_named() {
    let link = |start: i64, change: fn(&mut serde_json::Value)| {
        let mut archive = Archive::clean(2);
        let draft = Draft {
            start,
            end: START + 3 * HOUR,
            logs: Vec::new(),
            previous: archive.digests.last().cloned(),
            suffix: "",
        };
        archive.deliver_digest(&draft, change);
        found(&assess_one(&records(&archive), &Window::default()))
    };
    let next = START + 2 * HOUR;
    assert_eq!(link(next, |_| {}), []);
    assert_eq!(
        link(next, |value| value["previousDigestHashValue"] =
            "00".repeat(32).into()),
        [FindingKind::DigestHashChainBroken]
    );
    assert_eq!(
        link(next, |value| value["previousDigestSignature"] =
            "00".repeat(256).into()),
        [FindingKind::DigestSignatureChainBroken]
    );
    assert_eq!(
        link(next, |value| value["previousDigestS3Object"] =
            "elsewhere".into()),
        [FindingKind::DigestHashChainBroken]
    );
    assert_eq!(link(next - 60, |_| {}), [FindingKind::DigestOverlap]);
    assert_eq!(link(next + 60, |_| {}), [FindingKind::DigestMissing]);
}

#[test]
fn backfill_fills_a_gap_and_is_chained_by_itself() {
    let mut archive = Archive::clean(5);
    let lost = archive.digests.remove(2);
    archive.objects.remove(&lost);
    let mut previous = None;
    for half in 0..2 {
        let start = START + 2 * HOUR + half * 1800;
        let draft = Draft {
            start,
            end: start + 1800,
            logs: Vec::new(),
            previous: previous.take(),
            suffix: "_backfill",
        };
        previous = Some(archive.deliver_digest(&draft, |_| {}));
    }
    let mut records = records(&archive);
    assert!(records.iter().all(DigestRecord::is_trusted));
    let assessment = assess_one(&records, &Window::default());
    assert_eq!(assessment.findings, []);
    assert_eq!(assessment.hours.at(START + 2 * HOUR), Hour::Proven);
    // Half of it is not enough.
    let first = records
        .iter()
        .position(|record| record.location.key.contains("backfill"))
        .expect("one");
    records.remove(first);
    let assessment = assess_one(&records, &Window::default());
    assert_eq!(found(&assessment), [FindingKind::DigestMissing]);
}

#[test]
fn trails_and_regions_are_streams_of_their_own() {
    let archive = Archive::clean(2);
    let mut both = records(&archive);
    let others: Vec<_> = both
        .iter()
        .cloned()
        .map(|mut record| {
            record.location.key = record
                .location
                .key
                .replace("management-events", "data-events");
            record.previous = record.previous.map(|mut previous| {
                previous.object = previous.object.replace("management-events", "data-events");
                previous
            });
            record
        })
        .collect();
    both.extend(others);
    let streams = assess(&both, &Window::default());
    assert_eq!(streams.len(), 2);
    for (stream, assessment) in &streams {
        assert_eq!(assessment.findings, [], "{}", stream.trail);
        assert_eq!(assessment.hours.runs().len(), 1);
    }
    let (stream, _) = StreamId::of_digest(BUCKET, &archive.digests[0]).expect("a digest");
    assert!(streams.contains_key(&stream));
}

#[test]
fn a_record_is_read_back_and_bounded() {
    let archive = Archive::clean(2);
    for record in records(&archive) {
        let body = record.encode();
        assert_eq!(DigestRecord::decode(&body), Some(record));
    }
    assert_eq!(DigestRecord::decode(&vec![b' '; RECORD_LIMIT + 1]), None);
    assert_eq!(DigestRecord::decode(b"{}"), None);
    let mut record = records(&archive).remove(0);
    assert!(
        record
            .files
            .set(BUCKET, &archive.logs[0], FileState::Finding)
    );
    assert_eq!(record.files.state(), FileState::Finding);
    assert!(!record.files.set(BUCKET, "another", FileState::Proven));
    assert_eq!(
        record
            .files
            .find(BUCKET, &archive.logs[0])
            .expect("listed")
            .state,
        FileState::Finding
    );
}
