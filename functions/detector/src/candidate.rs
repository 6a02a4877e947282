//! An alert on its way: what is kept of it in the table, and under which key.

use alerts::{Alert, State, event_hash};
use aws::table::{Marked, Marks};
use index::table::alerting::{self, Key};
use index::{Day, Item, Retention};
use lambda::error::Failure;

/// The largest packed alert that fits into an item beside its keys and marks.
const LARGEST_BODY: usize = 390 * 1024;

/// The state of an alert that is yet to be published.
pub(crate) const PENDING: &str = "pending";

/// An alert that is to be published, or to be folded into a window.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) alert: Alert,
    pub(crate) key: Key,
    /// When the table may drop it.
    pub(crate) expires: Option<i64>,
    /// For how many seconds it suppresses others of its rule and group; zero for not at all.
    pub(crate) suppress: i64,
    /// Whom it has reached already.
    pub(crate) reached: Option<String>,
}

/// What an item says about where its alert stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is settled: published, or folded into a window.
    Settled,
    /// It is pending, and held by this invocation.
    Ours,
    /// It is pending, and somebody else is at it.
    Elsewhere,
    /// It is pending, and nobody is at it any more.
    Stale(State),
}

impl Candidate {
    /// Makes a candidate of an alert; `time` must be the same whenever the alert is found.
    pub(crate) fn new(alert: Alert, time: i64, suppress: i64, retention: Retention) -> Self {
        Self {
            key: alerting::alert(time, &alert.id),
            expires: retention.expires(Day::of(time)),
            alert,
            suppress,
            reached: None,
        }
    }

    /// Reads a candidate back from its item.
    pub(crate) fn read(found: &Marked) -> Option<Self> {
        Some(Self {
            alert: read_alert(&found.item)?,
            key: Key {
                partition: found.item.partition.clone(),
                sort: found.item.sort.clone(),
            },
            expires: found.item.expires,
            suppress: found.marks.suppress.unwrap_or_default(),
            reached: found.marks.reached.clone(),
        })
    }

    /// The item, whole: the alert as it is to be published.
    ///
    /// A record for which there is no room is left out; what leads to it stays.
    pub(crate) fn item(&self) -> Result<Item, Failure> {
        let whole = pack(&self.alert)?;
        let body = if whole.len() <= LARGEST_BODY {
            whole
        } else {
            pack(&without_record(&self.alert))?
        };
        Ok(self.item_of(body))
    }

    /// The item of an alert that is not published: without the record, which its log file holds.
    pub(crate) fn short_item(&self) -> Result<Item, Failure> {
        pack(&without_record(&self.alert)).map(|body| self.item_of(body))
    }

    fn item_of(&self, body: Vec<u8>) -> Item {
        Item {
            partition: self.key.partition.clone(),
            sort: self.key.sort.clone(),
            body,
            expires: self.expires,
        }
    }

    /// The marker that the alert is pending.
    pub(crate) fn marker(&self) -> Item {
        let Key { partition, sort } = alerting::pending_alert(&self.key);
        Item {
            partition,
            sort,
            body: Vec::new(),
            expires: self.expires,
        }
    }

    /// The key of its window of suppression.
    pub(crate) fn window(&self) -> Key {
        let alert = &self.alert;
        let pairs = alert.group.iter();
        let group =
            alerting::group_hash(pairs.map(|pair| (pair.field.as_str(), pair.value.as_str())));
        alerting::window(&alert.rule.id, alert.account.as_deref(), &group)
    }

    /// What its window remembers it by.
    pub(crate) fn hash(&self) -> u64 {
        event_hash(self.alert.account.as_deref(), &self.alert.id)
    }
}

/// Reads the alert out of its item.
pub(crate) fn read_alert(item: &Item) -> Option<Alert> {
    serde_json::from_slice(&alerting::unpack(&item.body)?).ok()
}

