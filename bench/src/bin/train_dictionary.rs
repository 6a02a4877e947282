//! Trains the compression dictionary that blocks are written with.
//!
//! `cargo run --release -p bench --bin train_dictionary -- shared/index/dictionaries/1.zdict`
//!
//! The records come from the sample generator and from nothing else, so that no
//! customer's data can end up in a shipped file. A dictionary that was released
//! is never trained again: add the next number and keep the old one.

use std::error::Error;
use std::path::PathBuf;

use sample::Trail;

/// Large enough to hold the shape of the common calls, small enough that
/// digesting it does not show in a cold start.
const SIZE: usize = 64 * 1024;

/// How many records it is trained on.
const RECORDS: u64 = 24_000;

fn main() -> Result<(), Box<dyn Error>> {
    let path: PathBuf = std::env::args_os()
        .nth(1)
        .ok_or("say where to write the dictionary")?
        .into();
    let trail = Trail {
        seed: 2026,
        events: RECORDS,
        ..Trail::default()
    };
    let samples: Vec<String> = trail.records().map(|record| record.json).collect();
    let dictionary = zstd::dict::from_samples(&samples, SIZE)?;
    std::fs::write(&path, &dictionary)?;
    #[expect(clippy::print_stdout, reason = "a program's output")]
    {
        println!(
            "{}: {} bytes from {RECORDS} records",
            path.display(),
            dictionary.len()
        );
    }
    Ok(())
}
