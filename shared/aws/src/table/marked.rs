//! Items with marks: attributes beside the body, on which later writes are conditional.
//!
//! A body is written whole or not at all; a mark is what two writers compete for.
//! Each write here names the marks that it expects to find, so that of two who act
//! on the same reading one is told that it came too late.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
};
use index::Item;
use index::table::alerting::{HOLDER, LEASE, REACHED, STATE, SUPPRESS, VERSION};
use index::table::{PARTITION, SORT};

use super::{Attributes, Range, Table, attributes, item_of, unforeseen};
use crate::Error;

/// The marks of an item; what is absent is not written, and not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Where what the item stands for is.
    pub state: Option<String>,
    /// Until when somebody is at it, in seconds since 1970.
    pub lease: Option<i64>,
    /// Who is at it.
    pub holder: Option<String>,
    /// How often the item was written.
    pub version: Option<i64>,
    /// For how many seconds an alert suppresses others.
    pub suppress: Option<i64>,
    /// Whom a pending alert has reached already.
    pub reached: Option<String>,
}

/// An item and its marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The item.
    pub item: Item,
    /// Its marks.
    pub marks: Marks,
}

/// What came of creating an item.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, and looked at at once"
)]
pub enum Created {
    /// It was written.
    Written,
    /// One of its key was there; this is what it holds.
    Present(Marked),
}

