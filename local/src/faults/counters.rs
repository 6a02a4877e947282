//! What passed the injector.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What was counted, by operation (`PutItem`, `Query`, `GetObject` and so on).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counters {
    /// Counts by operation of DynamoDB and S3.
    pub operations: BTreeMap<String, OperationCounters>,
    /// The most DynamoDB calls that were in flight at once.
    pub most_in_flight: usize,
}

/// What was counted of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OperationCounters {
    /// Calls that arrived, those included that a fault struck.
    pub calls: u64,
    /// Calls that a fault or a kill switch struck.
    pub struck: u64,
    /// Read units, where the caller asked for `ReturnConsumedCapacity`.
    pub read_units: f64,
    /// Write units, where the caller asked for `ReturnConsumedCapacity`.
    pub write_units: f64,
}

impl Counters {
    /// Answers how many calls of an operation arrived.
    pub fn calls(&self, operation: &str) -> u64 {
        self.operations
            .get(operation)
            .map_or(0, |counters| counters.calls)
    }

    /// Answers the read units of all operations together.
    pub fn read_units(&self) -> f64 {
        self.operations.values().map(|count| count.read_units).sum()
    }

    /// Answers the write units of all operations together.
    pub fn write_units(&self) -> f64 {
        self.operations
            .values()
            .map(|count| count.write_units)
            .sum()
    }

    fn of(&mut self, operation: &str) -> &mut OperationCounters {
        self.operations.entry(operation.to_owned()).or_default()
    }

    pub(super) fn count(&mut self, operation: &str, is_struck: bool) {
        let counters = self.of(operation);
        counters.calls += 1;
        counters.struck += u64::from(is_struck);
    }

    pub(super) fn fly(&mut self, in_flight: usize) {
        self.most_in_flight = self.most_in_flight.max(in_flight);
    }

    /// Adds the capacity that DynamoDB says an answer consumed.
    pub(super) fn consume(&mut self, operation: &str, answer: &[u8]) {
        let Ok(answer) = serde_json::from_slice::<Answer>(answer) else {
            return;
        };
        let is_read = matches!(
            operation,
            "GetItem" | "BatchGetItem" | "Query" | "Scan" | "TransactGetItems"
        );
        let tables = match answer.consumed {
            Some(Consumed::Table(table)) => vec![table],
            Some(Consumed::Tables(tables)) => tables,
            None => return,
        };
        let counters = self.of(operation);
        for table in tables {
            if is_read {
                counters.read_units += table.read.unwrap_or(table.units);
            } else {
                counters.write_units += table.write.unwrap_or(table.units);
            }
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "ConsumedCapacity")]
    consumed: Option<Consumed>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Consumed {
    Table(Capacity),
    Tables(Vec<Capacity>),
}

#[derive(Deserialize)]
struct Capacity {
    #[serde(rename = "CapacityUnits", default)]
    units: f64,
    #[serde(rename = "ReadCapacityUnits")]
    read: Option<f64>,
    #[serde(rename = "WriteCapacityUnits")]
    write: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::Counters;

    #[test]
    fn capacity_is_read_from_single_and_batch_answers() {
        let mut counters = Counters::default();
        counters.consume(
            "Query",
            br#"{"Items":[],"ConsumedCapacity":{"CapacityUnits":0.5}}"#,
        );
        counters.consume(
            "BatchWriteItem",
            br#"{"ConsumedCapacity":[{"CapacityUnits":2.0},{"CapacityUnits":1.0}]}"#,
        );
        counters.consume("PutItem", b"{}");
        assert!((counters.read_units() - 0.5).abs() < f64::EPSILON);
        assert!((counters.write_units() - 3.0).abs() < f64::EPSILON);
    }
}
