//! Point-in-time recovery: whether it is on, since when and for how long.

use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock;
use crate::json::Refusal;
use crate::settings::{self, Service};

const NAME: &str = "recovery";

/// For how many days a table can be restored, where nobody says otherwise.
const DAYS: i64 = 35;

/// The newest time to restore is so many seconds ago.
const LAG: i64 = 300;

/// Recovery that is on.
#[derive(Debug, Serialize, Deserialize)]
struct Recovery {
    /// Since when, in seconds.
    since: i64,
    days: i64,
}

/// A call to describe a table's recovery.
#[derive(Debug, Deserialize)]
pub(super) struct Described {
    #[serde(rename = "TableName")]
    pub(super) table: String,
}

/// A call to switch a table's recovery.
#[derive(Debug, Deserialize)]
pub(super) struct Updated {
    #[serde(rename = "TableName")]
    pub(super) table: String,
    #[serde(rename = "PointInTimeRecoverySpecification")]
    pub(super) specification: Specification,
}

/// What a table's recovery is to be.
#[derive(Debug, Deserialize)]
pub(super) struct Specification {
    #[serde(rename = "PointInTimeRecoveryEnabled")]
    is_enabled: bool,
    #[serde(rename = "RecoveryPeriodInDays")]
    days: Option<i64>,
}

/// The refusal of these calls for a table that does not exist.
pub(super) fn missing(table: &str) -> Refusal {
    Refusal::new(
        "TableNotFoundException",
        format!("Table not found: {table}"),
    )
}

/// Switches a table's recovery on for the usual time, or off.
pub(crate) fn set(
    transaction: &Transaction<'_>,
    table: &str,
    is_enabled: bool,
) -> rusqlite::Result<()> {
    switch(transaction, table, is_enabled, DAYS)
}

fn switch(
    transaction: &Transaction<'_>,
    table: &str,
    is_enabled: bool,
    days: i64,
) -> rusqlite::Result<()> {
    // Switching it on again while it is on does not begin anew.
    let before = find(transaction, table)?.map(|recovery| recovery.since);
    let recovery = is_enabled.then(|| Recovery {
        since: before.unwrap_or_else(|| clock::now() / 1_000),
        days,
    });
    let value = recovery.map(|recovery| json!(recovery).to_string());
    settings::set(transaction, Service::Tables, table, NAME, value.as_deref())
}

/// Describes a table's recovery.
pub(super) fn describe(connection: &Connection, table: &str) -> rusqlite::Result<Value> {
    let described = match find(connection, table)? {
        None => json!({"PointInTimeRecoveryStatus": "DISABLED"}),
        Some(recovery) => {
            let now = clock::now() / 1_000;
            json!({
                "PointInTimeRecoveryStatus": "ENABLED",
                "RecoveryPeriodInDays": recovery.days,
                "EarliestRestorableDateTime":
                    recovery.since.max(now.saturating_sub(recovery.days * 86_400)),
                "LatestRestorableDateTime": recovery.since.max(now - LAG),
            })
        }
    };
    Ok(json!({"ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": described,
    }}))
}

/// Switches a table's recovery, and describes it.
pub(super) fn update(
    transaction: &Transaction<'_>,
    table: &str,
    wanted: &Specification,
) -> Result<Value, Refusal> {
    let days = wanted.days.unwrap_or(DAYS);
    if !(1..=DAYS).contains(&days) {
        return Err(Refusal::new(
            "ValidationException",
            "RecoveryPeriodInDays has to be between 1 and 35",
        ));
    }
    switch(transaction, table, wanted.is_enabled, days)?;
    Ok(describe(transaction, table)?)
}

fn find(connection: &Connection, table: &str) -> rusqlite::Result<Option<Recovery>> {
    let value = settings::find(connection, Service::Tables, table, NAME)?;
    Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
}
