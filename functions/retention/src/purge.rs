//! The purge: deletes what is past its time and the table has not dropped by itself.
//!
//! The walk notes the days on which there is such a thing. An item goes only where both
//! its own time and the policy of now say so, no hold touches it, and nobody has kept it
//! for longer in the meantime. Of days on which nothing is kept any more, everything
//! goes that can be found: also blocks and pages that no directory names.

use std::collections::{BTreeMap, BTreeSet};

use index::{Day, Hold, Keeping};
use serde::{Deserialize, Serialize};
use trail::Category;

use crate::Custodian;
use crate::job::{Held, JobError, look};
use crate::restamp::{RESTAMP, RestampState};
use crate::run::Run;
use crate::segment::Removal;
use crate::walk::Entry;

mod leftover;

/// The job's name.
pub(crate) const PURGE: &str = "purge";

/// The seconds after which a checkpoint is written.
const CHECKPOINT: i64 = 5;

/// How far the purge is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PurgeState {
    /// When the walk began whose days were taken up last.
    pub(crate) taken: i64,
    /// When the purge began.
    pub(crate) began: i64,
    /// When the last one was finished.
    pub(crate) ended: Option<i64>,
    /// The days that are left, by category.
    pub(crate) days: BTreeMap<String, BTreeSet<String>>,
    /// How many segments were deleted since it began.
    pub(crate) segments: u64,
    /// How many segments without a directory entry.
    pub(crate) orphans: u64,
}

/// What a purge of a day did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Purged {
    segments: u64,
    orphans: u64,
}

impl PurgeState {
    /// Takes up the days that the last walk has noted.
    fn take_up(&mut self, restamp: &RestampState, now: i64) {
        let Some(walked) = &restamp.last else {
            return;
        };
        if walked.began <= self.taken {
            return;
        }
        self.taken = walked.began;
        if self.days.is_empty() {
            self.began = now;
            self.segments = 0;
            self.orphans = 0;
        }
        for (category, days) in &walked.found.due {
            let known = self.days.entry(category.clone()).or_default();
            known.extend(days.iter().cloned());
        }
    }

    /// Tells whether something is left.
    pub(crate) fn is_open(&self) -> bool {
        self.days.values().any(|days| !days.is_empty())
    }

    /// The next day.
    fn next(&self) -> Option<(String, String)> {
        let mut left = self.days.iter();
        left.find_map(|(category, days)| Some((category.clone(), days.first()?.clone())))
    }

    fn done(&mut self, category: &str, day: &str) {
        if let Some(days) = self.days.get_mut(category) {
            days.remove(day);
        }
        self.days.retain(|_, days| !days.is_empty());
    }
}

impl Custodian {
    /// Goes on with the purge, and takes up what the last walk has noted; answers whether
    /// something is left.
    pub(crate) async fn purge(&self, run: &Run) -> Result<bool, JobError> {
        let restamp: RestampState = look(&self.table, RESTAMP).await?;
        let known: PurgeState = look(&self.table, PURGE).await?;
        let is_new = restamp
            .last
            .as_ref()
            .is_some_and(|last| last.began > known.taken);
        if !known.is_open() && !is_new {
            return Ok(false);
        }
        let Some((mut held, mut state)) = Held::take::<PurgeState>(&self.table, PURGE, run).await?
        else {
            return Ok(true);
        };
        state.take_up(&restamp, run.now());
        let purged = self.purge_days(&mut held, &mut state, &restamp, run).await;
        match purged {
            Err(JobError::Lost) => Err(JobError::Lost),
            purged => {
                if purged.is_ok() && !state.is_open() {
                    state.ended = Some(run.now());
                }
                held.leave(&state, run).await?;
                purged.map(|()| state.is_open())
            }
        }
    }

