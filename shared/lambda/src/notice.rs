//! Notification envelopes: from whatever arrives to the objects that were delivered.
//!
//! The same S3 delivery reaches a function in many wrappings, depending on
//! how the customer's bucket, topic and queue are joined up: an S3 event, the
//! same inside SNS, inside SQS or inside both, raw or not, an EventBridge
//! event, or CloudTrail's own SNS notice. All of them are understood, so that
//! any of those set-ups works and can be changed without a redeployment.
//!
//! Everything here is pure. What is not understood is a [`Refusal`] that says
//! why and quotes nothing of the message.

mod creation;
mod envelope;
mod message;
mod object;
mod refusal;

pub use creation::Sender;
pub use envelope::read;
pub use message::{Message, Source, messages};
pub use object::Object;
pub use refusal::Refusal;

/// Tells what one message says has happened.
///
/// Which of these a caller acts on is its own affair: the indexer takes
/// [`Notice::delivered`] and lets deletions and tests pass as done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Objects were created; never empty.
    Delivered(Vec<Object>),
    /// Objects, or versions of them, were deleted, expired or hidden by a
    /// delete marker; never empty. Recognised, and nothing to index.
    Removed(Vec<Object>),
    /// More than one kind of record in one message. S3 sends one record a
    /// message, but its format is a list, and nothing in it may be lost.
    Mixed {
        /// The objects that were created.
        delivered: Vec<Object>,
        /// The objects that were deleted.
        removed: Vec<Object>,
        /// Why other records of the message were refused. Where there is one,
        /// the message is to fail after its deliveries have been handled:
        /// handling them again is harmless, losing the refused one is not.
        refused: Vec<Refusal>,
    },
    /// A message by which S3 or CloudTrail tests that it may send.
    Test,
}

impl Notice {
    /// Returns the objects that were created.
    pub fn delivered(&self) -> &[Object] {
        match self {
            Self::Delivered(delivered) | Self::Mixed { delivered, .. } => delivered,
            Self::Removed(_) | Self::Test => &[],
        }
    }

    /// Returns the objects that were deleted.
    pub fn removed(&self) -> &[Object] {
        match self {
            Self::Removed(removed) | Self::Mixed { removed, .. } => removed,
            Self::Delivered(_) | Self::Test => &[],
        }
    }

    /// Returns why parts of the message were refused.
    pub fn refused(&self) -> &[Refusal] {
        match self {
            Self::Mixed { refused, .. } => refused,
            Self::Delivered(_) | Self::Removed(_) | Self::Test => &[],
        }
    }
}
