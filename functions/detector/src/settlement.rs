//! Sees a batch's matches through: those that are new are published or folded.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use index::table::alerting::Key;
use lambda::error::Failure;

use crate::candidate::{Candidate, Standing, standing};
use crate::evaluation::{Found, Origin};
use crate::invocation::Invocation;
use crate::outbox::Outbox;

/// How many groups are settled at once.
const GROUPS: usize = 8;

/// How many items of a group are read or written at once.
const ITEMS: usize = 16;

/// What could not be settled, and whose messages are to come again.
#[derive(Debug)]
pub(crate) struct Unsettled {
    pub(crate) origins: Vec<Origin>,
    pub(crate) failure: Failure,
}

/// The invocation's time ran out before the alert was settled.
#[derive(Debug, thiserror::Error)]
#[error("the invocation's time ran out before the alert was settled")]
pub(crate) struct OutOfTime;

impl Outbox {
    /// Settles matches, group by group: within one, the oldest goes first.
    pub(crate) async fn settle_all(
        &self,
        found: Vec<Found>,
        invocation: &Invocation,
    ) -> Vec<Unsettled> {
        let mut groups: BTreeMap<Key, Vec<Found>> = BTreeMap::new();
        for found in found {
            // Without suppression each is a group of its own.
            let key = match found.candidate.suppress {
                0 => found.candidate.key.clone(),
                _ => found.candidate.window(),
            };
            groups.entry(key).or_default().push(found);
        }
        let mut groups = groups.into_values();
        let mut unsettled = Vec::new();
        let mut under_way = FuturesUnordered::new();
        let next = |group| self.settle_group(group, invocation);
        under_way.extend(groups.by_ref().take(GROUPS).map(next));
        while let Some(failed) = under_way.next().await {
            unsettled.extend(failed);
            under_way.extend(groups.next().map(next));
        }
        unsettled
    }

    async fn settle_group(&self, group: Vec<Found>, invocation: &Invocation) -> Vec<Unsettled> {
        let mut unsettled = Vec::new();
        let mut origins: BTreeMap<Key, Vec<Origin>> = BTreeMap::new();
        let mut candidates = Vec::new();
        for found in group {
            origins.insert(found.candidate.key.clone(), found.origins);
            candidates.push(found.candidate);
        }
        let mut fail = |key: &Key, failure: Failure| {
            unsettled.push(Unsettled {
                origins: origins.get(key).cloned().unwrap_or_default(),
                failure,
            });
        };
        let mut fresh = Vec::new();
        for (candidate, outcome) in self.resume_all(candidates, invocation).await {
            match outcome {
                Ok(true) => invocation.count(|counts| counts.known += 1),
                Ok(false) => fresh.push(candidate),
                Err(failure) => fail(&candidate.key, failure),
            }
        }
        while !fresh.is_empty() {
            if fresh[0].suppress > 0 {
                let (folded, others) = match self.fold_all(fresh.clone(), invocation).await {
                    Ok(split) => split,
                    Err(failure) => {
                        for candidate in &fresh {
                            fail(&candidate.key, Failure::retry(failure.reason()));
                        }
                        break;
                    }
                };
                fresh = others;
                for (key, outcome) in self.note_all(&folded, invocation).await {
                    if let Err(failure) = outcome {
                        fail(&key, failure);
                    }
                }
            }
            if fresh.is_empty() {
                break;
            }
            let candidate = fresh.remove(0);
            if let Err(failure) = self.begin_and_release(&candidate, invocation).await {
                fail(&candidate.key, failure);
            }
        }
        unsettled
    }

    /// Looks how far candidates have come before, and goes on with those that were left.
    ///
    /// Each answer is whether nothing is left to do.
    async fn resume_all(
        &self,
        candidates: Vec<Candidate>,
        invocation: &Invocation,
    ) -> Vec<(Candidate, Result<bool, Failure>)> {
        let mut left = candidates.into_iter();
        let mut under_way = FuturesUnordered::new();
        let next = |candidate: Candidate| async move {
            let outcome = self.resume(&candidate, invocation).await;
            (candidate, outcome)
        };
        under_way.extend(left.by_ref().take(ITEMS).map(next));
        let mut resumed = Vec::new();
        while let Some(one) = under_way.next().await {
            resumed.push(one);
            under_way.extend(left.next().map(next));
        }
        resumed.sort_by(|(one, _), (other, _)| one.key.cmp(&other.key));
        resumed
    }

    async fn resume(
        &self,
        candidate: &Candidate,
        invocation: &Invocation,
    ) -> Result<bool, Failure> {
        if invocation.is_over() {
            return Err(Failure::retry(OutOfTime));
        }
        let key = &candidate.key;
        let found = self.table.find(&key.partition, &key.sort).await;
        let Some(found) = found.map_err(Failure::retry)? else {
            return Ok(false);
        };
        let is_ours = match standing(&found.marks, &invocation.holder, invocation.now()) {
            Standing::Settled | Standing::Elsewhere => return Ok(true),
            Standing::Ours => true,
            Standing::Stale(stale) => self.claim(candidate, stale, invocation).await?,
        };
        if is_ours {
            let candidate = Candidate {
                reached: found.marks.reached,
                ..candidate.clone()
            };
            self.release(&candidate, invocation).await?;
        }
        Ok(true)
    }

    /// Publishes a new alert, or folds it where its window was opened meanwhile.
    pub(crate) async fn begin_and_release(
        &self,
        candidate: &Candidate,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        if invocation.is_over() {
            return Err(Failure::retry(OutOfTime));
        }
        if self.begin(candidate, invocation).await? {
            self.release(candidate, invocation).await?;
        } else {
            invocation.count(|counts| counts.known += 1);
        }
        Ok(())
    }

    async fn note_all(
        &self,
        folded: &[Candidate],
        invocation: &Invocation,
    ) -> Vec<(Key, Result<(), Failure>)> {
        let mut left = folded.iter();
        let mut under_way = FuturesUnordered::new();
        let next = |candidate: &Candidate| {
            let candidate = candidate.clone();
            async move {
                let noted = self.note_folded(&candidate, invocation).await;
                (candidate.key, noted.map(|_| ()))
            }
        };
        under_way.extend(left.by_ref().take(ITEMS).map(next));
        let mut noted = Vec::new();
        while let Some(one) = under_way.next().await {
            noted.push(one);
            under_way.extend(left.next().map(next));
        }
        noted
    }
}
