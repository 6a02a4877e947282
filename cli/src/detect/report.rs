//! The summary: by rule, by principal and by account.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use detection::{Level, Rule, RuleIndex};
use indicatif::{HumanCount, HumanDuration};
use jiff::Timestamp;
use serde::Serialize;

use super::findings::{Findings, Match, TextId};
use crate::logs::Found;
use crate::rule_set::RuleSet;
use crate::rules_command::count;
use crate::stack::rate;

/// What all files came to.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) totals: Totals,
    /// Rules that matched, the highest level first, then the most matches.
    pub(super) rules: Vec<OfRule>,
    /// Who matched rules, the same order.
    pub(super) principals: Vec<OfName>,
    pub(super) accounts: Vec<OfName>,
    /// What could not be read, the first of it.
    pub(super) faults: Vec<OfFault>,
    /// Rules that did not load, and what is doubtful about others.
    pub(super) problems: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Totals {
    /// Log files that were read.
    pub(super) files: usize,
    /// Log files that could not be read to their end.
    pub(super) bad_files: usize,
    /// Files that are no logs by their names.
    pub(super) skipped_files: usize,
    /// Records that were read.
    pub(super) events: u64,
    /// The bytes of their files, inflated.
    pub(super) bytes: u64,
    /// Matches that are shown.
    pub(super) matches: u64,
    /// Rules that matched.
    pub(super) matching_rules: usize,
    /// Records that matched and were of events that had matched already.
    pub(super) repeated_events: u64,
    /// Rules that were loaded.
    pub(super) rules: usize,
    pub(super) seconds: f64,
    pub(super) events_per_second: u64,
}

/// The matches of a rule.
#[derive(Debug, Serialize)]
pub(super) struct OfRule {
    pub(super) rule_id: String,
    pub(super) rule: String,
    #[serde(serialize_with = "level_name")]
    pub(super) level: Level,
    pub(super) stage: &'static str,
    pub(super) techniques: Vec<String>,
    pub(super) matches: u64,
    pub(super) first: Option<String>,
    pub(super) last: Option<String>,
    pub(super) principals: usize,
}

/// The matches of a principal, or in an account.
#[derive(Debug, Serialize)]
pub(super) struct OfName {
    /// Nothing where the records do not say.
    pub(super) name: Option<String>,
    /// The highest level among its matches.
    #[serde(serialize_with = "level_name")]
    pub(super) level: Level,
    pub(super) rules: usize,
    pub(super) matches: u64,
    pub(super) first: Option<String>,
    pub(super) last: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct OfFault {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u64>,
    reason: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes what it serialises by reference"
)]
fn level_name<S: serde::Serializer>(level: &Level, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(level.name())
}

/// Matches that are counted together.
#[derive(Debug, Default)]
struct Tally {
    matches: u64,
    level: Option<Level>,
    rules: BTreeSet<RuleIndex>,
    principals: BTreeSet<Option<TextId>>,
    first: Option<i64>,
    last: Option<i64>,
}

impl Tally {
    fn add(&mut self, found: &Match<'_>, level: Level, principal: Option<TextId>) {
        self.matches += 1;
        self.level = self.level.max(Some(level));
        self.rules.insert(found.rule);
        self.principals.insert(principal);
        let first = found
            .fired
            .map_or(found.second, |fired| Some(fired.firing.first));
        self.first = match (self.first, first) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.last = self.last.max(found.second);
    }
}

