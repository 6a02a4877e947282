//! Findings of the other functions, each alerted on once.

use alerts::{Alert, Finding};
use index::table::alerting;
use lambda::error::Failure;

use crate::candidate::Candidate;
use crate::invocation::Invocation;
use crate::outbox::Outbox;
use crate::settlement::OutOfTime;

impl Outbox {
    /// Makes a candidate of a finding, the same whenever and by whomever it is found.
    ///
    /// What remembers that it was met is a window of its own that nothing closes: by
    /// finding and not by time, since whoever finds the same again may name another.
    pub(crate) async fn meet(
        &self,
        finding: &Finding,
        invocation: &Invocation,
    ) -> Result<Candidate, Failure> {
        if invocation.is_over() {
            return Err(Failure::retry(OutOfTime));
        }
        let alert = Alert::of_finding(finding);
        let key = alerting::window(&alert.rule.id, None, &alert.id);
        let met = self.first_met(key, invocation).await?;
        Ok(Candidate::new(alert, met, 0, self.retention))
    }
}
