//! What an alert tells of the event that matched: what, who and where from.

mod details;

use serde::{Deserialize, Serialize};
use trail::{Record, UserAgentClass};

use self::details::Details;
use crate::escape::clip;
use crate::redact::redact_text;

/// How many resources are named; `resource_count` tells how many there are.
const RESOURCES: usize = 10;

/// An event in the words that every rendering uses.
///
/// Every text is as the record has it, without secrets and cut to a length,
/// but not escaped: that depends on where it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventSummary {
    /// What was called, and how it ended.
    pub what: What,
    /// Who called.
    pub who: Who,
    /// Where the call came from.
    pub origin: Origin,
    /// The resources that it is about, the first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<NamedResource>,
    /// How many resources it is about.
    pub resource_count: usize,
}

/// What was called, and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are the record's own")]
pub struct What {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}

/// Who called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Who {
    /// The name that `LookupEvents` gives in `Username`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The identity's type, such as `AssumedRole`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The identity's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The identity's account, which need not be that of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The role behind the session, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The session's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The source identity, which stays through every role that is assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// The access key that signed the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key: Option<String>,
    /// Whether a second factor was given, where the record says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa: Option<bool>,
    /// The service that called for the identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoked_by: Option<String>,
}

/// Where a call came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// The address, or the name of a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// The kind of program, as lookups name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The VPC endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_endpoint: Option<String>,
}

/// A resource by type and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedResource {
    /// The type, such as `AWS::S3::Bucket`, where it is known.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none", default)]
    pub kind: Option<String>,
    /// The ARN, id or bare name.
    pub name: String,
}

/// Keeps a field: no secret, no more than so many characters, nothing where empty.
fn field(value: Option<&str>, most: usize) -> Option<String> {
    let value = value.filter(|value| !value.is_empty())?;
    let near = match value.char_indices().nth(most.saturating_mul(4)) {
        None => value,
        // The start of a token that the cut divides could be too short to be told.
        Some((end, _)) => value[..end].trim_end_matches(|letter: char| !letter.is_whitespace()),
    };
    Some(clip(&redact_text(near), most))
}

impl EventSummary {
    /// Summarises a record.
    pub fn of(record: &Record<'_>) -> Self {
        let details: Details<'_> = serde_json::from_str(record.text()).unwrap_or_default();
        let resources = trail::resource::resources(record);
        Self {
            what: What {
                name: field(record.name(), 128),
                source: field(record.source(), 128),
                read_only: record.read_only,
                error_code: field(record.error_code(), 128),
                error_message: field(details.error_message().as_deref(), 500),
            },
            who: Who::of(record, details.mfa()),
            origin: Origin {
                source_ip: field(record.source_ip_address.as_deref(), 128),
                user_agent: record
                    .user_agent
                    .as_deref()
                    .map(|agent| UserAgentClass::of(agent).as_str().to_owned()),
                vpc_endpoint: field(record.vpc_endpoint_id.as_deref(), 128),
            },
            resource_count: resources.len(),
            resources: resources
                .into_iter()
                .take(RESOURCES)
                .map(|resource| NamedResource {
                    kind: field(resource.kind.as_deref(), 100),
                    name: field(Some(&resource.name), 300).unwrap_or_default(),
                })
                .collect(),
        }
    }
}

impl Who {
    fn of(record: &Record<'_>, mfa: Option<bool>) -> Self {
        let Some(identity) = &record.user_identity else {
            return Self::default();
        };
        let issuer = identity.issuer();
        let role = issuer.filter(|issuer| issuer.kind.as_deref() == Some("Role"));
        let context = identity.session_context.as_ref();
        Self {
            user: field(record.user_name(), 128),
            kind: field(identity.kind.as_deref(), 64),
            principal: field(identity.arn.as_deref(), 300),
            account: field(identity.account_id.as_deref(), 64),
            role: field(role.and_then(|role| role.user_name.as_deref()), 128),
            session: field(identity.session_name(), 128),
            source_identity: field(context.and_then(|one| one.source_identity.as_deref()), 128),
            access_key: field(identity.access_key(), 128),
            mfa,
            invoked_by: field(identity.invoked_by.as_deref(), 128),
        }
    }

