//! Which hours are proven.

use std::io::{self, Write as _};
use std::process::ExitCode;

use comfy_table::{Cell, CellAlignment};
use indicatif::HumanCount;
use serde::Deserialize;
use serde_json::Value;

use super::{Output, path};
use crate::api::{fetch, parse};
use crate::endpoint::{Endpoint, Signing, Target};
use crate::failure::Failure;
use crate::lookup_events::printable;
use crate::plain_table::{table, write};

/// Shows which hours of each account and Region are proven complete and unaltered.
///
/// An hour is proven where CloudTrail's signed digest covers it, stands in its chain, and all log
/// files that it lists are indexed with the content that it lists. Pending hours wait for their
/// digest or their files; of unknown ones nothing vouches.
///
/// Exit codes: 0 no hour has a finding, 1 failure or an hour has one, 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trailkeep coverage --start 7d
  trailkeep coverage --stack trailkeep --account 111122223333 --start 2026-10-01 --end 2026-10-31 --output json")]
pub(crate) struct Coverage {
    /// Shows hours from this time on: ISO 8601, a day, or how long ago as in 24h or 7d.
    #[arg(long, value_name = "TIME", help_heading = "What")]
    start: Option<String>,
    /// Shows hours up to this time.
    #[arg(long, value_name = "TIME", help_heading = "What")]
    end: Option<String>,
    /// Shows this account.
    #[arg(long, value_name = "ID", help_heading = "What")]
    account: Option<String>,
    /// Shows this Region.
    #[arg(long, value_name = "REGION", help_heading = "What")]
    region: Option<String>,
    /// Prints hours as a table or for programs.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

#[derive(Deserialize)]
struct Answer {
    start: String,
    end: String,
    hours: Counts,
    streams: Vec<Stream>,
}

#[derive(Clone, Copy, Deserialize)]
struct Counts {
    proven: u64,
    pending: u64,
    finding: u64,
    unknown: u64,
}

#[derive(Deserialize)]
struct Stream {
    account: String,
    region: String,
    hours: Counts,
}

pub(crate) async fn cover(arguments: Coverage) -> Result<ExitCode, Failure> {
    let endpoint = Endpoint::open(&arguments.target, Signing::ByHost).await?;
    let path = path(
        "/v1/coverage",
        &[
            ("start", &arguments.start),
            ("end", &arguments.end),
            ("account", &arguments.account),
            ("region", &arguments.region),
        ],
    );
    let body = fetch(&endpoint, &path).await?;
    let answer: Answer = parse(&body)?;
    let mut out = anstream::AutoStream::auto(io::stdout());
    let printed = match arguments.output {
        Output::Json => {
            let value: Value = parse(&body)?;
            serde_json::to_writer_pretty(&mut out, &value)
                .map_err(io::Error::from)
                .and_then(|()| writeln!(out))
        }
        Output::Table => {
            let mut rows = table(&[
                "account", "region", "proven", "pending", "findings", "unknown",
            ]);
            for stream in &answer.streams {
                let names =
                    [&stream.account, &stream.region].map(|name| Cell::new(printable(name)));
                rows.add_row(names.into_iter().chain(cells(stream.hours)));
            }
            let total = [Cell::new("all"), Cell::new("")];
            rows.add_row(total.into_iter().chain(cells(answer.hours)));
            write(&mut out, rows)
                .and_then(|()| writeln!(out, "hours from {} to {}", answer.start, answer.end))
        }
    };
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    Ok(if answer.hours.finding > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn cells(hours: Counts) -> [Cell; 4] {
    [hours.proven, hours.pending, hours.finding, hours.unknown]
        .map(|hours| Cell::new(HumanCount(hours)).set_alignment(CellAlignment::Right))
}
