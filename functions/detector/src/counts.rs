//! What an invocation came to, in numbers.

use std::collections::BTreeMap;

use lambda::metric::{Report, Unit};

/// The most rules on trial whose matches are told apart in one invocation.
const MOST_STAGED: usize = 200;

/// Counts of one invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Log files that were evaluated.
    pub files: u64,
    /// Log files that cannot be.
    pub rejected_files: u64,
    /// Objects that are none of the detector's business.
    pub other_objects: u64,
    /// Events that were evaluated, of files and of EventBridge.
    pub evaluated: u64,
    /// Events of EventBridge that are not believed.
    pub refused: u64,
    /// Elements of log files that are no record.
    pub quarantined: u64,
    /// Matches of events older than alerts are kept.
    pub expired: u64,
    /// Matches of rules that alert.
    pub matches: u64,
    /// Findings of Trailkeep's own that came.
    pub findings: u64,
    /// Alerts that were published.
    pub published: u64,
    /// Matches that were folded into a window of suppression.
    pub suppressed: u64,
    /// Matches and findings that were met before, on the other path or in an earlier attempt.
    pub known: u64,
    /// Alerts that the sweep found unpublished, and whose lease was over.
    pub pending: u64,
    /// Rules that do not load, and listings that failed.
    pub rule_problems: u64,
    /// Matches of rules on trial, by the rule's id.
    pub staged: BTreeMap<String, u64>,
    /// The seconds since the oldest log file of the batch was delivered.
    pub delivery_lag: Option<i64>,
    /// The seconds since the oldest event of EventBridge in the batch happened.
    pub event_lag: Option<i64>,
}

impl Counts {
    /// Counts a match of a rule on trial.
    pub(crate) fn stage(&mut self, rule: &str) {
        if let Some(count) = self.staged.get_mut(rule) {
            *count += 1;
        } else if self.staged.len() < MOST_STAGED {
            self.staged.insert(rule.to_owned(), 1);
        }
    }

    /// Adds what another part of the invocation counted.
    pub(crate) fn add(&mut self, other: Self) {
        let Self {
            files,
            rejected_files,
            other_objects,
            evaluated,
            refused,
            quarantined,
            expired,
            matches,
            findings,
            published,
            suppressed,
            known,
            pending,
            rule_problems,
            staged,
            delivery_lag,
            event_lag,
        } = other;
        self.files += files;
        self.rejected_files += rejected_files;
        self.other_objects += other_objects;
        self.evaluated += evaluated;
        self.refused += refused;
        self.quarantined += quarantined;
        self.expired += expired;
        self.matches += matches;
        self.findings += findings;
        self.published += published;
        self.suppressed += suppressed;
        self.known += known;
        self.pending += pending;
        self.rule_problems += rule_problems;
        for (rule, count) in staged {
            *self.staged.entry(rule).or_default() += count;
        }
        self.delivery_lag = self.delivery_lag.max(delivery_lag);
        self.event_lag = self.event_lag.max(event_lag);
    }

    /// Notes how late something came; the longest counts.
    pub(crate) fn note_lag(lag: &mut Option<i64>, seconds: i64) {
        *lag = (*lag).max(Some(seconds.max(0)));
    }

    /// States the counts as metrics: one report, and one for each rule on trial that matched.
    pub fn reports(&self) -> Vec<Report> {
        let mut report = Report::of("Function", "detector")
            .count("FilesEvaluated", self.files)
            .count("FilesRejected", self.rejected_files)
            .count("OtherObjects", self.other_objects)
            .count("EventsEvaluated", self.evaluated)
            .count("EventsRefused", self.refused)
            .count("EventsQuarantined", self.quarantined)
            .count("MatchesExpired", self.expired)
            .count("Matches", self.matches)
            .count("MatchesKnown", self.known)
            .count("Findings", self.findings)
            .count("AlertsPublished", self.published)
            .count("AlertsSuppressed", self.suppressed)
            .count("AlertsPending", self.pending)
            .count("RuleProblems", self.rule_problems);
        for (name, lag) in [
            ("DeliveryLag", self.delivery_lag),
            ("EventLag", self.event_lag),
        ] {
            if let Some(lag) = lag {
                report = report.metric(name, seconds(lag), Unit::Seconds);
            }
        }
        let staged = self.staged.iter().map(|(rule, count)| {
            Report::of("Function", "detector")
                .dimension("Rule", dimension(rule))
                .count("StagedMatches", *count)
        });
        std::iter::once(report).chain(staged).collect()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds of a lag are far below 2^52"
)]
const fn seconds(lag: i64) -> f64 {
    lag as f64
}

/// A rule's id as a dimension takes it: printable ASCII, and not all of a long one.
fn dimension(rule: &str) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_graphic() || letter == ' ' {
            letter
        } else {
            '?'
        }
    };
    let name: String = rule.chars().take(200).map(plain).collect();
    if name.trim().is_empty() {
        "unnamed".to_owned()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn every_report_is_a_line_that_cloudwatch_takes_whatever_a_rule_is_called() {
        let mut counts = Counts::default();
        let long = "r".repeat(5_000);
        for rule in ["a", "a", "", "é\n", &long] {
            counts.stage(rule);
        }
        Counts::note_lag(&mut counts.event_lag, 7);
        Counts::note_lag(&mut counts.event_lag, -3);
        let lines: Vec<_> = counts
            .reports()
            .iter()
            .map(|report| report.render(UNIX_EPOCH + Duration::from_secs(1)))
            .collect::<Result<_, _>>()
            .expect("valid lines");
        assert_eq!(lines.len(), 5);
        assert!(lines[0].contains(r#""EventLag":7.0"#), "{}", lines[0]);
        assert!(
            lines
                .iter()
                .any(|line| line.contains(r#""StagedMatches":2"#))
        );
    }

    #[test]
    fn rules_on_trial_without_end_take_no_memory_without_end() {
        let mut counts = Counts::default();
        for number in 0..10 * MOST_STAGED {
            counts.stage(&number.to_string());
        }
        assert_eq!(counts.staged.len(), MOST_STAGED);
    }
}
