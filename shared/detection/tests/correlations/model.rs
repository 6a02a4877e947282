//! Events and correlations to try, small enough that everything meets everything.

use proptest::prelude::*;

/// The hour in which everything happens.
const HOUR: &str = "2026-03-02T09";
/// The same in seconds since 1970.
pub(crate) const START: i64 = 1_772_442_000;

/// An event before it is written as a record.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    pub(crate) number: usize,
    pub(crate) second: i64,
    /// The letters of the rules that it matches.
    pub(crate) name: &'static str,
    pub(crate) user: Option<&'static str>,
    pub(crate) value: Option<i64>,
}

impl Happening {
    pub(crate) fn id(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.number)
    }

    pub(crate) fn record(&self) -> String {
        let user = self.user.map(|user| format!(r#","user":"{user}""#));
        let value = self.value.map(|value| format!(r#","value":{value}"#));
        format!(
            r#"{{"eventTime":"{HOUR}:{:02}:{:02}Z","eventID":"{}","eventName":"{}","recipientAccountId":"111122223333"{}{}}}"#,
            self.second / 60,
            self.second % 60,
            self.id(),
            self.name,
            user.unwrap_or_default(),
            value.unwrap_or_default(),
        )
    }
}

/// Events within some seconds, numbered, in no order.
pub(crate) fn happenings(seconds: i64) -> impl Strategy<Value = Vec<Happening>> {
    let one = (
        0..seconds,
        prop::sample::select(vec!["a", "b", "c", "ab", "bc", "x"]),
        prop::option::weighted(0.95, prop::sample::select(vec!["alice", "bob"])),
        prop::option::weighted(0.9, -3_i64..4),
    );
    prop::collection::vec(one, 0..40).prop_map(|all| {
        (0..)
            .zip(all)
            .map(|(number, (second, name, user, value))| Happening {
                number,
                second,
                name,
                user,
                value,
            })
            .collect()
    })
}

/// A correlation before it is written as one.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) kind: &'static str,
    pub(crate) rules: Vec<&'static str>,
    pub(crate) timespan: i64,
    pub(crate) comparison: &'static str,
    pub(crate) number: i64,
}

impl Question {
    pub(crate) fn document(&self) -> String {
        let field = if self.has_value() {
            ", field: value"
        } else {
            ""
        };
        super::correlation(
            "tried",
            &format!(
                "type: {}\nrules: [{}]\ngroup-by: [user]\ntimespan: {}s\ncondition: {{{}: {}{field}}}",
                self.kind,
                self.rules.join(", "),
                self.timespan,
                self.comparison,
                self.number
            ),
        )
    }

    pub(crate) fn has_value(&self) -> bool {
        self.kind.starts_with("value")
    }

    /// Whether what fired once does whatever comes later.
    pub(crate) fn is_monotone(&self) -> bool {
        self.comparison.starts_with('g') && !matches!(self.kind, "value_sum" | "value_avg")
    }
}

pub(crate) fn questions() -> impl Strategy<Value = Question> {
    (
        prop::sample::select(vec![
            "event_count",
            "value_count",
            "temporal",
            "temporal_ordered",
            "value_sum",
            "value_avg",
        ]),
        prop::sample::subsequence(vec!["a", "b", "c"], 1..=3).prop_shuffle(),
        1_i64..9,
        prop::sample::select(vec!["gt", "gte", "gte", "gte", "lt", "lte", "eq", "neq"]),
        1_i64..5,
    )
        .prop_map(|(kind, rules, timespan, comparison, number)| Question {
            kind,
            rules,
            timespan,
            comparison,
            number,
        })
}
