//! The query parameters of `GET /v1/alerts`.

use std::borrow::Cow;

use alerts::{Alert, Level};
use trail::digest::sha256;

use super::cursor::{Cursor, Position};
use crate::moment::Moment;
use crate::rest::parameters::{ParameterError, check_encoding, limit, once, unknown};
use crate::rest::time::{self, Edge};

/// The most alerts of a page.
pub(crate) const MOST_ALERTS: usize = 200;

/// How many alerts a page has where it is not said.
pub(crate) const USUAL_ALERTS: usize = 50;

/// The states that an alert can be in.
const STATES: [&str; 3] = ["pending", "sent", "suppressed"];

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    /// The first second that is wanted.
    pub(super) start: Option<i64>,
    /// The last second that is wanted.
    pub(super) end: Option<i64>,
    /// Which alerts are wanted.
    pub(super) filter: Filter,
    /// How many at most.
    pub(super) limit: usize,
    /// Where the page before left off.
    pub(super) position: Option<Position>,
    /// By what a cursor knows its parameters again.
    fingerprint: u64,
}

/// Which alerts are wanted; what is not said is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    rule: Option<String>,
    /// The least level.
    level: Option<Level>,
    account: Option<String>,
    state: Option<String>,
}

impl Filter {
    /// Tells whether an alert in a state is wanted.
    pub(super) fn takes(&self, alert: &Alert, state: &str) -> bool {
        let is = |wanted: &Option<String>, value: Option<&str>| {
            wanted.is_none() || wanted.as_deref() == value
        };
        is(&self.rule, Some(&alert.rule.id))
            && self.level.is_none_or(|least| alert.rule.level >= least)
            && is(&self.account, alert.account.as_deref())
            && is(&self.state, Some(state))
    }
}

/// The parameters as they stand in the query string.
#[derive(Default)]
struct Raw<'q> {
    start: Option<Cow<'q, str>>,
    end: Option<Cow<'q, str>>,
    rule: Option<Cow<'q, str>>,
    level: Option<Cow<'q, str>>,
    account: Option<Cow<'q, str>>,
    state: Option<Cow<'q, str>>,
    limit: Option<Cow<'q, str>>,
    cursor: Option<Cow<'q, str>>,
}

impl Parameters {
    /// Reads a query string.
    pub(super) fn parse(text: &str, now: i64) -> Result<Self, ParameterError> {
        let raw = Raw::parse(text)?;
        let fingerprint = raw.fingerprint();
        let cursor = raw
            .cursor
            .as_deref()
            .map(|text| Cursor::read(text, fingerprint).ok_or(ParameterError::Cursor))
            .transpose()?;
        let time = |name, text: &Option<Cow<'_, str>>, edge| {
            let parse = |text| time::parse(text, edge, now).ok_or(ParameterError::Time(name));
            text.as_deref().map(parse).transpose()
        };
        let start = time("start", &raw.start, Edge::Start)?.map(|time| time.moment);
        let end = time("end", &raw.end, Edge::End)?.map(|time| time.moment);
        if let (Some(start), Some(end)) = (start, end)
            && start > end
        {
            return Err(ParameterError::Range);
        }
        let level = |text: &str| Level::named(text).ok_or(ParameterError::Level);
        let state = raw.state.as_deref();
        if state.is_some_and(|state| !STATES.contains(&state)) {
            return Err(ParameterError::State);
        }
        let mut parameters = Self {
            start: start.map(Moment::first_second),
            end: end.map(Moment::last_second),
            filter: Filter {
                level: raw.level.as_deref().map(level).transpose()?,
                state: state.map(str::to_owned),
                rule: raw.rule.map(Cow::into_owned),
                account: raw.account.map(Cow::into_owned),
            },
            limit: limit(raw.limit.as_deref(), USUAL_ALERTS, MOST_ALERTS)?,
            position: None,
            fingerprint,
        };
        if let Some((cursor, position)) = cursor {
            parameters.start = cursor.start;
            parameters.end = cursor.end;
            parameters.position = Some(position);
        }
        Ok(parameters)
    }

    /// Makes the cursor of the next page.
    pub(super) fn next(&self, position: Position) -> String {
        Cursor::new(self.fingerprint, (self.start, self.end), position).write()
    }
}

