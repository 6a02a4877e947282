//! The real binary, in an environment of the test's own.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

/// A command whose configuration is in `home` alone, and whose network is loopback.
pub(crate) fn trailkeep(home: &Path) -> Command {
    isolated(env!("CARGO_BIN_EXE_trailkeep"), home)
}

/// Any program in that environment.
pub(crate) fn isolated(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name == "PATH"))
        .env("HOME", home)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", home.join("config"))
        .env("AWS_SHARED_CREDENTIALS_FILE", home.join("credentials"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}
