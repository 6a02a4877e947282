//! What the DynamoDB engine lacks, answered in front of it: point-in-time
//! recovery and resource policies, of which nothing but the setting exists.

mod policy;
mod recovery;

use std::sync::Arc;

use bytes::Bytes;
use dynoxide::Database;
use http::{Response, StatusCode};
use rusqlite::Transaction;
use serde_json::Value;

use crate::json::{self, Refusal};
use crate::loopback;
use crate::settings::{self, Service};
use crate::store::Store;

pub(crate) use self::policy::set as set_policy;
pub(crate) use self::recovery::set as set_recovery;

const JSON: &str = "application/x-amz-json-1.0";
const NAMESPACE: &str = "com.amazonaws.dynamodb.v20120810#";

/// The settings of the engine's tables.
#[derive(Clone)]
pub(crate) struct Tables {
    store: Arc<Store>,
    database: Database,
}

impl Tables {
    pub(crate) fn new(store: Arc<Store>, database: Database) -> Tables {
        Tables { store, database }
    }

    /// Answers a call about a setting; `None` for every call that the engine
    /// answers.
    pub(crate) async fn answer(&self, operation: &str, body: &[u8]) -> Option<Response<Bytes>> {
        let answer = match operation {
            "DescribeContinuousBackups" => self.describe_recovery(body).await,
            "UpdateContinuousBackups" => self.update_recovery(body).await,
            "GetResourcePolicy" => self.get_policy(body).await,
            "PutResourcePolicy" => self.put_policy(body).await,
            "DeleteResourcePolicy" => self.delete_policy(body).await,
            _ => return None,
        };
        Some(match answer {
            Ok(answer) => loopback::answer(StatusCode::OK, JSON, answer.to_string()),
            Err(refusal) => refusal.respond(JSON, NAMESPACE),
        })
    }

    /// Forgets the settings of a table that was deleted.
    pub(crate) fn forget(&self, request: &[u8]) {
        let Ok(request) = serde_json::from_slice::<Value>(request) else {
            return;
        };
        let table = table_name(request["TableName"].as_str().unwrap_or_default());
        let forgotten = self.store.write(|transaction: &Transaction<'_>| {
            settings::forget(transaction, Service::Tables, table)
        });
        if let Err(error) = forgotten {
            tracing::error!(table, %error, "the settings of a deleted table are left");
        }
    }

    async fn describe_recovery(&self, body: &[u8]) -> Result<Value, Refusal> {
        let wanted: recovery::Described = json::parse(body)?;
        let table = self.find(&wanted.table, recovery::missing).await?;
        Ok(self
            .store
            .read(|connection| recovery::describe(connection, &table))?)
    }

    async fn update_recovery(&self, body: &[u8]) -> Result<Value, Refusal> {
        let wanted: recovery::Updated = json::parse(body)?;
        let table = self.find(&wanted.table, recovery::missing).await?;
        self.store
            .write(|transaction| recovery::update(transaction, &table, &wanted.specification))
    }

    async fn get_policy(&self, body: &[u8]) -> Result<Value, Refusal> {
        let wanted: policy::Wanted = json::parse(body)?;
        let table = self.find(&wanted.arn, policy::missing_table).await?;
        self.store
            .read(|connection| policy::get(connection, &table, &wanted.arn))
    }

    async fn put_policy(&self, body: &[u8]) -> Result<Value, Refusal> {
        let wanted: policy::Put = json::parse(body)?;
        let table = self
            .find(&wanted.resource.arn, policy::missing_table)
            .await?;
        self.store
            .write(|transaction| policy::put(transaction, &table, &wanted))
    }

    async fn delete_policy(&self, body: &[u8]) -> Result<Value, Refusal> {
        let wanted: policy::Wanted = json::parse(body)?;
        let table = self.find(&wanted.arn, policy::missing_table).await?;
        self.store
            .write(|transaction| policy::delete(transaction, &table, &wanted))
    }

    /// Refuses a table that does not exist, and answers its name.
    async fn find(
        &self,
        name_or_arn: &str,
        missing: impl FnOnce(&str) -> Refusal,
    ) -> Result<String, Refusal> {
        let name = table_name(name_or_arn).to_owned();
        let (database, wanted) = (self.database.clone(), name.clone());
        // The engine's mutex blocks the thread that waits for it.
        let found = tokio::task::spawn_blocking(move || database.get_table_metadata(&wanted)).await;
        match found {
            Ok(Ok(Some(_))) => Ok(name),
            Ok(Ok(None)) => Err(missing(&name)),
            Ok(Err(error)) => Err(Refusal::failed(&error)),
            Err(error) => Err(Refusal::failed(&error)),
        }
    }
}

/// Reads a table's name, also out of its ARN.
pub(crate) fn table_name(name_or_arn: &str) -> &str {
    name_or_arn
        .split_once(":table/")
        .map_or(name_or_arn, |(_, name)| name)
}
