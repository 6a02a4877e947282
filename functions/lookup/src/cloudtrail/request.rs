//! The request of `LookupEvents`: from JSON to a query.

use std::collections::BTreeSet;

use index::{Attribute, Query};
use serde::Deserialize;
use serde_json::error::Category as Misread;
use serde_json::{Map, Number, Value};
use trail::Category;

use crate::attribute_value;
use crate::cloudtrail::error::{Code, Error};
use crate::moment::Moment;

/// The most events of a page, and how many there are where none is asked for.
const MOST_EVENTS: usize = 50;

/// A request that may be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// What is asked for.
    pub(crate) query: Query,
    /// How many events at most.
    pub(crate) events: usize,
    /// Where the page before left off.
    pub(crate) cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    lookup_attributes: Option<Vec<WireAttribute>>,
    start_time: Option<WireTime>,
    end_time: Option<WireTime>,
    event_category: Option<String>,
    max_results: Option<Number>,
    next_token: Option<String>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireAttribute {
    attribute_key: Option<String>,
    attribute_value: Option<String>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

/// A time: a number on the wire, an ISO 8601 text from clients written by hand.
#[derive(Deserialize)]
#[serde(untagged)]
enum WireTime {
    Number(Number),
    Text(String),
}

impl Request {
    /// Reads a request's body.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Error> {
        let wire: Wire = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
        refuse_unknown(&wire.unknown)?;
        let mut query = Query::default();
        query.categories = categories(wire.event_category.as_deref())?;
        let keys = allowed_keys(&query.categories);
        add_attributes(&mut query, wire.lookup_attributes.unwrap_or_default(), keys)?;
        let start = wire
            .start_time
            .map(|time| moment("StartTime", time))
            .transpose()?;
        let end = wire
            .end_time
            .map(|time| moment("EndTime", time))
            .transpose()?;
        if let (Some(start), Some(end)) = (start, end)
            && start > end
        {
            return Err(Error::new(
                Code::InvalidTimeRange,
                "StartTime is after EndTime",
            ));
        }
        // Events have whole seconds: a fraction narrows the range from either side.
        query.start = start.map(Moment::first_second);
        query.end = end.map(Moment::last_second);
        let events = events(wire.max_results)?;
        Ok(Self {
            query,
            events,
            cursor: wire.next_token,
        })
    }
}

/// Says what kind of body it is not, and where; the body itself is not quoted.
fn unreadable(error: &serde_json::Error) -> Error {
    let message = match error.classify() {
        Misread::Data => "the request has a member of the wrong type, or one that stands twice",
        _ => "the request is not valid JSON",
    };
    Error::new(Code::Serialization, message)
}

fn refuse_unknown(unknown: &Map<String, Value>) -> Result<(), Error> {
    match unknown.keys().next() {
        None => Ok(()),
        Some(name) => {
            // A name can be as long as the request.
            let name: String = name.chars().take(100).collect();
            Err(Error::new(
                Code::Validation,
                format!("the request has an unknown member: {name}"),
            ))
        }
    }
}

/// The categories that a request names; management events where it names none.
fn categories(name: Option<&str>) -> Result<BTreeSet<Category>, Error> {
    let category = match name {
        None | Some("management") => Category::Management,
        Some("insight") => Category::Insight,
        Some("data") => Category::Data,
        Some("networkactivity") => Category::NetworkActivity,
        Some("all") => return Ok(BTreeSet::from(Category::ALL)),
        Some(_) => {
            let message =
                "EventCategory is not one of insight, management, data, networkactivity and all";
            return Err(Error::new(Code::InvalidEventCategory, message));
        }
    };
    Ok(BTreeSet::from([category]))
}

/// The attributes that events of some categories can be looked up by: few for Insights alone.
fn allowed_keys(categories: &BTreeSet<Category>) -> &'static [Attribute] {
    if categories.iter().eq([&Category::Insight]) {
        &[
            Attribute::EventId,
            Attribute::EventName,
            Attribute::EventSource,
        ]
    } else {
        &Attribute::ALL
    }
}

fn add_attributes(
    query: &mut Query,
    attributes: Vec<WireAttribute>,
    allowed: &[Attribute],
) -> Result<(), Error> {
    let refuse = |message: String| Err(Error::new(Code::InvalidLookupAttributes, message));
    if attributes.len() > crate::MOST_VALUES {
        return refuse(format!("more than {} LookupAttributes", crate::MOST_VALUES));
    }
    for attribute in attributes {
        refuse_unknown(&attribute.unknown)?;
        let (Some(key), Some(value)) = (attribute.attribute_key, attribute.attribute_value) else {
            return refuse("a lookup attribute lacks its AttributeKey or AttributeValue".into());
        };
        let known = Attribute::ALL.into_iter().find(|known| known.key() == key);
        let Some(attribute) = known else {
            let keys = Attribute::ALL.map(Attribute::key).join(", ");
            return refuse(format!("AttributeKey is not one of {keys}"));
        };
        if !allowed.contains(&attribute) {
            return refuse(format!("Insights events cannot be looked up by {key}"));
        }
        if let Err(error) = attribute_value::check(attribute, &value) {
            return refuse(format!("the AttributeValue of {key} {error}"));
        }
        query.require(attribute, value);
    }
    Ok(())
}

fn moment(name: &str, time: WireTime) -> Result<Moment, Error> {
    let out_of_range = || {
        Error::new(
            Code::InvalidTimeRange,
            format!("{name} is outside the possible range"),
        )
    };
    match time {
        WireTime::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(second), _) => Moment::from_second(second).ok_or_else(out_of_range),
            (None, Some(seconds)) => Moment::from_seconds(seconds).ok_or_else(out_of_range),
            (None, None) => Err(out_of_range()),
        },
        WireTime::Text(text) => Moment::parse(&text).ok_or_else(|| {
            let message = format!("{name} is neither a number of seconds since 1970 nor ISO 8601");
            Error::new(Code::Serialization, message)
        }),
    }
}

fn events(number: Option<Number>) -> Result<usize, Error> {
    let Some(number) = number else {
        return Ok(MOST_EVENTS);
    };
    if number.is_f64() {
        return Err(Error::new(
            Code::Serialization,
            "MaxResults is not a whole number",
        ));
    }
    let events = number
        .as_u64()
        .and_then(|number| usize::try_from(number).ok());
    events
        .filter(|events| (1..=MOST_EVENTS).contains(events))
        .ok_or_else(|| {
            let message = format!("MaxResults is not between 1 and {MOST_EVENTS}");
            Error::new(Code::InvalidMaxResults, message)
        })
}

#[cfg(test)]
mod tests;
