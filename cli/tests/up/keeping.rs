//! Retention, holds and their routes.

use serde_json::{Value, json};

use crate::running::Running;
use crate::trail_files::{record, write};

fn ids(up: &Running) -> Vec<String> {
    let mut ids = up.ids();
    ids.sort();
    ids
}

#[test]
fn a_hold_keeps_what_the_policy_does_not_until_it_is_lifted() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = record("old").replace("2026-10-13", "2009-10-13");
    write(&folder.path().join("old.jsonl"), old.as_bytes());
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let data = data.to_str().expect("UTF-8");

    let up = Running::start(folder.path(), &["--data", data]);
    let hold = json!({
        "scope": "everything",
        "start": "2009-01-01T00:00:00Z",
        "end": "2010-01-01T00:00:00Z",
        "reason": "case 7",
    });
    let (status, set) = up.post("/v1/operator/holds", &hold, None);
    assert_eq!(status, 201, "{set}");
    assert_eq!(set["set_by"], "local", "{set}");
    let origin = Some("http://example.com");
    let (status, _) = up.post("/v1/operator/holds", &hold, origin);
    assert_eq!(status, 403, "a page in a browser sets no hold");
    up.stop();

    let limits = ["--data", data, "--retention", "90d"];
    let up = Running::start(folder.path(), &limits);
    assert_eq!(ids(&up), ["old"]);
    let status = up.get("/v1/operator/retention");
    let policy = &status["policy"]["retention"];
    assert!(
        policy.as_str().expect("a text").contains("Data=90"),
        "{status}"
    );
    assert_eq!(status["active_holds"], 1, "{status}");
    assert_eq!(count(&status, "held_segments"), 1, "{status}");
    let id = set["id"].as_str().expect("an id");
    let lift = format!("/v1/operator/holds/{id}/lift");
    let (code, lifted) = up.post(&lift, &Value::Null, None);
    assert_eq!((code, &lifted["lifted_by"]), (200, &json!("local")));
    up.stop();

    let up = Running::start(folder.path(), &limits);
    assert_eq!(ids(&up), Vec::<String>::new());
    let (code, done) = up.post("/v1/operator/retention/run", &Value::Null, None);
    assert_eq!(code, 202, "{done}");
    // Deleted it is a while later: whoever had the hold in mind may be writing yet.
    let status = up.get("/v1/operator/retention");
    assert_eq!(count(&status, "held_segments"), 0, "{status}");
    assert_eq!(count(&status, "segments_past_deadline"), 1, "{status}");
    let holds = up.get("/v1/operator/holds");
    assert_eq!(holds["holds"][0]["active"], false, "{holds}");
    let (_, stderr) = up.stop();
    assert!(!stderr.contains("rejected"), "{stderr}");
}

/// What the last report has counted of something.
fn count(status: &Value, what: &str) -> u64 {
    let categories = status["report"]["categories"].as_object();
    let categories = categories.expect("a report").values();
    categories
        .filter_map(|category| category[what].as_u64())
        .sum()
}

#[test]
fn accounts_may_be_kept_otherwise_than_the_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let day = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * 40);
    let recent = |id: &str, account: &str| {
        let time = day.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        record(id)
            .replace("2026-10-13T08:05:09Z", &time)
            .replace("111122223333", account)
    };
    for (id, account) in [("a", "111122223333"), ("b", "444455556666")] {
        let path = folder.path().join(format!("{id}.jsonl"));
        write(&path, recent(id, account).as_bytes());
    }
    let retention = "Management=30,Data=30,NetworkActivity=30,Insight=30";
    let up = Running::start(
        folder.path(),
        &[
            "--retention",
            retention,
            "--retention-exceptions",
            "444455556666=365",
        ],
    );
    assert_eq!(ids(&up), ["b"]);
    let status = up.get("/v1/operator/retention");
    assert_eq!(
        status["policy"]["exceptions"], "444455556666=365",
        "{status}"
    );
}
