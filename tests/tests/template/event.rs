//! EventBridge: which events reach the detector, from where, and who may send them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document;
use crate::policy::{self, Request};
use crate::stack::{Parameters, Stack};

const BUS: &str = "arn:aws:events:eu-central-1:444455556666:event-bus/trailkeep-1a2b3c4d";

fn forwarder(parameters: Parameters<'_>) -> Stack {
    let mut all = vec![("CentralBusArn", BUS)];
    all.extend(parameters);
    Stack::deploy_file(document::FORWARDER, &all)
}

/// Lists the rules of the stack and of its forwarder, deployed with the same choice.
fn rules(read_only: &str) -> Vec<(String, Value)> {
    let choice = [("ReadOnlyEvents", read_only)];
    let stacks = [Stack::deploy(&choice), forwarder(&choice)];
    let rules = stacks.iter().flat_map(|stack| {
        let rules = stack.of_type("AWS::Events::Rule").into_iter();
        rules.map(|(name, rule)| (name.to_owned(), rule["Properties"].clone()))
    });
    rules.collect()
}

#[test]
fn every_rule_takes_all_that_cloudtrail_sends_and_nothing_that_a_customer_can_put() {
    let rules = rules("false");
    let names: Vec<_> = rules.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["EventRule", "ForwardedEventRule", "ForwardRule"]);
    let read = BTreeSet::from(lambda::live::DETAIL_TYPES);
    for (name, rule) in rules {
        let pattern = rule["EventPattern"].as_object().expect("a pattern");
        assert_eq!(pattern.len(), 2, "{name}");
        assert_eq!(pattern["source"], json!([{"prefix": "aws."}]), "{name}");
        let sent = pattern["detail-type"].as_array().expect("detail-types");
        let sent: BTreeSet<_> = sent.iter().filter_map(Value::as_str).collect();
        assert_eq!(sent, read, "{name}: sent by the rule, read by the code");
        assert_eq!(rule["Targets"].as_array().map(Vec::len), Some(1), "{name}");
        assert_eq!(rule["Targets"][0].get("InputTransformer"), None, "{name}");
        assert_eq!(rule["Targets"][0].get("InputPath"), None, "{name}");
    }
}

