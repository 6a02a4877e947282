//! What is kept of a record that matched.

use std::borrow::Cow;

use detection::{Event, RuleIndex};
use jiff::Timestamp;
use memchr::{memchr, memchr2};
use trail::Record;
use trail::identity::UserIdentity;
use xxhash_rust::xxh3::Xxh3Default;

use super::reader::Place;

/// The longest text that is kept of a field, in bytes; names in AWS are shorter.
const LONGEST: usize = 2_048;

/// A record that matched, reduced to what is told of it.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    /// The rules that it matches, in the order of the rule set.
    pub(super) rules: Vec<RuleIndex>,
    /// The hash of its content, white space aside: the same event in another file has the same.
    pub(super) identity: u128,
    /// When it happened; nothing where the record does not say.
    pub(super) second: Option<i64>,
    pub(super) place: Place,
    pub(super) facts: Facts<String>,
}

/// What is told of an event.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts<T> {
    pub(super) time: Option<T>,
    pub(super) id: Option<T>,
    pub(super) name: Option<T>,
    pub(super) source: Option<T>,
    pub(super) account: Option<T>,
    pub(super) region: Option<T>,
    pub(super) principal: Option<T>,
    pub(super) source_ip: Option<T>,
    pub(super) error: Option<T>,
}

impl<T> Facts<T> {
    /// Makes something else of each.
    pub(super) fn map<'f, U>(&'f self, mut make: impl FnMut(&'f T) -> U) -> Facts<U> {
        let mut make = |fact: &'f Option<T>| fact.as_ref().map(&mut make);
        Facts {
            time: make(&self.time),
            id: make(&self.id),
            name: make(&self.name),
            source: make(&self.source),
            account: make(&self.account),
            region: make(&self.region),
            principal: make(&self.principal),
            source_ip: make(&self.source_ip),
            error: make(&self.error),
        }
    }
}

impl Sighting {
    pub(super) fn of(event: &Event<'_>, place: Place, rules: &[RuleIndex]) -> Self {
        let text = std::str::from_utf8(event.record()).ok();
        let (second, facts) = match text.and_then(|text| Record::parse(text).ok()) {
            Some(record) => (Some(record.time()), facts(&record)),
            // It matched, so it is told, whatever is wrong with the rest of it.
            None => loose(event),
        };
        Self {
            rules: rules.to_vec(),
            identity: identity(event.record()),
            second,
            place,
            facts,
        }
    }
}

fn facts(record: &Record<'_>) -> Facts<String> {
    let principal = record.user_identity.as_ref().and_then(principal);
    Facts {
        time: record.event_time.as_deref().map(keep),
        id: record.id().map(keep),
        name: record.name().map(keep),
        source: record.source().map(keep),
        account: record.account().map(keep),
        region: record.aws_region.as_deref().map(keep),
        principal: principal.map(keep),
        source_ip: record.source_ip_address.as_deref().map(keep),
        error: record.error_code().map(keep),
    }
}

/// Says who called: by ARN, else by the service or the name, id or kind that the record has.
fn principal<'i>(identity: &'i UserIdentity<'_>) -> Option<&'i str> {
    [
        &identity.arn,
        &identity.invoked_by,
        &identity.user_name,
        &identity.principal_id,
        &identity.account_id,
        &identity.kind,
    ]
    .into_iter()
    .filter_map(Option::as_deref)
    .find(|text| !text.is_empty())
}

