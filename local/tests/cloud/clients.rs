//! SDK clients of a local cloud.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use local::Cloud;

pub(crate) const TABLE: &str = "index";

fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "tests")
}

macro_rules! client {
    ($name:ident, $sdk:ident, $endpoint:ident $(, $setting:ident)*) => {
        pub(crate) fn $name(cloud: &Cloud) -> $sdk::Client {
            $sdk::Client::from_conf(
                $sdk::Config::builder()
                    .behavior_version($sdk::config::BehaviorVersion::latest())
                    .region($sdk::config::Region::new(local::REGION))
                    .credentials_provider(credentials())
                    .endpoint_url(cloud.$endpoint())
                    $(.$setting(true))*
                    .build(),
            )
        }
    };
}

client!(dynamodb, aws_sdk_dynamodb, dynamodb);
client!(table_settings, aws_sdk_dynamodb, table_settings);
client!(kms, aws_sdk_kms, kms);
client!(s3, aws_sdk_s3, s3, force_path_style);
client!(sns, aws_sdk_sns, sns);
client!(sqs, aws_sdk_sqs, sqs);

/// A CloudTrail client of one Region.
pub(crate) fn cloudtrail(cloud: &Cloud, region: &'static str) -> aws_sdk_cloudtrail::Client {
    aws_sdk_cloudtrail::Client::from_conf(
        aws_sdk_cloudtrail::Config::builder()
            .behavior_version(aws_sdk_cloudtrail::config::BehaviorVersion::latest())
            .region(aws_sdk_cloudtrail::config::Region::new(region))
            .credentials_provider(credentials())
            .endpoint_url(cloud.cloudtrail())
            .build(),
    )
}

/// A DynamoDB client that tries once.
pub(crate) fn dynamodb_without_retries(cloud: &Cloud) -> aws_sdk_dynamodb::Client {
    let config = dynamodb(cloud)
        .config()
        .to_builder()
        .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// Creates the table with the keys `pk` and `sk`.
pub(crate) async fn create_table(client: &aws_sdk_dynamodb::Client) {
    let mut call = client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        call = call
            .attribute_definitions(
                AttributeDefinition::builder()
                    .attribute_name(name)
                    .attribute_type(ScalarAttributeType::S)
                    .build()
                    .expect("an attribute"),
            )
            .key_schema(
                KeySchemaElement::builder()
                    .attribute_name(name)
                    .key_type(kind)
                    .build()
                    .expect("a key"),
            );
    }
    call.send().await.expect("the table is created");
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// A put of the item `p` / `sk`.
pub(crate) fn put(
    client: &aws_sdk_dynamodb::Client,
    sk: &str,
) -> aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
    client
        .put_item()
        .table_name(TABLE)
        .item("pk", text("p"))
        .item("sk", text(sk))
        .item("body", text("x"))
}

/// A query for all items of `p`.
pub(crate) fn query(
    client: &aws_sdk_dynamodb::Client,
) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
    client
        .query()
        .table_name(TABLE)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", text("p"))
}

/// The sort keys of a query's answer.
pub(crate) async fn sort_keys(
    query: aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder,
) -> Vec<String> {
    let answer = query.send().await.expect("the query is answered");
    answer
        .items()
        .iter()
        .map(|item| item["sk"].as_s().expect("a string").clone())
        .collect()
}
