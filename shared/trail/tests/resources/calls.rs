//! Calls whose answers from CloudTrail's own lookup are known.

use serde_json::{Value, json};
use trail::Record;
use trail::resource::issued_access_keys;

use crate::{assert_resources, call, found};

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
            (
                "AWS::STS::AssumedRole",
                "arn:aws:sts::111122223333:assumed-role/Deploy/alice",
            ),
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
        (
            "AWS::IAM::SAMLProvider",
            "arn:aws:iam::111122223333:saml-provider/Directory",
        ),
        ("AWS::STS::AssumedRole", "bob@example.com"),
    ] {
        assert!(
            found.contains(&(kind.to_owned(), name.to_owned())),
            "{name} in {found:?}"
        );
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
    let text = call(
        "ec2",
        "StopInstances",
        &json!({"instancesSet": items}),
        &json!({"force": false}),
    );
    assert_resources(
        &text,
        &[
            ("AWS::EC2::Instance", "i-1a2b3c4d"),
            ("AWS::EC2::Instance", "i-1a2b3c4e"),
        ],
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
            (
                "AWS::EC2::NetworkInterfaceAttachment",
                "eni-attach-1a2b3c4d",
            ),
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
    assert_resources(
        &text,
        &[("AWS::EC2::LaunchTemplate", "lt-0a1b2c3d4e5f60718")],
    );
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
        (
            "ec2",
            "DescribeTags",
            json!({"filterSet": {"items": [{"name": "key"}]}}),
        ),
        (
            "s3",
            "ListBuckets",
            json!({"Host": "s3.eu-west-1.amazonaws.com"}),
        ),
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
            (
                "AWS::IAM::User",
                "arn:aws:iam::111122223333:user/staff/carol",
            ),
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
        &[
            ("AWS::IAM::AccessKey", "AKIAEXAMPLE1"),
            ("AWS::IAM::User", "carol"),
        ],
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
        (
            "sts",
            "GetSessionToken",
            json!({"credentials": {"accessKeyId": "ASIAEXAMPLE1"}}),
        ),
        (
            "cognito-identity",
            "GetCredentialsForIdentity",
            json!({"credentials": {"accessKeyId": "ASIAEXAMPLE1"}}),
        ),
        (
            "sso",
            "GetRoleCredentials",
            json!({"roleCredentials": {"accessKeyId": "ASIAEXAMPLE1"}}),
        ),
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
