//! Which hours are proven complete, as the integrity function tells it.
//!
//! It keeps the hours of all accounts and Regions in one item, which is read at most
//! once a minute. A lookup does not fail for want of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws::Table;
use index::table::integrity::{SUMMARY, SUMMARY_SORT};
use index::{Attribute, Query};
use integrity::{Counts, Summary};
use tokio::time::Instant;

/// For how long the hours that were read are taken for those that there are.
const KNOWN: Duration = Duration::from_mins(1);

/// The seconds of an hour.
pub(crate) const HOUR: i64 = 3_600;

/// The hours that are known, and when they were read.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    known: Mutex<Option<(Instant, Option<Arc<Summary>>)>>,
}

impl Coverage {
    /// The hours as they were at most a minute ago; nothing where nobody has told any.
    pub(crate) async fn summary(&self, table: &Table) -> Option<Arc<Summary>> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read, summary)) = known().as_ref()
            && read.elapsed() < KNOWN
        {
            return summary.clone();
        }
        let summary = match table.get(SUMMARY, SUMMARY_SORT).await {
            Ok(item) => item.and_then(|item| {
                let summary = Summary::decode(&item.body);
                if summary.is_none() {
                    tracing::error!("the coverage summary cannot be read");
                }
                summary.map(Arc::new)
            }),
            Err(error) => {
                tracing::warn!(%error, "the coverage summary was not read");
                return None;
            }
        };
        *known() = Some((Instant::now(), summary.clone()));
        summary
    }

    /// Counts the hours of a query's time, of its account and Region where it names one.
    pub(crate) async fn of_query(&self, table: &Table, query: &Query, now: i64) -> Option<Counts> {
        let summary = self.summary(table).await?;
        let (start, end) = range(&summary, query.start, query.end, now);
        let account = only(query, Attribute::Account);
        Some(summary.over(start, end, account, only(query, Attribute::Region)))
    }
}

/// The value of an attribute, where exactly one is wanted.
fn only(query: &Query, attribute: Attribute) -> Option<&str> {
    let mut conditions = query.conditions().iter();
    let condition =
        conditions.find(|condition| condition.attribute == attribute && !condition.negated)?;
    let mut values = condition.values.iter().map(String::as_str);
    values.next().filter(|_| values.next().is_none())
}

/// The time that is meant, its end exclusive: from the first hour that is known up to now,
/// where it is not said.
pub(crate) fn range(
    summary: &Summary,
    start: Option<i64>,
    end: Option<i64>,
    now: i64,
) -> (i64, i64) {
    let first = || {
        let streams = summary.streams().iter();
        let first = streams.filter_map(|known| Some(known.hours.runs().first()?.first));
        first.min().map_or(now, |hour| hour.saturating_mul(HOUR))
    };
    let end = end.map_or(now, |end| end.saturating_add(1).min(now));
    (start.unwrap_or_else(first), end)
}

/// Writes counts as the header of an answer has them.
pub(crate) fn header(counts: &Counts) -> String {
    let Counts {
        proven,
        pending,
        finding,
        unknown,
    } = counts;
    format!("proven={proven};pending={pending};finding={finding};unknown={unknown}")
}
