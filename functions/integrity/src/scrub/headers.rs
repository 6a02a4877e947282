//! Looks whether the headers are there that lead to the segments which directories list.
//!
//! A lookup goes by headers, and so does the walk through the directories: without its
//! header a day is seen by neither. File records lead to it all the same.

use std::collections::{BTreeMap, BTreeSet};

use aws::table::Range;
use index::Day;
use index::directory::Directory;
use index::table::{self, integrity as places};
use integrity::{Finding, FindingKind, Location};
use lambda::error::Failure;
use trail::Category;

use crate::Integrity;
use crate::alert;
use crate::invocation::Invocation;

/// What the object of a finding about a header begins with.
const HEADER: &str = "header ";

/// What the directories of a day list, and the headers of the day.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// What leads to each segment, by the segment's name.
    segments: BTreeMap<String, Lead>,
    /// The headers that are there, and those that were looked for one by one.
    seen: BTreeSet<(Category, String)>,
}

/// What leads to a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lead {
    category: Category,
    /// The sort key of its directory entry.
    entry: String,
    /// The sort key of its header; nothing where the entry is damaged.
    header: Option<String>,
    expires: Option<i64>,
}

impl Listed {
    /// Tells whether a directory lists a segment.
    pub(super) fn lists(&self, segment: &str) -> bool {
        self.segments.contains_key(segment)
    }
}

impl Integrity {
    /// Reads what the directories of a day list and which headers it has; crosses out what
    /// was found of a header that is back.
    pub(super) async fn read_listed(
        &self,
        day: Day,
        invocation: &Invocation,
    ) -> Result<Listed, Failure> {
        let mut listed = Listed::default();
        for category in Category::ALL {
            let partition = table::segments(category, day);
            let answer = self.table.query(Range::partition(&partition)).await;
            for item in answer.map_err(Failure::retry)?.items {
                let Some(id) = table::parse_newest(&item.sort) else {
                    continue;
                };
                let header = Directory::decode(&item.body, day).map(|directory| {
                    let has_frequent = !directory.frequent.is_empty();
                    table::header(day, id.class(), directory.level, has_frequent)
                });
                let lead = Lead {
                    category,
                    entry: item.sort,
                    header,
                    expires: item.expires,
                };
                listed.segments.insert(id.to_string(), lead);
            }
            // Behind the directories: an entry is written after its header, and taken away
            // before it.
            let range = Range {
                partition: &table::days(category),
                from: &table::header_from(day),
                until: &table::header_until(day),
                consistent: true,
            };
            let headers = self.table.query(range).await.map_err(Failure::retry)?;
            let sorts = headers.items.into_iter().map(|item| (category, item.sort));
            listed.seen.extend(sorts);
        }
        self.cross_out_headers(day, &listed, invocation).await?;
        Ok(listed)
    }

    /// Looks whether the headers of some segments of a day are there, and tells of each that
    /// is not, once.
    pub(super) async fn check_headers<'s>(
        &self,
        day: Day,
        listed: &mut Listed,
        segments: impl IntoIterator<Item = &'s str>,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let mut alerts = Vec::new();
        for segment in segments {
            let Some(lead) = listed.segments.get(segment) else {
                continue;
            };
            let Lead {
                category,
                entry,
                header: Some(header),
                expires,
            } = lead
            else {
                continue;
            };
            // What expires is taken away piece by piece.
            let is_over = expires.is_some_and(|expires| expires <= invocation.now);
            let known = (*category, header.clone());
            if is_over || listed.seen.contains(&known) {
                continue;
            }
            // Both may have been taken away, or the header been put back, since they were read.
            let days = table::days(*category);
            let kept = self.table.get(&days, header).await;
            let is_back = kept.map_err(Failure::retry)?.is_some();
            let segments = table::segments(*category, day);
            let kept = self.table.get(&segments, entry).await;
            let is_listed = kept.map_err(Failure::retry)?.is_some();
            if is_listed && !is_back {
                let detail = format!(
                    "the header {header} of {days} is not there, so no lookup comes to what \
                     it leads to; segment {segment} is there"
                );
                let object = Location::new("index", object(*category, header));
                let kind = FindingKind::IndexMissing;
                let finding = Finding::about(kind, object, (None, None), day.start(), detail);
                alerts.push(alert::of(&finding));
            }
            if is_listed {
                listed.seen.insert(known);
            }
        }
        self.enter(&alerts, invocation).await
    }

    async fn cross_out_headers(
        &self,
        day: Day,
        listed: &Listed,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let kind = FindingKind::IndexMissing.as_str();
        let range = Range {
            partition: places::FINDINGS,
            from: &places::finding(day, kind, ""),
            until: &places::finding(day, kind, "~"),
            consistent: true,
        };
        let found = self.table.query(range).await.map_err(Failure::retry)?;
        let seen = || listed.seen.iter();
        let is_back = |name: &str| seen().any(|(category, sort)| object(*category, sort) == name);
        let back: Vec<String> = found
            .items
            .into_iter()
            .filter(|item| {
                let kept = crate::book::read(item).filter(|kept| kept.resolved.is_none());
                let object = kept.and_then(|kept| kept.finding.object);
                object.is_some_and(|name| name.starts_with(HEADER) && is_back(&name))
            })
            .map(|item| item.sort)
            .collect();
        self.cross_out(&back, invocation).await
    }
}

/// The name of a header in a finding.
fn object(category: Category, sort: &str) -> String {
    format!("{HEADER}{}/{sort}", table::days(category))
}
