//! S3 buckets, KMS keys, secrets, parameters and databases.

use super::{Call, read, write};

const BUCKET: &str =
    r#"[{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#;
const SIGNED: &str = r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<hex><hex2>EXAMPLE","bytesTransferredOut":<number>}"#;
const KEY: &str = r#"[{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kms-key>"}]"#;
const SECRET: &str = r#"{"secretId":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>"}"#;

const fn bucket(name: &'static str, query: &'static str) -> Call {
    read("s3", name, query).about(BUCKET).adds(SIGNED)
}

pub(super) const CALLS: &[Call] = &[
    read("s3", "ListBuckets", r#"{"Host":"s3.<region>.amazonaws.com"}"#).adds(SIGNED),
    bucket("GetBucketAcl", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","acl":""}"#),
    bucket("GetBucketLocation", r#"{"bucketName":"<bucket>","Host":"s3.amazonaws.com","location":""}"#),
    bucket("GetBucketPolicy", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","policy":""}"#)
        .fails(300, &[("NoSuchBucketPolicy", "The bucket policy does not exist")]),
    bucket("GetBucketTagging", r#"{"bucketName":"<bucket>","tagging":"","Host":"<bucket>.s3.<region>.amazonaws.com"}"#)
        .fails(350, &[("NoSuchTagSet", "The TagSet does not exist")]),
    bucket("GetBucketEncryption", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","encryption":""}"#)
        .fails(50, &[("ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found"), ("NoSuchBucket", "The specified bucket does not exist")]),
    bucket("GetBucketVersioning", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","versioning":""}"#),
    bucket("GetBucketLifecycle", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","lifecycle":""}"#)
        .fails(400, &[("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")]),
    bucket("GetBucketPublicAccessBlock", r#"{"publicAccessBlock":"","bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com"}"#)
        .fails(90, &[("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")]),
    bucket("GetBucketLogging", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","logging":""}"#),
    bucket("HeadBucket", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com"}"#)
        .fails(60, &[("AccessDenied", "Access Denied"), ("NoSuchBucket", "The specified bucket does not exist")]),
    write("s3", "CreateBucket", r#"{"CreateBucketConfiguration":{"LocationConstraint":"<region>","xmlns":"http://s3.amazonaws.com/doc/2006-03-01/"},"bucketName":"<bucket>","Host":"s3.<region>.amazonaws.com"}"#, "")
        .about(BUCKET)
        .adds(SIGNED)
        .fails(80, &[("BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.")]),
    write("s3", "DeleteBucket", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com"}"#, "")
        .about(BUCKET)
        .adds(SIGNED)
        .fails(200, &[("BucketNotEmpty", "The bucket you tried to delete is not empty")]),
    write("s3", "PutBucketPolicy", r#"{"bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"tls","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::<bucket>","arn:aws:s3:::<bucket>/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]},"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","policy":""}"#, "")
        .about(BUCKET)
        .adds(SIGNED),
    write("s3", "PutBucketEncryption", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","encryption":"","ServerSideEncryptionConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","Rule":{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"arn:aws:kms:<region>:<account>:key/<kms-key>"},"BucketKeyEnabled":true}}}"#, "")
        .about(BUCKET)
        .adds(SIGNED),
    write("s3", "PutBucketPublicAccessBlock", r#"{"publicAccessBlock":"","bucketName":"<bucket>","PublicAccessBlockConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","RestrictPublicBuckets":true,"BlockPublicPolicy":true,"BlockPublicAcls":true,"IgnorePublicAcls":true},"Host":"<bucket>.s3.<region>.amazonaws.com"}"#, "")
        .about(BUCKET)
        .adds(SIGNED),
    write("s3", "PutBucketLifecycle", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","lifecycle":"","LifecycleConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","Rule":{"ID":"expire","Status":"Enabled","Filter":{"Prefix":""},"Expiration":{"Days":90}}}}"#, "")
        .about(BUCKET)
        .adds(SIGNED),
    write("s3", "PutBucketTagging", r#"{"bucketName":"<bucket>","tagging":"","Host":"<bucket>.s3.<region>.amazonaws.com","Tagging":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","TagSet":{"Tag":{"Key":"stack","Value":"<stack>"}}}}"#, "")
        .about(BUCKET)
        .adds(SIGNED),
    read("kms", "Decrypt", r#"{"encryptionContext":{"aws:secretsmanager:arn":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>","SecretVersionId":"<guid>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#)
        .about(KEY)
        .fails(15, &[("AccessDenied", "User: <arn> is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:<region>:<account>:key/<kms-key> because no resource-based policy allows the kms:Decrypt action"), ("DisabledException", "arn:aws:kms:<region>:<account>:key/<kms-key> is disabled.")]),
    read("kms", "GenerateDataKey", r#"{"keyId":"arn:aws:kms:<region>:<account>:key/<kms-key>","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>"},"keySpec":"AES_256"}"#).about(KEY),
    read("kms", "Encrypt", r#"{"keyId":"arn:aws:kms:<region>:<account>:key/<kms-key>","encryptionContext":{"PARAMETER_ARN":"arn:aws:ssm:<region>:<account>:parameter/<parameter>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#).about(KEY),
    read("kms", "Sign", r#"{"messageType":"DIGEST","keyId":"alias/<stack>","signingAlgorithm":"RSASSA_PKCS1_V1_5_SHA_256"}"#).about(KEY),
    read("kms", "DescribeKey", r#"{"keyId":"<kms-key>"}"#).about(KEY),
    read("kms", "ListAliases", r#"{"limit":100}"#),
    write("kms", "CreateGrant", r#"{"keyId":"arn:aws:kms:<region>:<account>:key/<kms-key>","granteePrincipal":"ec2.<region>.amazonaws.com","operations":["Decrypt","GenerateDataKeyWithoutPlaintext","CreateGrant"],"constraints":{"encryptionContextSubset":{"aws:ebs:id":"<volume>"}},"retiringPrincipal":"ec2.<region>.amazonaws.com"}"#, r#"{"grantId":"<hex><hex2>","keyId":"arn:aws:kms:<region>:<account>:key/<kms-key>"}"#).about(KEY),
    write("kms", "ScheduleKeyDeletion", r#"{"keyId":"<kms-key>","pendingWindowInDays":30}"#, r#"{"keyId":"arn:aws:kms:<region>:<account>:key/<kms-key>","keyState":"PendingDeletion","deletionDate":"<expiry>","pendingWindowInDays":30}"#).about(KEY),
    read("secretsmanager", "GetSecretValue", SECRET)
        .fails(20, &[("AccessDenied", "User: <arn> is not authorized to perform: secretsmanager:GetSecretValue on resource: <secret> because no identity-based policy allows the secretsmanager:GetSecretValue action"), ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")]),
    read("secretsmanager", "DescribeSecret", SECRET),
    read("secretsmanager", "ListSecrets", r#"{"maxResults":100}"#),
    write("secretsmanager", "PutSecretValue", r#"{"clientRequestToken":"<guid>","secretId":"<secret>","versionStages":["AWSCURRENT"]}"#, r#"{"arn":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>"}"#),
    write("secretsmanager", "CreateSecret", r#"{"name":"<secret>","clientRequestToken":"<guid>","kmsKeyId":"<kms-key>"}"#, r#"{"arn":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>"}"#),
    read("ssm", "GetParameter", r#"{"name":"/<parameter>","withDecryption":true}"#)
        .about(r#"[{"accountId":"<account>","ARN":"arn:aws:ssm:<region>:<account>:parameter/<parameter>"}]"#)
        .fails(35, &[("ParameterNotFound", "Parameter /<parameter> not found.")]),
    read("ssm", "GetParametersByPath", r#"{"path":"/<parameter>","recursive":true,"withDecryption":true,"maxResults":10}"#),
    read("ssm", "DescribeInstanceInformation", r#"{"filters":[{"key":"InstanceIds","values":["<instance>"]}]}"#),
    write("ssm", "PutParameter", r#"{"name":"/<parameter>","value":"HIDDEN_DUE_TO_SECURITY_REASONS","type":"SecureString","overwrite":true}"#, r#"{"version":<count>,"tier":"Standard"}"#),
    write("ssm", "UpdateInstanceInformation", r#"{"instanceId":"<instance>","agentVersion":"3.3.2299.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"<ip>","computerName":"ip-<number>.<region>.compute.internal","agentName":"amazon-ssm-agent","availabilityZone":"<zone>","availabilityZoneId":"use1-az4","sSMConnectionChannel":"ssmmessages"}"#, ""),
    write("ssm", "SendCommand", r#"{"documentName":"<document>","targets":[{"key":"InstanceIds","values":["<instance>"]}],"parameters":"HIDDEN_DUE_TO_SECURITY_REASONS","timeoutSeconds":600,"maxConcurrency":"50","maxErrors":"0"}"#, r#"{"command":{"commandId":"<guid>","documentName":"<document>","documentVersion":"$DEFAULT","comment":"","expiresAfter":"<expiry>","parameters":"HIDDEN_DUE_TO_SECURITY_REASONS","instanceIds":[],"status":"Pending","statusDetails":"Pending","targetCount":0,"completedCount":0,"errorCount":0,"timeoutSeconds":600}}"#),
    write("ssm", "StartSession", r#"{"target":"<instance>","documentName":"<document>"}"#, r#"{"sessionId":"<session>","tokenValue":"Value hidden due to security reasons.","streamUrl":"wss://ssmmessages.<region>.amazonaws.com/v1/data-channel/<session>?role=publish_subscribe"}"#),
    read("rds", "DescribeDBInstances", r#"{"dBInstanceIdentifier":"<database>","maxRecords":100}"#)
        .fails(25, &[("DBInstanceNotFound", "DBInstance <database> not found.")]),
    read("rds", "DescribeDBClusters", r#"{"dBClusterIdentifier":"<database>","maxRecords":100}"#),
    write("rds", "CreateDBSnapshot", r#"{"dBSnapshotIdentifier":"<database>-<number>","dBInstanceIdentifier":"<database>"}"#, r#"{"dBSnapshotIdentifier":"<database>-<number>","dBInstanceIdentifier":"<database>","dBSnapshotArn":"arn:aws:rds:<region>:<account>:snapshot:<database>-<number>","engine":"aurora-postgresql","engineVersion":"16.6","status":"creating","allocatedStorage":100,"availabilityZone":"<zone>","vpcId":"<vpc>","encrypted":true,"kmsKeyId":"arn:aws:kms:<region>:<account>:key/<kms-key>","snapshotType":"manual","percentProgress":0}"#),
    write("rds", "ModifyDBInstance", r#"{"dBInstanceIdentifier":"<database>","applyImmediately":true,"masterUserPassword":"****","allowMajorVersionUpgrade":false}"#, r#"{"dBInstanceIdentifier":"<database>","dBInstanceClass":"db.r7g.large","engine":"postgres","dBInstanceStatus":"available","masterUsername":"app","endpoint":{"address":"<database>.example.<region>.rds.amazonaws.com","port":5432},"allocatedStorage":100,"dBInstanceArn":"arn:aws:rds:<region>:<account>:db:<database>","publiclyAccessible":false,"storageEncrypted":true,"pendingModifiedValues":{"masterUserPassword":"****"}}"#),
    read("dynamodb", "DescribeTable", r#"{"tableName":"<table>"}"#)
        .about(r#"[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]"#)
        .fails(30, &[("ResourceNotFoundException", "Requested resource not found: Table: <table> not found")]),
    write("dynamodb", "UpdateTable", r#"{"tableName":"<table>","billingMode":"PAY_PER_REQUEST"}"#, r#"{"tableDescription":{"tableName":"<table>","tableStatus":"UPDATING","tableArn":"arn:aws:dynamodb:<region>:<account>:table/<table>","itemCount":<number>,"tableSizeBytes":<number2>}}"#)
        .about(r#"[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]"#),
];
