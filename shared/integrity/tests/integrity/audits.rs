//! Whole archives, clean and tampered with.

use integrity::audit::{Scope, Verdict};
use integrity::stored::Metadata;
use integrity::{Hour, KeyRing};

use crate::archive::{
    ACCOUNT, Archive, BUCKET, Draft, HOUR, REGION, START, gzip, iso, kinds, log_content, log_key,
    ring, signing_key,
};

const HOURS: i64 = 6;

#[test]
fn a_clean_archive_is_proven() {
    let report = Archive::clean(HOURS).audit(Archive::scope(HOURS), &ring());
    assert_eq!(report.findings, []);
    assert_eq!(report.verdict, Verdict::Proven);
    assert_eq!((report.digests_checked, report.digests_valid), (6, 6));
    assert_eq!((report.files_checked, report.files_valid), (10, 10));
    let counts = report
        .coverage
        .over(START, START + HOURS * HOUR, Some(ACCOUNT), Some(REGION));
    assert_eq!((counts.proven, counts.total()), (6, 6));
    assert!(report.notes.is_empty(), "{:?}", report.notes);
    let text = serde_json::to_string(&report).expect("serializes");
    assert!(text.starts_with("{\"verdict\":\"proven\""));
}

#[test]
fn without_an_end_the_tail_is_unproven() {
    let report = Archive::clean(HOURS).audit(Scope::default(), &ring());
    assert_eq!(report.verdict, Verdict::TailUnproven);
    assert_eq!(report.findings, []);
    assert!(report.notes[0].contains("no end was given"));
}

#[test]
fn nothing_at_all_is_a_finding() {
    let report = Archive::default().audit(Archive::scope(HOURS), &ring());
    assert_eq!(kinds(&report), ["digests-missing"]);
}

#[test]
fn the_order_of_the_objects_does_not_matter() {
    use integrity::Location;
    use integrity::audit::{Audit, examine};
    let mut archive = Archive::clean(HOURS);
    let log = archive.logs[4].clone();
    archive.rename(&log, "backup/of-a-log.json.gz");
    let forward = archive.audit(Archive::scope(HOURS), &ring());
    let mut audit = Audit::new(Archive::scope(HOURS));
    for (key, object) in archive.objects.iter().rev() {
        let location = Location::new(BUCKET, key.as_str());
        audit.take(examine(location, &object.bytes, &object.metadata, &ring()));
    }
    let backward = audit.finish();
    assert_eq!(forward.findings, backward.findings);
    assert_eq!(forward.coverage, backward.coverage);
}

#[test]
fn a_range_judges_only_itself() {
    let mut archive = Archive::clean(HOURS);
    let (log, digest) = (archive.logs[0].clone(), archive.digests[5].clone());
    archive.objects.remove(&log);
    archive.objects.remove(&digest);
    let scope = |from: i64, to: i64| Scope {
        start: Some(START + from * HOUR),
        end: Some(START + to * HOUR),
        ..Scope::default()
    };
    let report = archive.audit(scope(1, 5), &ring());
    assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.findings);
    assert_eq!((report.digests_checked, report.files_checked), (4, 6));
    assert_eq!(kinds(&archive.audit(scope(0, 5), &ring())), ["log-missing"]);
    assert_eq!(
        kinds(&archive.audit(scope(1, 6), &ring())),
        ["digest-missing-newest"]
    );
    // Before the first digest there is nothing to be proven by.
    let before = archive.audit(scope(-3, 5), &ring());
    assert_eq!(kinds(&before), ["log-missing"]);
    let clean = Archive::clean(HOURS).audit(scope(-3, 5), &ring());
    assert_eq!(clean.verdict, Verdict::Unproven);
}

#[test]
fn a_first_digest_whose_log_files_are_older_has_lost_its_predecessor() {
    let mut archive = Archive::clean(HOURS);
    let first = archive.digests[0].clone();
    archive.objects.remove(&first);
    let report = archive.audit(Scope::default(), &ring());
    assert_eq!(kinds(&report), ["digest-missing"]);
    for log in &archive.logs[..2] {
        archive.objects.remove(log);
    }
    let report = archive.audit(Scope::default(), &ring());
    assert_eq!(report.verdict, Verdict::TailUnproven);
}

#[test]
fn what_is_not_due_yet_is_pending() {
    let archive = Archive::clean(HOURS);
    let newest = START + HOURS * HOUR;
    let scope = |now: i64| Scope {
        start: Some(START),
        end: Some(now),
        now: Some(now),
        ..Scope::default()
    };
    let report = archive.audit(scope(newest + HOUR), &ring());
    assert_eq!(report.verdict, Verdict::Unproven, "{:#?}", report.findings);
    assert_eq!(report.coverage.streams()[0].hours.at(newest), Hour::Pending);
    let late = archive.audit(scope(newest + 5 * HOUR), &ring());
    assert_eq!(kinds(&late), ["digest-missing-newest"]);
}

#[test]
fn keys_that_cannot_be_fetched_are_no_tampering() {
    let report = Archive::clean(3).audit(Archive::scope(3), &KeyRing::new());
    assert_eq!(kinds(&report), ["key-unavailable"; 3]);
    assert_eq!(report.coverage.streams()[0].hours.at(START), Hour::Pending);
    // The chain speaks all the same.
    let mut archive = Archive::clean(3);
    let key = archive.digests[1].clone();
    archive.rewrite(&key, |text| {
        text.replace(&iso(START + 2 * HOUR - 60), &iso(START + 2 * HOUR - 61))
    });
    let report = archive.audit(Archive::scope(3), &KeyRing::new());
    assert!(kinds(&report).contains(&"digest-hash-chain-broken"));
    let mut archive = Archive::clean(3);
    archive.object(&key).metadata.signature = Some("ab".repeat(256));
    let report = archive.audit(Archive::scope(3), &KeyRing::new());
    assert!(kinds(&report).contains(&"digest-signature-chain-broken"));
}

#[test]
fn log_files_of_others_and_twice_listed_ones_are_findings() {
    let mut archive = Archive::clean(2);
    let (last, log) = (archive.digests[1].clone(), archive.logs[0].clone());
    let foreign = log_key("444455556666", START + 2 * HOUR + 60, "FOREIGNFOREIGNFO");
    archive.put(
        &foreign,
        gzip(log_content(START, "x").as_bytes()),
        Metadata::default(),
    );
    let draft = Draft {
        start: START + 2 * HOUR,
        end: START + 3 * HOUR,
        logs: vec![log, foreign],
        previous: Some(last),
        suffix: "",
    };
    archive.deliver_digest(&draft, |_| {});
    let report = archive.audit(Archive::scope(3), &ring());
    let mut found = kinds(&report);
    found.sort_unstable();
    assert_eq!(found, ["log-foreign", "log-listed-twice"]);
}

#[test]
fn a_digest_of_another_account_is_foreign() {
    let mut archive = Archive::clean(3);
    let key = archive.digests[2].clone();
    let mut value = archive.value(&key);
    value["awsAccountId"] = "444455556666".into();
    archive.put_digest(&key, &value, signing_key());
    let report = archive.audit(Archive::scope(3), &ring());
    assert_eq!(kinds(&report), ["digest-foreign"]);
}
