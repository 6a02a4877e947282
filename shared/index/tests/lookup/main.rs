//! A planned lookup answers what a brute-force filter over the records answers,
//! however the records were batched, repeated and cut off.

mod history;
mod keeping;

use std::collections::{BTreeMap, BTreeSet};

use history::{History, busy_day, corpus};
use index::lookup::{Hint, Limits, Lookup, Step};
use index::{Attribute, Keeping, Order, Query, Retention, Visibility};
use proptest::prelude::*;
use trail::{Category, Record};

const NOW: i64 = 1_791_849_600;

/// Values that the corpus has, and one that it has not.
fn values(corpus: &[String], attribute: Attribute) -> Vec<String> {
    let mut values = BTreeSet::from(["no-such-value".to_owned()]);
    for text in corpus {
        let record = Record::parse(text).expect("a sample record");
        attribute.values(&record, |value| {
            values.insert(value.to_owned());
        });
    }
    values.into_iter().collect()
}

#[derive(Clone, Debug)]
struct Ask {
    conditions: Vec<(usize, bool, Vec<prop::sample::Index>)>,
    start: Option<prop::sample::Index>,
    end: Option<prop::sample::Index>,
    oldest_first: bool,
    categories: u8,
    page: usize,
    read_units: f64,
    bytes: usize,
}

fn asks() -> impl Strategy<Value = Ask> {
    (
        proptest::collection::vec(
            (
                0..Attribute::ALL.len(),
                prop::bool::weighted(0.25),
                proptest::collection::vec(any::<prop::sample::Index>(), 1..3),
            ),
            0..4,
        ),
        proptest::option::of(any::<prop::sample::Index>()),
        proptest::option::of(any::<prop::sample::Index>()),
        any::<bool>(),
        1_u8..16,
        1_usize..60,
        prop_oneof![Just(0.0), Just(20.0), Just(3_000.0)],
        prop_oneof![Just(4_000_usize), Just(5 * 1024 * 1024)],
    )
        .prop_map(
            |(conditions, start, end, oldest_first, categories, page, read_units, bytes)| Ask {
                conditions,
                start,
                end,
                oldest_first,
                categories,
                page,
                read_units,
                bytes,
            },
        )
}

fn query(ask: &Ask, corpus: &[String]) -> Query {
    let times: Vec<i64> = corpus
        .iter()
        .map(|text| Record::parse(text).expect("a sample record").time())
        .collect();
    let mut query = Query::default();
    query.start = ask.start.map(|at| *at.get(&times));
    query.end = ask.end.map(|at| *at.get(&times));
    query.order = if ask.oldest_first {
        Order::OldestFirst
    } else {
        Order::NewestFirst
    };
    query.categories = Category::ALL
        .into_iter()
        .enumerate()
        .filter_map(|(bit, category)| (ask.categories >> bit & 1 == 1).then_some(category))
        .collect();
    for (attribute, negated, chosen) in &ask.conditions {
        let attribute = Attribute::ALL[*attribute];
        let values = values(corpus, attribute);
        for value in chosen {
            let value = value.get(&values).clone();
            if *negated {
                query.exclude(attribute, value);
            } else {
                query.require(attribute, value);
            }
        }
    }
    query
}

fn brute_force(query: &Query, corpus: &[String], horizon: i64) -> Vec<String> {
    let mut matches: Vec<_> = corpus
        .iter()
        .map(|text| {
            (
                index::EventKey::of(&Record::parse(text).expect("a sample record")),
                text,
            )
        })
        .filter(|(key, text)| {
            let record = Record::parse(text).expect("a sample record");
            key.time >= horizon && query.matches(Category::of(&record), &record)
        })
        .collect();
    matches.sort();
    matches.dedup();
    if query.order == Order::NewestFirst {
        matches.reverse();
    }
    matches.into_iter().map(|(_, text)| text.clone()).collect()
}

