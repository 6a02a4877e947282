//! A local table for the programs that measure what it consumes.

use std::error::Error;

use aws::Table;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use index::table::{PARTITION, SORT};
use local::{Cloud, Storage};

/// The configuration of a client of a local endpoint.
pub fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "local");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(local::REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build()
}

/// Starts a local cloud in memory with an empty table.
pub async fn start() -> Result<(Cloud, Table), Box<dyn Error>> {
    let cloud = Cloud::start_without_faults(Storage::Memory).await?;
    let table = Table::new(&config(cloud.dynamodb()), "trailkeep");
    create(&table).await?;
    Ok((cloud, table))
}

/// Creates a table as the template has it.
pub async fn create(table: &Table) -> Result<(), Box<dyn Error>> {
    let attribute = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
    };
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
    };
    table
        .client()
        .create_table()
        .table_name(table.name())
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute(PARTITION)?)
        .attribute_definitions(attribute(SORT)?)
        .key_schema(key(PARTITION, KeyType::Hash)?)
        .key_schema(key(SORT, KeyType::Range)?)
        .send()
        .await?;
    Ok(())
}
