//! A queue.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use crate::Error;

/// The most messages that one call sends.
pub const BATCH: usize = 10;

/// A queue that messages are sent to.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// Makes the queue's client.
    pub fn new(config: &SdkConfig, url: impl Into<String>) -> Self {
        let config = aws_sdk_sqs::config::Builder::from(config)
            .retry_config(crate::retries())
            .timeout_config(crate::timeouts(Duration::from_secs(10)))
            .build();
        Self {
            client: Client::from_conf(config),
            url: url.into(),
        }
    }

    /// Sends up to ten messages in one call; none counts as sent unless all are.
    ///
    /// After an error some may have been sent: sending all of them again is right
    /// for receivers to whom a message may come twice.
    pub async fn send(&self, bodies: &[String]) -> Result<(), Error> {
        let entries = bodies.iter().enumerate().map(|(number, body)| {
            SendMessageBatchRequestEntry::builder()
                .id(number.to_string())
                .message_body(body)
                .build()
                .map_err(|error| Error::unexpected("SendMessageBatch", &error.to_string()))
        });
        let output = self
            .client
            .send_message_batch()
            .queue_url(&self.url)
            .set_entries(Some(entries.collect::<Result<_, _>>()?))
            .send()
            .await
            .map_err(|error| Error::new("SendMessageBatch", &error))?;
        match output.failed().first() {
            None => Ok(()),
            Some(failed) => Err(Error {
                operation: "SendMessageBatch",
                code: Some(failed.code().to_owned()),
                message: failed
                    .message()
                    .unwrap_or("a message was refused")
                    .to_owned(),
            }),
        }
    }
}
