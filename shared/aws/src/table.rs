//! The table.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConsumedCapacity, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
};
use futures::{StreamExt as _, TryStreamExt as _};
use index::Item;
use index::lookup::{Answer, Read};
use index::table::{BODY, EXPIRES, PARTITION, SORT};

use crate::Error;

pub mod marked;

pub use marked::{Created, Marked, Marks};

/// The tokens that retries are paid with, five each, and that successes give back.
const RETRY_TOKENS: usize = 10_000;

/// How many calls are under way at once for one batch or page.
const AT_ONCE: usize = 64;

/// The table, and what calls to it consumed.
#[derive(Debug)]
pub struct Table {
    client: Client,
    name: String,
    consumed: Consumed,
}

/// What came of putting an item that must not be there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was written.
    Written,
    /// It was there; this is what it holds.
    Present(Item),
}

/// A range of a partition's items.
#[derive(Clone, Copy, Debug)]
pub struct Range<'a> {
    /// The partition key.
    pub partition: &'a str,
    /// The first sort key that is wanted.
    pub from: &'a str,
    /// The last sort key that is wanted.
    pub until: &'a str,
    /// Whether the read must see every write that came before it.
    pub consistent: bool,
}

impl<'a> Range<'a> {
    /// A whole partition, read strongly.
    pub const fn partition(partition: &'a str) -> Self {
        Self {
            partition,
            from: " ",
            until: "~",
            consistent: true,
        }
    }
}

impl<'a> From<&'a Read> for Range<'a> {
    fn from(read: &'a Read) -> Self {
        Self {
            partition: &read.partition,
            // A sort key cannot be empty, and none begins before a space.
            from: if read.from.is_empty() {
                " "
            } else {
                &read.from
            },
            until: &read.until,
            consistent: read.consistent,
        }
    }
}

impl Table {
    /// Makes the table's client.
    pub fn new(config: &SdkConfig, name: impl Into<String>) -> Self {
        Self::with_retries(config, name, crate::retries())
    }

    /// Makes a client that retries as its owner says, for those who cannot wait half a minute.
    pub fn with_retries(config: &SdkConfig, name: impl Into<String>, retries: RetryConfig) -> Self {
        // A page of a lookup reads hundreds of items at once. The budget for retries that
        // clients of a process share by default is spent by the first hundred failures.
        let budget = RetryPartition::custom("table")
            .token_bucket(TokenBucket::new(RETRY_TOKENS))
            .build();
        let config = aws_sdk_dynamodb::config::Builder::from(config)
            .retry_config(retries)
            .retry_partition(budget)
            .timeout_config(crate::timeouts(Duration::from_secs(5)))
            .build();
        Self {
            client: Client::from_conf(config),
            name: name.into(),
            consumed: Consumed::default(),
        }
    }

