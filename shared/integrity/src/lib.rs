//! Integrity: that an archive is whole and unaltered, and how to prove it.
//!
//! CloudTrail signs a digest of every hour's log files and chains the digests.
//! This crate checks them, further than the stock validator does: where it
//! stops at what is there, this also asks what should be there.
//!
//! It is pure: bytes and times in, findings and states out. `now` is a
//! parameter; nothing here waits, fetches or stores.
//!
//! - [`digest`] reads a digest, [`key`] holds CloudTrail's public keys, and
//!   [`stored::check`] verifies one stored digest by itself.
//! - [`record::DigestRecord`] is what is kept of a checked digest;
//!   [`chain::assess`] finds the links' breaks and the hours' states from the
//!   records of a time, in whatever order they came.
//! - [`coverage`] sums the hours up.
//! - [`audit::Audit`] checks a whole set of objects.
//! - [`proof::Proof`] is the document that proves one event.

pub mod audit;
pub mod chain;
pub mod coverage;
pub mod digest;
pub mod finding;
mod hash_text;
pub mod key;
pub mod location;
pub mod proof;
pub mod record;
pub mod stored;

pub use coverage::{Counts, Hour, Summary};
pub use digest::Digest;
pub use finding::{Finding, FindingKind, Severity};
pub use key::{KeyRing, PublicKey};
pub use location::{Location, StreamId};
pub use record::DigestRecord;

/// A digest is expected this many seconds after its end, at the latest.
pub const DIGEST_SLACK: i64 = 2 * 3600 + 15 * 60;
/// A log file is listed this many seconds after its delivery, at the latest.
pub const LISTING_SLACK: i64 = 2 * 3600;
/// The seconds that a digest covers, but for the first and last of a trail.
pub const DIGEST_LENGTH: i64 = 3600;
