//! Listing keys and versions in S3's order: key bytes ascending, newest
//! version of a key first.

use rusqlite::{Connection, params};

use super::{COLUMNS, ObjectError, Version, buckets, version};

/// Rows that are read from the store at a time.
const BATCH: usize = 1_000;

/// Where a listing continues: behind this version of this key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) key: String,
    /// Versions of `key` with this sequence or a later one were listed.
    sequence: i64,
    /// The version with this sequence, where it is one.
    pub(crate) version: Option<String>,
}

impl Position {
    /// The position behind every version of `key`.
    pub(crate) fn behind(key: &str) -> Position {
        Position {
            key: key.to_owned(),
            sequence: i64::MIN,
            version: None,
        }
    }

    /// The position before every version of `key`.
    fn before(key: &str) -> Position {
        Position {
            key: key.to_owned(),
            sequence: i64::MAX,
            version: None,
        }
    }
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) prefix: String,
    pub(crate) delimiter: String,
    pub(crate) after: Option<Position>,
    pub(crate) limit: usize,
    /// All versions and delete markers, not only the current objects.
    pub(crate) is_history: bool,
}

/// One page of a listing.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) versions: Vec<Version>,
    pub(crate) prefixes: Vec<String>,
    /// Where the next page starts, when there is one.
    pub(crate) next: Option<Position>,
}

impl Page {
    fn len(&self) -> usize {
        self.versions.len() + self.prefixes.len()
    }
}

/// Lists one page.
pub(crate) fn list(
    connection: &Connection,
    bucket: &str,
    wanted: &Wanted,
) -> Result<Page, ObjectError> {
    buckets::find(connection, bucket)?;
    let mut page = Page::default();
    if wanted.limit == 0 {
        return Ok(page);
    }
    // A page that ended with a common prefix goes on behind all its keys.
    let mut group = wanted.after.as_ref().map(|after| after.key.clone());
    let mut last = Position::before(&wanted.prefix);
    let mut at = match &wanted.after {
        Some(after) if after.key >= wanted.prefix => after.clone(),
        _ => Position::before(&wanted.prefix),
    };
    'rows: loop {
        let rows = fetch(connection, bucket, &at, wanted.is_history)?;
        let is_end = rows.len() < BATCH;
        for row in rows {
            let Some(rest) = row.key.strip_prefix(wanted.prefix.as_str()) else {
                return Ok(page);
            };
            let here = Position {
                key: row.key.clone(),
                sequence: row.sequence,
                version: Some(row.id.clone()),
            };
            let common = common_prefix(&row.key, rest, &wanted.delimiter);
            if common.is_some() && common == group.as_deref() {
                at = here;
                continue;
            }
            if page.len() == wanted.limit {
                page.next = Some(last);
                return Ok(page);
            }
            if let Some(common) = common {
                last = Position::behind(common);
                // No key of the group needs to be read, save those that sort
                // behind the greatest character: they are skipped above.
                at = Position::behind(&format!("{common}{}", char::MAX));
                group = Some(common.to_owned());
                page.prefixes.push(common.to_owned());
                continue 'rows;
            }
            last = here.clone();
            at = here;
            page.versions.push(row);
        }
        if is_end {
            return Ok(page);
        }
    }
}

/// Finds the position of a version, which a later page starts behind.
pub(crate) fn place(
    connection: &Connection,
    bucket: &str,
    key: &str,
    version: &str,
) -> Result<Option<Position>, ObjectError> {
    let found = super::find_version(connection, bucket, key, version)?;
    Ok(found.map(|found| Position {
        key: found.key,
        sequence: found.sequence,
        version: Some(found.id),
    }))
}

fn common_prefix<'a>(key: &'a str, rest: &str, delimiter: &str) -> Option<&'a str> {
    if delimiter.is_empty() {
        return None;
    }
    let found = rest.find(delimiter)?;
    key.get(..key.len() - rest.len() + found + delimiter.len())
}

fn fetch(
    connection: &Connection,
    bucket: &str,
    after: &Position,
    is_history: bool,
) -> Result<Vec<Version>, ObjectError> {
    let current = if is_history {
        ""
    } else {
        "AND latest = 1 AND marker = 0"
    };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM objects
         WHERE bucket = ?1 AND key >= ?2 AND NOT (key = ?2 AND sequence >= ?3) {current}
         ORDER BY key, sequence DESC LIMIT ?4"
    ))?;
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![bucket, after.key, after.sequence, limit], version)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
