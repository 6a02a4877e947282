//! What a correlation counts or adds up of an event.

use xxhash_rust::xxh3::Xxh3Default;

use crate::correlation::{Correlation, CorrelationKind};
use crate::matcher::as_number;

/// The most values of one event that a `value_count` takes in.
const VALUES: usize = 32;

/// What the correlation counts or adds up of an event: none where it lacks the value.
pub(super) fn values(
    correlation: &Correlation,
    texts: impl Fn(&str) -> Vec<String>,
) -> Vec<Option<i64>> {
    let fields = correlation.threshold.fields.as_slice();
    match (correlation.kind, fields) {
        (CorrelationKind::ValueCount, [field]) => {
            let mut values: Vec<_> = texts(field).iter().map(|it| Some(hash(&[it]))).collect();
            values.sort_unstable();
            values.dedup();
            values.truncate(VALUES);
            values
        }
        (CorrelationKind::ValueCount, fields) => {
            let firsts: Option<Vec<String>> = fields
                .iter()
                .map(|field| texts(field).into_iter().next())
                .collect();
            let value = firsts.map(|texts| {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                hash(&texts)
            });
            value.map(Some).into_iter().collect()
        }
        (CorrelationKind::ValueSum | CorrelationKind::ValueAverage, [field, ..]) => {
            let first = texts(field).into_iter().next();
            let number = first.and_then(|text| thousandths(&text));
            number.map(Some).into_iter().collect()
        }
        _ => vec![None],
    }
}

/// Hashes texts such that no two lists of them run together.
fn hash(texts: &[&str]) -> i64 {
    let mut hasher = Xxh3Default::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.digest().cast_signed()
}

/// Reads a number in thousandths: whole numbers add up the same in any order.
#[expect(
    clippy::cast_possible_truncation,
    reason = "what is too large becomes the largest"
)]
fn thousandths(text: &str) -> Option<i64> {
    let number = as_number(text.as_bytes())?;
    number.is_finite().then(|| (number * 1000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_to_a_thousandth() {
        assert_eq!(thousandths("1.2345"), Some(1235));
        assert_eq!(thousandths("-7"), Some(-7000));
        assert_eq!(thousandths("1e300"), Some(i64::MAX));
        assert_eq!(thousandths("1e999"), None);
        assert_eq!(thousandths("many"), None);
        assert_eq!(thousandths(""), None);
    }

    #[test]
    fn lists_of_values_do_not_run_together() {
        assert_ne!(hash(&["a", "bc"]), hash(&["ab", "c"]));
        assert_ne!(hash(&["a"]), hash(&["a", ""]));
    }
}
