//! `userIdentity`, in the shapes that CloudTrail gives it.

mod role;

use crate::dice::{derive, mix};
use crate::ids::{push_guid, push_hex, push_key};
use crate::persona::{Identity, PERSONAS, Session};
use crate::plant::{Attribute, Marks};
use crate::principal::Principal;
use crate::record::Draft;
use crate::rhythm::push_time;

const HOUR: i64 = 3600;

/// How long the credentials of a session last.
const fn lifetime(kind: Identity) -> i64 {
    match kind {
        Identity::Role(Session::Task | Session::Instance) => 6 * HOUR,
        Identity::Role(Session::Person) => 8 * HOUR,
        Identity::Role(Session::Function) | Identity::Federated => 12 * HOUR,
        _ => HOUR,
    }
}

/// What identifies a caller in one record.
pub(crate) struct Caller<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) account: &'a str,
    pub(crate) time: i64,
    pub(crate) marks: &'a Marks<'a>,
}

impl Caller<'_> {
    fn kind(&self) -> Identity {
        PERSONAS
            .get(self.principal.persona)
            .map_or(Identity::Unknown, |persona| persona.identity)
    }

    /// The start of the session that is current at the record's time.
    fn session_start(&self) -> i64 {
        let lifetime = lifetime(self.kind());
        let offset = (self.principal.seed % 86_400).cast_signed();
        (self.time + offset).div_euclid(lifetime) * lifetime - offset
    }

    fn session_seed(&self) -> u64 {
        derive(self.principal.seed, self.session_start().unsigned_abs())
    }

    /// Writes the identity, and the ARN and name that parameters refer to.
    pub(crate) fn write(&self, draft: &mut Draft) {
        let planted_user = self.marks.get(Attribute::UserName);
        match self.kind() {
            Identity::User => self.write_user(planted_user, draft),
            Identity::Role(session) => self.write_role(Some(session), draft),
            Identity::Linked => self.write_role(None, draft),
            Identity::Root => self.write_root(draft),
            Identity::Service => {
                draft.arn.push_str(&self.principal.name);
                let out = &mut draft.identity;
                out.push_str(r#"{"type":"AWSService","invokedBy":""#);
                out.push_str(&self.principal.name);
                out.push_str("\"}");
            }
            Identity::Web => self.write_web_identity(draft),
            Identity::Saml => self.write_saml(draft),
            Identity::Federated => self.write_federated(draft),
            Identity::Portal => self.write_identity_center(draft),
            Identity::Unknown => {
                draft.caller.push_str(&self.principal.name);
                let out = &mut draft.identity;
                out.push_str(r#"{"type":"Unknown","principalId":""#);
                out.push_str(self.account);
                field(out, "arn", "");
                field(out, "accountId", self.account);
                field(out, "accessKeyId", "");
                field(out, "userName", &self.principal.name);
                out.push_str("\"}");
            }
        }
    }

    fn write_user(&self, planted: Option<&str>, draft: &mut Draft) {
        let name = planted.unwrap_or(&self.principal.name);
        draft.caller.push_str(name);
        self.push_arn(
            &["arn:aws:iam::", self.account, ":user/", name],
            &mut draft.arn,
        );
        let out = &mut draft.identity;
        out.push_str(r#"{"type":"IAMUser","principalId":""#);
        out.push_str(&self.principal.id);
        field(out, "arn", &draft.arn);
        field(out, "accountId", self.account);
        field(
            out,
            "accessKeyId",
            self.marks
                .get(Attribute::AccessKey)
                .unwrap_or(&self.principal.key),
        );
        field(out, "userName", name);
        self.push_invoker(out);
        out.push_str("\"}");
    }

    fn push_arn(&self, parts: &[&str], arn: &mut String) {
        match self.marks.get(Attribute::PrincipalArn) {
            Some(planted) => arn.push_str(planted),
            None => parts.iter().for_each(|part| arn.push_str(part)),
        }
    }

    fn push_invoker(&self, out: &mut String) {
        if let Some(planted) = self.marks.get(Attribute::InvokedBy) {
            field(out, "invokedBy", planted);
        }
    }

    fn write_root(&self, draft: &mut Draft) {
        draft.caller.push_str("root");
        self.push_arn(&["arn:aws:iam::", self.account, ":root"], &mut draft.arn);
        let out = &mut draft.identity;
        out.push_str(r#"{"type":"Root","principalId":""#);
        out.push_str(self.account);
        field(out, "arn", &draft.arn);
        field(out, "accountId", self.account);
        out.push_str(r#"","accessKeyId":""#);
        push_key(out, "ASIA", 9, mix(self.session_seed()));
        out.push_str(r#"","sessionContext":{"attributes":{"creationDate":""#);
        push_time(out, self.session_start());
        out.push_str(r#"","mfaAuthenticated":"true"}}}"#);
    }

    fn write_web_identity(&self, draft: &mut Draft) {
        let name = &self.principal.name;
        draft.caller.push_str(name);
        self.push_arn(
            &[
                "arn:aws:iam::",
                self.account,
                ":oidc-provider/token.actions.githubusercontent.com",
            ],
            &mut draft.arn,
        );
        let out = &mut draft.identity;
        out.push_str(r#"{"type":"WebIdentityUser","principalId":""#);
        out.push_str(&draft.arn);
        out.push_str(":sts.amazonaws.com:");
        out.push_str(name);
        field(out, "userName", name);
        field(out, "identityProvider", &draft.arn);
        out.push_str("\"}");
    }

    fn write_saml(&self, draft: &mut Draft) {
        draft.caller.push_str(&self.principal.name);
        let out = &mut draft.identity;
        out.push_str(r#"{"type":"SAMLUser","principalId":"EXAMPLE"#);
        push_hex(out, self.principal.seed, 12);
        out.push(':');
        out.push_str(&self.principal.name);
        field(out, "userName", &self.principal.name);
        out.push_str(r#"","identityProvider":"EXAMPLE"#);
        push_hex(out, self.principal.seed, 12);
        out.push_str("\"}");
    }

    fn write_federated(&self, draft: &mut Draft) {
        let name = &self.principal.name;
        draft.caller.push_str(name);
        self.push_arn(
            &["arn:aws:sts::", self.account, ":federated-user/", name],
            &mut draft.arn,
        );
        let out = &mut draft.identity;
        out.push_str(r#"{"type":"FederatedUser","principalId":""#);
        out.push_str(self.account);
        out.push(':');
        out.push_str(name);
        field(out, "arn", &draft.arn);
        field(out, "accountId", self.account);
        out.push_str(r#"","accessKeyId":""#);
        push_key(out, "ASIA", 9, mix(self.session_seed()));
        out.push_str(r#"","sessionContext":{"sessionIssuer":{"type":"IAMUser","principalId":""#);
        push_key(out, "AIDA", 10, self.principal.seed);
        out.push_str(r#"","arn":"arn:aws:iam::"#);
        out.push_str(self.account);
        out.push_str(":user/svc-federation");
        field(out, "accountId", self.account);
        field(out, "userName", "svc-federation");
        out.push_str(r#""},"attributes":{"creationDate":""#);
        push_time(out, self.session_start());
        out.push_str(r#"","mfaAuthenticated":"false"}}}"#);
    }

    fn write_identity_center(&self, draft: &mut Draft) {
        draft.caller.push_str(&self.principal.name);
        let out = &mut draft.identity;
        out.push_str(r#"{"type":"IdentityCenterUser","accountId":""#);
        out.push_str(self.account);
        out.push_str(r#"","onBehalfOf":{"userId":""#);
        push_guid(out, self.principal.seed, mix(self.principal.seed));
        out.push_str(r#"","identityStoreArn":"arn:aws:identitystore::"#);
        out.push_str(self.account);
        out.push_str(r#":identitystore/d-EXAMPLE123"},"credentialId":""#);
        push_hex(out, self.session_seed(), 16);
        push_hex(out, mix(self.session_seed()), 16);
        out.push_str("\"}");
    }
}

/// Closes the string before and appends `,"name":"value` without the last quote.
fn field(out: &mut String, name: &str, value: &str) {
    out.push_str("\",\"");
    out.push_str(name);
    out.push_str("\":\"");
    out.push_str(value);
}

fn push_bare(out: &mut String, name: &str, value: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":\"");
    out.push_str(value);
    out.push('"');
}
