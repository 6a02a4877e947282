//! Topics, queues, buses, streams and workflows.

use super::{Service, service};
use crate::resource::rule::{field, request, response};

pub(super) const SERVICES: &[Service] = &[
    service(
        "sns",
        &[
            field("topicArn", "AWS::SNS::Topic"),
            request("name", "AWS::SNS::Topic").on("CreateTopic"),
            field("subscriptionArn", "AWS::SNS::Subscription"),
            request("endpoint", "").on("Subscribe"),
            field("platformApplicationArn", "AWS::SNS::PlatformApplication"),
            field("endpointArn", "AWS::SNS::PlatformEndpoint"),
            request("phoneNumber", ""),
        ],
    ),
    service(
        "sqs",
        &[
            field("queueUrl", "AWS::SQS::Queue"),
            field("queueName", "AWS::SQS::Queue"),
        ],
    ),
    service(
        "events",
        &[
            request("name", "AWS::Events::Rule")
                .on("PutRule DeleteRule EnableRule DisableRule DescribeRule"),
            request("rule", "AWS::Events::Rule"),
            field("ruleArn", "AWS::Events::Rule"),
            field("eventBusName", "AWS::Events::EventBus"),
            request("name", "AWS::Events::EventBus")
                .on("CreateEventBus UpdateEventBus DeleteEventBus DescribeEventBus"),
            field("archiveName", "AWS::Events::Archive"),
            request("replayName", "AWS::Events::Replay"),
            request("name", "AWS::Events::Connection")
                .on("CreateConnection UpdateConnection DeleteConnection DeauthorizeConnection"),
            request("name", "AWS::Events::ApiDestination")
                .on("CreateApiDestination UpdateApiDestination DeleteApiDestination"),
        ],
    ),
    service(
        "scheduler",
        &[
            request("name", "AWS::Scheduler::Schedule")
                .on("CreateSchedule UpdateSchedule DeleteSchedule GetSchedule"),
            request("name", "AWS::Scheduler::ScheduleGroup")
                .on("CreateScheduleGroup DeleteScheduleGroup GetScheduleGroup"),
            field("groupName", "AWS::Scheduler::ScheduleGroup"),
        ],
    ),
    service(
        "pipes",
        &[
            request("name", "AWS::Pipes::Pipe"),
            response("name", "AWS::Pipes::Pipe"),
        ],
    ),
    service(
        "kinesis",
        &[
            field("streamName", "AWS::Kinesis::Stream"),
            field("streamARN", "AWS::Kinesis::Stream"),
            field("consumerARN", "AWS::Kinesis::StreamConsumer"),
            field("consumerName", "AWS::Kinesis::StreamConsumer"),
        ],
    ),
    service(
        "firehose",
        &[field(
            "deliveryStreamName",
            "AWS::KinesisFirehose::DeliveryStream",
        )],
    ),
    service(
        "kinesisanalytics",
        &[field(
            "applicationName",
            "AWS::KinesisAnalyticsV2::Application",
        )],
    ),
    service(
        "kinesisvideo",
        &[field("streamName", "AWS::KinesisVideo::Stream")],
    ),
    service(
        "kafka",
        &[
            field("clusterArn", "AWS::MSK::Cluster"),
            field("clusterName", "AWS::MSK::Cluster"),
            request("name", "AWS::MSK::Configuration").on("CreateConfiguration"),
        ],
    ),
    service(
        "amazonmq",
        &[
            field("brokerId", "AWS::AmazonMQ::Broker"),
            field("broker-id", "AWS::AmazonMQ::Broker"),
            field("brokerName", "AWS::AmazonMQ::Broker"),
            field("username", "AWS::AmazonMQ::User"),
        ],
    ),
    service(
        "states",
        &[
            field("stateMachineArn", "AWS::StepFunctions::StateMachine"),
            request("name", "AWS::StepFunctions::StateMachine").on("CreateStateMachine"),
            field("executionArn", "AWS::StepFunctions::Execution"),
            request("name", "AWS::StepFunctions::Execution").on("StartExecution"),
            field("activityArn", "AWS::StepFunctions::Activity"),
            request("name", "AWS::StepFunctions::Activity").on("CreateActivity"),
        ],
    ),
    service(
        "ses",
        &[
            field("identity", "AWS::SES::EmailIdentity"),
            field("emailIdentity", "AWS::SES::EmailIdentity"),
            field("emailAddress", "AWS::SES::EmailIdentity"),
            field("domain", "AWS::SES::EmailIdentity"),
            field("configurationSetName", "AWS::SES::ConfigurationSet"),
            field("configurationSet.name", "AWS::SES::ConfigurationSet"),
            field("ruleSetName", "AWS::SES::ReceiptRuleSet"),
            field("ruleName", "AWS::SES::ReceiptRule"),
            field("templateName", "AWS::SES::Template"),
            field("contactListName", "AWS::SES::ContactList"),
        ],
    ),
    service(
        "appsync",
        &[
            field("apiId", "AWS::AppSync::GraphQLApi"),
            request("name", "AWS::AppSync::GraphQLApi").on("CreateGraphqlApi UpdateGraphqlApi"),
            field("dataSourceName", "AWS::AppSync::DataSource"),
            field("functionId", "AWS::AppSync::FunctionConfiguration"),
        ],
    ),
    service(
        "iot",
        &[
            field("thingName", "AWS::IoT::Thing"),
            field("thingGroupName", "AWS::IoT::ThingGroup"),
            field("policyName", "AWS::IoT::Policy"),
            field("certificateId", "AWS::IoT::Certificate"),
            field("ruleName", "AWS::IoT::TopicRule"),
            field("roleAlias", "AWS::IoT::RoleAlias"),
        ],
    ),
];
