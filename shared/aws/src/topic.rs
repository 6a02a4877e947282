//! A topic.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;

use crate::Error;

/// A topic that is published to.
#[derive(Clone, Debug)]
pub struct Topic {
    client: Client,
    arn: String,
}

/// What is published.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    /// The subject, which only e-mail shows; none where it is empty.
    pub subject: String,
    /// The message.
    pub body: String,
    /// The `MessageStructure`: `json` where the body has a text for each protocol.
    pub structure: Option<&'static str>,
    /// Text attributes, by which subscriptions filter; none may be empty.
    pub attributes: Vec<(&'static str, String)>,
}

impl Topic {
    /// Makes the topic's client.
    pub fn new(config: &SdkConfig, arn: impl Into<String>) -> Self {
        Self::with_retries(config, arn, crate::retries())
    }

    /// Makes a client that retries as its owner says, for those who cannot wait half a minute.
    pub fn with_retries(config: &SdkConfig, arn: impl Into<String>, retries: RetryConfig) -> Self {
        let config = aws_sdk_sns::config::Builder::from(config)
            .retry_config(retries)
            .timeout_config(crate::timeouts(Duration::from_secs(10)))
            .build();
        Self {
            client: Client::from_conf(config),
            arn: arn.into(),
        }
    }

    /// The topic's ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Publishes a message, and answers the id that SNS gives it.
    ///
    /// After an error it may have been published all the same: its receivers must
    /// know it again by what it says.
    pub async fn publish(&self, publication: Publication) -> Result<String, Error> {
        let Publication {
            subject,
            body,
            structure,
            attributes,
        } = publication;
        let mut call = self
            .client
            .publish()
            .topic_arn(&self.arn)
            .message(body)
            .set_subject(Some(subject).filter(|subject| !subject.is_empty()))
            .set_message_structure(structure.map(str::to_owned));
        for (name, value) in attributes {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(|error| Error::unexpected("Publish", &error.to_string()))?;
            call = call.message_attributes(name, value);
        }
        let output = call
            .send()
            .await
            .map_err(|error| Error::new("Publish", &error))?;
        Ok(output.message_id.unwrap_or_default())
    }
}
