//! What a function's answer says about its batch, read as AWS reads it.

use std::collections::BTreeSet;

use serde_json::Value;

/// Which messages of a batch failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All of them: an error, or an answer that is not understood.
    AllFailed,
    /// These, by message id, and the others succeeded.
    Failed(BTreeSet<String>),
}

impl Outcome {
    pub(super) fn has_failed(&self, message: &str) -> bool {
        match self {
            Outcome::AllFailed => true,
            Outcome::Failed(failed) => failed.contains(message),
        }
    }
}

/// Reads `batchItemFailures`.
///
/// An answer of null, or without failures, is a success. A list with an
/// identifier that is missing, empty or of no message of the batch fails the
/// whole batch, as does an answer of another shape.
pub(super) fn read<'a>(answer: &Value, batch: impl Iterator<Item = &'a str>) -> Outcome {
    let failures = match answer {
        Value::Null => return Outcome::Failed(BTreeSet::new()),
        Value::Object(answer) => match answer.get("batchItemFailures") {
            None | Some(Value::Null) => return Outcome::Failed(BTreeSet::new()),
            Some(Value::Array(failures)) => failures,
            Some(_) => return Outcome::AllFailed,
        },
        _ => return Outcome::AllFailed,
    };
    let known: BTreeSet<&str> = batch.collect();
    let mut failed = BTreeSet::new();
    for failure in failures {
        match failure.get("itemIdentifier").and_then(Value::as_str) {
            Some(message) if known.contains(message) => {
                failed.insert(message.to_owned());
            }
            _ => return Outcome::AllFailed,
        }
    }
    Outcome::Failed(failed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::{Outcome, read};

    fn outcome(answer: &Value) -> Outcome {
        read(answer, ["a", "b"].into_iter())
    }

    #[test]
    fn answers_without_failures_are_a_success() {
        for answer in [
            json!(null),
            json!({}),
            json!({"batchItemFailures": null}),
            json!({"batchItemFailures": []}),
        ] {
            assert_eq!(
                outcome(&answer),
                Outcome::Failed(BTreeSet::new()),
                "{answer}"
            );
        }
    }

    #[test]
    fn named_messages_fail_alone() {
        let answer = json!({"batchItemFailures": [{"itemIdentifier": "b"}]});
        assert_eq!(
            outcome(&answer),
            Outcome::Failed(BTreeSet::from(["b".to_owned()]))
        );
    }

    #[test]
    fn answers_that_are_not_understood_fail_the_batch() {
        for answer in [
            json!("done"),
            json!([]),
            json!({"batchItemFailures": {}}),
            json!({"batchItemFailures": [{"itemIdentifier": ""}]}),
            json!({"batchItemFailures": [{"itemIdentifier": null}]}),
            json!({"batchItemFailures": [{"wrongName": "a"}]}),
            json!({"batchItemFailures": [{"itemIdentifier": "c"}]}),
        ] {
            assert_eq!(outcome(&answer), Outcome::AllFailed, "{answer}");
        }
    }
}
