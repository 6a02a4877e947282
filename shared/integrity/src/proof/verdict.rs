//! What the check of a proof answers.

use serde::Serialize;

/// The step that holds the key against the trusted ones.
pub(super) const TRUSTED: &str = "public key is cloudtrail's";

/// How a step ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// What it needs is not there.
    Skipped,
}

/// A step of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is checked.
    pub name: &'static str,
    /// How it ends.
    pub outcome: Outcome,
    /// What was found, or why it is skipped.
    pub detail: String,
    /// Whether the proof is none without it.
    pub is_needed: bool,
}

/// What the check of a proof answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Verdict {
    /// Tells whether the record is proven: no step fails, and none that is needed is skipped.
    ///
    /// Whether the key is CloudTrail's is told only where trusted keys are
    /// given: see [`Verdict::is_key_trusted`].
    pub fn holds(&self) -> bool {
        self.steps.iter().all(|step| match step.outcome {
            Outcome::Passed => true,
            Outcome::Failed => false,
            Outcome::Skipped => !step.is_needed,
        })
    }

    /// Tells whether the key was found among the trusted ones.
    pub fn is_key_trusted(&self) -> bool {
        self.steps
            .iter()
            .any(|step| step.name == TRUSTED && step.outcome == Outcome::Passed)
    }

    /// Adds a step by its result.
    pub(super) fn add(&mut self, name: &'static str, result: Result<String, String>) {
        let (outcome, detail) = match result {
            Ok(detail) => (Outcome::Passed, detail),
            Err(detail) => (Outcome::Failed, detail),
        };
        self.steps.push(Step {
            name,
            outcome,
            detail,
            is_needed: true,
        });
    }

    /// Adds a step that cannot be taken.
    pub(super) fn skip(&mut self, name: &'static str, detail: &str, is_needed: bool) {
        self.steps.push(Step {
            name,
            outcome: Outcome::Skipped,
            detail: detail.to_owned(),
            is_needed,
        });
    }
}
