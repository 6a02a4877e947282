//! A finding: what Trailkeep finds out about the history itself.
//!
//! A digest that is missing, a log file that was changed, a protection that is
//! not as it was set: whoever finds it sends it to the detector's queue, which
//! alone publishes. Its texts may quote what somebody else wrote, the key of an
//! object among them, and are treated like those of a record.

use serde::{Deserialize, Serialize};

use crate::redact::redact_text;
use crate::rule::{Level, RuleSummary};
use crate::{escape, fingerprint};

mod message;

pub use message::FindingError;

/// What the messages of findings say that they come from.
const SOURCE: &str = "trailkeep";

/// The longest message body that is read as a finding, in bytes; ours are a third of it.
const LARGEST: usize = 128 * 1024;

/// The longest kind.
const LONGEST_KIND: usize = 64;

/// Which part of Trailkeep finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The verification of digests and log files.
    Integrity,
    /// The keeping of retention, holds and protections.
    Retention,
    /// The index.
    Index,
}

impl Origin {
    /// The name under which programs know the part.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::Retention => "retention",
            Self::Index => "index",
        }
    }
}

/// What was found out about the history itself.
///
/// Made by [`Finding::new`] and the methods that add to it, every text of it
/// is without secrets and bounded, so that it can be stored and sent.
///
/// ```
/// use alerts::{Finding, Level, finding::Origin};
///
/// let object = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/13/a.json.gz";
/// let about = ["111122223333", "eu-west-1", object];
/// let finding = Finding::new(Origin::Integrity, "digest-missing", Level::High, &about, 1_791_928_263)
///     .titled("A digest file is missing")
///     .in_detail("No digest covers the hour from 20:51:03Z on.")
///     .in_place(Some("111122223333"), Some("eu-west-1"))
///     .of_object(object);
/// let read = Finding::read(&finding.message()).expect("a finding");
/// assert_eq!(read, Ok(finding));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The same for the same finding, however often it is met: 32 hexadecimal digits.
    pub id: String,
    /// Which part of Trailkeep found it.
    pub origin: Origin,
    /// What it is, in kebab case, such as `digest-missing`.
    pub kind: String,
    /// How much it matters.
    pub severity: Level,
    /// What it is, in words.
    pub title: String,
    /// What exactly was found.
    pub detail: String,
    /// The account whose history it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
    /// The Region whose history it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub region: Option<String>,
    /// The object or item that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub object: Option<String>,
    /// When it was met first, or when what it is about happened, in seconds since 1970.
    pub time: i64,
    /// What to do next.
    pub respond: String,
}

/// What an alert keeps of its finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingSummary {
    /// The finding's id, by which it is listed.
    pub id: String,
    /// Which part of Trailkeep found it.
    pub origin: Origin,
    /// What it is, in kebab case.
    pub kind: String,
    /// The object or item that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub object: Option<String>,
}

impl Finding {
    /// Makes a finding.
    ///
    /// `about` names what it is about and nothing that changes from one look to
    /// the next: origin, kind and it make the id. Letters of `kind` that kebab
    /// case does not have become hyphens.
    pub fn new(origin: Origin, kind: &str, severity: Level, about: &[&str], time: i64) -> Self {
        let kebab = |letter: char| match letter.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9') => letter,
            _ => '-',
        };
        let kind: String = kind.chars().take(LONGEST_KIND).map(kebab).collect();
        let kind = Some(kind.trim_matches('-')).filter(|kind| !kind.is_empty());
        let kind = kind.unwrap_or("unnamed").to_owned();
        Self {
            id: fingerprint::of_finding(origin.as_str(), &kind, about),
            title: kind.replace('-', " "),
            origin,
            kind,
            severity,
            detail: String::new(),
            account: None,
            region: None,
            object: None,
            time,
            respond: String::new(),
        }
    }

    /// Says in words what it is; the subject of the alert.
    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        self.title = some(Some(title), 200).unwrap_or_else(|| self.kind.replace('-', " "));
        self
    }

    /// Says what exactly was found.
    #[must_use]
    pub fn in_detail(mut self, detail: &str) -> Self {
        self.detail = text(detail, 2_000);
        self
    }

    /// Says whose history it is about.
    #[must_use]
    pub fn in_place(mut self, account: Option<&str>, region: Option<&str>) -> Self {
        self.account = some(account, 64);
        self.region = some(region, 64);
        self
    }

    /// Names the object or item that it is about, as exactly as can be.
    #[must_use]
    pub fn of_object(mut self, object: &str) -> Self {
        self.object = some(Some(object), 1_200);
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn to_respond(mut self, respond: &str) -> Self {
        self.respond = text(respond, 1_000);
        self
    }

    /// The id of the rule under which it is alerted on: `trailkeep-integrity-digest-missing`.
    pub fn rule_id(&self) -> String {
        format!("{SOURCE}-{}-{}", self.origin.as_str(), self.kind)
    }

    /// Takes out what must not be told and what there is no room for.
    fn bounded(&self) -> Self {
        let bare = Self {
            id: escape::clip(&self.id, 32),
            kind: escape::clip(&self.kind, LONGEST_KIND),
            account: None,
            region: None,
            object: None,
            ..self.clone()
        };
        let finding = bare
            .titled(&self.title)
            .in_detail(&self.detail)
            .in_place(self.account.as_deref(), self.region.as_deref())
            .to_respond(&self.respond);
        match &self.object {
            Some(object) => finding.of_object(object),
            None => finding,
        }
    }

    /// What its alert tells in place of a rule, and of the finding; both bounded.
    pub(crate) fn summaries(&self) -> (RuleSummary, FindingSummary) {
        let finding = self.bounded();
        let rule = RuleSummary {
            description: finding.detail.clone(),
            respond: Some(finding.respond.clone()).filter(|respond| !respond.is_empty()),
            ..RuleSummary::new(&finding.rule_id(), &finding.title, finding.severity)
        };
        let summary = FindingSummary {
            id: finding.id,
            origin: finding.origin,
            kind: finding.kind,
            object: finding.object,
        };
        (rule, summary)
    }
}

