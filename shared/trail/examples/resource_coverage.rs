//! Prints how many events of some log files name at least one resource.
//!
//! Usage: `cargo run --example resource_coverage -- FILE_OR_FOLDER...`
//! Files are `.json.gz` log files. Of events that change something, those
//! without a resource are listed by source and name, worst source first, so
//! that the table of extractors can be extended where it is thin.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use trail::log_file::Entry;
use trail::{LogFile, Record};

/// What was counted of one source.
#[derive(Default)]
struct Coverage {
    events: usize,
    named: usize,
    /// Events without a resource, by name.
    bare: BTreeMap<String, usize>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files = Vec::new();
    for argument in std::env::args().skip(1) {
        gather(Path::new(&argument), &mut files)?;
    }
    let (mut writes, mut reads) = (BTreeMap::<String, Coverage>::new(), Coverage::default());
    let (mut resources, mut terms, mut spent) = (0, 0, Duration::ZERO);
    for file in &files {
        let log = LogFile::inflate(&std::fs::read(file)?, 256 << 20)?;
        for entry in log.entries()? {
            let Entry::Record(record) = entry else {
                continue;
            };
            let started = Instant::now();
            let found = trail::resource::resources(&record);
            spent += started.elapsed();
            resources += found.len();
            terms += found
                .iter()
                .map(|resource| resource.name_forms().count())
                .sum::<usize>();
            let source = record.source().unwrap_or("(none)").to_owned();
            let coverage = if is_write(&record) {
                writes.entry(source).or_default()
            } else {
                &mut reads
            };
            coverage.events += 1;
            if found.is_empty() {
                *coverage
                    .bare
                    .entry(record.name().unwrap_or("(none)").to_owned())
                    .or_default() += 1;
            } else {
                coverage.named += 1;
            }
        }
    }
    report(writes, &reads);
    let events = reads.events.max(1);
    println!(
        "{} files, {resources} resources, {terms} name forms, {spent:?} spent",
        files.len()
    );
    println!("reads: {} of {events} name a resource", reads.named);
    Ok(())
}

/// Prints the sources, worst first, and then the sum.
fn report(writes: BTreeMap<String, Coverage>, reads: &Coverage) {
    let (mut events, mut named) = (0, 0);
    let mut sources: Vec<_> = writes.into_iter().collect();
    sources.sort_by_key(|(_, coverage)| coverage.named * 1000 / coverage.events.max(1));
    for (source, coverage) in sources {
        events += coverage.events;
        named += coverage.named;
        println!("{:>6} of {:>6}  {source}", coverage.named, coverage.events);
        for (name, count) in coverage.bare {
            println!("                    {count:>6} x {name}");
        }
    }
    let share = named * 100 / events.max(1);
    println!("writes: {named} of {events} name a resource ({share} %)");
    println!("all: {} of {}", named + reads.named, events + reads.events);
}

/// Tells whether an event changes something; the oldest records do not say.
fn is_write(record: &Record<'_>) -> bool {
    record.read_only.map_or_else(
        || {
            let name = record.name().unwrap_or_default();
            ![
                "Describe", "Get", "List", "Head", "Lookup", "Search", "BatchGet",
            ]
            .iter()
            .any(|reading| name.starts_with(reading))
        },
        |read_only| !read_only,
    )
}

/// Gathers log files from a file or a folder and all below it.
fn gather(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() || path.to_string_lossy().ends_with(".json.gz") {
            gather(&path, files)?;
        }
    }
    Ok(())
}
