//! Data events: objects, invocations, items and messages.

use super::{Call, read, write};

const OBJECT: &str = r#"[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<object>"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#;
const LISTING: &str = r#"[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::<bucket>/"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#;
const TRANSFER: &str = r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":<number>,"SSEApplied":"Default_SSE_KMS","AuthenticationMethod":"AuthHeader","x-amz-id-2":"<hex><hex2>EXAMPLE","bytesTransferredOut":<number2>}"#;
const TABLE: &str = r#"[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]"#;
const FUNCTION: &str = r#"[{"accountId":"<account>","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:<region>:<account>:function:<function>"}]"#;

pub(super) const CALLS: &[Call] = &[
    read("s3", "GetObject", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>"}"#)
        .about(OBJECT)
        .adds(TRANSFER)
        .fails(40, &[("NoSuchKey", "The specified key does not exist."), ("AccessDenied", "Access Denied")])
        .data(),
    read("s3", "HeadObject", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>"}"#)
        .about(OBJECT)
        .adds(TRANSFER)
        .fails(90, &[("NoSuchKey", "The specified key does not exist.")])
        .data(),
    read("s3", "ListObjects", r#"{"list-type":"2","bucketName":"<bucket>","encoding-type":"url","prefix":"events/","delimiter":"/","Host":"<bucket>.s3.<region>.amazonaws.com"}"#)
        .about(LISTING)
        .adds(TRANSFER)
        .data(),
    write("s3", "PutObject", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>","x-amz-server-side-encryption":"aws:kms"}"#, r#"{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:<region>:<account>:key/<kms-key>","x-amz-server-side-encryption-bucket-key-enabled":"true"}"#)
        .about(OBJECT)
        .adds(TRANSFER)
        .data(),
    write("s3", "DeleteObject", r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>"}"#, r#"{"x-amz-delete-marker":"true"}"#)
        .about(OBJECT)
        .adds(TRANSFER)
        .data(),
    write("lambda", "Invoke", r#"{"functionName":"<function>","invocationType":"RequestResponse"}"#, "")
        .about(FUNCTION)
        .adds(r#"{"customerEniId":"<interface>"}"#)
        .data(),
    read("dynamodb", "GetItem", r#"{"tableName":"<table>","key":{"pk":"HIDDEN_DUE_TO_SECURITY_REASONS"},"consistentRead":false}"#)
        .about(TABLE)
        .fails(15, &[("ProvisionedThroughputExceededException", "The level of configured provisioned throughput for the table was exceeded.")])
        .data(),
    read("dynamodb", "Query", r##"{"tableName":"<table>","keyConditionExpression":"#k = :v","limit":100,"scanIndexForward":false}"##)
        .about(TABLE)
        .data(),
    read("dynamodb", "BatchGetItem", r#"{"requestItems":{"<table>":{"keys":[{"pk":"HIDDEN_DUE_TO_SECURITY_REASONS"}]}}}"#)
        .about(TABLE)
        .data(),
    write("dynamodb", "PutItem", r#"{"tableName":"<table>","key":{"pk":"HIDDEN_DUE_TO_SECURITY_REASONS"},"items":["pk","sk","payload","expires"],"conditionExpression":"attribute_not_exists(pk)"}"#, "")
        .about(TABLE)
        .fails(25, &[("ConditionalCheckFailedException", "The conditional request failed")])
        .data(),
    write("dynamodb", "UpdateItem", r#"{"tableName":"<table>","key":{"pk":"HIDDEN_DUE_TO_SECURITY_REASONS"},"updateExpression":"SET #s = :s","returnValues":"NONE"}"#, "")
        .about(TABLE)
        .data(),
    write("sns", "Publish", r#"{"topicArn":"arn:aws:sns:<region>:<account>:<topic>","message":"HIDDEN_DUE_TO_SECURITY_REASONS","messageStructure":"json","messageAttributes":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#, r#"{"messageId":"<guid>"}"#)
        .about(r#"[{"accountId":"<account>","type":"AWS::SNS::Topic","ARN":"arn:aws:sns:<region>:<account>:<topic>"}]"#)
        .data(),
    write("sqs", "SendMessage", r#"{"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","messageBody":"HIDDEN_DUE_TO_SECURITY_REASONS","delaySeconds":0}"#, r#"{"mD5OfMessageBody":"<hex>","messageId":"<guid>"}"#)
        .about(r#"[{"accountId":"<account>","type":"AWS::SQS::Queue","ARN":"arn:aws:sqs:<region>:<account>:<queue>"}]"#)
        .data(),
];
