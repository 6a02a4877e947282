//! How each protection is looked at.

use aws::Error;
use aws::objects::protection::Rule;
use index::table::EXPIRES;

use super::{Verdict, lack_of_bucket_policy, lack_of_table_policy};
use crate::Custodian;
use crate::config::{HIDDEN_DAYS, Promised};

type Looked = Result<Verdict, Error>;

pub(super) async fn time_to_live(custodian: &Custodian) -> Looked {
    let attribute = custodian.table.time_to_live().await?;
    Ok(Verdict::of(
        attribute.as_deref() == Some(EXPIRES),
        || match attribute {
            Some(attribute) => format!("items are dropped by attribute {attribute}"),
            None => "time to live is off".to_owned(),
        },
    ))
}

pub(super) async fn deletion_protection(custodian: &Custodian) -> Looked {
    let table = custodian.table.describe().await?;
    Ok(Verdict::of(table.is_deletion_protected, || {
        "deletion protection is off".to_owned()
    }))
}

pub(super) async fn recovery(custodian: &Custodian) -> Looked {
    let is_recoverable = custodian.table.is_recoverable().await?;
    Ok(Verdict::of(is_recoverable, || {
        "point-in-time recovery is off".to_owned()
    }))
}

pub(super) async fn table_policy(custodian: &Custodian) -> Looked {
    let arn = custodian.table.describe().await?.arn;
    let document = custodian.table.policy(&arn).await?;
    let promised = &custodian.settings.promised;
    let lack = lack_of_table_policy(promised, &arn, document.as_deref());
    Ok(lack.map_or(Verdict::Right, Verdict::Drifted))
}

pub(super) async fn versioning(custodian: &Custodian) -> Looked {
    let is_versioned = custodian.objects.is_versioned(bucket(custodian)).await?;
    Ok(Verdict::of(is_versioned, || "versioning is off".to_owned()))
}

pub(super) async fn lock(custodian: &Custodian) -> Looked {
    let lock = custodian.objects.lock(bucket(custodian)).await?;
    let promised = custodian.settings.promised.lock.as_ref();
    let is_kept = match (&lock, promised) {
        (_, None) => true,
        (None, Some(_)) => false,
        // More than was promised is no drift.
        (Some(lock), Some(promised)) => {
            lock.days >= promised.days && (lock.mode == promised.mode || lock.mode == "COMPLIANCE")
        }
    };
    Ok(Verdict::of(is_kept, || match lock {
        Some(lock) => format!("the default lock is {} for {} days", lock.mode, lock.days),
        None => "there is no default lock".to_owned(),
    }))
}

pub(super) async fn bucket_policy(custodian: &Custodian) -> Looked {
    let bucket = bucket(custodian);
    let document = custodian.objects.policy(bucket).await?;
    let promised = &custodian.settings.promised;
    let lack = lack_of_bucket_policy(promised, bucket, document.as_deref());
    Ok(lack.map_or(Verdict::Right, Verdict::Drifted))
}

pub(super) async fn lifecycle(custodian: &Custodian) -> Looked {
    let rules = custodian.objects.lifecycle(bucket(custodian)).await?;
    let faults = lifecycle_faults(&rules, &custodian.settings.promised);
    Ok(Verdict::of(faults.is_empty(), || faults.join("; ")))
}

/// What a lifecycle does otherwise than promised.
fn lifecycle_faults(rules: &[Rule], promised: &Promised) -> Vec<String> {
    let mut faults = Vec::new();
    let is_early = |days: u32| match promised.archive_days {
        // Kept for ever, or for longer.
        Some(0) => true,
        Some(promised) => days < promised,
        None => false,
    };
    // What is hidden was expired, or is there to be noticed for so long.
    let is_hidden_early = |days: u32| match promised.archive_days {
        Some(0) => true,
        Some(_) => days < HIDDEN_DAYS,
        None => false,
    };
    for rule in rules {
        let name = &rule.id;
        if let Some(days) = rule.expires.filter(|days| is_early(*days)) {
            faults.push(format!("rule {name} expires objects after {days} days"));
        }
        if rule.expires_at_date {
            faults.push(format!("rule {name} expires objects at a date"));
        }
        if let Some(days) = rule.versions_expire.filter(|days| is_hidden_early(*days)) {
            faults.push(format!(
                "rule {name} expires older versions after {days} days"
            ));
        }
    }
    let expires = |rule: &Rule| rule.is_for_all && rule.expires == promised.archive_days;
    if promised.archive_days.is_some_and(|days| days > 0) && !rules.iter().any(expires) {
        faults.push("no rule expires objects when promised".to_owned());
    }
    for (class, days) in &promised.transitions {
        let goes = |rule: &Rule| {
            let mut transitions = rule.transitions.iter();
            rule.is_for_all && transitions.any(|(to, after)| to == class && after == days)
        };
        if !rules.iter().any(goes) {
            faults.push(format!(
                "no rule moves objects to {class} after {days} days"
            ));
        }
    }
    faults
}

pub(super) async fn public_access(custodian: &Custodian) -> Looked {
    let is_private = custodian.objects.is_private(bucket(custodian)).await?;
    Ok(Verdict::of(is_private, || {
        "public access is not blocked in all four ways".to_owned()
    }))
}

