//! The keys of what the integrity function writes: what is known of digests, and what was found.
//!
//! | item | partition | sort |
//! |---|---|---|
//! | public key of CloudTrail | `keys#REGION` | `FINGERPRINT` |
//! | digest record | `digests#ACCOUNT#REGION` | `END#BUCKET/KEY#VERSION` |
//! | coverage summary | `integrity#summary` | `summary` |
//! | finding | `integrity#findings` | `DAY#KIND#ID` |
//! | what a sweep remembers | `integrity#state` | `NAME` |
//! | account, Region and day whose hours are to be told anew | `integrity#state` | `hours#ACCOUNT#REGION#DAY` |
//!
//! `END` is a digest's end as `YYYY-MM-DDTHH:MM:SSZ`, which orders as the times do.
//! `DAY` is that of what is found and not of the clock, so that a finding has one key
//! however often it is found. Only `integrity#state` items are ever deleted.

use jiff::Timestamp;

mod stored;

pub use stored::{ArchivedKey, Kept};

use super::{file, fit};
use crate::day::Day;
use crate::file::FileVersion;

/// The prefixes of the partition keys that the integrity function writes, for its policy.
pub const WRITTEN: [&str; 3] = ["keys#", "digests#", "integrity#"];

/// The partition that the integrity function deletes from, for its policy.
pub const DELETED: &str = STATE;

/// The partition of findings.
pub const FINDINGS: &str = "integrity#findings";

/// The partition of what sweeps remember.
pub const STATE: &str = "integrity#state";

/// The partition of the coverage summary.
pub const SUMMARY: &str = "integrity#summary";

/// The sort key of the coverage summary.
pub const SUMMARY_SORT: &str = "summary";

/// The prefix of the sort keys of days whose hours are to be told anew.
const HOURS: &str = "hours#";

/// The partition of a Region's public keys.
pub fn keys(region: &str) -> String {
    format!("keys#{region}")
}

/// The partition of the digests of an account and Region.
pub fn digests(account: &str, region: &str) -> String {
    format!("digests#{account}#{region}")
}

/// The sort key of a digest: a version of an object, and until when it covers deliveries.
pub fn digest(end: i64, version: &FileVersion) -> String {
    let file = file(&version.bucket, &version.key, version.version.as_deref());
    fit(format!("{}#{file}", instant(end)))
}

/// The sort key from which digests follow that end at or after a time.
pub fn digest_from(end: i64) -> String {
    instant(end)
}

/// The sort key that follows those of digests that end at or before a time.
pub fn digest_until(end: i64) -> String {
    format!("{}~", instant(end))
}

/// The sort key of a finding.
pub fn finding(day: Day, kind: &str, id: &str) -> String {
    fit(format!("{day}#{kind}#{id}"))
}

/// The sort key from which the findings of a day follow.
pub fn finding_from(day: Day) -> String {
    day.to_string()
}

/// The sort key that follows the findings of a day.
pub fn finding_until(day: Day) -> String {
    format!("{day}~")
}

/// The sort keys between which the records of all versions of a log file stand, inclusive.
///
/// Nothing where the key is longer than any of CloudTrail's: the records of such files
/// are found by their version alone.
pub fn file_versions(bucket: &str, key: &str) -> Option<(String, String)> {
    let start = format!("{bucket}/{key}#");
    (start.len() <= LONGEST_FILE).then(|| (start.clone(), format!("{start}~")))
}

/// Reads key and version out of the sort key of a file record of a bucket.
pub fn parse_file<'s>(bucket: &str, sort: &'s str) -> Option<(&'s str, Option<&'s str>)> {
    let rest = sort.strip_prefix(bucket)?.strip_prefix('/')?;
    let (key, version) = rest.rsplit_once('#')?;
    // A restored file's has its class behind the version, which holds no such sign.
    let (key, version) = match key.rsplit_once('#') {
        Some((key, before)) if super::parse_restored_file(sort).is_some() => (key, before),
        _ => (key, version),
    };
    Some((key, Some(version).filter(|version| *version != "null")))
}

/// The longest start of a file record's key that is never cut: S3's version ids have
/// at most 32 characters in practice, and CloudTrail's keys a few hundred.
const LONGEST_FILE: usize = 800;

/// The sort key of a day whose hours are to be told anew.
pub fn hours(account: &str, region: &str, day: Day) -> String {
    format!("{HOURS}{account}#{region}#{day}")
}

/// The sort keys between which all days stand whose hours are to be told anew.
pub fn all_hours() -> (String, String) {
    (HOURS.to_owned(), format!("{HOURS}~"))
}

/// Reads account, Region and day out of the sort key of a day to be told anew.
pub fn parse_hours(sort: &str) -> Option<(&str, &str, Day)> {
    let (stream, day) = sort.strip_prefix(HOURS)?.rsplit_once('#')?;
    let (account, region) = stream.split_once('#')?;
    Some((account, region, day.parse().ok()?))
}

/// Writes a time so that texts order as times do, from the year 0 to 9999.
fn instant(second: i64) -> String {
    let second = second.clamp(Day::FIRST.start(), Day::LAST.end());
    let time = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: i64 = 1_791_882_000;

    fn version(key: &str) -> FileVersion {
        FileVersion {
            bucket: "logs".to_owned(),
            key: key.to_owned(),
            version: Some("v1".to_owned()),
        }
    }

    #[test]
    fn digests_order_as_their_ends_do() {
        let sort = digest(END, &version("a.json.gz"));
        assert_eq!(sort, "2026-10-13T09:00:00Z#logs/a.json.gz#v1");
        assert!(digest_from(END) < sort && sort < digest_until(END));
        assert!(digest_until(END - 1) < sort && sort < digest_from(END + 1));
        for end in [i64::MIN, Day::FIRST.start(), 0, i64::MAX] {
            assert_eq!(digest_from(end).len(), 20, "{}", digest_from(end));
        }
    }

    #[test]
    fn the_versions_of_a_file_stand_together() {
        let (from, until) = file_versions("logs", "a.json.gz").expect("a short key");
        for version in [None, Some("v1"), Some("zzz.ZZZ_")] {
            let sort = file("logs", "a.json.gz", version);
            assert!(from <= sort && sort <= until);
        }
        for version in [None, Some("v1")] {
            let sort = file("logs", "a#b.json.gz", version);
            assert_eq!(parse_file("logs", &sort), Some(("a#b.json.gz", version)));
        }
        let class = crate::Class::restored("2027-01-15".parse().expect("a day"));
        let sort = super::super::file_in("logs", "a.json.gz", Some("v1"), &class);
        assert_eq!(parse_file("logs", &sort), Some(("a.json.gz", Some("v1"))));
        let other = file("logs", "a.json.gz2", None);
        assert!(other < from || other > until);
        assert_eq!(file_versions("logs", &"k".repeat(1_000)), None);
    }

    #[test]
    fn a_day_to_be_told_anew_is_read_back() {
        let day: Day = "2026-10-13".parse().expect("a day");
        let sort = hours("111122223333", "eu-west-1", day);
        let read = parse_hours(&sort);
        assert_eq!(read, Some(("111122223333", "eu-west-1", day)));
        let (from, until) = all_hours();
        assert!(from < sort && sort < until);
        assert_eq!(parse_hours("hours#x"), None);
    }
}
