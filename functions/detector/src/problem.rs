//! Alerts on rules that do not load, once for each version of their files.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use alerts::alert::Kind;
use alerts::redact::RedactedRecord;
use alerts::{Alert, Level, RuleSummary};
use index::table::alerting::{self, RULE_PROBLEM};
use lambda::error::Failure;

use crate::book::{Fault, Loaded};
use crate::candidate::Candidate;
use crate::invocation::Invocation;
use crate::outbox::Outbox;

/// The most problems that are alerted on; of more than that, somebody is at work.
const MOST_ALERTS: usize = 20;

/// What was alerted on already, as far as this instance knows.
#[derive(Debug, Default)]
pub(crate) struct Announced(Mutex<BTreeSet<String>>);

impl Announced {
    fn has(&self, id: &str) -> bool {
        let announced = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        announced.contains(id)
    }

    fn add(&self, id: String) {
        let mut announced = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if announced.len() > 10 * MOST_ALERTS {
            announced.clear();
        }
        announced.insert(id);
    }
}

impl Outbox {
    /// Alerts on what does not load. What fails is tried again with the next invocation.
    pub(crate) async fn announce(
        &self,
        loaded: &Loaded,
        announced: &Announced,
        invocation: &Invocation,
    ) {
        for fault in loaded.faults.iter().take(MOST_ALERTS) {
            let id = id_of(fault);
            if announced.has(&id) {
                continue;
            }
            let problem = &fault.problem;
            tracing::error!(
                file = problem.file,
                line = problem.line,
                "a rule does not load"
            );
            match self.announce_one(fault, &id, invocation).await {
                Ok(()) => announced.add(id),
                Err(failure) => {
                    let reason = failure.reason();
                    tracing::error!(reason, "a rule that does not load was not alerted on");
                }
            }
        }
    }

    async fn announce_one(
        &self,
        fault: &Fault,
        id: &str,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let key = alerting::rule_problem(id);
        let met = self.first_met(key, invocation).await?;
        let candidate = Candidate::new(alert_of(fault, id, met), met, 0, self.retention);
        self.begin_and_release(&candidate, invocation).await
    }
}

/// Names a problem: the same for the same fault in the same version of the file.
fn id_of(fault: &Fault) -> String {
    let problem = fault.problem.to_string();
    alerting::group_hash([(fault.etag.as_str(), problem.as_str())])
}

fn alert_of(fault: &Fault, id: &str, time: i64) -> Alert {
    let problem = &fault.problem;
    let title = format!("Rule does not load: {}:{}", problem.file, problem.line);
    let rule = RuleSummary {
        description: format!(
            "What the rule is to find is not found until it loads. {}",
            problem.message
        ),
        respond: Some(
            "Correct the file, or take it away. `trailkeep rules check` says the same before a \
             file is put into the bucket."
                .to_owned(),
        ),
        ..RuleSummary::new(RULE_PROBLEM, &title, Level::Medium)
    };
    let record = serde_json::json!({
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
    });
    Alert {
        id: id.to_owned(),
        kind: Kind::Event,
        rule: rule.bounded(),
        account: None,
        region: None,
        category: None,
        group: Vec::new(),
        event_ids: Vec::new(),
        count: 1,
        is_estimate: false,
        first_time: time,
        last_time: time,
        event: None,
        opened_by: None,
        finding: None,
        log_file: None,
        record: RedactedRecord::of(&record.to_string()),
    }
}
