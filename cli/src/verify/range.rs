//! What is verified of an archive.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use trail::ObjectKey;

use crate::archive::Selection;
use crate::failure::Failure;

/// The times, accounts and Regions that are verified; all, where none is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    pub(super) accounts: Vec<String>,
    pub(super) regions: Vec<String>,
}

impl Range {
    /// Refuses what can hold nothing.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if let (Some(start), Some(end)) = (self.start, self.end)
            && start > end
        {
            return Err(Failure::usage("--start is after --end: nothing is between"));
        }
        self.selection().check()
    }

    /// The account, where only one is verified.
    pub(super) fn only_account(&self) -> Option<&str> {
        only(&self.accounts)
    }

    /// The Region, where only one is verified.
    pub(super) fn only_region(&self) -> Option<&str> {
        only(&self.regions)
    }

    /// The objects to read: those of the days, and of one more at each side, where digests of the
    /// first and last hours and the files that they list lie.
    pub(super) fn selection(&self) -> Selection {
        Selection {
            from: self
                .start
                .and_then(day)
                .and_then(|day| day.yesterday().ok()),
            to: self.end.and_then(day).and_then(|day| day.tomorrow().ok()),
            account: self.accounts.clone(),
            region: self.regions.clone(),
        }
    }

    /// Tells whether an object is to be read, by its key; what has none of CloudTrail's is.
    pub(super) fn reads(&self, key: &str) -> bool {
        let Ok(key) = ObjectKey::parse(key) else {
            return true;
        };
        let Selection { from, to, .. } = self.selection();
        let is_any = |wanted: &[String], value: &str| {
            wanted.is_empty() || wanted.iter().any(|wanted| wanted == value)
        };
        is_any(&self.accounts, key.account)
            && is_any(&self.regions, key.region)
            && from.is_none_or(|from| key.delivery_day >= from)
            && to.is_none_or(|to| key.delivery_day <= to)
    }
}

fn only(values: &[String]) -> Option<&str> {
    match values {
        [value] => Some(value),
        _ => None,
    }
}

fn day(seconds: i64) -> Option<Date> {
    let time = Timestamp::from_second(seconds).ok()?;
    Some(time.to_zoned(TimeZone::UTC).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_more_is_read_at_each_side() {
        let range = Range {
            start: Some(1_791_849_600),
            end: Some(1_791_849_600 + 86_399),
            accounts: vec!["111122223333".to_owned()],
            regions: Vec::new(),
        };
        let key = |account: &str, day: &str| {
            format!("AWSLogs/{account}/CloudTrail-Digest/eu-west-1/{day}/x.json.gz")
        };
        for (account, day, is_read) in [
            ("111122223333", "2026/10/12", true),
            ("111122223333", "2026/10/14", true),
            ("111122223333", "2026/10/11", false),
            ("111122223333", "2026/10/15", false),
            ("444455556666", "2026/10/13", false),
        ] {
            assert_eq!(range.reads(&key(account, day)), is_read, "{account} {day}");
        }
        assert!(range.reads("notes.txt"));
        assert!(Range::default().reads(&key("444455556666", "2026/10/13")));
    }
}
