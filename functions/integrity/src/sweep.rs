//! The sweep: looks for what is not there, tries again what is open, and tells the hours.
//!
//! It goes through accounts and Regions, and of each through the newest days, the days of
//! which something was heard since the last sweep, and one older day in turn. It goes on
//! where one that ran out of time has left off.

use std::collections::BTreeSet;

use aws::table::Marked;
use futures::StreamExt as _;
use futures::stream;
use index::Day;
use integrity::{DIGEST_LENGTH, DIGEST_SLACK, Finding};
use lambda::error::Failure;
use serde_json::Value;

use crate::Integrity;
use crate::alert;
use crate::day::{Audited, named};
use crate::invocation::Invocation;
use crate::stream::{Folders, Stream};
use crate::summary::Told;

mod ends;
mod task;

use task::Task;

/// How many accounts and Regions are looked at side by side.
const AT_ONCE: usize = 8;

/// How far back untold findings are looked for, in days.
const UNTOLD: i64 = 8;

/// How far back the digests of an account and Region are looked for of which none is known,
/// in days.
const FIRST: i64 = 3;

/// The most log files that one sweep reads to see whether they were moved.
const MOST_STRAYS: usize = 200;

/// What a sweep is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// The time, in seconds since 1970.
    pub(crate) now: i64,
    /// The time up to which digests are expected, where nothing is delivered behind it.
    pub(crate) until: Option<i64>,
}

/// What looking at an account and Region came to.
#[derive(Default)]
struct Done {
    stream: Option<Stream>,
    told: Vec<Told>,
    /// The marks that were followed.
    followed: Vec<Marked>,
    strays: Vec<Finding>,
}

impl Order {
    /// Reads an event of the schedule, by EventBridge's own shape or by ours; nothing where
    /// it is none.
    pub(crate) fn of(event: &Value, now: i64) -> Option<Self> {
        let is_scheduled = matches!(
            event["source"].as_str(),
            Some("aws.events" | "aws.scheduler")
        ) && event["detail-type"] == "Scheduled Event";
        (is_scheduled || event["task"] == "sweep").then(|| Self {
            now: event["now"].as_i64().unwrap_or(now),
            until: event["until"].as_i64(),
        })
    }

    /// The time that digests must reach up to by now.
    fn expected_until(&self) -> i64 {
        let due = self.now.saturating_sub(DIGEST_SLACK + DIGEST_LENGTH);
        self.until.map_or(due, |until| until.min(due))
    }

    /// The time at which the newest deliveries are.
    fn newest(&self) -> i64 {
        self.until.map_or(self.now, |until| until.min(self.now))
    }
}

impl Integrity {
    /// Sweeps.
    ///
    /// What fails of one account and Region does not stop the others. Fails where anything
    /// did, or where time ran out: so that somebody hears of it. Two may sweep at once.
    pub(crate) async fn sweep(
        &self,
        order: &Order,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let mut outcome = Ok(());
        let swept = self.sweep_streams(order, invocation).await;
        note(swept, "accounts and regions", &mut outcome);
        let scrubbed = self.scrub(invocation).await;
        note(scrubbed, "the index", &mut outcome);
        let copied = self.tell_indexed(invocation).await;
        note(copied, "findings of the indexer", &mut outcome);
        let since = Day::of(invocation.now - UNTOLD * 86_400);
        let told = self.book.tell_untold(&self.table, since).await;
        note(told.map(|_| ()), "untold findings", &mut outcome);
        outcome
    }

    async fn sweep_streams(&self, order: &Order, invocation: &Invocation) -> Result<(), Failure> {
        let tasks = self.tasks(order).await?;
        let mut outcome = Ok(());
        let mut told = Vec::new();
        let mut followed = Vec::new();
        let mut strays = Vec::new();
        let mut last = None;
        let mut is_whole = true;
        let mut done = stream::iter(tasks)
            .map(|task| async move {
                if invocation.is_over() {
                    return None;
                }
                Some(self.follow_task(&task, order, invocation).await)
            })
            .buffered(AT_ONCE);
        while let Some(done) = done.next().await {
            match done {
                Some(Ok(done)) => {
                    last = done.stream.or(last);
                    told.extend(done.told);
                    followed.extend(done.followed);
                    strays.extend(done.strays);
                }
                Some(Err(failure)) => note(Err(failure), "an account and region", &mut outcome),
                None => is_whole = false,
            }
        }
        drop(done);
        self.tell_hours(&told, invocation).await?;
        for mark in followed {
            let Marked { item, marks } = mark;
            // Unless it was put anew since it was read.
            let deleted = self.table.delete(&item.partition, &item.sort, &marks).await;
            deleted.map_err(Failure::retry)?;
        }
        self.remember(last.filter(|_| !is_whole)).await?;
        // Searched are the accounts and Regions of which hours are told.
        self.find_moved(&strays, invocation).await?;
        outcome
    }

