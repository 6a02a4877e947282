//! The table.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ConsumedCapacity, ReturnConsumedCapacity};
use futures::{StreamExt as _, TryStreamExt as _};
use index::Item;
use index::lookup::{Answer, Read};
use index::table::{BODY, EXPIRES, PARTITION, SORT};

use crate::Error;

pub mod marked;
pub mod protection;
pub mod stamp;

pub use marked::{Created, Marked, Marks};
pub use stamp::Stamp;

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
        Ok(match self.create(item, &Marks::default()).await? {
            Created::Written => Put::Written,
            Created::Present(present) => Put::Present(present.item),
        })
    }

    /// Gets an item, strongly consistent.
    pub async fn get(&self, partition: &str, sort: &str) -> Result<Option<Item>, Error> {
        let found = self.find(partition, sort).await?;
        Ok(found.map(|found| found.item))
    }

    /// Reads a range of a partition to its end.
    pub async fn query(&self, range: Range<'_>) -> Result<Answer, Error> {
        let mut answer = Answer::default();
        let mut after = None;
        loop {
            let page = self.page(range, true, None, after).await?;
            answer.read_units += page.read_units;
            answer.items.reserve(page.items.len());
            for attributes in page.items {
                answer.items.push(item_of("Query", attributes)?);
            }
            after = page.after;
            if after.is_none() {
                return Ok(answer);
            }
        }
    }

    /// Reads a page of a range of a partition: at most so many items behind those before.
    async fn page(
        &self,
        range: Range<'_>,
        is_forward: bool,
        most: Option<i32>,
        after: Option<Attributes>,
    ) -> Result<Page, Error> {
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
            .scan_index_forward(is_forward)
            .set_limit(most)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .set_exclusive_start_key(after)
            .send()
            .await
            .map_err(|error| Error::new("Query", &error))?;
        Ok(Page {
            read_units: self.consumed.read(output.consumed_capacity()),
            items: output.items.unwrap_or_default(),
            after: output.last_evaluated_key.filter(|key| !key.is_empty()),
        })
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

    /// Counts a refused put, which is billed like the put, and whose answer says nothing of it.
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

/// An item's attributes by their names.
type Attributes = HashMap<String, AttributeValue>;

/// A page of a range of a partition.
struct Page {
    items: Vec<Attributes>,
    /// The key behind which the next page begins, where there is one.
    after: Option<Attributes>,
    read_units: f64,
}

fn attributes(item: &Item) -> Attributes {
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

/// Reads an item; one with attributes of an unforeseen type is an error and not absent.
fn item_of(operation: &'static str, mut attributes: Attributes) -> Result<Item, Error> {
    let mut key = |name: &str| match attributes.remove(name) {
        Some(AttributeValue::S(text)) => text,
        // No item is without its key, which is of this type.
        _ => String::new(),
    };
    let (partition, sort) = (key(PARTITION), key(SORT));
    let body = match attributes.remove(BODY) {
        Some(AttributeValue::B(body)) => Some(body.into_inner()),
        Some(_) => None,
        None => Some(Vec::new()),
    };
    let expires = match attributes.remove(EXPIRES) {
        Some(AttributeValue::N(expires)) => expires.parse().ok().map(Some),
        Some(_) => None,
        None => Some(None),
    };
    let (Some(body), Some(expires)) = (body, expires) else {
        return Err(unforeseen(operation, &partition, &sort));
    };
    Ok(Item {
        partition,
        sort,
        body,
        expires,
    })
}

fn unforeseen(operation: &'static str, partition: &str, sort: &str) -> Error {
    let message = format!("item {partition} / {sort} has attributes of an unforeseen type");
    Error::unexpected(operation, &message)
}
