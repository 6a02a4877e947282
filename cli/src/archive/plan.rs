//! Which stretches of a bucket's keys hold what is wanted, so that little else is listed.

use jiff::civil::Date;
use trail::key::ObjectKind;

use super::listing::Bucket;
use super::selection::Selection;
use crate::failure::Failure;

/// The folder that CloudTrail's layout begins with.
const LAYOUT: &str = "AWSLogs";

/// Keys that lie side by side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stretch {
    /// What all of them begin with.
    pub(crate) prefix: String,
    /// They come behind this one.
    start: Option<String>,
    /// They come before this one.
    end: Option<String>,
}

/// How deep in CloudTrail's layout a folder is, by what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    Layout,
    Organizations,
    Accounts,
    Kinds,
    Regions,
    Days,
    Files,
}

impl Stretch {
    /// All keys that begin so.
    pub(crate) fn of(prefix: String) -> Self {
        Self {
            prefix,
            start: None,
            end: None,
        }
    }

    /// The keys of a Region's folder that were delivered on some days.
    fn of_days(folder: String, from: Option<Date>, to: Option<Date>) -> Self {
        let path = |day: Date| {
            format!(
                "{folder}{:04}/{:02}/{:02}/",
                day.year(),
                day.month(),
                day.day()
            )
        };
        let start = from.map(path);
        // The day after the last; behind the calendar's end there is nothing.
        let end = to.and_then(|to| to.tomorrow().ok()).map(path);
        Self {
            prefix: folder,
            start,
            end,
        }
    }

    /// Tells whether a key with the prefix is one of them.
    pub(crate) fn holds(&self, key: &str) -> bool {
        self.end.as_deref().is_none_or(|end| key < end)
    }

    /// The key behind which they come, where there is one.
    pub(crate) fn start(&self) -> Option<&str> {
        self.start.as_deref()
    }

    /// Those behind a key; nothing where there can be none.
    pub(crate) fn behind(&self, key: &str) -> Option<Self> {
        let is_past = key > self.prefix.as_str() && !key.starts_with(&self.prefix);
        if is_past || !self.holds(key) {
            return None;
        }
        let start = self.start.as_deref().map_or(key, |start| start.max(key));
        let start = (start >= self.prefix.as_str()).then(|| start.to_owned());
        Some(Self {
            start,
            ..self.clone()
        })
    }
}

/// Finds the stretches that hold objects of some kinds that are wanted of a folder, in the
/// order of their keys.
///
/// Accounts, Regions and organizations that are not given are asked for by listing
/// folders. Where the folder has nothing of CloudTrail's layout, all of it is one stretch:
/// what is not wanted is then told by the keys alone.
pub(crate) async fn plan(
    bucket: &Bucket,
    folder: &str,
    selection: &Selection,
    kinds: &[ObjectKind],
) -> Result<Vec<Stretch>, Failure> {
    let everything = vec![Stretch::of(folder.to_owned())];
    if selection.is_everything() {
        return Ok(everything);
    }
    let mut folders = vec![folder.to_owned()];
    let mut depth = depth(folder);
    if depth == Depth::Layout {
        folders = vec![format!("{folder}{LAYOUT}/")];
        if bucket.folders(&folders[0]).await?.is_empty() {
            return Ok(everything);
        }
        depth = Depth::Organizations;
    }
    if matches!(depth, Depth::Organizations | Depth::Accounts) {
        folders = accounts(bucket, folders, &selection.account).await?;
        depth = Depth::Kinds;
    }
    if depth == Depth::Kinds {
        let segments: Vec<_> = kinds.iter().map(|kind| kind.segment()).collect();
        folders = join(&folders, &segments);
        depth = Depth::Regions;
    }
    if depth == Depth::Regions && !selection.region.is_empty() {
        folders = join(&folders, &selection.region);
        depth = Depth::Days;
    }
    if depth == Depth::Regions && selection.has_days() {
        let mut regions = Vec::new();
        for folder in &folders {
            regions.extend(bucket.folders(folder).await?);
        }
        folders = regions;
        depth = Depth::Days;
    }
    let stretch = |folder| match depth {
        Depth::Days => Stretch::of_days(folder, selection.from, selection.to),
        _ => Stretch::of(folder),
    };
    let mut stretches: Vec<_> = folders.into_iter().map(stretch).collect();
    stretches.sort();
    stretches.dedup();
    Ok(stretches)
}