    /// Makes a table over a client that there is, counting what is consumed anew.
    pub fn over(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
            consumed: Consumed::default(),
        }
    }

    /// The client, for what only set-up and tests do.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What calls have consumed so far.
    pub const fn consumed(&self) -> &Consumed {
        &self.consumed
    }

    /// Puts an item unless one of its key is there.
    ///
    /// An earlier attempt that was cut off may have written it: then it is
    /// present with the same body, which is success to the caller.
    pub async fn put(&self, item: &Item) -> Result<Put, Error> {
        let answer = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(attributes(item)))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PARTITION)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(output) => {
                self.consumed.wrote(output.consumed_capacity());
                Ok(Put::Written)
            }
            Err(SdkError::ServiceError(refusal))
                if refusal.err().is_conditional_check_failed_exception() =>
            {
                // A refused put is billed like the put, and says nothing of it.
                self.consumed.refused(item);
                let PutItemError::ConditionalCheckFailedException(failure) = refusal.into_err()
                else {
                    return Err(Error::unexpected(
                        "PutItem",
                        "the condition failed without a reason",
                    ));
                };
                match failure.item.and_then(item_of) {
                    Some(present) => Ok(Put::Present(present)),
                    None => self.present(item).await,
                }
            }
            Err(error) => Err(Error::new("PutItem", &error)),
        }
    }

    async fn present(&self, item: &Item) -> Result<Put, Error> {
        let present = self.get(&item.partition, &item.sort).await?;
        present.map(Put::Present).ok_or_else(|| {
            Error::unexpected("PutItem", "an item was there and is gone: put it again")
        })
    }

    /// Gets an item, strongly consistent.
    pub async fn get(&self, partition: &str, sort: &str) -> Result<Option<Item>, Error> {
        let output = self
            .client
            .get_item()
            .table_name(&self.name)
            .key(PARTITION, AttributeValue::S(partition.to_owned()))
            .key(SORT, AttributeValue::S(sort.to_owned()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| Error::new("GetItem", &error))?;
        self.consumed.read(output.consumed_capacity());
        Ok(output.item.and_then(item_of))
    }

    /// Reads a range of a partition to its end.
    pub async fn query(&self, range: Range<'_>) -> Result<Answer, Error> {
        let mut answer = Answer::default();
        let mut after = None;
        loop {
            let output = self
                .client
                .query()
                .table_name(&self.name)
                .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :until")
                .expression_attribute_names("#pk", PARTITION)
                .expression_attribute_names("#sk", SORT)
                .expression_attribute_values(":pk", AttributeValue::S(range.partition.to_owned()))
                .expression_attribute_values(":from", AttributeValue::S(range.from.to_owned()))
                .expression_attribute_values(":until", AttributeValue::S(range.until.to_owned()))
                .consistent_read(range.consistent)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .set_exclusive_start_key(after)
                .send()
                .await
                .map_err(|error| Error::new("Query", &error))?;
            answer.read_units += self.consumed.read(output.consumed_capacity());
            let items = output.items.unwrap_or_default();
            answer.items.reserve(items.len());
            for attributes in items {
                answer.items.push(item_of(attributes).ok_or_else(|| {
                    Error::unexpected("Query", "an item has attributes of an unforeseen type")
                })?);
            }
            after = output.last_evaluated_key.filter(|key| !key.is_empty());
            if after.is_none() {
                return Ok(answer);
            }
        }
    }

    /// Makes a lookup's reads, side by side, and hands back each with its answer.
    pub async fn answer(&self, reads: Vec<Read>) -> Result<Vec<(Read, Answer)>, Error> {
        futures::stream::iter(reads)
            .map(|read| async move {
                let answer = self.query(Range::from(&read)).await?;
                Ok((read, answer))
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }
}

/// Read and write units, as the table answers them.
#[derive(Debug, Default)]
pub struct Consumed {
    reads: AtomicU64,
    writes: AtomicU64,
}

/// Units are counted in tenths, because an eventually consistent read costs half a one.
const TENTHS: f64 = 10.0;

impl Consumed {
    /// The read units so far.
    pub fn read_units(&self) -> f64 {
        units(&self.reads)
    }

    /// The write units so far.
    pub fn write_units(&self) -> f64 {
        units(&self.writes)
    }

    fn read(&self, consumed: Option<&ConsumedCapacity>) -> f64 {
        add(&self.reads, consumed)
    }

    fn wrote(&self, consumed: Option<&ConsumedCapacity>) {
        add(&self.writes, consumed);
    }

    fn refused(&self, item: &Item) {
        self.writes
            .fetch_add(10 * item.write_units() as u64, Ordering::Relaxed);
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer units than 2^52")]
fn units(counter: &AtomicU64) -> f64 {
    counter.load(Ordering::Relaxed) as f64 / TENTHS
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "units are positive"
)]
fn add(counter: &AtomicU64, consumed: Option<&ConsumedCapacity>) -> f64 {
    let units = consumed
        .and_then(ConsumedCapacity::capacity_units)
        .unwrap_or_default();
    counter.fetch_add((units * TENTHS).round() as u64, Ordering::Relaxed);
    units
}

fn attributes(item: &Item) -> HashMap<String, AttributeValue> {
    let mut attributes = HashMap::from([
        (
            PARTITION.to_owned(),
            AttributeValue::S(item.partition.clone()),
        ),
        (SORT.to_owned(), AttributeValue::S(item.sort.clone())),
    ]);
    if !item.body.is_empty() {
        attributes.insert(
            BODY.to_owned(),
            AttributeValue::B(Blob::new(item.body.clone())),
        );
    }
    if let Some(expires) = item.expires {
        attributes.insert(EXPIRES.to_owned(), AttributeValue::N(expires.to_string()));
    }
    attributes
}

fn item_of(mut attributes: HashMap<String, AttributeValue>) -> Option<Item> {
    let AttributeValue::S(partition) = attributes.remove(PARTITION)? else {
        return None;
    };
    let AttributeValue::S(sort) = attributes.remove(SORT)? else {
        return None;
    };
    let body = match attributes.remove(BODY) {
        Some(AttributeValue::B(body)) => body.into_inner(),
        Some(_) => return None,
        None => Vec::new(),
    };
    let expires = match attributes.remove(EXPIRES) {
        Some(AttributeValue::N(expires)) => Some(expires.parse().ok()?),
        Some(_) => return None,
        None => None,
    };
    Some(Item {
        partition,
        sort,
        body,
        expires,
    })
}
