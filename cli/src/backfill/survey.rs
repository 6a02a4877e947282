//! Counting what there is before anything is sent.

use std::fmt;

use indicatif::{HumanBytes, HumanCount};

use super::progress;
use crate::archive::{Bucket, Selection, Stretch};
use crate::failure::Failure;

/// What a backfill is about to queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// Log files.
    pub(super) files: u64,
    /// Their bytes, compressed.
    pub(super) bytes: u64,
    /// Objects that were listed and are not queued: digests and whatever else there is.
    pub(super) others: u64,
}

/// Counts log files behind a key.
///
/// Only counts are kept: the keys are listed once more when they are sent, because a
/// bucket can have more of them than there is memory.
pub(super) async fn survey(
    bucket: &Bucket,
    stretches: &[Stretch],
    selection: &Selection,
    behind: Option<&str>,
) -> Result<Survey, Failure> {
    let mut survey = Survey::default();
    let progress = progress::counting();
    let mut walk = bucket.walk(stretches, behind);
    while let Some(page) = walk.next().await? {
        for object in page {
            if selection.wants(&object.key) {
                survey.files += 1;
                survey.bytes += object.size;
            } else {
                survey.others += 1;
            }
        }
        progress.set_message(format!("{} log files", HumanCount(survey.files)));
        progress.tick();
    }
    progress.finish_and_clear();
    Ok(survey)
}

impl fmt::Display for Survey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            files,
            bytes,
            others,
        } = *self;
        let (files, bytes) = (HumanCount(files), HumanBytes(bytes));
        write!(formatter, "{files} log files, {bytes} compressed")?;
        if others > 0 {
            write!(
                formatter,
                " ({} other objects are left out)",
                HumanCount(others)
            )?;
        }
        Ok(())
    }
}
