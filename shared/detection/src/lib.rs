//! Sigma rules for CloudTrail records: read, checked, compiled and matched.
//!
//! [`Rules::read`] takes rule files and gives back the rules that load and every
//! [`Problem`] of those that do not. [`Rules::engine`] compiles them, and
//! [`Engine::matches`] finds the rules that a record matches. [`Correlations`] says what
//! those matches are to rules over several events, which a [`Correlator`] evaluates in
//! memory, and a [`Timeline`] over [`Window`]s that a table keeps. What of Sigma is
//! supported, and what was chosen where its specification leaves a choice, stands in
//! `docs/sigma.md`.

mod condition;
mod correlation;
mod engine;
mod event;
mod expression;
mod instant;
mod literal;
mod matcher;
mod modifier;
mod pattern;
mod predicate;
mod problem;
mod rule;
mod rules;
mod scan;
mod selection;
mod text;
mod yaml;

pub use correlation::{
    Alias, Correlation, CorrelationKind, Correlations, Correlator, EventId, Firing, Group, Sighted,
    Sighting, Threshold, Timeline, Window, WindowError,
};
pub use engine::{Engine, Log, Matched, Scratch};
pub use event::Event;
pub use matcher::Comparison;
pub use pattern::Placeholders;
pub use problem::{Problem, Severity};
pub use rule::{Kind, Level, Narrowing, Rule, RuleIndex, Stage};
pub use rules::{Rules, Source};
pub use scan::RecordError;
