//! What is refused, as the aws cli shows it.

use crate::command_line::look_up;
use crate::stack::Stack;

#[test]
fn a_refused_lookup_names_its_error_and_fails() {
    let nonsense = "AttributeKey=Nonsense,AttributeValue=a";
    for (code, arguments) in [
        (
            "InvalidLookupAttributesException",
            vec!["--lookup-attributes", nonsense],
        ),
        ("InvalidMaxResultsException", vec!["--max-results", "51"]),
        ("InvalidNextTokenException", vec!["--next-token", "garbage"]),
        (
            "InvalidEventCategoryException",
            vec!["--event-category", "nonsense"],
        ),
        (
            "InvalidTimeRangeException",
            vec![
                "--start-time",
                "2026-10-14T00:00:00Z",
                "--end-time",
                "2026-10-13T00:00:00Z",
            ],
        ),
    ] {
        let Some(output) = look_up(&Stack::sample().url, &arguments) else {
            return;
        };
        // 255 before version 2, 254 since.
        let status = output.status.code();
        assert!(matches!(status, Some(254 | 255)), "{code} {status:?}");
        let shown = String::from_utf8_lossy(&output.stderr);
        assert!(shown.contains(&format!("({code})")), "{shown}");
        assert_eq!(output.stdout, b"", "{code}");
    }
}