    async fn follow_task(
        &self,
        task: &Task,
        order: &Order,
        invocation: &Invocation,
    ) -> Result<Done, Failure> {
        let Task {
            stream,
            folders,
            days,
        } = task;
        let mut done = Done::default();
        if self.newest_digests(stream).await?.is_empty() {
            self.examine_first(stream, folders, order, invocation)
                .await?;
        }
        let mut days = days.clone();
        for day in self.days_ahead(folders, stream, order).await? {
            days.entry(day).or_default();
        }
        for (day, mark) in &days {
            if invocation.is_over() {
                return Ok(done);
            }
            let Audited {
                told,
                is_settled,
                strays,
            } = self.audit_day(stream, folders, *day, invocation).await?;
            done.told.extend(told);
            done.strays.extend(strays);
            if is_settled {
                done.followed.extend(mark.clone());
            }
        }
        // Of what was not examined nothing is missed.
        if invocation.is_over() {
            return Ok(done);
        }
        done.told.extend(
            self.check_newest(stream, folders, order, invocation)
                .await?,
        );
        done.stream = Some(stream.clone());
        Ok(done)
    }

    /// Examines the digests of the last days where none is known of an account and Region.
    async fn examine_first(
        &self,
        stream: &Stream,
        folders: &Folders,
        order: &Order,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let mut day = Day::of(order.newest() - FIRST * 86_400);
        while day <= Day::of(order.newest()) {
            for object in self.day_digests(stream, folders, day).await? {
                if invocation.is_over() {
                    return Ok(());
                }
                let object = named(&self.settings.bucket, &object.key, None);
                self.examine(&object, invocation).await?;
            }
            day = day.next();
        }
        Ok(())
    }

    /// Looks for log files under other keys than those that they were delivered under.
    async fn find_moved(&self, strays: &[Finding], invocation: &Invocation) -> Result<(), Failure> {
        let mut moved = Vec::new();
        let mut seen = BTreeSet::new();
        for finding in strays {
            if invocation.is_over() || seen.len() >= MOST_STRAYS {
                break;
            }
            if !seen.insert(finding.id()) {
                continue;
            }
            moved.extend(self.moved(finding).await?);
        }
        let alerts: Vec<_> = moved.iter().map(alert::of).collect();
        self.enter(&alerts, invocation).await
    }
}

fn note(done: Result<(), Failure>, what: &str, outcome: &mut Result<(), Failure>) {
    if let Err(failure) = done {
        tracing::error!(what, reason = failure.reason(), "the sweep left something");
        *outcome = Err(failure);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Order;

    #[test]
    fn the_schedule_is_told_from_messages() {
        let plain = Some(Order {
            now: 7,
            until: None,
        });
        for event in [
            json!({"task": "sweep"}),
            json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}),
            json!({"source": "aws.scheduler", "detail-type": "Scheduled Event"}),
        ] {
            assert_eq!(Order::of(&event, 7), plain, "{event}");
        }
        let event = json!({"task": "sweep", "now": 5, "until": 3});
        let order = Order::of(&event, 7);
        assert_eq!(
            order.map(|order| (order.now, order.until)),
            Some((5, Some(3)))
        );
        for event in [
            json!({"Records": [{"eventSource": "aws:sqs", "body": "{\"task\":\"sweep\"}"}]}),
            json!({"source": "custom", "detail-type": "Scheduled Event"}),
            json!(null),
        ] {
            assert_eq!(Order::of(&event, 7), None, "{event}");
        }
    }
}
