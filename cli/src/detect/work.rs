//! Files shared out among all cores.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

use super::reader::{Batch, Part, Reader};
use super::watch::Watch;
use crate::failure::Failure;
use crate::logs::{Format, LogPath};

/// How many bytes of a file with lines one thread reads at a time.
const SHARE: u64 = 64 << 20;

/// How many batches may wait for each thread, so that a slow reader of the outcome slows all.
const AHEAD: usize = 8;

/// Reads all files; batches come in no order.
///
/// Each thread holds one file at a time.
pub(super) fn run(
    watch: &Watch<'_>,
    files: &[LogPath],
    mut take: impl FnMut(Batch),
) -> Result<(), Failure> {
    let parts = parts(files);
    let threads = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(parts.len().max(1));
    let next = AtomicUsize::new(0);
    let (sender, receiver) = sync_channel(threads * AHEAD);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let sender = sender.clone();
                let (next, parts) = (&next, &parts);
                scope.spawn(move || {
                    let mut reader = Reader::new(watch);
                    while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
                        reader.read(part, |batch| sender.send(batch).is_ok());
                    }
                })
            })
            .collect();
        drop(sender);
        for batch in receiver {
            take(batch);
        }
        let is_whole = workers.into_iter().all(|worker| worker.join().is_ok());
        if is_whole {
            Ok(())
        } else {
            Err(Failure::new(
                "a thread that reads files stopped: the outcome is not whole",
            ))
        }
    })
}

fn parts(files: &[LogPath]) -> Vec<Part<'_>> {
    let mut parts = Vec::with_capacity(files.len());
    for (number, file) in files.iter().enumerate() {
        let size = file.stamp.size;
        if file.format != Format::Lines {
            parts.push(Part {
                number,
                file,
                range: None,
            });
            continue;
        }
        let mut start = 0;
        loop {
            let end = (start + SHARE).min(size);
            parts.push(Part {
                number,
                file,
                range: Some(start..end),
            });
            start = end;
            if start >= size {
                break;
            }
        }
    }
    parts
}
