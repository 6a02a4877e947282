//! The proof of one event.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use comfy_table::{Cell, Color};
use integrity::KeyRing;
use integrity::proof::{Outcome, Proof, Verdict};
use serde_json::json;

use super::{Arguments, Output};
use crate::failure::Failure;
use crate::lookup_events::printable;
use crate::plain_table::{table, write};

/// The largest proof that is read: one holds a log file and two digests at most.
const LARGEST: u64 = 512 * 1024 * 1024;

/// Opens a proof; nothing where the path is not that of a file of JSON.
pub(super) fn open(path: &Path) -> Result<Option<Proof>, Failure> {
    let tell =
        |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
    let is_named_so = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    if !is_named_so || !path.is_file() {
        return Ok(None);
    }
    if fs::metadata(path).map_err(|error| tell(&error))?.len() > LARGEST {
        return Err(tell(&"it is too large to be the proof of an event"));
    }
    let text = fs::read(path).map_err(|error| tell(&error))?;
    let proof = Proof::decode(&text)
        .map_err(|error| tell(&format!("it is not the proof of an event: {error}")))?;
    Ok(Some(proof))
}

/// Checks a proof, and prints every step.
pub(super) fn verify(
    proof: &Proof,
    arguments: &Arguments,
    trusted: &KeyRing,
) -> Result<ExitCode, Failure> {
    let log_file = arguments.log_file.as_deref();
    let log_file = log_file
        .map(|path| {
            fs::read(path).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
        })
        .transpose()?;
    let trusted = Some(trusted).filter(|keys| !keys.is_empty());
    let verdict = proof.verify(log_file.as_deref(), trusted);
    let printed = match arguments.output {
        Output::Table => print(proof, &verdict, trusted.is_some()),
        Output::Json => print_json(proof, &verdict),
    };
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    Ok(if verdict.holds() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print(proof: &Proof, verdict: &Verdict, is_trusted: bool) -> io::Result<()> {
    let mut out = anstream::AutoStream::auto(io::stdout());
    let mut steps = table(&["step", "outcome", "what"]);
    for step in &verdict.steps {
        let outcome = match step.outcome {
            Outcome::Passed => Cell::new("passed").fg(Color::Green),
            Outcome::Failed => Cell::new("failed").fg(Color::Red),
            Outcome::Skipped => Cell::new("skipped").fg(Color::Yellow),
        };
        let what = Cell::new(printable(&step.detail));
        steps.add_row(vec![Cell::new(step.name), outcome, what]);
    }
    write(&mut out, steps)?;
    if !is_trusted {
        writeln!(
            out,
            "note: the public key is the proof's own. Compare its fingerprint with `aws cloudtrail \
             list-public-keys`, or give that answer with --keys"
        )?;
    }
    let event = printable(&proof.event_id);
    if verdict.holds() {
        writeln!(
            out,
            "proven: event {event} stands in the log file as CloudTrail signed it"
        )?;
    } else {
        writeln!(out, "not proven: event {event}")?;
    }
    out.flush()
}

fn print_json(proof: &Proof, verdict: &Verdict) -> io::Result<()> {
    let mut out = anstream::stdout();
    let answer = json!({
        "event_id": proof.event_id,
        "holds": verdict.holds(),
        "steps": verdict.steps,
    });
    serde_json::to_writer_pretty(&mut out, &answer)?;
    writeln!(out)
}
