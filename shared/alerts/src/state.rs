//! Where an alert stands between being found and being sent.

use serde::{Deserialize, Serialize};

/// The state of an alert, kept beside it in the table.
///
/// An alert is written as pending before it is published and as sent after.
/// Whoever dies in between leaves it pending; once its lease is over the sweep
/// claims it and publishes it again, under the same id. So it is never lost,
/// and published twice only after a crash. Each transition is the condition of
/// a write: of two that claim at once, one wins.
///
/// ```
/// use alerts::State;
///
/// let found = State::pending(100, 60);
/// assert_eq!(found.claim(159, 60), None); // somebody is at it
/// let claimed = found.claim(160, 60).expect("its lease is over");
/// assert_eq!(claimed.send(161), Some(State::Sent { at: 161 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum State {
    /// Found, and being published by whoever holds the lease.
    Pending {
        /// The second at which the lease is over.
        lease: i64,
    },
    /// Published.
    Sent {
        /// The second at which it was.
        at: i64,
    },
    /// Folded into a window of suppression, or of a rule that is not published.
    ///
    /// Kept so that the event's redelivery after the window is no new alert.
    Suppressed,
}

impl State {
    /// The state of an alert that was found now and is about to be published.
    pub const fn pending(now: i64, lease_seconds: i64) -> Self {
        Self::Pending {
            lease: now.saturating_add(lease_seconds),
        }
    }

    /// Tells whether nobody holds the lease of an alert that is yet to be published.
    pub const fn is_stale(&self, now: i64) -> bool {
        matches!(*self, Self::Pending { lease } if lease <= now)
    }

    /// Takes over a stale alert; answers nothing where there is nothing to take over.
    ///
    /// Write the answer on condition that the item still holds this state.
    #[must_use]
    pub const fn claim(&self, now: i64, lease_seconds: i64) -> Option<Self> {
        if self.is_stale(now) {
            Some(Self::pending(now, lease_seconds))
        } else {
            None
        }
    }

    /// Notes that a pending alert was published; answers nothing for any other.
    ///
    /// To be written whoever holds the lease by now: it has been published.
    #[must_use]
    pub const fn send(&self, now: i64) -> Option<Self> {
        match self {
            Self::Pending { .. } => Some(Self::Sent { at: now }),
            Self::Sent { .. } | Self::Suppressed => None,
        }
    }

    /// The name under which lists of alerts show the state.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Sent { .. } => "sent",
            Self::Suppressed => "suppressed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_stale_pending_alert_is_claimed() {
        let pending = State::pending(10, 5);
        assert_eq!(pending, State::Pending { lease: 15 });
        assert!(!pending.is_stale(14));
        assert_eq!(pending.claim(14, 5), None);
        assert_eq!(pending.claim(15, 5), Some(State::Pending { lease: 20 }));
        for settled in [State::Sent { at: 12 }, State::Suppressed] {
            assert!(!settled.is_stale(i64::MAX));
            assert_eq!(settled.claim(i64::MAX, 5), None);
            assert_eq!(settled.send(20), None);
        }
        assert_eq!(pending.send(16), Some(State::Sent { at: 16 }));
    }

    #[test]
    fn a_lease_does_not_overflow() {
        let pending = State::pending(i64::MAX, i64::MAX);
        assert_eq!(pending, State::Pending { lease: i64::MAX });
    }

    #[test]
    fn states_are_written_with_their_name() {
        for (state, text) in [
            (
                State::Pending { lease: 15 },
                r#"{"state":"pending","lease":15}"#,
            ),
            (State::Sent { at: 16 }, r#"{"state":"sent","at":16}"#),
            (State::Suppressed, r#"{"state":"suppressed"}"#),
        ] {
            assert_eq!(serde_json::to_string(&state).expect("text"), text);
            assert_eq!(serde_json::from_str::<State>(text).expect("a state"), state);
            assert!(text.contains(state.as_str()));
        }
    }
}
