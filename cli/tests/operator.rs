//! The operator's commands, the real binary against `trailkeep up`.

#[path = "up/running.rs"]
#[expect(dead_code, reason = "other tests start it with more")]
mod running;

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::running::{Running, run, text, trailkeep};

fn sample() -> Running {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/AWSLogs");
    Running::start(&events, &["--no-alerts"])
}

/// Runs a command against a running history.
fn ask(up: &Running, arguments: &[&str]) -> Output {
    run(&[arguments, &["--endpoint", &up.url]].concat())
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{said}");
}

#[test]
fn a_hold_is_set_listed_and_lifted() {
    let up = sample();
    let reason = "case 4711";
    let add = [
        "hold",
        "add",
        "--account",
        "111122223333",
        "--start",
        "2026-10-13",
    ];
    let set = ask(
        &up,
        &[&add[..], &["--reason", reason, "--output", "json"]].concat(),
    );
    assert_code(&set, 0);
    let answer = json(&set);
    let hold = &answer["holds"][0];
    let id = hold["id"].as_str().expect("an id");
    assert_eq!(hold["reason"], reason);
    assert_eq!(hold["set_by"], "local");
    assert_eq!(hold["scope"]["account"], "111122223333");

    let active = ask(&up, &["hold", "list"]);
    assert_code(&active, 0);
    let table = text(&active.stdout);
    assert!(
        table.contains(id) && table.contains("account 111122223333"),
        "{table}"
    );

    let lift = ask(&up, &["hold", "lift", id]);
    assert_code(&lift, 2);
    assert!(text(&lift.stderr).contains("--yes"));
    assert_code(&ask(&up, &["hold", "lift", id, "--yes"]), 0);
    let again = ask(&up, &["hold", "lift", id, "--yes"]);
    assert_code(&again, 2);
    assert!(text(&again.stderr).contains("lifted before"));
    assert_code(&ask(&up, &["hold", "lift", "nothing", "--yes"]), 2);

    let none = ask(&up, &["hold", "list"]);
    assert_code(&none, 0);
    assert!(none.stdout.is_empty() && text(&none.stderr).contains("nothing is held"));
    let all = json(&ask(&up, &["hold", "list", "--all", "--output", "json"]));
    assert_eq!(all["holds"][0]["lifted_by"], "local");
    assert_eq!(up.stop().0, Some(0));
}

#[test]
fn a_hold_that_is_none_is_wrong_usage() {
    let up = sample();
    for (arguments, said) in [
        (&["--start", "2026-10-13", "--reason", "x"][..], "--account"),
        (
            &["--account", "12", "--start", "2026-10-13", "--reason", "x"],
            "12 digits",
        ),
        (
            &["--everything", "--start", "soon", "--reason", "x"],
            "start",
        ),
        (
            &["--everything", "--start", "2026-10-13", "--reason", " "],
            "reason",
        ),
        (
            &[
                "--everything",
                "--start",
                "2026-10-13",
                "--end",
                "2026-10-12",
                "--reason",
                "x",
            ],
            "before end",
        ),
    ] {
        let output = ask(&up, &[&["hold", "add"], arguments].concat());
        assert_code(&output, 2);
        assert!(
            text(&output.stderr).contains(said),
            "{}",
            text(&output.stderr)
        );
    }
    assert_eq!(up.stop().0, Some(0));
}

