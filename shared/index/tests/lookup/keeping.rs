//! Lookups show what a policy keeps, what is held and what was restored, and nothing else,
//! while the table drops what has expired in any order.

use std::collections::BTreeSet;

use index::{Attribute, Class, Day, EventKey, Hold, Keeping, Order, Policy, Query, Scope};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use trail::{Category, Record};

use crate::history::{History, corpus};
use crate::{NOW, asks, query, walk};
use index::lookup::Limits;

/// Days that some, all or none of the corpus is kept.
const DAYS: [u32; 6] = [0, 1, 10, 30, 60, 100];

#[derive(Clone, Debug)]
struct Setting {
    categories: [u32; 4],
    /// Account, category of an exception for one only, and days.
    exceptions: Vec<(Index, Option<usize>, u32)>,
    holds: Vec<(u8, Index, Index, Option<Index>, bool)>,
}

fn settings() -> impl Strategy<Value = Setting> {
    let days = || select(&DAYS[..]);
    let exception = (any::<Index>(), prop::option::of(0..4_usize), days());
    let hold = (
        0..5_u8,
        any::<Index>(),
        any::<Index>(),
        prop::option::of(any::<Index>()),
        prop::bool::weighted(0.2),
    );
    (
        [days(), days(), days(), days()],
        prop::collection::vec(exception, 0..3),
        prop::collection::vec(hold, 0..3),
    )
        .prop_map(|(categories, exceptions, holds)| Setting {
            categories,
            exceptions,
            holds,
        })
}

/// The values of some attributes that the corpus has.
fn values(corpus: &[String], attributes: &[Attribute]) -> Vec<String> {
    let mut values = BTreeSet::new();
    for text in corpus {
        let record = Record::parse(text).expect("a sample record");
        for attribute in attributes {
            attribute.values(&record, |value| {
                values.insert(value.to_owned());
            });
        }
    }
    values.into_iter().collect()
}

/// A policy and holds, and the same said so simply that it is plain what is shown.
struct Rules {
    categories: [u32; 4],
    exceptions: Vec<(String, Option<usize>, u32)>,
    holds: Vec<Hold>,
}

impl Rules {
    fn of(setting: &Setting, corpus: &[String]) -> Self {
        let accounts = values(corpus, &[Attribute::Account]);
        let principals = values(
            corpus,
            &[Attribute::Principal, Attribute::Username, Attribute::Role],
        );
        let mut exceptions: Vec<(String, Option<usize>, u32)> = Vec::new();
        for (account, category, days) in &setting.exceptions {
            let account = account.get(&accounts);
            // Saying the same twice is no policy.
            if !exceptions
                .iter()
                .any(|known| (&known.0, known.1) == (account, *category))
            {
                exceptions.push((account.clone(), *category, *days));
            }
        }
        let time = |at: &Index| {
            Record::parse(at.get::<String>(corpus))
                .expect("a sample record")
                .time()
        };
        let holds = setting.holds.iter().enumerate();
        let holds = holds.map(|(number, (kind, value, start, end, is_lifted))| Hold {
            id: format!("h{number}"),
            scope: match kind {
                0 => Scope::Everything,
                1 | 2 => Scope::Account(value.get(&accounts).clone()),
                _ => Scope::Principal(value.get(&principals).clone()),
            },
            start: time(start),
            end: end.as_ref().map(time),
            reason: "a test".to_owned(),
            set_by: "arn:aws:iam::111122223333:user/counsel".to_owned(),
            set_at: NOW - 60,
            lifted_by: is_lifted.then(|| "counsel".to_owned()),
            lifted_at: is_lifted.then_some(NOW - 30),
        });
        Self {
            categories: setting.categories,
            exceptions,
            holds: holds.collect(),
        }
    }

    fn keeping(&self) -> Keeping {
        let days = Category::ALL.iter().zip(self.categories);
        let days: Vec<String> = days
            .map(|(category, days)| format!("{category}={days}"))
            .collect();
        let exceptions = self.exceptions.iter().map(|(account, category, days)| {
            let category = category.map(|category| format!(":{}", Category::ALL[category]));
            format!("{account}{}={days}", category.unwrap_or_default())
        });
        let exceptions: Vec<String> = exceptions.collect();
        let policy = Policy::parse(&days.join(","), &exceptions.join(","));
        Keeping::new(policy.expect("a policy"), self.holds.clone())
    }

    fn keeps(&self, record: &Record<'_>) -> bool {
        let category = Category::of(record);
        let category = Category::ALL
            .iter()
            .position(|of| *of == category)
            .expect("one of all");
        let said = |of: Option<usize>| {
            let same = |known: &&(String, Option<usize>, u32)| {
                record.account() == Some(&known.0) && known.1 == of
            };
            self.exceptions.iter().find(same).map(|known| known.2)
        };
        let days = said(Some(category)).or_else(|| said(None));
        let days = days.unwrap_or(self.categories[category]);
        days == 0 || NOW - record.time() <= i64::from(days) * 86_400
    }

    fn holds(&self, record: &Record<'_>) -> bool {
        self.holds.iter().any(|hold| {
            let is_by = |held: &String| {
                let names = [
                    Attribute::Principal,
                    Attribute::Username,
                    Attribute::Session,
                    Attribute::Role,
                ];
                let mut found = false;
                for name in names {
                    name.values(record, |value| found |= value == held);
                }
                found
            };
            hold.lifted_at.is_none()
                && hold.start <= record.time()
                && hold.end.is_none_or(|end| record.time() <= end)
                && match &hold.scope {
                    Scope::Everything => true,
                    Scope::Account(held) => record.account() == Some(held),
                    Scope::Principal(held) => is_by(held),
                }
        })
    }

