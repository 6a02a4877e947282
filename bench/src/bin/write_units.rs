//! Prints the write units that indexing log files costs, and where they go.
//!
//! `cargo run --release -p bench --bin write_units [FOLDER]`
//!
//! Counts the size of every item as DynamoDB bills it. `trailkeep cost` puts the
//! same items into the local cloud and reports what that answers.

use std::collections::BTreeSet;

use bench::{Outcome, delivered, index, logs, say};
use index::Item;

fn main() -> Outcome {
    let files = delivered(&logs())?;
    say!("{} log files", files.len());
    say!(
        "{:>12} {:>9} {:>8} {:>10} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9}",
        "files/segment",
        "segments",
        "events",
        "units/event",
        "blocks",
        "pages",
        "tallies",
        "entries",
        "files",
        "headers",
        "KB/block",
    );
    for together in [1, 10, 100] {
        let mut parts = [0_usize; 5];
        let mut headers = BTreeSet::new();
        let (mut segments, mut events, mut blocks, mut block_bytes) = (0, 0, 0, 0);
        let units = |items: &[Item]| items.iter().map(Item::write_units).sum::<usize>();
        for batch in files.chunks(together) {
            let written = index(batch)?;
            segments += written.segments.len();
            parts[4] += units(&written.files);
            for segment in &written.segments {
                events += segment.records;
                blocks += segment.blocks.len();
                block_bytes += segment.blocks.iter().map(Item::size).sum::<usize>();
                parts[0] += units(&segment.blocks);
                parts[1] += units(&segment.pages);
                parts[2] += segment.tally.write_units();
                parts[3] += segment.directory.write_units();
                headers.insert((
                    segment.header.partition.clone(),
                    segment.header.sort.clone(),
                ));
                let mark = segment.write_mark(0);
                headers.insert((mark.partition, mark.sort));
            }
        }
        let total: usize = parts.iter().sum::<usize>() + headers.len();
        #[expect(clippy::cast_precision_loss, reason = "printed figures")]
        let share = |units: usize| units as f64 / events as f64;
        #[expect(clippy::cast_precision_loss, reason = "printed figures")]
        let each = block_bytes as f64 / blocks as f64 / 1024.0;
        say!(
            "{together:>12} {segments:>9} {events:>8} {:>11.4} {:>8.4} {:>8.4} {:>8.4} {:>8.4} {:>8.4} {:>8.4} {each:>9.1}",
            share(total),
            share(parts[0]),
            share(parts[1]),
            share(parts[2]),
            share(parts[3]),
            share(parts[4]),
            share(headers.len()),
        );
    }
    Ok(())
}
