//! What an alert keeps of the rule that matched.

use serde::{Deserialize, Serialize};

use crate::escape::{clip, tidy};

/// How much a match matters: the `level` of the Sigma rule.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth keeping, not worth a look by itself.
    Informational,
    /// Notable, rarely an incident.
    Low,
    /// Worth a look the same day.
    #[default]
    Medium,
    /// Worth a look now.
    High,
    /// Worth waking somebody.
    Critical,
}

impl Level {
    /// Every level, the least first.
    pub const ALL: [Self; 5] = [
        Self::Informational,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// The name that Sigma gives the level.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The name as it opens a subject.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Informational => "INFO",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }

    /// Reads the name that Sigma gives the level, in any case of letters.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str().eq_ignore_ascii_case(name))
    }
}

/// What happens with a rule's matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// They are published.
    #[default]
    Alert,
    /// They are counted and not published, so that a new rule can be tried quietly.
    Stage,
}

impl Stage {
    /// The name that a rule file gives the stage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Stage => "stage",
        }
    }
}

/// What an alert tells of its rule.
///
/// Filled by the caller from the Sigma rule. An alert keeps its own copy, so
/// that it still reads the same when the rule has been changed since, and
/// keeps it [`bounded`](Self::bounded), so that no rule is too long to send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleSummary {
    /// The rule's id, usually a UUID.
    pub id: String,
    /// What the rule is called; the subject says it.
    pub title: String,
    /// How much a match matters.
    pub level: Level,
    /// Why a match matters.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Sigma's tags, ATT&CK techniques among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What else may look like this.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub falsepositives: Vec<String>,
    /// Where to read more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// The rule's number in the CIS AWS Foundations Benchmark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cis: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respond: Option<String>,
    /// Whether matches are published.
    pub stage: Stage,
}

impl RuleSummary {
    /// Describes a rule of which no more is known than this.
    pub fn new(id: &str, title: &str, level: Level) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            level,
            ..Self::default()
        }
    }

    /// Cuts what is longer than an alert has room for, and folds line breaks.
    ///
    /// Ids are far shorter than what is cut of one. The fingerprint is made of
    /// the whole, so that two rules never share an alert.
    #[must_use]
    pub fn bounded(&self) -> Self {
        let one = |text: &str, most| clip(&tidy(text), most);
        let some = |texts: &[String], count, most| {
            let texts = texts.iter().filter(|text| !text.trim().is_empty());
            texts.take(count).map(|text| one(text, most)).collect()
        };
        Self {
            id: one(&self.id, 256),
            title: one(&self.title, 200),
            level: self.level,
            description: one(&self.description, 2_000),
            tags: some(&self.tags, 20, 80),
            falsepositives: some(&self.falsepositives, 5, 300),
            references: some(&self.references, 5, 300),
            cis: self.cis.as_deref().map(|cis| one(cis, 20)),
            respond: self.respond.as_deref().map(|text| one(text, 1_000)),
            stage: self.stage,
        }
    }

    /// The rule's ATT&CK techniques, such as `T1562.008`.
    pub fn techniques(&self) -> impl Iterator<Item = String> {
        self.tags.iter().filter_map(|tag| {
            let technique = tag.strip_prefix("attack.")?;
            let digits = technique.strip_prefix(['t', 'T'])?;
            let is_number = digits.starts_with(|first: char| first.is_ascii_digit())
                && digits
                    .chars()
                    .all(|letter| letter.is_ascii_digit() || letter == '.');
            is_number.then(|| technique.to_ascii_uppercase())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_and_named_as_in_sigma() {
        assert!(Level::ALL.is_sorted());
        for level in Level::ALL {
            assert_eq!(Level::named(&level.as_str().to_uppercase()), Some(level));
            let written = serde_json::to_string(&level).expect("a name");
            assert_eq!(written, format!("\"{}\"", level.as_str()));
        }
        assert_eq!(Level::named("severe"), None);
    }

    #[test]
    fn techniques_are_told_from_tactics_and_other_tags() {
        let mut rule = RuleSummary::new("id", "title", Level::Low);
        rule.tags = [
            "attack.t1562.008",
            "attack.defense-evasion",
            "cis.4.5",
            "attack.T1078",
            "attack.t",
        ]
        .map(str::to_owned)
        .to_vec();
        let found: Vec<_> = rule.techniques().collect();
        assert_eq!(found, ["T1562.008", "T1078"]);
    }

    #[test]
    fn a_long_rule_is_cut() {
        let mut rule = RuleSummary::new(&"i".repeat(500), "a\r\ntitle", Level::Low);
        rule.description = "word ".repeat(10_000);
        rule.references = vec!["https://example.com".to_owned(); 100];
        let bounded = rule.bounded();
        assert_eq!(bounded.id.chars().count(), 256);
        assert_eq!(bounded.title, "a title");
        assert_eq!(bounded.description.chars().count(), 2_000);
        assert_eq!(bounded.references.len(), 5);
        assert_eq!(bounded.bounded(), bounded);
    }
}
