//! What is indexed: read from the directories and the findings.
//!
//! A status reads every directory of the days that are kept, newest first, as
//! far as the read and time budget of a page allows; beyond that it says that
//! it is not complete. Of each category the newest and the oldest day are read
//! first, so that the range of time is right even then. Its reads are
//! eventually consistent: what was written a second ago may be missing.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;
use index::{Day, Visibility, table};
use serde::Serialize;
use tokio::time::Instant;
use trail::Category;

use crate::fault::Fault;
use crate::history::History;
use crate::rest::iso;
use crate::status::findings::Findings;
use crate::status::holdings::Holdings;

mod findings;
mod holdings;

/// How many days are read side by side.
const AT_ONCE: usize = 16;

/// The most files that are asked for which of several segments hold them.
const MOST_SHARED: usize = 1_000;

/// What is indexed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Status {
    /// Whether all that is kept was counted, or only as much as the budget allowed.
    complete: bool,
    /// How many log files hold events that are kept, each version of an object once.
    files: u64,
    /// How many events those files hold, a file that was indexed twice counted once.
    events: u64,
    /// The events by category.
    categories: BTreeMap<String, Holding>,
    /// The UTC days that have events.
    days: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newest: Option<String>,
    /// How long ago the newest event was.
    #[serde(skip_serializing_if = "Option::is_none")]
    lag_seconds: Option<i64>,
    /// How many days events are kept at the longest; absent where forever.
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_days: Option<u32>,
    /// The accounts that are an exception, as the function is configured.
    #[serde(skip_serializing_if = "String::is_empty")]
    retention_exceptions: String,
    #[serde(flatten)]
    findings: Findings,
    consumed: Consumed,
}

/// What is indexed of a category.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Holding {
    events: u64,
    days: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newest: Option<String>,
    /// How many days its events are kept where no exception is made; absent where forever.
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_days: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Consumed {
    read_units: f64,
}

/// What a status may still read.
#[derive(Debug)]
struct Budget {
    until: Instant,
    read_units: f64,
    consumed: f64,
}

impl Budget {
    fn is_spent(&self) -> bool {
        self.consumed >= self.read_units || Instant::now() >= self.until
    }
}

/// Reads what is indexed.
///
/// Counts go by whole segments: events that lookups hide already are counted as long as
/// any of their segment may be shown.
pub(crate) async fn read(history: &History, now: i64) -> Result<Status, Fault> {
    let mut budget = Budget {
        until: Instant::now() + history.time(),
        read_units: history.read_units(),
        consumed: 0.0,
    };
    let visibility = history
        .visibility(&Category::ALL, None, now)
        .await
        .map_err(Fault::from)?;
    let days = days(history, &visibility, &mut budget).await?;
    let mut holdings = Holdings::new(&visibility);
    let order = reading_order(&days);
    let mut is_complete = true;
    for (round, chunk) in order.chunks(AT_ONCE).enumerate() {
        if round > 0 && budget.is_spent() {
            is_complete = false;
            break;
        }
        let reads = chunk
            .iter()
            .map(|(category, day)| directories(history, *category, *day));
        for ((category, day), answer) in chunk.iter().zip(try_join_all(reads).await?) {
            budget.consumed += answer.read_units;
            holdings.add(*category, *day, &answer.items)?;
        }
    }
    is_complete &= settle_shared(history, &mut holdings, &mut budget).await?;
    let findings = findings::read(history.table(), now, &mut budget).await?;
    is_complete &= findings.is_complete();
    Ok(tell(
        &days,
        &holdings,
        findings,
        is_complete,
        &budget,
        &visibility,
    ))
}

/// The days of each category that the history has and keeps.
type Days = BTreeMap<Category, BTreeSet<Day>>;

