//! Cases held against rules.

use std::collections::BTreeSet;

use detection::{Correlations, Correlator, Engine, Event, Rule, RuleIndex, Rules, Scratch};

use super::cases::Case;

/// Rules on trial.
pub(super) struct Trial<'r> {
    rules: &'r Rules,
    engine: Engine,
    scratch: Scratch,
    correlations: Correlations,
    /// The rules that matched where they were expected to.
    tested: BTreeSet<RuleIndex>,
}

impl<'r> Trial<'r> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        let engine = rules.engine();
        Self {
            rules,
            scratch: engine.scratch(),
            engine,
            correlations: Correlations::of(rules),
            tested: BTreeSet::new(),
        }
    }

    /// Tries a case on the rules of a file; says what came out otherwise than expected.
    pub(super) fn run(&mut self, file: &str, case: &Case) -> Result<(), String> {
        let found: Vec<_> = self
            .found(case)?
            .into_iter()
            .map(|index| (index, self.rules.get(index)))
            .filter(|(_, rule)| rule.is_alerting && rule.file == file)
            .collect();
        match (case.matches, found.first()) {
            (true, None) => {
                let others = "expected a match, and none of the file's rules matched";
                Err(others.to_owned())
            }
            (false, Some((_, rule))) => Err(format!(
                "expected no match, and the rule \"{}\" matched",
                rule.title
            )),
            _ => {
                self.tested.extend(found.iter().map(|(index, _)| *index));
                Ok(())
            }
        }
    }

    /// All rules that match an event of the case, or fire over them.
    fn found(&mut self, case: &Case) -> Result<BTreeSet<RuleIndex>, String> {
        let mut found = BTreeSet::new();
        let mut correlator = Correlator::new(&self.correlations);
        for (number, event) in (1..).zip(&case.events) {
            let matches = self
                .engine
                .matches(&mut self.scratch, event.as_bytes())
                .map_err(|error| format!("event {number}: {error}"))?;
            found.extend(matches.iter().copied());
            let event = Event::parse(event.as_bytes())
                .map_err(|error| format!("event {number}: {error}"))?;
            correlator.see(matches, &event);
        }
        let firings = correlator.finish();
        found.extend(firings.iter().map(|firing| firing.correlation));
        Ok(found)
    }

    /// The alerting rules that no case matched that was expected to.
    pub(super) fn untested(&self) -> impl Iterator<Item = &'r Rule> {
        self.rules
            .indexed()
            .filter(|(index, rule)| rule.is_alerting && !self.tested.contains(index))
            .map(|(_, rule)| rule)
    }
}
