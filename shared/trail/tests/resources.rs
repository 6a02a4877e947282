//! The resources of representative records, held against what CloudTrail's lookup answers.

use serde_json::{Value, json};
use trail::Record;
use trail::resource::{issued_access_keys, resources};

/// The text of a record of this call.
fn call(source: &str, name: &str, request: &Value, response: &Value) -> String {
    json!({
        "eventTime": "2026-10-13T08:00:00Z",
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "eu-west-1",
        "eventType": "AwsApiCall",
        "requestParameters": request,
        "responseElements": response,
    })
    .to_string()
}

/// The resources of a record's text, as pairs of type and name.
fn found(text: &str) -> Vec<(String, String)> {
    let record = Record::parse(text).expect("a record");
    resources(&record)
        .into_iter()
        .map(|resource| (resource.kind.unwrap_or_default().into_owned(), resource.name))
        .collect()
}

/// Holds the resources of a call against the expected ones, in any order.
#[track_caller]
fn assert_resources(text: &str, expected: &[(&str, &str)]) {
    let mut expected: Vec<_> =
        expected.iter().map(|(kind, name)| ((*kind).to_owned(), (*name).to_owned())).collect();
    expected.sort();
    assert_eq!(found(text), expected);
}

#[test]
fn assume_role_names_the_issued_key_three_forms_of_the_session_and_the_role() {
    let text = call(
        "sts",
        "AssumeRole",
        &json!({
            "roleArn": "arn:aws:iam::111122223333:role/Deploy",
            "roleSessionName": "alice",
            "durationSeconds": 3600,
        }),
        &json!({
            "credentials": {
                "accessKeyId": "ASIAEXAMPLE1",
                "sessionToken": "token",
                "expiration": "Oct 13, 2026, 9:00:00 AM",
            },
            "assumedRoleUser": {
                "assumedRoleId": "AROAEXAMPLE:alice",
                "arn": "arn:aws:sts::111122223333:assumed-role/Deploy/alice",
            },
        }),
    );
    assert_resources(
        &text,
        &[
            ("AWS::IAM::AccessKey", "ASIAEXAMPLE1"),
            ("AWS::IAM::Role", "arn:aws:iam::111122223333:role/Deploy"),
            ("AWS::STS::AssumedRole", "AROAEXAMPLE:alice"),
            ("AWS::STS::AssumedRole", "alice"),
            ("AWS::STS::AssumedRole", "arn:aws:sts::111122223333:assumed-role/Deploy/alice"),
        ],
    );
    let record = Record::parse(&text).expect("a record");
    assert_eq!(issued_access_keys(&record), ["ASIAEXAMPLE1"]);
}

#[test]
fn federation_names_its_session_although_the_request_does_not() {
    let text = call(
        "sts",
        "AssumeRoleWithSAML",
        &json!({
            "principalArn": "arn:aws:iam::111122223333:saml-provider/Directory",
            "roleArn": "arn:aws:iam::111122223333:role/Reader",
        }),
        &json!({"assumedRoleUser": {
            "assumedRoleId": "AROAEXAMPLE:bob@example.com",
            "arn": "arn:aws:sts::111122223333:assumed-role/Reader/bob@example.com",
        }}),
    );
    let found = found(&text);
    for (kind, name) in [
        ("AWS::IAM::SAMLProvider", "arn:aws:iam::111122223333:saml-provider/Directory"),
        ("AWS::STS::AssumedRole", "bob@example.com"),
    ] {
        assert!(found.contains(&(kind.to_owned(), name.to_owned())), "{name} in {found:?}");
    }
}

#[test]
fn a_refused_assume_role_still_names_the_role() {
    let text = call(
        "sts",
        "AssumeRole",
        &json!({"roleArn": "arn:aws:iam::111122223333:role/Admin", "roleSessionName": "eve"}),
        &Value::Null,
    );
    assert_resources(
        &text,
        &[
            ("AWS::IAM::Role", "arn:aws:iam::111122223333:role/Admin"),
            ("AWS::STS::AssumedRole", "eve"),
        ],
    );
}

