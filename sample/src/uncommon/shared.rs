//! Roles that are assumed across accounts: each account gets its copy.

use crate::dice::{Dice, derive_text, mix};
use crate::generator::Draw;
use crate::identity::Caller;
use crate::ids::{push_guid, push_key};
use crate::record::{Draft, replace};
use crate::rhythm::push_expiry;
use crate::uncommon::{append, begin};
use crate::words::pick;

/// Writes one copy of a role assumed across accounts: the caller's copy, or
/// that of the account whose role it is.
pub(crate) fn write_shared(draw: &mut Draw<'_>, draft: &mut Draft) {
    let accounts = &draw.world.accounts;
    let mut dice = Dice::new(mix(draw.pair));
    let caller = &draw.account.id;
    let owner = accounts
        .iter()
        .filter(|account| account.id != *caller)
        .nth(dice.below(accounts.len() - 1))
        .map_or(caller, |account| &account.id);
    begin(draw, draw.region, draft);
    let role = pick(
        &[
            "example-read-only",
            "example-log-reader",
            "OrganizationAccountAccessRole",
            "example-deploy-target",
        ],
        dice.roll(),
    );
    let at = dice.below(draw.account.roles.len());
    let principal = draw
        .account
        .roles
        .get(at)
        .and_then(|&at| draw.account.principals.get(at));
    let principal = principal.unwrap_or(draw.principal);
    Caller {
        principal,
        account: caller,
        time: draw.time,
        marks: &draw.marks,
    }
    .write(draft);
    let session = draft.caller.clone();
    if draw.second_of_pair {
        replace(&mut draft.account, owner);
        draft.identity.clear();
        append(
            &mut draft.identity,
            format_args!(
                r#"{{"type":"AWSAccount","principalId":"{}:{session}","accountId":"{caller}"}}"#,
                principal.id
            ),
        );
    }
    let mut key = String::new();
    push_key(&mut key, "ASIA", 9, dice.roll());
    let mut role_id = String::new();
    push_key(
        &mut role_id,
        "AROA",
        10,
        derive_text(2, owner) ^ role.len() as u64,
    );
    let mut expiry = String::new();
    push_expiry(&mut expiry, draw.time + 3600);
    draft.source.push_str("sts.amazonaws.com");
    draft.name.push_str("AssumeRole");
    draft.version = "1.08";
    draft.read_only = true;
    draft.ip.push_str(&principal.address);
    draft.agent.push_str(principal.agent);
    append(
        &mut draft.request,
        format_args!(
            r#"{{"roleArn":"arn:aws:iam::{owner}:role/{role}","roleSessionName":"{session}","durationSeconds":3600}}"#
        ),
    );
    append(
        &mut draft.response,
        format_args!(
            r#"{{"credentials":{{"accessKeyId":"{key}","sessionToken":"EXAMPLE//////////{:016x}{:016x}{:016x}==","expiration":"{expiry}"}},"assumedRoleUser":{{"assumedRoleId":"{role_id}:{session}","arn":"arn:aws:sts::{owner}:assumed-role/{role}/{session}"}}}}"#,
            dice.roll(),
            dice.roll(),
            dice.roll()
        ),
    );
    append(
        &mut draft.resources,
        format_args!(
            r#"[{{"accountId":"{owner}","type":"AWS::IAM::Role","ARN":"arn:aws:iam::{owner}:role/{role}"}}]"#
        ),
    );
    let fresh = dice.roll();
    push_guid(&mut draft.request_id, fresh, mix(fresh));
    let shared = dice.roll();
    push_guid(&mut draft.shared_id, shared, mix(shared));
    draft.hybrid = true;
    append(
        &mut draft.host,
        format_args!("sts.{}.amazonaws.com", draw.region),
    );
}
