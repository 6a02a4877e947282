//! Items that would be written, and what that would take.

use serde_json::{Map, Value, json};

use crate::walk::Entry;

/// The kinds of a segment's items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Block,
    Page,
    Tally,
    Directory,
    File,
}

const KINDS: [(Kind, &str); 5] = [
    (Kind::Block, "blocks"),
    (Kind::Page, "pages"),
    (Kind::Tally, "tallies"),
    (Kind::Directory, "directories"),
    (Kind::File, "files"),
];

/// Items of some segments by kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    segments: u64,
    events: u64,
    /// How many segments were read whole.
    pub(super) sampled: u64,
    by_kind: [Items; 5],
}

/// Items of one kind.
#[derive(Clone, Copy, Debug, Default)]
struct Items {
    /// As the directories name them.
    named: u64,
    /// As many as were named of the sampled segments.
    sampled_named: u64,
    /// As many as these have in truth: few buckets have no page, and some blocks two parts.
    sampled: u64,
    /// What these take.
    sampled_units: u64,
}

impl Items {
    /// What was sampled, as if all had been.
    fn extrapolated(self, sampled: u64) -> u64 {
        if self.sampled_named == 0 {
            return self.named;
        }
        let whole = u128::from(sampled) * u128::from(self.named);
        u64::try_from(whole.div_ceil(u128::from(self.sampled_named))).unwrap_or(u64::MAX)
    }
}

impl Work {
    /// Counts a segment's items by its directory entry.
    pub(super) fn count(&mut self, entry: &Entry) {
        self.segments += 1;
        let records = entry.directory.blocks.iter();
        self.events += records.map(|block| u64::from(block.records)).sum::<u64>();
        for (items, named) in self.by_kind.iter_mut().zip(named(entry)) {
            items.named += named;
        }
    }

    /// Measures a segment that was counted: the kind and the write units of each of its items.
    pub(super) fn sample(&mut self, entry: &Entry, sizes: &[(Kind, usize)]) {
        self.sampled += 1;
        let kinds = KINDS.iter().map(|(kind, _)| *kind);
        for ((items, named), kind) in self.by_kind.iter_mut().zip(named(entry)).zip(kinds) {
            let of_kind = sizes.iter().filter(|(of, _)| *of == kind);
            items.sampled_named += named;
            for (_, units) in of_kind {
                items.sampled += 1;
                items.sampled_units += *units as u64;
            }
        }
    }

    /// Tells items and write units by kind, and in all.
    pub(super) fn told(&self, rate: Option<u32>) -> Value {
        let mut items = Map::new();
        let mut units = Map::new();
        let mut total = 0;
        for (of_kind, (_, name)) in self.by_kind.iter().zip(KINDS) {
            items.insert(
                name.to_owned(),
                json!(of_kind.extrapolated(of_kind.sampled)),
            );
            let taken = of_kind.extrapolated(of_kind.sampled_units);
            units.insert(name.to_owned(), json!(taken));
            total += taken;
        }
        json!({
            "segments": self.segments,
            "events": self.events,
            "items": items,
            "write_units_by_kind": units,
            "write_units": total,
            "seconds": rate.map(|rate| total.div_ceil(u64::from(rate))),
            "estimated": self.sampled < self.segments,
            "sampled_segments": self.sampled,
        })
    }
}

/// How many items of each kind a directory entry names.
fn named(entry: &Entry) -> [u64; 5] {
    let directory = &entry.directory;
    let pages = u64::from(directory.level.buckets()) + directory.frequent.len() as u64;
    [
        directory.blocks.len() as u64,
        pages,
        1,
        1,
        directory.files.len() as u64,
    ]
}
