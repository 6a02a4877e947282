//! Every documented error of `LookupEvents` is boto3's typed exception.

use serde_json::{Value, json};

use crate::boto::ask;
use crate::stack::Stack;

fn by(key: &str, value: &str) -> Value {
    json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]})
}

#[test]
fn errors_are_exceptions_of_their_own_class() {
    let busy = by("ReadOnly", "true");
    let mut insight = by("Username", "root");
    insight["EventCategory"] = json!("insight");
    let expected = [
        ("InvalidLookupAttributesException", by("Nonsense", "a")),
        ("InvalidLookupAttributesException", by("ReadOnly", "TRUE")),
        (
            "InvalidLookupAttributesException",
            by("EventName", &"a".repeat(2_001)),
        ),
        ("InvalidLookupAttributesException", insight),
        (
            "InvalidTimeRangeException",
            json!({"StartTime": 1_791_849_601, "EndTime": 1_791_849_600}),
        ),
        ("InvalidMaxResultsException", json!({"MaxResults": 51})),
        ("InvalidNextTokenException", json!({"NextToken": "garbage"})),
        (
            "InvalidEventCategoryException",
            json!({"EventCategory": "nonsense"}),
        ),
    ];
    let mut questions: Vec<Value> = expected
        .iter()
        .flat_map(|(_, parameters)| {
            [true, false].map(|signed| json!({"parameters": parameters, "signed": signed}))
        })
        .collect();
    let mut first = busy.clone();
    first["MaxResults"] = json!(1);
    for other in [by("ReadOnly", "false"), json!({})] {
        questions.push(json!({"parameters": first, "then": other}));
    }
    questions.push(json!({"parameters": first, "then": busy}));
    let Some(mut answers) = ask(&Stack::sample().url, &questions) else {
        return;
    };
    let same = answers.pop().expect("the last answer");
    assert_eq!(
        same["pages"],
        json!([50]),
        "the token is good for its own question"
    );
    let expected = expected.iter().flat_map(|(name, _)| [*name, *name]);
    let expected = expected.chain(["InvalidNextTokenException"; 2]);
    for ((answer, name), question) in answers.iter().zip(expected).zip(&questions) {
        assert_eq!(answer["exception"], name, "{question} {answer}");
        assert_eq!(answer["is_typed"], true, "{question}");
        assert_eq!(answer["status"], 400, "{question}");
        assert_ne!(answer["message"], "", "{question}");
    }
}