    /// What to call the caller: a session by role and name, as in `deploy/build-17`,
    /// others by name, else by the service, ARN or type that they are.
    pub fn name(&self) -> Option<String> {
        if let (Some(role), Some(session)) = (&self.role, &self.session) {
            return Some(format!("{role}/{session}"));
        }
        [
            &self.user,
            &self.invoked_by,
            &self.principal,
            &self.account,
            &self.kind,
        ]
        .into_iter()
        .find_map(Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(json: &str) -> EventSummary {
        EventSummary::of(&Record::parse(json).expect("a record"))
    }

    #[test]
    fn a_role_session_is_told_with_its_role_and_source_identity() {
        let summary = summary(
            r#"{"eventTime":"2026-10-13T21:51:03Z","eventName":"StopLogging",
            "eventSource":"cloudtrail.amazonaws.com","readOnly":false,"errorCode":"AccessDenied",
            "errorMessage":"no","sourceIPAddress":"203.0.113.50","userAgent":"aws-cli/2.15",
            "userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:build-17",
                "arn":"arn:aws:sts::111122223333:assumed-role/deploy/build-17",
                "accountId":"111122223333","accessKeyId":"ASIAIOSFODNN7EXAMPLE",
                "sessionContext":{"sourceIdentity":"jane","attributes":{"mfaAuthenticated":"false"},
                    "sessionIssuer":{"type":"Role","userName":"deploy"}}}}"#,
        );
        assert_eq!(summary.who.name().as_deref(), Some("deploy/build-17"));
        assert_eq!(summary.who.role.as_deref(), Some("deploy"));
        assert_eq!(summary.who.source_identity.as_deref(), Some("jane"));
        assert_eq!(summary.who.mfa, Some(false));
        assert_eq!(summary.what.error_message.as_deref(), Some("no"));
        assert_eq!(
            summary.origin.user_agent.as_deref(),
            Some(UserAgentClass::Cli.as_str())
        );
    }

    #[test]
    fn the_second_factor_of_a_sign_in_is_told_in_any_spelling() {
        for (used, mfa) in [
            ("Yes", Some(true)),
            ("YES", Some(true)),
            ("No", Some(false)),
            ("?", None),
        ] {
            let json = format!(
                r#"{{"eventTime":"2026-10-13T21:51:03Z","additionalEventData":{{"MFAUsed":"{used}"}},
                "userIdentity":{{"type":"Root"}}}}"#
            );
            assert_eq!(summary(&json).who.mfa, mfa, "{used}");
        }
    }

    #[test]
    fn members_of_unforeseen_types_are_absent() {
        let summary = summary(
            r#"{"eventTime":"2026-10-13T21:51:03Z","errorMessage":[1],"additionalEventData":"x",
            "userIdentity":{"sessionContext":7},"readOnly":"maybe"}"#,
        );
        assert_eq!(
            summary,
            EventSummary {
                who: summary.who.clone(),
                ..EventSummary::default()
            }
        );
        assert_eq!(summary.who.name(), None);
    }

    #[test]
    fn a_token_in_an_error_is_no_part_of_the_summary() {
        let token = format!("FwoGZXIvYXdzE{}", "x".repeat(400));
        let json = format!(
            r#"{{"eventTime":"2026-10-13T21:51:03Z","errorMessage":"token {token} expired"}}"#
        );
        let message = summary(&json).what.error_message.expect("a message");
        assert_eq!(message, "token [redacted by Trailkeep] expired");
    }

    #[test]
    fn no_start_of_a_token_is_left_where_a_long_text_is_cut() {
        let token = format!("IQoJb3JpZ2lu{}", "x".repeat(378));
        // Redacted, the first tokens make room for what stands where the text is cut.
        for blanks in 0..80 {
            let text = format!(
                "{}{} {token}",
                format!("{token} ").repeat(5),
                "-".repeat(blanks)
            );
            let kept = field(Some(&text), 500).expect("a text");
            assert!(!kept.contains("IQoJ"), "{kept}");
        }
    }
}