async fn days(
    history: &History,
    visibility: &Visibility,
    budget: &mut Budget,
) -> Result<Days, Fault> {
    let reads = Category::ALL.map(|category| async move {
        let partition = table::days(category);
        let range = aws::table::Range {
            partition: &partition,
            from: &table::header_from(Day::FIRST),
            until: &table::header_until(Day::LAST),
            consistent: false,
        };
        Ok::<_, Fault>((category, history.table().query(range).await?))
    });
    let mut days = Days::new();
    for (category, answer) in try_join_all(reads).await? {
        budget.consumed += answer.read_units;
        for header in answer.items {
            let (day, class, _) = table::parse_header(&header.sort)
                .ok_or_else(|| Fault::damaged(&format!("header {}", header.sort)))?;
            if visibility.may_show(class, category, day.start(), day.end()) {
                days.entry(category).or_default().insert(day);
            }
        }
    }
    Ok(days)
}

/// The newest and oldest day of each category, then the others, newest first.
fn reading_order(days: &Days) -> Vec<(Category, Day)> {
    let mut first = Vec::new();
    let mut others = Vec::new();
    for (category, days) in days {
        for day in days {
            let is_edge = days.first() == Some(day) || days.last() == Some(day);
            if is_edge { &mut first } else { &mut others }.push((*category, *day));
        }
    }
    others.sort_by(|(_, one), (_, other)| other.cmp(one));
    first.extend(others);
    first
}

async fn directories(
    history: &History,
    category: Category,
    day: Day,
) -> Result<index::lookup::Answer, aws::Error> {
    let partition = table::segments(category, day);
    let range = aws::table::Range::partition(&partition);
    history
        .table()
        .query(aws::table::Range {
            consistent: false,
            ..range
        })
        .await
}

/// Asks the records of files that several segments hold which of them count.
async fn settle_shared(
    history: &History,
    holdings: &mut Holdings<'_>,
    budget: &mut Budget,
) -> Result<bool, Fault> {
    let shared = holdings.shared();
    for (round, chunk) in shared.chunks(AT_ONCE).enumerate() {
        if budget.is_spent() || round * AT_ONCE >= MOST_SHARED {
            return Ok(false);
        }
        let reads = chunk
            .iter()
            .map(|place| history.table().get(&place.0, &place.1));
        for (place, item) in chunk.iter().zip(try_join_all(reads).await?) {
            budget.consumed += 1.0;
            if let Some(item) = item {
                let record = index::file::FileRecord::from_body(&item.body)
                    .ok_or_else(|| Fault::damaged(&format!("file record {}", item.sort)))?;
                holdings.settle(place, &record.segments);
            }
        }
    }
    Ok(true)
}

fn tell(
    days: &Days,
    holdings: &Holdings<'_>,
    findings: Findings,
    complete: bool,
    budget: &Budget,
    visibility: &Visibility,
) -> Status {
    let policy = visibility.keeping().policy();
    let mut categories = BTreeMap::new();
    for category in Category::ALL {
        let range = holdings.range(category);
        let holding = Holding {
            events: holdings.events(category),
            days: days.get(&category).map_or(0, |days| days.len() as u64),
            oldest: range.map(|(oldest, _)| iso(oldest)),
            newest: range.map(|(_, newest)| iso(newest)),
            retention_days: policy.usual(category).limit(),
        };
        categories.insert(category.as_str().to_ascii_lowercase(), holding);
    }
    let ranges = || {
        Category::ALL
            .into_iter()
            .filter_map(|category| holdings.range(category))
    };
    let newest = ranges().map(|(_, newest)| newest).max();
    let all_days: BTreeSet<_> = days.values().flatten().collect();
    Status {
        complete,
        files: holdings.files(),
        events: categories.values().map(|holding| holding.events).sum(),
        categories,
        days: all_days.len() as u64,
        oldest: ranges().map(|(oldest, _)| oldest).min().map(iso),
        newest: newest.map(iso),
        lag_seconds: newest.map(|newest| visibility.now().saturating_sub(newest).max(0)),
        retention_days: policy.longest().limit(),
        retention_exceptions: policy.exceptions(),
        findings,
        consumed: Consumed {
            read_units: budget.consumed,
        },
    }
}