    async fn purge_days(
        &self,
        held: &mut Held<'_>,
        state: &mut PurgeState,
        restamp: &RestampState,
        run: &Run,
    ) -> Result<(), JobError> {
        let mut saved = run.now();
        while let Some((category, day)) = state.next() {
            let place: Option<(Category, Day)> = category.parse().ok().zip(day.parse().ok());
            if let Some((category, day)) = place {
                let purged = self
                    .purge_day(category, day, held, state, restamp, run)
                    .await?;
                let Some(purged) = purged else {
                    return Ok(());
                };
                state.segments += purged.segments;
                state.orphans += purged.orphans;
                run.count(|counts| counts.days += 1);
            }
            state.done(&category, &day);
            if run.now() - saved >= CHECKPOINT {
                held.save(state, run).await?;
                saved = run.now();
            }
        }
        Ok(())
    }

    /// Purges a day; nothing where the time is over before its end.
    async fn purge_day(
        &self,
        category: Category,
        day: Day,
        held: &mut Held<'_>,
        state: &PurgeState,
        restamp: &RestampState,
        run: &Run,
    ) -> Result<Option<Purged>, JobError> {
        let mut purged = Purged::default();
        let mut kept = BTreeSet::new();
        let mut from: Option<String> = None;
        loop {
            if run.is_over() {
                return Ok(None);
            }
            let page = self.page(category, day, from.as_deref(), true).await?;
            for entry in &page.entries {
                held.renew(state, run).await?;
                // As it is now: a hold that was set a moment ago counts.
                if !self.is_due(entry, &self.settings_only(), restamp, run.now()) {
                    kept.insert(entry.id.clone());
                    continue;
                }
                let keeping = self.kept().await?.keeping;
                if !self.is_due(entry, &keeping, restamp, run.now()) {
                    kept.insert(entry.id.clone());
                    continue;
                }
                let is_finished = self
                    .remove_segment(entry, &keeping, Removal::PastTime, run)
                    .await?;
                purged.segments += 1;
                if !is_finished {
                    return Ok(None);
                }
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        let Some(orphans) = self
            .purge_leftovers(category, day, &kept, restamp, held, state, run)
            .await?
        else {
            return Ok(None);
        };
        purged.orphans = orphans;
        Ok(Some(purged))
    }

    /// The policy without any hold.
    fn settings_only(&self) -> Keeping {
        Keeping::from(self.settings.policy.clone())
    }

    /// Tells whether a segment is to be deleted.
    fn is_due(&self, entry: &Entry, keeping: &Keeping, restamp: &RestampState, now: i64) -> bool {
        let stamped = entry.item.expires;
        let is_past = |expires: Option<i64>| expires.is_some_and(|at| self.is_overdue(at, now));
        is_past(stamped)
            && is_past(keeping.expires(&entry.extent()))
            && !self.is_left_to_table(stamped, restamp, now)
    }

    /// Tells whether an item was stamped so lately with a time that was past already that
    /// the table, which does it for nothing, has not had its days to drop it.
    fn is_left_to_table(&self, stamped: Option<i64>, restamp: &RestampState, now: i64) -> bool {
        restamp.shortened.is_some_and(|shortened| {
            stamped.is_some_and(|stamped| stamped <= shortened) && !self.is_overdue(shortened, now)
        })
    }

    /// Tells whether nothing of a class and day is kept any more, whatever it is.
    pub(crate) fn is_class_past(
        &self,
        class: &str,
        category: Category,
        day: Day,
        keeping: &Keeping,
        now: i64,
    ) -> bool {
        let is_held = |hold: &Hold| hold.overlaps(day.start(), day.end());
        let until = class
            .parse()
            .ok()
            .and_then(|class: index::Class| class.restored_until());
        let expires = match until {
            Some(until) => Some(until.start()),
            None => keeping.policy().longest_in(category).expires(day),
        };
        !keeping.holds().iter().any(is_held)
            && expires.is_some_and(|expires| self.is_overdue(expires, now))
    }
}
