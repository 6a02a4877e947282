//! The walk: stamps what is to be kept for another time than it is, and counts what there is.
//!
//! Every day there is one. Another begins wherever policy or holds have changed, and a
//! second one a while after it: an indexer that was at work when they changed may have
//! written by the old ones.

use std::collections::{BTreeMap, BTreeSet};

use index::table::{self, Key};
use index::{Day, Keeping};
use trail::Category;

use crate::Custodian;
use crate::job::{Held, JobError, look};
use crate::keeping::Kept;
use crate::report::{Ages, DayReport};
use crate::run::Run;
use crate::segment::Renewed;
use crate::walk::Entry;

mod state;

pub(crate) use state::{RestampState, WalkState};

/// The job's name.
pub(crate) const RESTAMP: &str = "restamp";

/// The seconds after which a checkpoint is written.
const CHECKPOINT: i64 = 5;

/// The seconds after which it is noted again that something is stamped as past its time.
const NOTED: i64 = 3_600;

/// What a walk through one day found.
#[derive(Debug, Default)]
struct DayFound {
    ages: Ages,
    stamped: u64,
    damaged: u64,
    is_due: bool,
    is_shortened: bool,
    frequent: BTreeSet<u16>,
    /// When the last segment of each header may go; never with nothing.
    headers: BTreeMap<String, Option<i64>>,
}

impl Custodian {
    /// Goes on with the walk, and begins one where it is wanted or a change demands it;
    /// answers whether something is left.
    pub(crate) async fn restamp(&self, is_wanted: bool, run: &Run) -> Result<bool, JobError> {
        let mut kept = self.kept().await?;
        let known: RestampState = look(&self.table, RESTAMP).await?;
        let is_changed = known.fingerprint != kept.fingerprint;
        if !is_wanted && !is_changed && known.walk.is_none() && !known.is_demanded(run.now()) {
            return Ok(known.is_open());
        }
        let Some((mut held, mut state)) =
            Held::take::<RestampState>(&self.table, RESTAMP, run).await?
        else {
            return Ok(true);
        };
        state.see(&kept, run.now());
        if state.walk.is_none() && (is_wanted || state.is_demanded(run.now())) {
            state.walk = Some(WalkState::begin(run.now()));
        }
        let walked = self.walk(&mut held, &mut state, &mut kept, run).await;
        match walked {
            // Another has it by now, and its checkpoint counts.
            Err(JobError::Lost) => Err(JobError::Lost),
            walked => {
                held.leave(&state, run).await?;
                walked.map(|()| state.is_open())
            }
        }
    }

    /// Notes what is to be kept now, and begins a walk where that is a change, without
    /// walking yet.
    pub(crate) async fn begin_restamp(&self, run: &Run) -> Result<(), JobError> {
        let kept = self.kept().await?;
        let Some((held, mut state)) = Held::take::<RestampState>(&self.table, RESTAMP, run).await?
        else {
            // Whoever is at it looks at the holds again before it is done.
            return Ok(());
        };
        state.see(&kept, run.now());
        if state.walk.is_none() && state.is_demanded(run.now()) {
            state.walk = Some(WalkState::begin(run.now()));
        }
        held.leave(&state, run).await
    }

    async fn walk(
        &self,
        held: &mut Held<'_>,
        state: &mut RestampState,
        kept: &mut Kept,
        run: &Run,
    ) -> Result<(), JobError> {
        let mut saved = run.now();
        if !self.finish_renewals(&kept.keeping, run).await? {
            return Ok(());
        }
        while let Some(walk) = state.walk.clone() {
            let Some((category, day, headers)) = self.next_day(&walk).await? else {
                self.end_walk(state, walk, run).await?;
                held.save(state, run).await?;
                break;
            };
            let Some(found) = self
                .walk_day(category, day, &headers, held, state, kept, run)
                .await?
            else {
                break;
            };
            run.count(|counts| counts.days += 1);
            let now = run.now();
            if found.is_shortened {
                state.shortened = Some(now);
            }
            state.note_frequent(category, &found.frequent, now);
            if let Some(walk) = &mut state.walk {
                walk.found.add(category, day, &found);
                walk.category = category.to_string();
                walk.day = Some(day.to_string());
            }
            if now - saved >= CHECKPOINT {
                held.save(state, run).await?;
                saved = now;
                // A hold that was set in the meantime counts from here on.
                *kept = self.kept().await?;
                state.see(kept, now);
                if state.walk.is_none() {
                    state.walk = Some(WalkState::begin(now));
                }
            }
        }
        Ok(())
    }

    /// The next day of a walk with its headers.
    async fn next_day(
        &self,
        walk: &WalkState,
    ) -> Result<Option<(Category, Day, Vec<aws::table::Stamp>)>, JobError> {
        let current: Option<Category> = walk.category.parse().ok();
        let day: Option<Day> = walk.day.as_deref().and_then(|day| day.parse().ok());
        let is_left = |category: &Category| current.is_none_or(|current| *category >= current);
        for category in Category::ALL.into_iter().filter(is_left) {
            let from = day.filter(|_| current == Some(category)).map(Day::next);
            if let Some((day, headers)) = self.first_day(category, from).await? {
                return Ok(Some((category, day, headers)));
            }
        }
        Ok(None)
    }

