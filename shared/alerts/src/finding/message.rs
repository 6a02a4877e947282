//! The message by which the detector is told of a finding.

use serde::{Deserialize, Serialize};

use super::{Finding, LARGEST, LONGEST_KIND, SOURCE};
use crate::machine::transportable;

/// Says why a message that claims to be a finding is none. None of it quotes the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingError {
    /// A member is missing or of another type, or the message has others than a finding's.
    Shape,
    /// The id is not 32 hexadecimal digits.
    Id,
    /// The kind is not in kebab case.
    Kind,
    /// There is no title.
    Title,
    /// The message is longer than any finding.
    Long,
}

impl std::fmt::Display for FindingError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Shape => "message does not have the members of a finding",
            Self::Id => "id of the finding is not 32 hexadecimal digits",
            Self::Kind => "kind of the finding is not in kebab case",
            Self::Title => "finding has no title",
            Self::Long => "message is longer than any finding",
        })
    }
}

impl std::error::Error for FindingError {}

/// A message's body.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<F> {
    source: String,
    finding: F,
}

/// What tells a finding's message from every other.
#[derive(Deserialize)]
struct Claim {
    source: String,
}

impl Finding {
    /// The body of the message by which the detector is told.
    pub fn message(&self) -> String {
        let body = Body {
            source: SOURCE.to_owned(),
            finding: self.bounded(),
        };
        // Nothing in it is of a form that does not serialise.
        transportable(serde_json::to_string(&body).unwrap_or_default())
    }

    /// Reads a message's body; answers nothing where it does not claim to be a finding.
    ///
    /// What is of a finding's source and not of its shape is an error, which
    /// trying again does not mend. Texts are taken as [`message`](Self::message)
    /// writes them: bounded, and without secrets.
    pub fn read(body: &str) -> Option<Result<Self, FindingError>> {
        let claim: Claim = serde_json::from_str(body).ok()?;
        if claim.source != SOURCE {
            return None;
        }
        if body.len() > LARGEST {
            return Some(Err(FindingError::Long));
        }
        let Ok(Body { finding, .. }) = serde_json::from_str::<Body<Self>>(body) else {
            return Some(Err(FindingError::Shape));
        };
        Some(finding.checked())
    }

    fn checked(self) -> Result<Self, FindingError> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if self.id.len() != 32 || !self.id.bytes().all(is_hex) {
            return Err(FindingError::Id);
        }
        let is_kebab = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let is_kind = (1..=LONGEST_KIND).contains(&self.kind.len());
        if !is_kind || !self.kind.bytes().all(is_kebab) {
            return Err(FindingError::Kind);
        }
        if self.title.trim().is_empty() {
            return Err(FindingError::Title);
        }
        Ok(self.bounded())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;
    use crate::finding::Origin;

    fn finding() -> Finding {
        Finding::new(Origin::Index, "index-differs", Level::Critical, &["a"], 7)
    }

    #[test]
    fn what_is_no_finding_is_left_to_others() {
        for body in [
            "",
            "{",
            "[]",
            "CloudTrail validation message.",
            r#"{"source":"aws.s3","finding":{}}"#,
            r#"{"source":7}"#,
            r#"{"finding":{}}"#,
            r#"{"source":"trailkeep","source":"aws.s3"}"#,
        ] {
            assert_eq!(Finding::read(body), None, "{body}");
        }
    }

    #[test]
    fn what_claims_to_be_a_finding_has_its_shape() {
        type Change = fn(&mut serde_json::Value);
        let changes: [(Change, FindingError); 11] = [
            (|body| body["extra"] = 1.into(), FindingError::Shape),
            (|body| body["finding"] = "x".into(), FindingError::Shape),
            (
                |body| body["finding"]["time"] = "now".into(),
                FindingError::Shape,
            ),
            (
                |body| body["finding"]["severity"] = "grave".into(),
                FindingError::Shape,
            ),
            (
                |body| body["finding"]["origin"] = "elsewhere".into(),
                FindingError::Shape,
            ),
            (|body| body["finding"]["id"] = "".into(), FindingError::Id),
            (
                |body| body["finding"]["id"] = "Z".repeat(32).into(),
                FindingError::Id,
            ),
            (
                |body| body["finding"]["kind"] = "a b".into(),
                FindingError::Kind,
            ),
            (
                |body| body["finding"]["kind"] = "a".repeat(65).into(),
                FindingError::Kind,
            ),
            (
                |body| body["finding"]["title"] = " ".into(),
                FindingError::Title,
            ),
            (
                |body| body["finding"]["detail"] = "x".repeat(LARGEST).into(),
                FindingError::Long,
            ),
        ];
        for (number, (change, error)) in changes.into_iter().enumerate() {
            let mut body = serde_json::from_str(&finding().message()).expect("JSON");
            change(&mut body);
            let read = Finding::read(&body.to_string());
            assert_eq!(read, Some(Err(error)), "change {number}");
        }
        // A later release may tell more of a finding.
        let more = finding()
            .message()
            .replace("\"kind\":", "\"extra\":1,\"kind\":");
        assert_eq!(Finding::read(&more), Some(Ok(finding())));
        let bare = Finding::read(r#"{"source":"trailkeep"}"#);
        assert_eq!(bare, Some(Err(FindingError::Shape)));
    }
}
