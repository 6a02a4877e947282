//! A window as the table keeps it.

use alerts::Window;
use aws::table::Marked;
use index::Item;
use index::table::alerting::{self, Key};
use lambda::error::Failure;
use serde::{Deserialize, Serialize};

/// How long a window is kept behind its end, in seconds: far longer than redeliveries take.
const KEPT: i64 = 30 * 86_400;

/// The state of a window that is frozen.
pub(super) const CLOSED: &str = "closed";

/// A window as its item holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) window: Window,
    /// The key of the alert that opened it.
    pub(super) partition: String,
    pub(super) sort: String,
}

impl Stored {
    pub(super) fn read(found: &Marked) -> Option<Self> {
        serde_json::from_slice(&alerting::unpack(&found.item.body)?).ok()
    }

    pub(super) fn item(&self, key: &Key) -> Result<Item, Failure> {
        let json = serde_json::to_vec(self).map_err(Failure::reject)?;
        Ok(Item {
            partition: key.partition.clone(),
            sort: key.sort.clone(),
            body: alerting::pack(&json).map_err(Failure::retry)?,
            expires: Some(self.window.closes.saturating_add(KEPT)),
        })
    }

    /// The time by which a match is admitted: a frozen window is over, whatever the clock says.
    pub(super) fn time(&self, found: &Marked, now: i64) -> i64 {
        if is_closed(found) {
            now.max(self.window.closes)
        } else {
            now
        }
    }
}

pub(super) fn is_closed(found: &Marked) -> bool {
    found.marks.state.as_deref() == Some(CLOSED)
}
