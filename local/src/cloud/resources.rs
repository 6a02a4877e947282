//! Topics and queues made and used without HTTP, and what they hear of buckets.

use std::sync::Arc;

use super::{Cloud, CloudError, Queue};
use crate::objects::event;
use crate::queues::{self, Redrive, Settings};
use crate::{ACCOUNT, topics};

impl Cloud {
    /// Announces to a topic every put of a key with this prefix and suffix,
    /// from now on; the same announcement twice is one.
    pub fn notify(
        &self,
        bucket: &str,
        prefix: &str,
        suffix: &str,
        topic_arn: &str,
    ) -> Result<(), CloudError> {
        self.store.write(|transaction| {
            topics::require(transaction, topic_arn)?;
            event::configure(transaction, bucket, prefix, suffix, topic_arn)?;
            Ok(())
        })
    }

    /// Creates a topic, or finds it, and answers its ARN.
    pub fn create_topic(&self, name: &str) -> Result<String, CloudError> {
        Ok(self
            .store
            .write(|transaction| topics::create(transaction, name))?)
    }

    /// Sends to a queue what is published to a topic, in SNS's envelope unless
    /// `is_raw`.
    pub fn subscribe(
        &self,
        topic_arn: &str,
        queue: &Queue,
        is_raw: bool,
    ) -> Result<(), CloudError> {
        let arn = queue.arn();
        self.store
            .write(|transaction| topics::subscribe(transaction, topic_arn, &arn, is_raw))?;
        Ok(())
    }

    /// Tells whether a queue hears a topic.
    pub fn is_subscribed(&self, topic_arn: &str, queue: &Queue) -> Result<bool, CloudError> {
        let arn = queue.arn();
        let subscriptions = self
            .store
            .read(|connection| topics::subscriptions(connection, topic_arn))?;
        Ok(subscriptions.iter().any(|one| one.queue == arn))
    }

    /// Creates a queue, or finds it, whose messages go to `dead_letter` when
    /// they were received so often.
    ///
    /// It is refused when the queue exists with another dead-letter queue.
    pub fn create_queue(
        &self,
        name: &str,
        dead_letter: Option<(&Queue, u32)>,
    ) -> Result<Queue, CloudError> {
        let settings = Settings {
            visibility: None,
            redrive: dead_letter.map(|(queue, receives)| Redrive {
                queue: queue.name().to_owned(),
                receives: i64::from(receives),
            }),
        };
        self.store
            .write(|transaction| queues::create(transaction, name, &settings))?;
        Ok(self.handle(name))
    }

    /// Finds a queue by its name or URL.
    pub fn queue(&self, name_or_url: &str) -> Result<Queue, CloudError> {
        let name = queues::name_of_url(name_or_url);
        self.store
            .read(|connection| queues::find(connection, name))?;
        Ok(self.handle(name))
    }

    fn handle(&self, name: &str) -> Queue {
        let url = format!("{}/{ACCOUNT}/{name}", self.sqs);
        Queue::new(Arc::clone(&self.store), name, url)
    }
}
