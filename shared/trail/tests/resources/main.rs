//! The resources of representative records, held against what CloudTrail's lookup answers.

mod calls;
mod shapes;
mod table;

use serde_json::{Value, json};
use trail::Record;
use trail::resource::resources;

/// The text of a record of this call.
fn call(source: &str, name: &str, request: &Value, response: &Value) -> String {
    json!({
        "eventTime": "2026-10-13T08:00:00Z",
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "eu-west-1",
        "eventType": "AwsApiCall",
        "requestParameters": request,
        "responseElements": response,
    })
    .to_string()
}

/// The resources of a record's text, as pairs of type and name.
fn found(text: &str) -> Vec<(String, String)> {
    let record = Record::parse(text).expect("a record");
    resources(&record)
        .into_iter()
        .map(|resource| {
            (
                resource.kind.unwrap_or_default().into_owned(),
                resource.name,
            )
        })
        .collect()
}

/// Holds the resources of a call against the expected ones, in any order.
#[track_caller]
fn assert_resources(text: &str, expected: &[(&str, &str)]) {
    let mut expected: Vec<_> = expected
        .iter()
        .map(|(kind, name)| ((*kind).to_owned(), (*name).to_owned()))
        .collect();
    expected.sort();
    assert_eq!(found(text), expected);
}
