//! A handle to one queue, without HTTP.

use std::sync::Arc;

use tokio::time::Instant;

use super::CloudError;
use crate::queues::{self, Depth, Message, NewMessage, QueueError};
use crate::sqs;
use crate::store::Store;

/// A queue of a [`Cloud`](crate::Cloud); cloning it is cheap.
#[derive(Clone)]
pub struct Queue {
    store: Arc<Store>,
    name: String,
    url: String,
}

impl Queue {
    pub(super) fn new(store: Arc<Store>, name: &str, url: String) -> Queue {
        Queue {
            store,
            name: name.to_owned(),
            url,
        }
    }

    /// Answers the queue's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Answers the queue's URL, as the SQS clients take it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers the queue's ARN.
    pub fn arn(&self) -> String {
        queues::arn(&self.name)
    }

    /// Sends a message and answers its id.
    pub fn send(&self, body: &str) -> Result<String, CloudError> {
        let message = NewMessage {
            body: body.to_owned(),
            ..NewMessage::default()
        };
        Ok(self
            .store
            .write(|transaction| queues::send(transaction, &self.name, &message))?)
    }

    /// Counts the queue's messages.
    pub fn depth(&self) -> Result<Depth, CloudError> {
        Ok(self
            .store
            .read(|connection| queues::depth(connection, &self.name))?)
    }

    /// Deletes all messages.
    pub fn purge(&self) -> Result<(), CloudError> {
        Ok(self
            .store
            .write(|transaction| queues::purge(transaction, &self.name))?)
    }

    /// Gives every message back as if none had been received before: those
    /// that are in flight, and those that were given up into `dead_letter`.
    ///
    /// For whoever knows that all receivers are gone, as after a kill.
    pub fn restore(&self, dead_letter: Option<&Queue>) -> Result<(), CloudError> {
        let dead_letter = dead_letter.map(Queue::name);
        Ok(self
            .store
            .write(|transaction| queues::restore(transaction, &self.name, dead_letter))?)
    }

    /// Resolves once the queue holds no message: none that is visible, in
    /// flight or delayed.
    pub async fn idle(&self) -> Result<(), CloudError> {
        let mut changes = self.store.changes();
        loop {
            changes.mark_unchanged();
            if self.depth()?.is_empty() {
                return Ok(());
            }
            // The sender lives as long as this handle's store.
            let _ = changes.changed().await;
        }
    }

    /// Receives up to `count` messages and about `bytes` of bodies, and waits
    /// for the first one until `deadline`.
    pub(crate) async fn receive(
        &self,
        count: usize,
        bytes: usize,
        visibility: Option<i64>,
        deadline: Instant,
    ) -> Result<Vec<Message>, QueueError> {
        sqs::receive(
            &self.store,
            &self.name,
            (count, bytes, visibility),
            deadline,
        )
        .await
    }

    /// Deletes what succeeded, and gives back what failed after `retry_after`
    /// milliseconds, or when its visibility timeout ends.
    pub(crate) fn settle(
        &self,
        succeeded: &[String],
        failed: &[String],
        retry_after: Option<i64>,
    ) -> Result<(), QueueError> {
        self.store.write(|transaction| {
            for handle in succeeded {
                queues::delete(transaction, &self.name, handle)?;
            }
            if let Some(retry_after) = retry_after {
                for handle in failed {
                    match queues::change_visibility(transaction, &self.name, handle, retry_after) {
                        // The timeout was over before the handler was.
                        Ok(()) | Err(QueueError::NotInFlight) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
            Ok(())
        })
    }
}
