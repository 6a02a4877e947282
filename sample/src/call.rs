//! Ordinary calls: what the catalogue says, filled in for one caller.

use crate::dice::{derive, derive_text, mix};
use crate::generator::Draw;
use crate::identity::Caller;
use crate::ids::{push_guid, push_hex};
use crate::persona::{Identity, PERSONAS};
use crate::plant::Attribute;
use crate::record::{Category, Draft};
use crate::slot::Scene;

/// Writes an ordinary call of the catalogue.
pub(crate) fn write_call(draw: &mut Draw<'_>, data: bool, draft: &mut Draft) {
    let world = draw.world;
    let habit = if data {
        Some(&world.data)
    } else {
        world.habits.get(draw.principal.persona)
    };
    let Some((places, skew)) = habit else { return };
    let issued = draw.marks.get(Attribute::IssuedKey);
    let at = match issued {
        Some(_) => world.assume_role,
        None => places
            .get(skew.pick(draw.dice.roll()))
            .copied()
            .unwrap_or(0),
    };
    let Some(api) = world.apis.get(at) else {
        return;
    };
    let region = match draw.marks.get(Attribute::Region) {
        Some(planted) => planted,
        None if api.global => "us-east-1",
        None => draw.region,
    };
    let account = draw
        .marks
        .get(Attribute::Account)
        .unwrap_or(&draw.account.id);
    draft.region.push_str(region);
    draft.account.push_str(account);
    draft.time = draw.time;
    Caller {
        principal: draw.principal,
        account,
        time: draw.time,
        marks: &draw.marks,
    }
    .write(draft);
    let scene = Scene {
        seed: draw.dice.roll(),
        account,
        region,
        time: draw.time,
        arn: &draft.arn,
        name: &draft.caller,
        service: api.service,
        action: api.name,
        issued,
        skew: &world.by_resource,
    };
    let source = draw
        .marks
        .get(Attribute::EventSource)
        .unwrap_or(&api.source);
    draft.source.push_str(source);
    draft
        .name
        .push_str(draw.marks.get(Attribute::EventName).unwrap_or(api.name));
    draft.version = version_of(&api.source);
    draft.read_only = api.read_only;
    draft.api_version = api.version;
    draft.category = if api.data {
        Category::Data
    } else {
        Category::Management
    };
    api.request.fill(&scene, &mut draft.request);
    let planted_error = draw.marks.get(Attribute::ErrorCode);
    let failed = planted_error.is_some() || (issued.is_none() && draw.dice.per_mille(api.failures));
    if failed {
        let error = api.errors.get(draw.dice.below(api.errors.len()));
        if let Some((code, message)) = error {
            draft.error_code.push_str(planted_error.unwrap_or(code));
            message.fill(&scene, &mut draft.error_message);
        }
    }
    if !failed || issued.is_some() {
        api.response.fill(&scene, &mut draft.response);
    }
    api.additional.fill(&scene, &mut draft.additional);
    api.resources.fill(&scene, &mut draft.resources);
    let fresh = draw.dice.roll();
    match draw.marks.get(Attribute::RequestId) {
        Some(planted) => draft.request_id.push_str(planted),
        None => push_request_id(api.service, fresh, &mut draft.request_id),
    }
    write_origin(draw, api.service, draft);
    write_planted_resources(draw, draft);
}

/// S3 and Route 53 have request ids of their own kind.
fn push_request_id(service: &str, fresh: u64, out: &mut String) {
    if service == "s3" {
        for place in 0..16_u32 {
            let digit = (fresh >> (place * 4)) & 0xf;
            out.push(char::from(b"0123456789ABCDEF"[digit as usize]));
        }
    } else {
        push_guid(out, fresh, mix(fresh));
    }
}

/// A service writes one version of records for years.
fn version_of(source: &str) -> &'static str {
    match derive_text(0, source) % 10 {
        0..=4 => "1.11",
        5 => "1.10",
        6 | 7 => "1.09",
        _ => "1.08",
    }
}

/// Writes where the call came from: address, program, endpoint and TLS.
pub(crate) fn write_origin(draw: &Draw<'_>, service: &str, draft: &mut Draft) {
    let principal = draw.principal;
    let marks = &draw.marks;
    draft
        .ip
        .push_str(marks.get(Attribute::SourceIp).unwrap_or(&principal.address));
    draft
        .agent
        .push_str(marks.get(Attribute::UserAgent).unwrap_or(principal.agent));
    let identity = PERSONAS[principal.persona].identity;
    let by_service = matches!(
        identity,
        Identity::Linked | Identity::Service | Identity::Unknown
    );
    if let Some(planted) = marks.get(Attribute::VpcEndpoint) {
        draft.endpoint.push_str(planted);
    } else if principal.private {
        push_endpoint(&draw.account.id, draw.region, service, &mut draft.endpoint);
    }
    if let Some(planted) = marks.get(Attribute::SharedEventId) {
        draft.shared_id.push_str(planted);
    } else if identity == Identity::Service && matches!(service, "sts" | "kms") {
        let fresh = derive(draw.pair, u64::from(draw.second_of_pair));
        push_guid(&mut draft.shared_id, fresh, mix(fresh));
    }
    draft.from_console = principal.agent.starts_with("Mozilla");
    if !by_service && !draft.from_console {
        draft.hybrid = derive_text(0, service) % 10 < 7;
        match service {
            "iam" | "organizations" | "route53" | "cloudfront" | "ce" | "support" | "health" => {
                draft.host.push_str(service);
                draft.host.push_str(".amazonaws.com");
            }
            _ => {
                draft.host.push_str(service);
                draft.host.push('.');
                draft.host.push_str(&draft.region);
                draft.host.push_str(".amazonaws.com");
            }
        }
    }
}

/// An account has one endpoint for each service and Region.
pub(crate) fn push_endpoint(account: &str, region: &str, service: &str, out: &mut String) {
    let seed = derive_text(derive_text(derive_text(0, account), region), service);
    out.push_str("vpce-0");
    push_hex(out, seed, 16);
}

fn write_planted_resources(draw: &Draw<'_>, draft: &mut Draft) {
    let name = draw.marks.get(Attribute::ResourceName);
    let kind = draw.marks.get(Attribute::ResourceType);
    if name.is_none() && kind.is_none() {
        return;
    }
    let out = &mut draft.resources;
    // One more entry in the array that is there, or an array of one.
    if out.pop().is_some() {
        out.push(',');
    } else {
        out.push('[');
    }
    out.push_str(r#"{"accountId":""#);
    out.push_str(&draft.account);
    out.push_str(r#"","type":""#);
    out.push_str(kind.unwrap_or("AWS::S3::Bucket"));
    out.push_str(r#"","ARN":"arn:aws:s3:::"#);
    out.push_str(name.unwrap_or("example-planted-type"));
    out.push_str("\"}]");
}
