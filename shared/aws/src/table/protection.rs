//! How the table is protected, as DynamoDB describes it.

use aws_sdk_dynamodb::types::{PointInTimeRecoveryStatus, TimeToLiveStatus};

use super::Table;
use crate::Error;

/// What DynamoDB says of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its ARN.
    pub arn: String,
    /// Whether it refuses to be deleted.
    pub is_deletion_protected: bool,
}

impl Table {
    /// Describes the table.
    pub async fn describe(&self) -> Result<Description, Error> {
        let output = self
            .client
            .describe_table()
            .table_name(&self.name)
            .send()
            .await
            .map_err(|error| Error::new("DescribeTable", &error))?;
        let table = output
            .table
            .ok_or_else(|| Error::unexpected("DescribeTable", "the answer names no table"))?;
        let arn = table
            .table_arn
            .ok_or_else(|| Error::unexpected("DescribeTable", "the table has no arn"))?;
        Ok(Description {
            arn,
            is_deletion_protected: table.deletion_protection_enabled.unwrap_or_default(),
        })
    }

    /// Tells by which attribute the table drops items; nothing where it drops none.
    pub async fn time_to_live(&self) -> Result<Option<String>, Error> {
        let output = self
            .client
            .describe_time_to_live()
            .table_name(&self.name)
            .send()
            .await
            .map_err(|error| Error::new("DescribeTimeToLive", &error))?;
        let description = output.time_to_live_description;
        Ok(description.and_then(|description| {
            let is_on = matches!(
                description.time_to_live_status,
                Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
            );
            description.attribute_name.filter(|_| is_on)
        }))
    }

    /// Tells whether the table can be restored to any second of the last days.
    pub async fn is_recoverable(&self) -> Result<bool, Error> {
        let output = self
            .client
            .describe_continuous_backups()
            .table_name(&self.name)
            .send()
            .await
            .map_err(|error| Error::new("DescribeContinuousBackups", &error))?;
        let recovery = output
            .continuous_backups_description
            .and_then(|description| description.point_in_time_recovery_description)
            .and_then(|recovery| recovery.point_in_time_recovery_status);
        Ok(recovery == Some(PointInTimeRecoveryStatus::Enabled))
    }

    /// Reads the table's resource policy; nothing where it has none.
    pub async fn policy(&self, arn: &str) -> Result<Option<String>, Error> {
        let answer = self
            .client
            .get_resource_policy()
            .resource_arn(arn)
            .send()
            .await
            .map_err(|error| Error::new("GetResourcePolicy", &error));
        match answer {
            Ok(output) => Ok(output.policy.filter(|policy| !policy.is_empty())),
            Err(error) if error.has_code(&["PolicyNotFoundException"]) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
