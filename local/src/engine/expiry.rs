//! Time to live, swept at a time of the caller's choosing.
//!
//! The engine's own sweep knows no clock but the machine's, and deletes what
//! expired more than five years ago, which DynamoDB keeps.

use std::collections::HashMap;

use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::list_tables::ListTablesRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::{AttributeValue, Database, DynoxideError, Item, Result};
use serde::Deserialize;

/// DynamoDB ignores a time this many seconds ago: five years.
const IGNORED: i64 = 5 * 365 * 86_400;

/// One attribute of a table's key.
#[derive(Deserialize)]
struct KeyAttribute {
    #[serde(rename = "AttributeName")]
    name: String,
}

/// Deletes what expired before `now`, and counts it.
pub(super) fn sweep(database: &Database, now: i64) -> Result<usize> {
    let mut deleted = 0;
    let mut after = None;
    loop {
        let page = database.list_tables(ListTablesRequest {
            exclusive_start_table_name: after,
            limit: None,
        })?;
        for table in &page.table_names {
            deleted += sweep_table(database, table, now)?;
        }
        after = page.last_evaluated_table_name;
        if after.is_none() {
            return Ok(deleted);
        }
    }
}

fn sweep_table(database: &Database, table: &str, now: i64) -> Result<usize> {
    let Some(described) = database.get_table_metadata(table)? else {
        return Ok(0);
    };
    let Some(expires) = described.ttl_attribute.filter(|_| described.ttl_enabled) else {
        return Ok(0);
    };
    let keys: Vec<KeyAttribute> = serde_json::from_str(&described.key_schema)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))?;
    let mut deleted = 0;
    let mut after = None;
    loop {
        let page = database.scan(ScanRequest {
            table_name: table.to_owned(),
            // Only a number is a time to live, and only a number compares so.
            filter_expression: Some("#expires < :now AND #expires >= :ignored".to_owned()),
            expression_attribute_names: Some(expires_name(&expires)),
            expression_attribute_values: Some(HashMap::from([
                (":now".to_owned(), number(now)),
                (":ignored".to_owned(), number(now.saturating_sub(IGNORED))),
            ])),
            exclusive_start_key: after,
            ..ScanRequest::default()
        })?;
        for item in page.items.unwrap_or_default() {
            deleted += usize::from(delete(database, table, &keys, &expires, item)?);
        }
        after = page.last_evaluated_key;
        if after.is_none() {
            return Ok(deleted);
        }
    }
}

/// Deletes an item that still expires when it did, and answers whether.
fn delete(
    database: &Database,
    table: &str,
    keys: &[KeyAttribute],
    expires: &str,
    mut item: Item,
) -> Result<bool> {
    let Some(seen) = item.remove(expires) else {
        return Ok(false);
    };
    let key = keys
        .iter()
        .filter_map(|key| item.remove_entry(&key.name))
        .collect();
    let deleted = database.delete_item(DeleteItemRequest {
        table_name: table.to_owned(),
        key,
        condition_expression: Some("#expires = :seen".to_owned()),
        expression_attribute_names: Some(expires_name(expires)),
        expression_attribute_values: Some(HashMap::from([(":seen".to_owned(), seen)])),
        ..DeleteItemRequest::default()
    });
    match deleted {
        Ok(_) => Ok(true),
        Err(DynoxideError::ConditionalCheckFailedException(..)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn expires_name(expires: &str) -> HashMap<String, String> {
    HashMap::from([("#expires".to_owned(), expires.to_owned())])
}

fn number(seconds: i64) -> AttributeValue {
    AttributeValue::N(seconds.to_string())
}