#[test]
fn run_instances_names_all_that_the_instance_is_made_of() {
    let text = call(
        "ec2",
        "RunInstances",
        &json!({
            "instancesSet": {"items": [{"imageId": "ami-0a1b2c3d", "keyName": "ops", "minCount": 1}]},
            "groupSet": {"items": [{"groupId": "sg-0a1b2c3d4e5f60718"}]},
            "subnetId": "subnet-0a1b2c3d4e5f60718",
            "instanceType": "t4g.nano",
        }),
        &json!({
            "requestId": "3f1a2b3c-0a1b-4c3d-8e4f-60718293a4b5",
            "instancesSet": {"items": [{
                "instanceId": "i-0a1b2c3d4e5f60718",
                "imageId": "ami-0a1b2c3d",
                "keyName": "ops",
                "vpcId": "vpc-0a1b2c3d",
                "subnetId": "subnet-0a1b2c3d4e5f60718",
                "groupSet": {"items": [{"groupId": "sg-0a1b2c3d4e5f60718", "groupName": "web"}]},
                "networkInterfaceSet": {"items": [{"networkInterfaceId": "eni-0a1b2c3d"}]},
            }]},
        }),
    );
    assert_resources(
        &text,
        &[
            ("AWS::EC2::Ami", "ami-0a1b2c3d"),
            ("AWS::EC2::Instance", "i-0a1b2c3d4e5f60718"),
            ("AWS::EC2::KeyPair", "ops"),
            ("AWS::EC2::NetworkInterface", "eni-0a1b2c3d"),
            ("AWS::EC2::SecurityGroup", "sg-0a1b2c3d4e5f60718"),
            ("AWS::EC2::SecurityGroup", "web"),
            ("AWS::EC2::Subnet", "subnet-0a1b2c3d4e5f60718"),
            ("AWS::EC2::VPC", "vpc-0a1b2c3d"),
        ],
    );
}

#[test]
fn stopping_instances_names_each() {
    let items = json!({"items": [{"instanceId": "i-1a2b3c4d"}, {"instanceId": "i-1a2b3c4e"}]});
    let text =
        call("ec2", "StopInstances", &json!({"instancesSet": items}), &json!({"force": false}));
    assert_resources(
        &text,
        &[("AWS::EC2::Instance", "i-1a2b3c4d"), ("AWS::EC2::Instance", "i-1a2b3c4e")],
    );
}

#[test]
fn attaching_an_interface_names_the_attachment_too() {
    let text = call(
        "ec2",
        "AttachNetworkInterface",
        &json!({"networkInterfaceId": "eni-1a2b3c4d", "instanceId": "i-1a2b3c4d"}),
        &json!({"attachmentId": "eni-attach-1a2b3c4d"}),
    );
    assert_resources(
        &text,
        &[
            ("AWS::EC2::Instance", "i-1a2b3c4d"),
            ("AWS::EC2::NetworkInterface", "eni-1a2b3c4d"),
            ("AWS::EC2::NetworkInterfaceAttachment", "eni-attach-1a2b3c4d"),
        ],
    );
}

#[test]
fn newer_calls_of_ec2_wrap_their_requests() {
    let text = call(
        "ec2",
        "DescribeLaunchTemplateVersions",
        &json!({"DescribeLaunchTemplateVersionsRequest": {
            "LaunchTemplateId": "lt-0a1b2c3d4e5f60718",
            "LaunchTemplateVersion": {"tag": 1, "content": "$Latest"},
        }}),
        &Value::Null,
    );
    assert_resources(&text, &[("AWS::EC2::LaunchTemplate", "lt-0a1b2c3d4e5f60718")]);
}

