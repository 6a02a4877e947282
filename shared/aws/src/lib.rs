//! The table, the objects, the queue, the topic and the public keys, over the SDK's clients.
//!
//! Each is a struct over the real client and not a trait: tests point the
//! client at the local cloud, so that signing, serialisation, paging and
//! retries are the real ones. Throttling and time-outs are retried by the
//! client itself, with backoff; what comes back as an error here is worth a
//! retry only where it says so.

#[cfg(feature = "encryption")]
pub mod encryption;
pub mod error;
#[cfg(feature = "keys")]
pub mod keys;
#[cfg(feature = "objects")]
pub mod objects;
#[cfg(feature = "queue")]
pub mod queue;
#[cfg(feature = "table")]
pub mod table;
#[cfg(feature = "topic")]
pub mod topic;
#[cfg(feature = "trail")]
pub mod trail;

#[cfg(feature = "encryption")]
pub use encryption::EncryptionKey;
pub use error::Error;
#[cfg(feature = "keys")]
pub use keys::Keys;
#[cfg(feature = "objects")]
pub use objects::Objects;
#[cfg(feature = "queue")]
pub use queue::Queue;
#[cfg(feature = "table")]
pub use table::Table;
#[cfg(feature = "topic")]
pub use topic::Topic;
#[cfg(feature = "trail")]
pub use trail::Trail;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;

/// How clients retry: throttling and lost connections, with backoff, for about half a minute.
fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(9)
        .with_initial_backoff(Duration::from_millis(100))
        .with_max_backoff(Duration::from_secs(5))
}

/// How long one attempt may take before it is given up and retried.
fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(attempt)
        .build()
}