impl<'q> Raw<'q> {
    fn parse(text: &'q str) -> Result<Self, ParameterError> {
        let mut raw = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            check_encoding(&name, &value)?;
            match &*name {
                "start" => once("start", &mut raw.start, value)?,
                "end" => once("end", &mut raw.end, value)?,
                "rule" => once("rule", &mut raw.rule, value)?,
                "level" => once("level", &mut raw.level, value)?,
                "account" => once("account", &mut raw.account, value)?,
                "state" => once("state", &mut raw.state, value)?,
                "limit" => once("limit", &mut raw.limit, value)?,
                "cursor" => once("cursor", &mut raw.cursor, value)?,
                _ => return Err(unknown(&name)),
            }
        }
        Ok(raw)
    }

    /// Hashes what must be the same on every page.
    fn fingerprint(&self) -> u64 {
        let mut bytes = Vec::new();
        for text in [
            &self.start,
            &self.end,
            &self.rule,
            &self.level,
            &self.account,
            &self.state,
        ] {
            let text = text.as_deref().unwrap_or_default();
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        let hash = sha256(&bytes);
        hash[..8]
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute_value::ValueError;

    /// 2026-10-13T08:00:00Z.
    const NOW: i64 = 1_791_878_400;

    fn parse(text: &str) -> Result<Parameters, ParameterError> {
        Parameters::parse(text, NOW)
    }

    #[test]
    fn a_request_is_read() {
        let parameters = parse("").expect("is valid");
        assert_eq!((parameters.start, parameters.end), (None, None));
        assert_eq!((parameters.limit, &parameters.position), (50, &None));
        let parameters =
            parse("start=24h&end=2026-10-13&rule=a+b&level=High&account=1&state=sent&limit=200")
                .expect("is valid");
        let start = Some(NOW - 86_400);
        assert_eq!(
            (parameters.start, parameters.end, parameters.limit),
            (start, Some(NOW + 16 * 3_600 - 1), 200)
        );
        let filter = Filter {
            rule: Some("a b".to_owned()),
            level: Some(Level::High),
            account: Some("1".to_owned()),
            state: Some("sent".to_owned()),
        };
        assert_eq!(parameters.filter, filter);
    }

    #[test]
    fn what_is_wrong_is_named() {
        use ParameterError as E;
        for (text, error) in [
            ("user=x", E::Unknown("user".into())),
            ("rule!=x", E::Unknown("rule!".into())),
            ("rule=1&rule=2", E::Repeated("rule")),
            ("rule=", E::Value("rule", ValueError::Empty)),
            ("level=severe", E::Level),
            ("state=closed", E::State),
            ("start=soon", E::Time("start")),
            ("start=2&end=1", E::Range),
            ("limit=201", E::Limit(200)),
            ("limit=0", E::Limit(200)),
            ("cursor=x", E::Cursor),
            ("account=%ff", E::Encoding("account".into())),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_relative_range_stands_still_while_it_is_walked() {
        let first = parse("start=24h&level=low").expect("is valid");
        let position = Position {
            day: "2026-10-13".parse().expect("a day"),
            behind: Some("1#a".to_owned()),
        };
        let cursor = first.next(position.clone());
        let text = format!("level=low&cursor={cursor}&start=24h&limit=7");
        let second = Parameters::parse(&text, NOW + 600).expect("is valid");
        assert_eq!(second.start, first.start);
        assert_eq!(second.position, Some(position));
        let other = parse(&format!("start=24h&level=high&cursor={cursor}"));
        assert_eq!(other, Err(ParameterError::Cursor));
    }
}