#[test]
fn retention_is_planned_before_it_is_applied() {
    let up = sample();
    let run = ask(&up, &["retention", "run", "--output", "json"]);
    assert_code(&run, 0);
    let status = json(&run);
    let kept = &status["report"]["categories"]["Management"];
    assert!(
        kept["events"].as_u64().expect("a count") > 1_000,
        "{status}"
    );
    let table = ask(&up, &["retention", "status"]);
    assert_code(&table, 0);
    assert!(text(&table.stdout).contains("Management"));

    let plan = ask(
        &up,
        &[
            "retention",
            "plan",
            "--retention",
            "3650",
            "--output",
            "json",
        ],
    );
    assert_code(&plan, 0);
    let plan = json(&plan);
    assert_eq!(plan["complete"], true);
    assert!(
        plan["restamp"]["write_units"].as_u64().expect("a count") > 0,
        "{plan}"
    );
    assert_eq!(plan["past_time"]["events"], 0);
    let short = json(&ask(
        &up,
        &["retention", "plan", "--retention", "1", "--output", "json"],
    ));
    assert_eq!(short["past_time"]["segments"], short["segments"]);
    let table = ask(&up, &["retention", "plan", "--retention", "1"]);
    assert_code(&table, 0);
    assert!(text(&table.stdout).contains('$'));
    let wrong = ask(&up, &["retention", "plan", "--retention", "soon"]);
    assert_code(&wrong, 2);
    assert_eq!(up.stop().0, Some(0));
}

#[test]
fn the_sample_trail_is_proven_and_so_is_an_event() {
    let up = sample();
    let none = ask(&up, &["integrity"]);
    assert_code(&none, 0);
    assert!(text(&none.stderr).contains("no findings"));
    let hours = ask(
        &up,
        &[
            "coverage",
            "--start",
            "2026-10-13",
            "--end",
            "2026-10-13",
            "--output",
            "json",
        ],
    );
    assert_code(&hours, 0);
    let hours = json(&hours);
    assert_eq!(hours["hours"]["proven"], 6 * 24, "{hours}");
    let table = ask(&up, &["coverage", "--account", "111122223333"]);
    assert_code(&table, 0);
    assert!(text(&table.stdout).contains("eu-west-1"));

    let id = &up.ids()[0];
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("proof.json");
    let file = file.to_str().expect("UTF-8");
    assert_code(&ask(&up, &["proof", id, "--out", file]), 0);
    let verified = run(&["verify", file]);
    assert_code(&verified, 0);
    assert!(text(&verified.stdout).contains("as CloudTrail signed it"));
    let printed = ask(&up, &["proof", id]);
    assert_code(&printed, 0);
    assert_eq!(printed.stdout, std::fs::read(file).expect("the proof"));
    let missing = ask(&up, &["proof", "00000000-0000-0000-0000-000000000000"]);
    assert_code(&missing, 2);
    assert_eq!(up.stop().0, Some(0));
}

#[test]
fn keys_are_imported() {
    let up = sample();
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/../events/public-keys.json");
    let import = ["keys", "import", keys, "--region", "me-south-1"];
    let first = ask(&up, &import);
    assert_code(&first, 0);
    assert!(
        text(&first.stdout).ends_with("archived\n"),
        "{}",
        text(&first.stdout)
    );
    let again = ask(&up, &import);
    assert!(
        text(&again.stdout).ends_with("known\n"),
        "{}",
        text(&again.stdout)
    );
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("keys.json");
    std::fs::write(&broken, "{\"PublicKeyList\": [{}]}").expect("a file");
    let broken = broken.to_str().expect("UTF-8");
    assert_code(
        &ask(&up, &["keys", "import", broken, "--region", "me-south-1"]),
        2,
    );
    assert_code(
        &ask(
            &up,
            &["keys", "import", "nowhere", "--region", "me-south-1"],
        ),
        2,
    );
    assert_eq!(up.stop().0, Some(0));
}

#[test]
fn nobody_there_is_said() {
    for arguments in [
        &["hold", "list"][..],
        &["retention", "status"],
        &["integrity"],
        &["coverage"],
        &["proof", "x"],
    ] {
        let output = trailkeep(arguments)
            .args(["--endpoint", "http://127.0.0.1:9"])
            .output()
            .expect("the command runs");
        assert_code(&output, 1);
        assert!(text(&output.stderr).contains("nobody answers"));
    }
}