/// Reads what there is of a record that breaks some rule of CloudTrail's.
fn loose(event: &Event<'_>) -> (Option<i64>, Facts<String>) {
    let field = |name: &str| {
        let text = event.field(name).filter(|text| !text.is_empty());
        text.map(|text: Cow<'_, str>| keep(&text))
    };
    let first = |names: &[&str]| names.iter().find_map(|name| field(name));
    let time = field("eventTime");
    let second = time.as_deref().and_then(|time| time.parse().ok());
    let facts = Facts {
        time,
        id: field("eventID"),
        name: field("eventName"),
        source: field("eventSource"),
        account: first(&["recipientAccountId", "userIdentity.accountId"]),
        region: field("awsRegion"),
        principal: first(&[
            "userIdentity.arn",
            "userIdentity.invokedBy",
            "userIdentity.userName",
            "userIdentity.principalId",
            "userIdentity.accountId",
            "userIdentity.type",
        ]),
        source_ip: field("sourceIPAddress"),
        error: field("errorCode"),
    };
    (second.map(Timestamp::as_second), facts)
}

fn keep(text: &str) -> String {
    text[..text.floor_char_boundary(LONGEST)].to_owned()
}

/// Hashes a record's content: all of it but the white space between its tokens.
fn identity(record: &[u8]) -> u128 {
    let mut hasher = Xxh3Default::new();
    let (mut start, mut at) = (0, 0);
    while at < record.len() {
        let quote = memchr(b'"', &record[at..]).map_or(record.len(), |found| at + found);
        for (place, byte) in (at..).zip(&record[at..quote]) {
            if byte.is_ascii_whitespace() {
                hasher.update(&record[start..place]);
                start = place + 1;
            }
        }
        at = behind_string(record, quote + 1);
    }
    hasher.update(&record[start..]);
    hasher.digest128()
}

/// Finds the end of a string whose text begins at `at`.
fn behind_string(record: &[u8], mut at: usize) -> usize {
    while let Some(found) = record.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        let is_end = record[at + found] == b'"';
        at += found + 1;
        if is_end {
            return at;
        }
        // Whatever is escaped does not end it.
        at += 1;
    }
    record.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(record: &str) -> Sighting {
        let event = Event::parse(record.as_bytes()).expect("an object");
        Sighting::of(&event, Place::default(), &[])
    }

    #[test]
    fn white_space_between_tokens_makes_no_other_event() {
        let compact = identity(br#"{"a":"b \" c","d":[1,2]}"#);
        assert_eq!(
            compact,
            identity(b"{\n  \"a\": \"b \\\" c\",\r\n\t\"d\": [1, 2]\n}")
        );
        assert_ne!(compact, identity(br#"{"a":"b \"  c","d":[1,2]}"#));
        assert_ne!(compact, identity(br#"{"a":"b \" c","d":[1,3]}"#));
        // Cut short anywhere, it is still read to its end and no further.
        let record = br#" {"a":"\\ \" c" , "d" : 1}"#;
        let hashes: Vec<_> = (1..record.len())
            .map(|end| identity(&record[..end]))
            .collect();
        assert!(hashes.len() > 20);
    }

    #[test]
    fn an_event_is_told_by_its_facts() {
        let sighting = sighting(
            r#"{"eventTime":"2026-10-13T08:00:00Z","eventID":"a","eventName":"X","eventSource":"s",
            "awsRegion":"eu-west-1","recipientAccountId":"111122223333","errorCode":"AccessDenied",
            "userIdentity":{"type":"AWSService","invokedBy":"lambda.amazonaws.com"}}"#,
        );
        assert_eq!(sighting.second, Some(1_791_878_400));
        let facts = sighting.facts;
        assert_eq!(facts.principal.as_deref(), Some("lambda.amazonaws.com"));
        assert_eq!(facts.account.as_deref(), Some("111122223333"));
        assert_eq!(facts.error.as_deref(), Some("AccessDenied"));
        assert_eq!(facts.source_ip, None);
    }

    #[test]
    fn a_record_that_is_not_as_it_should_be_is_told_all_the_same() {
        let sighting = sighting(
            r#"{"eventTime":"2026-10-13 08:00:00","eventName":"X","eventName":"Y",
            "userIdentity":{"accountId":"111122223333"}}"#,
        );
        assert_eq!(sighting.second, None);
        assert_eq!(sighting.facts.time.as_deref(), Some("2026-10-13 08:00:00"));
        assert_eq!(sighting.facts.name.as_deref(), Some("Y"));
        assert_eq!(sighting.facts.account.as_deref(), Some("111122223333"));
    }

    #[test]
    fn long_texts_are_cut() {
        let name = "é".repeat(5_000);
        let record = format!(r#"{{"eventTime":"2026-10-13T08:00:00Z","eventName":"{name}"}}"#);
        let name = sighting(&record).facts.name.expect("a name");
        assert_eq!(name.len(), LONGEST);
    }
}
