//! The members of a record that lookups do not need, and a person does.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// These members, unread; whichever is of an unforeseen form counts as absent.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Details<'a> {
    #[serde(borrow)]
    error_message: Option<&'a RawValue>,
    #[serde(borrow)]
    additional_event_data: Option<&'a RawValue>,
    #[serde(borrow)]
    user_identity: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct SignIn<'a> {
    #[serde(borrow, rename = "MFAUsed")]
    mfa_used: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    session_context: Session,
}

#[derive(Deserialize)]
struct Session {
    attributes: Attributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    mfa_authenticated: String,
}

/// Reads a member that may be anything; what is of another form counts as absent.
fn read<'a, T: Deserialize<'a>>(member: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(member?.get()).ok()
}

impl Details<'_> {
    /// Why the call failed.
    pub(super) fn error_message(&self) -> Option<String> {
        read(self.error_message)
    }

    /// Whether a second factor was given: to this sign-in, or else to its session.
    pub(super) fn mfa(&self) -> Option<bool> {
        let session = || read::<Identity>(self.user_identity);
        let flag = match read::<SignIn<'_>>(self.additional_event_data) {
            Some(sign_in) => sign_in.mfa_used.into_owned(),
            None => session()?.session_context.attributes.mfa_authenticated,
        };
        match flag.to_ascii_lowercase().as_str() {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            _ => None,
        }
    }
}
