//! Divides a segment's terms into pages.

use crate::day::Day;
use crate::page::{self, Layout, Posting};
use crate::term::{Level, Term};

/// The bytes of one write unit.
const UNIT_BYTES: f64 = 1024.0;

/// How many write units a page that is 1 KB smaller is worth.
///
/// A segment is written once and its pages are read by every lookup of a rare
/// value that reaches back that far.
const READ_WEIGHT: f64 = 1_000.0;

/// The write units an event that pages may take for that.
const MOST_PAGES_AN_EVENT: f64 = 0.088;

/// The pages that a small segment may have for each of its events, and at most.
const FEW_PAGES_AN_EVENT: f64 = 0.25;
const FEW_PAGES: f64 = 16.0;

/// The bits of a posting that always stays with the others of its bucket.
///
/// A longer one has a page to itself where it is more than half of what a page
/// holds: everybody else who reads the bucket pays for it.
const FREQUENT_BITS: u32 = 1_000;

/// A segment's postings, as they are divided into pages.
pub(super) struct Paging<'r> {
    level: Level,
    /// Those on the pages of the level.
    usual: Vec<Posting<'r>>,
    /// Those that have a page to themselves.
    frequent: Vec<Posting<'r>>,
}

impl<'r> Paging<'r> {
    /// Divides sorted terms into pages of the level that suits them; `records` are the terms'
    /// records one by one.
    pub(super) fn choose(terms: &[(Term, u32)], records: &'r [u32], layout: &Layout) -> Self {
        Self::divide(terms, records, layout, |bits| choose_level(layout, bits))
    }

    /// Divides sorted terms into pages of a level.
    pub(super) fn at(
        level: Level,
        terms: &[(Term, u32)],
        records: &'r [u32],
        layout: &Layout,
    ) -> Self {
        Self::divide(terms, records, layout, |_| level)
    }

    fn divide(
        terms: &[(Term, u32)],
        records: &'r [u32],
        layout: &Layout,
        level: impl FnOnce(&[u32]) -> Level,
    ) -> Self {
        let postings = postings(terms, records);
        let counts = layout.counts();
        let bits: Vec<u32> = postings
            .iter()
            .map(|posting| page::posting_bits(posting, counts))
            .collect();
        let level = level(&bits);
        let most_bits = frequent_bits(level, &bits);
        let mut frequent = Vec::new();
        let mut usual = Vec::with_capacity(postings.len());
        for (posting, bits) in postings.into_iter().zip(bits) {
            if bits > most_bits {
                frequent.push(posting);
            } else {
                usual.push(posting);
            }
        }
        Self {
            level,
            usual,
            frequent,
        }
    }

    /// The level.
    pub(super) const fn level(&self) -> Level {
        self.level
    }

    /// The buckets of the pages of frequent terms, ascending.
    pub(super) fn frequent_buckets(&self) -> Vec<u16> {
        buckets(&self.frequent, Level::FREQUENT)
            .map(|(bucket, _)| bucket)
            .collect()
    }

    /// The pages: level, bucket and body of each.
    pub(super) fn pages(
        &self,
        layout: &Layout,
        day: Day,
    ) -> impl Iterator<Item = (Level, u16, Vec<u8>)> {
        let usual = buckets(&self.usual, self.level).map(|part| (self.level, part));
        let frequent = buckets(&self.frequent, Level::FREQUENT);
        usual
            .chain(frequent.map(|part| (Level::FREQUENT, part)))
            .map(move |(level, (bucket, postings))| {
                (level, bucket, page::encode(layout, day, level, postings))
            })
    }
}

