//! The keys of what the detector writes: alerts, windows, and what is yet to be done.
//!
//! | item | partition | sort |
//! |---|---|---|
//! | alert | `alert#DAY` | `SECOND#ALERT` |
//! | alert that is not published yet | `pending#alerts` | `DAY#SECOND#ALERT` |
//! | window of suppression | `window#RULE#ACCOUNT` | `GROUP` |
//! | window that is not closed yet | `pending#windows` | `CLOSES#PARTITION#SORT` |
//! | sightings of a correlation | `window#RULE` | `corr#GROUP#BUCKET` |
//! | problem of a rule | `window#trailkeep-rule-problem` | `PROBLEM` |
//! | when a finding of Trailkeep's own was first met | `window#RULE#-` | `ALERT` |
//!
//! `DAY` and `SECOND` are of the event and not of the clock, so that an alert has
//! one key whichever path its event came by. Only `pending#` items are ever deleted:
//! everything else is kept until it expires.

use trail::digest::sha256;

use crate::day::Day;
pub use crate::table::Key;

/// The attribute that says where an alert or a window stands.
pub const STATE: &str = "state";
/// The attribute that says until when somebody is at it, in seconds since 1970.
pub const LEASE: &str = "lease";
/// The attribute that says who is at it.
pub const HOLDER: &str = "holder";
/// The attribute that counts how often an item was written.
pub const VERSION: &str = "version";
/// The attribute that says for how many seconds an alert suppresses others.
pub const SUPPRESS: &str = "suppress";
/// The attribute that says whom a pending alert has reached already.
pub const REACHED: &str = "reached";

/// The prefixes of the partition keys that the detector writes, for its policy.
pub const WRITTEN: [&str; 3] = ["alert#", "window#", "pending#"];

/// The prefix of the partition keys that the detector deletes from, for its policy.
pub const DELETED: &str = "pending#";

/// The partition of alerts that are not published yet.
pub const PENDING_ALERTS: &str = "pending#alerts";

/// The partition of windows of suppression that are not closed yet.
pub const PENDING_WINDOWS: &str = "pending#windows";

/// The id of the rule under which rules that do not load are alerted on.
pub const RULE_PROBLEM: &str = "trailkeep-rule-problem";

/// The longest part of a key that is kept as it is.
const LONGEST_PART: usize = 200;

/// The largest content of an item, unpacked: an alert with its record is far smaller.
const LARGEST: usize = 2 * 1024 * 1024;

/// The partition of the alerts on a day's events.
pub fn alerts(day: Day) -> String {
    format!("alert#{day}")
}

/// The key of an alert: when its event happened, and its id.
pub fn alert(time: i64, id: &str) -> Key {
    let day = Day::of(time);
    Key {
        partition: alerts(day),
        sort: format!("{:05}#{}", day.second(time), part(id)),
    }
}

/// The sort key from which a day's alerts follow on events at or after a time.
pub fn alert_from(day: Day, time: i64) -> String {
    format!("{:05}", day.second(time))
}

/// The sort key that follows a day's alerts on events at or before a time.
pub fn alert_until(day: Day, time: i64) -> String {
    format!("{:05}~", day.second(time))
}

/// The key of the marker that an alert is not published yet.
pub fn pending_alert(alert: &Key) -> Key {
    let day = alert.partition.strip_prefix("alert#");
    Key {
        partition: PENDING_ALERTS.to_owned(),
        sort: format!("{}#{}", day.unwrap_or_default(), alert.sort),
    }
}

/// Reads the alert's key out of its marker's sort key.
pub fn parse_pending_alert(sort: &str) -> Option<Key> {
    let (day, sort) = sort.split_once('#')?;
    let day: Day = day.parse().ok()?;
    Some(Key {
        partition: alerts(day),
        sort: sort.to_owned(),
    })
}

/// The key of the window of suppression of a rule, an account and a group.
pub fn window(rule: &str, account: Option<&str>, group: &str) -> Key {
    Key {
        partition: format!("window#{}#{}", part(rule), part(account.unwrap_or("-"))),
        sort: part(group),
    }
}

/// The key of the marker that a window is not closed yet.
pub fn pending_window(closes: i64, window: &Key) -> Key {
    let closes = closes.clamp(0, 9_999_999_999);
    Key {
        partition: PENDING_WINDOWS.to_owned(),
        sort: format!("{closes:010}#{}#{}", window.partition, window.sort),
    }
}

/// The sort key that follows the markers of windows that are over.
pub fn pending_window_until(now: i64) -> String {
    format!("{:010}~", now.clamp(0, 9_999_999_999))
}

/// Reads the window's key, and when it closes, out of its marker's sort key.
pub fn parse_pending_window(sort: &str) -> Option<(i64, Key)> {
    let (closes, window) = sort.split_once('#')?;
    let (partition, sort) = window.rsplit_once('#')?;
    let window = Key {
        partition: partition.to_owned(),
        sort: sort.to_owned(),
    };
    let is_window = window.partition.starts_with("window#");
    Some((closes.parse().ok()?, window)).filter(|_| is_window)
}

/// The partition of a correlation's sightings.
pub fn sightings(rule: &str) -> String {
    format!("window#{}", part(rule))
}

/// The key of the sightings of a correlation's group in one bucket of time.
pub fn sighting(rule: &str, group: &str, bucket: i64) -> Key {
    Key {
        partition: sightings(rule),
        sort: format!("corr#{}#{bucket:012}", part(group)),
    }
}

/// Reads the bucket out of the sort key of a correlation's sightings.
pub fn parse_sighting(sort: &str) -> Option<i64> {
    let (group, bucket) = sort.rsplit_once('#')?;
    bucket.parse().ok().filter(|_| group.starts_with("corr#"))
}