impl Report {
    pub(super) fn new(set: &RuleSet, found: &Found, findings: &Findings<'_>, seconds: f64) -> Self {
        let mut by_rule: BTreeMap<RuleIndex, Tally> = BTreeMap::new();
        let mut by_principal: BTreeMap<Option<TextId>, Tally> = BTreeMap::new();
        let mut by_account: BTreeMap<Option<String>, Tally> = BTreeMap::new();
        let mut matches = 0;
        for one in findings.matches() {
            matches += 1;
            let level = set.rules.get(one.rule).level;
            let principal = one.row.and_then(|row| row.facts.principal);
            let account = one.row.and_then(|row| row.facts.account);
            let account = account.map(|id| findings.texts.get(id).to_owned());
            let of_firing = one.fired.and_then(|fired| fired.firing.account.clone());
            by_rule
                .entry(one.rule)
                .or_default()
                .add(&one, level, principal);
            let of_principal = by_principal.entry(principal).or_default();
            of_principal.add(&one, level, principal);
            let of_account = by_account.entry(account.or(of_firing)).or_default();
            of_account.add(&one, level, principal);
        }
        let name = |id: TextId| findings.texts.get(id).to_owned();
        let by_principal = by_principal
            .into_iter()
            .map(|(principal, tally)| (principal.map(name), tally));
        Self {
            totals: Totals {
                files: found.files.len(),
                bad_files: findings.bad_files() + found.unreadable.len(),
                skipped_files: found.skipped.len(),
                events: findings.events,
                bytes: findings.content,
                matches,
                matching_rules: by_rule.len(),
                repeated_events: findings.repeated,
                rules: set.rules.iter().filter(|rule| rule.is_alerting).count(),
                seconds,
                events_per_second: rate(findings.events, seconds),
            },
            rules: of_rules(by_rule, set),
            principals: of_names(by_principal),
            accounts: of_names(by_account),
            faults: findings
                .troubles()
                .map(|trouble| OfFault {
                    file: trouble.file.clone(),
                    at: trouble.at,
                    reason: trouble.reason.clone(),
                })
                .collect(),
            problems: set.problems.iter().map(ToString::to_string).collect(),
        }
    }
}

fn of_rules(tallies: BTreeMap<RuleIndex, Tally>, set: &RuleSet) -> Vec<OfRule> {
    let mut rules: Vec<_> = tallies
        .into_iter()
        .map(|(index, tally)| of_rule(set.rules.get(index), &tally))
        .collect();
    rules.sort_by(|one, other| {
        (other.level, other.matches, &one.rule).cmp(&(one.level, one.matches, &other.rule))
    });
    rules
}

fn of_rule(rule: &Rule, tally: &Tally) -> OfRule {
    OfRule {
        rule_id: rule.id.clone(),
        rule: rule.title.clone(),
        level: rule.level,
        stage: rule.stage.name(),
        techniques: rule.techniques().collect(),
        matches: tally.matches,
        first: tally.first.map(stamp),
        last: tally.last.map(stamp),
        principals: tally.principals.iter().flatten().count(),
    }
}

fn of_names(tallies: impl IntoIterator<Item = (Option<String>, Tally)>) -> Vec<OfName> {
    let mut names: Vec<_> = tallies
        .into_iter()
        .map(|(name, tally)| OfName {
            name,
            level: tally.level.unwrap_or_default(),
            rules: tally.rules.len(),
            matches: tally.matches,
            first: tally.first.map(stamp),
            last: tally.last.map(stamp),
        })
        .collect();
    names.sort_by(|one, other| {
        (other.level, other.matches, &one.name).cmp(&(one.level, one.matches, &other.name))
    });
    names
}

/// Writes seconds since 1970 as a time.
pub(super) fn stamp(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| second.to_string(), |time| time.to_string())
}

impl fmt::Display for Totals {
    /// Says in one line what was read and found.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} in {}, {} of {} ({} loaded), in {} ({} events a second)",
            count(self.events, "event", "events"),
            count(self.files as u64, "file", "files"),
            count(self.matches, "match", "matches"),
            count(self.matching_rules as u64, "rule", "rules"),
            HumanCount(self.rules as u64),
            took(self.seconds),
            HumanCount(self.events_per_second),
        )
    }
}

/// Writes how long something took.
fn took(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds:.2} s")
    } else {
        HumanDuration(std::time::Duration::from_secs_f64(seconds)).to_string()
    }
}