pub(super) async fn logging(custodian: &Custodian) -> Looked {
    let Some(trail) = &custodian.trail else {
        return Ok(Verdict::Right);
    };
    match trail.is_logging().await {
        Ok(is_logging) => Ok(Verdict::of(is_logging, || "logging is stopped".to_owned())),
        // A trail that is gone records nothing, and says so by this alone.
        Err(error) if error.has_code(&["TrailNotFoundException"]) => {
            Ok(Verdict::Drifted("there is no such trail".to_owned()))
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn regions(custodian: &Custodian) -> Looked {
    let Some(trail) = &custodian.trail else {
        return Ok(Verdict::Right);
    };
    let description = trail.describe().await?;
    Ok(Verdict::of(description.is_multi_region, || {
        "it records its own Region alone".to_owned()
    }))
}

pub(super) async fn validation(custodian: &Custodian) -> Looked {
    let Some(trail) = &custodian.trail else {
        return Ok(Verdict::Right);
    };
    let description = trail.describe().await?;
    Ok(Verdict::of(description.validates_files, || {
        "log file validation is off".to_owned()
    }))
}

pub(super) async fn destination(custodian: &Custodian) -> Looked {
    let Some(trail) = &custodian.trail else {
        return Ok(Verdict::Right);
    };
    let bucket = trail.describe().await?.bucket;
    let is_ours = bucket.as_deref() == custodian.settings.promised.bucket.as_deref();
    Ok(Verdict::of(is_ours, || match bucket {
        Some(bucket) => format!("it delivers to {bucket}"),
        None => "it delivers nowhere".to_owned(),
    }))
}

pub(super) async fn selectors(custodian: &Custodian) -> Looked {
    let promised = &custodian.settings.promised;
    let (Some(trail), Some(management)) = (&custodian.trail, promised.management) else {
        return Ok(Verdict::Right);
    };
    let selectors = trail.selectors().await?;
    let mut faults = Vec::new();
    let of_category = |category: &'static str| {
        selectors.iter().filter(move |selector| {
            !selector.is_narrowed && selector.categories.iter().any(|named| named == category)
        })
    };
    if management.reads && !of_category("Management").any(|selector| selector.reads) {
        faults.push("management events that only read are not recorded whole".to_owned());
    }
    if management.writes && !of_category("Management").any(|selector| selector.writes) {
        faults.push("management events that write are not recorded whole".to_owned());
    }
    for kind in &promised.data {
        // The template leaves the stack's own resources out, so these are narrowed.
        let records = selectors.iter().any(|selector| {
            selector.categories.iter().any(|named| named == "Data")
                && selector.resource_types.contains(kind)
                && selector.reads
                && selector.writes
        });
        if !records {
            faults.push(format!("data events of {kind} are not recorded"));
        }
    }
    Ok(Verdict::of(faults.is_empty(), || faults.join("; ")))
}

pub(super) async fn key(custodian: &Custodian) -> Looked {
    let Some(key) = &custodian.key else {
        return Ok(Verdict::Right);
    };
    match key.state().await {
        Ok(state) => Ok(Verdict::of(state == "Enabled", || {
            format!("its state is {state}")
        })),
        // What was encrypted with it cannot be read any more.
        Err(error) if error.has_code(&["NotFoundException"]) => {
            Ok(Verdict::Drifted("there is no such key".to_owned()))
        }
        Err(error) => Err(error),
    }
}

fn bucket(custodian: &Custodian) -> &str {
    let bucket = custodian.settings.promised.bucket.as_deref();
    bucket.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut Rule);

    fn rule() -> Rule {
        Rule {
            id: "archive".to_owned(),
            is_for_all: true,
            expires: Some(3_650),
            versions_expire: Some(HIDDEN_DAYS),
            transitions: vec![("GLACIER_IR".to_owned(), 90)],
            ..Rule::default()
        }
    }

    fn faults(rules: &[Rule], archive_days: u32) -> usize {
        let promised = Promised {
            archive_days: Some(archive_days),
            transitions: vec![("GLACIER_IR".to_owned(), 90)],
            ..Promised::default()
        };
        lifecycle_faults(rules, &promised).len()
    }

    #[test]
    fn a_lifecycle_moves_and_expires_when_promised_and_nothing_earlier() {
        assert_eq!(faults(&[rule()], 3_650), 0);
        assert_eq!(faults(&[], 3_650), 2, "neither moves nor expires");
        assert_eq!(
            faults(&[rule()], 0),
            2,
            "neither objects nor older versions expire"
        );
        let changes: [(Change, usize); 8] = [
            (|rule| rule.expires = Some(30), 2),
            (|rule| rule.expires = Some(4_000), 1),
            (|rule| rule.expires_at_date = true, 1),
            (|rule| rule.versions_expire = Some(1), 1),
            (|rule| rule.versions_expire = Some(HIDDEN_DAYS - 1), 1),
            (|rule| rule.versions_expire = None, 0),
            (|rule| rule.transitions.clear(), 1),
            (|rule| rule.is_for_all = false, 2),
        ];
        for (number, (change, expected)) in changes.into_iter().enumerate() {
            let mut other = rule();
            change(&mut other);
            assert_eq!(faults(&[other], 3_650), expected, "change {number}");
        }
        let early = Rule {
            expires: Some(7),
            is_for_all: false,
            ..Rule::default()
        };
        assert_eq!(faults(&[rule(), early], 3_650), 1, "of some objects");
    }
}