impl Marks {
    /// The marks that are there, by the names of their attributes.
    fn values(&self) -> impl Iterator<Item = (&'static str, AttributeValue)> {
        let text = |text: &Option<String>| text.clone().map(AttributeValue::S);
        let number =
            |number: Option<i64>| number.map(|number| AttributeValue::N(number.to_string()));
        [
            (STATE, text(&self.state)),
            (LEASE, number(self.lease)),
            (HOLDER, text(&self.holder)),
            (VERSION, number(self.version)),
            (SUPPRESS, number(self.suppress)),
            (REACHED, text(&self.reached)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// Takes the marks out of an item's attributes; nothing where one is of another type.
    fn take(attributes: &mut Attributes) -> Option<Self> {
        let mut text = |name: &str| match attributes.remove(name) {
            Some(AttributeValue::S(text)) => Some(Some(text)),
            Some(_) => None,
            None => Some(None),
        };
        let (state, holder, reached) = (text(STATE)?, text(HOLDER)?, text(REACHED)?);
        let mut number = |name: &str| match attributes.remove(name) {
            Some(AttributeValue::N(number)) => number.parse().ok().map(Some),
            Some(_) => None,
            None => Some(None),
        };
        Some(Self {
            state,
            lease: number(LEASE)?,
            holder,
            version: number(VERSION)?,
            suppress: number(SUPPRESS)?,
            reached,
        })
    }
}

/// An expression over marks, with its names and values.
#[derive(Default)]
struct Expression {
    terms: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Expression {
    /// The terms `#name = :name`, under names that no other expression of the call has.
    fn equal(marks: &Marks, letter: char) -> Self {
        let mut expression = Self::default();
        for (name, value) in marks.values() {
            let (left, right) = (format!("#{letter}{name}"), format!(":{letter}{name}"));
            expression.terms.push(format!("{left} = {right}"));
            expression.names.insert(left, name.to_owned());
            expression.values.insert(right, value);
        }
        expression
    }

    /// The condition that an item is there and has these marks.
    fn condition(expected: &Marks) -> (Self, String) {
        let mut expression = Self::equal(expected, 'e');
        expression
            .terms
            .insert(0, "attribute_exists(#pk)".to_owned());
        expression
            .names
            .insert("#pk".to_owned(), PARTITION.to_owned());
        let text = expression.terms.join(" AND ");
        (expression, text)
    }

    fn values(self) -> Option<HashMap<String, AttributeValue>> {
        // DynamoDB refuses an empty map.
        Some(self.values).filter(|values| !values.is_empty())
    }
}

impl Table {
    /// Puts an item with marks unless one of its key is there.
    ///
    /// An earlier attempt that was cut off may have written it: the holder tells.
    pub async fn create(&self, item: &Item, marks: &Marks) -> Result<Created, Error> {
        let answer = self
            .putting(item, marks)
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PARTITION)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Some(refusal) = self.put_or_refused(item, answer)? else {
            return Ok(Created::Written);
        };
        let present = match refusal {
            PutItemError::ConditionalCheckFailedException(failure) => failure.item,
            _ => None,
        };
        let present = match present {
            Some(attributes) => Some(marked("PutItem", attributes)?),
            None => self.find(&item.partition, &item.sort).await?,
        };
        present.map(Created::Present).ok_or_else(|| {
            Error::unexpected("PutItem", "an item was there and is gone: put it again")
        })
    }

    /// Puts an item with marks, whatever is there.
    pub async fn overwrite(&self, item: &Item, marks: &Marks) -> Result<(), Error> {
        let answer = self.putting(item, marks).send().await;
        match self.put_or_refused(item, answer)? {
            None => Ok(()),
            Some(refusal) => Err(Error::new("PutItem", &refusal)),
        }
    }

    /// Puts an item in place of one that has the expected marks; answers whether it did.
    ///
    /// A no may also come of an earlier attempt of the same call: read before acting on it.
    pub async fn replace(
        &self,
        item: &Item,
        marks: &Marks,
        expected: &Marks,
    ) -> Result<bool, Error> {
        let (expression, condition) = Expression::condition(expected);
        let answer = self
            .putting(item, marks)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(expression.names.clone()))
            .set_expression_attribute_values(expression.values())
            .send()
            .await;
        let refusal = self.put_or_refused(item, answer)?;
        Ok(refusal.is_none())
    }

    /// Begins to put an item with marks.
    fn putting(&self, item: &Item, marks: &Marks) -> PutItemFluentBuilder {
        let marks = marks.values().map(|(name, value)| (name.to_owned(), value));
        let attributes = attributes(item).into_iter().chain(marks);
        self.client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(attributes.collect()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }

    /// Counts what a put consumed; answers nothing where it was put, and else why not,
    /// where that is its condition.
    fn put_or_refused(
        &self,
        item: &Item,
        answer: Result<PutItemOutput, SdkError<PutItemError>>,
    ) -> Result<Option<PutItemError>, Error> {
        match answer {
            Ok(output) => {
                self.consumed.wrote(output.consumed_capacity());
                Ok(None)
            }
            Err(SdkError::ServiceError(refusal))
                if refusal.err().is_conditional_check_failed_exception() =>
            {
                self.consumed.refused(item);
                Ok(Some(refusal.into_err()))
            }
            Err(error) => Err(Error::new("PutItem", &error)),
        }
    }

    /// Sets marks of an item that has the expected ones; answers whether it did.
    ///
    /// A no may also come of an earlier attempt of the same call: read before acting on it.
    pub async fn mark(
        &self,
        partition: &str,
        sort: &str,
        marks: &Marks,
        expected: &Marks,
    ) -> Result<bool, Error> {
        let (condition, text) = Expression::condition(expected);
        let update = Expression::equal(marks, 's');
        let set = format!("SET {}", update.terms.join(", "));
        let mut names = condition.names.clone();
        names.extend(update.names);
        let mut values = condition.values;
        values.extend(update.values);
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .key(PARTITION, AttributeValue::S(partition.to_owned()))
            .key(SORT, AttributeValue::S(sort.to_owned()))
            .update_expression(set)
            .condition_expression(text)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(output) => {
                self.consumed.wrote(output.consumed_capacity());
                Ok(true)
            }
            Err(SdkError::ServiceError(refusal))
                if refusal.err().is_conditional_check_failed_exception() =>
            {
                Ok(false)
            }
            Err(error) => Err(Error::new("UpdateItem", &error)),
        }
    }

    /// Deletes an item where it has the expected marks; one that is gone is no error.
    pub async fn delete(&self, partition: &str, sort: &str, expected: &Marks) -> Result<(), Error> {
        let mut call = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key(PARTITION, AttributeValue::S(partition.to_owned()))
            .key(SORT, AttributeValue::S(sort.to_owned()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        if *expected != Marks::default() {
            let (expression, condition) = Expression::condition(expected);
            call = call
                .condition_expression(condition)
                .set_expression_attribute_names(Some(expression.names.clone()))
                .set_expression_attribute_values(expression.values());
        }
        match call.send().await {
            Ok(output) => {
                self.consumed.wrote(output.consumed_capacity());
                Ok(())
            }
            Err(SdkError::ServiceError(refusal))
                if refusal.err().is_conditional_check_failed_exception() =>
            {
                Ok(())
            }
            Err(error) => Err(Error::new("DeleteItem", &error)),
        }
    }

    /// Gets an item with its marks, strongly consistent.
    pub async fn find(&self, partition: &str, sort: &str) -> Result<Option<Marked>, Error> {
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
        let found = output.item.map(|attributes| marked("GetItem", attributes));
        found.transpose()
    }

    /// Lists at most so many items of a range with their marks, from its begin.
    pub async fn list(&self, range: Range<'_>, most: usize) -> Result<Vec<Marked>, Error> {
        self.listed(range, most, true).await
    }

    /// Lists at most so many items of a range with their marks, from its end backwards.
    pub async fn list_backwards(
        &self,
        range: Range<'_>,
        most: usize,
    ) -> Result<Vec<Marked>, Error> {
        self.listed(range, most, false).await
    }

    async fn listed(
        &self,
        range: Range<'_>,
        most: usize,
        is_forward: bool,
    ) -> Result<Vec<Marked>, Error> {
        let mut items = Vec::new();
        let mut after = None;
        while items.len() < most {
            let left = i32::try_from(most - items.len()).unwrap_or(i32::MAX);
            let page = self.page(range, is_forward, Some(left), after).await?;
            for attributes in page.items {
                items.push(marked("Query", attributes)?);
            }
            after = page.after;
            if after.is_none() {
                break;
            }
        }
        Ok(items)
    }
}

/// Reads an item and its marks; one with attributes of an unforeseen type is an error.
fn marked(operation: &'static str, mut attributes: Attributes) -> Result<Marked, Error> {
    let marks = Marks::take(&mut attributes);
    let item = item_of(operation, attributes)?;
    match marks {
        Some(marks) => Ok(Marked { item, marks }),
        None => Err(unforeseen(operation, &item.partition, &item.sort)),
    }
}
