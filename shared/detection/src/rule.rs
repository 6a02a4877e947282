//! A rule as people and alerts see it.

use std::fmt;

use crate::correlation::Correlation;

/// The number of a rule in its rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub(crate) u32);

impl RuleIndex {
    /// The number, from 0, without gaps.
    pub const fn number(self) -> usize {
        self.0 as usize
    }
}

/// How bad it is what a rule finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth a note.
    Informational,
    /// Worth a look some day.
    Low,
    /// Worth a look today.
    #[default]
    Medium,
    /// Worth a look at once.
    High,
    /// Worth waking somebody.
    Critical,
}

impl Level {
    /// All levels, the least first.
    pub const ALL: [Self; 5] = [
        Self::Informational,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// Sigma's name of the level.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Finds the level of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// What becomes of a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stage {
    /// It is published.
    #[default]
    Alert,
    /// It is counted and not published, so that a rule can be tried quietly.
    Stage,
}

impl Stage {
    /// The stage's name in rules.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Stage => "stage",
        }
    }
}

/// The lookups that a rule's matches are among: none named means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// Every match has one of these event names, in any case.
    pub event_names: Vec<String>,
    /// Every match has one of these event sources, in any case.
    pub event_sources: Vec<String>,
}

/// What a rule looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// One event.
    Single,
    /// Several events within a time.
    Correlation(Correlation),
}

/// A rule that loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The id; where the file gives none, the name or the title.
    pub id: String,
    /// The name by which correlations and filters refer to it.
    pub name: Option<String>,
    /// What it finds, in a line.
    pub title: String,
    /// Why that matters.
    pub description: String,
    /// How bad it is.
    pub level: Level,
    /// How well tried the rule is: stable, test, experimental, deprecated or unsupported.
    pub status: Option<String>,
    /// Tags, those of MITRE ATT&CK among them.
    pub tags: Vec<String>,
    /// What else looks like it.
    pub false_positives: Vec<String>,
    /// Where to read more.
    pub references: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was written.
    pub date: Option<String>,
    /// When it was last changed.
    pub modified: Option<String>,
    /// Whether matches are published.
    pub stage: Stage,
    /// For how many seconds one alert stands for all further matches of its group; 0 for none.
    pub suppress: u64,
    /// The fields by which suppression groups, besides rule and account.
    pub group: Vec<String>,
    /// The number in the CIS AWS Foundations Benchmark.
    pub cis: Option<String>,
    /// What to do next, for the person who is paged.
    pub respond: Option<String>,
    /// The file that it came from.
    pub file: String,
    /// The line in it, from 1.
    pub line: usize,
    /// Which lookups its matches are among.
    pub narrowing: Narrowing,
    /// Whether a match alerts: false for a rule that only correlations without `generate` name.
    pub is_alerting: bool,
    /// One event or several.
    pub kind: Kind,
}

impl Rule {
    /// The MITRE ATT&CK techniques of its tags, as `T1098` or `T1098.001`.
    pub fn techniques(&self) -> impl Iterator<Item = String> {
        self.tags.iter().filter_map(|tag| {
            let technique = tag.strip_prefix("attack.")?;
            let digits = technique.strip_prefix(['t', 'T'])?;
            digits
                .starts_with(|first: char| first.is_ascii_digit())
                .then(|| format!("T{digits}"))
        })
    }

    /// The correlation, if it is one.
    pub const fn correlation(&self) -> Option<&Correlation> {
        match &self.kind {
            Kind::Correlation(correlation) => Some(correlation),
            Kind::Single => None,
        }
    }
}
