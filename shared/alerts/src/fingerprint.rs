//! Names that say the same of the same thing, whoever computes them and when.

use trail::digest::{Hash, sha256};

use crate::alert::GroupValue;

/// Hashes parts such that no two lists of parts run together.
fn digest(parts: &[&str]) -> Hash {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    sha256(&bytes)
}

/// The id of what these parts name: 32 hexadecimal digits.
fn id(parts: &[&str]) -> String {
    hex::encode(&digest(parts)[..16])
}

/// The id of the alert on one event.
pub(crate) fn of_event(rule: &str, account: Option<&str>, event: &str) -> String {
    id(&["event", rule, account.unwrap_or_default(), event])
}

/// The id of an alert on a group of events: of a correlation, or of a closed window.
///
/// The order in which the group's fields are given does not matter.
pub(crate) fn of_group(
    what: &str,
    rule: &str,
    account: Option<&str>,
    group: &[GroupValue],
    anchor: i64,
) -> String {
    let anchor = anchor.to_string();
    let mut group: Vec<_> = group.iter().collect();
    group.sort();
    let mut parts = vec![what, rule, account.unwrap_or_default(), &anchor];
    for GroupValue { field, value } in group {
        parts.extend([field.as_str(), value.as_str()]);
    }
    id(&parts)
}

/// The id of a finding: of what it is about.
pub(crate) fn of_finding(origin: &str, kind: &str, about: &[&str]) -> String {
    id(&[&["finding", origin, kind], about].concat())
}

/// The id of the alert on a finding, which no other alert has whatever id a finding brings.
pub(crate) fn of_found(rule: &str, finding: &str) -> String {
    id(&["found", rule, finding])
}

/// Hashes an event's id to what windows remember events by.
///
/// Of 1,024 events in a window two share a hash with a chance of one in 10^13.
pub fn event_hash(account: Option<&str>, event: &str) -> u64 {
    let hash = digest(&[account.unwrap_or_default(), event]);
    hash.iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(pairs: &[(&str, &str)]) -> Vec<GroupValue> {
        let pairs = pairs.iter();
        pairs
            .map(|(field, value)| GroupValue::new(field, value))
            .collect()
    }

    #[test]
    fn an_id_is_32_digits_and_does_not_change_between_versions() {
        // Stored alerts are found again by it: a new value here orphans them.
        let id = of_event("rule", Some("111122223333"), "4f1c");
        assert_eq!(id, "8a8ecf0ae496d0c44cfe9b296ad980df");
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(of_event("a", None, "bc"), of_event("ab", None, "c"));
        assert_ne!(of_event("a", Some("b"), ""), of_event("a", None, "b"));
        let one = group(&[("a", "bc")]);
        let other = group(&[("ab", "c")]);
        assert_ne!(
            of_group("closing", "r", None, &one, 7),
            of_group("closing", "r", None, &other, 7)
        );
    }

    #[test]
    fn the_order_of_the_group_does_not_matter_and_the_kind_does() {
        let one = group(&[("user", "alice"), ("ip", "192.0.2.1")]);
        let other = group(&[("ip", "192.0.2.1"), ("user", "alice")]);
        let id = of_group("correlation", "r", None, &one, 7);
        assert_eq!(id, of_group("correlation", "r", None, &other, 7));
        assert_ne!(id, of_group("closing", "r", None, &one, 7));
        assert_ne!(id, of_group("correlation", "r", None, &one, 8));
    }

    #[test]
    fn an_event_is_another_in_another_account() {
        assert_ne!(event_hash(Some("111122223333"), "e"), event_hash(None, "e"));
    }
}
