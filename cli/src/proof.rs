//! `trailkeep proof`: the proof of one event.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use integrity::proof::Proof;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::api::fetch;
use crate::endpoint::{Endpoint, Signing, Target};
use crate::failure::Failure;

/// Writes the proof of an event: a document that needs nothing else to be checked.
///
/// It holds the record, the log file that it stands in, the digest by which CloudTrail vouches
/// for that, its signature and the public key. `trailkeep verify` checks it without a network, and
/// so do jq, sha256sum and openssl (docs/integrity.md has the steps).
///
/// Exit codes: 0 done, 1 failure, 2 there is no proof: the event is not there, or its digest is
/// not yet.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trailkeep proof ce5b9ec2-00c7-4cbf-b69b-79c7c9801f65 > proof.json && trailkeep verify proof.json
  trailkeep proof --stack trailkeep ce5b9ec2-00c7-4cbf-b69b-79c7c9801f65 --out evidence/stop.json")]
pub(crate) struct Arguments {
    /// The event's id.
    #[arg(value_name = "EVENT-ID")]
    id: String,
    /// Writes to this file instead of to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let endpoint = Endpoint::open(&arguments.target, Signing::ByHost).await?;
    let id = utf8_percent_encode(&arguments.id, NON_ALPHANUMERIC);
    let body = fetch(&endpoint, &format!("/v1/events/{id}/proof")).await?;
    let proof = Proof::decode(&body)
        .map_err(|error| Failure::new(format!("the answer is not a proof: {error}")))?;
    match &arguments.out {
        Some(file) => fs::write(file, &body)
            .map_err(|error| Failure::new(format!("{}: {error}", file.display())))?,
        None => match io::stdout().write_all(&body) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        },
    }
    if proof.log_file.content.is_none() {
        anstream::eprintln!(
            "note: the log file is too large to be in the proof. Get {} and check with `trailkeep \
             verify PROOF.json --log-file FILE`",
            proof.log_file.location
        );
    }
    Ok(ExitCode::SUCCESS)
}
