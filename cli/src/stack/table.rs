//! The table, as `template.yaml` declares it.

use aws::Table;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};
use index::table::{EXPIRES, PARTITION, SORT};

use crate::failure::Failure;

/// Creates the table unless it is there.
pub(super) async fn create(table: &Table) -> Result<(), Failure> {
    let mut call = table
        .client()
        .create_table()
        .table_name(table.name())
        .billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in [(PARTITION, KeyType::Hash), (SORT, KeyType::Range)] {
        let attribute = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()?;
        let key = KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()?;
        call = call.attribute_definitions(attribute).key_schema(key);
    }
    match call.send().await {
        Ok(_) => {}
        Err(error)
            if error
                .as_service_error()
                .is_some_and(CreateTableError::is_resource_in_use_exception) =>
        {
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    }
    let expiry = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name(EXPIRES)
        .build()?;
    table
        .client()
        .update_time_to_live()
        .table_name(table.name())
        .time_to_live_specification(expiry)
        .send()
        .await?;
    Ok(())
}

/// The bytes that a table is billed for: its items, and DynamoDB's own hundred for each.
pub(super) async fn billed_bytes(table: &Table) -> Result<u64, Failure> {
    let described = table
        .client()
        .describe_table()
        .table_name(table.name())
        .send()
        .await?;
    let table = described
        .table
        .ok_or_else(|| Failure::new("the table is not described"))?;
    let number = |value: Option<i64>| u64::try_from(value.unwrap_or(0)).unwrap_or(0);
    Ok(number(table.table_size_bytes) + 100 * number(table.item_count))
}
