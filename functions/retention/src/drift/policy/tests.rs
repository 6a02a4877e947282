use serde_json::{Value, json};

use super::*;

type Change = fn(&mut Value);

const TABLE: &str = "arn:aws:dynamodb:eu-west-1:111122223333:table/trailkeep";
const BREAK_GLASS: &str = "arn:aws:iam::111122223333:role/break-glass";
const INDEXER: &str = "arn:aws:iam::111122223333:role/indexer";

fn denial<'p>(actions: &'p [&'p str], principals: Vec<&'p str>) -> Denial<'p> {
    Denial {
        actions,
        resource: TABLE.to_owned(),
        exemption: Exemption {
            principals,
            ..Exemption::default()
        },
    }
}

fn judge(statements: &Value, denial: &Denial<'_>) -> Result<(), Lack> {
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    lacks(Some(&policy), std::slice::from_ref(denial))
}

fn statement() -> Value {
    json!({
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["dynamodb:DeleteTable", "dynamodb:UpdateTable"],
        "Resource": TABLE,
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": [BREAK_GLASS]}},
    })
}

#[test]
fn a_denial_counts_however_it_is_written() {
    let denial = denial(&["dynamodb:DeleteTable"], vec![BREAK_GLASS, INDEXER]);
    let changes: [Change; 9] = [
        |_| {},
        |deny| deny["Principal"] = json!({"AWS": "*"}),
        |deny| deny["Principal"] = json!({"AWS": ["*"]}),
        |deny| deny["Action"] = json!("dynamodb:*"),
        |deny| deny["Action"] = json!("DynamoDB:deletetable"),
        |deny| deny["Resource"] = json!(["arn:aws:s3:::else", "*"]),
        |deny| deny["Condition"] = json!({"ArnNotEquals": {"AWS:principalarn": BREAK_GLASS}}),
        |deny| {
            deny.as_object_mut().expect("an object").remove("Condition");
        },
        |deny| {
            let deny = deny.as_object_mut().expect("an object");
            deny.remove("Action");
            deny.insert("NotAction".into(), json!(["dynamodb:GetItem"]));
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut deny = statement();
        change(&mut deny);
        assert_eq!(judge(&deny, &denial), Ok(()), "alone, change {number}");
        let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
        assert_eq!(
            judge(&json!([allow, deny]), &denial),
            Ok(()),
            "change {number}"
        );
    }
}

#[test]
fn a_denial_that_is_narrowed_in_any_other_way_does_not_count() {
    let denial = denial(&["dynamodb:DeleteTable"], vec![BREAK_GLASS]);
    let changes: [Change; 12] = [
        |deny| deny["Effect"] = json!("Allow"),
        |deny| deny["Principal"] = json!({"AWS": "arn:aws:iam::111122223333:root"}),
        |deny| deny["Principal"] = json!({"Service": "*"}),
        |deny| deny["Action"] = json!("dynamodb:DeleteItem"),
        |deny| deny["Resource"] = json!("arn:aws:dynamodb:eu-west-1:111122223333:table/other"),
        |deny| {
            deny["Condition"]["ArnNotLike"]["aws:PrincipalArn"] = json!([BREAK_GLASS, INDEXER]);
        },
        |deny| deny["Condition"]["ArnNotLike"]["aws:PrincipalArn"] = json!("*"),
        |deny| deny["Condition"]["ArnNotLike"]["aws:PrincipalArn"] = json!([]),
        |deny| deny["Condition"]["Bool"] = json!({"aws:MultiFactorAuthPresent": "false"}),
        |deny| deny["Condition"]["Bool"] = json!({"aws:SecureTransport": "false"}),
        |deny| {
            deny["Condition"]["ForAllValues:StringNotEquals"] =
                json!({"aws:CalledVia": "cloudformation.amazonaws.com"});
        },
        |deny| {
            let deny = deny.as_object_mut().expect("an object");
            let principal = deny.remove("Principal").expect("was there");
            deny.insert("NotPrincipal".into(), principal);
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut deny = statement();
        change(&mut deny);
        assert!(judge(&deny, &denial).is_err(), "change {number}");
    }
    assert_eq!(
        lacks(None, std::slice::from_ref(&denial)),
        Err(Lack::Policy)
    );
    assert_eq!(lacks(Some("{}"), &[denial]), Err(Lack::Unreadable));
}

#[test]
fn cloudformation_may_be_left_out_only_where_that_was_promised() {
    let mut deny = statement();
    deny["Condition"]["ForAllValues:StringNotEquals"] =
        json!({"aws:CalledVia": "cloudformation.amazonaws.com"});
    let mut denial = denial(&["dynamodb:UpdateTable"], vec![BREAK_GLASS]);
    denial.exemption.called_via = Some("cloudformation.amazonaws.com");
    assert_eq!(judge(&deny, &denial), Ok(()));
    deny["Condition"]["ForAllValues:StringNotEquals"]["aws:CalledVia"] =
        json!(["cloudformation.amazonaws.com", "athena.amazonaws.com"]);
    assert!(judge(&deny, &denial).is_err());
}

#[test]
fn the_keys_that_are_left_to_a_writer_are_those_promised() {
    let deny = |keys: Value| {
        json!({
            "Effect": "Deny",
            "Principal": "*",
            "Action": "dynamodb:PutItem",
            "Resource": TABLE,
            "Condition": {
                "ArnEquals": {"aws:PrincipalArn": INDEXER},
                "ForAnyValue:StringNotLike": {"dynamodb:LeadingKeys": keys},
            },
        })
    };
    let mut denial = denial(&["dynamodb:PutItem"], vec![]);
    denial.exemption.keys_of = Some((INDEXER, vec!["block#*", "days#*"]));
    assert_eq!(judge(&deny(json!(["block#*", "days#*"])), &denial), Ok(()));
    assert_eq!(judge(&deny(json!("days#*")), &denial), Ok(()));
    let wider = judge(&deny(json!(["block#*", "days#*", "holds"])), &denial);
    let missing = format!("dynamodb:PutItem of other keys to {INDEXER}");
    assert_eq!(wider, Err(Lack::Denials(vec![missing])));
    assert!(judge(&statement(), &denial).is_err());
}

#[test]
fn a_writer_that_stamps_is_denied_every_other_attribute_of_all_that_it_stamps() {
    let deny = || {
        json!({
            "Effect": "Deny",
            "Principal": "*",
            "Action": "dynamodb:UpdateItem",
            "Resource": TABLE,
            "Condition": {
                "ArnEquals": {"aws:PrincipalArn": INDEXER},
                "ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["block#*", "days#*", "terms#*"]},
                "ForAnyValue:StringNotEquals": {"dynamodb:Attributes": ["expires", "pk", "sk"]},
            },
        })
    };
    let mut denial = denial(&["dynamodb:UpdateItem"], vec![]);
    denial.exemption.stamping = Some(Stamping {
        principal: INDEXER,
        keys: vec!["block#*".to_owned(), "days#*".to_owned()],
        attributes: &["expires", "pk", "sk"],
    });
    assert_eq!(judge(&deny(), &denial), Ok(()));
    // The same, and what denies more.
    let kept: [Change; 3] = [
        |when| when["ForAnyValue:StringLike"]["dynamodb:LeadingKeys"] = json!("*"),
        |when| when["ForAnyValue:StringNotEquals"]["dynamodb:Attributes"] = json!("expires"),
        |when| {
            let when = when.as_object_mut().expect("conditions");
            when.remove("ForAnyValue:StringLike");
        },
    ];
    for (number, change) in kept.into_iter().enumerate() {
        let mut other = deny();
        change(&mut other["Condition"]);
        assert_eq!(judge(&other, &denial), Ok(()), "change {number}");
    }
    let lost: [Change; 5] = [
        |when| when["ArnEquals"]["aws:PrincipalArn"] = json!(BREAK_GLASS),
        |when| when["ForAnyValue:StringLike"]["dynamodb:LeadingKeys"] = json!(["block#*"]),
        |when| {
            when["ForAnyValue:StringNotEquals"]["dynamodb:Attributes"] = json!(["expires", "body"]);
        },
        |when| when["ForAnyValue:StringNotLike"] = json!({"dynamodb:LeadingKeys": "block#*"}),
        |when| when["Bool"] = json!({"aws:SecureTransport": "false"}),
    ];
    let missing = format!("dynamodb:UpdateItem of other attributes to {INDEXER}");
    for (number, change) in lost.into_iter().enumerate() {
        let mut other = deny();
        change(&mut other["Condition"]);
        let lack = Lack::Denials(vec![missing.clone()]);
        assert_eq!(judge(&other, &denial), Err(lack), "change {number}");
    }
    assert!(judge(&statement(), &denial).is_err());
}

#[test]
fn other_parts_of_aws_have_arns_of_their_own() {
    let denial = Denial {
        actions: &["s3:DeleteObject"],
        resource: "arn:aws:s3:::logs/*".to_owned(),
        exemption: Exemption::default(),
    };
    let deny = |resource: &str| json!({"Effect": "Deny", "Principal": "*", "Action": "s3:Delete*", "Resource": resource});
    for resource in [
        "arn:aws:s3:::logs/*",
        "arn:aws-us-gov:s3:::logs/*",
        "arn:aws-cn:s3:::logs*",
    ] {
        assert_eq!(judge(&deny(resource), &denial), Ok(()), "{resource}");
    }
    for resource in [
        "arn:aws:s3:::logs",
        "arn:aws:s3:::logs/AWSLogs/*",
        "arn:aws:s3:::log/*",
    ] {
        assert!(judge(&deny(resource), &denial).is_err(), "{resource}");
    }
}

#[test]
fn patterns_are_like_what_iam_takes_them_for() {
    for (pattern, text, is) in [
        ("*", "", true),
        ("a*c", "abc", true),
        ("a*c", "abcd", false),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("*b*b*", "abab", true),
        ("", "a", false),
        ("a", "", false),
    ] {
        assert_eq!(is_like(pattern, text), is, "{pattern} {text}");
    }
}
