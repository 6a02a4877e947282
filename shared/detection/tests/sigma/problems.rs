//! What does not load says where and what to do, and does not stop the rest.

use super::{loaded, matching, read, refused, rule, selecting};
use detection::{Placeholders, Rules, Severity, Source};

#[test]
fn a_problem_names_file_line_and_column() {
    let text = refused(&rule(
        "selection:\n  eventName|nosuch: x\ncondition: selection",
    ));
    assert!(
        text.starts_with("test.yml:7:5: error: the modifier `nosuch`"),
        "{text}"
    );
    let text = refused(&rule("selection: {a: 1}\ncondition: selction"));
    assert!(
        text.starts_with(
            "test.yml:7:14: error: the condition names `selction`, and the selections are selection"
        ),
        "{text}"
    );
}

#[test]
fn what_is_missing_is_named() {
    let whole = selecting("a: 1");
    for (from, to, message) in [
        ("title: Test\n", "", "has no `title`"),
        ("title: Test\n", "title: ''\n", "has no `title`"),
        (
            "logsource: {product: aws, service: cloudtrail}\n",
            "",
            "there is no `logsource`",
        ),
        (
            "{product: aws, service: cloudtrail}",
            "{}",
            "`logsource` names nothing",
        ),
        (
            "{product: aws, service: cloudtrail}",
            "aws",
            "`logsource` is a mapping",
        ),
        ("  condition: selection", "", "there is no `condition`"),
        (
            "  condition: selection",
            "  condition: [[a]]",
            "a condition is a text",
        ),
        ("level: low", "level: extreme", "`level` is informational"),
        ("    a: 1\n", "    {}\n", "the selection is empty"),
        ("    a: 1\n", "    []\n", "the selection is empty"),
        ("    a: 1\n", "    a: []\n", "has no values"),
        (
            "    a: 1\n",
            "    a: {b: 1}\n",
            "write the inner fields with dots, `a.inner`",
        ),
        ("    a: 1\n", "    a: [[1]]\n", "a value must be a text"),
        ("id: test\n", "id: [1]\n", "`id` is a text"),
    ] {
        let text = refused(&whole.replace(from, to));
        assert!(text.contains(message), "{to}: {text}");
    }
    let text = refused("title: Test\nid: test\nlevel: low\nlogsource: {product: aws}\n");
    assert!(text.contains("there is no `detection`"), "{text}");
    let text = refused(&rule("condition: selection"));
    assert!(text.contains("there is no selection"), "{text}");
    let text = refused("- a\n- b\n");
    assert!(text.contains("this document is no rule"), "{text}");
}

#[test]
fn what_is_odd_is_a_warning_and_loads() {
    let whole = selecting("a: 1");
    for (from, to, message) in [
        ("id: test\n", "", "has no `id`"),
        ("level: low\n", "", "has no `level`"),
        (
            "level: low\n",
            "level: low\nstatus: new\n",
            "the status `new` is none of Sigma's",
        ),
        (
            "  condition",
            "  unused: {b: 1}\n  condition",
            "`unused` is named by no condition",
        ),
        (
            "  condition",
            "  timeframe: 5m\n  condition",
            "`timeframe` belongs to conditions",
        ),
    ] {
        let (rules, problems) = read(&whole.replace(from, to));
        assert_eq!(rules.len(), 1, "{to}: {problems:?}");
        assert_eq!(problems.len(), 1, "{to}: {problems:?}");
        assert_eq!(problems[0].severity, Severity::Warning);
        assert!(problems[0].message.contains(message), "{to}: {problems:?}");
    }
}

#[test]
fn rules_of_other_products_are_left_out_with_a_warning() {
    for source in [
        "{product: windows, service: security}",
        "{product: aws, service: guardduty}",
        "{category: proxy}",
    ] {
        let (rules, problems) =
            read(&selecting("a: 1").replace("{product: aws, service: cloudtrail}", source));
        assert!(rules.is_empty());
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].severity, Severity::Warning);
    }
    assert_eq!(
        loaded(&selecting("a: 1").replace(", service: cloudtrail", "")).len(),
        1
    );
}

#[test]
fn one_rule_that_does_not_load_stops_no_other() {
    let text = format!(
        "{}---\ntitle: [broken\n---\n{}---\n{}",
        selecting("a: 1"),
        selecting("a|nosuch: 1").replace("id: test", "id: second"),
        selecting("a: 1").replace("id: test", "id: third"),
    );
    let (rules, problems) = read(&text);
    assert_eq!(matching(&rules, r#"{"a":1}"#), ["test", "third"]);
    assert_eq!(problems.len(), 2, "{problems:?}");
    // The end of the broken document is where the list should have ended.
    assert_eq!(problems[0].line, 11, "{problems:?}");
    assert!(
        problems[0].message.contains("this is not YAML"),
        "{problems:?}"
    );
    assert_eq!(problems[1].line, 18, "{problems:?}");
}

#[test]
fn an_id_is_given_once() {
    let sources = ["a.yml", "b.yml"].map(|path| Source {
        path: path.to_owned(),
        text: format!("{}name: same\n", selecting("a: 1")),
    });
    let (rules, problems) = Rules::read(sources.clone(), &Placeholders::new());
    assert_eq!(rules.len(), 1);
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems[0].to_string(),
        "b.yml:2:5: error: the id `test` is taken by a.yml:1: give this rule another"
    );

    let mut sources = sources;
    sources[1].text = sources[1].text.replace("id: test", "id: other");
    let (rules, problems) = Rules::read(sources, &Placeholders::new());
    assert_eq!(rules.len(), 2);
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0]
            .message
            .contains("the name `same` is taken by a.yml:1")
    );
}

#[test]
fn a_key_is_written_once() {
    let text = refused(&selecting("a: 1\na: 2"));
    assert!(
        text.starts_with("test.yml:8:5: error: `a` is written twice here"),
        "{text}"
    );
}

#[test]
fn aggregations_are_answered_with_the_correlation_to_write() {
    let text = refused(&rule(
        "selection: {a: 1}\ncondition: selection | count() by x > 5",
    ));
    assert!(text.contains("type: event_count"), "{text}");
    assert!(text.contains("gt: 5"), "{text}");
    let text = refused(&rule(
        "selection: {a: 1}\ncondition: selection | near other",
    ));
    assert!(text.contains("type: temporal"), "{text}");
}

#[test]
fn anchors_and_tags_are_read() {
    let rules = loaded(&rule(
        "one: &it {a: 1}\ntwo: {b: !!str 2}\nthree: *it\ncondition: one and two and three",
    ));
    assert_eq!(matching(&rules, r#"{"a":1,"b":"2"}"#), ["test"]);
    assert!(matching(&rules, r#"{"a":1,"b":2.0}"#).is_empty());
}
