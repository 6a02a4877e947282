//! What is proven, as the summary tells it.

use std::collections::BTreeMap;
use std::fmt;

use alerts::Level;
use indicatif::HumanCount;
use serde_json::json;

use crate::stack::Verified;

/// What is proven.
pub(super) struct Proven {
    pub(super) verified: Verified,
    /// Digests that could not be examined.
    pub(super) unexamined: u64,
}

impl Proven {
    /// Tells whether everything was examined, and nothing was found.
    pub(super) fn is_clean(&self) -> bool {
        self.unexamined == 0 && self.verified.findings.is_empty()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        let Verified {
            digests,
            valid,
            hours,
            findings,
        } = &self.verified;
        let by_level = Level::ALL.map(|level| {
            let count = findings.get(&level).copied().unwrap_or_default();
            (level.as_str(), count)
        });
        json!({
            "digests": digests,
            "valid_digests": valid,
            "unexamined_digests": self.unexamined,
            "hours": hours,
            "findings": findings.values().sum::<u64>(),
            "levels": BTreeMap::from(by_level),
        })
    }
}

impl fmt::Display for Proven {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verified {
            digests,
            valid,
            hours,
            findings,
        } = &self.verified;
        if digests > valid {
            write!(formatter, "{} of ", HumanCount(*valid))?;
        }
        let proven = HumanCount(hours.proven);
        write!(
            formatter,
            "{} digests valid, {proven} hours proven",
            HumanCount(*digests)
        )?;
        for (count, what) in [(hours.pending, "pending"), (hours.finding, "in findings")] {
            if count > 0 {
                write!(formatter, ", {} {what}", HumanCount(count))?;
            }
        }
        let all: u64 = findings.values().sum();
        write!(formatter, ", {} findings", HumanCount(all))?;
        let levels: Vec<String> = findings
            .iter()
            .rev()
            .map(|(level, count)| format!("{} {}", HumanCount(*count), level.as_str()))
            .collect();
        if !levels.is_empty() {
            write!(formatter, " ({})", levels.join(", "))?;
        }
        if self.unexamined > 0 {
            let count = HumanCount(self.unexamined);
            write!(
                formatter,
                ", {count} digests not examined: RUST_LOG=warn tells why"
            )?;
        }
        Ok(())
    }
}
