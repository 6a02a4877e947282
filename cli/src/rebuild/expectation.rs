//! Which events the index must have, and which it shows.

use index::{Hold, Policy, Visibility};
use trail::{Category, Record};

/// What is kept: by the policy, and by the holds.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) policy: Policy,
    pub(super) holds: Vec<Hold>,
}

/// What is kept, at a time.
///
/// The command may run for long: what is expected is asked anew for every folder.
#[derive(Debug)]
pub(super) struct Expectation {
    by_policy: Visibility,
    visibility: Visibility,
    holds: Vec<Hold>,
}

impl Kept {
    /// What is kept at a time, in seconds since 1970.
    pub(super) fn at(&self, now: i64) -> Expectation {
        Expectation {
            by_policy: Visibility::new(self.policy.clone(), [], now),
            visibility: Visibility::new(self.policy.clone(), self.holds.iter().cloned(), now),
            holds: self.holds.clone(),
        }
    }
}

impl Expectation {
    /// Tells whether an event of the archive must be in the index.
    ///
    /// What a hold covers must be where it had not gone before the hold was set.
    pub(super) fn expects(&self, category: Category, record: &Record<'_>) -> bool {
        if self.by_policy.shows("std", category, record) {
            return true;
        }
        let account = record.account().unwrap_or_default();
        let policy = self.visibility.keeping().policy();
        let retention = policy.retention(category, account);
        let was_there = |hold: &Hold| record.time() >= retention.horizon(hold.set_at);
        let mut holds = self.holds.iter();
        holds.any(|hold| hold.covers(record) && was_there(hold))
    }

    /// Tells what lookups show.
    pub(super) const fn visibility(&self) -> &Visibility {
        &self.visibility
    }

    /// The time, in seconds since 1970.
    pub(super) const fn now(&self) -> i64 {
        self.visibility.now()
    }
}

#[cfg(test)]
mod tests {
    use index::{Retention, Scope};

    use super::*;

    const DAY: i64 = 86_400;
    /// Noon of 2026-10-13.
    const NOW: i64 = 1_791_892_800;

    fn expects(kept: &Kept, days_ago: i64) -> bool {
        let time = jiff::Timestamp::from_second(NOW - days_ago * DAY).expect("a time");
        let text = format!(
            r#"{{"eventTime":"{time}","eventCategory":"Management","recipientAccountId":"111122223333"}}"#
        );
        let record = Record::parse(&text).expect("a record");
        kept.at(NOW).expects(Category::Management, &record)
    }

    #[test]
    fn what_was_gone_before_a_hold_was_set_is_not_missing() {
        let mut kept = Kept {
            policy: Policy::from(Retention::days(30)),
            holds: Vec::new(),
        };
        assert!(expects(&kept, 29) && !expects(&kept, 31));
        kept.holds.push(Hold {
            id: "20261003-case-7".to_owned(),
            scope: Scope::Account("111122223333".to_owned()),
            start: 0,
            end: None,
            reason: "case 7".to_owned(),
            set_by: "arn:aws:iam::111122223333:user/counsel".to_owned(),
            set_at: NOW - 10 * DAY,
            lifted_by: None,
            lifted_at: None,
        });
        assert!(expects(&kept, 31) && expects(&kept, 40));
        assert!(!expects(&kept, 41));
    }
}
