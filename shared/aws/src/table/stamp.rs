//! When items expire: read without their bodies, changed, and acted on.
//!
//! Only the retention function may do this. A stamp changes nothing but the time at
//! which the table may drop an item, and a deletion is conditional on that time, so
//! that an item which somebody has just held or kept for longer stays.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use index::table::{EXPIRES, PARTITION, SORT};

use super::{Attributes, Range, TENTHS, Table, unforeseen};
use crate::Error;

/// The key of an item, and when it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The partition key.
    pub partition: String,
    /// The sort key.
    pub sort: String,
    /// When the table may drop the item, in seconds since 1970; never without one.
    pub expires: Option<i64>,
}

impl Table {
    /// Sets when an item expires, or that it never does; answers whether there is such an item.
    ///
    /// May be repeated. One that is not there is not made.
    pub async fn stamp(
        &self,
        partition: &str,
        sort: &str,
        expires: Option<i64>,
    ) -> Result<bool, Error> {
        let call = self
            .client
            .update_item()
            .table_name(&self.name)
            .key(PARTITION, AttributeValue::S(partition.to_owned()))
            .key(SORT, AttributeValue::S(sort.to_owned()))
            .condition_expression("attribute_exists(#pk)")
            .expression_attribute_names("#pk", PARTITION)
            .expression_attribute_names("#expires", EXPIRES)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let call = match expires {
            Some(expires) => call
                .update_expression("SET #expires = :expires")
                .expression_attribute_values(":expires", AttributeValue::N(expires.to_string())),
            None => call.update_expression("REMOVE #expires"),
        };
        match call.send().await {
            Ok(output) => {
                self.consumed.wrote(output.consumed_capacity());
                Ok(true)
            }
            Err(SdkError::ServiceError(refusal))
                if refusal.err().is_conditional_check_failed_exception() =>
            {
                self.consumed.refused_one();
                Ok(false)
            }
            Err(error) => Err(Error::new("UpdateItem", &error)),
        }
    }

    /// Deletes an item where it still expires when it did; answers whether it did.
    ///
    /// A no means that the item is gone, or is kept for longer now.
    pub async fn delete_stamped(&self, stamp: &Stamp) -> Result<bool, Error> {
        let call = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key(PARTITION, AttributeValue::S(stamp.partition.clone()))
            .key(SORT, AttributeValue::S(stamp.sort.clone()))
            .expression_attribute_names("#expires", EXPIRES)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let call = match stamp.expires {
            Some(expires) => call
                .condition_expression("#expires = :expires")
                .expression_attribute_values(":expires", AttributeValue::N(expires.to_string())),
            None => call
                .condition_expression("attribute_exists(#pk) AND attribute_not_exists(#expires)")
                .expression_attribute_names("#pk", PARTITION),
        };
        match call.send().await {
            Ok(output) => {
                self.consumed.wrote(output.consumed_capacity());
                Ok(true)
            }
            Err(SdkError::ServiceError(refusal))
                if refusal.err().is_conditional_check_failed_exception() =>
            {
                self.consumed.refused_one();
                Ok(false)
            }
            Err(error) => Err(Error::new("DeleteItem", &error)),
        }
    }

    /// Lists keys and times of at most so many items of a range, from its begin.
    ///
    /// It is billed as if the bodies were read.
    pub async fn stamps(&self, range: Range<'_>, most: usize) -> Result<Vec<Stamp>, Error> {
        let mut stamps = Vec::new();
        let mut after = None;
        while stamps.len() < most {
            let left = i32::try_from(most - stamps.len()).unwrap_or(i32::MAX);
            let output = self
                .client
                .query()
                .table_name(&self.name)
                .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :until")
                .projection_expression("#pk, #sk, #expires")
                .expression_attribute_names("#pk", PARTITION)
                .expression_attribute_names("#sk", SORT)
                .expression_attribute_names("#expires", EXPIRES)
                .expression_attribute_values(":pk", AttributeValue::S(range.partition.to_owned()))
                .expression_attribute_values(":from", AttributeValue::S(range.from.to_owned()))
                .expression_attribute_values(":until", AttributeValue::S(range.until.to_owned()))
                .consistent_read(range.consistent)
                .limit(left)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .set_exclusive_start_key(after)
                .send()
                .await
                .map_err(|error| Error::new("Query", &error))?;
            self.consumed.read(output.consumed_capacity());
            let items = output.items.unwrap_or_default();
            for attributes in items {
                stamps.push(stamp_of("Query", attributes)?);
            }
            after = output.last_evaluated_key.filter(|key| !key.is_empty());
            if after.is_none() {
                break;
            }
        }
        Ok(stamps)
    }
}

impl super::Consumed {
    /// Counts a refused call on an item of unknown size: at least one unit.
    fn refused_one(&self) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "ten"
        )]
        self.writes
            .fetch_add(TENTHS as u64, std::sync::atomic::Ordering::Relaxed);
    }
}

/// Reads a key and its time; one of an unforeseen type is an error and not absent, or what
/// nobody can name would stay for ever.
fn stamp_of(operation: &'static str, mut attributes: Attributes) -> Result<Stamp, Error> {
    let mut key = |name: &str| match attributes.remove(name) {
        Some(AttributeValue::S(text)) => text,
        // No item is without its key, which is of this type.
        _ => String::new(),
    };
    let (partition, sort) = (key(PARTITION), key(SORT));
    let expires = match attributes.remove(EXPIRES) {
        Some(AttributeValue::N(expires)) => expires.parse().ok().map(Some),
        Some(_) => None,
        None => Some(None),
    };
    let Some(expires) = expires else {
        return Err(unforeseen(operation, &partition, &sort));
    };
    Ok(Stamp {
        partition,
        sort,
        expires,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(expires: Option<AttributeValue>) -> Result<Stamp, Error> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut attributes = Attributes::from([
            (PARTITION.to_owned(), text("tally#2026-10-13")),
            (SORT.to_owned(), text("0720#std.0123456789abcdef0123")),
        ]);
        attributes.extend(expires.map(|expires| (EXPIRES.to_owned(), expires)));
        stamp_of("Query", attributes)
    }

    #[test]
    fn a_time_that_is_no_time_is_an_error_that_names_the_item() {
        let number = |text: &str| Some(AttributeValue::N(text.to_owned()));
        let read = |expires| stamp(expires).map(|stamp| stamp.expires).ok();
        assert_eq!(read(None), Some(None));
        assert_eq!(read(number("1792000000")), Some(Some(1_792_000_000)));
        let strange = [
            Some(AttributeValue::S("1792000000".to_owned())),
            Some(AttributeValue::Null(true)),
            number("1792000000.5"),
        ];
        for expires in strange {
            let error = stamp(expires).expect_err("no time").to_string();
            assert!(error.contains("tally#2026-10-13 / 0720#std."), "{error}");
        }
    }
}
