//! What happens, minute by minute.

use crate::record::Record;
use crate::story::cast::{Act, Cast};
use crate::story::{RECORDS, WORKLOADS};

const ADMIN_ROLE: &str = "arn:aws:iam::444455556666:role/OrganizationAccountAccessRole";
const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:444455556666:trail/management-events";
const PAYROLL: (&str, &str) = ("AWS::S3::Bucket", "arn:aws:s3:::example-payroll-exports");
const ARCHIVE: (&str, &str) = ("AWS::S3::Bucket", "arn:aws:s3:::example-audit-archive");
const AUTHORIZED: &str = r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"EXAMPLEhostid0123456789=","bytesTransferredOut":0}"#;

/// Plays the whole story.
pub(super) fn play(cast: &Cast) -> Vec<Record> {
    let acts = [
        look_around(cast),
        cross_over(cast),
        stay(cast),
        hide(cast),
        take(cast),
        mine(cast),
        clean_up(cast),
    ];
    acts.iter().flatten().map(Act::done).collect()
}

/// 21:42: the phished key asks who it is and what it may see.
fn look_around(cast: &Cast) -> Vec<Act> {
    let user = &cast.stolen;
    let denied = |action: &str| {
        format!(
            "User: {} is not authorized to perform: {action} on resource: * because no identity-based policy allows the {action} action",
            user.arn
        )
    };
    vec![
        Act::new(user, "2026-10-13T21:42:10Z", "sts:GetCallerIdentity", true, ""),
        Act::new(user, "2026-10-13T21:42:31Z", "s3:ListBuckets", true, r#"{"Host":"s3.us-east-1.amazonaws.com"}"#).adds(AUTHORIZED),
        Act::new(user, "2026-10-13T21:42:58Z", "iam:ListUsers", true, "").fails("AccessDenied", denied("iam:ListUsers")),
        Act::new(user, "2026-10-13T21:43:09Z", "iam:GetAccountAuthorizationDetails", true, "").fails("AccessDenied", denied("iam:GetAccountAuthorizationDetails")),
        Act::new(user, "2026-10-13T21:43:27Z", "organizations:ListAccounts", true, "").fails("AccessDeniedException", "You don't have permissions to access this resource."),
        Act::new(user, "2026-10-13T21:43:41Z", "sts:AssumeRole", true, r#"{"roleArn":"arn:aws:iam::444455556666:role/Administrator","roleSessionName":"ci-deploy-maintenance"}"#)
            .fails("AccessDenied", format!("User: {} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/Administrator", user.arn)),
    ]
}

/// 21:44: a role in the other account trusts the pipeline. Both accounts get a copy.
fn cross_over(cast: &Cast) -> Vec<Act> {
    let shared = "3d1f5c7a-9b24-4e68-8d10-52c7e9a4b6f3";
    let session = Cast::ADMIN_SESSION;
    let assume = || {
        Act::new(&cast.stolen, "2026-10-13T21:44:02Z", "sts:AssumeRole", true, &format!(r#"{{"roleArn":"{ADMIN_ROLE}","roleSessionName":"{session}"}}"#))
            .answers(format!(r#"{{"credentials":{{"accessKeyId":"{}","sessionToken":"EXAMPLE//////////thisIsNoSessionToken==","expiration":"Oct 13, 2026, 10:44:02 PM"}},"assumedRoleUser":{{"assumedRoleId":"{}:{session}","arn":"arn:aws:sts::{RECORDS}:assumed-role/OrganizationAccountAccessRole/{session}"}}}}"#, Cast::ADMIN_KEY, Cast::ADMIN_ID))
    };
    let stranger = format!(
        r#"{{"type":"AWSAccount","principalId":"{}","accountId":"{WORKLOADS}"}}"#,
        cast.stolen_id
    );
    let role = [("AWS::IAM::Role", ADMIN_ROLE)];
    let admin = &cast.admin;
    vec![
        assume().about(&role).shared(shared, None, WORKLOADS),
        assume()
            .shared(shared, Some(stranger), RECORDS)
            .about(&role),
        Act::new(
            admin,
            "2026-10-13T21:44:40Z",
            "sts:GetCallerIdentity",
            true,
            "",
        ),
        Act::new(admin, "2026-10-13T21:45:12Z", "iam:ListUsers", true, ""),
        Act::new(admin, "2026-10-13T21:45:26Z", "iam:ListRoles", true, ""),
        Act::new(
            admin,
            "2026-10-13T21:45:51Z",
            "s3:ListBuckets",
            true,
            r#"{"Host":"s3.us-east-1.amazonaws.com"}"#,
        )
        .adds(AUTHORIZED),
        Act::new(
            admin,
            "2026-10-13T21:46:20Z",
            "cloudtrail:DescribeTrails",
            true,
            r#"{"trailNameList":[],"includeShadowTrails":true}"#,
        ),
    ]
}

/// 21:47: a user of its own, with a key, a password and every right.
fn stay(cast: &Cast) -> Vec<Act> {
    let admin = &cast.admin;
    let user = "support-backup";
    vec![
        Act::new(admin, "2026-10-13T21:47:12Z", "iam:CreateUser", false, r#"{"userName":"support-backup"}"#)
            .answers(format!(r#"{{"user":{{"path":"/","userName":"{user}","userId":"{}","arn":"arn:aws:iam::{RECORDS}:user/{user}","createDate":"Oct 13, 2026, 9:47:12 PM"}}}}"#, Cast::BACKDOOR_ID)),
        Act::new(admin, "2026-10-13T21:47:30Z", "iam:CreateAccessKey", false, r#"{"userName":"support-backup"}"#)
            .answers(format!(r#"{{"accessKey":{{"userName":"{user}","accessKeyId":"{}","status":"Active","createDate":"Oct 13, 2026, 9:47:30 PM"}}}}"#, Cast::BACKDOOR_KEY)),
        Act::new(admin, "2026-10-13T21:47:52Z", "iam:AttachUserPolicy", false, r#"{"userName":"support-backup","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#),
        Act::new(admin, "2026-10-13T21:48:20Z", "iam:CreateLoginProfile", false, r#"{"userName":"support-backup","passwordResetRequired":false}"#)
            .answers(r#"{"loginProfile":{"userName":"support-backup","createDate":"Oct 13, 2026, 9:48:20 PM","passwordResetRequired":false}}"#),
    ]
}

/// 21:51: the account's own trail is stopped. (These files come from another one.)
fn hide(cast: &Cast) -> Vec<Act> {
    let admin = &cast.admin;
    vec![
        Act::new(admin, "2026-10-13T21:50:44Z", "cloudtrail:GetTrailStatus", true, &format!(r#"{{"name":"{TRAIL}"}}"#)),
        Act::new(admin, "2026-10-13T21:51:03Z", "cloudtrail:StopLogging", false, &format!(r#"{{"name":"{TRAIL}"}}"#)),
        Act::new(admin, "2026-10-13T21:51:37Z", "cloudtrail:DeleteTrail", false, r#"{"name":"security-audit"}"#)
            .fails("AccessDenied", format!("User: {} is not authorized to perform: cloudtrail:DeleteTrail on resource: arn:aws:cloudtrail:us-east-1:{RECORDS}:trail/security-audit with an explicit deny in a service control policy", admin.arn)),
    ]
}

/// 21:53: one bucket is opened to everybody and emptied, another is deleted.
fn take(cast: &Cast) -> Vec<Act> {
    let admin = &cast.admin;
    let bucket = |name: &str, rest: &str| {
        format!(r#"{{{rest}"bucketName":"{name}","Host":"{name}.s3.us-east-1.amazonaws.com"}}"#)
    };
    let payroll = |rest: &str| bucket("example-payroll-exports", rest);
    let archive = |rest: &str| bucket("example-audit-archive", rest);
    let mut acts = vec![
        Act::new(admin, "2026-10-13T21:53:40Z", "s3:GetBucketPolicy", true, &payroll(r#""policy":"","#))
            .fails("NoSuchBucketPolicy", "The bucket policy does not exist")
            .about(&[PAYROLL])
            .adds(AUTHORIZED),
        Act::new(admin, "2026-10-13T21:54:02Z", "s3:DeleteBucketPublicAccessBlock", false, &payroll(r#""publicAccessBlock":"","#)).about(&[PAYROLL]).adds(AUTHORIZED),
        Act::new(admin, "2026-10-13T21:54:31Z", "s3:PutBucketPolicy", false, &payroll(r#""bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"share","Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::example-payroll-exports","arn:aws:s3:::example-payroll-exports/*"]}]},"policy":"","#))
            .about(&[PAYROLL])
            .adds(AUTHORIZED),
        Act::new(&cast.anybody, "2026-10-13T21:54:52Z", "s3:ListObjects", true, &payroll(r#""list-type":"2","#)).about(&[PAYROLL]).data(),
    ];
    for month in 1..=9 {
        for (part, second) in ["salaries.csv", "bank-accounts.csv"].iter().zip([4, 31]) {
            let object = format!("2026/{month:02}/{part}");
            let arn = format!("arn:aws:s3:::example-payroll-exports/{object}");
            let at = format!("2026-10-13T21:{:02}:{second:02}Z", 55 + month / 2);
            acts.push(
                Act::new(&cast.anybody, &at, "s3:GetObject", true, &payroll(&format!(r#""key":"{object}","#)))
                    .about(&[("AWS::S3::Object", &arn), PAYROLL])
                    .adds(r#"{"CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"x-amz-id-2":"EXAMPLEhostid0123456789=","bytesTransferredOut":184320}"#)
                    .data(),
            );
        }
    }
    acts.extend([
        Act::new(
            admin,
            "2026-10-13T22:06:15Z",
            "s3:DeleteBucket",
            false,
            &archive(""),
        )
        .fails(
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty",
        )
        .about(&[ARCHIVE])
        .adds(AUTHORIZED),
        Act::new(
            admin,
            "2026-10-13T22:07:48Z",
            "s3:DeleteObjects",
            false,
            &archive(r#""delete":"","#),
        )
        .about(&[ARCHIVE])
        .adds(AUTHORIZED)
        .data(),
        Act::new(
            admin,
            "2026-10-13T22:09:05Z",
            "s3:DeleteBucket",
            false,
            &archive(""),
        )
        .about(&[ARCHIVE])
        .adds(AUTHORIZED),
    ]);
    acts
}

/// 22:12: into the console without a second factor; secrets, and no luck with instances.
fn mine(cast: &Cast) -> Vec<Act> {
    let user = &cast.backdoor;
    let mut signing_in = user.clone();
    signing_in.identity = format!(
        r#"{{"type":"IAMUser","principalId":"{}","arn":"{}","accountId":"{RECORDS}","userName":"support-backup"}}"#,
        Cast::BACKDOOR_ID,
        user.arn
    );
    let mut acts = vec![
        Act::new(&signing_in, "2026-10-13T22:12:44Z", "signin:ConsoleLogin", false, "")
            .answers(r#"{"ConsoleLogin":"Success"}"#)
            .adds(r#"{"LoginTo":"https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true","MobileVersion":"No","MFAUsed":"No"}"#)
            .signs_in(),
    ];
    for (at, secret) in [
        ("2026-10-13T22:15:10Z", "prod/payroll-export/database"),
        ("2026-10-13T22:15:34Z", "prod/ledger-api/signing-key"),
        ("2026-10-13T22:16:02Z", "prod/identity-gateway/oauth-client"),
    ] {
        acts.push(Act::new(
            user,
            at,
            "secretsmanager:GetSecretValue",
            true,
            &format!(r#"{{"secretId":"{secret}"}}"#),
        ));
    }
    for attempt in 0..40 {
        let at = format!(
            "2026-10-13T22:{:02}:{:02}Z",
            20 + attempt / 20,
            attempt % 20 * 3
        );
        acts.push(
            Act::new(user, &at, "ec2:RunInstances", false, &format!(r#"{{"instancesSet":{{"items":[{{"imageId":"ami-0123456789abcdef0","minCount":1,"maxCount":8}}]}},"instanceType":"p5.48xlarge","blockDeviceMapping":{{}},"monitoring":{{"enabled":false}},"disableApiTermination":false,"clientToken":"miner-{attempt:02}"}}"#))
                .fails("Client.VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.")
                .in_region("ap-southeast-2"),
        );
    }
    let shared = "6a0e4b92-1c3d-4f57-a8b6-0d9e7f214c35";
    for (at, state, minutes) in [
        ("2026-10-13T22:20:00Z", "Start", 1),
        ("2026-10-13T22:22:00Z", "End", 2),
    ] {
        let arn = &user.arn;
        let detail = |attribute: &str, value: &str| {
            format!(
                r#"{{"attribute":"{attribute}","insight":[{{"value":"{value}","average":20}}],"baseline":[]}}"#
            )
        };
        let details = format!(
            r#"{{"state":"{state}","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","insightType":"ApiErrorRateInsight","errorCode":"Client.VcpuLimitExceeded","insightContext":{{"statistics":{{"baseline":{{"average":0}},"insight":{{"average":20}},"insightDuration":{minutes},"baselineDuration":11336}},"attributions":[{},{},{}]}}}}"#,
            detail("userIdentityArn", arn),
            detail("userAgent", user.agent),
            detail("errorCode", "Client.VcpuLimitExceeded"),
        );
        acts.push(
            Act::new(user, at, &format!("ec2:{state}"), false, "")
                .in_region("ap-southeast-2")
                .tells_insight(shared, details),
        );
    }
    acts
}

/// Next morning: the engineer looks it up, locks out and repairs.
fn clean_up(cast: &Cast) -> Vec<Act> {
    let [workloads, records] = &cast.engineer;
    let key = &cast.stolen_key;
    let payroll = r#"{"bucketName":"example-payroll-exports","Host":"example-payroll-exports.s3.us-east-1.amazonaws.com","policy":""}"#;
    vec![
        // Break glass: the account's own root, with its second factor.
        Act::new(&cast.root, "2026-10-14T06:36:20Z", "signin:ConsoleLogin", false, "")
            .answers(r#"{"ConsoleLogin":"Success"}"#)
            .adds(r#"{"LoginTo":"https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true","MobileVersion":"No","MFAUsed":"Yes"}"#)
            .signs_in(),
        Act::new(records, "2026-10-14T06:41:05Z", "cloudtrail:LookupEvents", true, r#"{"lookupAttributes":[{"attributeKey":"EventName","attributeValue":"StopLogging"}],"maxResults":50}"#),
        Act::new(records, "2026-10-14T06:42:47Z", "cloudtrail:StartLogging", false, &format!(r#"{{"name":"{TRAIL}"}}"#)),
        Act::new(workloads, "2026-10-14T06:44:18Z", "iam:UpdateAccessKey", false, &format!(r#"{{"userName":"ci-deploy","status":"Inactive","accessKeyId":"{key}"}}"#)),
        Act::new(records, "2026-10-14T06:46:02Z", "iam:DeleteLoginProfile", false, r#"{"userName":"support-backup"}"#),
        Act::new(records, "2026-10-14T06:46:30Z", "iam:UpdateAccessKey", false, &format!(r#"{{"userName":"support-backup","status":"Inactive","accessKeyId":"{}"}}"#, Cast::BACKDOOR_KEY)),
        Act::new(records, "2026-10-14T06:47:11Z", "iam:DetachUserPolicy", false, r#"{"userName":"support-backup","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#),
        Act::new(records, "2026-10-14T06:49:40Z", "s3:DeleteBucketPolicy", false, payroll).about(&[PAYROLL]).adds(AUTHORIZED),
        Act::new(records, "2026-10-14T06:50:05Z", "s3:PutBucketPublicAccessBlock", false, r#"{"publicAccessBlock":"","bucketName":"example-payroll-exports","PublicAccessBlockConfiguration":{"RestrictPublicBuckets":true,"BlockPublicPolicy":true,"BlockPublicAcls":true,"IgnorePublicAcls":true},"Host":"example-payroll-exports.s3.us-east-1.amazonaws.com"}"#)
            .about(&[PAYROLL])
            .adds(AUTHORIZED),
        Act::new(records, "2026-10-14T06:53:29Z", "iam:PutRolePolicy", false, r#"{"roleName":"OrganizationAccountAccessRole","policyName":"AWSRevokeOlderSessions","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"DateLessThan\":{\"aws:TokenIssueTime\":\"2026-10-14T06:53:29Z\"}}}]}"}"#),
    ]
}
