//! Metrics in CloudWatch's embedded metric format: a log line from which CloudWatch takes them.
//!
//! A line costs no API call, cannot be throttled and carries any number of
//! further properties that can be searched in the log.

use std::collections::HashSet;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

mod unit;

pub use unit::Unit;

/// The namespace of all metrics of Trailkeep.
pub const NAMESPACE: &str = "Trailkeep";

/// The limits of the format, and of the log event that it travels in.
const METRICS: usize = 100;
const DIMENSIONS: usize = 30;
const NAME: usize = 250;
const VALUE: usize = 1024;
const LINE: usize = 256 * 1024;

/// Collects what one line reports.
///
/// CloudWatch drops a line that breaks the format without a word to us, so
/// that [`Report::render`] checks it.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use lambda::metric::{Report, Unit};
///
/// let report = Report::of("Function", "indexer")
///     .count("EventsIndexed", 3_500)
///     .metric("Lag", 284.5, Unit::Seconds)
///     .property("RequestId", "8f5c");
/// let line = report.render(UNIX_EPOCH + Duration::from_secs(1))?;
/// assert!(line.contains(r#""EventsIndexed":3500"#));
/// # Ok::<_, lambda::metric::MetricError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Report {
    dimensions: Vec<(String, String)>,
    metrics: Vec<Metric>,
    properties: Vec<(String, Value)>,
}

#[derive(Debug, Clone)]
struct Metric {
    name: String,
    value: Value,
    unit: Unit,
}

/// Says why a report is no valid line of the format: a fault of the code that
/// made it, never of its input.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// Two of its dimensions, metrics and properties have the same name, or
    /// one has the name that the format keeps for itself.
    #[error("name is taken: {0}")]
    Taken(String),
    /// A name that is empty or too long.
    #[error("name has no valid length: {0}")]
    Name(String),
    /// The value of a dimension is empty, too long or not ASCII.
    #[error("dimension has no valid value: {0}")]
    Dimension(String),
    /// A number that JSON cannot write, infinity for example.
    #[error("metric is not a finite number: {0}")]
    NotFinite(String),
    /// There is nothing to report.
    #[error("report has no metric")]
    Empty,
    /// More metrics or dimensions than a line may have.
    #[error("report has too many {0}")]
    TooMany(&'static str),
    /// The line is longer than a log event may be.
    #[error("report is too long, {0} bytes")]
    TooLong(usize),
    /// The time is before 1970 or too far away to be written.
    #[error("time cannot be written in milliseconds")]
    Time,
    /// The line could not be written.
    #[error("report cannot be written")]
    Write(#[from] io::Error),
}

impl Report {
    /// Starts a report with the first dimension, without which the metrics of
    /// different functions would be one.
    pub fn of(dimension: &str, value: impl Into<String>) -> Self {
        Self {
            dimensions: vec![(dimension.to_owned(), value.into())],
            metrics: Vec::new(),
            properties: Vec::new(),
        }
    }

    /// Adds a dimension; the metrics are kept for each combination of values.
    #[must_use]
    pub fn dimension(mut self, name: &str, value: impl Into<String>) -> Self {
        self.dimensions.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a metric that counts something.
    #[must_use]
    pub fn count(self, name: &str, value: u64) -> Self {
        self.with(name, json!(value), Unit::Count)
    }

    /// Adds a metric that measures something.
    #[must_use]
    pub fn metric(self, name: &str, value: f64, unit: Unit) -> Self {
        // A number that is not finite becomes null here, and is refused below.
        self.with(name, json!(value), unit)
    }

    /// Adds a property: it is in the log line and no metric.
    #[must_use]
    pub fn property(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.properties.push((name.to_owned(), value.into()));
        self
    }

    fn with(mut self, name: &str, value: Value, unit: Unit) -> Self {
        self.metrics.push(Metric {
            name: name.to_owned(),
            value,
            unit,
        });
        self
    }

    /// Returns the report as one line of JSON, without the line break.
    pub fn render(&self, now: SystemTime) -> Result<String, MetricError> {
        self.check()?;
        let milliseconds = now
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| u64::try_from(since.as_millis()).ok())
            .ok_or(MetricError::Time)?;
        let dimensions: Vec<_> = self.dimensions.iter().map(|(name, _)| name).collect();
        let metrics: Vec<_> = self
            .metrics
            .iter()
            .map(|metric| json!({"Name": metric.name, "Unit": metric.unit}))
            .collect();
        let mut root = Map::new();
        root.insert(
            "_aws".to_owned(),
            json!({
                "Timestamp": milliseconds,
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [dimensions],
                    "Metrics": metrics,
                }],
            }),
        );
        for (name, value) in &self.dimensions {
            root.insert(name.clone(), Value::from(value.as_str()));
        }
        for Metric { name, value, .. } in &self.metrics {
            root.insert(name.clone(), value.clone());
        }
        for (name, value) in &self.properties {
            root.insert(name.clone(), value.clone());
        }
        let line = Value::Object(root).to_string();
        if line.len() >= LINE {
            return Err(MetricError::TooLong(line.len()));
        }
        Ok(line)
    }

    /// Writes the report as a line, to the standard output of a function for example.
    ///
    /// It is written in one call, so that lines of other threads do not fall
    /// into it. Losing a metric is no reason to fail what was measured: callers
    /// log the error and go on.
    pub fn emit(&self, now: SystemTime, sink: &mut impl io::Write) -> Result<(), MetricError> {
        let mut line = self.render(now)?;
        line.push('\n');
        sink.write_all(line.as_bytes())?;
        sink.flush()?;
        Ok(())
    }

    fn check(&self) -> Result<(), MetricError> {
        if self.metrics.is_empty() {
            return Err(MetricError::Empty);
        }
        if self.metrics.len() > METRICS {
            return Err(MetricError::TooMany("metrics"));
        }
        if self.dimensions.len() > DIMENSIONS {
            return Err(MetricError::TooMany("dimensions"));
        }
        for (name, value) in &self.dimensions {
            if value.trim().is_empty() || value.len() > VALUE || !value.is_ascii() {
                return Err(MetricError::Dimension(name.clone()));
            }
        }
        if let Some(metric) = self.metrics.iter().find(|metric| !metric.value.is_number()) {
            return Err(MetricError::NotFinite(metric.name.clone()));
        }
        let mut taken = HashSet::from(["_aws"]);
        let dimensions = self.dimensions.iter().map(|(name, _)| name);
        let metrics = self.metrics.iter().map(|metric| &metric.name);
        let properties = self.properties.iter().map(|(name, _)| name);
        for name in dimensions.chain(metrics).chain(properties) {
            if name.trim().is_empty() || name.len() > NAME {
                return Err(MetricError::Name(name.clone()));
            }
            if !taken.insert(name) {
                return Err(MetricError::Taken(name.clone()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
