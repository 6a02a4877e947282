//! Every kind of tampering, with the finding that names it.

use integrity::audit::Verdict;
use integrity::stored::Metadata;

use crate::archive::{
    ACCOUNT, Archive, HOUR, START, digest_key, gzip, hex, inflate, kinds, log_content, log_key,
    other_key, public_key, ring,
};

const HOURS: i64 = 6;

type Tamper = fn(&mut Archive);

/// Each kind of tampering with the one finding that names it.
const TAMPERINGS: &[(&str, Tamper, &[&str])] = &[
    (
        "a record changed",
        |a| {
            let key = a.logs[4].clone();
            a.rewrite(&key, |text| text.replace("ListBuckets", "ListBuckett"));
        },
        &["log-changed"],
    ),
    (
        "a record removed",
        |a| {
            let key = a.logs[4].clone();
            a.put(&key, gzip(b"{\"Records\":[]}"), Metadata::default());
        },
        &["log-changed"],
    ),
    (
        "records reordered",
        |a| {
            let key = a.logs[4].clone();
            a.rewrite(&key, |text| {
                let mut value: serde_json::Value = serde_json::from_str(&text).expect("json");
                value["Records"].as_array_mut().expect("records").reverse();
                value.to_string()
            });
        },
        &["log-changed"],
    ),
    (
        "a member appended to a log file",
        |a| {
            let key = a.logs[4].clone();
            let forged = gzip(log_content(START, "forged").as_bytes());
            a.object(&key).bytes.extend(forged);
        },
        &["log-appended"],
    ),
    (
        "bytes appended to a log file",
        |a| {
            let key = a.logs[4].clone();
            a.object(&key).bytes.push(0);
        },
        &["log-appended"],
    ),
    (
        "a log file's trailer cut off",
        |a| {
            let key = a.logs[4].clone();
            let length = a.objects[&key].bytes.len();
            a.object(&key).bytes.truncate(length - 8);
        },
        &["log-truncated"],
    ),
    (
        "a log file cut in half",
        |a| {
            let key = a.logs[4].clone();
            let length = a.objects[&key].bytes.len();
            a.object(&key).bytes.truncate(length / 2);
        },
        &["log-truncated"],
    ),
    (
        "a log file emptied",
        |a| {
            let key = a.logs[4].clone();
            a.object(&key).bytes.clear();
        },
        &["log-truncated"],
    ),
    (
        "a log file that is not gzip",
        |a| {
            let key = a.logs[4].clone();
            a.object(&key).bytes = b"{\"Records\":[]}".to_vec();
        },
        &["log-invalid"],
    ),
    (
        "a log file deleted",
        |a| {
            let key = a.logs[4].clone();
            a.objects.remove(&key);
        },
        &["log-missing"],
    ),
    (
        "a log file renamed",
        |a| {
            let (from, to) = (
                a.logs[4].clone(),
                log_key(ACCOUNT, START + 3 * HOUR + 1800, "MOVEDMOVEDMOVED1"),
            );
            a.rename(&from, &to);
        },
        &["log-moved"],
    ),
    (
        "a log file moved out of the layout",
        |a| {
            let from = a.logs[4].clone();
            a.rename(&from, "backup/of-a-log.json.gz");
        },
        &["log-moved"],
    ),
    (
        "a log file moved to another account",
        |a| {
            let (from, to) = (
                a.logs[4].clone(),
                log_key("444455556666", START + 3 * HOUR, "MOVEDMOVEDMOVED1"),
            );
            a.rename(&from, &to);
        },
        &["log-moved"],
    ),
    (
        "two log files swapped",
        |a| {
            let (one, other) = (a.logs[4].clone(), a.logs[5].clone());
            a.rename(&one, "between");
            a.rename(&other, &one);
            a.rename("between", &other);
        },
        &["log-changed", "log-changed"],
    ),
    (
        "a log file added",
        |a| {
            let content = log_content(START, "forged");
            a.put(
                &log_key(ACCOUNT, START + 3 * HOUR + 1200, "FORGEDFORGEDFORG"),
                gzip(content.as_bytes()),
                Metadata::default(),
            );
        },
        &["log-unlisted"],
    ),
    (
        "a log file added for an account that has no digests",
        |a| {
            let content = log_content(START, "forged");
            a.put(
                &log_key("444455556666", START + 3 * HOUR + 1200, "FORGEDFORGEDFORG"),
                gzip(content.as_bytes()),
                Metadata::default(),
            );
        },
        &["digests-missing"],
    ),
    (
        "a log file copied",
        |a| {
            let content = a.objects[&a.logs[4]].bytes.clone();
            a.put(
                &log_key(ACCOUNT, START + 3 * HOUR + 1200, "COPIEDCOPIEDCOPI"),
                content,
                Metadata::default(),
            );
        },
        &["log-unlisted"],
    ),
    (
        "a digest changed",
        |a| {
            let key = a.digests[3].clone();
            a.rewrite(&key, |text| {
                text.replace("digestStartTime", "digestStartTime ")
            });
        },
        &["digest-invalid"],
    ),
    (
        "an entry removed from a digest",
        |a| {
            let key = a.digests[3].clone();
            a.rewrite(&key, |text| {
                let mut value: serde_json::Value = serde_json::from_str(&text).expect("json");
                value["logFiles"].as_array_mut().expect("files").pop();
                value.to_string()
            });
        },
        &["digest-signature-invalid"],
    ),
    (
        "a log file and its digest changed alike",
        |a| {
            let (key, log) = (a.digests[3].clone(), a.logs[4].clone());
            let before = hex(&trail::digest::sha256(&inflate(&a.objects[&log].bytes)));
            a.rewrite(&log, |text| text.replace("ListBuckets", "ListBuckett"));
            let after = hex(&trail::digest::sha256(&inflate(&a.objects[&log].bytes)));
            a.rewrite(&key, |text| text.replace(&before, &after));
        },
        &["digest-signature-invalid"],
    ),
    (
        "a digest signed with another key",
        |a| {
            let key = a.digests[3].clone();
            let mut value = a.value(&key);
            value["logFiles"].as_array_mut().expect("files").pop();
            value["digestPublicKeyFingerprint"] = public_key(other_key()).fingerprint().into();
            a.put_digest(&key, &value, other_key());
        },
        &["digest-key-unknown"],
    ),
    (
        "a digest signed with another key under the name of the first",
        |a| {
            let key = a.digests[3].clone();
            let value = a.value(&key);
            a.put_digest(&key, &value, other_key());
        },
        &["digest-signature-invalid"],
    ),
    (
        "a digest's signature removed",
        |a| {
            let key = a.digests[3].clone();
            a.object(&key).metadata = Metadata::default();
        },
        &["digest-signature-missing"],
    ),
    (
        "a digest's signature changed",
        |a| {
            let (key, other) = (a.digests[3].clone(), a.digests[2].clone());
            let signature = a.objects[&other].metadata.signature.clone();
            a.object(&key).metadata.signature = signature;
        },
        &["digest-signature-invalid"],
    ),
    (
        "a member appended to a digest",
        |a| {
            let key = a.digests[3].clone();
            let forged = gzip(b"{}");
            a.object(&key).bytes.extend(forged);
        },
        &["digest-appended"],
    ),
    (
        "a digest cut short",
        |a| {
            let key = a.digests[3].clone();
            let length = a.objects[&key].bytes.len();
            a.object(&key).bytes.truncate(length - 3);
        },
        &["digest-truncated"],
    ),
    (
        "a digest that is not gzip",
        |a| {
            let key = a.digests[3].clone();
            a.object(&key).bytes = b"{}".to_vec();
        },
        &["digest-invalid"],
    ),
    (
        "a digest renamed",
        |a| {
            let (from, to) = (a.digests[3].clone(), digest_key(START + 4 * HOUR + 7, ""));
            a.rename(&from, &to);
        },
        &["digest-moved"],
    ),
    (
        "a digest moved out of the layout",
        |a| {
            let from = a.digests[3].clone();
            a.rename(&from, "backup/of-a-digest.json.gz");
        },
        &["digest-moved"],
    ),
    (
        "two digests swapped",
        |a| {
            let (one, other) = (a.digests[3].clone(), a.digests[4].clone());
            a.rename(&one, "between");
            a.rename(&other, &one);
            a.rename("between", &other);
        },
        &["digest-moved", "digest-moved"],
    ),
    (
        "a digest deleted in the middle",
        |a| {
            let key = a.digests[3].clone();
            a.objects.remove(&key);
        },
        &["digest-missing"],
    ),
    (
        "hours deleted in the middle, log files and all",
        |a| {
            for key in [
                &a.digests[3],
                &a.digests[4],
                &a.logs[4],
                &a.logs[5],
                &a.logs[6],
                &a.logs[7],
            ] {
                a.objects.remove(key);
            }
        },
        &["digest-missing"],
    ),
    (
        "the first digest deleted",
        |a| {
            let key = a.digests[0].clone();
            a.objects.remove(&key);
        },
        &["digest-missing"],
    ),
    (
        "the newest digest deleted",
        |a| {
            let key = a.digests[5].clone();
            a.objects.remove(&key);
        },
        &["digest-missing-newest"],
    ),
    (
        "the newest hours deleted, log files and all",
        |a| {
            for key in [
                &a.digests[4],
                &a.digests[5],
                &a.logs[6],
                &a.logs[7],
                &a.logs[8],
                &a.logs[9],
            ] {
                a.objects.remove(key);
            }
        },
        &["digest-missing-newest"],
    ),
    (
        "all digests deleted",
        |a| {
            for key in a.digests.clone() {
                a.objects.remove(&key);
            }
        },
        &["digests-missing"],
    ),
];

#[test]
fn every_tampering_is_found_and_named_once() {
    for (name, tamper, expected) in TAMPERINGS {
        let mut archive = Archive::clean(HOURS);
        tamper(&mut archive);
        let report = archive.audit(Archive::scope(HOURS), &ring());
        assert_eq!(kinds(&report), *expected, "{name}: {:#?}", report.findings);
        assert_eq!(report.verdict, Verdict::Findings, "{name}");
        let hours = report
            .coverage
            .over(START, START + HOURS * HOUR, Some(ACCOUNT), None);
        let is_elsewhere =
            name.contains("account that has no digests") || name.contains("all digests");
        assert!(hours.finding >= 1 || is_elsewhere, "{name}: {hours:?}");
        assert!(
            hours.proven + hours.finding == 6 || is_elsewhere,
            "{name}: {hours:?}"
        );
    }
}
