//! The trail itself, configuration, threats and the other services that watch an account.

use super::{Call, read, write};

pub(super) const CALLS: &[Call] = &[
    read("cloudtrail", "DescribeTrails", r#"{"trailNameList":[],"includeShadowTrails":true}"#),
    read("cloudtrail", "GetTrailStatus", r#"{"name":"arn:aws:cloudtrail:<region>:<account>:trail/management-events"}"#)
        .fails(20, &[("TrailNotFoundException", "Unknown trail: arn:aws:cloudtrail:<region>:<account>:trail/management-events for the user: <account>")]),
    read("cloudtrail", "GetEventSelectors", r#"{"trailName":"arn:aws:cloudtrail:<region>:<account>:trail/management-events"}"#),
    read("cloudtrail", "LookupEvents", r#"{"lookupAttributes":[{"attributeKey":"ResourceName","attributeValue":"<bucket>"}],"maxResults":50}"#)
        .fails(120, &[("ThrottlingException", "Rate exceeded")]),
    write("cloudtrail", "UpdateTrail", r#"{"name":"management-events","enableLogFileValidation":true}"#, r#"{"name":"management-events","s3BucketName":"<bucket>","includeGlobalServiceEvents":true,"isMultiRegionTrail":true,"trailARN":"arn:aws:cloudtrail:<region>:<account>:trail/management-events","logFileValidationEnabled":true,"isOrganizationTrail":false}"#),
    write("cloudtrail", "PutEventSelectors", r#"{"trailName":"management-events","advancedEventSelectors":[{"name":"management","fieldSelectors":[{"field":"eventCategory","equals":["Management"]}]}]}"#, r#"{"trailARN":"arn:aws:cloudtrail:<region>:<account>:trail/management-events","advancedEventSelectors":[{"name":"management","fieldSelectors":[{"field":"eventCategory","equals":["Management"]}]}]}"#),
    write("cloudtrail", "StartLogging", r#"{"name":"arn:aws:cloudtrail:<region>:<account>:trail/<stack>"}"#, ""),
    write("cloudtrail", "StopLogging", r#"{"name":"arn:aws:cloudtrail:<region>:<account>:trail/<stack>"}"#, "")
        .fails(300, &[("TrailNotFoundException", "Unknown trail: arn:aws:cloudtrail:<region>:<account>:trail/<stack> for the user: <account>")]),
    read("config", "DescribeConfigurationRecorders", ""),
    read("config", "GetComplianceDetailsByConfigRule", r#"{"configRuleName":"<rule>","complianceTypes":["NON_COMPLIANT"],"limit":100}"#),
    write("config", "PutEvaluations", r#"{"evaluations":[{"complianceResourceType":"AWS::S3::Bucket","complianceResourceId":"<bucket>","complianceType":"COMPLIANT","orderingTimestamp":"<stamp>"}],"resultToken":"EXAMPLE<hex><hex2>","testMode":false}"#, r#"{"failedEvaluations":[]}"#),
    read("guardduty", "ListDetectors", r#"{"maxResults":"50"}"#),
    read("guardduty", "GetFindings", r#"{"detectorId":"<hex>","findingIds":["<hex2>"]}"#),
    write("guardduty", "UpdateDetector", r#"{"detectorId":"<hex>","enable":true,"findingPublishingFrequency":"FIFTEEN_MINUTES"}"#, ""),
    read("securityhub", "GetFindings", r#"{"Filters":{"RecordState":[{"Value":"ACTIVE","Comparison":"EQUALS"}],"AwsAccountId":[{"Value":"<account>","Comparison":"EQUALS"}]},"MaxResults":100}"#),
    write("securityhub", "BatchImportFindings", r#"{"Findings":[{"ProductArn":"arn:aws:securityhub:<region>::product/aws/config","AwsAccountId":"<account>","GeneratorId":"<rule>","Id":"<guid>","Severity":{"Label":"MEDIUM"}}]}"#, r#"{"FailedCount":0,"SuccessCount":1,"FailedFindings":[]}"#),
    read("access-analyzer", "ListFindings", r#"{"analyzerArn":"arn:aws:access-analyzer:<region>:<account>:analyzer/account"}"#),
    read("health", "DescribeEventAggregates", r#"{"aggregateField":"eventTypeCategory","filter":{"eventStatusCodes":["open","upcoming"]}}"#).global(),
    read("support", "DescribeTrustedAdvisorCheckSummaries", r#"{"checkIds":["<hex>"]}"#).global(),
    read("ce", "GetCostAndUsage", r#"{"TimePeriod":{"Start":"2026-09-01","End":"2026-10-01"},"Granularity":"DAILY","Metrics":["UnblendedCost"]}"#).global(),
    read("tagging", "GetResources", r#"{"tagFilters":[{"key":"stack","values":["<stack>"]}],"resourcesPerPage":100}"#),
    read("servicequotas", "ListServiceQuotas", r#"{"serviceCode":"ec2","maxResults":100}"#),
    read("notifications", "ListNotificationHubs", ""),
    read("xray", "GetSamplingRules", ""),
];