    fn shows(&self, text: &str) -> bool {
        let record = Record::parse(text).expect("a sample record");
        self.keeps(&record) || self.holds(&record)
    }
}

fn expected(query: &Query, shown: &[&String]) -> Vec<String> {
    let mut matches: Vec<(EventKey, &String)> = Vec::new();
    for text in shown {
        let record = Record::parse(text).expect("a sample record");
        if query.matches(Category::of(&record), &record) {
            matches.push((EventKey::of(&record), text));
        }
    }
    matches.sort();
    matches.dedup();
    if query.order == Order::NewestFirst {
        matches.reverse();
    }
    matches.into_iter().map(|(_, text)| text.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_kept_held_or_restored_is_shown_while_the_rest_goes(
        asked in prop::collection::vec(asks(), 3),
        setting in settings(),
        cuts in prop::collection::vec(1_usize..60, 1..8),
        restored in prop::collection::vec((-3_i64..40, any::<Index>(), 1_usize..60, any::<bool>()), 0..3),
        dropped in prop::collection::vec(any::<bool>(), 1..40),
        seed in 0_u64..1_000,
    ) {
        let corpus = corpus(seed, 300);
        let rules = Rules::of(&setting, &corpus);
        let keeping = rules.keeping();
        let mut history = History::default();
        let mut is_delivered = vec![true; corpus.len()];
        let mut shown: Vec<&String> = Vec::new();
        for (day, start, count, is_only) in &restored {
            let until = Day::of(NOW + day * 86_400);
            let start = start.index(corpus.len());
            let some = start..corpus.len().min(start + count);
            history.index_kept(&corpus[some.clone()], &[7], &keeping, Some(&Class::restored(until)));
            // At the start of its day it is over, and its copies go although the policy
            // may keep the events: those that are delivered, too, are there all the same.
            if *day > 0 {
                shown.extend(&corpus[some.clone()]);
                if *is_only {
                    is_delivered[some].fill(false);
                }
            }
        }
        let delivered: Vec<String> = corpus.iter().zip(&is_delivered)
            .filter(|(_, is_delivered)| **is_delivered)
            .map(|(text, _)| text.clone())
            .collect();
        history.index_kept(&delivered, &cuts, &keeping, None);
        shown.extend(corpus.iter().zip(&is_delivered)
            .filter(|(text, is_delivered)| **is_delivered && rules.shows(text))
            .map(|(text, _)| text));
        history.expire(NOW, &dropped);
        for ask in &asked {
            let query = query(ask, &corpus);
            let limits = Limits { events: ask.page, bytes: ask.bytes, read_units: ask.read_units };
            let found = walk(&mut history, &query, limits, keeping.clone());
            prop_assert_eq!(found, expected(&query, &shown));
        }
    }

    #[test]
    fn another_policy_and_holds_take_effect_before_anything_is_stamped_anew(
        asked in prop::collection::vec(asks(), 2),
        before in settings(),
        after in settings(),
        cuts in prop::collection::vec(1_usize..60, 1..8),
        seed in 0_u64..1_000,
    ) {
        let corpus = corpus(seed, 300);
        let mut history = History::default();
        history.index_kept(&corpus, &cuts, &Rules::of(&before, &corpus).keeping(), None);
        let rules = Rules::of(&after, &corpus);
        let shown: Vec<&String> = corpus.iter().filter(|text| rules.shows(text)).collect();
        for ask in &asked {
            let query = query(ask, &corpus);
            let limits = Limits { events: ask.page, bytes: ask.bytes, read_units: ask.read_units };
            let found = walk(&mut history, &query, limits, rules.keeping());
            prop_assert_eq!(found, expected(&query, &shown));
        }
    }
}

#[test]
fn categories_that_are_kept_for_different_times_are_read_from_the_start_of_a_common_day() {
    let day: Day = "2026-09-01".parse().expect("a day");
    let event = |category: &str, hour: i64| {
        let time = jiff::Timestamp::from_second(day.start() + hour * 3_600).expect("a time");
        format!(r#"{{"eventTime":"{time}","eventID":"e-{hour}","eventCategory":"{category}"}}"#)
    };
    let corpus = [
        event("NetworkActivity", 1),
        event("Management", 2),
        event("NetworkActivity", 3),
        event("Management", 4),
    ];
    let rules = Rules {
        categories: [1, 1, 0, 1],
        exceptions: Vec::new(),
        holds: vec![Hold {
            id: "h1".to_owned(),
            scope: Scope::Everything,
            start: day.start() + 4 * 3_600,
            end: None,
            reason: "a test".to_owned(),
            set_by: "counsel".to_owned(),
            set_at: NOW - 60,
            lifted_by: None,
            lifted_at: None,
        }],
    };
    let mut history = History::default();
    history.index_kept(&corpus, &[4], &rules.keeping(), None);
    let shown: Vec<&String> = corpus.iter().filter(|text| rules.shows(text)).collect();
    assert_eq!(shown.len(), 3);
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let mut query = Query::default();
        query.categories = Category::ALL.into();
        query.order = order;
        let limits = Limits {
            events: 1,
            read_units: 0.0,
            ..Limits::default()
        };
        let found = walk(&mut history, &query, limits, rules.keeping());
        assert_eq!(found, expected(&query, &shown));
    }
}
