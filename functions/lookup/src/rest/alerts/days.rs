//! The days that are looked through for alerts, the newest first.
//!
//! Nothing lists the days that have alerts. A day is one cheap query, so the
//! days that alerts are usually kept for are simply tried; older ones, and those
//! after tomorrow, where events are indexed of them, or the caller's range asks.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use index::{Day, table};
use trail::Category;

use crate::fault::Fault;
use crate::history::History;

/// How many days back every day is tried: as long as alerts are kept by default.
const TRIED: i64 = 366;

/// The first day of CloudTrail's own: no alert is older, unless its event is indexed.
const FIRST: i64 = 1_384_300_800;

/// A range of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    /// The first day, where the caller names one.
    pub(super) first: Option<Day>,
    /// The last.
    pub(super) last: Day,
}

/// One of the stretches of time that are looked through, the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    /// What is after tomorrow: clocks go wrong, and logs can be made up.
    Future,
    /// The time for which alerts are usually kept, or that was asked for.
    Tried,
    /// What was before.
    Past,
}

impl Stretch {
    /// Every stretch, the newest first.
    pub(super) const ALL: [Self; 3] = [Self::Future, Self::Tried, Self::Past];

    /// Lists the days of the stretch that are in a range and may have alerts, the newest first.
    pub(super) async fn days(
        self,
        range: Days,
        history: &History,
        now: i64,
    ) -> Result<Vec<Day>, Fault> {
        let tomorrow = Day::of(now).next();
        let tried = Day::of(Day::of(now).start().saturating_sub(TRIED * 86_400));
        let tried = match range.first {
            Some(first) => tried.min(first.max(Day::of(FIRST))),
            None => tried,
        };
        let first = range.first.unwrap_or(Day::FIRST);
        let (first, last) = match self {
            Self::Future => (first.max(tomorrow.next()), range.last),
            Self::Tried => (first.max(tried), range.last.min(tomorrow)),
            Self::Past => (first, range.last.min(tried.previous())),
        };
        if first > last {
            return Ok(Vec::new());
        }
        if self != Self::Tried {
            return indexed(history, first, last).await;
        }
        let mut days = vec![last];
        while let Some(day) = days.last().filter(|day| **day > first) {
            days.push(day.previous());
        }
        Ok(days)
    }
}

/// The days of a range with events in any category, the newest first.
async fn indexed(history: &History, first: Day, last: Day) -> Result<Vec<Day>, Fault> {
    let reads = Category::ALL.map(|category| async move {
        let partition = table::days(category);
        let range = aws::table::Range {
            partition: &partition,
            from: &table::header_from(first),
            until: &table::header_until(last),
            consistent: false,
        };
        history.table().query(range).await
    });
    let mut days = BTreeSet::new();
    for header in try_join_all(reads)
        .await?
        .into_iter()
        .flat_map(|answer| answer.items)
    {
        let (day, ..) = table::parse_header(&header.sort)
            .ok_or_else(|| Fault::damaged(&format!("header {}", header.sort)))?;
        days.insert(day);
    }
    Ok(days.into_iter().rev().collect())
}