/// The key under which a rule's problem is known once it was met.
pub fn rule_problem(id: &str) -> Key {
    Key {
        partition: format!("window#{RULE_PROBLEM}"),
        sort: part(id),
    }
}

/// Names a list of fields and values: 32 hexadecimal digits, whatever the values hold.
pub fn group_hash<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let mut bytes = Vec::new();
    for text in pairs.into_iter().flat_map(|(field, value)| [field, value]) {
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    hex::encode(&sha256(&bytes)[..16])
}

/// Packs the content of one of these items.
///
/// Fails only where memory is short.
pub fn pack(content: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(content, 3)
}

/// Unpacks the content of one of these items; nothing where it was not packed by us.
pub fn unpack(body: &[u8]) -> Option<Vec<u8>> {
    zstd::bulk::decompress(body, LARGEST).ok()
}

/// Makes a text a part of a key: one that is long, or could be taken for more than
/// one part, is hashed. Rule ids and accounts come from files that others write.
fn part(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#' && byte != b'~';
    if !text.is_empty() && text.len() <= LONGEST_PART && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("~{}", hex::encode(&sha256(text.as_bytes())[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon of 2026-10-13.
    const NOON: i64 = 1_791_892_800;

    #[test]
    fn an_alert_is_found_again_from_its_marker() {
        let key = alert(NOON, "8a8ecf0ae496d0c44cfe9b296ad980df");
        assert_eq!(key.partition, "alert#2026-10-13");
        assert_eq!(key.sort, "43200#8a8ecf0ae496d0c44cfe9b296ad980df");
        let marker = pending_alert(&key);
        assert_eq!(marker.partition, PENDING_ALERTS);
        assert_eq!(parse_pending_alert(&marker.sort), Some(key));
        for strange in ["", "2026-10-13", "2026-02-30#1#a", "#"] {
            assert_eq!(parse_pending_alert(strange), None, "{strange}");
        }
    }

    #[test]
    fn alerts_stand_in_the_order_of_their_events() {
        let day = Day::of(NOON);
        let key = |time: i64| alert(time, "id").sort;
        assert!(key(day.start()) < key(NOON) && key(NOON) < key(day.end()));
        assert!(alert_from(day, NOON) <= key(NOON) && key(NOON) <= alert_until(day, NOON));
        assert!(alert_until(day, NOON - 1) < key(NOON) && key(NOON) < alert_from(day, NOON + 1));
    }

    #[test]
    fn a_window_is_found_again_from_its_marker_whatever_its_rule_is_called() {
        let long = "r".repeat(5_000);
        for rule in ["trail-stopped", "a#2", "a rule", "", "é", &long] {
            let window = window(rule, Some("111122223333"), &group_hash([("a", "b")]));
            let marker = pending_window(NOON + 3_600, &window);
            assert!(window.partition.len() < 500 && marker.sort.len() <= 1_024);
            let found = parse_pending_window(&marker.sort);
            assert_eq!(found, Some((NOON + 3_600, window)), "{rule}");
            assert!(marker.sort <= pending_window_until(NOON + 3_600));
            assert!(marker.sort > pending_window_until(NOON + 3_599));
        }
        assert_eq!(parse_pending_window("0001791892#alert#a#b"), None);
    }

    #[test]
    fn no_two_rules_accounts_or_groups_share_a_key() {
        let group = group_hash([("userIdentity.arn", "a")]);
        let keys = [
            window("a", Some("b"), &group),
            window("a#b", None, &group),
            window("a", Some("b#-"), &group),
            window("a", None, &group),
            window("a", None, &group_hash([("userIdentity.ar", "na")])),
            window("a", None, &group_hash([])),
            sighting("a", &group, 7),
            sighting("a", &group, 8),
            rule_problem(&group),
        ];
        for (number, key) in keys.iter().enumerate() {
            assert!(!keys[..number].contains(key), "{key:?}");
        }
    }

    #[test]
    fn the_buckets_of_a_group_stand_in_their_order() {
        let group = group_hash([("a", "b")]);
        let sort = |bucket: i64| sighting("rule", &group, bucket).sort;
        assert!(sort(9) < sort(10) && sort(99_999) < sort(6_000_000));
        assert_eq!(parse_sighting(&sort(6_000_000)), Some(6_000_000));
        assert_eq!(parse_sighting(&group), None);
    }

    #[test]
    fn every_partition_is_one_that_the_policy_lets_the_detector_write() {
        let alert = alert(NOON, "id");
        let window = window("rule", None, "group");
        for key in [
            &pending_alert(&alert),
            &pending_window(NOON, &window),
            &sighting("rule", "group", 1),
            &rule_problem("id"),
            &alert,
            &window,
        ] {
            let mut prefixes = WRITTEN.iter();
            let is_written = prefixes.any(|prefix| key.partition.starts_with(prefix));
            assert!(is_written, "{key:?}");
        }
        assert!(PENDING_ALERTS.starts_with(DELETED) && PENDING_WINDOWS.starts_with(DELETED));
    }

    #[test]
    fn content_is_unpacked_as_it_was_and_only_up_to_a_bound() {
        let content = "{\"id\":1}".repeat(1_000);
        let packed = pack(content.as_bytes()).expect("packed");
        assert!(packed.len() < content.len() / 10);
        assert_eq!(unpack(&packed).as_deref(), Some(content.as_bytes()));
        assert_eq!(unpack(b"{}"), None);
        let bomb = pack(&vec![0; LARGEST + 1]).expect("packed");
        assert_eq!(unpack(&bomb), None);
    }
}
