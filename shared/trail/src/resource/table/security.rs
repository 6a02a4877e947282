//! Keys, secrets, certificates, detectors and firewalls.

use super::{Service, service};
use crate::resource::rule::{Rule, field, request, response};

pub(super) const SERVICES: &[Service] = &[
    service(
        "kms",
        &[
            field("keyId", "AWS::KMS::Key"),
            field("targetKeyId", "AWS::KMS::Key"),
            field("sourceKeyId", "AWS::KMS::Key"),
            field("destinationKeyId", "AWS::KMS::Key"),
            field("keyMetadata.arn", "AWS::KMS::Key"),
            field("replicaKeyMetadata.arn", "AWS::KMS::Key"),
            request("aliasName", "AWS::KMS::Alias"),
            field("grantId", "AWS::KMS::Grant"),
            field("customKeyStoreId", "AWS::KMS::CustomKeyStore"),
            field("customKeyStoreName", "AWS::KMS::CustomKeyStore"),
        ],
    ),
    service(
        "secretsmanager",
        &[
            field("secretId", "AWS::SecretsManager::Secret"),
            request("secretIdList", "AWS::SecretsManager::Secret"),
            field("arn", "AWS::SecretsManager::Secret"),
            field("name", "AWS::SecretsManager::Secret"),
        ],
    ),
    service(
        "acm",
        &[
            field("certificateArn", "AWS::ACM::Certificate"),
            request("domainName", "AWS::ACM::Certificate").on("RequestCertificate"),
        ],
    ),
    service(
        "acm-pca",
        &[field(
            "certificateAuthorityArn",
            "AWS::ACMPCA::CertificateAuthority",
        )],
    ),
    service(
        "cloudhsm",
        &[
            field("clusterId", "AWS::CloudHSM::Cluster"),
            field("hsmId", "AWS::CloudHSM::Hsm"),
        ],
    ),
    service(
        "guardduty",
        &[
            field("detectorId", "AWS::GuardDuty::Detector"),
            request("filterName", "AWS::GuardDuty::Filter"),
            request("name", "AWS::GuardDuty::Filter").on("CreateFilter"),
            field("ipSetId", "AWS::GuardDuty::IPSet"),
            request("name", "AWS::GuardDuty::IPSet").on("CreateIPSet UpdateIPSet"),
            field("threatIntelSetId", "AWS::GuardDuty::ThreatIntelSet"),
            request("name", "AWS::GuardDuty::ThreatIntelSet")
                .on("CreateThreatIntelSet UpdateThreatIntelSet"),
            field("destinationId", "AWS::GuardDuty::PublishingDestination"),
            field(
                "malwareProtectionPlanId",
                "AWS::GuardDuty::MalwareProtectionPlan",
            ),
            request("findingIds", "AWS::GuardDuty::Finding"),
            request("accountIds", "AWS::Organizations::Account"),
            request("accountDetails.accountId", "AWS::Organizations::Account"),
            request("adminAccountId", "AWS::Organizations::Account"),
        ],
    ),
    service(
        "securityhub",
        &[
            field("hubArn", "AWS::SecurityHub::Hub"),
            field("standardsArn", "AWS::SecurityHub::Standard"),
            field("standardsSubscriptionArn", "AWS::SecurityHub::Standard"),
            field("standardsControlArn", "AWS::SecurityHub::Control"),
            request("securityControlId", "AWS::SecurityHub::Control"),
            field("productArn", "AWS::SecurityHub::Product"),
            field("productSubscriptionArn", "AWS::SecurityHub::Product"),
            field("insightArn", "AWS::SecurityHub::Insight"),
            field("actionTargetArn", "AWS::SecurityHub::ActionTarget"),
            field("automationRulesArns", "AWS::SecurityHub::AutomationRule"),
            field(
                "configurationPolicyIdentifier",
                "AWS::SecurityHub::ConfigurationPolicy",
            ),
            request("accountDetails.accountId", "AWS::Organizations::Account"),
            request("target.accountId", "AWS::Organizations::Account"),
            request("accountIds", "AWS::Organizations::Account"),
            request("adminAccountId", "AWS::Organizations::Account"),
        ],
    ),
    service(
        "inspector2",
        &[
            field("filterArn", "AWS::InspectorV2::Filter"),
            request("accountId", "AWS::Organizations::Account"),
            request("accountIds", "AWS::Organizations::Account"),
            request("delegatedAdminAccountId", "AWS::Organizations::Account"),
        ],
    ),
    service(
        "macie2",
        &[
            field("jobId", "AWS::Macie::ClassificationJob"),
            request("id", "AWS::Macie::FindingsFilter")
                .on("DeleteFindingsFilter UpdateFindingsFilter GetFindingsFilter"),
            request("id", "AWS::Macie::CustomDataIdentifier")
                .on("DeleteCustomDataIdentifier GetCustomDataIdentifier"),
            request("id", "AWS::Macie::AllowList")
                .on("DeleteAllowList UpdateAllowList GetAllowList"),
            request("id", "AWS::Organizations::Account")
                .on("DeleteMember DisassociateMember UpdateMemberSession"),
            request("accountIds", "AWS::Organizations::Account"),
            request("account.accountId", "AWS::Organizations::Account"),
            request("adminAccountId", "AWS::Organizations::Account"),
        ],
    ),
    service(
        "detective",
        &[
            field("graphArn", "AWS::Detective::Graph"),
            request("accountId", "AWS::Organizations::Account"),
            request("accountIds", "AWS::Organizations::Account"),
            request("accounts.accountId", "AWS::Organizations::Account"),
        ],
    ),
    service(
        "wafv2",
        &[
            request("name", "AWS::WAFv2::WebACL").on("CreateWebACL UpdateWebACL DeleteWebACL"),
            request("name", "AWS::WAFv2::IPSet").on("CreateIPSet UpdateIPSet DeleteIPSet"),
            request("name", "AWS::WAFv2::RuleGroup")
                .on("CreateRuleGroup UpdateRuleGroup DeleteRuleGroup"),
            request("name", "AWS::WAFv2::RegexPatternSet")
                .on("CreateRegexPatternSet UpdateRegexPatternSet DeleteRegexPatternSet"),
            request("webACLArn", "AWS::WAFv2::WebACL"),
            response("summary.aRN", "AWS::WAFv2::WebACL").on("CreateWebACL"),
            response("summary.aRN", "AWS::WAFv2::IPSet").on("CreateIPSet"),
            response("summary.aRN", "AWS::WAFv2::RuleGroup").on("CreateRuleGroup"),
            response("summary.aRN", "AWS::WAFv2::RegexPatternSet").on("CreateRegexPatternSet"),
        ],
    ),
    service("waf", WAF_CLASSIC),
    service("waf-regional", WAF_CLASSIC),
    service(
        "network-firewall",
        &[
            field("firewallName", "AWS::NetworkFirewall::Firewall"),
            field("firewallPolicyName", "AWS::NetworkFirewall::FirewallPolicy"),
            field("ruleGroupName", "AWS::NetworkFirewall::RuleGroup"),
        ],
    ),
    service(
        "shield",
        &[
            field("protectionId", "AWS::Shield::Protection"),
            request("name", "AWS::Shield::Protection").on("CreateProtection"),
            field("protectionGroupId", "AWS::Shield::ProtectionGroup"),
            request("logBucket", "AWS::S3::Bucket"),
        ],
    ),
    service(
        "fms",
        &[
            field("policyId", "AWS::FMS::Policy"),
            field("policy.policyName", "AWS::FMS::Policy"),
            request("adminAccount", "AWS::Organizations::Account"),
        ],
    ),
];

const WAF_CLASSIC: &[Rule] = &[
    field("webACLId", "AWS::WAF::WebACL"),
    request("name", "AWS::WAF::WebACL").on("CreateWebACL"),
    field("ruleId", "AWS::WAF::Rule"),
    request("name", "AWS::WAF::Rule").on("CreateRule CreateRateBasedRule"),
    field("ruleGroupId", "AWS::WAF::RuleGroup"),
    field("ipSetId", "AWS::WAF::IPSet"),
    request("name", "AWS::WAF::IPSet").on("CreateIPSet"),
    field("byteMatchSetId", "AWS::WAF::ByteMatchSet"),
    field("sqlInjectionMatchSetId", "AWS::WAF::SqlInjectionMatchSet"),
    field("xssMatchSetId", "AWS::WAF::XssMatchSet"),
    field("sizeConstraintSetId", "AWS::WAF::SizeConstraintSet"),
    field("regexPatternSetId", "AWS::WAF::RegexPatternSet"),
    field("regexMatchSetId", "AWS::WAF::RegexMatchSet"),
    field("geoMatchSetId", "AWS::WAF::GeoMatchSet"),
];
