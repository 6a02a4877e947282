//! Publishes alerts, each once, and none never.
//!
//! Before anything is published there is a marker and an item that says
//! `pending`, with a lease for whoever is at it; after it the item says `sent`
//! and the marker goes. Whoever dies in between leaves the marker, by which the
//! sweep finds the alert once the lease is over. Only a crash between publishing
//! and saying so publishes twice, and then under the same id.

use std::time::Duration;

use alerts::message::STRUCTURE;
use alerts::{Audience, Message, State};
use aws::table::{Created, Marks, Put};
use aws::topic::Publication;
use aws::{Table, Topic};
use index::table::alerting::{self, Key};
use index::{Day, Item, Retention};
use lambda::error::Failure;

use crate::candidate::{Candidate, PENDING, Standing, marks_of, standing};
use crate::invocation::Invocation;

/// How long an alert is left to whoever began with it, in seconds.
///
/// Longer than publishing takes, with all its time-outs and retries: a lease that
/// is over too soon means an alert that is published twice.
pub(crate) const LEASE: i64 = 180;

/// How long publishing to one topic may take, retries included.
const PUBLISHING: Duration = Duration::from_secs(45);

/// The mark of an alert that has reached the alert topic and not the chat topic.
const SUBSCRIBERS: &str = "subscribers";

/// The topics that alerts are published to.
#[derive(Clone, Debug)]
pub struct Topics {
    /// For people and programs.
    pub alerts: Topic,
    /// For chat applications, where there is one.
    pub chat: Option<Topic>,
}

/// Keeps alerts in the table until they are published.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) table: Table,
    pub(crate) topics: Topics,
    pub(crate) retention: Retention,
}

/// How a match ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It was published.
    Published,
    /// It was folded into a window of suppression.
    Suppressed,
    /// It was settled before, or somebody else is at it.
    Known,
}

/// SNS did not answer in time.
#[derive(Debug, thiserror::Error)]
#[error("publishing took longer than {0:?}")]
struct Slow(Duration);

impl Outbox {
    /// The time at which something was met first, whoever asks and when.
    ///
    /// An alert on what happened at no certain time gets its key by it.
    pub(crate) async fn first_met(
        &self,
        key: Key,
        invocation: &Invocation,
    ) -> Result<i64, Failure> {
        let now = invocation.now();
        let met = Item {
            partition: key.partition,
            sort: key.sort,
            body: now.to_string().into_bytes(),
            expires: self.retention.expires(Day::of(now)),
        };
        Ok(match self.table.put(&met).await.map_err(Failure::retry)? {
            Put::Written => now,
            Put::Present(present) => std::str::from_utf8(&present.body)
                .ok()
                .and_then(|text| text.parse().ok())
                .unwrap_or(now),
        })
    }

    /// Makes an alert pending and held by this invocation; answers whether it is.
    ///
    /// It is not where the alert is settled, or somebody else is at it.
    pub(crate) async fn begin(
        &self,
        candidate: &Candidate,
        invocation: &Invocation,
    ) -> Result<bool, Failure> {
        let pending = Marks {
            holder: Some(invocation.holder.clone()),
            suppress: Some(candidate.suppress),
            ..marks_of(State::pending(invocation.now(), LEASE))
        };
        let lease = Marks {
            lease: pending.lease,
            ..Marks::default()
        };
        let marker = candidate.marker();
        self.table
            .overwrite(&marker, &lease)
            .await
            .map_err(Failure::retry)?;
        let item = candidate.item()?;
        let created = self.table.create(&item, &pending).await;
        let present = match created.map_err(Failure::retry)? {
            Created::Written => return Ok(true),
            Created::Present(present) => present.marks,
        };
        match standing(&present, &invocation.holder, invocation.now()) {
            Standing::Ours => Ok(true),
            Standing::Elsewhere => Ok(false),
            Standing::Stale(stale) => self.claim(candidate, stale, invocation).await,
            Standing::Settled => {
                // The marker that was just put has nothing to mark, unless it is another's.
                self.table
                    .delete(&marker.partition, &marker.sort, &lease)
                    .await
                    .map_err(Failure::retry)?;
                Ok(false)
            }
        }
    }

