//! Walks through a history page by page, and holds it against the oracle.

use std::collections::BTreeSet;

use index::Query;
use lookup::History;

use crate::delivery::File;
use crate::oracle::{Oracle, minutes};
use crate::question;
use crate::stack::{NOW, Stack};

/// CloudTrail's bound on a page, in bytes.
const PAGE_BYTES: usize = 5 * 1024 * 1024;

/// A walk under way.
pub(crate) struct Walk<'h> {
    history: &'h History,
    query: Query,
    page: usize,
    now: i64,
    cursor: Option<String>,
    /// Whether the last page was read.
    pub(crate) is_over: bool,
    /// The texts of the events so far.
    pub(crate) found: Vec<String>,
    /// The ids that events of different content share.
    pub(crate) conflicts: BTreeSet<String>,
}

impl<'h> Walk<'h> {
    pub(crate) fn new(history: &'h History, query: &Query, page: usize, now: i64) -> Self {
        Self {
            history,
            query: query.clone(),
            page,
            now,
            cursor: None,
            is_over: false,
            found: Vec::new(),
            conflicts: BTreeSet::new(),
        }
    }

    /// Reads the next page, which must be no larger than asked for, and further on.
    pub(crate) async fn step(&mut self) {
        let cursor = self.cursor.as_deref();
        let page = self
            .history
            .page(self.query.clone(), cursor, self.page, PAGE_BYTES, self.now)
            .await
            .unwrap_or_else(|error| panic!("{error} in {:?}", self.query));
        assert!(
            page.events.len() <= self.page,
            "{} events",
            page.events.len()
        );
        assert!(
            page.cursor.is_none() || page.cursor != self.cursor,
            "a cursor advances"
        );
        self.found
            .extend(page.events.into_iter().map(|event| event.text));
        self.conflicts.extend(page.conflicts);
        self.is_over = page.cursor.is_none();
        self.cursor = page.cursor;
    }

    /// Reads on to the end.
    pub(crate) async fn finish(mut self) -> Self {
        while !self.is_over {
            self.step().await;
        }
        self
    }
}

/// Sees a query answered as the oracle does, over all its pages.
pub(crate) async fn check(
    history: &History,
    oracle: &Oracle,
    query: &Query,
    page: usize,
    now: i64,
) {
    let walk = Walk::new(history, query, page, now).finish().await;
    let expected = oracle.answer(query, history.policy().longest().horizon(now));
    if walk.found != expected {
        let found: BTreeSet<&str> = walk.found.iter().map(String::as_str).collect();
        let wanted: BTreeSet<&str> = expected.iter().copied().collect();
        panic!(
            "{} events found ({} different), {} expected ({} different), {} missing, {} too many, for {query:?}",
            walk.found.len(),
            found.len(),
            expected.len(),
            wanted.len(),
            wanted.difference(&found).count(),
            found.difference(&wanted).count(),
        );
    }
}

/// Sees a stack answer and count as if each of these files had been indexed once.
pub(crate) async fn check_all(stack: &Stack, files: &[File]) {
    let oracle = Oracle::of_files(files);
    let history = stack.history();
    for (number, query) in question::few(&oracle).iter().enumerate() {
        check(
            &history,
            &oracle,
            query,
            page_of(&oracle, query, number),
            NOW,
        )
        .await;
    }
    check_tallies(stack, files).await;
}

/// The size of a page with which an answer has four pages, eleven or one, in turn.
pub(crate) fn page_of(oracle: &Oracle, query: &Query, turn: usize) -> usize {
    let all = oracle.answer(query, i64::MIN).len();
    [all.div_ceil(4).max(5), all.div_ceil(11).max(3), 1_000][turn % 3]
}

/// Sees a stack's tallies count each of these files once.
pub(crate) async fn check_tallies(stack: &Stack, files: &[File]) {
    let expected = minutes(files, stack.policy.longest().horizon(NOW));
    let counted = stack.tallied(files).await.minutes();
    assert!(counted == expected, "the tallies count otherwise");
}
