//! The trail: everywhere, signed, and not of its own doing.

use serde_json::{Value, json};

use crate::stack::Stack;

const RULES: &str = "arn:aws:s3:::${RulesBucket}/";

fn selectors(stack: &Stack) -> Vec<Value> {
    let selectors = stack.properties("Trail")["AdvancedEventSelectors"].as_array();
    selectors.expect("selectors").clone()
}

fn field<'a>(selector: &'a Value, name: &str) -> &'a Value {
    let fields = selector["FieldSelectors"].as_array().expect("fields");
    fields
        .iter()
        .find(|field| field["Field"] == name)
        .unwrap_or(&Value::Null)
}

#[test]
fn the_trail_covers_every_region_and_signs_what_it_delivers() {
    let stack = Stack::deploy(&[]);
    let trail = stack.properties("Trail");
    for switch in [
        "EnableLogFileValidation",
        "IncludeGlobalServiceEvents",
        "IsLogging",
        "IsMultiRegionTrail",
    ] {
        assert_eq!(trail[switch], true, "{switch}");
    }
    assert_eq!(trail["IsOrganizationTrail"], false);
    assert_eq!(
        trail["S3BucketName"],
        "trailkeep-111122223333-eu-west-1-1a2b3c4d"
    );
    assert_eq!(
        trail["TrailName"], "trailkeep-trail",
        "as the bucket's policy names it"
    );
    let organization = Stack::deploy(&[
        ("IsOrganizationTrail", "true"),
        ("OrganizationId", "o-abcdefghij"),
    ]);
    assert_eq!(
        organization.properties("Trail")["IsOrganizationTrail"],
        true
    );
}

#[test]
fn a_trail_that_exists_is_not_made_again() {
    let stack = Stack::deploy(&[("CreateTrail", "false"), ("ExistingBucketName", "old-logs")]);
    assert!(stack.find("Trail").is_none());
}

#[test]
fn management_events_are_selected_by_read_and_write() {
    for (choice, read_only) in [
        ("All", Value::Null),
        ("WriteOnly", json!(["false"])),
        ("ReadOnly", json!(["true"])),
    ] {
        let selectors = selectors(&Stack::deploy(&[("ManagementEvents", choice)]));
        assert_eq!(
            selectors.len(),
            2,
            "{choice}: these, and changes of the rules"
        );
        assert_eq!(
            field(&selectors[0], "eventCategory")["Equals"],
            json!(["Management"])
        );
        assert_eq!(
            field(&selectors[0], "readOnly")["Equals"],
            read_only,
            "{choice}"
        );
    }
}

#[test]
fn data_events_leave_out_what_trailkeep_itself_does() {
    let stack = Stack::deploy(&[
        ("DataEventsS3", "true"),
        ("DataEventsLambda", "true"),
        ("DataEventsDynamoDb", "true"),
    ]);
    let expected = [
        (
            "AWS::S3::Object",
            json!({"Field": "resources.ARN", "NotStartsWith":
                [RULES, "arn:aws:s3:::trailkeep-111122223333-eu-west-1-1a2b3c4d/"]}),
        ),
        (
            "AWS::Lambda::Function",
            json!({"Field": "resources.ARN", "NotEquals":
                ["${Detector.Arn}", "${Indexer.Arn}", "${Integrity.Arn}", "${Lookup.Arn}",
                 "${Retention.Arn}"]}),
        ),
        (
            "AWS::DynamoDB::Table",
            json!({"Field": "resources.ARN", "NotEquals":
                ["arn:aws:dynamodb:eu-west-1:111122223333:table/trailkeep-1a2b3c4d"]}),
        ),
    ];
    let selectors = selectors(&stack);
    assert_eq!(selectors.len(), 2 + expected.len());
    for (selector, (kind, exclusion)) in selectors[2..].iter().zip(expected) {
        assert_eq!(field(selector, "eventCategory")["Equals"], json!(["Data"]));
        assert_eq!(field(selector, "resources.type")["Equals"], json!([kind]));
        assert_eq!(*field(selector, "resources.ARN"), exclusion);
    }
    let functions = stack.of_type("AWS::Serverless::Function");
    let excluded = field(&selectors[3], "resources.ARN")["NotEquals"]
        .as_array()
        .expect("a list");
    assert_eq!(excluded.len(), functions.len(), "every function of ours");
}

#[test]
fn an_adopted_bucket_is_left_out_of_data_events_too() {
    let parameters = [("ExistingBucketName", "old-logs"), ("DataEventsS3", "true")];
    let selectors = selectors(&Stack::deploy(&parameters));
    let excluded = field(&selectors[2], "resources.ARN");
    assert_eq!(
        excluded["NotStartsWith"],
        json!([RULES, "arn:aws:s3:::old-logs/"])
    );
}

#[test]
fn changes_of_the_rules_are_always_recorded_and_reads_of_them_never() {
    for parameters in [
        &[][..],
        &[("DataEventsS3", "true"), ("ManagementEvents", "WriteOnly")],
    ] {
        let selectors = selectors(&Stack::deploy(parameters));
        let rules = &selectors[1];
        assert_eq!(field(rules, "eventCategory")["Equals"], json!(["Data"]));
        assert_eq!(
            field(rules, "resources.type")["Equals"],
            json!(["AWS::S3::Object"])
        );
        assert_eq!(field(rules, "readOnly")["Equals"], json!(["false"]));
        assert_eq!(field(rules, "resources.ARN")["StartsWith"], json!([RULES]));
    }
}
