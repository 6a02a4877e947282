//! Programs that a test runs, where they are installed.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

/// Says something that is seen although the test passes.
pub(crate) fn say(line: &str) {
    let mut output = std::io::stderr();
    output
        .write_all(format!("{line}\n").as_bytes())
        .expect("standard error is open");
}

static HAS_AWS: LazyLock<bool> = LazyLock::new(|| runs("aws", &["--version"]));
static HAS_BOTO3: LazyLock<bool> = LazyLock::new(|| runs("python3", &["-c", "import boto3"]));
static HAS_JQ: LazyLock<bool> = LazyLock::new(|| runs("jq", &["--version"]));

fn runs(program: &str, arguments: &[&str]) -> bool {
    let run = Command::new(program).args(arguments).output();
    run.is_ok_and(|output| output.status.success())
}

/// The aws cli, or nothing and a line that says so.
pub(crate) fn aws() -> Option<Command> {
    installed(*HAS_AWS, "aws", "the aws cli is not installed")
}

/// Python with boto3, or nothing and a line that says so.
pub(crate) fn python() -> Option<Command> {
    installed(*HAS_BOTO3, "python3", "python3 with boto3 is not installed")
}

/// jq, or nothing and a line that says so.
pub(crate) fn jq() -> Option<Command> {
    installed(*HAS_JQ, "jq", "jq is not installed")
}

fn installed(is_installed: bool, program: &str, otherwise: &str) -> Option<Command> {
    if !is_installed {
        say(&format!("skipped: {otherwise}"));
        return None;
    }
    let mut command = Command::new(program);
    // What the machine's owner has configured is neither used nor needed.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("AWS_") || name.to_ascii_lowercase().ends_with("_proxy") {
            command.env_remove(name.as_ref());
        }
    }
    let nowhere = concat!(env!("CARGO_TARGET_TMPDIR"), "/no-such-file");
    command
        .env("AWS_CONFIG_FILE", nowhere)
        .env("AWS_SHARED_CREDENTIALS_FILE", nowhere)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_PAGER", "")
        .env("PYTHONIOENCODING", "utf-8")
        .env("TZ", "UTC");
    Some(command)
}

/// Gives a program the credentials of nobody.
pub(crate) fn with_credentials(command: &mut Command) {
    command
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
}

/// Runs a program to its end with something on its standard input.
pub(crate) fn run(mut command: Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // On a thread of its own: a program may write before it has read everything.
    let writing = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    writing
        .join()
        .expect("no panic")
        .expect("the program reads its input");
    output
}

/// What a program printed, having succeeded.
pub(crate) fn printed(output: Output) -> String {
    let failure = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {failure}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}
