//! The table of extractors, by one call of many services.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{call, found};

/// One call of many services, and the resources that each names, for review as a whole.
#[expect(clippy::too_many_lines, reason = "one list of calls")]
#[test]
fn the_table_names_what_calls_are_about() {
    let calls = [
        (
            "kms",
            "CreateAlias",
            json!({"aliasName": "alias/pay", "targetKeyId": "k1"}),
        ),
        (
            "lambda",
            "UpdateFunctionCode20150331v2",
            json!({"functionName": "mail", "s3Bucket": "code"}),
        ),
        (
            "rds",
            "ModifyDBSnapshotAttribute",
            json!({"dBSnapshotIdentifier": "nightly"}),
        ),
        (
            "rds",
            "DeleteDBCluster",
            json!({"dBClusterIdentifier": "orders"}),
        ),
        ("dynamodb", "DeleteTable", json!({"tableName": "orders"})),
        ("cloudtrail", "StopLogging", json!({"name": "audit"})),
        (
            "cloudtrail",
            "PutEventSelectors",
            json!({"trailName": "audit"}),
        ),
        (
            "cloudformation",
            "DeleteStack",
            json!({"stackName": "shop"}),
        ),
        (
            "secretsmanager",
            "GetSecretValue",
            json!({"secretId": "db"}),
        ),
        ("ssm", "PutParameter", json!({"name": "/prod/db"})),
        (
            "ssm",
            "SendCommand",
            json!({"documentName": "AWS-RunShellScript", "instanceIds": ["i-1a2b3c4d"]}),
        ),
        ("ssm", "StartSession", json!({"target": "i-1a2b3c4d"})),
        (
            "sns",
            "Subscribe",
            json!({"topicArn": "arn:aws:sns:eu-west-1:111122223333:alerts"}),
        ),
        (
            "sqs",
            "PurgeQueue",
            json!({"queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"}),
        ),
        (
            "logs",
            "DeleteLogStream",
            json!({"logGroupName": "/app", "logStreamName": "s1"}),
        ),
        (
            "monitoring",
            "DeleteAlarms",
            json!({"alarmNames": ["root", "mfa"]}),
        ),
        ("eks", "DeleteCluster", json!({"name": "orders"})),
        (
            "ecs",
            "UpdateService",
            json!({"cluster": "c1", "service": "web", "taskDefinition": "web:7"}),
        ),
        ("ecr", "PutImage", json!({"repositoryName": "web"})),
        (
            "elasticloadbalancing",
            "DeleteLoadBalancer",
            json!({"loadBalancerName": "front"}),
        ),
        (
            "elasticloadbalancing",
            "CreateTargetGroup",
            json!({"name": "blue", "vpcId": "vpc-1a2b3c4d"}),
        ),
        (
            "autoscaling",
            "DeleteAutoScalingGroup",
            json!({"autoScalingGroupName": "fleet"}),
        ),
        ("events", "DisableRule", json!({"name": "nightly"})),
        (
            "config",
            "StopConfigurationRecorder",
            json!({"configurationRecorderName": "default"}),
        ),
        ("guardduty", "DeleteDetector", json!({"detectorId": "d1"})),
        (
            "organizations",
            "MoveAccount",
            json!({"accountId": "444455556666", "sourceParentId": "r-1", "destinationParentId": "ou-1"}),
        ),
        ("route53", "DeleteHostedZone", json!({"id": "Z1EXAMPLE"})),
        (
            "acm",
            "DeleteCertificate",
            json!({"certificateArn": "arn:aws:acm:eu-west-1:111122223333:certificate/c1"}),
        ),
        (
            "apigateway",
            "DeleteRestApi",
            json!({"restApiId": "a1b2c3"}),
        ),
        ("kinesis", "DeleteStream", json!({"streamName": "clicks"})),
        (
            "redshift",
            "DeleteCluster",
            json!({"clusterIdentifier": "dwh"}),
        ),
        (
            "elasticache",
            "DeleteReplicationGroup",
            json!({"replicationGroupId": "cache"}),
        ),
        ("es", "DeleteDomain", json!({"domainName": "logs"})),
        ("wafv2", "DeleteWebACL", json!({"name": "edge", "id": "w1"})),
        (
            "iam",
            "DeleteVirtualMFADevice",
            json!({"serialNumber": "arn:aws:iam::111122223333:mfa/carol"}),
        ),
        (
            "iam",
            "AddUserToGroup",
            json!({"userName": "carol", "groupName": "admins"}),
        ),
        ("s3", "PutBucketPolicy", json!({"bucketName": "reports"})),
    ];
    let mut lines = String::new();
    for (source, name, request) in &calls {
        writeln!(lines, "{source} {name}").expect("memory");
        for (kind, name) in found(&call(source, name, request, &Value::Null)) {
            writeln!(lines, "  {kind} {name}").expect("memory");
        }
    }
    insta::assert_snapshot!(lines);
}
