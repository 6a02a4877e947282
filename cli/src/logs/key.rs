//! The object keys under which files are put into the bucket.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use trail::digest::Hash;
use trail::key::ObjectKind;
use trail::{ObjectKey, Record};

/// The longest key that S3 takes, in bytes.
const LONGEST: usize = 1024;

/// What stands for an account or Region where no record names one.
const NO_ACCOUNT: &str = "000000000000";
const NO_REGION: &str = "us-east-1";

/// Finds CloudTrail's key at the end of a path; `suffix` is what the file lacks of its name.
pub(super) fn of_path(path: &Path, suffix: &str) -> Option<String> {
    let text = format!("{}{suffix}", path.to_str()?);
    let key = ObjectKey::parse(&text).ok()?;
    let key = &text[key.prefix.len()..];
    (key.len() <= LONGEST).then(|| key.to_owned())
}

/// Tells whether a path is that of a digest, which has no records; `suffix` is what the file lacks of its name.
pub(super) fn is_digest(path: &Path, suffix: &str) -> bool {
    let key = of_path(path, suffix);
    key.is_some_and(|key| ObjectKey::parse(&key).is_ok_and(|key| key.kind == ObjectKind::Digest))
}

/// Makes the key of a content that has none: by its first record, and its hash.
///
/// The same content always has the same key, so that it is put once however
/// often and under whatever name it is met.
pub(super) fn of_content(sha256: &Hash, first: Option<&Record<'_>>) -> String {
    let account = first
        .and_then(Record::account)
        .filter(|account| is_plain(account))
        .unwrap_or(NO_ACCOUNT);
    let region = first
        .and_then(|record| record.aws_region.as_deref())
        .filter(|region| is_plain(region))
        .unwrap_or(NO_REGION);
    let time = Timestamp::from_second(first.map_or(0, Record::time)).unwrap_or_default();
    let time = time.to_zoned(TimeZone::UTC);
    let kind = ObjectKind::Log.segment();
    let unique = hex::encode(&sha256[..8]);
    format!(
        "AWSLogs/{account}/{kind}/{region}/{}/{account}_{kind}_{region}_{}_{unique}.json.gz",
        time.strftime("%Y/%m/%d"),
        time.strftime("%Y%m%dT%H%MZ"),
    )
}

/// Tells whether a text can stand in a path without becoming more than one part of it.
fn is_plain(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_ends_as_cloudtrails_keys_do_is_the_key() {
        let key = "AWSLogs/o-a1/111122223333/CloudTrail-Digest/eu-west-1/2026/10/13/x.json.gz";
        let path = format!("/exports/CloudTrail/{key}");
        assert_eq!(of_path(Path::new(&path), "").as_deref(), Some(key));
        let inflated = path.trim_end_matches(".gz");
        assert_eq!(of_path(Path::new(inflated), ".gz").as_deref(), Some(key));
        assert_eq!(of_path(Path::new(inflated), ""), None);
        assert!(is_digest(Path::new(&path), "") && is_digest(Path::new(inflated), ".gz"));
        assert!(!is_digest(Path::new(&path.replace("-Digest", "")), ""));
        assert_eq!(of_path(Path::new("/exports/x.json.gz"), ""), None);
    }

    #[test]
    fn a_made_key_is_one_of_cloudtrails_whatever_the_record_says() {
        let texts = [
            r#"{"eventTime":"2026-10-13T08:05:09Z","awsRegion":"eu-west-1","recipientAccountId":"111122223333"}"#,
            r#"{"eventTime":"2026-10-13T08:05:09Z","awsRegion":"../..","recipientAccountId":"a/b"}"#,
            r#"{"eventTime":"0001-01-01T00:00:00Z"}"#,
        ];
        let keys = texts.map(|text| {
            let record = Record::parse(text).expect("a record");
            of_content(&[0xab; 32], Some(&record))
        });
        assert_eq!(
            keys[0],
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/13/\
             111122223333_CloudTrail_eu-west-1_20261013T0805Z_abababababababab.json.gz"
        );
        for key in keys.iter().chain([&of_content(&[0; 32], None)]) {
            let parsed = ObjectKey::parse(key).expect("CloudTrail's layout");
            assert!(parsed.delivery_time.is_some(), "{key}");
            assert_eq!(parsed.kind, ObjectKind::Log);
        }
    }
}
