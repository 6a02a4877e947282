//! The query parameters of `GET /v1/events`.
//!
//! Every attribute is a parameter. Repeated, its values are alternatives;
//! different attributes must all hold. `event_name!=X`, that is a parameter
//! named `event_name!`, leaves out events with the value. What is not known, or
//! stands twice where only one can be meant, is an error.

use std::borrow::Cow;
use std::collections::BTreeSet;

use index::{Attribute, Order, Query};
use trail::Category;

use crate::attribute_value::{self, ValueError};
use crate::rest::time::{self, Edge, Time};

/// The most events of a page.
pub(crate) const MOST_EVENTS: usize = 1_000;

/// How many events a page has where it is not said.
pub(crate) const USUAL_EVENTS: usize = 50;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameters {
    /// What is asked for.
    pub(crate) query: Query,
    /// How many events at most.
    pub(crate) limit: usize,
    /// Where the page before left off.
    pub(crate) cursor: Option<String>,
    /// The time that relative ones were counted from, where there are any: the
    /// first page's, or the range would move while it is walked.
    anchor: Option<i64>,
}

/// Says what is wrong with the parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParameterError {
    #[error("unknown parameter: {0}")]
    Unknown(String),
    #[error("parameter stands more than once: {0}")]
    Repeated(&'static str),
    #[error("parameter is not valid UTF-8: {0}")]
    Encoding(String),
    #[error("parameter {0} {1}")]
    Value(&'static str, ValueError),
    #[error(
        "parameter {0} is not a time: expected ISO 8601, seconds since 1970, or how long ago as in 24h, 90m, 7d or 2w"
    )]
    Time(&'static str),
    #[error("parameter start is after end")]
    Range,
    #[error("parameter order is not newest or oldest")]
    Order,
    #[error("parameter limit is not a number from 1 to {0}")]
    Limit(usize),
    #[error("parameter category is not management, data, networkactivity, insight or all")]
    Category,
    #[error("parameter cursor is not one that this service gave for these parameters")]
    Cursor,
    #[error("parameter level is not informational, low, medium, high or critical")]
    Level,
    #[error("parameter state is not pending, sent or suppressed")]
    State,
    #[error("parameter state is not open or resolved")]
    FindingState,
    #[error("more than {} values are looked for", crate::MOST_VALUES)]
    TooMany,
}

/// The parameters as they stand in the query string.
#[derive(Default)]
struct Raw<'q> {
    start: Option<Cow<'q, str>>,
    end: Option<Cow<'q, str>>,
    order: Option<Cow<'q, str>>,
    limit: Option<Cow<'q, str>>,
    cursor: Option<Cow<'q, str>>,
    categories: BTreeSet<Category>,
    conditions: Vec<(Attribute, bool, String)>,
}

impl Parameters {
    /// Reads a query string.
    pub(crate) fn parse(text: &str, now: i64) -> Result<Self, ParameterError> {
        let raw = Raw::parse(text)?;
        let (anchor, cursor) = match raw.cursor.as_deref().map(split_anchor) {
            None => (None, None),
            Some((anchor, cursor)) => (anchor, Some(cursor.to_owned())),
        };
        let since = anchor.unwrap_or(now);
        let time = |name, text: Option<Cow<'_, str>>, edge| -> Result<Option<Time>, _> {
            text.map(|text| time::parse(&text, edge, since).ok_or(ParameterError::Time(name)))
                .transpose()
        };
        let start = time("start", raw.start, Edge::Start)?;
        let end = time("end", raw.end, Edge::End)?;
        if let (Some(start), Some(end)) = (start, end)
            && start.moment > end.moment
        {
            return Err(ParameterError::Range);
        }
        let is_relative = [start, end]
            .into_iter()
            .flatten()
            .any(|time| time.is_relative);
        if cursor.is_some() && is_relative != anchor.is_some() {
            return Err(ParameterError::Cursor);
        }
        let mut query = Query::default();
        query.start = start.map(|time| time.moment.first_second());
        query.end = end.map(|time| time.moment.last_second());
        query.order = order(raw.order.as_deref())?;
        if !raw.categories.is_empty() {
            query.categories = raw.categories;
        }
        for (attribute, is_negated, value) in raw.conditions {
            if is_negated {
                query.exclude(attribute, value);
            } else {
                query.require(attribute, value);
            }
        }
        let limit = limit(raw.limit.as_deref(), USUAL_EVENTS, MOST_EVENTS)?;
        Ok(Self {
            query,
            limit,
            cursor,
            anchor: is_relative.then_some(since),
        })
    }

    /// Makes the cursor of the next page.
    pub(crate) fn next(&self, cursor: String) -> String {
        match self.anchor {
            Some(anchor) => format!("{anchor}.{cursor}"),
            None => cursor,
        }
    }
}

