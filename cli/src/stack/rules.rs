//! Rules of the user's own, in a bucket as on AWS.

use std::collections::HashMap;
use std::path::Path;

use super::{Stack, etag};
use crate::failure::Failure;
use crate::rule_set::File;

/// The bucket that the detector reads them from.
pub(super) const BUCKET: &str = "trailkeep-rules";

impl Stack {
    /// Makes the bucket hold these rule files and no others.
    ///
    /// Fails where one cannot be read: a rule that somebody counts on would not be there.
    pub(super) async fn place_rules(&self, files: Vec<File>) -> Result<(), Failure> {
        self.cloud.create_bucket(BUCKET)?;
        let mut stored = HashMap::new();
        let mut after: Option<String> = None;
        loop {
            let listed = self.objects.list(BUCKET, "", after.as_deref()).await?;
            let Some(last) = listed.last() else { break };
            after = Some(last.key.clone());
            stored.extend(listed.into_iter().map(|object| (object.key, object.etag)));
        }
        for File { name, text } in files {
            let text =
                text.map_err(|reason| Failure::usage(format!("{name} is no rule file: {reason}")))?;
            let key = key_of(&name);
            let is_there = stored.remove(&key).flatten() == Some(etag(text.as_bytes()));
            if !is_there {
                self.cloud.put_object(BUCKET, &key, text)?;
            }
        }
        for key in stored.into_keys() {
            let client = self.objects.client();
            client
                .delete_object()
                .bucket(BUCKET)
                .key(key)
                .send()
                .await?;
        }
        Ok(())
    }
}

/// The key of a rule file: its path, by which it is known in messages, with the ending by
/// which the detector knows rules.
fn key_of(name: &str) -> String {
    let key = name.trim_start_matches(['/', '.']);
    let ending = Path::new(key).extension();
    if ending.is_some_and(|ending| {
        ["yml", "yaml"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    }) {
        key.to_owned()
    } else {
        format!("{key}.yml")
    }
}

#[cfg(test)]
mod tests {
    use super::key_of;

    #[test]
    fn a_rule_file_keeps_its_path() {
        for (name, key) in [
            ("rules/a.yml", "rules/a.yml"),
            ("/etc/rules/a.YAML", "etc/rules/a.YAML"),
            ("../a.yml", "a.yml"),
            ("./own/rule", "own/rule.yml"),
        ] {
            assert_eq!(key_of(name), key, "{name}");
        }
    }
}
