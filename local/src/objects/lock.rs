//! Object Lock: retention and legal hold of one version.

use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

use super::{ObjectError, Version, buckets, find};
use crate::clock;

/// How strictly a version is retained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LockMode {
    /// Whoever may bypass it, may shorten it and delete.
    Governance,
    /// Nobody may shorten it or delete before its time.
    Compliance,
}

impl LockMode {
    /// Reads the mode as S3 writes it.
    pub(crate) fn parse(text: &str) -> Option<LockMode> {
        match text {
            "GOVERNANCE" => Some(LockMode::Governance),
            "COMPLIANCE" => Some(LockMode::Compliance),
            _ => None,
        }
    }

    /// Answers the mode as S3 writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            LockMode::Governance => "GOVERNANCE",
            LockMode::Compliance => "COMPLIANCE",
        }
    }
}

/// What protects a version from being deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lock {
    /// The mode, and until which millisecond it holds.
    pub(crate) retention: Option<(LockMode, i64)>,
    pub(crate) is_held: bool,
}

impl Lock {
    /// Whether the version may not be deleted at `now`.
    pub(crate) fn forbids_delete(self, now: i64, bypass: bool) -> bool {
        self.is_held || self.forbids_release(now, bypass)
    }

    fn forbids_release(self, now: i64, bypass: bool) -> bool {
        match self.retention {
            Some((_, until)) if until <= now => false,
            Some((LockMode::Governance, _)) => !bypass,
            Some((LockMode::Compliance, _)) => true,
            None => false,
        }
    }

    /// Whether the retention may not be replaced by `wanted` at `now`: it may
    /// be lengthened by anybody and weakened only as [`LockMode`] says.
    fn forbids_change(self, wanted: Option<(LockMode, i64)>, now: i64, bypass: bool) -> bool {
        let strengthens = match (self.retention, wanted) {
            (Some((before, until)), Some((after, later))) => {
                later >= until && (before == after || after == LockMode::Compliance)
            }
            (None, _) => true,
            (Some(_), None) => false,
        };
        !strengthens && self.forbids_release(now, bypass)
    }
}

/// Sets or lifts the retention of a version.
pub(crate) fn retain(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
    wanted: Option<&str>,
    retention: Option<(LockMode, i64)>,
    bypass: bool,
) -> Result<(), ObjectError> {
    let version = find_lockable(transaction, bucket, key, wanted)?;
    if version.lock.forbids_change(retention, clock::now(), bypass) {
        return Err(ObjectError::Locked);
    }
    transaction.execute(
        "UPDATE objects SET lock_mode = ?2, lock_until = ?3 WHERE sequence = ?1",
        params![
            version.sequence,
            retention.map(|(mode, _)| mode.as_str()),
            retention.map(|(_, until)| until)
        ],
    )?;
    Ok(())
}

/// Sets or lifts the legal hold of a version.
pub(crate) fn hold(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
    wanted: Option<&str>,
    is_held: bool,
) -> Result<(), ObjectError> {
    let version = find_lockable(transaction, bucket, key, wanted)?;
    transaction.execute(
        "UPDATE objects SET held = ?2 WHERE sequence = ?1",
        params![version.sequence, is_held],
    )?;
    Ok(())
}

/// Finds a version in a bucket that has Object Lock.
pub(crate) fn find_lockable(
    connection: &rusqlite::Connection,
    bucket: &str,
    key: &str,
    wanted: Option<&str>,
) -> Result<Version, ObjectError> {
    if !buckets::find(connection, bucket)? {
        return Err(ObjectError::NotLockable);
    }
    find(connection, bucket, key, wanted)
}

#[cfg(test)]
mod tests {
    use super::{Lock, LockMode};

    fn retained(mode: LockMode, until: i64) -> Lock {
        Lock {
            retention: Some((mode, until)),
            is_held: false,
        }
    }

    #[test]
    fn governance_yields_to_bypass_and_compliance_to_nobody() {
        let governance = retained(LockMode::Governance, 10);
        assert!(governance.forbids_delete(9, false));
        assert!(!governance.forbids_delete(9, true));
        let compliance = retained(LockMode::Compliance, 10);
        assert!(compliance.forbids_delete(9, true));
        assert!(!compliance.forbids_delete(10, false));
    }

    #[test]
    fn a_legal_hold_outlasts_any_retention() {
        let held = Lock {
            is_held: true,
            ..retained(LockMode::Governance, 10)
        };
        assert!(held.forbids_delete(11, true));
    }

    #[test]
    fn a_retention_is_lengthened_freely_and_never_weakened_in_compliance() {
        let compliance = retained(LockMode::Compliance, 10);
        assert!(!compliance.forbids_change(Some((LockMode::Compliance, 11)), 5, false));
        assert!(compliance.forbids_change(Some((LockMode::Compliance, 9)), 5, true));
        assert!(compliance.forbids_change(Some((LockMode::Governance, 11)), 5, true));
        assert!(compliance.forbids_change(None, 5, true));
        let governance = retained(LockMode::Governance, 10);
        assert!(!governance.forbids_change(None, 5, true));
        assert!(governance.forbids_change(None, 5, false));
    }
}
