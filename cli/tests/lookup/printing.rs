//! What is printed, for people and for programs.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::upstream::{self, Upstream};
use crate::{RECORD, ask, event, home, lookup, page, pages, run};

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_plain_when_piped_and_red_where_colours_are_wanted() {
    let upstream = Upstream::start(|_, _| page(0..2, None, &[])).await;
    let plain = ask(&upstream.url, &[]).await;
    let lines: Vec<_> = plain.out.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[0].starts_with("time ") && lines[0].ends_with("error"),
        "{}",
        lines[0]
    );
    for text in [
        "2026-10-13T08:00:01Z",
        "DeleteBucket",
        "s3.amazonaws.com",
        "192.0.2.7",
    ] {
        assert!(lines[2].contains(text), "{text} in {}", lines[2]);
    }
    assert!(lines[2].contains("111122223333/eu-west-1") && lines[2].ends_with("AccessDenied"));
    // What a stranger put into a record does not reach the terminal.
    assert!(lines[2].contains("al\u{fffd}[31mice") && !plain.out.contains('\u{1b}'));

    let home = home();
    let mut command = lookup(home.path());
    let coloured = run(command
        .args(["--endpoint", &upstream.url])
        .env("CLICOLOR_FORCE", "1"))
    .await;
    assert!(
        coloured.out.contains("\u{1b}[38;5;9mAccessDenied"),
        "{:?}",
        coloured.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn json_and_jsonl_keep_the_bytes_of_records() {
    let upstream = Upstream::start(|before, _| pages(before % 3)).await;
    let whole = ask(&upstream.url, &["--all", "--output", "json"]).await;
    let parsed: Value = serde_json::from_str(&whole.out).expect("one object");
    assert_eq!(parsed["events"].as_array().map(Vec::len), Some(6));
    assert_eq!(
        (&parsed["cursor"], &parsed["conflicts"]),
        (&Value::Null, &json!([]))
    );
    assert_eq!(whole.out.matches(RECORD).count(), 6);

    let lines = ask(&upstream.url, &["--all", "--output", "jsonl"]).await;
    let lines: Vec<_> = lines.out.lines().collect();
    let expected: Vec<_> = (0..6).map(event).collect();
    assert_eq!(lines, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn jsonl_is_a_line_an_event_whatever_the_record_looks_like() {
    let upstream = Upstream::start(|_, _| {
        upstream::json(
            200,
            "{\"events\":[{\"record\":{\n  \"a\": \"b\\n\"\r\n}}],\"cursor\":null}",
        )
    })
    .await;
    let outcome = ask(&upstream.url, &["--output", "jsonl"]).await;
    assert_eq!(outcome.out.lines().count(), 1);
    let event: Value = serde_json::from_str(&outcome.out).expect("an object");
    assert_eq!(event["record"]["a"], "b\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_has_a_header_and_quotes_what_needs_it() {
    let upstream = Upstream::start(|before, _| pages(before)).await;
    let outcome = ask(&upstream.url, &["--all", "--output", "csv"]).await;
    let mut rows = csv::Reader::from_reader(outcome.out.as_bytes());
    let header = rows.headers().expect("a header").clone();
    assert_eq!(
        header.iter().take(3).collect::<Vec<_>>(),
        ["event_time", "event_id", "event_name"]
    );
    let column = |name: &str| {
        header
            .iter()
            .position(|column| column == name)
            .expect("a column")
    };
    let rows: Vec<_> = rows.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 6);
    assert_eq!(&rows[5][column("event_id")], "id-5");
    assert_eq!(&rows[5][column("user")], "al\u{1b}[31mice, \"a\"");
    assert_eq!(&rows[5][column("resources")], "bucket-a bucket-b");
    assert_eq!(&rows[5][column("read_only")], "false");
    assert_eq!(&rows[5][column("access_key")], "");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_found_is_no_failure() {
    let upstream = Upstream::start(|_, _| page(0..0, None, &[])).await;
    for (output, out) in [
        ("table", ""),
        ("jsonl", ""),
        ("json", "{\"events\":[],\"cursor\":null,\"conflicts\":[]}\n"),
    ] {
        let outcome = ask(&upstream.url, &["--output", output]).await;
        assert_eq!(
            (outcome.code, outcome.out.as_str()),
            (Some(0), out),
            "{output}"
        );
        assert_eq!(outcome.err, "no events match\n");
    }
    let csv = ask(&upstream.url, &["--output", "csv"]).await;
    assert!(csv.out.starts_with("event_time,") && csv.out.lines().count() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    let upstream = Upstream::start(|before, _| {
        let cursor = format!("c{before}");
        page(0..200, (before < 200).then_some(cursor.as_str()), &[])
    })
    .await;
    for output in ["table", "json", "jsonl", "csv"] {
        let home = home();
        let mut child = lookup(home.path())
            .args(["--endpoint", &upstream.url, "--all", "--output", output])
            .spawn()
            .expect("the command runs");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        assert!(lines.next_line().await.expect("a line").is_some());
        drop(lines);
        let rest = child.wait_with_output().await.expect("it ends");
        assert_eq!(rest.status.code(), Some(0), "{output}");
        assert_eq!(String::from_utf8_lossy(&rest.stderr), "", "{output}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_help_is_grouped() {
    let home = home();
    let help = run(lookup(home.path()).arg("-h")).await;
    assert_eq!(help.code, Some(0));
    for text in [
        "Conditions (",
        "--event-name <VALUE>",
        "What:",
        "Where:",
        "AWS:",
        "Examples:",
    ] {
        assert!(help.out.contains(text), "{text} in {}", help.out);
    }
    assert!(!help.out.contains("--not-vpc-endpoint"));
    let long = run(lookup(home.path()).arg("--help")).await;
    assert!(long.out.contains("--not-vpc-endpoint"));
}
