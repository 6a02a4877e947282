//! The denials that the template promises: the one place that lists them.

use index::table::retention::STAMPED;
use index::table::{EXPIRES, PARTITION, SORT};

use super::policy::{Denial, Exemption, Stamping};
use crate::config::Promised;

/// Actions that change what is indexed, an item at a time.
const PUTS: [&str; 1] = ["dynamodb:PutItem"];
const UPDATES: [&str; 2] = ["dynamodb:DeleteItem", "dynamodb:UpdateItem"];

/// What stamps an item, and the attributes that a stamp names.
const STAMPS: [&str; 1] = ["dynamodb:UpdateItem"];
const STAMP: [&str; 3] = [EXPIRES, PARTITION, SORT];

/// Write doors that nothing of Trailkeep's uses.
const OTHER_DOORS: [&str; 4] = [
    "dynamodb:BatchWriteItem",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
];

/// Settings of the table by which it could be emptied or written from elsewhere, or its policy
/// taken away.
const TABLE_SETTINGS: [&str; 10] = [
    "dynamodb:AssociateTableReplica",
    "dynamodb:CreateTableReplica",
    "dynamodb:DeleteResourcePolicy",
    "dynamodb:DeleteTable",
    "dynamodb:DeleteTableReplica",
    "dynamodb:PutResourcePolicy",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTable",
    "dynamodb:UpdateTimeToLive",
    "dynamodb:WriteDataForReplication",
];

/// What deletes log files, hides them, unlocks them or gives them a key that may go.
const OBJECT_DELETIONS: [&str; 5] = [
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:ReplicateDelete",
    "s3:UpdateObjectEncryption",
];
const BUCKET_DELETION: [&str; 1] = ["s3:DeleteBucket"];
const OBJECT_WRITES: [&str; 2] = ["s3:PutObject", "s3:ReplicateObject"];
const OBJECT_LOCKS: [&str; 2] = ["s3:PutObjectLegalHold", "s3:PutObjectRetention"];

/// Settings of the bucket by which files could be lost, or its policy taken away.
const BUCKET_SETTINGS: [&str; 11] = [
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketNotification",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
];

/// The denials of the table's policy.
pub(crate) fn of_table<'p>(promised: &'p Promised, arn: &str) -> Vec<Denial<'p>> {
    let denial = |actions, exemption| Denial {
        actions,
        resource: arn.to_owned(),
        exemption,
    };
    let mut denials = vec![
        denial(&PUTS[..], items(promised, &promised.putters)),
        denial(&UPDATES, items(promised, &promised.updaters)),
        denial(&OTHER_DOORS, items(promised, &[])),
        denial(&TABLE_SETTINGS, settings(promised)),
    ];
    for (writer, keys) in &promised.writer_keys {
        let exemption = || Exemption {
            keys_of: Some((writer, keys.iter().map(String::as_str).collect())),
            ..Exemption::default()
        };
        denials.push(denial(&PUTS, exemption()));
        if promised.updaters.contains(writer) {
            denials.push(denial(&UPDATES, exemption()));
            let stamping = stamping(writer, keys).map(|stamping| Exemption {
                stamping: Some(stamping),
                ..Exemption::default()
            });
            denials.extend(stamping.map(|exemption| denial(&STAMPS, exemption)));
        }
    }
    denials
}

/// The denials of the log bucket's policy.
pub(crate) fn of_bucket<'p>(promised: &'p Promised, bucket: &str) -> Vec<Denial<'p>> {
    let bucket = format!("arn:aws:s3:::{bucket}");
    let objects = format!("{bucket}/*");
    let denial = |actions, resource: &str, exemption| Denial {
        actions,
        resource: resource.to_owned(),
        exemption,
    };
    let services = Exemption {
        services: true,
        ..Exemption::default()
    };
    let tls = || Exemption {
        tls: true,
        ..Exemption::default()
    };
    vec![
        denial(&OBJECT_WRITES[..], &objects, services),
        // Nobody is left out, whoever may else do what.
        denial(&OBJECT_DELETIONS, &objects, Exemption::default()),
        denial(&BUCKET_DELETION, &bucket, Exemption::default()),
        denial(&OBJECT_LOCKS, &objects, items(promised, &[])),
        denial(&BUCKET_SETTINGS, &bucket, settings(promised)),
        denial(&["s3:GetObject"], &objects, tls()),
        denial(&["s3:ListBucket"], &bucket, tls()),
    ]
}

/// What is left to a writer that may update what is indexed: to say when it expires.
fn stamping<'p>(writer: &'p str, keys: &[String]) -> Option<Stamping<'p>> {
    let stamped = STAMPED.iter().map(|prefix| format!("{prefix}*"));
    let stamped: Vec<_> = stamped.filter(|key| keys.contains(key)).collect();
    (!stamped.is_empty()).then_some(Stamping {
        principal: writer,
        keys: stamped,
        attributes: &STAMP,
    })
}

/// Who may be left out of a denial about items: the writers, and whoever is promised anyway.
fn items<'p>(promised: &'p Promised, writers: &'p [String]) -> Exemption<'p> {
    Exemption {
        principals: writers
            .iter()
            .chain(&promised.exempt)
            .map(String::as_str)
            .collect(),
        ..Exemption::default()
    }
}

/// Who may be left out of a denial about settings: whoever deploys, too.
fn settings(promised: &Promised) -> Exemption<'_> {
    Exemption {
        called_via: promised.called_via.as_deref(),
        ..items(promised, &promised.deployers)
    }
}