    /// Takes over an alert whose lease is over; answers whether it is held by this invocation now.
    pub(crate) async fn claim(
        &self,
        candidate: &Candidate,
        stale: State,
        invocation: &Invocation,
    ) -> Result<bool, Failure> {
        let Some(claimed) = stale.claim(invocation.now(), LEASE) else {
            return Ok(false);
        };
        let held = Marks {
            holder: Some(invocation.holder.clone()),
            ..marks_of(claimed)
        };
        let key = &candidate.key;
        let (partition, sort) = (&key.partition, &key.sort);
        let marked = self
            .table
            .mark(partition, sort, &held, &marks_of(stale))
            .await;
        if marked.map_err(Failure::retry)? {
            return Ok(true);
        }
        // The answer to an attempt that was cut off looks like another's claim.
        let found = self.table.find(partition, sort).await;
        let found = found.map_err(Failure::retry)?;
        Ok(found.is_some_and(|found| {
            standing(&found.marks, &invocation.holder, invocation.now()) == Standing::Ours
        }))
    }

    /// Publishes an alert that this invocation holds, and says that it did.
    pub(crate) async fn publish(
        &self,
        candidate: &Candidate,
        invocation: &Invocation,
    ) -> Result<Ended, Failure> {
        let alert = &candidate.alert;
        if candidate.reached.as_deref() != Some(SUBSCRIBERS) {
            send(
                &self.topics.alerts,
                Message::of(alert, Audience::Subscribers),
            )
            .await?;
        }
        if let Some(chat) = &self.topics.chat
            && let Err(failure) = send(chat, Message::of(alert, Audience::Chat)).await
        {
            // So that whoever tries again does not send the others their second one.
            let reached = Marks {
                reached: Some(SUBSCRIBERS.to_owned()),
                ..Marks::default()
            };
            let key = &candidate.key;
            let expected = pending();
            let marked = self
                .table
                .mark(&key.partition, &key.sort, &reached, &expected)
                .await;
            if let Err(error) = marked {
                tracing::warn!(alert = alert.id, %error, "what an alert has reached was not noted");
            }
            return Err(failure);
        }
        let sent = State::Sent {
            at: invocation.now(),
        };
        self.settle(candidate, sent).await?;
        invocation.count(|counts| counts.published += 1);
        Ok(Ended::Published)
    }

    /// Says that a pending alert was folded into a window.
    pub(crate) async fn fold(
        &self,
        candidate: &Candidate,
        invocation: &Invocation,
    ) -> Result<Ended, Failure> {
        self.settle(candidate, State::Suppressed).await?;
        invocation.count(|counts| counts.suppressed += 1);
        Ok(Ended::Suppressed)
    }

    /// Writes the state of an alert that is not pending any more, and takes away its marker.
    async fn settle(&self, candidate: &Candidate, state: State) -> Result<(), Failure> {
        let key = &candidate.key;
        // Whoever holds the lease by now: where it is settled already, so be it.
        self.table
            .mark(&key.partition, &key.sort, &marks_of(state), &pending())
            .await
            .map_err(Failure::retry)?;
        let marker = alerting::pending_alert(key);
        self.table
            .delete(&marker.partition, &marker.sort, &Marks::default())
            .await
            .map_err(Failure::retry)
    }
}

fn pending() -> Marks {
    Marks {
        state: Some(PENDING.to_owned()),
        ..Marks::default()
    }
}

async fn send(topic: &Topic, message: Message) -> Result<(), Failure> {
    let publication = Publication {
        subject: message.subject,
        body: message.body,
        structure: Some(STRUCTURE),
        attributes: message.attributes.into_iter().collect(),
    };
    match tokio::time::timeout(PUBLISHING, topic.publish(publication)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(Failure::retry(error)),
        Err(_) => Err(Failure::retry(Slow(PUBLISHING))),
    }
}
