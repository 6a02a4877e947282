//! Jobs: what each has done so far, and who is at it.
//!
//! A job's item is its checkpoint. Whoever works on the job holds a lease and renews it
//! with every checkpoint; who comes second finds the lease and leaves. Should a lease
//! run out under somebody's hands, two work on the same for a while, which costs writes
//! and harms nothing; the one who lost it is told at its next checkpoint.

use aws::table::{Created, Marks};
use aws::{Error, Table};
use index::Item;
use index::hold::DamagedHold;
use index::table::retention::{self, RETENTION};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::run::Run;

/// For how long a job is left to whoever is at it, in seconds.
const LEASE: i64 = 120;

/// The age at which a lease is renewed between two checkpoints.
const RENEWAL: i64 = 30;

/// Says why a job stopped before its time.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    /// A call failed; the next invocation goes on.
    #[error(transparent)]
    Call(#[from] Error),
    /// Somebody else is at the job by now.
    #[error("the lease of the job was lost to another invocation")]
    Lost,
    /// Nothing is stamped or deleted while it is not known what is held.
    #[error(transparent)]
    Hold(#[from] DamagedHold),
    /// The checkpoint cannot be written.
    #[error("the checkpoint cannot be encoded: {0}")]
    Checkpoint(#[from] serde_json::Error),
}

/// A job that this invocation holds.
#[derive(Debug)]
pub(crate) struct Held<'c> {
    table: &'c Table,
    name: &'static str,
    version: i64,
    renewed: i64,
}

/// Reads how far a job is, whoever is at it; as if it had never begun where it cannot be read.
pub(crate) async fn look<T: DeserializeOwned + Default>(
    table: &Table,
    name: &str,
) -> Result<T, Error> {
    let item = table.get(RETENTION, &retention::job(name)).await?;
    Ok(item.map(|item| state(name, &item)).unwrap_or_default())
}

fn state<T: DeserializeOwned + Default>(name: &str, item: &Item) -> T {
    serde_json::from_slice(&item.body).unwrap_or_else(|error| {
        // Beginning anew is always right; never beginning again would not be.
        tracing::error!(job = name, %error, "the checkpoint of a job cannot be read");
        T::default()
    })
}

impl<'c> Held<'c> {
    /// Takes a job, unless somebody else is at it; answers how far it is.
    pub(crate) async fn take<T: Serialize + DeserializeOwned + Default>(
        table: &'c Table,
        name: &'static str,
        run: &Run,
    ) -> Result<Option<(Self, T)>, JobError> {
        let sort = retention::job(name);
        let now = run.now();
        let Some(found) = table.find(RETENTION, &sort).await? else {
            let first = T::default();
            let marks = marks(run, 1, now + LEASE);
            let created = table.create(&item(name, &first)?, &marks).await?;
            let is_ours = match created {
                Created::Written => true,
                Created::Present(present) => present.marks == marks,
            };
            let held = Self {
                table,
                name,
                version: 1,
                renewed: now,
            };
            return Ok(is_ours.then_some((held, first)));
        };
        let is_taken = found.marks.lease.is_some_and(|lease| lease > now);
        if is_taken && found.marks.holder.as_ref() != Some(&run.holder) {
            return Ok(None);
        }
        let body = state(name, &found.item);
        let mut held = Self {
            table,
            name,
            version: found.marks.version.unwrap_or_default(),
            renewed: now,
        };
        let expected = Marks {
            version: found.marks.version,
            ..Marks::default()
        };
        match held.put(found.item, expected, now + LEASE, run).await {
            Ok(()) => Ok(Some((held, body))),
            Err(JobError::Lost) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a checkpoint, and renews the lease.
    pub(crate) async fn save<T: Serialize>(&mut self, body: &T, run: &Run) -> Result<(), JobError> {
        let lease = run.now() + LEASE;
        self.put(item(self.name, body)?, self.ours(run), lease, run)
            .await
    }

    /// Writes a checkpoint where the last one is old, so that the lease does not run out.
    pub(crate) async fn renew<T: Serialize>(
        &mut self,
        body: &T,
        run: &Run,
    ) -> Result<(), JobError> {
        if run.now() - self.renewed < RENEWAL {
            return Ok(());
        }
        self.save(body, run).await
    }

    /// Writes the last checkpoint, and leaves the job to whoever comes next.
    pub(crate) async fn leave<T: Serialize>(mut self, body: &T, run: &Run) -> Result<(), JobError> {
        self.put(item(self.name, body)?, self.ours(run), 0, run)
            .await
    }

    fn ours(&self, run: &Run) -> Marks {
        Marks {
            version: Some(self.version),
            holder: Some(run.holder.clone()),
            ..Marks::default()
        }
    }

    async fn put(
        &mut self,
        item: Item,
        expected: Marks,
        lease: i64,
        run: &Run,
    ) -> Result<(), JobError> {
        let marks = marks(run, self.version + 1, lease);
        if !self.table.replace(&item, &marks, &expected).await? {
            // The answer to an attempt that was cut off looks like another's write.
            let found = self.table.find(&item.partition, &item.sort).await?;
            if found.is_none_or(|found| found.marks != marks) {
                return Err(JobError::Lost);
            }
        }
        self.version += 1;
        self.renewed = run.now();
        Ok(())
    }
}

fn marks(run: &Run, version: i64, lease: i64) -> Marks {
    Marks {
        lease: Some(lease),
        holder: Some(run.holder.clone()),
        version: Some(version),
        ..Marks::default()
    }
}

fn item<T: Serialize>(name: &str, body: &T) -> Result<Item, serde_json::Error> {
    Ok(Item {
        partition: RETENTION.to_owned(),
        sort: retention::job(name),
        body: serde_json::to_vec(body)?,
        expires: None,
    })
}
