//! The real binary, running.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// A `trailkeep up` that is ready.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<String>>,
    /// What it printed before it was ready.
    pub(crate) summary: String,
    /// Where it listens.
    pub(crate) url: String,
}

/// The command, with nothing of the caller's environment that it would look at.
pub(crate) fn trailkeep(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailkeep"));
    command
        .args(arguments)
        .env_remove("RUST_LOG")
        .stdin(Stdio::null());
    command
}

/// Lets some time pass.
pub(crate) fn pause(duration: Duration) {
    runtime().block_on(async { tokio::time::sleep(duration).await });
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    trailkeep(arguments).output().expect("the command runs")
}

/// Runs `up` over some logs to its end, and reads its summary.
pub(crate) fn index(logs: &Path, arguments: &[&str]) -> (Value, Output) {
    let logs = logs.to_str().expect("UTF-8");
    let fixed = ["up", logs, "--exit", "--output", "json"];
    let output = run(&[&fixed, arguments].concat());
    let summary = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "a summary ({error}): {}",
            String::from_utf8_lossy(&output.stderr)
        )
    });
    (summary, output)
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

impl Running {
    /// Starts `up` over some logs on a port of its own choice, and waits until it is ready.
    pub(crate) fn start(logs: &Path, arguments: &[&str]) -> Running {
        let logs = logs.to_str().expect("UTF-8");
        let mut child = trailkeep(&["up", logs, "--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let stdout = BufReader::new(child.stdout.take().expect("its output"));
        let mut errors = child.stderr.take().expect("its errors");
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).expect("UTF-8");
            text
        });
        let mut running = Running {
            child,
            stdout,
            stderr: Some(stderr),
            summary: String::new(),
            url: String::new(),
        };
        running.wait_until_ready();
        running
    }

    fn wait_until_ready(&mut self) {
        while self.url.is_empty() {
            let mut line = String::new();
            let length = self.stdout.read_line(&mut line).expect("UTF-8");
            assert!(length > 0, "it ended before it was ready: {}", self.summary);
            match line.strip_prefix("ready ") {
                Some(url) => url.trim_end().clone_into(&mut self.url),
                None => self.summary.push_str(&line),
            }
        }
    }

    /// Gets an answer of the API.
    pub(crate) fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.url);
        let answer = runtime().block_on(async {
            let response = reqwest::get(&url).await.expect("an answer");
            let is_success = response.status().is_success();
            let body = response.text().await.expect("its body");
            assert!(is_success, "{url}: {body}");
            body
        });
        serde_json::from_str(&answer).expect("JSON")
    }

    /// Posts to the API, as a page of some origin where one is given, and gives the answer.
    pub(crate) fn post(&self, path: &str, body: &Value, origin: Option<&str>) -> (u16, Value) {
        let url = format!("{}{path}", self.url);
        runtime().block_on(async {
            let mut request = reqwest::Client::new().post(&url);
            if !body.is_null() {
                let json = "application/json";
                request = request.header("content-type", json).body(body.to_string());
            }
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let response = request.send().await.expect("an answer");
            let status = response.status().as_u16();
            let body = response.text().await.expect("its body");
            let json = serde_json::from_str(&body);
            (status, json.unwrap_or(Value::String(body)))
        })
    }

    /// Pages through all events, newest first, and gives their ids.
    pub(crate) fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("/v1/events?category=all&limit=1000{cursor}"));
            for event in page["events"].as_array().expect("events") {
                ids.push(
                    event["record"]["eventID"]
                        .as_str()
                        .expect("an id")
                        .to_owned(),
                );
            }
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return ids,
            }
        }
    }

    /// Stops it as Ctrl-C does, and gives its exit code and what it said on standard error.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill runs");
        assert!(sent.success());
        let code = self.child.wait().expect("it ends").code();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("UTF-8");
        assert_eq!(rest, "", "nothing follows the ready line");
        let stderr = self
            .stderr
            .take()
            .expect("read once")
            .join()
            .expect("no panic");
        (code, stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Where a test failed; a process that has ended is left alone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
