//! The key that log files are encrypted with, as KMS describes it.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_kms::Client;

use crate::Error;

/// A key of KMS, by its ARN.
#[derive(Clone, Debug)]
pub struct EncryptionKey {
    client: Client,
    arn: String,
}

impl EncryptionKey {
    /// Makes the client.
    pub fn new(config: &SdkConfig, arn: impl Into<String>) -> Self {
        let config = aws_sdk_kms::config::Builder::from(config)
            .retry_config(crate::retries())
            .timeout_config(crate::timeouts(Duration::from_secs(10)))
            .build();
        Self {
            client: Client::from_conf(config),
            arn: arn.into(),
        }
    }

    /// The key's ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Tells the key's state: `Enabled`, `Disabled`, `PendingDeletion` ...
    pub async fn state(&self) -> Result<String, Error> {
        let output = self
            .client
            .describe_key()
            .key_id(&self.arn)
            .send()
            .await
            .map_err(|error| Error::new("DescribeKey", &error))?;
        let key = output
            .key_metadata
            .ok_or_else(|| Error::unexpected("DescribeKey", "the answer names no key"))?;
        match key.key_state {
            Some(state) => Ok(state.as_str().to_owned()),
            None if key.enabled => Ok("Enabled".to_owned()),
            None => Ok("Disabled".to_owned()),
        }
    }
}
