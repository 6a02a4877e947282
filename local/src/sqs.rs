//! The SQS endpoint: AWS JSON 1.0, the calls that are made here.

mod answers;
mod refusal;
mod requests;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::answers::{failure, received, sent};
use self::refusal::Refusal;
use self::requests::{
    ChangeVisibility, CreateQueue, Delete, DeleteBatch, GetAttributes, GetQueueUrl, QueueUrl,
    Receive, Send, SendBatch, SendEntry,
};
use crate::loopback::{self, Answer};
use crate::queues::{self, Message, NewMessage, QueueError};
use crate::store::Store;
use crate::{ACCOUNT, clock};

const JSON: &str = "application/x-amz-json-1.0";

/// The longest request: ten messages share the limit of one, in JSON escapes.
pub(crate) const BODY_LIMIT: usize = 8 * queues::MESSAGE_LIMIT;

/// The SQS endpoint over a store.
#[derive(Clone)]
pub(crate) struct Sqs {
    store: Arc<Store>,
    url: Arc<str>,
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    Ok(serde_json::from_slice(body)?)
}

impl Sqs {
    /// Creates the endpoint; `url` is its own address.
    pub(crate) fn new(store: Arc<Store>, url: &str) -> Sqs {
        Sqs {
            store,
            url: url.into(),
        }
    }

    /// Answers one call.
    pub(crate) async fn handle(self, request: Request<Bytes>) -> Answer {
        let target = loopback::text(request.headers(), "x-amz-target").unwrap_or("none");
        let operation = target.strip_prefix("AmazonSQS.").unwrap_or(target);
        let answer = match self.call(operation, request.body()).await {
            Ok(Value::Null) => loopback::answer(StatusCode::OK, JSON, "{}"),
            Ok(answer) => loopback::answer(StatusCode::OK, JSON, answer.to_string()),
            Err(refusal) => refusal.into_response(),
        };
        Ok(answer)
    }

    async fn call(&self, operation: &str, body: &[u8]) -> Result<Value, Refusal> {
        match operation {
            "CreateQueue" => self.create(&parse(body)?),
            "GetQueueUrl" => self.find(&parse(body)?),
            "GetQueueAttributes" => self.attributes(&parse(body)?),
            "SendMessage" => self.send(parse(body)?),
            "SendMessageBatch" => self.send_batch(parse(body)?),
            "ReceiveMessage" => self.receive(&parse(body)?).await,
            "DeleteMessage" => self.delete(&parse(body)?),
            "DeleteMessageBatch" => self.delete_batch(&parse(body)?),
            "ChangeMessageVisibility" => self.change_visibility(&parse(body)?),
            "PurgeQueue" => self.purge(&parse(body)?),
            other => Err(Refusal::NotImplemented(other.to_owned())),
        }
    }

    fn queue_url(&self, name: &str) -> Value {
        json!({"QueueUrl": format!("{}/{ACCOUNT}/{name}", self.url)})
    }

    fn create(&self, request: &CreateQueue) -> Result<Value, Refusal> {
        let wanted = settings::parse(&request.attributes)?;
        self.store
            .write(|transaction| queues::create(transaction, &request.name, &wanted))?;
        Ok(self.queue_url(&request.name))
    }

    fn find(&self, request: &GetQueueUrl) -> Result<Value, Refusal> {
        self.store
            .read(|connection| queues::find(connection, &request.name))?;
        Ok(self.queue_url(&request.name))
    }

    fn attributes(&self, request: &GetAttributes) -> Result<Value, Refusal> {
        let (queue, depth) = self.store.read(|connection| {
            let name = queues::name_of_url(&request.queue);
            let queue = queues::find(connection, name)?;
            Ok::<_, QueueError>((queue, queues::depth(connection, name)?))
        })?;
        settings::describe(&queue, depth, &request.names)
    }

    fn send(&self, request: Send) -> Result<Value, Refusal> {
        let queue = queues::name_of_url(&request.queue).to_owned();
        Ok(self.store.write(|transaction| {
            let message = NewMessage {
                body: request.body,
                attributes: request.attributes,
                delay: i64::from(request.delay) * 1_000,
            };
            Ok::<_, QueueError>(sent(
                &queues::send(transaction, &queue, &message)?,
                &message,
            ))
        })?)
    }

    fn send_batch(&self, request: SendBatch) -> Result<Value, Refusal> {
        check_batch(request.entries.iter().map(|entry| entry.id.as_str()))?;
        let queue = queues::name_of_url(&request.queue);
        let messages: Vec<(String, NewMessage)> = request
            .entries
            .into_iter()
            .map(SendEntry::into_message)
            .collect();
        let total: usize = messages.iter().map(|(_, message)| message.len()).sum();
        if total > queues::MESSAGE_LIMIT {
            return Err(QueueError::TooLong.into());
        }
        Ok(self.store.write(|transaction| {
            queues::find(transaction, queue)?;
            let mut done = Vec::new();
            let mut failed = Vec::new();
            for (entry, message) in messages {
                match queues::send(transaction, queue, &message) {
                    Ok(id) => {
                        let mut sent = sent(&id, &message);
                        sent["Id"] = json!(entry);
                        done.push(sent);
                    }
                    Err(QueueError::Store(error)) => return Err(error.into()),
                    Err(error) => failed.push(failure(&entry, error)),
                }
            }
            Ok::<_, QueueError>(json!({"Successful": done, "Failed": failed}))
        })?)
    }

