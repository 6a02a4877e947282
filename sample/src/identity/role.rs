//! Sessions of roles, by far the most common callers.

use crate::dice::{derive, mix};
use crate::identity::{Caller, field, push_bare};
use crate::ids::{push_hex, push_key};
use crate::persona::Session;
use crate::plant::Attribute;
use crate::principal::Principal;
use crate::record::Draft;
use crate::rhythm::{push_number, push_time};

impl Caller<'_> {
    /// Writes a role's session; without a kind it is that of a service-linked role.
    pub(super) fn write_role(&self, session: Option<Session>, draft: &mut Draft) {
        let principal = self.principal;
        let planted_role = self.marks.get(Attribute::Role);
        let role = planted_role.unwrap_or(&principal.name);
        let seed = self.session_seed();
        let caller = &mut draft.caller;
        let planted_name = self
            .marks
            .get(Attribute::Session)
            .or(self.marks.get(Attribute::UserName));
        match (planted_name, session) {
            (Some(planted), _) => caller.push_str(planted),
            (None, Some(kind)) => push_session(caller, kind, principal, self.session_start()),
            (None, None) => {
                caller.push_str(principal.agent.split('.').next().unwrap_or_default());
                caller.push_str("-session");
            }
        }
        self.push_arn(
            &[
                "arn:aws:sts::",
                self.account,
                ":assumed-role/",
                role,
                "/",
                caller,
            ],
            &mut draft.arn,
        );
        let out = &mut draft.identity;
        out.push_str(r#"{"type":"AssumedRole","principalId":""#);
        out.push_str(&principal.id);
        out.push(':');
        out.push_str(caller);
        field(out, "arn", &draft.arn);
        field(out, "accountId", self.account);
        // Service-linked roles mostly show no key.
        match self.marks.get(Attribute::AccessKey) {
            Some(planted) => field(out, "accessKeyId", planted),
            None if session.is_some() || principal.seed.is_multiple_of(3) => {
                out.push_str(r#"","accessKeyId":""#);
                push_key(out, "ASIA", 9, mix(seed));
            }
            None => {}
        }
        out.push_str(r#"","sessionContext":{"sessionIssuer":{"type":"Role","principalId":""#);
        out.push_str(&principal.id);
        out.push_str(r#"","arn":"arn:aws:iam::"#);
        out.push_str(self.account);
        out.push(':');
        out.push_str(if planted_role.is_some() {
            "role/"
        } else {
            &principal.path
        });
        out.push_str(role);
        field(out, "accountId", self.account);
        field(out, "userName", role);
        out.push_str(if session == Some(Session::Pipeline) {
            r#""},"webIdFederationData":{"federatedProvider":"arn:aws:iam::"#
        } else {
            r#""},"attributes":{"creationDate":""#
        });
        if session == Some(Session::Pipeline) {
            out.push_str(self.account);
            out.push_str(r#":oidc-provider/token.actions.githubusercontent.com","attributes":{}},"attributes":{"creationDate":""#);
        }
        push_time(out, self.session_start());
        out.push_str(r#"","mfaAuthenticated":"false"}"#);
        if let Some(planted) = self.marks.get(Attribute::SourceIdentity) {
            out.push_str(r#","sourceIdentity":""#);
            out.push_str(planted);
            out.push('"');
        } else if session == Some(Session::Person) && principal.seed.is_multiple_of(2) {
            out.push_str(r#","sourceIdentity":""#);
            out.push_str(&principal.session);
            out.push('"');
        }
        if session == Some(Session::Instance) {
            out.push_str(r#","ec2RoleDelivery":"2.0""#);
        }
        out.push('}');
        match self.marks.get(Attribute::InvokedBy) {
            Some(planted) => push_bare(out, "invokedBy", planted),
            None if session.is_none() => push_bare(out, "invokedBy", principal.agent),
            None => {}
        }
        out.push('}');
    }
}

fn push_session(out: &mut String, kind: Session, principal: &Principal, started: i64) {
    match kind {
        Session::Task => {
            // A task lives for days and renews its credentials.
            let task = derive(principal.seed, started.unsigned_abs() / 259_200);
            push_hex(out, task, 16);
            push_hex(out, mix(task), 16);
        }
        Session::Instance => {
            out.push_str("i-0");
            push_hex(out, principal.seed, 16);
        }
        Session::Function | Session::Person | Session::Vendor => out.push_str(&principal.session),
        Session::Pipeline => {
            out.push_str("GitHubActions-");
            push_number(out, derive(principal.seed, started.unsigned_abs()) >> 30);
        }
    }
}
