//! Which hours are proven complete.

use std::fmt;

use serde::{Deserialize, Serialize};

mod summary;
#[cfg(test)]
mod tests;

pub use summary::{Counts, StreamHours, Summary};

/// The seconds of an hour.
pub const HOUR: i64 = 3600;

/// What is known of an hour of an account and Region.
///
/// The order is by weight: where several hold, the last one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hour {
    /// A valid digest in its chain covers it, and all its log files are there unaltered.
    Proven,
    /// Nothing vouches for it: it is before the stream's first digest, or nobody looked.
    Unknown,
    /// Its digest is not due yet, or log files are still to be indexed.
    Pending,
    /// Something is wrong with it.
    Finding,
}

impl Hour {
    /// The state's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Finding => "finding",
        }
    }
}

impl fmt::Display for Hour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A stretch of seconds in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first second.
    pub start: i64,
    /// The second behind the last.
    pub end: i64,
    /// The state.
    pub state: Hour,
}

/// Hours in one state, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(i64, i64, Hour)", from = "(i64, i64, Hour)")]
pub struct Run {
    /// The first hour, in hours since 1970.
    pub first: i64,
    /// The hour behind the last.
    pub end: i64,
    /// The state.
    pub state: Hour,
}

impl From<Run> for (i64, i64, Hour) {
    fn from(run: Run) -> Self {
        (run.first, run.end - run.first, run.state)
    }
}

impl From<(i64, i64, Hour)> for Run {
    fn from((first, hours, state): (i64, i64, Hour)) -> Self {
        Self {
            first,
            end: first.saturating_add(hours),
            state,
        }
    }
}

/// The hours of a stream: runs in order, none empty, none overlapping.
///
/// An hour that no run holds is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hours {
    runs: Vec<Run>,
}

impl Hours {
    /// Makes hours of stretches of seconds, which may overlap: an hour's state is the
    /// heaviest of those that touch it, and unknown weighs in where part of it is in none.
    pub fn from_stretches(stretches: impl IntoIterator<Item = Stretch>) -> Self {
        let mut stretches: Vec<_> = stretches
            .into_iter()
            .filter(|stretch| stretch.start < stretch.end)
            .collect();
        stretches.sort_by_key(|stretch| stretch.start);
        let mut hours = Self::default();
        // What no stretch covers is unknown, also for a part of an hour.
        let mut covered = i64::MIN;
        let mut gaps = Vec::new();
        for stretch in &stretches {
            if stretch.start > covered {
                gaps.push(hour_of(stretch.start.saturating_sub(1)));
                if covered != i64::MIN {
                    gaps.push(hour_of(covered));
                }
            }
            covered = covered.max(stretch.end);
        }
        if covered != i64::MIN && covered.rem_euclid(HOUR) != 0 {
            gaps.push(hour_of(covered));
        }
        let whole = stretches.iter().map(|stretch| Run {
            first: hour_of(stretch.start),
            end: hour_of(stretch.end.saturating_sub(1)).saturating_add(1),
            state: stretch.state,
        });
        let partly = gaps.into_iter().map(|hour| Run {
            first: hour,
            end: hour.saturating_add(1),
            state: Hour::Unknown,
        });
        hours.runs = heaviest(whole.chain(partly).collect());
        hours.runs.retain(|run| run.state != Hour::Unknown);
        hours
    }

    /// The runs, in order; hours between them are unknown.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The state of the hour that a time is in.
    pub fn at(&self, time: i64) -> Hour {
        let hour = hour_of(time);
        let at = self.runs.partition_point(|run| run.end <= hour);
        self.runs
            .get(at)
            .filter(|run| run.first <= hour)
            .map_or(Hour::Unknown, |run| run.state)
    }

    /// Puts both together: the heavier state of an hour counts, but unknown for nothing.
    ///
    /// For several streams of one account and Region: a trail that has begun
    /// later does not take anything from the one before.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let mut runs = Vec::with_capacity(self.runs.len() + other.runs.len());
        runs.extend_from_slice(&self.runs);
        runs.extend_from_slice(&other.runs);
        Self {
            runs: heaviest(runs),
        }
    }

    /// Takes over another's hours of a range of hours, and keeps its own elsewhere.
    pub fn replace(&mut self, first: i64, end: i64, with: &Self) {
        let clip = |run: &Run, from: i64, until: i64| {
            let run = Run {
                first: run.first.max(from),
                end: run.end.min(until),
                state: run.state,
            };
            (run.first < run.end).then_some(run)
        };
        let mut runs: Vec<Run> = Vec::with_capacity(self.runs.len() + with.runs.len());
        runs.extend(
            self.runs
                .iter()
                .filter_map(|run| clip(run, i64::MIN, first)),
        );
        runs.extend(with.runs.iter().filter_map(|run| clip(run, first, end)));
        runs.extend(self.runs.iter().filter_map(|run| clip(run, end, i64::MAX)));
        self.runs = heaviest(runs);
    }

    /// Tells whether the runs are in order and not empty, as they are in what was written here.
    fn is_sound(&self) -> bool {
        self.runs.iter().all(|run| run.first < run.end)
            && self.runs.is_sorted_by(|one, next| one.end <= next.first)
    }
}

/// The hour that a time is in, in hours since 1970.
pub const fn hour_of(time: i64) -> i64 {
    time.div_euclid(HOUR)
}

/// Lays runs over each other, the heaviest on top, and joins neighbours of one state.
fn heaviest(mut runs: Vec<Run>) -> Vec<Run> {
    runs.retain(|run| run.first < run.end);
    // Each place where something begins or ends, with how many of each state hold from there.
    let mut edges: Vec<(i64, usize, i32)> = Vec::with_capacity(runs.len() * 2);
    for run in &runs {
        edges.push((run.first, weight(run.state), 1));
        edges.push((run.end, weight(run.state), -1));
    }
    edges.sort_unstable();
    let mut open = [0_i32; STATES.len()];
    let mut result: Vec<Run> = Vec::with_capacity(runs.len());
    for (at, edge) in edges.iter().enumerate() {
        open[edge.1] += edge.2;
        let Some(next) = edges.get(at + 1).filter(|next| next.0 > edge.0) else {
            continue;
        };
        let Some(top) = open.iter().rposition(|count| *count > 0) else {
            continue;
        };
        let state = STATES[top];
        match result.last_mut() {
            Some(last) if last.end == edge.0 && last.state == state => last.end = next.0,
            _ => result.push(Run {
                first: edge.0,
                end: next.0,
                state,
            }),
        }
    }
    result
}

/// The states by weight.
const STATES: [Hour; 4] = [Hour::Proven, Hour::Unknown, Hour::Pending, Hour::Finding];

const fn weight(state: Hour) -> usize {
    state as usize
}