/// Walks a query to its end, and checks that pages keep to their limits and advance.
fn walk(
    history: &mut History,
    query: &Query,
    limits: Limits,
    keeping: impl Into<Keeping>,
) -> Vec<String> {
    let visibility = keeping.into().at(NOW);
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    let mut hint = Hint::default();
    loop {
        let mut lookup = Lookup::new(
            query.clone(),
            cursor.as_deref(),
            limits,
            visibility.clone(),
            &hint,
        )
        .expect("own cursor");
        let page = loop {
            match lookup.next(false).expect("readable") {
                Step::Read(reads) => {
                    assert!(!reads.is_empty());
                    for read in reads {
                        let answer = history.read(&read);
                        lookup.answer(read, &answer).expect("readable");
                    }
                }
                Step::Done(page) => break page,
            }
        };
        assert!(page.events.len() <= limits.events);
        found.extend(page.events.into_iter().map(|event| event.text));
        hint.learn(&page.hint);
        match page.cursor {
            Some(next) => {
                assert_ne!(
                    cursor.as_ref(),
                    Some(&next),
                    "a cursor advances, also over an empty page"
                );
                cursor = Some(next);
            }
            None => return found,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_lookup_equals_the_brute_force_filter(
        ask in asks(),
        cuts in proptest::collection::vec(1_usize..60, 1..12),
        seed in 0_u64..1_000,
        days in prop_oneof![Just(0_u32), Just(30)],
    ) {
        let corpus = corpus(seed, 400);
        let retention = Retention::days(days);
        let mut history = History::default();
        history.index_in_batches(&corpus, &cuts);
        let query = query(&ask, &corpus);
        let limits = Limits { events: ask.page, bytes: ask.bytes, read_units: ask.read_units };
        let expected = brute_force(&query, &corpus, retention.horizon(NOW));
        prop_assert_eq!(walk(&mut history, &query, limits, retention), expected);
    }

    #[test]
    fn batching_repetition_order_and_crashes_change_no_answer(
        ask in asks(),
        cuts in proptest::collection::vec(1_usize..40, 1..8),
        other_cuts in proptest::collection::vec(1_usize..90, 1..8),
        rotate in 0_usize..400,
        crash_after in proptest::collection::vec(0_usize..30, 0..6),
        seed in 0_u64..1_000,
    ) {
        let corpus = corpus(seed, 300);
        let mut once = History::default();
        once.index_in_batches(&corpus, &cuts);

        let mut disturbed = History::default();
        let mut rotated = corpus.clone();
        rotated.rotate_left(rotate % corpus.len());
        for writes in crash_after {
            // Every crash leaves the first writes of some batch behind.
            disturbed.index_until_crash(&rotated, &other_cuts, writes);
        }
        disturbed.index_in_batches(&rotated, &other_cuts);
        disturbed.index_in_batches(&corpus, &cuts);

        let query = query(&ask, &corpus);
        let limits = Limits { events: ask.page, bytes: ask.bytes, read_units: ask.read_units };
        let plain = walk(&mut once, &query, limits, Retention::OFF);
        prop_assert_eq!(walk(&mut disturbed, &query, limits, Retention::OFF), plain);
    }

    #[test]
    fn tallies_count_each_file_once_however_it_was_batched(
        files in proptest::collection::vec(1_usize..60, 2..10),
        together in proptest::collection::vec(1_usize..5, 2..10),
        seed in 0_u64..1_000,
    ) {
        let corpus = corpus(seed, 300);
        let mut history = History::default();
        history.index_files(&corpus, &files, &together);
        let mut alone = History::default();
        alone.index_files(&corpus, &files, &[1]);
        // The same files again in another composition, as a retry would.
        history.index_files(&corpus, &files, &[1]);
        history.index_files(&corpus, &files, &[3]);
        prop_assert_eq!(history.tallied().minutes(), alone.tallied().minutes());
        prop_assert_eq!(alone.tallied().minutes(), brute_force_minutes(&corpus, &files));
    }

    #[test]
    fn stale_reads_skip_nothing(
        ask in asks(),
        cuts in proptest::collection::vec(1_usize..60, 1..12),
        stale in 1_usize..400,
        seed in 0_u64..1_000,
    ) {
        let corpus = corpus(seed, 300);
        let mut history = History::default();
        history.index_in_batches(&corpus, &cuts);
        // Weakly consistent reads do not see the last writes yet.
        history.hide_last_writes(stale);
        let query = query(&ask, &corpus);
        let limits = Limits { events: ask.page, bytes: ask.bytes, read_units: ask.read_units };
        let expected = brute_force(&query, &corpus, i64::MIN);
        prop_assert_eq!(walk(&mut history, &query, limits, Retention::OFF), expected);
    }

    #[test]
    fn nothing_is_skipped_or_repeated_while_files_arrive(
        ask in asks(),
        cuts in proptest::collection::vec(1_usize..60, 1..12),
        seed in 0_u64..1_000,
    ) {
        let corpus = corpus(seed, 300);
        let (present, arriving) = corpus.split_at(150);
        let mut history = History::default();
        history.index_in_batches(present, &cuts);
        history.arrive_while_reading(arriving, &cuts);
        let query = query(&ask, &corpus);
        let limits = Limits { events: ask.page, bytes: ask.bytes, read_units: ask.read_units };
        let found = walk(&mut history, &query, limits, Retention::OFF);
        let distinct: BTreeSet<&String> = found.iter().collect();
        prop_assert_eq!(distinct.len(), found.len(), "an event was repeated");
        for text in brute_force(&query, present, i64::MIN) {
            prop_assert!(distinct.contains(&text), "an event that was there was skipped");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn frequent_terms_on_pages_of_their_own_are_found_alone_and_with_others(
        asks in proptest::collection::vec(asks(), 12),
        cut in 2_000_usize..2_500,
        seed in 0_u64..1_000,
    ) {
        let corpus = busy_day(seed);
        let mut history = History::default();
        history.index_in_batches(&corpus, &[cut]);
        prop_assert!(history.partitions(index::term::Level::FREQUENT) > 0, "no frequent terms");
        for ask in asks {
            let query = query(&ask, &corpus);
            let limits = Limits { events: 200, ..Limits::default() };
            let expected = brute_force(&query, &corpus, i64::MIN);
            prop_assert_eq!(walk(&mut history, &query, limits, Retention::OFF), expected);
        }
    }
}

type Minutes = BTreeMap<(Category, index::tally::Series), BTreeMap<i64, u64>>;

/// Counts every record of every file once, also where files share records.
fn brute_force_minutes(corpus: &[String], files: &[usize]) -> Minutes {
    let mut minutes = Minutes::new();
    for file in history::batches(corpus, files) {
        for text in file.into_iter().collect::<BTreeSet<_>>() {
            let record = Record::parse(text).expect("a sample record");
            let owned = |value: Option<&str>| value.unwrap_or_default().to_owned();
            let series = index::tally::Series {
                account: owned(record.account()),
                region: owned(record.aws_region.as_deref()),
                source: owned(record.source()),
                name: owned(record.name()),
                error_code: owned(record.error_code()),
                read_only: record.read_only,
            };
            let counted = minutes.entry((Category::of(&record), series)).or_default();
            *counted
                .entry(record.time().div_euclid(60) * 60)
                .or_default() += 1;
        }
    }
    minutes
}

#[test]
fn the_same_id_with_other_content_is_returned_and_reported() {
    let one = r#"{"eventTime":"2026-09-01T10:00:00Z","eventID":"e-1","eventName":"A","recipientAccountId":"111122223333"}"#;
    let other = r#"{"eventTime":"2026-09-01T10:00:00Z","eventID":"e-1","eventName":"B","recipientAccountId":"111122223333"}"#;
    let corpus = vec![one.to_owned(), other.to_owned(), one.to_owned()];
    let mut history = History::default();
    history.index_in_batches(&corpus, &[1]);
    let mut query = Query::default();
    query.require(Attribute::EventId, "e-1");
    let mut lookup = Lookup::new(
        query,
        None,
        Limits::default(),
        Visibility::new(Retention::OFF, [], NOW),
        &Hint::default(),
    )
    .expect("no cursor");
    let page = loop {
        match lookup.next(false).expect("readable") {
            Step::Read(reads) => {
                for read in reads {
                    let answer = history.read(&read);
                    lookup.answer(read, &answer).expect("readable");
                }
            }
            Step::Done(page) => break page,
        }
    };
    assert_eq!(page.events.len(), 2);
    assert_eq!(page.conflicts, BTreeSet::from(["e-1".to_owned()]));
    assert_eq!(page.duplicates, 1);
}

#[test]
fn a_missing_block_of_a_committed_segment_is_an_error_and_never_a_skip() {
    let corpus = corpus(3, 50);
    for conditions in [0, 1] {
        let mut history = History::default();
        history.index_in_batches(&corpus, &[50]);
        history.lose_blocks();
        let mut query = Query::default();
        if conditions == 1 {
            query.require(Attribute::ReadOnly, "true");
        }
        let mut lookup = Lookup::new(
            query,
            None,
            Limits::default(),
            Visibility::new(Retention::OFF, [], NOW),
            &Hint::default(),
        )
        .expect("no cursor");
        let error = loop {
            let Step::Read(reads) = lookup.next(false).expect("goes on") else {
                panic!("the page ended as if nothing were missing");
            };
            let mut answers = reads.into_iter().map(|read| {
                let answer = history.read(&read);
                lookup.answer(read, &answer)
            });
            if let Some(error) = answers.find_map(Result::err) {
                break error;
            }
        };
        assert!(error.to_string().contains("is missing"), "{error}");
    }
}
