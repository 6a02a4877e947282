//! Another evaluator of policies, run as a program where it is installed.
//!
//! `@cloud-copilot/iam-simulate` knows which actions, resources and condition keys
//! there are, too: a misspelt one is an error. It is AGPL and no part of this: the
//! test runs it beside, as it does the aws cli. `npm install --prefix
//! target/ci-tools @cloud-copilot/iam-simulate` installs it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::document;

/// The program that asks the evaluator.
const SCRIPT: &str = "tests/tests/template/permission/simulate.cjs";

/// The evaluator.
pub(super) struct Simulator {
    modules: PathBuf,
}

/// Says something that is seen although the test passes.
pub(super) fn say(line: &str) {
    let mut output = std::io::stderr();
    output
        .write_all(format!("{line}\n").as_bytes())
        .expect("standard error is open");
}

/// Returns the evaluator where it is installed: beside CI's other tools, or for everybody.
pub(super) fn installed() -> Option<Simulator> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    let beside = target.join("ci-tools/node_modules");
    let everybody = Command::new("npm").args(["root", "-g"]).output().ok();
    let everybody = everybody.map(|output| String::from_utf8_lossy(&output.stdout).trim().into());
    let folders = [Some(beside), everybody].into_iter().flatten();
    let mut installed =
        folders.filter(|folder| folder.join("@cloud-copilot/iam-simulate").is_dir());
    let modules = installed.next()?;
    let node = Command::new("node").arg("--version").output();
    node.is_ok_and(|output| output.status.success())
        .then_some(Simulator { modules })
}

impl Simulator {
    /// Asks all requests and returns an answer for each.
    pub(super) fn ask(&self, requests: &[Value]) -> Vec<Value> {
        let mut child = Command::new("node")
            .arg(document::repository(SCRIPT))
            .arg(&self.modules)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = serde_json::to_vec(requests).expect("json");
        // The program reads all before it writes any.
        stdin.write_all(&input).expect("node reads");
        drop(stdin);
        let output = child.wait_with_output().expect("node ends");
        assert!(output.status.success(), "{:?}", output.status);
        serde_json::from_slice(&output.stdout).expect("a list of answers")
    }
}
