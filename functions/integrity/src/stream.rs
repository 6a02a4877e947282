//! The streams of deliveries that there are: accounts and Regions, told by the bucket's folders.

use std::collections::BTreeMap;

use aws::Objects;
use futures::TryStreamExt as _;
use futures::stream::{self, StreamExt as _};
use trail::key::ObjectKind;

/// How many folders are listed at once.
const AT_ONCE: usize = 16;

/// The most pages of one folder's folders that are read, a thousand each.
const MOST_PAGES: usize = 50;

/// An account and Region that deliver to the bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stream {
    pub(crate) account: String,
    pub(crate) region: String,
}

/// Where the objects of a stream lie: the folders of its account, with a slash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Folders {
    /// Those with digests of the Region.
    pub(crate) digests: Vec<String>,
    /// Those with log files of the Region, and of which kind.
    pub(crate) logs: Vec<(String, ObjectKind)>,
}

/// Lists the streams of a bucket whose keys begin with a prefix.
pub(crate) async fn list(
    objects: &Objects,
    bucket: &str,
    prefix: &str,
) -> Result<BTreeMap<Stream, Folders>, aws::Error> {
    let root = format!("{prefix}AWSLogs/");
    let mut accounts = Vec::new();
    for folder in folders(objects, bucket, &root).await? {
        match last(&folder) {
            name if name.starts_with("o-") => {
                accounts.extend(folders(objects, bucket, &folder).await?);
            }
            _ => accounts.push(folder),
        }
    }
    accounts.retain(|folder| is_account(last(folder)));
    let found: Vec<Vec<(Stream, String, ObjectKind)>> = stream::iter(accounts)
        .map(|account| regions(objects, bucket, account))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let mut streams: BTreeMap<Stream, Folders> = BTreeMap::new();
    for (stream, folder, kind) in found.into_iter().flatten() {
        let folders = streams.entry(stream).or_default();
        if kind == ObjectKind::Digest {
            folders.digests.push(folder);
        } else {
            folders.logs.push((folder, kind));
        }
    }
    Ok(streams)
}

/// Lists the Regions of an account's folder, by the kinds of objects that they have.
async fn regions(
    objects: &Objects,
    bucket: &str,
    account: String,
) -> Result<Vec<(Stream, String, ObjectKind)>, aws::Error> {
    let mut found = Vec::new();
    for kind in [
        ObjectKind::Digest,
        ObjectKind::Log,
        ObjectKind::NetworkActivity,
        ObjectKind::Insight,
    ] {
        let folder = format!("{account}{}/", kind.segment());
        for region in folders(objects, bucket, &folder).await? {
            let stream = Stream {
                account: last(&account).to_owned(),
                region: last(&region).to_owned(),
            };
            found.push((stream, account.clone(), kind));
        }
    }
    Ok(found)
}

async fn folders(objects: &Objects, bucket: &str, prefix: &str) -> Result<Vec<String>, aws::Error> {
    let mut found = Vec::new();
    let mut next = None;
    for _ in 0..MOST_PAGES {
        let page = objects.folders(bucket, prefix, next.as_deref()).await?;
        found.extend(page.prefixes);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    Ok(found)
}

/// The name of a folder: what stands behind the slash before the last.
fn last(folder: &str) -> &str {
    let folder = folder.trim_end_matches('/');
    folder.rsplit_once('/').map_or(folder, |(_, name)| name)
}

fn is_account(name: &str) -> bool {
    name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit())
}
