//! Trails, logs, alarms, stacks and fleets.

use super::{Service, service};
use crate::resource::rule::{Take, field, request, response};

pub(super) const SERVICES: &[Service] = &[
    service(
        "cloudtrail",
        &[
            request("name", "AWS::CloudTrail::Trail")
                .on("CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging GetTrail*"),
            response("name", "AWS::CloudTrail::Trail").on("CreateTrail UpdateTrail"),
            field("trailARN", "AWS::CloudTrail::Trail"),
            request("trailName", "AWS::CloudTrail::Trail"),
            request("trailNameList", "AWS::CloudTrail::Trail"),
            request("resourceId", "AWS::CloudTrail::Trail"),
            field("eventDataStore", "AWS::CloudTrail::EventDataStore"),
            field("eventDataStoreArn", "AWS::CloudTrail::EventDataStore"),
            request("name", "AWS::CloudTrail::EventDataStore")
                .on("CreateEventDataStore UpdateEventDataStore"),
            field("channel", "AWS::CloudTrail::Channel"),
            field("channelArn", "AWS::CloudTrail::Channel"),
            request("name", "AWS::CloudTrail::Channel").on("CreateChannel"),
            field("dashboardId", "AWS::CloudTrail::Dashboard"),
            field("queryId", "AWS::CloudTrail::Query"),
            field("snsTopicName", "AWS::SNS::Topic"),
        ],
    ),
    service(
        "config",
        &[
            field(
                "configurationRecorderName",
                "AWS::Config::ConfigurationRecorder",
            ),
            field(
                "configurationRecorder.name",
                "AWS::Config::ConfigurationRecorder",
            ),
            field("deliveryChannelName", "AWS::Config::DeliveryChannel"),
            field("deliveryChannel.name", "AWS::Config::DeliveryChannel"),
            field("configRuleName", "AWS::Config::ConfigRule"),
            field("configRuleNames", "AWS::Config::ConfigRule"),
            field(
                "configurationAggregatorName",
                "AWS::Config::ConfigurationAggregator",
            ),
            field("conformancePackName", "AWS::Config::ConformancePack"),
            field(
                "organizationConfigRuleName",
                "AWS::Config::OrganizationConfigRule",
            ),
            field(
                "organizationConformancePackName",
                "AWS::Config::OrganizationConformancePack",
            ),
            field(
                "retentionConfigurationName",
                "AWS::Config::RetentionConfiguration",
            ),
            field("evaluations.complianceResourceId", ""),
            field("resourceId", "").on("PutResourceConfig DeleteResourceConfig"),
        ],
    ),
    service(
        "cloudformation",
        &[
            field("stackName", "AWS::CloudFormation::Stack"),
            field("stackId", "AWS::CloudFormation::Stack"),
            field("changeSetName", "AWS::CloudFormation::ChangeSet"),
            response("id", "AWS::CloudFormation::ChangeSet").on("CreateChangeSet"),
            field("stackSetName", "AWS::CloudFormation::StackSet"),
            field("stackSetId", "AWS::CloudFormation::StackSet"),
            field("typeName", "AWS::CloudFormation::Type"),
        ],
    ),
    service(
        "monitoring",
        &[
            field("alarmName", "AWS::CloudWatch::Alarm"),
            field("alarmNames", "AWS::CloudWatch::Alarm"),
            field("dashboardName", "AWS::CloudWatch::Dashboard"),
            field("dashboardNames", "AWS::CloudWatch::Dashboard"),
            request("name", "AWS::CloudWatch::MetricStream")
                .on("PutMetricStream DeleteMetricStream GetMetricStream"),
            request("names", "AWS::CloudWatch::MetricStream")
                .on("StartMetricStreams StopMetricStreams"),
            request("ruleName", "AWS::CloudWatch::InsightRule"),
            request("ruleNames", "AWS::CloudWatch::InsightRule"),
            request("metricName", "AWS::CloudWatch::AnomalyDetector")
                .on("PutAnomalyDetector DeleteAnomalyDetector"),
        ],
    ),
    service(
        "logs",
        &[
            field("logGroupNames", "AWS::Logs::LogGroup"),
            field("logGroupIdentifier", "AWS::Logs::LogGroup"),
            field("logGroupIdentifiers", "AWS::Logs::LogGroup"),
            field("logGroupNamePrefix", "AWS::Logs::LogGroup"),
            field("logStreamName", "AWS::Logs::LogStream"),
            field("logStreamNames", "AWS::Logs::LogStream"),
            field("filterName", "AWS::Logs::SubscriptionFilter")
                .on("PutSubscriptionFilter DeleteSubscriptionFilter"),
            field("filterName", "AWS::Logs::MetricFilter").on("PutMetricFilter DeleteMetricFilter"),
            field("destinationName", "AWS::Logs::Destination"),
            field("deliveryDestinationName", "AWS::Logs::DeliveryDestination"),
            field("queryDefinitionId", "AWS::Logs::QueryDefinition"),
            request("policyName", "AWS::Logs::ResourcePolicy")
                .on("PutResourcePolicy DeleteResourcePolicy"),
            request("policyName", "AWS::Logs::AccountPolicy")
                .on("PutAccountPolicy DeleteAccountPolicy"),
            field("deliverySourceName", "AWS::Logs::DeliverySource"),
            field("delivery.id", "AWS::Logs::Delivery"),
            request("name", "AWS::Logs::DeliverySource")
                .on("PutDeliverySource DeleteDeliverySource"),
            request("name", "AWS::Logs::DeliveryDestination")
                .on("PutDeliveryDestination DeleteDeliveryDestination"),
            request("taskId", "AWS::Logs::ExportTask"),
            request("destination", "AWS::S3::Bucket").on("CreateExportTask"),
        ],
    ),
    service(
        "ssm",
        &[
            request("name", "AWS::SSM::Parameter").on(
                "PutParameter GetParameter DeleteParameter GetParameterHistory \
                 LabelParameterVersion UnlabelParameterVersion",
            ),
            request("names", "AWS::SSM::Parameter").on("GetParameters DeleteParameters"),
            request("path", "AWS::SSM::Parameter").on("GetParametersByPath"),
            request("name", "AWS::SSM::Document").on(
                "CreateDocument UpdateDocument* DeleteDocument GetDocument DescribeDocument* \
                 ModifyDocumentPermission CreateAssociation DeleteAssociation UpdateAssociation*",
            ),
            field("documentName", "AWS::SSM::Document"),
            field("documentDescription.name", "AWS::SSM::Document"),
            request("resourceId", "AWS::SSM::Parameter")
                .on("AddTagsToResource RemoveTagsFromResource ListTagsForResource"),
            field("associationId", "AWS::SSM::Association"),
            field("associationIds", "AWS::SSM::Association"),
            field("associationName", "AWS::SSM::Association"),
            field("sessionId", "AWS::SSM::Session"),
            field("commandId", "AWS::SSM::Command"),
            field("automationExecutionId", "AWS::SSM::AutomationExecution"),
            field("windowId", "AWS::SSM::MaintenanceWindow"),
            request("name", "AWS::SSM::MaintenanceWindow")
                .on("CreateMaintenanceWindow UpdateMaintenanceWindow"),
            field("baselineId", "AWS::SSM::PatchBaseline"),
            request("name", "AWS::SSM::PatchBaseline")
                .on("CreatePatchBaseline UpdatePatchBaseline"),
            field("activationId", "AWS::SSM::Activation"),
            field("iamRole", "AWS::IAM::Role"),
            field("opsItemId", "AWS::SSM::OpsItem"),
            field("syncName", "AWS::SSM::ResourceDataSync"),
            request("settingId", "AWS::SSM::ServiceSetting"),
            request("outputS3BucketName", "AWS::S3::Bucket"),
            field("credentials.accessKeyId", "AWS::IAM::AccessKey").take(Take::IssuedKey),
        ],
    ),
    service(
        "servicecatalog",
        &[
            field("productId", "AWS::ServiceCatalog::Product"),
            field("productName", "AWS::ServiceCatalog::Product"),
            field("portfolioId", "AWS::ServiceCatalog::Portfolio"),
            field(
                "provisionedProductId",
                "AWS::ServiceCatalog::ProvisionedProduct",
            ),
            field(
                "provisionedProductName",
                "AWS::ServiceCatalog::ProvisionedProduct",
            ),
        ],
    ),
    service(
        "servicecatalog-appregistry",
        &[
            request("application", "AWS::ServiceCatalogAppRegistry::Application"),
            request("name", "AWS::ServiceCatalogAppRegistry::Application").on("CreateApplication"),
            request(
                "attributeGroup",
                "AWS::ServiceCatalogAppRegistry::AttributeGroup",
            ),
        ],
    ),
    service(
        "resource-groups",
        &[
            field("groupName", "AWS::ResourceGroups::Group"),
            request("group", "AWS::ResourceGroups::Group"),
            request("name", "AWS::ResourceGroups::Group").on("CreateGroup"),
        ],
    ),
    service(
        "synthetics",
        &[
            request("name", "AWS::Synthetics::Canary"),
            field("canary.name", "AWS::Synthetics::Canary"),
        ],
    ),
    service(
        "xray",
        &[
            field("groupName", "AWS::XRay::Group"),
            field("ruleName", "AWS::XRay::SamplingRule"),
        ],
    ),
    service(
        "budgets",
        &[
            field("budgetName", "AWS::Budgets::Budget"),
            field("actionId", "AWS::Budgets::Action"),
        ],
    ),
    service(
        "controltower",
        &[
            field(
                "organizationalUnitName",
                "AWS::Organizations::OrganizationalUnit",
            ),
            field(
                "organizationalUnitId",
                "AWS::Organizations::OrganizationalUnit",
            ),
            field("accountId", "AWS::Organizations::Account"),
            field("accountName", "AWS::Organizations::Account"),
        ],
    ),
    service("support", &[field("caseId", "AWS::Support::Case")]),
];
