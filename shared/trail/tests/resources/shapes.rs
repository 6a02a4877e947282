//! Where names stand in a record, and what looks like a name and is none.

use serde_json::{Value, json};

use crate::{assert_resources, call, found};

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
    assert!(
        found.contains(&("AWS::S3::Object".into(), object)),
        "{found:?}"
    );
}

#[test]
fn objects_of_other_partitions_have_their_arns() {
    for (region, partition) in [
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-east-1", "aws"),
    ] {
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
            (
                "AWS::SSM::Parameter",
                "arn:aws:ssm:eu-west-1:111122223333:parameter/db",
            ),
        ],
    );
}

#[test]
fn odd_shapes_name_nothing_and_do_not_panic() {
    for odd in [
        "17",
        "\"text\"",
        "[]",
        "[[\"a\"]]",
        "{}",
        "null",
        "true",
        "{\"bucketName\":7}",
    ] {
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
        &[(
            "AWS::MSK::Cluster",
            "arn:aws:kafka:eu-west-1:111122223333:cluster/orders/1",
        )],
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
    for name in [
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbC123",
        "snap-1a2b3c4d",
    ] {
        assert!(
            found.iter().any(|(_, known)| known == name),
            "{name} in {found:?}"
        );
    }
}
