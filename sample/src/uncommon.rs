//! Records that are no ordinary calls: sign-ins, service events, shared
//! events, network activity and insights.

mod insight;
mod service;
mod shared;
mod sign_in;

use std::fmt::{self, Write as _};

use crate::call::{push_endpoint, write_call};
use crate::dice::mix;
use crate::generator::Draw;
use crate::ids::push_guid;
use crate::record::{Category, Draft};

pub(crate) use insight::write_insight;
pub(crate) use service::write_service_event;
pub(crate) use shared::write_shared;
pub(crate) use sign_in::write_sign_in;

/// Appends formatted text; writing into memory does not fail.
fn append(out: &mut String, text: fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

fn begin(draw: &Draw<'_>, region: &str, draft: &mut Draft) {
    draft.time = draw.time;
    draft.region.push_str(region);
    draft.account.push_str(&draw.account.id);
}

/// Writes a call as a VPC endpoint saw it, and perhaps denied it.
pub(crate) fn write_network(draw: &mut Draw<'_>, draft: &mut Draft) {
    let roles = &draw.account.roles;
    if let Some(principal) = roles
        .get(draw.dice.below(roles.len()))
        .and_then(|&at| draw.account.principals.get(at))
    {
        draw.principal = principal;
    }
    write_call(draw, false, draft);
    draft.category = Category::NetworkActivity;
    draft.event_type = "AwsVpceEvent";
    draft.version = "1.11";
    for text in [
        &mut draft.agent,
        &mut draft.error_code,
        &mut draft.error_message,
        &mut draft.additional,
        &mut draft.host,
        &mut draft.endpoint,
        &mut draft.resources,
    ] {
        text.clear();
    }
    draft.api_version = "";
    draft.from_console = false;
    let service = draft.source.split('.').next().unwrap_or_default();
    push_endpoint(&draw.account.id, draw.region, service, &mut draft.endpoint);
    if draft.shared_id.is_empty() {
        let fresh = draw.dice.roll();
        push_guid(&mut draft.shared_id, fresh, mix(fresh));
    }
    if draw.dice.per_mille(180) {
        draft.error_code.push_str("VpceAccessDenied");
        draft
            .error_message
            .push_str("The request was denied due to a VPC endpoint policy");
    }
}
