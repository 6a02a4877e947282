//! The curated extractors: where each service's records name resources.
//!
//! One row says under which key, of which events, a name of which type stands.
//! Ids of EC2 and ARNs need no row, because they tell their type themselves.
//! Names of types are those of CloudTrail's own lookup where they are known
//! (facts section 1.7) and CloudFormation's otherwise.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::rule::{Rule, Rules, field};

mod analytics;
mod compute;
mod database;
mod delivery;
mod identity;
mod management;
mod messaging;
mod network;
mod security;
mod storage;

/// The rules of one `eventSource`.
pub(super) struct Service {
    /// The source without `.amazonaws.com`.
    pub(super) source: &'static str,
    pub(super) rules: &'static [Rule],
}

/// Declares the rules of a service.
const fn service(source: &'static str, rules: &'static [Rule]) -> Service {
    Service { source, rules }
}

const SERVICES: [&[Service]; 10] = [
    identity::SERVICES,
    security::SERVICES,
    storage::SERVICES,
    database::SERVICES,
    compute::SERVICES,
    network::SERVICES,
    messaging::SERVICES,
    management::SERVICES,
    analytics::SERVICES,
    delivery::SERVICES,
];

/// Fields that mean the same in the records of every service.
const EVERYWHERE: &[Rule] = &[
    field("kmsKeyId", "AWS::KMS::Key"),
    field("kmsMasterKeyId", "AWS::KMS::Key"),
    field("kmsKey", "AWS::KMS::Key"),
    field("s3Bucket", "AWS::S3::Bucket"),
    field("s3BucketName", "AWS::S3::Bucket"),
    field("logGroupName", "AWS::Logs::LogGroup"),
    field("iamRoleName", "AWS::IAM::Role"),
    field("launchTemplateName", "AWS::EC2::LaunchTemplate"),
];

static RULES: LazyLock<HashMap<&'static str, Rules>> = LazyLock::new(|| {
    SERVICES
        .into_iter()
        .flatten()
        .map(|service| (service.source, Rules::gather([service.rules, EVERYWHERE])))
        .collect()
});

static OTHER: LazyLock<Rules> = LazyLock::new(|| Rules::gather([EVERYWHERE]));

/// The rules for an `eventSource`.
pub(super) fn rules(source: &str) -> &'static Rules {
    let name = source.strip_suffix(".amazonaws.com").unwrap_or(source);
    RULES.get(name).unwrap_or(&OTHER)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_source_has_one_list_of_rules() {
        let mut sources = HashSet::new();
        for service in SERVICES.into_iter().flatten() {
            assert!(
                sources.insert(service.source),
                "{} stands twice",
                service.source
            );
            assert!(!service.rules.is_empty(), "{} has no rules", service.source);
        }
    }

    #[test]
    fn types_are_written_as_cloudtrail_writes_them() {
        for rule in SERVICES
            .into_iter()
            .flatten()
            .flat_map(|service| service.rules)
        {
            let parts: Vec<_> = rule.kind.split("::").collect();
            let is_type = matches!(parts[..], ["AWS", service, name]
                if !service.is_empty() && !name.is_empty());
            assert!(is_type || rule.kind.is_empty(), "{}", rule.kind);
        }
    }
}
