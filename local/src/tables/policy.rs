//! Resource policies: stored and answered, and not enforced.

use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::json::Refusal;
use crate::settings::{self, Service};

const NAME: &str = "policy";

/// What stands for the revision of a policy that does not exist.
const NO_POLICY: &str = "NO_POLICY";

#[derive(Debug, Serialize, Deserialize)]
struct Policy {
    policy: String,
    revision: String,
}

/// A call about a table's policy.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(rename = "ResourceArn")]
    pub(super) arn: String,
    #[serde(rename = "ExpectedRevisionId")]
    revision: Option<String>,
}

/// A call to set a table's policy.
#[derive(Debug, Deserialize)]
pub(super) struct Put {
    #[serde(flatten)]
    pub(super) resource: Wanted,
    #[serde(rename = "Policy")]
    policy: String,
}

/// The refusal of these calls for a table that does not exist.
pub(super) fn missing_table(table: &str) -> Refusal {
    Refusal::new(
        "ResourceNotFoundException",
        format!("Requested resource not found: Table: {table} not found"),
    )
}

fn missing(arn: &str) -> Refusal {
    Refusal::new(
        "PolicyNotFoundException",
        format!(
            "Resource-based policy not found for the provided ResourceArn: {arn}, or the \
             revision is another one"
        ),
    )
}

/// Sets or removes a table's policy, and answers the new revision.
pub(crate) fn set(
    transaction: &Transaction<'_>,
    table: &str,
    policy: Option<&str>,
) -> rusqlite::Result<String> {
    let revision = uuid::Uuid::new_v4().simple().to_string();
    let value = policy.map(|policy| {
        json!(Policy {
            policy: policy.to_owned(),
            revision: revision.clone(),
        })
        .to_string()
    });
    settings::set(transaction, Service::Tables, table, NAME, value.as_deref())?;
    Ok(revision)
}

/// Answers a table's policy.
pub(super) fn get(connection: &Connection, table: &str, arn: &str) -> Result<Value, Refusal> {
    let found = find(connection, table)?.ok_or_else(|| missing(arn))?;
    Ok(json!({"Policy": found.policy, "RevisionId": found.revision}))
}

/// Sets a table's policy.
pub(super) fn put(
    transaction: &Transaction<'_>,
    table: &str,
    wanted: &Put,
) -> Result<Value, Refusal> {
    if !serde_json::from_str::<Value>(&wanted.policy).is_ok_and(|policy| policy.is_object()) {
        return Err(Refusal::new(
            "ValidationException",
            "Invalid policy document: Syntax error in policy",
        ));
    }
    check_revision(transaction, table, &wanted.resource)?;
    let revision = set(transaction, table, Some(&wanted.policy))?;
    Ok(json!({"RevisionId": revision}))
}

/// Removes a table's policy; one that does not exist is removed already.
pub(super) fn delete(
    transaction: &Transaction<'_>,
    table: &str,
    wanted: &Wanted,
) -> Result<Value, Refusal> {
    check_revision(transaction, table, wanted)?;
    let removed = find(transaction, table)?;
    set(transaction, table, None)?;
    Ok(match removed {
        Some(removed) => json!({"RevisionId": removed.revision}),
        None => json!({}),
    })
}

fn check_revision(connection: &Connection, table: &str, wanted: &Wanted) -> Result<(), Refusal> {
    let Some(expected) = &wanted.revision else {
        return Ok(());
    };
    let found = find(connection, table)?;
    let revision = found.as_ref().map_or(NO_POLICY, |found| &found.revision);
    if revision == expected {
        Ok(())
    } else {
        Err(missing(&wanted.arn))
    }
}

fn find(connection: &Connection, table: &str) -> rusqlite::Result<Option<Policy>> {
    let value = settings::find(connection, Service::Tables, table, NAME)?;
    Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
}
