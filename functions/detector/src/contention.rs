//! Items that many write: each write is conditional on the version that was read.

use std::time::Duration;

use aws::table::{Created, Marked, Marks};
use index::Item;
use lambda::error::Failure;

use crate::outbox::Outbox;

/// How often an item is read again because somebody else wrote it in between.
pub(crate) const ATTEMPTS: u32 = 30;

/// Too many write the same item at once.
#[derive(Debug, thiserror::Error)]
#[error("an item was written by others {ATTEMPTS} times in a row: {0}")]
pub(crate) struct Contended(pub(crate) &'static str);

/// The marks of a version.
pub(crate) fn version(version: i64) -> Marks {
    Marks {
        version: Some(version),
        ..Marks::default()
    }
}

/// The version of an item as it was read.
pub(crate) fn version_of(found: &Marked) -> i64 {
    found.marks.version.unwrap_or_default()
}

/// Waits before another attempt, and not before the first.
pub(crate) async fn pause(attempt: u32) {
    // The longer the more often: of those that collide, each waits for another time.
    let spread = Duration::from_millis(u64::from(attempt) * 7);
    tokio::time::sleep(spread).await;
}

impl Outbox {
    /// Puts an item in place of the version that was read, or of none.
    ///
    /// Answers no where somebody else has written it since, or an earlier attempt of
    /// the same call has: read it again.
    pub(crate) async fn put_version(
        &self,
        item: &Item,
        read: Option<i64>,
    ) -> Result<bool, Failure> {
        let Some(read) = read else {
            let created = self.table.create(item, &version(1)).await;
            return Ok(created.map_err(Failure::retry)? == Created::Written);
        };
        self.table
            .replace(item, &version(read.saturating_add(1)), &version(read))
            .await
            .map_err(Failure::retry)
    }
}
