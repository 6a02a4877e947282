//! Logs, metrics, messages, stacks and everything else that runs by itself.

use super::{Call, read, write};

pub(super) const CALLS: &[Call] = &[
    read("logs", "DescribeLogGroups", r#"{"logGroupNamePrefix":"<log-group>","limit":50}"#),
    read("logs", "DescribeLogStreams", r#"{"logGroupName":"<log-group>","orderBy":"LastEventTime","descending":true}"#),
    write("logs", "CreateLogStream", r#"{"logGroupName":"<log-group>","logStreamName":"<log-stream>"}"#, "")
        .version("20140328")
        .fails(40, &[("ResourceAlreadyExistsException", "The specified log stream already exists"), ("ResourceNotFoundException", "The specified log group does not exist.")]),
    write("logs", "CreateLogGroup", r#"{"logGroupName":"<log-group>"}"#, "")
        .version("20140328")
        .fails(350, &[("ResourceAlreadyExistsException", "The specified log group already exists")]),
    write("logs", "PutRetentionPolicy", r#"{"logGroupName":"<log-group>","retentionInDays":30}"#, "").version("20140328"),
    write("logs", "StartQuery", r#"{"logGroupName":"<log-group>","queryString":"fields @timestamp, @message | filter level = 'error' | sort @timestamp desc | limit 100","startTime":<epoch>,"endTime":<epoch>}"#, r#"{"queryId":"<guid>"}"#).version("20140328"),
    read("monitoring", "DescribeAlarms", r#"{"alarmNames":["<alarm>"],"maxRecords":100}"#),
    read("monitoring", "ListMetrics", r#"{"namespace":"AWS/Lambda","metricName":"Errors"}"#),
    read("monitoring", "GetMetricStatistics", r#"{"namespace":"AWS/RDS","metricName":"CPUUtilization","dimensions":[{"name":"DBInstanceIdentifier","value":"<database>"}],"period":300,"statistics":["Average"]}"#),
    write("monitoring", "PutMetricAlarm", r#"{"alarmName":"<alarm>","comparisonOperator":"GreaterThanThreshold","evaluationPeriods":3,"metricName":"Errors","namespace":"AWS/Lambda","period":60,"statistic":"Sum","threshold":5.0,"alarmActions":["arn:aws:sns:<region>:<account>:<topic>"],"dimensions":[{"name":"FunctionName","value":"<function>"}]}"#, ""),
    read("sqs", "GetQueueAttributes", r#"{"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","attributeNames":["All"]}"#)
        .about(r#"[{"accountId":"<account>","type":"AWS::SQS::Queue","ARN":"arn:aws:sqs:<region>:<account>:<queue>"}]"#)
        .fails(25, &[("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")]),
    read("sqs", "ListQueues", r#"{"maxResults":1000}"#),
    write("sqs", "SetQueueAttributes", r#"{"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","attributes":{"VisibilityTimeout":"180"}}"#, "")
        .about(r#"[{"accountId":"<account>","type":"AWS::SQS::Queue","ARN":"arn:aws:sqs:<region>:<account>:<queue>"}]"#),
    read("sns", "GetTopicAttributes", r#"{"topicArn":"arn:aws:sns:<region>:<account>:<topic>"}"#),
    read("sns", "ListTopics", ""),
    write("sns", "Subscribe", r#"{"topicArn":"arn:aws:sns:<region>:<account>:<topic>","protocol":"sqs","endpoint":"arn:aws:sqs:<region>:<account>:<queue>","returnSubscriptionArn":true}"#, r#"{"subscriptionArn":"arn:aws:sns:<region>:<account>:<topic>:<guid>"}"#)
        .about(r#"[{"accountId":"<account>","type":"AWS::SNS::Topic","ARN":"arn:aws:sns:<region>:<account>:<topic>"}]"#),
    read("cloudformation", "DescribeStacks", r#"{"stackName":"<stack>"}"#)
        .fails(90, &[("ValidationException", "Stack with id <stack> does not exist")]),
    read("cloudformation", "DescribeStackEvents", r#"{"stackName":"arn:aws:cloudformation:<region>:<account>:stack/<stack>/<guid>"}"#),
    write("cloudformation", "CreateChangeSet", r#"{"stackName":"<stack>","changeSetName":"deploy-<number>","changeSetType":"UPDATE","capabilities":["CAPABILITY_IAM","CAPABILITY_NAMED_IAM"],"parameters":[{"parameterKey":"Stage","usePreviousValue":true}],"templateURL":"https://<bucket>.s3.<region>.amazonaws.com/<stack>.template"}"#, r#"{"id":"arn:aws:cloudformation:<region>:<account>:changeSet/deploy-<number>/<guid>","stackId":"arn:aws:cloudformation:<region>:<account>:stack/<stack>/<guid2>"}"#),
    write("cloudformation", "ExecuteChangeSet", r#"{"changeSetName":"arn:aws:cloudformation:<region>:<account>:changeSet/deploy-<number>/<guid>","clientRequestToken":"<guid2>"}"#, ""),
    write("events", "PutRule", r#"{"name":"<rule>","scheduleExpression":"rate(5 minutes)","state":"ENABLED"}"#, r#"{"ruleArn":"arn:aws:events:<region>:<account>:rule/<rule>"}"#),
    write("events", "PutTargets", r#"{"rule":"<rule>","targets":[{"id":"target-1","arn":"arn:aws:lambda:<region>:<account>:function:<function>"}]}"#, r#"{"failedEntryCount":0,"failedEntries":[]}"#),
    read("route53", "ListResourceRecordSets", r#"{"hostedZoneId":"Z0EXAMPLE<count>"}"#).version("2013-04-01").global(),
    write("route53", "ChangeResourceRecordSets", r#"{"hostedZoneId":"Z0EXAMPLE<count>","changeBatch":{"changes":[{"action":"UPSERT","resourceRecordSet":{"name":"<stack>.example.com","type":"CNAME","tTL":60,"resourceRecords":[{"value":"<cluster>.<region>.elb.amazonaws.com"}]}}]}}"#, r#"{"changeInfo":{"id":"/change/C0EXAMPLE<number>","status":"PENDING","submittedAt":"<stamp>"}}"#)
        .version("2013-04-01")
        .global(),
    read("acm", "DescribeCertificate", r#"{"certificateArn":"arn:aws:acm:<region>:<account>:certificate/<guid>"}"#),
    read("athena", "GetQueryExecution", r#"{"queryExecutionId":"<guid>"}"#),
    write("athena", "StartQueryExecution", r#"{"queryString":"***OMITTED***","clientRequestToken":"<guid>","queryExecutionContext":{"database":"analytics"},"resultConfiguration":{"outputLocation":"s3://<bucket>/athena/"},"workGroup":"primary"}"#, r#"{"queryExecutionId":"<guid2>"}"#),
    read("glue", "GetTable", r#"{"catalogId":"<account>","databaseName":"analytics","name":"<table>"}"#)
        .fails(40, &[("EntityNotFoundException", "Entity Not Found")]),
    read("bedrock", "InvokeModel", r#"{"modelId":"example.model-v1:0"}"#)
        .fails(50, &[("ThrottlingException", "Too many requests, please wait before trying again.")]),
    write("cloudfront", "CreateInvalidation", r#"{"distributionId":"E0EXAMPLE<count>","invalidationBatch":{"paths":{"quantity":1,"items":["/*"]},"callerReference":"<guid>"}}"#, r#"{"location":"https://cloudfront.amazonaws.com/2020-05-31/distribution/E0EXAMPLE<count>/invalidation/I0EXAMPLE<number>","invalidation":{"id":"I0EXAMPLE<number>","status":"InProgress","createTime":"<stamp>"}}"#)
        .version("2020_05_31")
        .global(),
];
