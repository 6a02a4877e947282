//! What the index has recorded of files.

use aws::Table;
use aws::table::Range;
use index::file::{Delivery, FileRecord, FileVersion};
use index::{Class, Day, Item, table};
use trail::ObjectKey;

use crate::failure::Failure;

/// A record of the index that a file is indexed.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) version: FileVersion,
    /// The day until which it is restored, where it is.
    pub(super) restored_until: Option<Day>,
    /// What it says; nothing where it is damaged.
    pub(super) record: Option<FileRecord>,
}

/// Reads the records of the files of a folder.
pub(super) async fn records(
    table: &Table,
    bucket: &str,
    folder: &str,
    delivery: &Delivery,
) -> Result<Vec<Recorded>, Failure> {
    let partition = table::files(&delivery.account, &delivery.region, delivery.day);
    let place = format!("{bucket}/{folder}");
    let range = Range {
        partition: &partition,
        from: &place,
        until: &format!("{place}\u{10ffff}"),
        consistent: true,
    };
    let items = table.query(range).await?.items.into_iter();
    Ok(items.filter_map(|item| recorded(bucket, &item)).collect())
}

/// Takes a file's item apart; nothing where the key is so long that it is hashed.
fn recorded(bucket: &str, item: &Item) -> Option<Recorded> {
    let restored_until = table::parse_restored_file(&item.sort);
    let sort = match restored_until {
        Some(_) => item.sort.rsplit_once('#')?.0,
        None => &item.sort,
    };
    let (key, version) = sort
        .strip_prefix(bucket)?
        .strip_prefix('/')?
        .rsplit_once('#')?;
    let version = FileVersion {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version: (version != "null").then(|| version.to_owned()),
    };
    let class = restored_until.map_or_else(Class::standard, Class::restored);
    (version.sort_in(&class) == item.sort).then(|| Recorded {
        version,
        restored_until,
        record: FileRecord::from_body(&item.body),
    })
}

/// Where a log file belongs; nothing where its key is not that of one.
pub(super) fn delivery(key: &str) -> Option<Delivery> {
    let key = ObjectKey::parse(key).ok()?;
    key.kind.has_records().then(|| Delivery::from(&key))
}

/// The folder that a key stands in, with its slash.
pub(super) fn folder(key: &str) -> &str {
    key.rfind('/').map_or("", |slash| &key[..=slash])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_out_of_their_keys() {
        let version = |version: Option<&str>| FileVersion {
            bucket: "logs".to_owned(),
            key: "a/b#c.json.gz".to_owned(),
            version: version.map(str::to_owned),
        };
        let until: Day = "2027-01-15".parse().expect("a day");
        for (version, restored_until) in [
            (version(None), None),
            (version(Some("v1")), None),
            (version(Some("v1")), Some(until)),
            (version(None), Some(until)),
        ] {
            let class = restored_until.map_or_else(Class::standard, Class::restored);
            let item = Item {
                partition: "files".to_owned(),
                sort: version.sort_in(&class),
                body: b"damaged".to_vec(),
                expires: None,
            };
            let read = recorded("logs", &item).expect("a file");
            assert_eq!(
                (read.version, read.restored_until),
                (version, restored_until)
            );
            assert!(read.record.is_none());
            assert!(recorded("log", &item).is_none());
        }
        assert_eq!((folder("a/b/c"), folder("c")), ("a/b/", ""));
    }
}
