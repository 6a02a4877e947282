//! The ways to deploy: which parameters go together.

use crate::stack::{OTHER_TRAIL, Parameters, Stack};

#[test]
fn every_way_to_deploy_resolves_and_refers_to_nothing_that_is_not_there() {
    let ways: [Parameters<'_>; 9] = [
        &[],
        &[
            ("IsOrganizationTrail", "true"),
            ("OrganizationId", "o-abcdefghij"),
        ],
        &[
            ("CreateTrail", "false"),
            ("ExistingTrailArn", OTHER_TRAIL),
            ("LogPrefix", "a/b"),
        ],
        &[("CreateTrail", "false"), ("ExistingBucketName", "old-logs")],
        &[
            ("ExistingBucketName", "old-logs"),
            (
                "ExistingTopicArn",
                "arn:aws:sns:eu-west-1:111122223333:logs",
            ),
        ],
        &[("CreateKmsKey", "true"), ("ObjectLockMode", "NONE")],
        &[
            ("KmsKeyArn", "arn:aws:kms:eu-west-1:111122223333:key/1"),
            ("ExistingBucketName", "old-logs"),
        ],
        &[
            ("AlertEmail", "security@example.com"),
            ("CreateChatTopic", "true"),
            ("ReadOnlyEvents", "true"),
        ],
        &[
            ("ForwardingAccounts", "444455556666,123456789012"),
            ("RulesPrefix", ""),
        ],
    ];
    for way in ways {
        assert_eq!(Stack::refusals(way), Vec::<String>::new(), "{way:?}");
        Stack::deploy(way);
    }
}

#[test]
fn parameters_that_contradict_each_other_are_refused() {
    let contradictions: [Parameters<'_>; 4] = [
        &[("IsOrganizationTrail", "true")],
        &[("CreateTrail", "false")],
        &[(
            "ExistingTopicArn",
            "arn:aws:sns:eu-west-1:111122223333:logs",
        )],
        &[
            ("CreateKmsKey", "true"),
            ("KmsKeyArn", "arn:aws:kms:eu-west-1:111122223333:key/1"),
        ],
    ];
    for parameters in contradictions {
        assert_eq!(Stack::refusals(parameters).len(), 1, "{parameters:?}");
    }
}
