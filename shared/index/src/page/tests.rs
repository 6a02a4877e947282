use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::attribute::Attribute;

/// Blocks of so many records, and a last one of fewer.
fn layout_of(block: u32, last: u32, spans: &[i64], oldest: i64) -> Layout {
    let mut before = oldest;
    let blocks = spans
        .iter()
        .zip(1..)
        .map(|(span, number)| {
            let newest = before + span;
            Span {
                records: if number == spans.len() { last } else { block },
                oldest: std::mem::replace(&mut before, newest),
                newest,
            }
        })
        .collect();
    Layout { blocks }
}

/// Tells whether what a page says of the blocks holds of them.
fn covers(read: &Layout, layout: &Layout) -> bool {
    read.blocks.len() == layout.blocks.len()
        && (read.oldest(), read.newest()) == (layout.oldest(), layout.newest())
        && read.blocks.iter().zip(&layout.blocks).all(|(read, block)| {
            read.records == block.records
                && read.oldest <= block.oldest
                && block.newest <= read.newest
        })
}

prop_compose! {
    fn segments()(
        spans in proptest::collection::vec(0_i64..500, 1..70),
        block in 1_u32..40,
        last in 1_u32..40,
        oldest in 0_i64..30_000,
        shares in proptest::collection::vec((any::<u16>(), 0.0_f64..1.0), 1..60),
    ) -> (Layout, BTreeMap<Term, Vec<u32>>) {
        let day = Day::of(1_700_000_000);
        let layout = layout_of(block, last.min(block), &spans, day.start() + oldest);
        let records = layout.records();
        let postings = shares.iter().map(|(value, share)| {
            let step = 1.0 / share.max(0.000_1);
            let holds = |record: &u32| {
                *share > 0.99 || (f64::from(*record) % step) < 1.0
            };
            let term = Term::new(Attribute::EventName, &value.to_string());
            (term, (0..records).filter(holds).collect::<Vec<_>>())
        }).collect();
        (layout, postings)
    }
}

proptest! {
    #[test]
    fn every_term_is_found_with_all_its_records((layout, terms) in segments()) {
        let day = Day::of(layout.oldest());
        for level in Level::ALL {
            let mut buckets: BTreeMap<u16, Vec<Posting<'_>>> = BTreeMap::new();
            for (term, records) in &terms {
                let posting = Posting { term: *term, records };
                buckets.entry(term.bucket(level)).or_default().push(posting);
            }
            for postings in buckets.values() {
                let body = encode(&layout, day, level, postings);
                let wanted: Vec<Term> = postings.iter().map(|posting| posting.term).collect();
                let (read, found) = find(&body, day, level, &wanted).expect("own page");
                prop_assert!(covers(&read, &layout), "{:?} of {:?}", read, layout);
                for (posting, found) in postings.iter().zip(&found) {
                    // A neighbour with the same remainder may add records, never take any.
                    for record in posting.records {
                        prop_assert!(found.records.contains(record));
                    }
                    prop_assert!(found.count >= length(posting.records));
                    let is_rare = posting.records.len() > 1
                        && posting.records.len() * 4 <= layout.records() as usize;
                    let is_alone = found.count == length(posting.records);
                    prop_assert!(!(is_rare && is_alone) || found.records == posting.records);
                }
            }
        }
    }

    #[test]
    fn damaged_pages_are_refused_or_answered_and_never_panic(
        (layout, terms) in segments(),
        cut in 0.0_f64..1.0,
        flip in any::<u64>(),
    ) {
        let day = Day::of(layout.oldest());
        let postings: Vec<Posting<'_>> = terms
            .iter()
            .map(|(term, records)| Posting { term: *term, records })
            .collect();
        let mut body = encode(&layout, day, Level::ALL[0], &postings);
        let wanted = [postings[0].term];
        let bit = usize::try_from(flip % (body.len() as u64 * 8)).expect("small");
        body[bit / 8] ^= 1 << (bit % 8);
        let _ = find(&body, day, Level::ALL[0], &wanted);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss,
                 clippy::cast_precision_loss, reason = "a place to cut at")]
        body.truncate((body.len() as f64 * cut) as usize);
        let _ = find(&body, day, Level::ALL[0], &wanted);
    }
}

#[test]
fn absent_terms_are_rarely_found() {
    let day = Day::of(1_700_000_000);
    let layout = layout_of(128, 128, &[10; 20], day.start());
    let mut terms: Vec<Term> = (0..150)
        .map(|id| Term::new(Attribute::EventId, &format!("{id}")))
        .collect();
    terms.sort_unstable();
    let records: Vec<u32> = (0..150).collect();
    let postings: Vec<Posting<'_>> = records
        .iter()
        .zip(terms)
        .map(|(record, term)| Posting {
            term,
            records: std::slice::from_ref(record),
        })
        .collect();
    let body = encode(&layout, day, Level::ALL[0], &postings);
    let false_matches = (0..20_000)
        .filter(|id| {
            let wanted = [Term::new(Attribute::RequestId, &id.to_string())];
            !find(&body, day, Level::ALL[0], &wanted)
                .expect("own page")
                .1[0]
                .records
                .is_empty()
        })
        .count();
    // 150 terms of 2^18 remainders: 11.4 expected.
    assert!(
        false_matches <= 30,
        "{false_matches} of 20,000 absent terms were found"
    );
}

#[test]
fn a_later_version_is_named() {
    assert_eq!(
        find(&[9, 0, 0], Day::of(0), Level::ALL[0], &[]),
        Err(PageError::Version(9))
    );
}

/// The example of `docs/index-format.md`.
#[test]
fn the_documented_example() {
    let day: Day = "2026-10-13".parse().expect("a day");
    let start = day.start() + 8 * 3_600;
    let span = |records, from: i64, until: i64| Span {
        records,
        oldest: start + from,
        newest: start + until,
    };
    let layout = Layout {
        blocks: vec![
            span(16, 0, 1_800),
            span(16, 1_800, 2_700),
            span(8, 2_700, 3_600),
        ],
    };
    let buckets: Vec<u32> = (0..12).chain([33, 36]).collect();
    let all: Vec<u32> = (0..40).collect();
    let posting = |attribute, value, records| Posting {
        term: Term::new(attribute, value),
        records,
    };
    let mut postings = vec![
        posting(Attribute::EventName, "ListBuckets", &buckets[..]),
        posting(Attribute::EventName, "StopLogging", &[26]),
        posting(Attribute::SourceIp, "192.0.2.7", &[26, 31]),
        posting(Attribute::Username, "alice", &all),
    ];
    postings.sort_unstable_by_key(|posting| posting.term);
    let level = Level::ALL[0];
    let body = encode(&layout, day, level, &postings);
    assert_eq!(
        hex::encode(&body),
        "0105211384003840610e10af198ac31b9cd71ab4608270"
    );
    let wanted = [Term::new(Attribute::EventName, "StopLogging")];
    let (read, found) = find(&body, day, level, &wanted).expect("own page");
    assert_eq!(read, layout);
    assert_eq!(found[0].records, (16..32).collect::<Vec<_>>());
    assert_eq!(found[0].count, 1);
}
