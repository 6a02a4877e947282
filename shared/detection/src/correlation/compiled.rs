//! From matches to what they are to correlations.

use std::collections::HashMap;

use crate::correlation::counted::values;
use crate::correlation::sighting::Identity;
use crate::correlation::{Correlation, Firing, Group, Sighting, Timeline};
use crate::event::Event;
use crate::rule::RuleIndex;
use crate::rules::Rules;

/// The correlations of a rule set, filed by the rules that they name.
///
/// ```
/// use detection::{Correlations, Correlator, Event, Placeholders, Rules, Source};
///
/// let text = "
/// title: A login failed
/// name: failed
/// logsource: {product: aws, service: cloudtrail}
/// detection:
///   selection: {eventName: ConsoleLogin, errorMessage: Failed authentication}
///   condition: selection
/// level: low
/// ---
/// title: Two logins failed
/// correlation:
///   type: event_count
///   rules: [failed]
///   group-by: [sourceIPAddress]
///   timespan: 5m
///   condition: {gte: 2}
/// level: medium
/// ";
/// let source = Source { path: "logins.yml".to_owned(), text: text.to_owned() };
/// let (rules, _) = Rules::read([source], &Placeholders::new());
/// let engine = rules.engine();
/// let correlations = Correlations::of(&rules);
///
/// let mut scratch = engine.scratch();
/// let mut correlator = Correlator::new(&correlations);
/// for second in ["05", "00"] {
///     let record = format!(
///         r#"{{"eventName":"ConsoleLogin","errorMessage":"Failed authentication",
///             "sourceIPAddress":"192.0.2.1","eventTime":"2026-03-02T09:15:{second}Z"}}"#
///     );
///     let matched = engine.matches(&mut scratch, record.as_bytes())?;
///     correlator.see(matched, &Event::parse(record.as_bytes())?);
/// }
/// let firings = correlator.finish();
/// assert_eq!(firings.len(), 1);
/// assert_eq!(firings[0].count, 2);
/// # Ok::<(), detection::RecordError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Correlations {
    timelines: HashMap<RuleIndex, Timeline>,
    /// Which correlations name a rule, and at which place.
    named: HashMap<RuleIndex, Vec<(RuleIndex, u32)>>,
    /// The correlations, each behind those that it names.
    order: Vec<RuleIndex>,
}

/// What a match is to one correlation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighted {
    /// The correlation.
    pub correlation: RuleIndex,
    /// The group that the event is in.
    pub group: Group,
    /// What is remembered of it.
    pub sighting: Sighting,
}

impl Correlations {
    /// Takes the correlations out of a rule set.
    pub fn of(rules: &Rules) -> Self {
        let mut correlations = Self::default();
        let mut waiting = Vec::new();
        for (index, rule) in rules.indexed() {
            let Some(correlation) = rule.correlation() else {
                continue;
            };
            waiting.push(index);
            for (position, named) in (0..).zip(&correlation.rules) {
                let of = correlations.named.entry(*named).or_default();
                of.push((index, position));
            }
            let timeline = Timeline::new(index, correlation, rules);
            correlations.timelines.insert(index, timeline);
        }
        // Those that load do not name each other in a circle, so each round finds some.
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|index| {
                let timeline = &correlations.timelines[index];
                let mut named = timeline.correlation().rules.iter();
                let is_ready = named.all(|of| {
                    !correlations.timelines.contains_key(of) || correlations.order.contains(of)
                });
                if is_ready {
                    correlations.order.push(*index);
                }
                !is_ready
            });
            if waiting.len() == before {
                break;
            }
        }
        correlations
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The correlations, each behind those that it names.
    pub fn in_order(&self) -> &[RuleIndex] {
        &self.order
    }

    /// What evaluates a correlation; nothing for a rule that is none.
    pub fn get(&self, correlation: RuleIndex) -> Option<&Timeline> {
        self.timelines.get(&correlation)
    }

    /// Whether a correlation names the rule.
    pub fn is_named(&self, rule: RuleIndex) -> bool {
        self.named.contains_key(&rule)
    }

    /// Finds what an event is to the correlations that name the rules which it matched.
    ///
    /// An event without a time, without a field of `group-by`, or without the value that is
    /// counted is left out.
    pub fn sightings(&self, matched: &[RuleIndex], event: &Event<'_>) -> Vec<Sighted> {
        let mut found: Vec<Sighted> = Vec::new();
        let mut identity = None;
        for rule in matched {
            for (index, position) in self.named.get(rule).into_iter().flatten() {
                let Some(who) = identity.get_or_insert_with(|| Identity::of(event)) else {
                    return Vec::new();
                };
                let correlation = self.timelines[index].correlation();
                let field = |name: &str| event.field(correlation.field_of(name, *rule));
                let Some(group) = group(correlation, |name| field(name).map(Into::into)) else {
                    continue;
                };
                let values = values(correlation, |name| {
                    let name = correlation.field_of(name, *rule);
                    let texts = event.fields(name);
                    texts.into_iter().map(Into::into).collect()
                });
                for value in values {
                    let sighting = sighting(correlation, *position, value, who);
                    let sighted = Sighted {
                        correlation: *index,
                        group: group.clone(),
                        sighting,
                    };
                    if !found.contains(&sighted) {
                        found.push(sighted);
                    }
                }
            }
        }
        found
    }

    /// Finds what the sightings at which a correlation fired are to those that name it.
    ///
    /// Its group takes the event's place: its values can be grouped by and counted.
    pub fn sightings_of(&self, firing: &Firing) -> Vec<Sighted> {
        let fired = firing.correlation;
        let mut found = Vec::new();
        for (index, position) in self.named.get(&fired).into_iter().flatten() {
            let correlation = self.timelines[index].correlation();
            let field = |name: &str| {
                let name = correlation.field_of(name, fired);
                firing.group.get(name).map(str::to_owned)
            };
            let Some(group) = group(correlation, field) else {
                continue;
            };
            let values = values(correlation, |name| field(name).into_iter().collect());
            let mut last = None;
            for inner in &firing.at {
                // One event may fire by several of its values.
                if last.replace(inner.event) == Some(inner.event) {
                    continue;
                }
                let who = Identity {
                    second: inner.second,
                    event: inner.event,
                    account: inner.account,
                    id: inner.id.clone(),
                };
                found.extend(values.iter().map(|value| Sighted {
                    correlation: *index,
                    group: group.clone(),
                    sighting: sighting(correlation, *position, *value, &who),
                }));
            }
        }
        found
    }
}

fn sighting(
    correlation: &Correlation,
    position: u32,
    value: Option<i64>,
    who: &Identity,
) -> Sighting {
    Sighting {
        second: who.second,
        event: who.event,
        position: if correlation.kind.is_temporal() {
            position
        } else {
            0
        },
        value,
        account: who.account,
        id: who.id.clone(),
    }
}

/// The values of `group-by`; nothing where one is missing.
fn group(correlation: &Correlation, field: impl Fn(&str) -> Option<String>) -> Option<Group> {
    let names = correlation.group_by.iter();
    let pairs = names.map(|name| Some((name.clone(), field(name)?)));
    Some(Group {
        pairs: pairs.collect::<Option<_>>()?,
    })
}