#[test]
fn read_only_management_events_come_by_choice_along_the_whole_way() {
    for (choice, state) in [
        ("false", "ENABLED"),
        ("true", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
    ] {
        for (name, rule) in rules(choice) {
            assert_eq!(rule["State"], state, "{name}");
        }
    }
}

#[test]
fn both_buses_lead_to_the_detectors_queue_and_only_their_rules_may_send() {
    let stack = Stack::deploy(&[]);
    let own = stack.properties("EventRule");
    assert_eq!(
        own.get("EventBusName"),
        None,
        "cloudtrail knows the default bus only"
    );
    let forwarded = stack.properties("ForwardedEventRule");
    assert_eq!(forwarded["EventBusName"], "${EventBus}");
    for rule in [own, forwarded] {
        assert_eq!(rule["Targets"][0]["Arn"], "${DetectQueue.Arn}");
    }
    let policy = &stack.properties("DetectQueuePolicy")["PolicyDocument"];
    let sends = |service: &str, source: &str| {
        let context = [("aws:SourceArn", source)];
        let request = Request {
            action: "sqs:SendMessage",
            resource: "${DetectQueue.Arn}",
            context: &context,
        };
        policy::allows(&policy::concerning(policy, service), &request)
    };
    assert!(sends("events.amazonaws.com", "${EventRule.Arn}"));
    assert!(sends("events.amazonaws.com", "${ForwardedEventRule.Arn}"));
    assert!(!sends(
        "events.amazonaws.com",
        "arn:aws:events:eu-west-1:111122223333:rule/x"
    ));
    assert!(!sends("events.amazonaws.com", "${Topic}"));
    assert!(!sends("sns.amazonaws.com", "${EventRule.Arn}"));
    assert!(!sends("arn:aws:iam::111122223333:root", "${EventRule.Arn}"));
}

/// Returns whether the bus's policies let a principal put events; its organization, if it has one.
fn puts(stack: &Stack, principal: &str, organization: Option<&str>) -> bool {
    let policies = stack.of_type("AWS::Events::EventBusPolicy");
    let statements: Vec<_> = policies
        .iter()
        .map(|(_, policy)| {
            assert_eq!(policy["Properties"]["EventBusName"], "${EventBus}");
            policy["Properties"]["Statement"].clone()
        })
        .collect();
    let document = policy::concerning(&json!({"Statement": statements}), principal);
    let context: Vec<_> = organization
        .map(|id| ("aws:PrincipalOrgID", id))
        .into_iter()
        .collect();
    let request = Request {
        action: "events:PutEvents",
        resource: "${EventBus.Arn}",
        context: &context,
    };
    policy::allows(&document, &request)
}

#[test]
fn the_bus_takes_events_of_the_organization_and_of_listed_accounts_alone() {
    let (listed, stranger) = ("444455556666", "999988887777");
    let organization = "o-abcdefghij";
    let closed = Stack::deploy(&[]);
    assert!(!puts(&closed, listed, Some(organization)));
    assert!(closed.of_type("AWS::Events::EventBusPolicy").is_empty());
    let accounts = Stack::deploy(&[("ForwardingAccounts", "123456789012,444455556666")]);
    assert!(puts(&accounts, listed, None));
    assert!(puts(&accounts, "123456789012", None));
    assert!(!puts(&accounts, stranger, Some(organization)));
    let organized = Stack::deploy(&[("OrganizationId", organization)]);
    assert!(puts(&organized, stranger, Some(organization)));
    assert!(!puts(&organized, stranger, Some("o-zzzzzzzzzz")));
    assert!(!puts(&organized, listed, None));
    assert_eq!(
        closed.output("EventBusArn"),
        Some(&json!("${EventBus.Arn}"))
    );
}

#[test]
fn the_forwarder_sends_to_the_central_bus_and_can_do_nothing_else() {
    let stack = forwarder(&[]);
    let target = &stack.properties("ForwardRule")["Targets"][0];
    assert_eq!(target["Arn"], BUS);
    assert_eq!(target["RoleArn"], "${ForwardRole.Arn}");
    let role = stack.properties("ForwardRole");
    assert_eq!(role.get("ManagedPolicyArns"), None);
    let trust = policy::statements(&role["AssumeRolePolicyDocument"]);
    assert_eq!(trust.len(), 1);
    assert_eq!(
        trust[0]["Principal"],
        json!({"Service": "events.amazonaws.com"})
    );
    let account = json!({"StringEquals": {"aws:SourceAccount": "111122223333"}});
    assert_eq!(trust[0]["Condition"], account);
    assert_eq!(role["Policies"].as_array().map(Vec::len), Some(1));
    let grants = policy::statements(&role["Policies"][0]["PolicyDocument"]);
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0]["Action"], "events:PutEvents");
    assert_eq!(grants[0]["Resource"], BUS);
}

#[test]
fn beside_the_stack_itself_the_forwarder_forwards_nothing_twice() {
    for (bus, forwards) in [
        ("arn:aws:events:eu-west-1:111122223333:event-bus/x", false),
        ("arn:aws:events:us-east-1:111122223333:event-bus/x", true),
        ("arn:aws:events:eu-west-1:444455556666:event-bus/x", true),
    ] {
        let stack = Stack::deploy_file(document::FORWARDER, &[("CentralBusArn", bus)]);
        assert_eq!(stack.find("ForwardRule").is_some(), forwards, "{bus}");
        assert!(
            stack.find("ForwardRole").is_some(),
            "a stack is never empty"
        );
    }
}

#[test]
fn the_sweep_runs_every_minute_and_the_next_one_is_its_retry() {
    let stack = Stack::deploy(&[]);
    let detector = stack.properties("Detector");
    let sweep = &detector["Events"]["Sweep"];
    assert_eq!(sweep["Type"], "Schedule");
    assert_eq!(sweep["Properties"]["Schedule"], "rate(1 minute)");
    assert_ne!(sweep["Properties"]["Enabled"], false);
    assert_eq!(
        sweep["Properties"].get("Input"),
        None,
        "the event comes as it is"
    );
    assert_eq!(detector["EventInvokeConfig"]["MaximumRetryAttempts"], 0);
    assert_eq!(
        detector["EventInvokeConfig"]["MaximumEventAgeInSeconds"],
        60
    );
}
