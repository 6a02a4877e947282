//! Who made a call: `userIdentity` and the name that lookups know it by.

use std::borrow::Cow;

use serde::Deserialize;

use crate::lenient;

/// The `userIdentity` element of a record.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    missing_docs,
    reason = "the fields are CloudTrail's own, documented there"
)]
pub struct UserIdentity<'a> {
    #[serde(borrow, rename = "type", deserialize_with = "lenient::text")]
    pub kind: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub user_name: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub principal_id: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub arn: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub account_id: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub access_key_id: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub invoked_by: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub session_context: Option<SessionContext<'a>>,
}

/// The session behind temporary credentials.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    missing_docs,
    reason = "the fields are CloudTrail's own, documented there"
)]
pub struct SessionContext<'a> {
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub session_issuer: Option<SessionIssuer<'a>>,
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub source_identity: Option<Cow<'a, str>>,
}

/// The entity that a session's credentials came from, usually a role.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    missing_docs,
    reason = "the fields are CloudTrail's own, documented there"
)]
pub struct SessionIssuer<'a> {
    #[serde(borrow, rename = "type", deserialize_with = "lenient::text")]
    pub kind: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub user_name: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub arn: Option<Cow<'a, str>>,
}

/// Treats an empty text as absent, as CloudTrail's lookup does.
pub(crate) fn present<'t>(text: Option<&'t Cow<'_, str>>) -> Option<&'t str> {
    text.map(|text| &**text).filter(|text| !text.is_empty())
}

impl UserIdentity<'_> {
    /// Names the caller as `LookupEvents` does in `Username`.
    ///
    /// The rule differs by identity type (facts section 1.6): a role session is
    /// known by its session name and not by its role, the root user is the
    /// literal `root`, and services and foreign accounts have no name.
    pub fn lookup_name(&self) -> Option<&str> {
        let named = present(self.user_name.as_ref());
        match self.kind.as_deref() {
            Some("Root") => Some(named.unwrap_or("root")),
            Some("AssumedRole" | "FederatedUser") => self.session_name().or(named),
            Some("AWSService" | "AWSAccount") => None,
            _ => named,
        }
    }

    /// Names the session: what follows `:` in the principal id, or the last part of the ARN.
    ///
    /// Answers nothing for identities that are not a session, whose ARN ends
    /// in something else.
    pub fn session_name(&self) -> Option<&str> {
        if !matches!(self.kind.as_deref(), Some("AssumedRole" | "FederatedUser")) {
            return None;
        }
        let principal = present(self.principal_id.as_ref()).and_then(|id| id.split_once(':'));
        let arn = present(self.arn.as_ref()).and_then(|arn| arn.rsplit_once('/'));
        principal
            .or(arn)
            .map(|(_, name)| name)
            .filter(|name| !name.is_empty())
    }

    /// The issuer of the session, where there is one.
    pub fn issuer(&self) -> Option<&SessionIssuer<'_>> {
        self.session_context.as_ref()?.session_issuer.as_ref()
    }

    /// The access key that signed the call; an empty one counts as none.
    pub fn access_key(&self) -> Option<&str> {
        present(self.access_key_id.as_ref())
    }
}
