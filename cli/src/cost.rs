//! Being written.

use std::process::ExitCode;

use crate::failure::Failure;

/// Being written.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) async fn run(_arguments: Arguments) -> Result<ExitCode, Failure> {
    Err(Failure::new("being written"))
}
