//! `trailkeep verify`: finds out whether an archive, or a proof, holds.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use integrity::KeyRing;
use integrity::audit::{Audit, Report, Scope, Verdict};
use jiff::Timestamp;
use reqwest::Url;

use crate::endpoint::Caller;
use crate::failure::Failure;
use crate::time_option::{Edge, seconds};

mod bucket;
mod document;
mod folder;
mod keys;
mod printer;
mod progress;
mod range;
mod table;
mod work;

use range::Range;

/// Verifies log files against CloudTrail's signed digests.
///
/// Checks every digest's signature, the chain from digest to digest, that there is one for every
/// hour, and each log file against the digest that lists it, as `aws cloudtrail validate-logs` does
/// and further: nothing may be appended, missing, moved, unlisted or signed by another key. Or
/// checks the proof of one event, which `trailkeep proof` makes.
///
/// A folder mirrors the bucket's keys. Beside an object KEY, KEY.metadata.json is the answer of
/// `aws s3api head-object`, which holds a digest's signature, and public-keys.json at the top is
/// the answer of `aws cloudtrail list-public-keys`.
///
/// Exit codes: 0 everything is proven, 1 it is not, 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trailkeep verify archive/ --start 2026-10-13 --end 2026-10-14
  trailkeep verify s3://my-trail-logs --start 2026-11-01 --account 111122223333 --output json
  trailkeep verify proof.json")]
pub(crate) struct Arguments {
    /// A folder that mirrors a bucket, a bucket as `s3://BUCKET/PREFIX`, or the proof of an event.
    #[arg(value_name = "LOGS|PROOF.json", required = true)]
    logs: Vec<PathBuf>,
    /// Verifies from this time on: ISO 8601, or a day (UTC).
    #[arg(long, value_name = "TIME", help_heading = "What")]
    start: Option<String>,
    /// Verifies up to this time, or to the end of this day. Of a folder whose end is not given
    /// nobody can tell whether the newest digests are missing; of a bucket it is when the newest
    /// digest was due.
    #[arg(long, value_name = "TIME", help_heading = "What")]
    end: Option<String>,
    /// Verifies an account; repeat it for several.
    #[arg(long, value_name = "ID", help_heading = "What")]
    account: Vec<String>,
    /// Verifies a Region; repeat it for several.
    #[arg(long, value_name = "REGION", help_heading = "What")]
    region: Vec<String>,
    /// Trusts the public keys in this answer of `aws cloudtrail list-public-keys`; repeat it for
    /// several.
    #[arg(long, value_name = "FILE", help_heading = "What")]
    keys: Vec<PathBuf>,
    /// The log file of a proof that is too large to hold it.
    #[arg(long, value_name = "FILE", help_heading = "What")]
    log_file: Option<PathBuf>,
    /// Prints what was found for people or for programs.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
    /// The bucket's Region, where it is not the caller's.
    #[arg(long, value_name = "REGION", help_heading = "AWS")]
    bucket_region: Option<String>,
    /// Reads the bucket at this address instead of at S3.
    #[arg(long, value_name = "URL", help_heading = "AWS")]
    endpoint_url: Option<Url>,
    #[command(flatten)]
    caller: Caller,
}

/// How the outcome is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    Table,
    /// As one object.
    Json,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let trusted = keys::read(&arguments.keys)?;
    if let [path] = arguments.logs.as_slice()
        && let Some(proof) = document::open(path)?
    {
        return document::verify(&proof, &arguments, &trusted);
    }
    if arguments.log_file.is_some() {
        return Err(Failure::usage("--log-file goes with the proof of an event"));
    }
    let range = Range {
        start: seconds("--start", arguments.start.as_deref(), Edge::First)?,
        end: seconds("--end", arguments.end.as_deref(), Edge::Last)?,
        accounts: arguments.account.clone(),
        regions: arguments.region.clone(),
    };
    range.check()?;
    let (folders, buckets): (Vec<&Path>, Vec<&Path>) = arguments
        .logs
        .iter()
        .map(PathBuf::as_path)
        .partition(|path| !path.to_string_lossy().starts_with("s3://"));
    let report = match (folders.as_slice(), buckets.as_slice()) {
        ([], [bucket]) => {
            bucket::verify(&bucket.to_string_lossy(), &arguments, range, trusted).await?
        }
        (folders, []) => folder::verify(folders, &range, trusted)?,
        _ => {
            return Err(Failure::usage(
                "verify one bucket at a time, and folders apart from it",
            ));
        }
    };
    printer::print(arguments.output, &report)?;
    Ok(exit_code(&report))
}

/// Starts an audit of a range; what is not given is open.
fn audit(range: &Range, now: Option<i64>) -> Audit {
    Audit::new(Scope {
        start: range.start,
        end: range.end,
        now,
        account: range.only_account().map(str::to_owned),
        region: range.only_region().map(str::to_owned),
    })
}

/// Ends an audit; what could not be read is not proven, whatever the rest is.
fn report(mut audit: Audit, unread: Vec<String>) -> Report {
    let is_whole = unread.is_empty();
    for reason in unread {
        audit.note(format!("could not be read: {reason}"));
    }
    let mut report = audit.finish();
    if !is_whole && report.verdict == Verdict::Proven {
        report.verdict = Verdict::Unproven;
    }
    report
}

fn exit_code(report: &Report) -> ExitCode {
    if report.verdict == Verdict::Proven {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The time, in seconds since 1970.
fn now() -> i64 {
    Timestamp::now().as_second()
}

/// Says that digests cannot be verified where there is no key at all.
fn note_keys(audit: &mut Audit, keys: &KeyRing) {
    if keys.is_empty() {
        audit.note(
            "there are no public keys: save `aws cloudtrail list-public-keys` of each Region as \
             public-keys.json at the top, or name the file with --keys",
        );
    }
}
