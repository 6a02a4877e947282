//! Which log files of a folder are wanted.

use std::fmt;

use jiff::civil::Date;
use trail::ObjectKey;

use crate::failure::Failure;

/// What is wanted of a folder's log files; what is not said is wanted.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Selection {
    /// The first day of delivery, as 2026-10-13 (UTC).
    #[arg(long, value_name = "DAY", help_heading = "Which log files")]
    pub(crate) from: Option<Date>,
    /// The last day of delivery; the last events of a day are delivered on the next.
    #[arg(long, value_name = "DAY", help_heading = "Which log files")]
    pub(crate) to: Option<Date>,
    /// An account; repeat it for several.
    #[arg(long, value_name = "ACCOUNT", help_heading = "Which log files")]
    pub(crate) account: Vec<String>,
    /// A Region; repeat it for several.
    #[arg(long, value_name = "REGION", help_heading = "Which log files")]
    pub(crate) region: Vec<String>,
}

impl Selection {
    /// Refuses what can select nothing.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Failure::usage(format!("--from {from} is after --to {to}")));
        }
        let is_account = |account: &&String| {
            account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
        };
        if let Some(other) = self.account.iter().find(|account| !is_account(account)) {
            return Err(Failure::usage(format!(
                "--account {other} is not an id of 12 digits"
            )));
        }
        if self
            .region
            .iter()
            .any(|region| region.is_empty() || region.contains('/'))
        {
            return Err(Failure::usage("--region is not the name of a Region"));
        }
        Ok(())
    }

    /// Tells whether everything is wanted.
    pub(crate) fn is_everything(&self) -> bool {
        !self.has_days() && self.account.is_empty() && self.region.is_empty()
    }

    /// Tells whether days are limited.
    pub(crate) const fn has_days(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// Tells whether a key is that of a log file that is wanted.
    pub(crate) fn wants(&self, key: &str) -> bool {
        let Ok(key) = ObjectKey::parse(key) else {
            return false;
        };
        let is_any = |wanted: &[String], value: &str| {
            wanted.is_empty() || wanted.iter().any(|wanted| wanted == value)
        };
        key.kind.has_records()
            && is_any(&self.account, key.account)
            && is_any(&self.region, key.region)
            && self.from.is_none_or(|from| key.delivery_day >= from)
            && self.to.is_none_or(|to| key.delivery_day <= to)
    }
}

impl fmt::Display for Selection {
    /// Tells the selection apart from every other.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |day: Option<Date>| day.map_or_else(|| "any".to_owned(), |day| day.to_string());
        let sorted = |values: &[String]| {
            let mut values = values.to_vec();
            values.sort();
            values.dedup();
            values.join(",")
        };
        write!(
            formatter,
            "from {} to {} accounts [{}] regions [{}]",
            day(self.from),
            day(self.to),
            sorted(&self.account),
            sorted(&self.region)
        )
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Selection;

    fn key(account: &str, kind: &str, region: &str, day: &str) -> String {
        format!("AWSLogs/{account}/{kind}/{region}/{day}/{account}_{kind}_{region}_x.json.gz")
    }

    #[test]
    fn log_files_of_the_accounts_regions_and_days_are_wanted() {
        let selection = Selection {
            from: Some(date(2026, 10, 1)),
            to: Some(date(2026, 10, 2)),
            account: vec!["111122223333".to_owned()],
            region: vec!["eu-west-1".to_owned(), "us-east-1".to_owned()],
        };
        assert!(selection.check().is_ok());
        for (account, kind, region, day, is_wanted) in [
            (
                "111122223333",
                "CloudTrail",
                "eu-west-1",
                "2026/10/01",
                true,
            ),
            (
                "111122223333",
                "CloudTrail-Insight",
                "us-east-1",
                "2026/10/02",
                true,
            ),
            (
                "111122223333",
                "CloudTrail-Digest",
                "eu-west-1",
                "2026/10/01",
                false,
            ),
            (
                "111122223333",
                "CloudTrail",
                "eu-west-1",
                "2026/09/30",
                false,
            ),
            (
                "111122223333",
                "CloudTrail",
                "eu-west-1",
                "2026/10/03",
                false,
            ),
            (
                "111122223333",
                "CloudTrail",
                "eu-west-2",
                "2026/10/01",
                false,
            ),
            (
                "444455556666",
                "CloudTrail",
                "eu-west-1",
                "2026/10/01",
                false,
            ),
        ] {
            assert_eq!(
                selection.wants(&key(account, kind, region, day)),
                is_wanted,
                "{kind} {day}"
            );
        }
        assert!(!Selection::default().wants("notes.txt"));
    }

    #[test]
    fn what_selects_nothing_is_refused() {
        let days = Selection {
            from: Some(date(2026, 10, 2)),
            to: Some(date(2026, 10, 1)),
            ..Selection::default()
        };
        assert!(days.check().is_err());
        let account = Selection {
            account: vec!["1111".to_owned()],
            ..Selection::default()
        };
        assert!(account.check().is_err());
    }
}
