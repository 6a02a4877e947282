//! What stands in an answered event, held against what is known of CloudTrail's own.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::question::Question;
use crate::sdk::walk;
use crate::stack::Stack;

/// The resources of an answered event, as type and name.
fn resources(event: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let resources = event["Resources"].as_array().expect("a list");
    resources
        .iter()
        .map(|resource| {
            (
                text(&resource["ResourceType"]),
                text(&resource["ResourceName"]),
            )
        })
        .collect()
}

/// The record that an answered event holds.
fn record(event: &Value) -> Value {
    let text = event["CloudTrailEvent"].as_str().expect("a text");
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test]
async fn a_session_is_a_resource_of_the_call_that_it_came_from() {
    let question = Question::by("EventName", "AssumeRole");
    for stack in Stack::all() {
        let (found, _) = walk(&stack.url, &question, 50).await;
        let mut issued = Vec::new();
        for event in &found {
            let record = record(event);
            let response = &record["responseElements"];
            let Some(key) = response["credentials"]["accessKeyId"].as_str() else {
                continue;
            };
            let mut expected = vec![("AWS::IAM::AccessKey", key)];
            if let Some(role) = record["requestParameters"]["roleArn"].as_str() {
                expected.push(("AWS::IAM::Role", role));
            }
            let user = &response["assumedRoleUser"];
            if let (Some(id), Some(arn)) = (user["assumedRoleId"].as_str(), user["arn"].as_str()) {
                expected.extend([id, arn].map(|name| ("AWS::STS::AssumedRole", name)));
                // Published ids are not always whole.
                let session = id.split_once(':').map(|(_, session)| session);
                if let Some(session) = session {
                    expected.push(("AWS::STS::AssumedRole", session));
                }
            }
            let resources = resources(event);
            for (kind, name) in expected {
                let resource = (kind.to_owned(), name.to_owned());
                assert!(
                    resources.contains(&resource),
                    "{resource:?} in {resources:?}"
                );
            }
            issued.push(key.to_owned());
        }
        let key = issued.first().expect("a role was assumed");
        let question = Question::by("ResourceName", key);
        let (minting, _) = walk(&stack.url, &question, 50).await;
        let minted = |event: &Value| {
            record(event)["responseElements"]["credentials"]["accessKeyId"] == key.as_str()
        };
        assert!(minting.iter().any(minted), "the key leads to its call");
    }
}

#[tokio::test]
async fn what_a_record_lists_is_among_its_resources() {
    for stack in Stack::all() {
        let (found, _) = walk(&stack.url, &Question::default(), 50).await;
        let mut listed = 0;
        for event in &found {
            let names: BTreeSet<_> = resources(event).into_iter().map(|(_, name)| name).collect();
            for resource in record(event)["resources"].as_array().into_iter().flatten() {
                if let Some(arn) = resource["ARN"].as_str().filter(|arn| !arn.is_empty()) {
                    assert!(names.contains(arn), "{arn} in {names:?}");
                    listed += 1;
                }
            }
        }
        assert_ne!(listed, 0, "no record lists a resource");
    }
}

#[tokio::test]
async fn a_caller_without_a_name_or_key_has_none_in_the_answer() {
    for stack in Stack::all() {
        let question = Question::by("EventName", "AssumeRole");
        let (found, _) = walk(&stack.url, &question, 50).await;
        let by_service = |event: &&Value| record(event)["userIdentity"]["type"] == "AWSService";
        let by_services: Vec<_> = found.iter().filter(by_service).collect();
        assert_ne!(by_services.len(), 0, "services assume roles");
        for event in by_services {
            assert_eq!(event.get("Username"), None);
            assert_eq!(event.get("AccessKeyId"), None);
        }
    }
}

#[tokio::test]
async fn the_root_user_is_called_root() {
    let question = Question::by("Username", "root");
    let (found, _) = walk(&Stack::sample().url, &question, 50).await;
    assert_ne!(found.len(), 0);
    for event in found {
        assert_eq!(event["Username"], "root");
        assert_eq!(record(&event)["userIdentity"]["type"], "Root");
    }
}

#[tokio::test]
async fn a_role_session_is_called_by_its_name_and_not_by_its_role() {
    let stack = Stack::sample();
    let is_session = |record: &Value| record["userIdentity"]["type"] == "AssumedRole";
    let management = Question::default();
    let mut events = stack.oracle.find(&management);
    let event = events.find(|event| is_session(&event.record));
    let identity = &event.expect("a session").record["userIdentity"];
    let role = identity["sessionContext"]["sessionIssuer"]["userName"].as_str();
    let arn = identity["arn"].as_str().expect("an ARN");
    let (_, session) = arn.rsplit_once('/').expect("a session");
    assert_ne!(role, Some(session));
    let (found, _) = walk(&stack.url, &Question::by("Username", session), 50).await;
    assert!(
        found
            .iter()
            .any(|event| record(event)["userIdentity"]["arn"] == arn)
    );
    let (found, _) = walk(
        &stack.url,
        &Question::by("Username", role.expect("a role")),
        50,
    )
    .await;
    assert!(found.iter().all(|event| !is_session(&record(event))));
}