#[test]
fn the_cluster_of_a_pod_identity_is_named() {
    let text = call(
        "eks-auth",
        "AssumeRoleForPodIdentity",
        &json!({"clusterName": "orders", "token": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
        &Value::Null,
    );
    assert_resources(&text, &[("AWS::EKS::Cluster", "orders")]);
}

#[test]
fn calls_about_nothing_name_nothing() {
    for (source, name, request) in [
        ("sts", "GetCallerIdentity", Value::Null),
        ("signin", "ConsoleLogin", Value::Null),
        ("cloudtrail", "LookupEvents", json!({"maxResults": 50})),
        ("ec2", "DescribeTags", json!({"filterSet": {"items": [{"name": "key"}]}})),
        ("s3", "ListBuckets", json!({"Host": "s3.eu-west-1.amazonaws.com"})),
    ] {
        assert_resources(&call(source, name, &request, &Value::Null), &[]);
    }
}

#[test]
fn a_new_user_and_its_key_are_found_by_every_name() {
    let text = call(
        "iam",
        "CreateUser",
        &json!({"userName": "carol", "path": "/staff/"}),
        &json!({"user": {
            "userName": "carol",
            "userId": "AIDAEXAMPLE",
            "arn": "arn:aws:iam::111122223333:user/staff/carol",
        }}),
    );
    assert_resources(
        &text,
        &[
            ("AWS::IAM::User", "AIDAEXAMPLE"),
            ("AWS::IAM::User", "arn:aws:iam::111122223333:user/staff/carol"),
            ("AWS::IAM::User", "carol"),
        ],
    );
    let text = call(
        "iam",
        "CreateAccessKey",
        &json!({"userName": "carol"}),
        &json!({"accessKey": {"accessKeyId": "AKIAEXAMPLE1", "status": "Active", "userName": "carol"}}),
    );
    assert_resources(
        &text,
        &[("AWS::IAM::AccessKey", "AKIAEXAMPLE1"), ("AWS::IAM::User", "carol")],
    );
    let record = Record::parse(&text).expect("a record");
    assert_eq!(issued_access_keys(&record), ["AKIAEXAMPLE1"]);
}

#[test]
fn a_key_that_is_only_mentioned_is_not_issued() {
    let text = call(
        "iam",
        "DeleteAccessKey",
        &json!({"userName": "carol", "accessKeyId": "AKIAEXAMPLE1"}),
        &Value::Null,
    );
    let record = Record::parse(&text).expect("a record");
    assert_eq!(issued_access_keys(&record), [""; 0]);
    assert!(found(&text).contains(&("AWS::IAM::AccessKey".into(), "AKIAEXAMPLE1".into())));
}

#[test]
fn keys_are_issued_by_more_than_sts() {
    for (source, name, response) in [
        ("sts", "GetSessionToken", json!({"credentials": {"accessKeyId": "ASIAEXAMPLE1"}})),
        (
            "cognito-identity",
            "GetCredentialsForIdentity",
            json!({"credentials": {"accessKeyId": "ASIAEXAMPLE1"}}),
        ),
        ("sso", "GetRoleCredentials", json!({"roleCredentials": {"accessKeyId": "ASIAEXAMPLE1"}})),
        (
            "rolesanywhere",
            "CreateSession",
            json!({"credentialSet": [{"credentials": {"accessKeyId": "ASIAEXAMPLE1"}}]}),
        ),
    ] {
        let text = call(source, name, &Value::Null, &response);
        let record = Record::parse(&text).expect("a record");
        assert_eq!(issued_access_keys(&record), ["ASIAEXAMPLE1"], "{source}");
    }
}

#[test]
fn an_object_is_named_by_its_arn_and_its_bucket() {
    let request = json!({"bucketName": "reports", "key": "2026/a \"b\".csv", "Host": "s3"});
    assert_resources(
        &call("s3", "PutObject", &request, &Value::Null),
        &[
            ("AWS::S3::Bucket", "reports"),
            ("AWS::S3::Object", "arn:aws:s3:::reports/2026/a \"b\".csv"),
        ],
    );
    let access_point = "arn:aws:s3:eu-west-1:111122223333:accesspoint/team";
    let found = found(&call(
        "s3",
        "GetObject",
        &json!({"bucketName": access_point, "key": "a.csv"}),
        &Value::Null,
    ));
    let object = format!("{access_point}/object/a.csv");
    assert!(found.contains(&("AWS::S3::Object".into(), object)), "{found:?}");
}

#[test]
fn objects_of_other_partitions_have_their_arns() {
    for (region, partition) in
        [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-east-1", "aws")]
    {
        let text = call(
            "s3",
            "DeleteObject",
            &json!({"bucketName": "reports", "key": "a.csv"}),
            &Value::Null,
        )
        .replace("eu-west-1", region);
        let object = format!("arn:{partition}:s3:::reports/a.csv");
        assert!(found(&text).contains(&("AWS::S3::Object".into(), object)));
    }
}

#[test]
fn listed_resources_are_added_once_and_typed_by_their_arns() {
    let text = json!({
        "eventTime": "2026-10-13T08:00:00Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": "Decrypt",
        "requestParameters": {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::reports"}},
        "resources": [
            {"ARN": "arn:aws:kms:eu-west-1:111122223333:key/k1", "type": "AWS::KMS::Key"},
            {"ARN": "arn:aws:kms:eu-west-1:111122223333:key/k1", "accountId": "111122223333"},
            {"arn": "arn:aws:ssm:eu-west-1:111122223333:parameter/db"},
            {"ARNPrefix": "arn:aws:s3:::reports/", "type": "AWS::S3::Object"},
            {"ARN": "urn:of:something:else"},
            {"type": "AWS::S3::Bucket"},
            {"ARN": ["odd"], "type": 7},
            "odd",
            null,
            17,
        ],
    })
    .to_string();
    assert_resources(
        &text,
        &[
            ("", "urn:of:something:else"),
            ("AWS::KMS::Key", "arn:aws:kms:eu-west-1:111122223333:key/k1"),
            ("AWS::S3::Object", "arn:aws:s3:::reports/"),
            ("AWS::SSM::Parameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/db"),
        ],
    );
}

#[test]
fn odd_shapes_name_nothing_and_do_not_panic() {
    for odd in ["17", "\"text\"", "[]", "[[\"a\"]]", "{}", "null", "true", "{\"bucketName\":7}"] {
        let text = format!(
            r#"{{"eventTime":"2026-10-13T08:00:00Z","eventSource":"s3.amazonaws.com",
                "eventName":"PutObject","requestParameters":{odd},"responseElements":{odd},
                "resources":{odd}}}"#
        );
        assert_resources(&text, &[]);
    }
}

#[test]
fn omitted_and_hidden_content_names_nothing() {
    let omitted =
        json!({"reason": "requestParameters too large", "omitted": true, "originalSize": 149_893});
    assert_resources(&call("iam", "PutRolePolicy", &omitted, &Value::Null), &[]);
    let hidden = json!({"name": "HIDDEN_DUE_TO_SECURITY_REASONS"});
    assert_resources(&call("ssm", "PutParameter", &hidden, &Value::Null), &[]);
}

#[test]
fn names_no_lookup_can_ask_for_are_left_out() {
    let longest = "k".repeat(2048);
    for (length, expected) in [(2048, 1), (2049, 0)] {
        let request = json!({"name": "k".repeat(length)});
        let found = found(&call("ssm", "GetParameter", &request, &Value::Null));
        assert_eq!(found.len(), expected);
        assert!(found.iter().all(|(_, name)| *name == longest));
    }
}

#[test]
fn arns_inside_a_policy_are_not_what_the_call_is_about() {
    let policy = json!({"Statement": [{"Resource": "arn:aws:s3:::other/*", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}]});
    let request = json!({"bucketName": "reports", "bucketPolicy": policy});
    assert_resources(
        &call("s3", "PutBucketPolicy", &request, &Value::Null),
        &[("AWS::S3::Bucket", "reports")],
    );
}

#[test]
fn services_without_rules_are_known_by_ids_and_arns() {
    let request = json!({
        "resourceArn": "arn:aws:braket:eu-west-1:111122223333:job/1",
        "roleArn": "arn:aws:iam::111122223333:role/Quantum",
        "vpcConfig": {"subnets": ["subnet-1a2b3c4d"]},
        "comment": "vpc",
    });
    assert_resources(
        &call("braket", "TagResource", &request, &Value::Null),
        &[
            ("", "arn:aws:braket:eu-west-1:111122223333:job/1"),
            ("AWS::EC2::Subnet", "subnet-1a2b3c4d"),
            ("AWS::IAM::Role", "arn:aws:iam::111122223333:role/Quantum"),
        ],
    );
}

#[test]
fn an_arn_in_a_path_is_decoded() {
    let request = json!({
        "clusterArn": "arn%3Aaws%3Akafka%3Aeu-west-1%3A111122223333%3Acluster%2Forders%2F1",
    });
    assert_resources(
        &call("kafka", "DeleteCluster", &request, &Value::Null),
        &[("AWS::MSK::Cluster", "arn:aws:kafka:eu-west-1:111122223333:cluster/orders/1")],
    );
}

#[test]
fn a_service_event_is_about_what_its_details_name() {
    let text = json!({
        "eventTime": "2026-10-13T08:00:00Z",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "StartSecretVersionDelete",
        "eventType": "AwsServiceEvent",
        "additionalEventData": {
            "ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbC123",
            "Name": "db",
        },
        "requestParameters": null,
        "serviceEventDetails": {"snapshotId": "snap-1a2b3c4d"},
    })
    .to_string();
    let found = found(&text);
    for name in ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbC123", "snap-1a2b3c4d"]
    {
        assert!(found.iter().any(|(_, known)| known == name), "{name} in {found:?}");
    }
}

/// One call of many services, and the resources that each names, for review as a whole.
#[test]
fn the_table_names_what_calls_are_about() {
    let calls = [
        ("kms", "CreateAlias", json!({"aliasName": "alias/pay", "targetKeyId": "k1"})),
        (
            "lambda",
            "UpdateFunctionCode20150331v2",
            json!({"functionName": "mail", "s3Bucket": "code"}),
        ),
        ("rds", "ModifyDBSnapshotAttribute", json!({"dBSnapshotIdentifier": "nightly"})),
        ("rds", "DeleteDBCluster", json!({"dBClusterIdentifier": "orders"})),
        ("dynamodb", "DeleteTable", json!({"tableName": "orders"})),
        ("cloudtrail", "StopLogging", json!({"name": "audit"})),
        ("cloudtrail", "PutEventSelectors", json!({"trailName": "audit"})),
        ("cloudformation", "DeleteStack", json!({"stackName": "shop"})),
        ("secretsmanager", "GetSecretValue", json!({"secretId": "db"})),
        ("ssm", "PutParameter", json!({"name": "/prod/db"})),
        (
            "ssm",
            "SendCommand",
            json!({"documentName": "AWS-RunShellScript", "instanceIds": ["i-1a2b3c4d"]}),
        ),
        ("ssm", "StartSession", json!({"target": "i-1a2b3c4d"})),
        ("sns", "Subscribe", json!({"topicArn": "arn:aws:sns:eu-west-1:111122223333:alerts"})),
        (
            "sqs",
            "PurgeQueue",
            json!({"queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"}),
        ),
        ("logs", "DeleteLogStream", json!({"logGroupName": "/app", "logStreamName": "s1"})),
        ("monitoring", "DeleteAlarms", json!({"alarmNames": ["root", "mfa"]})),
        ("eks", "DeleteCluster", json!({"name": "orders"})),
        (
            "ecs",
            "UpdateService",
            json!({"cluster": "c1", "service": "web", "taskDefinition": "web:7"}),
        ),
        ("ecr", "PutImage", json!({"repositoryName": "web"})),
        ("elasticloadbalancing", "DeleteLoadBalancer", json!({"loadBalancerName": "front"})),
        (
            "elasticloadbalancing",
            "CreateTargetGroup",
            json!({"name": "blue", "vpcId": "vpc-1a2b3c4d"}),
        ),
        ("autoscaling", "DeleteAutoScalingGroup", json!({"autoScalingGroupName": "fleet"})),
        ("events", "DisableRule", json!({"name": "nightly"})),
        ("config", "StopConfigurationRecorder", json!({"configurationRecorderName": "default"})),
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
        ("apigateway", "DeleteRestApi", json!({"restApiId": "a1b2c3"})),
        ("kinesis", "DeleteStream", json!({"streamName": "clicks"})),
        ("redshift", "DeleteCluster", json!({"clusterIdentifier": "dwh"})),
        ("elasticache", "DeleteReplicationGroup", json!({"replicationGroupId": "cache"})),
        ("es", "DeleteDomain", json!({"domainName": "logs"})),
        ("wafv2", "DeleteWebACL", json!({"name": "edge", "id": "w1"})),
        (
            "iam",
            "DeleteVirtualMFADevice",
            json!({"serialNumber": "arn:aws:iam::111122223333:mfa/carol"}),
        ),
        ("iam", "AddUserToGroup", json!({"userName": "carol", "groupName": "admins"})),
        ("s3", "PutBucketPolicy", json!({"bucketName": "reports"})),
    ];
    let mut lines = String::new();
    for (source, name, request) in &calls {
        lines.push_str(&format!("{source} {name}\n"));
        for (kind, name) in found(&call(source, name, request, &Value::Null)) {
            lines.push_str(&format!("  {kind} {name}\n"));
        }
    }
    insta::assert_snapshot!(lines);
}