/// The terms of records, ascending, each with the number of a record that holds it; `held`
/// names records by their arrival, and `record` numbers those.
///
/// Divided by the first bits of their hashes first: those fall evenly, so that what is
/// left to sort fits a processor's nearest memory.
pub(super) fn sorted_terms(held: &[(Term, u32)], record: &[u32]) -> Vec<(Term, u32)> {
    let level = Level::ALL[8];
    let mut ends = [0_usize; 256];
    for (term, _) in held {
        ends[usize::from(term.bucket(level))] += 1;
    }
    let mut end = 0;
    for count in &mut ends {
        // From here on where the part begins; it is moved to its end below.
        end += std::mem::replace(count, end);
    }
    let mut terms = vec![(Term::default(), 0); end];
    for (term, arrival) in held {
        let at = &mut ends[usize::from(term.bucket(level))];
        terms[*at] = (*term, record[*arrival as usize]);
        *at += 1;
    }
    let mut start = 0;
    for end in ends {
        terms[start..end].sort_unstable();
        start = end;
    }
    terms.dedup();
    terms
}

/// The postings of sorted terms, ascending; `records` are the terms' records one by one.
fn postings<'r>(terms: &[(Term, u32)], mut records: &'r [u32]) -> Vec<Posting<'r>> {
    terms
        .chunk_by(|(one, _), (other, _)| one == other)
        .map(|same| {
            let (own, behind) = records.split_at(same.len());
            records = behind;
            Posting {
                term: same[0].0,
                records: own,
            }
        })
        .collect()
}

/// The postings by bucket; ascending terms are ascending buckets.
fn buckets<'p, 'r>(
    postings: &'p [Posting<'r>],
    level: Level,
) -> impl Iterator<Item = (u16, &'p [Posting<'r>])> {
    postings
        .chunk_by(move |one, other| one.term.bucket(level) == other.term.bucket(level))
        .map(move |same| (same[0].term.bucket(level), same))
}

/// Chooses the level at which writing the pages and reading one of them weighs least, from
/// the bits of each posting.
///
/// Writing alone would choose one large page, which rounds up to whole units
/// only once; every lookup of a rare value reads a page of every segment, and
/// with it whatever else falls into the bucket.
fn choose_level(layout: &Layout, bits: &[u32]) -> Level {
    let large: Vec<f64> = bits
        .iter()
        .filter(|bits| **bits > FREQUENT_BITS)
        .map(|bits| f64::from(*bits))
        .collect();
    let total = total_bits(bits);
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let terms = bits.len() as f64;
    let fixed = page::layout_bytes(layout);
    let records = f64::from(layout.records());
    let few = (FEW_PAGES_AN_EVENT * records).clamp(1.0, FEW_PAGES);
    let most = (MOST_PAGES_AN_EVENT * records).max(few);
    // What a page holds on average, were all terms on them.
    let average = |level: &Level| total / f64::from(level.buckets());
    let weight = |level: &Level| {
        let buckets = f64::from(level.buckets());
        let own = large.iter().filter(|bits| **bits > average(level) / 2.0);
        let (own, own_bits) = own.fold((0.0, 0.0), |(count, sum), bits| (count + 1.0, sum + bits));
        let page = (fixed + (total - own_bits) / 8.0 / buckets) / UNIT_BYTES;
        // Some buckets stay empty; a page takes half a unit more than its size, or one.
        let pages = buckets * -(-terms / buckets).exp_m1();
        let units = pages * (page + 0.5).max(1.0) + own;
        let over = if buckets > most { f64::INFINITY } else { 0.0 };
        units + READ_WEIGHT * page + over
    };
    Level::ALL
        .into_iter()
        .min_by(|one, other| weight(one).total_cmp(&weight(other)))
        .unwrap_or(Level::ALL[0])
}

/// The bits from which on a posting has a page to itself at a level.
fn frequent_bits(level: Level, bits: &[u32]) -> u32 {
    let average = total_bits(bits) / f64::from(level.buckets());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bits of a page"
    )]
    let frequent = (average / 2.0) as u32;
    frequent.max(FREQUENT_BITS)
}

/// The bits of all postings and their hashes.
fn total_bits(bits: &[u32]) -> f64 {
    let postings = bits.iter().map(|bits| u64::from(*bits)).sum::<u64>();
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let total = (postings + u64::from(page::HASH_BITS) * bits.len() as u64) as f64;
    total
}