/// Tells where an alert stands by the marks of its item.
pub(crate) fn standing(marks: &Marks, holder: &str, now: i64) -> Standing {
    if marks.state.as_deref() != Some(PENDING) {
        return Standing::Settled;
    }
    let lease = marks.lease.unwrap_or_default();
    let state = State::Pending { lease };
    if marks.holder.as_deref() == Some(holder) {
        Standing::Ours
    } else if state.is_stale(now) {
        Standing::Stale(state)
    } else {
        Standing::Elsewhere
    }
}

/// The marks of an alert in a state.
pub(crate) fn marks_of(state: State) -> Marks {
    Marks {
        state: Some(state.as_str().to_owned()),
        lease: match state {
            State::Pending { lease } => Some(lease),
            State::Sent { .. } | State::Suppressed => None,
        },
        ..Marks::default()
    }
}

fn pack(alert: &Alert) -> Result<Vec<u8>, Failure> {
    let json = serde_json::to_vec(alert).map_err(Failure::reject)?;
    alerting::pack(&json).map_err(Failure::retry)
}

fn without_record(alert: &Alert) -> Alert {
    let mut short = alert.clone();
    short.record = None;
    short
}

#[cfg(test)]
mod tests {
    use alerts::{Level, RuleSummary};

    use super::*;

    fn candidate(parameters: &str) -> Candidate {
        let rule = RuleSummary::new("rule", "A rule", Level::High);
        let record = format!(
            r#"{{"eventTime":"2026-10-13T12:00:00Z","eventID":"e","recipientAccountId":"111122223333",
                "requestParameters":{{"text":"{parameters}"}}}}"#
        );
        let alert = Alert::of_event(&rule, &record, &[], None).expect("a record");
        let time = alert.first_time;
        Candidate::new(alert, time, 60, Retention::days(30))
    }

    #[test]
    fn a_candidate_is_read_back_from_its_item() {
        let candidate = candidate("x");
        let found = Marked {
            item: candidate.item().expect("an item"),
            marks: Marks {
                suppress: Some(60),
                ..marks_of(State::pending(5, 60))
            },
        };
        let read = Candidate::read(&found).expect("a candidate");
        assert_eq!(read.alert, candidate.alert);
        assert_eq!((&read.key, read.suppress), (&candidate.key, 60));
        assert_eq!(read.window(), candidate.window());
        assert_eq!(read.hash(), candidate.hash());
        let short = candidate.short_item().expect("an item");
        assert_eq!(read_alert(&short).expect("an alert").record, None);
    }

    #[test]
    fn an_alert_fits_into_an_item_whatever_its_record_holds() {
        // Hexadecimal digits of hashes are about as far from compressible as JSON gets.
        let noise: String = (0_u64..4_000)
            .flat_map(|number| {
                let hash = trail::digest::sha256(&number.to_be_bytes());
                hash.map(|byte| char::from(b'0' + byte % 75))
            })
            .map(|letter| if letter == '\\' { '_' } else { letter })
            .collect();
        let candidate = candidate(&noise);
        assert!(candidate.alert.record.is_some(), "the record is kept");
        let item = candidate.item().expect("an item");
        assert!(item.size() < 400 * 1024, "{} bytes", item.size());
        assert!(read_alert(&item).is_some());
    }

    #[test]
    fn marks_tell_whose_turn_it_is() {
        let marks = Marks {
            holder: Some("a".to_owned()),
            ..marks_of(State::pending(100, 60))
        };
        assert_eq!(standing(&marks, "a", 500), Standing::Ours);
        assert_eq!(standing(&marks, "b", 159), Standing::Elsewhere);
        let stale = Standing::Stale(State::Pending { lease: 160 });
        assert_eq!(standing(&marks, "b", 160), stale);
        for settled in [State::Sent { at: 1 }, State::Suppressed] {
            assert_eq!(standing(&marks_of(settled), "a", 500), Standing::Settled);
        }
    }
}
