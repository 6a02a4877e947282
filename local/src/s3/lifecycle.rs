//! A lifecycle of one rule for all objects.

use s3s::dto::{
    BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleFilter, NoncurrentVersionExpiration, Transition, TransitionStorageClass,
};

/// What becomes of all objects of a bucket with time; nothing happens here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// The storage classes that objects move to, each after so many days.
    pub transitions: Vec<(String, i32)>,
    /// After how many days objects expire.
    pub expires: Option<i32>,
    /// After how many days versions go that are no longer the newest.
    pub versions_expire: Option<i32>,
}

impl Lifecycle {
    pub(crate) fn configuration(&self) -> BucketLifecycleConfiguration {
        let transitions = self.transitions.iter().map(|(class, days)| Transition {
            date: None,
            days: Some(*days),
            storage_class: Some(TransitionStorageClass::from(class.clone())),
        });
        let rule = LifecycleRule {
            abort_incomplete_multipart_upload: None,
            expiration: self.expires.map(|days| LifecycleExpiration {
                days: Some(days),
                ..LifecycleExpiration::default()
            }),
            filter: Some(LifecycleRuleFilter {
                prefix: Some(String::new()),
                ..LifecycleRuleFilter::default()
            }),
            id: Some("all".to_owned()),
            noncurrent_version_expiration: self.versions_expire.map(|days| {
                NoncurrentVersionExpiration {
                    newer_noncurrent_versions: None,
                    noncurrent_days: Some(days),
                }
            }),
            noncurrent_version_transitions: None,
            prefix: None,
            status: ExpirationStatus::from_static(ExpirationStatus::ENABLED),
            transitions: (!self.transitions.is_empty()).then(|| transitions.collect()),
        };
        BucketLifecycleConfiguration { rules: vec![rule] }
    }
}
