//! The archive, folder by folder: a day of an account and Region.

use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;

use super::comparison::{Comparison, Direction};
use super::group::{Recording, groups, members};
use super::recorded::{delivery, folder, records};
use super::totals::Outcome;
use crate::archive::{Listed, Selection, Walk};
use crate::failure::Failure;

/// For how long after its delivery a file may be on its way into the index, in seconds.
const ON_ITS_WAY: i64 = 1_800;

/// How many groups of files are compared at once.
const GROUPS_AT_ONCE: usize = 2;

/// A folder's log files.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) name: String,
    pub(super) files: Vec<Listed>,
}

/// A walk over the folders of the archive, in the order of their keys.
pub(super) struct Folders<'a> {
    walk: Walk<'a>,
    selection: &'a Selection,
    page: std::vec::IntoIter<Listed>,
    open: Option<Folder>,
}

impl<'a> Folders<'a> {
    /// Starts a walk.
    pub(super) fn of(walk: Walk<'a>, selection: &'a Selection) -> Self {
        Self {
            walk,
            selection,
            page: Vec::new().into_iter(),
            open: None,
        }
    }

    /// Lists the next folder; nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Folder>, Failure> {
        loop {
            for object in self.page.by_ref() {
                if !self.selection.wants(&object.key) {
                    continue;
                }
                let name = folder(&object.key);
                match &mut self.open {
                    Some(open) if open.name == name => open.files.push(object),
                    _ => {
                        let next = Folder {
                            name: name.to_owned(),
                            files: vec![object],
                        };
                        if let Some(done) = self.open.replace(next) {
                            return Ok(Some(done));
                        }
                    }
                }
            }
            match self.walk.next().await? {
                Some(page) => self.page = page.into_iter(),
                None => return Ok(self.open.take()),
            }
        }
    }
}

impl Comparison {
    /// Compares a folder of the archive with what the index holds of it.
    pub(super) async fn folder(&self, folder: Folder) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::default();
        let sample = folder.files.first().and_then(|file| delivery(&file.key));
        let Some(delivery) = sample else {
            return Ok(outcome);
        };
        let now = Timestamp::now().as_second();
        let expectation = Arc::new(self.kept.at(now));
        let bucket = &self.location.bucket;
        let mut recorded = records(&self.table, bucket, &folder.name, &delivery).await?;
        recorded.retain(|recorded| {
            let until = recorded.restored_until;
            self.is_ours(&recorded.version) && until.is_none_or(|until| now < until.start())
        });
        let mut members = members(bucket, folder.files, recorded);
        members.retain(|member| {
            let is_pending = matches!(member.record, Recording::Nothing)
                && !member.is_restored
                && super::recorded::delivery(&member.version.key)
                    .is_some_and(|delivery| now - delivery.time < ON_ITS_WAY);
            outcome.totals.pending += u64::from(is_pending);
            !is_pending
        });
        let mut compared = futures::stream::iter(groups(members))
            .map(|group| self.compare(group, &expectation, Direction::BothWays))
            .buffered(GROUPS_AT_ONCE);
        while let Some(compared) = compared.try_next().await? {
            outcome.join(compared);
        }
        Ok(outcome)
    }
}