/// Keeps of a text what is no secret and has room.
pub(crate) fn text(value: &str, most: usize) -> String {
    let near = match value.get(..value.floor_char_boundary(LARGEST)) {
        // The start of a token that the cut divides could be too short to be told.
        Some(start) if start.len() < value.len() => {
            start.trim_end_matches(|letter: char| !letter.is_whitespace())
        }
        _ => value,
    };
    escape::clip(&redact_text(near), most)
}

/// Keeps a text unless there is nothing to see in it.
pub(crate) fn some(value: Option<&str>, most: usize) -> Option<String> {
    let value = value.filter(|value| !value.trim().is_empty())?;
    Some(text(value, most)).filter(|kept| !kept.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Finding {
        Finding::new(Origin::Index, "index-differs", Level::Critical, &["a"], 7)
    }

    #[test]
    fn an_id_is_of_what_it_is_about_and_does_not_change_between_versions() {
        // Findings that were told are known again by it: a new value tells them anew.
        assert_eq!(finding().id, "a4983b8f2265d40333e3c3331d0fc941");
        let later = Finding {
            time: 8,
            severity: Level::Low,
            ..finding()
        };
        assert_eq!(later.titled("another").in_detail("x").id, finding().id);
        let ids = [
            Finding::new(Origin::Integrity, "index-differs", Level::Low, &["a"], 7).id,
            Finding::new(Origin::Index, "index-missing", Level::Low, &["a"], 7).id,
            Finding::new(Origin::Index, "index-differs", Level::Low, &["b"], 7).id,
            Finding::new(Origin::Index, "index-differs", Level::Low, &["a", ""], 7).id,
            Finding::new(Origin::Index, "index-differs", Level::Low, &[], 7).id,
        ];
        for (number, id) in ids.iter().enumerate() {
            assert!(
                *id != finding().id && !ids[..number].contains(id),
                "{number}"
            );
        }
    }

    #[test]
    fn a_kind_is_always_in_kebab_case() {
        for (kind, expected) in [
            ("digest-missing", "digest-missing"),
            ("Digest Missing", "digest-missing"),
            ("é", "unnamed"),
            ("", "unnamed"),
        ] {
            let finding = Finding::new(Origin::Integrity, kind, Level::Low, &[], 0);
            assert_eq!(finding.kind, expected);
            assert_eq!(Finding::read(&finding.message()), Some(Ok(finding)));
        }
    }

    #[test]
    fn texts_are_bounded_and_without_secrets_whoever_sends_them() {
        let secret = "aws_secret_access_key = SECRET7f3a";
        let long = "x".repeat(5_000);
        let finding = Finding {
            title: secret.to_owned(),
            detail: long.clone(),
            account: Some(long.clone()),
            object: Some(long),
            respond: secret.to_owned(),
            ..finding()
        };
        let read = Finding::read(&finding.message());
        let read = read.expect("a finding").expect("of its shape");
        assert!(!format!("{read:?}").contains("SECRET7f3a"), "{read:?}");
        assert_eq!(read.detail.chars().count(), 2_000);
        assert_eq!(read.account.map(|text| text.chars().count()), Some(64));
        assert_eq!(read.object.map(|text| text.chars().count()), Some(1_200));
    }
}
