//! Log files, rules and the command.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Rules of three levels, one of them staged, and a correlation.
const RULES: &str = "\
title: A trail was stopped
id: stopped
level: high
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: StopLogging}
  condition: selection
---
title: A bucket was listed
id: listed
level: low
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: ListBuckets}
  condition: selection
---
title: A key was made
id: made
level: critical
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: CreateAccessKey}
  condition: selection
trailkeep: {stage: stage}
---
title: A login
id: login
name: login
level: informational
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: ConsoleLogin}
  condition: selection
---
title: Three logins
id: logins
level: medium
correlation:
  type: event_count
  rules: [login]
  group-by: [sourceIPAddress]
  timespan: 1h
  condition: {gte: 3}
";

/// A folder with a rule file beside a folder of logs.
pub(crate) struct Fixture {
    folder: TempDir,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("rules.yml"), RULES).expect("rules");
        std::fs::create_dir(folder.path().join("logs")).expect("a folder");
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of logs.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path("logs").join(name), bytes).expect("the file is written");
    }

    /// Detects in the folder of logs with its own rules.
    pub(crate) fn detect(&self, arguments: &[&str]) -> Output {
        let rules = self.path("rules.yml");
        let mut command = detect(&self.path("logs"));
        command.arg("--rules").arg(rules).args(arguments);
        command.output().expect("the command runs")
    }

    /// The same, as one object for each match.
    pub(crate) fn matches(&self, arguments: &[&str]) -> Vec<Value> {
        let arguments = [arguments, &["--output", "jsonl"]].concat();
        let output = self.detect(&arguments);
        lines(&output)
    }

    /// The same, as one object.
    pub(crate) fn report(&self, arguments: &[&str]) -> Value {
        let output = self.detect(&[arguments, &["--output", "json"]].concat());
        serde_json::from_slice(&output.stdout).expect("one object")
    }
}

pub(crate) fn detect(logs: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailkeep"));
    command.arg("detect").arg(logs);
    command
}

pub(crate) fn lines(output: &Output) -> Vec<Value> {
    String::from_utf8(output.stdout.clone())
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object on each line"))
        .collect()
}

pub(crate) fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// An event of a name, at a minute of a day.
pub(crate) fn event(name: &str, minute: u32) -> Value {
    json!({
        "eventVersion": "1.09",
        "eventTime": format!("2026-10-13T08:{minute:02}:00Z"),
        "eventID": format!("{name}-{minute}"),
        "eventName": name,
        "eventSource": "example.amazonaws.com",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333",
        "sourceIPAddress": "192.0.2.7",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice"},
    })
}

pub(crate) fn log(events: &[Value]) -> String {
    json!({ "Records": events }).to_string()
}

pub(crate) fn compressed(content: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content.as_bytes()).expect("into memory");
    encoder.finish().expect("into memory")
}
