//! Findings: what is missing, changed, moved or not vouched for.

use serde::{Deserialize, Serialize};
use trail::digest::sha256;

use crate::location::Location;

mod kind;

pub use kind::{FindingKind, Severity};

/// The most bytes of text that a finding's detail has.
pub const LONGEST_DETAIL: usize = 2048;

/// Something that keeps an archive, or its index, from being proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind it is.
    pub kind: FindingKind,
    /// The account that it is about, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The Region that it is about, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The time that it is about, in seconds since 1970: where hours are missing, the first's.
    pub time: i64,
    /// The object that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Location>,
    /// What exactly was found, in one sentence without any of the content.
    pub detail: String,
}

impl Finding {
    /// Makes a finding about an object.
    pub fn about(
        kind: FindingKind,
        object: Location,
        (account, region): (Option<&str>, Option<&str>),
        time: i64,
        detail: impl AsRef<str>,
    ) -> Self {
        Self {
            kind,
            account: account.map(ToOwned::to_owned),
            region: region.map(ToOwned::to_owned),
            time,
            object: Some(object),
            detail: bounded(detail.as_ref()),
        }
    }

    /// Makes a finding about hours of an account and Region.
    pub fn of_hours(
        kind: FindingKind,
        account: Option<&str>,
        region: Option<&str>,
        time: i64,
        detail: impl AsRef<str>,
    ) -> Self {
        Self {
            kind,
            account: account.map(ToOwned::to_owned),
            region: region.map(ToOwned::to_owned),
            time,
            object: None,
            detail: bounded(detail.as_ref()),
        }
    }

    /// The finding's id: the same however often it is found again.
    ///
    /// It is made of the kind and of what the finding is about: the object's
    /// version, or, where there is no object, the account, Region and time.
    /// The detail may differ from one time to the next.
    pub fn id(&self) -> String {
        let name = match &self.object {
            Some(object) => format!("{}\n{object}", self.kind.as_str()),
            None => format!(
                "{}\n{}\n{}\n{}",
                self.kind.as_str(),
                self.account.as_deref().unwrap_or_default(),
                self.region.as_deref().unwrap_or_default(),
                self.time
            ),
        };
        let hash = sha256(format!("integrity\n{name}").as_bytes());
        hex::encode(&hash[..16])
    }

    /// How much it matters.
    pub const fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// One sentence that names it, for a subject line.
    pub const fn title(&self) -> &'static str {
        self.kind.title()
    }

    /// What to do about it.
    pub const fn respond(&self) -> &'static str {
        self.kind.respond()
    }
}

/// Keeps a detail printable and within its bound; keys in it are other people's text.
fn bounded(detail: &str) -> String {
    let mut text = String::with_capacity(detail.len().min(LONGEST_DETAIL));
    for character in detail.chars() {
        let character = if character.is_control() {
            '\u{fffd}'
        } else {
            character
        };
        if text.len() + character.len_utf8() > LONGEST_DETAIL {
            break;
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(kind: FindingKind, key: &str) -> Finding {
        Finding::about(
            kind,
            Location::new("logs", key),
            (Some("111122223333"), None),
            0,
            "x",
        )
    }

    #[test]
    fn an_id_is_stable_and_tells_what_it_is_about() {
        let one = finding(FindingKind::LogChanged, "a");
        let mut again = one.clone();
        "other words".clone_into(&mut again.detail);
        assert_eq!(one.id(), again.id());
        assert_ne!(one.id(), finding(FindingKind::LogMissing, "a").id());
        assert_ne!(one.id(), finding(FindingKind::LogChanged, "b").id());
        let hours = |time| {
            Finding::of_hours(
                FindingKind::DigestMissing,
                Some("111122223333"),
                None,
                time,
                "",
            )
            .id()
        };
        assert_ne!(hours(0), hours(3600));
        assert_eq!(one.id().len(), 32);
    }

    #[test]
    fn a_detail_is_bounded_and_printable() {
        let long = format!("\u{1b}[31m{}", "é".repeat(LONGEST_DETAIL));
        let finding = Finding::of_hours(FindingKind::LogChanged, None, None, 0, long);
        assert!(finding.detail.len() <= LONGEST_DETAIL);
        assert!(finding.detail.starts_with("\u{fffd}[31m"));
    }

    #[test]
    fn a_finding_is_read_back() {
        let finding = finding(FindingKind::DigestSignatureChainBroken, "a");
        let text = serde_json::to_string(&finding).expect("serializes");
        assert!(text.contains("\"digest-signature-chain-broken\""));
        assert_eq!(
            serde_json::from_str::<Finding>(&text).expect("reads"),
            finding
        );
    }
}
