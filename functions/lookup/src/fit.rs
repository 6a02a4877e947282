//! Cutting a page where its answer would be larger than Lambda hands over.
//!
//! The history ends a page at 5 MB of records as JSON strings. What an answer
//! really takes is known only here: a record stands in it as JSON or as a JSON
//! string, next to its summary, and the whole body goes through Lambda either
//! as a JSON string once more or in base64.

use index::cursor::{self, Position};
use index::{Event, Query};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use trail::Record;

use crate::fault::Fault;

/// The most bytes that the events of an answer take on their way. Lambda's
/// limit is 6,291,556 bytes; the rest is for headers and cursor.
pub(crate) const LARGEST: usize = 6_100_000;

/// The events of an answer, written.
#[derive(Debug)]
pub(crate) struct Fitted {
    /// The events that fit, at least the first.
    pub(crate) events: Vec<Box<RawValue>>,
    /// Where the next page goes on.
    pub(crate) cursor: Option<String>,
}

/// Writes a page's events, as many as fit into an answer.
///
/// Where some are cut off, the cursor is set to go on behind the last one.
pub(crate) fn fit<'e, T: Serialize>(
    events: &'e [Event],
    cursor: Option<String>,
    query: &Query,
    write: impl Fn(&'e Event, Record<'e>) -> Result<T, serde_json::Error>,
) -> Result<Fitted, Fault> {
    fit_into(LARGEST, events, cursor, query, write)
}

fn fit_into<'e, T: Serialize>(
    largest: usize,
    events: &'e [Event],
    cursor: Option<String>,
    query: &Query,
    write: impl Fn(&'e Event, Record<'e>) -> Result<T, serde_json::Error>,
) -> Result<Fitted, Fault> {
    let mut fitted = Fitted {
        events: Vec::with_capacity(events.len()),
        cursor,
    };
    let mut bytes = 0;
    for (number, event) in events.iter().enumerate() {
        let record = event.record().map_err(|error| Fault::damaged(&error))?;
        let written = write(event, record)
            .and_then(|event| to_raw_value(&event))
            .map_err(|error| Fault::damaged(&error))?;
        bytes += sent(written.get()) + 1;
        if bytes > largest && number > 0 {
            let position = Position::Behind(events[number - 1].key.clone());
            fitted.cursor = Some(cursor::write(query, &position));
            break;
        }
        fitted.events.push(written);
    }
    Ok(fitted)
}

/// How many bytes a text takes on its way through Lambda, whichever way it goes:
/// `lambda_http` sends JSON as a string, and what it does not know in base64.
pub(crate) fn sent(text: &str) -> usize {
    let escaped = text
        .bytes()
        .filter(|byte| matches!(byte, b'"' | b'\\'))
        .count();
    (text.len() + escaped).max(text.len().div_ceil(3) * 4)
}

#[cfg(test)]
mod tests {
    use index::EventKey;
    use trail::Category;

    use super::*;

    fn events(count: i64) -> Vec<Event> {
        (0..count)
            .map(|number| {
                let text = format!(r#"{{"eventTime":"2026-10-13T08:00:{:02}Z"}}"#, 59 - number);
                let key = EventKey::of(&Record::parse(&text).expect("a record"));
                Event {
                    key,
                    category: Category::Management,
                    text,
                    restored_until: None,
                }
            })
            .collect()
    }

    fn fit_texts(largest: usize, events: &[Event]) -> Fitted {
        let write = |event: &Event, _: Record<'_>| Ok(event.text.clone());
        fit_into(largest, events, None, &Query::default(), write).expect("is not damaged")
    }

    #[test]
    fn a_page_that_is_cut_goes_on_behind_its_last_event() {
        let events = events(5);
        let one = sent(&serde_json::to_string(&events[0].text).expect("a string")) + 1;
        let fitted = fit_texts(one * 3, &events);
        assert_eq!(fitted.events.len(), 3);
        let position = cursor::read(&Query::default(), &fitted.cursor.expect("goes on"));
        assert_eq!(position, Ok(Position::Behind(events[2].key.clone())));
    }

    #[test]
    fn a_page_has_an_event_even_where_that_is_too_large() {
        let events = events(2);
        assert_eq!(fit_texts(1, &events).events.len(), 1);
        let whole = fit_texts(LARGEST, &events);
        assert_eq!((whole.events.len(), whole.cursor), (2, None));
    }

    #[test]
    fn the_way_through_lambda_is_counted() {
        assert_eq!(sent("abcdef"), 8);
        assert_eq!(sent(r#""\"\"""#), 12);
    }
}
