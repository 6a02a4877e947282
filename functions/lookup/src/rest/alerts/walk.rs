//! Walks the days of alerts backwards until a page is full.

use alerts::Alert;
use aws::table::{Marked, Range};
use futures::future::try_join_all;
use index::table::alerting;
use index::{Day, Item};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::Instant;

use super::cursor::Position;
use super::days::{Days, Stretch};
use super::parameters::Parameters;
use crate::fault::Fault;
use crate::fit;
use crate::history::History;

/// How many days are read side by side at first, and at most: many are empty.
const DAYS: (usize, usize) = (4, 32);

/// How many alerts of each are read then.
const FEW: usize = 8;

/// How many alerts of one day are read at a time where it has more.
const MORE: usize = 64;

/// A page of alerts.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The alerts, written.
    pub(super) alerts: Vec<Box<RawValue>>,
    /// Where the next page goes on; nothing at the end.
    pub(super) position: Option<Position>,
}

/// An alert as the list shows it.
#[derive(Serialize)]
struct Listed<'a> {
    state: &'a str,
    #[serde(flatten)]
    alert: &'a Alert,
}

/// A walk through the days.
pub(super) struct Walk<'w> {
    history: &'w History,
    parameters: &'w Parameters,
    now: i64,
    until: Instant,
    /// The read units so far, as reads of these sizes are billed.
    read_units: f64,
    page: Page,
    bytes: usize,
    is_over: bool,
}

impl<'w> Walk<'w> {
    /// Makes a walk from where the parameters say.
    pub(super) fn new(history: &'w History, parameters: &'w Parameters, now: i64) -> Self {
        Self {
            history,
            parameters,
            now,
            until: Instant::now() + history.time(),
            read_units: 0.0,
            page: Page::default(),
            bytes: 0,
            is_over: false,
        }
    }

    /// Reads the page.
    ///
    /// It ends at the limit, at the size of an answer, and at the budget of a page;
    /// then with a position, and perhaps without alerts.
    pub(super) async fn page(mut self) -> Result<Page, Fault> {
        let range = Days {
            first: self.parameters.start.map(Day::of),
            last: self.last_day(),
        };
        for stretch in Stretch::ALL {
            let days = stretch.days(range, self.history, self.now).await?;
            self.walk(&days).await?;
            if self.is_over {
                break;
            }
        }
        Ok(self.page)
    }

    fn last_day(&self) -> Day {
        let last = self.parameters.end.map_or(Day::LAST, Day::of);
        let position = self.parameters.position.as_ref();
        position.map_or(last, |position| last.min(position.day))
    }

    async fn walk(&mut self, days: &[Day]) -> Result<(), Fault> {
        let (mut width, most) = DAYS;
        let mut left = days;
        while !left.is_empty() {
            let (round, rest) = left.split_at(width.min(left.len()));
            let reads = round
                .iter()
                .map(|day| self.read(*day, self.behind(*day), FEW));
            for (number, items) in try_join_all(reads).await?.into_iter().enumerate() {
                self.take_day(round[number], items).await?;
                let next = round.get(number + 1).or(rest.first());
                self.end_at_budget(next.copied());
                if self.is_over {
                    return Ok(());
                }
            }
            left = rest;
            width = (2 * width).min(most);
        }
        Ok(())
    }

