//! `trailkeep keys`: public keys of Regions that cannot be asked from the stack.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::{parse, post};
use crate::endpoint::{Endpoint, Signing, Target};
use crate::failure::Failure;

/// Imports CloudTrail's public keys.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Import(Import),
}

/// Archives the public keys of a Region that the stack cannot ask itself.
///
/// Digests of the Region are verified with them at the next hour.
///
/// Exit codes: 0 done, 1 failure, 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  aws cloudtrail list-public-keys --region me-south-1 --start-time 2026-01-01 > keys.json
  trailkeep keys import keys.json --region me-south-1 --stack trailkeep")]
struct Import {
    /// The answer of `aws cloudtrail list-public-keys`.
    file: PathBuf,
    /// The Region that was asked.
    #[arg(long)]
    region: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Deserialize)]
struct Archived {
    keys: Vec<ArchivedKey>,
}

#[derive(Deserialize)]
struct ArchivedKey {
    fingerprint: String,
    new: bool,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Command::Import(import) = arguments.command;
    let tell = |error: &dyn std::fmt::Display| {
        Failure::usage(format!("{}: {error}", import.file.display()))
    };
    let text = fs::read(&import.file).map_err(|error| tell(&error))?;
    let list: Value = serde_json::from_slice(&text).map_err(|error| tell(&error))?;
    let endpoint = Endpoint::open(&import.target, Signing::ByHost).await?;
    let wanted = json!({ "region": import.region, "public_key_list": list });
    let body = post(&endpoint, "/v1/operator/keys", &wanted).await?;
    let Archived { keys } = parse(&body)?;
    let mut out = anstream::stdout();
    for key in keys {
        let what = if key.new { "archived" } else { "known" };
        match writeln!(out, "{} {what}", key.fingerprint) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
    }
    Ok(ExitCode::SUCCESS)
}