    async fn receive(&self, request: &Receive) -> Result<Value, Refusal> {
        let queue = queues::name_of_url(&request.queue);
        let count = request.count.unwrap_or(1);
        if !(1..=10).contains(&count) {
            return Err(QueueError::InvalidParameter("MaxNumberOfMessages").into());
        }
        let wait = request.wait.unwrap_or(0);
        if wait > 20 {
            return Err(QueueError::InvalidParameter("WaitTimeSeconds").into());
        }
        let visibility = request.visibility.map(|seconds| i64::from(seconds) * 1_000);
        let deadline = tokio::time::Instant::now() + Duration::from_secs(wait);
        let messages = receive(
            &self.store,
            queue,
            (count, queues::MESSAGE_LIMIT, visibility),
            deadline,
        )
        .await?;
        let messages: Vec<Value> = messages
            .iter()
            .map(|message| received(message, queue, request))
            .collect();
        Ok(if messages.is_empty() {
            json!({})
        } else {
            json!({"Messages": messages})
        })
    }

    fn delete(&self, request: &Delete) -> Result<Value, Refusal> {
        let queue = queues::name_of_url(&request.queue);
        self.store
            .write(|transaction| queues::delete(transaction, queue, &request.handle))?;
        Ok(Value::Null)
    }

    fn delete_batch(&self, request: &DeleteBatch) -> Result<Value, Refusal> {
        check_batch(request.entries.iter().map(|entry| entry.id.as_str()))?;
        let queue = queues::name_of_url(&request.queue);
        Ok(self.store.write(|transaction| {
            queues::find(transaction, queue)?;
            let mut done = Vec::new();
            let mut failed = Vec::new();
            for entry in &request.entries {
                match queues::delete(transaction, queue, &entry.handle) {
                    Ok(()) => done.push(json!({"Id": entry.id})),
                    Err(QueueError::Store(error)) => return Err(error.into()),
                    Err(error) => failed.push(failure(&entry.id, error)),
                }
            }
            Ok::<_, QueueError>(json!({"Successful": done, "Failed": failed}))
        })?)
    }

    fn change_visibility(&self, request: &ChangeVisibility) -> Result<Value, Refusal> {
        let queue = queues::name_of_url(&request.queue);
        let visibility = i64::from(request.visibility) * 1_000;
        self.store.write(|transaction| {
            queues::change_visibility(transaction, queue, &request.handle, visibility)
        })?;
        Ok(Value::Null)
    }

    fn purge(&self, request: &QueueUrl) -> Result<Value, Refusal> {
        let queue = queues::name_of_url(&request.queue);
        self.store
            .write(|transaction| queues::purge(transaction, queue))?;
        Ok(Value::Null)
    }
}

/// Receives up to `count` messages and about `bytes` of bodies, and waits for
/// the first one until `deadline`.
pub(crate) async fn receive(
    store: &Store,
    queue: &str,
    (count, bytes, visibility): (usize, usize, Option<i64>),
    deadline: tokio::time::Instant,
) -> Result<Vec<Message>, QueueError> {
    let mut changes = store.changes();
    loop {
        changes.mark_unchanged();
        let next = store.read(|connection| queues::next_visible_at(connection, queue))?;
        let now = clock::now();
        // Looking first keeps idle receivers from waking each other by writing.
        if next.is_some_and(|next| next <= now) {
            let messages = store.write(|transaction| {
                queues::receive(transaction, queue, count, bytes, visibility)
            })?;
            if !messages.is_empty() {
                return Ok(messages);
            }
            continue;
        }
        if tokio::time::Instant::now() >= deadline {
            return Ok(Vec::new());
        }
        let due = next.map_or(deadline, |next| {
            let left = Duration::from_millis(u64::try_from(next - now).unwrap_or(0));
            tokio::time::Instant::now() + left
        });
        tokio::select! {
            _ = changes.changed() => {}
            () = tokio::time::sleep_until(due.min(deadline)) => {}
        }
    }
}

fn check_batch<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> Result<(), Refusal> {
    let count = ids.len();
    if count == 0 {
        return Err(Refusal::EmptyBatch);
    }
    if count > 10 {
        return Err(Refusal::TooManyEntries);
    }
    if ids.collect::<std::collections::BTreeSet<_>>().len() < count {
        return Err(Refusal::EntryIdsNotDistinct);
    }
    Ok(())
}
