//! What services do by themselves.

use crate::dice::{derive, mix};
use crate::generator::Draw;
use crate::ids::push_guid;
use crate::record::Draft;
use crate::uncommon::{append, begin};
use crate::words::{self, pick};

/// Writes what a service did by itself: nobody called it.
pub(crate) fn write_service_event(draw: &mut Draw<'_>, draft: &mut Draft) {
    begin(draw, draw.region, draft);
    let seed = draw.dice.roll();
    let account = &draw.account.id;
    let region = draw.region;
    let mut name = String::new();
    words::push_workload(&mut name, seed % 90);
    let mut guid = String::new();
    push_guid(&mut guid, derive(4, seed % 90), mix(seed % 90));
    draft.version = "1.08";
    draft.event_type = "AwsServiceEvent";
    let fresh = draw.dice.roll();
    push_guid(&mut draft.request_id, fresh, mix(fresh));
    let (service, event) = pick(
        &[
            ("kms", "RotateKey"),
            ("secretsmanager", "RotationSucceeded"),
            ("secretsmanager", "SecretVersionDeletion"),
            ("ecs", "ServiceSteadyState"),
            ("ec2", "SharedSnapshotVolumeCreated"),
        ],
        mix(seed),
    );
    let host = format!("{service}.amazonaws.com");
    append(
        &mut draft.identity,
        format_args!(
            r#"{{"accountId":"{account}","invokedBy":"{}"}}"#,
            if service == "kms" {
                "AWS Internal"
            } else {
                &host
            }
        ),
    );
    draft.ip.push_str(if service == "kms" {
        "AWS Internal"
    } else {
        &host
    });
    draft.agent.push_str(if service == "kms" {
        "AWS Internal"
    } else {
        &host
    });
    draft.name.push_str(event);
    match service {
        "kms" => {
            append(
                &mut draft.resources,
                format_args!(
                    r#"[{{"accountId":"{account}","type":"AWS::KMS::Key","ARN":"arn:aws:kms:{region}:{account}:key/{guid}"}}]"#
                ),
            );
            append(
                &mut draft.details,
                format_args!(
                    r#"{{"keyId":"arn:aws:kms:{region}:{account}:key/{guid}","rotationType":"AUTOMATIC","keyOrigin":"AWS_KMS"}}"#
                ),
            );
        }
        "secretsmanager" => append(
            &mut draft.additional,
            format_args!(
                r#"{{"VersionId":"{guid}","ARN":"arn:aws:secretsmanager:{region}:{account}:secret:prod/{name}/database-a1B2c3","Name":"prod/{name}/database"}}"#
            ),
        ),
        "ecs" => append(
            &mut draft.details,
            format_args!(
                r#"{{"eventName":"SERVICE_STEADY_STATE","clusterArn":"arn:aws:ecs:{region}:{account}:cluster/{name}-prod","serviceName":"{name}","desiredCount":3}}"#
            ),
        ),
        _ => append(
            &mut draft.details,
            format_args!(
                r#"{{"snapshotId":"snap-0{:016x}","volumeOwnerId":"{account}"}}"#,
                derive(5, seed % 90)
            ),
        ),
    }
    draft.source.push_str(&host);
}