    /// The sort key behind which a day's alerts are wanted, where a cursor names one.
    fn behind(&self, day: Day) -> Option<&'w str> {
        let position = self.parameters.position.as_ref()?;
        let is_this = position.day == day;
        position.behind.as_deref().filter(|_| is_this)
    }

    /// Takes the first alerts of a day, and reads the others where there are more.
    async fn take_day(&mut self, day: Day, first: Vec<Marked>) -> Result<(), Fault> {
        let (mut items, mut asked) = (first, FEW);
        let mut behind = self.behind(day).map(str::to_owned);
        loop {
            self.count(&items);
            let last = items.last().map(|marked| marked.item.sort.clone());
            let is_end = items.len() < asked;
            self.take(day, behind, items)?;
            let Some(last) = last.filter(|_| !is_end && !self.is_over) else {
                return Ok(());
            };
            if self.is_spent() {
                self.end(day, Some(last));
                return Ok(());
            }
            asked = MORE;
            items = self.read(day, Some(&last), asked).await?;
            behind = Some(last);
        }
    }

    /// Reads alerts of a day, the newest first; behind a sort key where one is given.
    async fn read(
        &self,
        day: Day,
        behind: Option<&str>,
        most: usize,
    ) -> Result<Vec<Marked>, Fault> {
        let Parameters { start, end, .. } = self.parameters;
        let on_day = |time: i64| time.clamp(day.start(), day.end());
        let from = alerting::alert_from(day, start.map_or(day.start(), on_day));
        let until = alerting::alert_until(day, end.map_or(day.end(), on_day));
        let partition = alerting::alerts(day);
        // The range includes its end, which was given back already.
        let until = behind.map_or(until.as_str(), |behind| behind.min(&until));
        if from.as_str() > until {
            return Ok(Vec::new());
        }
        let range = Range {
            partition: &partition,
            from: &from,
            until,
            consistent: false,
        };
        let extra = usize::from(behind.is_some());
        let mut items = self
            .history
            .table()
            .list_backwards(range, most + extra)
            .await?;
        items.retain(|marked| behind.is_none_or(|behind| marked.item.sort.as_str() < behind));
        items.truncate(most);
        Ok(items)
    }

    /// Takes those of the alerts that are wanted, as long as there is room; they stand
    /// behind a sort key where one is given.
    fn take(
        &mut self,
        day: Day,
        mut behind: Option<String>,
        items: Vec<Marked>,
    ) -> Result<(), Fault> {
        for Marked { item, marks } in items {
            // DynamoDB deletes expired items when it gets to them.
            let is_kept = item.expires.is_none_or(|expires| expires > self.now);
            let read = read(&item).zip(marks.state);
            let Some((alert, state)) = read else {
                let place = format!("alert {} {}", item.partition, item.sort);
                return Err(Fault::damaged(&place));
            };
            if is_kept && self.parameters.filter.takes(&alert, &state) {
                let listed = Listed {
                    state: &state,
                    alert: &alert,
                };
                let written = to_raw_value(&listed).map_err(|error| Fault::damaged(&error))?;
                self.bytes += fit::sent(written.get()) + 1;
                let is_first = self.page.alerts.is_empty();
                if self.bytes > fit::LARGEST && !is_first {
                    self.end(day, behind);
                    return Ok(());
                }
                self.page.alerts.push(written);
                if self.page.alerts.len() >= self.parameters.limit {
                    self.end(day, Some(item.sort));
                    return Ok(());
                }
            }
            behind = Some(item.sort);
        }
        Ok(())
    }

    fn count(&mut self, items: &[Marked]) {
        let bytes: usize = items.iter().map(|marked| marked.item.size()).sum();
        self.read_units += (read_units(bytes)).max(0.5);
    }

    fn is_spent(&self) -> bool {
        self.read_units >= self.history.read_units() || Instant::now() >= self.until
    }

    /// Ends the page before a day where the budget is spent.
    fn end_at_budget(&mut self, next: Option<Day>) {
        if !self.is_over
            && self.is_spent()
            && let Some(next) = next
        {
            self.end(next, None);
        }
    }

    fn end(&mut self, day: Day, behind: Option<String>) {
        self.is_over = true;
        self.page.position = Some(Position { day, behind });
    }
}

/// What reading so many bytes with eventual consistency is billed.
#[expect(clippy::cast_precision_loss, reason = "far fewer bytes than 2^52")]
fn read_units(bytes: usize) -> f64 {
    bytes.div_ceil(4_096) as f64 / 2.0
}

fn read(item: &Item) -> Option<Alert> {
    serde_json::from_slice(&alerting::unpack(&item.body)?).ok()
}
