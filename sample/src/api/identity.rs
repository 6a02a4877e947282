//! STS, IAM, Organizations, Identity Center.

use super::{Call, read, write};

const ROLE: &str = r#"[{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<account>:role/<role>"}]"#;
const ASSUMED: &str = r#"{"credentials":{"accessKeyId":"<issued-key>","sessionToken":"<token>","expiration":"<expiry>"},"assumedRoleUser":{"assumedRoleId":"<role-id>:<session>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<session>"}}"#;
const MISSING: &[(&str, &str)] = &[(
    "NoSuchEntityException",
    "The user with name <user> cannot be found.",
)];

pub(super) const CALLS: &[Call] = &[
    read("sts", "GetCallerIdentity", "").fails(2, &[]),
    read("sts", "AssumeRole", r#"{"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<session>","durationSeconds":3600}"#)
        .answers(ASSUMED)
        .about(ROLE)
        .fails(25, &[("AccessDenied", "User: <arn> is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::<account>:role/<role>")]),
    read("sts", "AssumeRoleWithWebIdentity", r#"{"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<session>","durationSeconds":3600}"#)
        .answers(r#"{"credentials":{"accessKeyId":"<issued-key>","sessionToken":"<token>","expiration":"<expiry>"},"subjectFromWebIdentityToken":"<name>","assumedRoleUser":{"assumedRoleId":"<role-id>:<session>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<session>"},"provider":"<arn>","audience":"sts.amazonaws.com"}"#)
        .about(ROLE)
        .fails(30, &[("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"), ("ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time")]),
    read("sts", "AssumeRoleWithSAML", r#"{"sAMLAssertionID":"_<guid>","roleSessionName":"<name>","durationSeconds":14400,"roleArn":"arn:aws:iam::<account>:role/<role>","principalArn":"arn:aws:iam::<account>:saml-provider/example-idp"}"#)
        .answers(r#"{"subjectType":"persistent","issuer":"https://idp.example.com/saml","credentials":{"accessKeyId":"<issued-key>","sessionToken":"<token>","expiration":"<expiry>"},"nameQualifier":"<hex>","assumedRoleUser":{"assumedRoleId":"<role-id>:<name>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<name>"},"subject":"<name>","audience":"https://signin.aws.amazon.com/saml"}"#)
        .about(r#"[{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<account>:role/<role>"},{"accountId":"<account>","type":"AWS::IAM::SAMLProvider","ARN":"arn:aws:iam::<account>:saml-provider/example-idp"}]"#),
    read("sts", "GetFederationToken", r#"{"name":"<user>","durationSeconds":43200}"#)
        .answers(r#"{"credentials":{"accessKeyId":"<issued-key>","sessionToken":"<token>","expiration":"<expiry>"},"federatedUser":{"federatedUserId":"<account>:<user>","arn":"arn:aws:sts::<account>:federated-user/<user>"},"packedPolicySize":6}"#),
    read("sts", "GetSessionToken", r#"{"durationSeconds":43200,"serialNumber":"arn:aws:iam::<account>:mfa/<user>"}"#)
        .answers(r#"{"credentials":{"accessKeyId":"<issued-key>","sessionToken":"<token>","expiration":"<expiry>"}}"#),
    read("iam", "GetUser", r#"{"userName":"<user>"}"#).global().fails(40, MISSING),
    read("iam", "ListUsers", r#"{"maxItems":100}"#).global(),
    read("iam", "ListRoles", r#"{"maxItems":1000}"#).global(),
    read("iam", "GetRole", r#"{"roleName":"<role>"}"#).global().fails(45, &[("NoSuchEntityException", "The role with name <role> cannot be found.")]),
    read("iam", "ListAttachedRolePolicies", r#"{"roleName":"<role>"}"#).global(),
    read("iam", "ListRolePolicies", r#"{"roleName":"<role>"}"#).global(),
    read("iam", "GetPolicy", r#"{"policyArn":"arn:aws:iam::<account>:policy/<policy>"}"#).global(),
    read("iam", "GetPolicyVersion", r#"{"policyArn":"arn:aws:iam::<account>:policy/<policy>","versionId":"v3"}"#).global(),
    read("iam", "ListAccessKeys", r#"{"userName":"<user>"}"#).global(),
    read("iam", "GetAccountSummary", "").global(),
    read("iam", "GenerateCredentialReport", "").global(),
    read("iam", "ListAccountAliases", "").global(),
    write("iam", "CreateUser", r#"{"userName":"<user>","tags":[{"key":"team","value":"<group>"}]}"#, r#"{"user":{"path":"/","userName":"<user>","userId":"<user-id>","arn":"arn:aws:iam::<account>:user/<user>","createDate":"<stamp>","tags":[{"key":"team","value":"<group>"}]}}"#)
        .global()
        .fails(60, &[("EntityAlreadyExistsException", "User with name <user> already exists.")]),
    write("iam", "DeleteUser", r#"{"userName":"<user>"}"#, "").global().fails(50, MISSING),
    write("iam", "CreateAccessKey", r#"{"userName":"<user>"}"#, r#"{"accessKey":{"userName":"<user>","accessKeyId":"<issued-key>","status":"Active","createDate":"<stamp>"}}"#)
        .global()
        .fails(30, &[("LimitExceededException", "Cannot exceed quota for AccessKeysPerUser: 2")]),
    write("iam", "UpdateAccessKey", r#"{"userName":"<user>","status":"Inactive","accessKeyId":"<issued-key>"}"#, "").global(),
    write("iam", "DeleteAccessKey", r#"{"userName":"<user>","accessKeyId":"<issued-key>"}"#, "").global(),
    write("iam", "AttachUserPolicy", r#"{"userName":"<user>","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}"#, "").global(),
    write("iam", "CreateRole", r#"{"roleName":"<role>","assumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}","description":"","tags":[{"key":"stack","value":"<stack>"}]}"#, r#"{"role":{"path":"/","roleName":"<role>","roleId":"<role-id>","arn":"arn:aws:iam::<account>:role/<role>","createDate":"<stamp>","assumeRolePolicyDocument":"%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D"}}"#)
        .global(),
    write("iam", "DeleteRole", r#"{"roleName":"<role>"}"#, "").global(),
    write("iam", "PassRole", r#"{"roleName":"<role>"}"#, "").global(),
    write("iam", "AttachRolePolicy", r#"{"roleName":"<role>","policyArn":"arn:aws:iam::<account>:policy/<policy>"}"#, "").global(),
    write("iam", "DetachRolePolicy", r#"{"roleName":"<role>","policyArn":"arn:aws:iam::<account>:policy/<policy>"}"#, "").global(),
    write("iam", "PutRolePolicy", r#"{"roleName":"<role>","policyName":"<policy>","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"dynamodb:GetItem\",\"dynamodb:PutItem\",\"dynamodb:Query\"],\"Resource\":\"arn:aws:dynamodb:<region>:<account>:table/<table>\"},{\"Effect\":\"Allow\",\"Action\":\"kms:Decrypt\",\"Resource\":\"arn:aws:kms:<region>:<account>:key/<kms-key>\"}]}"}"#, "").global(),
    write("iam", "CreatePolicyVersion", r#"{"policyArn":"arn:aws:iam::<account>:policy/<policy>","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],\"Resource\":\"arn:aws:s3:::<bucket>/*\"}]}","setAsDefault":true}"#, r#"{"policyVersion":{"versionId":"v4","isDefaultVersion":true,"createDate":"<stamp>"}}"#).global(),
    write("iam", "UpdateAssumeRolePolicy", r#"{"roleName":"<role>","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::<account>:root\"},\"Action\":\"sts:AssumeRole\"}]}"}"#, "").global(),
    write("iam", "CreateLoginProfile", r#"{"userName":"<user>","passwordResetRequired":true}"#, r#"{"loginProfile":{"userName":"<user>","createDate":"<stamp>","passwordResetRequired":true}}"#).global(),
    write("iam", "CreateInstanceProfile", r#"{"instanceProfileName":"<role>"}"#, r#"{"instanceProfile":{"path":"/","instanceProfileName":"<role>","instanceProfileId":"<role-id>","arn":"arn:aws:iam::<account>:instance-profile/<role>","createDate":"<stamp>","roles":[]}}"#).global(),
    read("organizations", "ListAccounts", "").global(),
    read("organizations", "DescribeOrganization", "").global(),
    write("organizations", "AttachPolicy", r#"{"policyId":"p-examplepolicyid111","targetId":"<account>"}"#, "").global(),
    write("organizations", "MoveAccount", r#"{"accountId":"<account>","sourceParentId":"r-examplerootid111","destinationParentId":"ou-examplerootid111-exampleouid111"}"#, "").global(),
    read("sso", "ListAccountRoles", r#"{"accountId":"<account>","max_result":50}"#),
    read("sso", "GetRoleCredentials", r#"{"accountId":"<account>","roleName":"DeveloperAccess"}"#),
    write("sso-directory", "CreateUser", r#"{"identityStoreId":"d-EXAMPLE123","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#, r#"{"userId":"<guid>","identityStoreId":"d-EXAMPLE123"}"#),
];
