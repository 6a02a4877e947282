//! Objects shared out among all cores.

use std::fs::File;
use std::io::{self, Read as _};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

use integrity::audit::{self, Examined};
use integrity::stored::Metadata;
use integrity::{KeyRing, Location};

use super::progress;
use crate::failure::Failure;

/// The largest object that is read, as it is stored: CloudTrail's have 50 MB inflated at most.
pub(super) const LARGEST: u64 = 256 * 1024 * 1024;

/// How many examined objects may wait for each thread.
const AHEAD: usize = 16;

/// An object to examine.
#[derive(Debug)]
pub(super) struct Work<'w> {
    pub(super) location: Location,
    /// The file that holds its bytes.
    pub(super) path: &'w Path,
}

/// Examines all objects, in no order, and answers what could not be read.
///
/// Each thread holds one object at a time.
pub(super) fn run(
    works: &[Work<'_>],
    keys: &KeyRing,
    metadata: impl Fn(&Path) -> Metadata + Sync,
    mut take: impl FnMut(Examined),
) -> Result<Vec<String>, Failure> {
    let threads = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(works.len().max(1));
    let next = AtomicUsize::new(0);
    let bar = progress::objects(Some(works.len() as u64));
    let (sender, receiver) = sync_channel(threads * AHEAD);
    let mut unread = Vec::new();
    let is_whole = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let sender = sender.clone();
                let (next, metadata) = (&next, &metadata);
                scope.spawn(move || {
                    while let Some(work) = works.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let outcome = read(work.path).map_or_else(
                            |error| Err(format!("{}: {error}", work.path.display())),
                            |bytes| {
                                let beside = metadata(work.path);
                                let location = work.location.clone();
                                Ok(audit::examine(location, &bytes, &beside, keys))
                            },
                        );
                        if sender.send(outcome).is_err() {
                            break;
                        }
                    }
                })
            })
            .collect();
        drop(sender);
        for outcome in receiver {
            bar.inc(1);
            match outcome {
                Ok(examined) => take(examined),
                Err(reason) => unread.push(reason),
            }
        }
        workers.into_iter().all(|worker| worker.join().is_ok())
    });
    bar.finish_and_clear();
    if is_whole {
        Ok(unread)
    } else {
        Err(Failure::new(
            "a thread that reads objects stopped: the outcome is not whole",
        ))
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(
            "it is larger than any object of CloudTrail's",
        ));
    }
    Ok(bytes)
}