    async fn end_walk(
        &self,
        state: &mut RestampState,
        walk: WalkState,
        run: &Run,
    ) -> Result<(), JobError> {
        let now = run.now();
        let report = DayReport {
            at: now,
            categories: walk.found.ages.clone(),
        };
        self.table
            .overwrite(&report.item(), &aws::table::Marks::default())
            .await?;
        run.count(|counts| {
            counts.ages = report.categories;
            counts.reported_at = now;
        });
        state.finish(walk, now);
        Ok(())
    }

    /// Walks a day; nothing where the time is over before its end.
    #[expect(
        clippy::too_many_arguments,
        reason = "a day, and the job that it is part of"
    )]
    async fn walk_day(
        &self,
        category: Category,
        day: Day,
        headers: &[aws::table::Stamp],
        held: &mut Held<'_>,
        state: &mut RestampState,
        kept: &Kept,
        run: &Run,
    ) -> Result<Option<DayFound>, JobError> {
        let mut found = DayFound::default();
        let mut from: Option<String> = None;
        loop {
            if run.is_over() {
                return Ok(None);
            }
            // Only while a change is being applied must nothing be missed.
            let is_strict = state.applied.is_none();
            let page = self.page(category, day, from.as_deref(), is_strict).await?;
            found.damaged += page.damaged;
            run.count(|counts| counts.damaged += page.damaged);
            for entry in &page.entries {
                if is_shortened(entry, &kept.keeping, run.now())
                    && state.shortened.is_none_or(|at| run.now() - at > NOTED)
                {
                    // Noted first: else whoever goes on takes it for long past.
                    state.shortened = Some(run.now());
                    held.save(state, run).await?;
                }
                if !self
                    .walk_segment(entry, &kept.keeping, &mut found, run)
                    .await?
                {
                    return Ok(None);
                }
                held.renew(state, run).await?;
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        found.is_due |= self.is_past(category, day, headers, &kept.keeping, run.now());
        for header in headers {
            let Some(last) = found.headers.get(&header.sort) else {
                continue;
            };
            let expires = Keeping::header_expires(*last);
            if header.expires != expires {
                run.pace(self.table.consumed()).await;
                let key = Key {
                    partition: header.partition.clone(),
                    sort: header.sort.clone(),
                };
                let is_there = self.table.stamp(&key.partition, &key.sort, expires).await?;
                run.count(|counts| counts.stamped_items += u64::from(is_there));
            }
        }
        Ok(Some(found))
    }

    /// Looks at a segment and stamps it where it must be; answers no where time is over.
    async fn walk_segment(
        &self,
        entry: &Entry,
        keeping: &Keeping,
        found: &mut DayFound,
        run: &Run,
    ) -> Result<bool, JobError> {
        let now = run.now();
        let expires = keeping.expires(&entry.extent());
        run.count(|counts| counts.segments += 1);
        let is_differing = entry.item.expires != expires;
        if is_differing {
            let is_revived = entry.item.expires.is_some_and(|expires| expires <= now)
                && expires.is_none_or(|expires| expires > now);
            if is_revived {
                match self.renew_incomplete(entry, keeping, run).await? {
                    Renewed::Whole => {}
                    Renewed::Again => return Ok(true),
                    Renewed::OutOfTime => return Ok(false),
                }
            }
            if !self.stamp_segment(entry, keeping, expires, run).await? {
                return Ok(false);
            }
            found.stamped += 1;
            found.is_shortened |= expires.is_some_and(|expires| expires <= now);
        }
        found.is_due |= expires.is_some_and(|expires| self.is_overdue(expires, now));
        // The policy and the restoration aside, only a hold keeps for ever.
        let is_held = expires.is_none()
            && Keeping::from(keeping.policy().clone())
                .expires(&entry.extent())
                .is_some();
        found.ages.add(entry, is_held, expires, now);
        found.frequent.extend(&entry.directory.frequent);
        let last = found.headers.entry(entry.header()).or_insert(expires);
        *last = match (*last, expires) {
            (Some(last), Some(expires)) => Some(last.max(expires)),
            _ => None,
        };
        Ok(true)
    }

    /// Tells whether what expired at a time should be gone by now, and is not for TTL any more.
    pub(crate) fn is_overdue(&self, expires: i64, now: i64) -> bool {
        let days = i64::from(self.settings.purge_after_days);
        expires.saturating_add(days * 86_400) <= now
    }

    /// Tells whether nothing of a day is kept any more, of one header at least.
    pub(crate) fn is_past(
        &self,
        category: Category,
        day: Day,
        headers: &[aws::table::Stamp],
        keeping: &Keeping,
        now: i64,
    ) -> bool {
        headers.iter().any(|header| {
            let class = table::parse_header(&header.sort).map(|(_, class, _)| class);
            class.is_some_and(|class| self.is_class_past(class, category, day, keeping, now))
        })
    }
}

/// Tells whether a segment is to be stamped with a time that is past already.
fn is_shortened(entry: &Entry, keeping: &Keeping, now: i64) -> bool {
    let expires = keeping.expires(&entry.extent());
    entry.item.expires != expires && expires.is_some_and(|expires| expires <= now)
}