/// Reads the one parameter of a route that only pages.
pub(crate) fn cursor_only(text: &str) -> Result<Option<String>, ParameterError> {
    let mut cursor = None;
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        if name != "cursor" {
            return Err(unknown(&name));
        }
        once("cursor", &mut cursor, value)?;
    }
    Ok(cursor.map(Cow::into_owned))
}

impl<'q> Raw<'q> {
    fn parse(text: &'q str) -> Result<Self, ParameterError> {
        let mut raw = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            check_encoding(&name, &value)?;
            match &*name {
                "start" => once("start", &mut raw.start, value)?,
                "end" => once("end", &mut raw.end, value)?,
                "order" => once("order", &mut raw.order, value)?,
                "limit" => once("limit", &mut raw.limit, value)?,
                "cursor" => once("cursor", &mut raw.cursor, value)?,
                "category" if value == "all" => raw.categories.extend(Category::ALL),
                "category" => {
                    let category = value.parse().map_err(|_| ParameterError::Category)?;
                    raw.categories.insert(category);
                }
                _ => raw.add_condition(&name, value)?,
            }
        }
        Ok(raw)
    }

    fn add_condition(&mut self, name: &str, value: Cow<'q, str>) -> Result<(), ParameterError> {
        let (plain, is_negated) = match name.strip_suffix('!') {
            Some(plain) => (plain, true),
            None => (name, false),
        };
        let attribute = Attribute::ALL
            .into_iter()
            .find(|attribute| attribute.parameter() == plain)
            .ok_or_else(|| unknown(name))?;
        attribute_value::check(attribute, &value)
            .map_err(|error| ParameterError::Value(attribute.parameter(), error))?;
        if self.conditions.len() >= crate::MOST_VALUES {
            return Err(ParameterError::TooMany);
        }
        self.conditions
            .push((attribute, is_negated, value.into_owned()));
        Ok(())
    }
}

/// Refuses a parameter that is not UTF-8.
pub(super) fn check_encoding(name: &str, value: &str) -> Result<(), ParameterError> {
    // Decoding puts it where something was not UTF-8; no real name has it.
    if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
        return Err(ParameterError::Encoding(shorten(name)));
    }
    Ok(())
}

/// Takes a parameter that may stand once, and with a value.
pub(super) fn once<'q>(
    name: &'static str,
    place: &mut Option<Cow<'q, str>>,
    value: Cow<'q, str>,
) -> Result<(), ParameterError> {
    if value.is_empty() {
        return Err(ParameterError::Value(name, ValueError::Empty));
    }
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(ParameterError::Repeated(name)),
    }
}

/// Names a parameter that is not known.
pub(super) fn unknown(name: &str) -> ParameterError {
    ParameterError::Unknown(shorten(name))
}

/// Shortens a name for an error; it can be as long as the request.
fn shorten(name: &str) -> String {
    name.chars().take(100).collect()
}

fn order(text: Option<&str>) -> Result<Order, ParameterError> {
    match text {
        None | Some("newest") => Ok(Order::NewestFirst),
        Some("oldest") => Ok(Order::OldestFirst),
        Some(_) => Err(ParameterError::Order),
    }
}

/// Reads how many are wanted.
pub(super) fn limit(
    text: Option<&str>,
    usual: usize,
    most: usize,
) -> Result<usize, ParameterError> {
    let Some(text) = text else {
        return Ok(usual);
    };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = text
        .parse()
        .ok()
        .filter(|limit| is_plain && (1..=most).contains(limit));
    limit.ok_or(ParameterError::Limit(most))
}

/// Takes the time that relative ones were counted from off a cursor.
fn split_anchor(cursor: &str) -> (Option<i64>, &str) {
    let parts = cursor.split_once('.');
    let anchored = parts.and_then(|(anchor, rest)| Some((anchor.parse().ok()?, rest)));
    anchored.map_or((None, cursor), |(anchor, rest)| (Some(anchor), rest))
}

#[cfg(test)]
mod tests;