/// Finds the folders of accounts in folders of organizations and accounts.
async fn accounts(
    bucket: &Bucket,
    folders: Vec<String>,
    wanted: &[String],
) -> Result<Vec<String>, Failure> {
    let mut accounts = Vec::new();
    let mut open = folders;
    while let Some(folder) = open.pop() {
        let is_organization = is_organization(last_segment(&folder));
        if !wanted.is_empty() {
            accounts.extend(wanted.iter().map(|account| format!("{folder}{account}/")));
            if is_organization {
                continue;
            }
        }
        for found in bucket.folders(&folder).await? {
            if !is_organization && self::is_organization(last_segment(&found)) {
                open.push(found);
            } else if wanted.is_empty() {
                accounts.push(found);
            }
        }
    }
    Ok(accounts)
}

fn join(folders: &[String], names: &[impl AsRef<str>]) -> Vec<String> {
    let all = folders
        .iter()
        .flat_map(|folder| names.iter().map(move |name| (folder, name)));
    all.map(|(folder, name)| format!("{folder}{}/", name.as_ref()))
        .collect()
}

fn last_segment(folder: &str) -> &str {
    folder
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
}

fn is_organization(segment: &str) -> bool {
    segment.starts_with("o-")
}

/// Tells how deep a folder is.
fn depth(folder: &str) -> Depth {
    let mut segments = folder
        .split('/')
        .filter(|segment| !segment.is_empty())
        .rev();
    let inside: Vec<_> = segments
        .by_ref()
        .take_while(|segment| *segment != LAYOUT)
        .collect();
    let has_layout = folder.split('/').any(|segment| segment == LAYOUT);
    if !has_layout {
        return Depth::Layout;
    }
    let in_organization = inside.last().is_some_and(|first| is_organization(first));
    match inside.len() - usize::from(in_organization) {
        0 if in_organization => Depth::Accounts,
        0 => Depth::Organizations,
        1 => Depth::Kinds,
        2 => Depth::Regions,
        3 => Depth::Days,
        _ => Depth::Files,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_folder_tells_how_deep_it_is() {
        for (folder, expected) in [
            ("", Depth::Layout),
            ("logs/", Depth::Layout),
            ("AWSLogs/", Depth::Organizations),
            ("logs/AWSLogs/", Depth::Organizations),
            ("AWSLogs/o-abc/", Depth::Accounts),
            ("AWSLogs/111122223333/", Depth::Kinds),
            ("AWSLogs/o-abc/111122223333/", Depth::Kinds),
            ("AWSLogs/111122223333/CloudTrail/", Depth::Regions),
            (
                "AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/",
                Depth::Days,
            ),
            (
                "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/",
                Depth::Files,
            ),
            ("AWSLogs/old/AWSLogs/", Depth::Organizations),
        ] {
            assert_eq!(depth(folder), expected, "{folder}");
        }
    }

    #[test]
    fn days_are_the_keys_between_their_folders() {
        let (from, to) = (date(2026, 9, 30), date(2026, 12, 31));
        let stretch = Stretch::of_days("r/".to_owned(), Some(from), Some(to));
        assert_eq!(stretch.start(), Some("r/2026/09/30/"));
        assert!(stretch.holds("r/2026/12/31/a.json.gz"));
        assert!(!stretch.holds("r/2027/01/01/a.json.gz"));
    }

    #[test]
    fn a_walk_goes_on_behind_the_last_key() {
        let (from, to) = (date(2026, 9, 30), date(2026, 10, 31));
        let stretch = Stretch::of_days("b/".to_owned(), Some(from), Some(to));
        for (key, start) in [
            ("a/2026/10/01/x", Some("b/2026/09/30/")),
            ("b/2026/10/01/x", Some("b/2026/10/01/x")),
            ("b/2026/09/01/x", Some("b/2026/09/30/")),
            ("b/2026/11/01/x", None),
            ("c/2026/10/01/x", None),
        ] {
            let rest = stretch.behind(key);
            assert_eq!(rest.as_ref().and_then(Stretch::start), start, "{key}");
            assert_eq!(rest.is_some(), start.is_some(), "{key}");
        }
        let whole = Stretch::of("b/".to_owned());
        assert_eq!(whole.behind("a/x"), Some(whole.clone()));
        let rest = whole.behind("b/x");
        assert_eq!(rest.as_ref().and_then(Stretch::start), Some("b/x"));
        assert_eq!(whole.behind("b0"), None);
    }
}
