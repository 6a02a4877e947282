//! The folder of rules of the user's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws::Objects;
use aws::objects::GetError;

use crate::config::RuleFolder;

/// The most rule files that are read.
const MOST_FILES: usize = 2_000;

/// The largest rule file that is read; the engine reads none that is larger.
const LARGEST_FILE: usize = 4 << 20;

/// The most bytes of rule files that are read in all.
const LARGEST_SET: usize = 32 << 20;

/// How many objects one listing answers.
const PAGE: usize = 1_000;

/// A rule file as it was read.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) etag: String,
    pub(super) text: Result<Arc<str>, &'static str>,
}

/// Lists the folder and reads what has changed since.
pub(super) async fn read_folder(
    folder: &RuleFolder,
    before: &BTreeMap<String, File>,
    objects: &Objects,
) -> Result<BTreeMap<String, File>, aws::Error> {
    let mut files = BTreeMap::new();
    let mut size = 0_usize;
    let mut after: Option<String> = None;
    loop {
        let listed = objects
            .list(&folder.bucket, &folder.prefix, after.as_deref())
            .await?;
        let is_last = listed.len() < PAGE;
        after = listed.last().map(|object| object.key.clone());
        for object in listed {
            if !is_rule_file(&object.key) {
                continue;
            }
            size = size.saturating_add(usize::try_from(object.size).unwrap_or(usize::MAX));
            let etag = object.etag.unwrap_or_default();
            let known = before
                .get(&object.key)
                .filter(|file| file.etag == etag && !etag.is_empty());
            let text = if files.len() >= MOST_FILES {
                Err("there are too many rule files before it: this one is not read")
            } else if size > LARGEST_SET {
                Err("the rule files before it are too large together: this one is not read")
            } else if let Some(known) = known {
                known.text.clone()
            } else {
                match objects
                    .get(&folder.bucket, &object.key, None, LARGEST_FILE)
                    .await
                {
                    Ok(object) => String::from_utf8(object.bytes)
                        .map(Arc::from)
                        .map_err(|_| "the file is not UTF-8"),
                    Err(GetError::Missing) => continue,
                    Err(GetError::TooLarge { .. }) => Err("the file is too large: split it up"),
                    Err(GetError::Archived) => Err("the file is archived: restore it"),
                    Err(GetError::Call(error)) => return Err(error),
                }
            };
            // One more than are read, to say so; the others would say the same.
            if files.len() <= MOST_FILES {
                files.insert(object.key, File { etag, text });
            }
        }
        if is_last || files.len() > MOST_FILES {
            return Ok(files);
        }
    }
}

fn is_rule_file(key: &str) -> bool {
    let name = key.to_ascii_lowercase();
    let is_yaml = [".yml", ".yaml"].iter().any(|end| name.ends_with(end));
    let are_cases = [".cases.yml", ".cases.yaml"];
    is_yaml && !are_cases.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_and_other_files_are_no_rules() {
        for (key, is_rule) in [
            ("rules/a.yml", true),
            ("rules/a.YAML", true),
            ("rules/a.cases.yml", false),
            ("rules/README.md", false),
            ("rules/yml", false),
        ] {
            assert_eq!(is_rule_file(key), is_rule, "{key}");
        }
    }
}
