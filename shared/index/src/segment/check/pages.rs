//! Whether the term pages are those that follow from the records.

use super::{Contradiction, Pages};
use crate::day::Day;
use crate::directory::Directory;
use crate::segment::paging::{Paging, sorted_terms};
use crate::term::{Level, Term};

/// Derives the pages at the directory's level from the terms of the records, and compares.
pub(super) fn check(
    stored: &Pages,
    terms: &[(Term, u32)],
    directory: &Directory,
    day: Day,
) -> Vec<Contradiction> {
    let layout = directory.layout();
    let numbers: Vec<u32> = (0..layout.records()).collect();
    let terms = sorted_terms(terms, &numbers);
    let records: Vec<u32> = terms.iter().map(|(_, record)| *record).collect();
    let paging = Paging::at(directory.level, &terms, &records, &layout);
    let mut found = Vec::new();
    if paging.frequent_buckets() != directory.frequent {
        found.push(Contradiction::Frequent);
    }
    let mut left: Vec<(Level, u16)> = stored.keys().copied().collect();
    for (level, bucket, body) in paging.pages(&layout, day) {
        let buckets = level.buckets();
        match stored.get(&(level, bucket)) {
            None => found.push(Contradiction::PageMissing { buckets, bucket }),
            Some(page) if *page != body => found.push(Contradiction::Page { buckets, bucket }),
            Some(_) => {}
        }
        if let Ok(at) = left.binary_search(&(level, bucket)) {
            left.remove(at);
        }
    }
    found.extend(left.into_iter().map(|(level, bucket)| {
        let buckets = level.buckets();
        Contradiction::PageUnlisted { buckets, bucket }
    }));
    found
}
