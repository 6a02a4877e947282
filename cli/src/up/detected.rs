//! What was alerted on, as the summary tells it.

use std::collections::BTreeMap;
use std::fmt;

use alerts::Level;
use indicatif::HumanCount;
use serde_json::json;

use crate::stack::Alerted;

/// What was alerted on.
pub(super) struct Detected {
    pub(super) alerted: Alerted,
    /// Log files that could be indexed and not evaluated.
    pub(super) unevaluated: u64,
}

impl Detected {
    /// Tells whether everything was evaluated, and all that is to be published is.
    pub(super) const fn are_whole(&self) -> bool {
        self.unevaluated == 0 && self.alerted.pending == 0
    }

    pub(super) fn json(&self) -> serde_json::Value {
        let published = &self.alerted.published;
        let by_level = Level::ALL.map(|level| {
            let count = published.get(&level).copied().unwrap_or_default();
            (level.as_str(), count)
        });
        json!({
            "published": published.values().sum::<u64>(),
            "levels": BTreeMap::from(by_level),
            "suppressed": self.alerted.suppressed,
            "pending": self.alerted.pending,
            "unevaluated_files": self.unevaluated,
        })
    }
}

impl fmt::Display for Detected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Alerted {
            published,
            suppressed,
            pending,
        } = &self.alerted;
        let all: u64 = published.values().sum();
        write!(formatter, "{} published", HumanCount(all))?;
        let levels: Vec<String> = published
            .iter()
            .rev()
            .map(|(level, count)| format!("{} {}", HumanCount(*count), level.as_str()))
            .collect();
        if !levels.is_empty() {
            write!(formatter, " ({})", levels.join(", "))?;
        }
        for (count, what) in [
            (*suppressed, "folded into them"),
            (*pending, "not published yet"),
            (
                self.unevaluated,
                "files not evaluated: RUST_LOG=warn tells why",
            ),
        ] {
            if count > 0 {
                write!(formatter, ", {} {what}", HumanCount(count))?;
            }
        }
        Ok(())
    }
}
