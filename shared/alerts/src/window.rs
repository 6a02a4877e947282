//! Windows of suppression: one alert for a rule and group in so much time.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::alert::{EVENT_IDS, GroupValue};
use crate::time;

/// The most events that a window remembers by their hashes: 16 KiB of its item.
///
/// Further ones are counted without being remembered, so that of those a
/// redelivery counts twice; the closing alert then says that it estimates.
pub const REMEMBERED: usize = 1_024;

/// What to do with a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It opened the window: publish it.
    Publish,
    /// It is one more in the window: count it and keep quiet.
    Fold,
    /// The window is over: close it first, then open another with this match.
    Over,
}

/// A window of suppression, opened by the first match of a rule in a group.
///
/// It is measured by the clock and not by the events' own times, because what
/// it spares people is messages. Admitting is idempotent: a redelivered event
/// gets the same answer, and is counted once. Write the window back on
/// condition that the item is as it was read, and admit again where it is not.
///
/// ```
/// use alerts::{Admission, Window};
///
/// let mut window = Window::open("rule", Some("111122223333"), &[], 0, 3600, 1, "alert");
/// assert_eq!(window.admit(1, "first", 5, 5), Admission::Publish);
/// assert_eq!(window.admit(2, "second", 7, 9), Admission::Fold);
/// assert_eq!(window.admit(2, "second", 7, 9), Admission::Fold);
/// assert_eq!(window.close(3599), None);
/// assert_eq!(window.close(3600).expect("one more").count, 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The rule's id.
    pub rule: String,
    /// The account, which every group is within.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
    /// What the matches have in common.
    pub group: Vec<GroupValue>,
    /// When it was opened.
    #[serde(with = "time")]
    pub opened: i64,
    /// When it is over.
    #[serde(with = "time")]
    pub closes: i64,
    /// How many matches were folded.
    pub count: u64,
    /// When the first of the folded events happened.
    #[serde(with = "time")]
    pub first: i64,
    /// When the last of the folded events happened.
    #[serde(with = "time")]
    pub last: i64,
    /// The ids of the first of the folded events.
    pub event_ids: Vec<String>,
    /// The id of the alert that opened it.
    pub opened_by: String,
    /// The hash of the event that opened it.
    #[serde(with = "hash")]
    opener: u64,
    /// The hashes of the folded events, at most [`REMEMBERED`].
    #[serde(with = "hashes")]
    folded: BTreeSet<u64>,
}

/// What the alert that closes a window tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// The account.
    pub account: Option<String>,
    /// What the matches have in common.
    pub group: Vec<GroupValue>,
    /// The id of the alert that opened the window.
    pub opened_by: String,
    /// When the window was opened.
    pub opened: i64,
    /// When it was over.
    pub closes: i64,
    /// How many matches were folded.
    pub count: u64,
    /// Whether redelivered events may be among them more than once.
    pub is_estimate: bool,
    /// When the first of them happened.
    pub first: i64,
    /// When the last of them happened.
    pub last: i64,
    /// The ids of some of them.
    pub event_ids: Vec<String>,
}

impl Window {
    /// Opens a window with the match that is published.
    ///
    /// `opener` is the [`event_hash`](crate::event_hash) of that match's event,
    /// or of a correlation's alert id, and `alert_id` the id of its alert. A
    /// window of no length is over at once: it suppresses nothing.
    pub fn open(
        rule: &str,
        account: Option<&str>,
        group: &[GroupValue],
        now: i64,
        seconds: i64,
        opener: u64,
        alert_id: &str,
    ) -> Self {
        Self {
            rule: rule.to_owned(),
            account: account.map(str::to_owned),
            group: group.to_vec(),
            opened: now,
            closes: now.saturating_add(seconds.max(0)),
            count: 0,
            first: 0,
            last: 0,
            event_ids: Vec::new(),
            opened_by: alert_id.to_owned(),
            opener,
            folded: BTreeSet::new(),
        }
    }

    /// Takes in a match: the hash and id of its event, when that happened, and now.
    ///
    /// Nothing changes unless the answer is [`Admission::Fold`].
    pub fn admit(&mut self, event: u64, event_id: &str, event_time: i64, now: i64) -> Admission {
        if event == self.opener {
            return Admission::Publish;
        }
        if self.folded.contains(&event) {
            return Admission::Fold;
        }
        if self.is_over(now) {
            return Admission::Over;
        }
        if self.count == 0 {
            (self.first, self.last) = (event_time, event_time);
        }
        self.first = self.first.min(event_time);
        self.last = self.last.max(event_time);
        self.count = self.count.saturating_add(1);
        if self.folded.len() < REMEMBERED {
            self.folded.insert(event);
        }
        if self.event_ids.len() < EVENT_IDS {
            self.event_ids.push(crate::escape::clip(event_id, 64));
        }
        Admission::Fold
    }

    /// Tells whether the window's time is over.
    pub const fn is_over(&self, now: i64) -> bool {
        now >= self.closes
    }

    /// Closes the window: what to tell of it, where it is over and folded anything.
    ///
    /// The alert made of this has an id that depends on the window alone, so
    /// that closing it twice is one alert. Delete the window only once that
    /// alert is written.
    pub fn close(&self, now: i64) -> Option<Closing> {
        (self.is_over(now) && self.count > 0).then(|| Closing {
            account: self.account.clone(),
            group: self.group.clone(),
            opened_by: self.opened_by.clone(),
            opened: self.opened,
            closes: self.closes,
            count: self.count,
            is_estimate: self.count > self.folded.len() as u64,
            first: self.first,
            last: self.last,
            event_ids: self.event_ids.clone(),
        })
    }
}

/// A hash as 16 hexadecimal digits: JSON's numbers do not hold 64 bits everywhere.
mod hash {
    use super::{Deserialize as _, Deserializer, Serializer};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    pub(super) fn serialize<S: Serializer>(hash: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{hash:016x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        u64::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
    }
}

/// Hashes one behind the other, each as 16 hexadecimal digits.
mod hashes {
    use super::{BTreeSet, Deserialize as _, Deserializer, REMEMBERED, Serializer};

    pub(super) fn serialize<S: Serializer>(
        hashes: &BTreeSet<u64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.to_be_bytes()).collect();
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeSet<u64>, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = hex::decode(text).map_err(serde::de::Error::custom)?;
        let (hashes, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() || hashes.len() > REMEMBERED {
            return Err(serde::de::Error::custom(
                "the window's hashes are not as they were written",
            ));
        }
        Ok(hashes
            .iter()
            .map(|hash| u64::from_be_bytes(*hash))
            .collect())
    }
}
