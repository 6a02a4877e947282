//! Fields: dots, arrays, objects, and what the record calls them.

use super::check;

#[test]
fn dots_lead_into_objects_and_through_arrays() {
    check(
        "a.b.c: x",
        &[
            r#"{"a":{"b":{"c":"x"}}}"#,
            r#"{"a":[{"b":{"c":"y"}},{"b":[{"c":"z"},{"c":"x"}]}]}"#,
            r#"{"a":[[{"b":{"c":"x"}}]]}"#,
        ],
        &[
            r#"{"a":{"b":"x"}}"#,
            r#"{"c":"x"}"#,
            r#"{"a":[{"b":{"c":"y"}}]}"#,
            r#"{"a.b.c":"x"}"#,
        ],
    );
}

#[test]
fn any_element_of_an_array_may_match() {
    check(
        "a: x",
        &[r#"{"a":["y","x"]}"#, r#"{"a":[["x"]]}"#],
        &[r#"{"a":["y"]}"#, r#"{"a":[]}"#, r#"{"a":[{"x":"x"}]}"#],
    );
    check("a|gt: 5", &[r#"{"a":[1,9]}"#], &[r#"{"a":[1,2]}"#]);
}

#[test]
fn an_object_matches_its_compact_json_unescaped() {
    let event = r#"{ "p" : { "status" : "Suspended" , "n" : [ 1 , true , null ] , "doc" : "{\"Effect\":\"Allow\"}" } }"#;
    check(
        "p|contains: '\"status\":\"suspended\"'",
        &[event],
        &[r#"{"p":{"status":"Enabled"}}"#],
    );
    check("p|contains: '[1,true,null]'", &[event], &[r#"{"p":{}}"#]);
    check(
        "p|contains: '\"Effect\":\"Allow\"'",
        &[event],
        &[r#"{"p":"x"}"#],
    );
    check("p|startswith: '{\"status\"'", &[event], &[r#"{"p":{}}"#]);
    check("p|re: '\"n\":\\[\\d'", &[event], &[r#"{"p":{"n":[]}}"#]);
    check("p: '{}'", &[r#"{"p":{ }}"#], &[event]);
    check(
        "p.n|contains: '1,true'",
        &[event],
        &[r#"{"p":{"n":[true,1]}}"#],
    );
}

#[test]
fn escapes_in_the_record_are_undone() {
    check(
        "a: 'x/\"y\"'",
        &[r#"{"a":"x\/\"y\""}"#, r#"{"a":"\u0078/\u0022y\u0022"}"#],
        &[r#"{"a":"x"}"#],
    );
    check(
        "a: '😀'",
        &[r#"{"a":"\ud83d\ude00"}"#],
        &[r#"{"a":"\ud83d"}"#],
    );
    check(
        "'naïve': x",
        &[r#"{"na\u00efve":"x"}"#],
        &[r#"{"naive":"x"}"#],
    );
}

#[test]
fn names_of_fields_mind_case() {
    check(
        "eventName: x",
        &[r#"{"eventName":"x"}"#],
        &[r#"{"eventname":"x"}"#],
    );
}

#[test]
fn of_members_of_one_name_the_last_counts() {
    check("a: x", &[r#"{"a":"y","a":"x"}"#], &[r#"{"a":"x","a":"y"}"#]);
    check(
        "a.b: x",
        &[r#"{"a":{"b":"y","b":"x"}}"#],
        &[r#"{"a":{"b":"x","b":"y"}}"#],
    );
    check(
        "a.b: x",
        &[r#"{"a":[{"b":"x"},{"b":"y"}]}"#],
        &[r#"{"a":[{"b":"x","b":"y"}]}"#],
    );
}

#[test]
fn the_plain_reader_sees_the_same_fields() {
    let text = br#"{"a":{"b":[{"c":"\u0078"},{"c":[2,3]}],"n":null},"o":{ "k" : 1 }}"#;
    let event = detection::Event::parse(text).expect("it is an object");
    assert_eq!(event.fields("a.b.c"), ["x", "2", "3"]);
    assert_eq!(event.field("a.b.c").as_deref(), Some("x"));
    assert_eq!(event.field("a.n"), None);
    assert_eq!(event.field("a.x"), None);
    assert_eq!(event.field("o").as_deref(), Some(r#"{"k":1}"#));
    assert_eq!(event.values("a.b.c"), [&br#""\u0078""#[..], b"[2,3]"]);
}
