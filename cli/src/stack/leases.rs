//! Ends the leases that a killed process has left on alerts.
//!
//! A lease says that somebody is about to publish an alert, and lasts for
//! minutes. Here one process at a time has the directory open, so whoever held
//! one when it was opened is gone, and the sweep need not wait.

use aws::table::{Marks, Range};
use index::table::alerting::{self, PENDING_ALERTS};

use super::Stack;
use crate::failure::Failure;

/// How many markers are read at once.
const PAGE: usize = 200;

impl Stack {
    /// Ends every lease on an alert. Call it while no detector runs.
    pub(super) async fn end_leases(&self) -> Result<(), Failure> {
        let table = self.table();
        let mut from = " ".to_owned();
        loop {
            let range = Range {
                partition: PENDING_ALERTS,
                from: &from,
                until: "~",
                consistent: true,
            };
            let markers = table.list(range, PAGE).await?;
            for marker in &markers {
                let Some(key) = alerting::parse_pending_alert(&marker.item.sort) else {
                    continue;
                };
                let Some(found) = table.find(&key.partition, &key.sort).await? else {
                    continue;
                };
                let expected = Marks {
                    state: Some("pending".to_owned()),
                    lease: found.marks.lease,
                    ..Marks::default()
                };
                let ended = Marks {
                    lease: Some(0),
                    ..Marks::default()
                };
                // One that is settled is left as it is.
                table
                    .mark(&key.partition, &key.sort, &ended, &expected)
                    .await?;
            }
            match markers.last() {
                Some(last) if markers.len() == PAGE => from = format!("{} ", last.item.sort),
                _ => return Ok(()),
            }
        }
    }
}
