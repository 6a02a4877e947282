//! Unusual rates, as CloudTrail Insights reports them.

use crate::dice::{Dice, mix};
use crate::generator::Draw;
use crate::ids::push_guid;
use crate::record::{Category, Draft};
use crate::rhythm::push_number;
use crate::uncommon::{append, begin};
use crate::words::pick;

/// Writes the start or the end of an unusual rate of calls.
pub(crate) fn write_insight(draw: &mut Draw<'_>, draft: &mut Draft) {
    begin(draw, draw.region, draft);
    let mut dice = Dice::new(mix(draw.pair));
    let (service, name, code) = pick(
        &[
            ("ec2", "RunInstances", ""),
            ("ssm", "UpdateInstanceInformation", ""),
            ("ec2", "DescribeInstances", "Client.RequestLimitExceeded"),
            ("logs", "CreateLogStream", ""),
            ("s3", "GetBucketPolicy", "NoSuchBucketPolicy"),
            ("kms", "Decrypt", "AccessDenied"),
        ],
        dice.roll(),
    );
    let minutes = 2 + dice.below(12) as u64;
    let rate = 40 + dice.below(400) as u64;
    draft.category = Category::Insight;
    draft.event_type = "AwsCloudTrailInsight";
    draft.version = "1.09";
    let shared = dice.roll();
    push_guid(&mut draft.shared_id, shared, mix(shared));
    let end = draw.time - draw.time.rem_euclid(60);
    draft.time = if draw.second_of_pair {
        end
    } else {
        end - i64::try_from(minutes * 60).unwrap_or(0)
    };
    let role = draw
        .account
        .roles
        .first()
        .and_then(|&at| draw.account.principals.get(at));
    let role = role.map_or("example-role", |principal| &principal.name);
    let account = &draw.account.id;
    let state = if draw.second_of_pair { "End" } else { "Start" };
    let kind = if code.is_empty() {
        "ApiCallRateInsight"
    } else {
        "ApiErrorRateInsight"
    };
    let out = &mut draft.details;
    append(
        out,
        format_args!(
            r#"{{"state":"{state}","eventSource":"{service}.amazonaws.com","eventName":"{name}","insightType":"{kind}""#
        ),
    );
    if !code.is_empty() {
        append(out, format_args!(r#","errorCode":"{code}""#));
    }
    out.push_str(r#","insightContext":{"statistics":{"baseline":{"average":0."#);
    push_number(out, 1000 + dice.below(9000) as u64);
    out.push_str(r#"},"insight":{"average":"#);
    push_number(out, rate);
    out.push_str(r#"},"insightDuration":"#);
    push_number(out, if draw.second_of_pair { minutes } else { 1 });
    out.push_str(r#","baselineDuration":11336}"#);
    let code = if code.is_empty() { "null" } else { code };
    append(
        out,
        format_args!(
            r#","attributions":[{{"attribute":"userIdentityArn","insight":[{{"value":"arn:aws:sts::{account}:assumed-role/{role}","average":{rate}}}],"baseline":[{{"value":"arn:aws:sts::{account}:assumed-role/{role}","average":0.0123}}]}},{{"attribute":"userAgent","insight":[{{"value":"Boto3/1.40.45","average":{rate}}}],"baseline":[{{"value":"Boto3/1.40.45","average":0.0123}}]}},{{"attribute":"errorCode","insight":[{{"value":"{code}","average":{rate}}}],"baseline":[{{"value":"{code}","average":0.0123}}]}}]}}}}"#
        ),
    );
}
