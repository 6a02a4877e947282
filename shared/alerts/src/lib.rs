//! Alerts: what a person and a program are told of a match, and in which form.
//!
//! This crate is pure: a rule and a record in, an alert out, and of the alert
//! what is published. It also holds the rules by which the detector publishes
//! each alert once ([`State`]) and folds storms into one ([`Window`]); the
//! function carries them out with conditional writes.
//!
//! Two things hold everywhere. No secret leaves: [`redact`] runs before
//! anything else reads a record. And whatever comes out of a record is
//! untrusted: [`escape`] makes it safe for the place it goes to, so that a
//! user who names himself after one of our lines is seen to have done so.
//!
//! ```
//! use alerts::{Alert, Audience, Level, Message, RuleSummary};
//!
//! let rule = RuleSummary::new("trail-logging-stopped", "Trail logging stopped", Level::High);
//! let record = r#"{"eventTime":"2026-10-13T21:51:03Z","eventName":"StopLogging",
//!     "eventSource":"cloudtrail.amazonaws.com","awsRegion":"eu-west-1",
//!     "userIdentity":{"type":"IAMUser","userName":"alice","accountId":"111122223333"}}"#;
//! let alert = Alert::of_event(&rule, record, &[], None).expect("a record");
//! let message = Message::of(&alert, Audience::Subscribers);
//! assert_eq!(message.subject, "[HIGH] Trail logging stopped by alice in 111122223333 (eu-west-1)");
//! ```

pub mod alert;
mod around;
pub mod chat;
pub mod email;
pub mod escape;
pub mod event;
pub mod finding;
mod fingerprint;
pub mod machine;
pub mod message;
pub mod redact;
pub mod rule;
pub mod state;
pub mod subject;
pub mod summary;
mod time;
pub mod window;

pub use alert::{Alert, Correlation, GroupValue, Kind};
pub use around::Around;
pub use event::EventSummary;
pub use finding::Finding;
pub use fingerprint::event_hash;
pub use message::{Audience, Message};
pub use rule::{Level, RuleSummary, Stage};
pub use state::State;
pub use window::{Admission, Closing, Window};
