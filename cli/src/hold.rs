//! `trailkeep hold`: legal holds.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use comfy_table::Cell;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::{fetch, parse, post};
use crate::endpoint::{Endpoint, Signing, Target};
use crate::failure::Failure;
use crate::lookup_events::printable;
use crate::plain_table::{table, write};

/// The route of all holds.
const HOLDS: &str = "/v1/operator/holds";

/// Sets, lists and lifts legal holds.
///
/// What is held does not expire until the hold is lifted; then the retention policy counts again.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Lift(Lift),
}

/// Sets a hold.
///
/// Exit codes: 0 done, 1 failure, 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trailkeep hold add --account 111122223333 --start 2026-10-01 --end 2026-10-31 --reason 'case 4711'
  trailkeep hold add --principal ci-deploy --start 2026-10-13 --reason 'incident 12' --stack trailkeep")]
struct Add {
    #[command(flatten)]
    scope: Scope,
    /// Holds events from this time on: ISO 8601, or a day (UTC).
    #[arg(long, value_name = "TIME")]
    start: String,
    /// Holds events up to and including this time; without it, whatever is to come too.
    #[arg(long, value_name = "TIME")]
    end: Option<String>,
    /// Why the events are held; it is kept with the hold.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    shown: Shown,
}

/// Which events are held.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Scope {
    /// Those of an account.
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Those of a principal: an ARN, or the last part of one.
    #[arg(long, value_name = "NAME")]
    principal: Option<String>,
    /// All.
    #[arg(long)]
    everything: bool,
}

/// Lists holds.
///
/// Exit codes: 0 done, 1 failure, 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  trailkeep hold list --all --output json | jq '.holds[] | {id, reason, set_by, lifted_by}'")]
struct List {
    /// Lists those that were lifted too.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    shown: Shown,
}

/// Lifts a hold: what only it has kept goes, by the retention policy.
///
/// Exit codes: 0 done, 1 failure or the answer was no, 2 wrong usage or it was lifted before.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  trailkeep hold lift 20261120T081500Z-0a1b2c3d --stack trailkeep")]
struct Lift {
    /// The hold's id.
    id: String,
    /// Lifts it without asking.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    shown: Shown,
}

/// Where holds are and how they are printed.
#[derive(Debug, clap::Args)]
struct Shown {
    /// Prints holds as a table or for programs.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// How holds are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    Table,
    /// As one object.
    Json,
}

/// A hold as the API tells it.
#[derive(Debug, Serialize, Deserialize)]
struct Hold {
    id: String,
    scope: Value,
    start: String,
    end: Option<String>,
    reason: String,
    set_by: String,
    set_at: String,
    active: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lifted_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lifted_at: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Holds {
    holds: Vec<Hold>,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    match arguments.command {
        Command::Add(add) => set(add).await,
        Command::List(list) => show(list).await,
        Command::Lift(lift) => self::lift(lift).await,
    }
}

async fn set(add: Add) -> Result<ExitCode, Failure> {
    let Add {
        scope,
        start,
        end,
        reason,
        shown,
    } = add;
    let scope = match (scope.account, scope.principal) {
        (Some(account), _) => json!({ "account": account }),
        (None, Some(principal)) => json!({ "principal": principal }),
        (None, None) => json!("everything"),
    };
    let endpoint = Endpoint::open(&shown.target, Signing::ByHost).await?;
    let wanted = json!({ "scope": scope, "start": start, "end": end, "reason": reason });
    let body = post(&endpoint, HOLDS, &wanted).await?;
    print(shown.output, vec![parse(&body)?])
}

async fn show(list: List) -> Result<ExitCode, Failure> {
    let endpoint = Endpoint::open(&list.shown.target, Signing::ByHost).await?;
    let body = fetch(&endpoint, HOLDS).await?;
    let Holds { mut holds } = parse(&body)?;
    holds.retain(|hold| list.all || hold.active);
    if holds.is_empty() {
        anstream::eprintln!("nothing is held");
    }
    print(list.shown.output, holds)
}

async fn lift(lift: Lift) -> Result<ExitCode, Failure> {
    if !lift.yes && !is_agreed(&lift.id)? {
        anstream::eprintln!("nothing was lifted");
        return Ok(ExitCode::FAILURE);
    }
    let endpoint = Endpoint::open(&lift.shown.target, Signing::ByHost).await?;
    let id = utf8_percent_encode(&lift.id, NON_ALPHANUMERIC);
    let body = post(&endpoint, &format!("{HOLDS}/{id}/lift"), &json!({})).await?;
    print(lift.shown.output, vec![parse(&body)?])
}

/// Asks whether to lift; where nobody can be asked that is wrong usage.
fn is_agreed(id: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "nobody can be asked here: give --yes to lift without",
        ));
    }
    anstream::eprint!("lift {id}, so that what only it has kept is deleted? [y/N] ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

fn print(output: Output, holds: Vec<Hold>) -> Result<ExitCode, Failure> {
    let mut out = anstream::AutoStream::auto(io::stdout());
    let printed = match output {
        Output::Json => serde_json::to_writer_pretty(&mut out, &Holds { holds })
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out)),
        Output::Table if holds.is_empty() => Ok(()),
        Output::Table => {
            let mut rows = table(&["id", "holds", "from", "to", "set", "lifted", "reason"]);
            rows.add_rows(holds.iter().map(row));
            write(&mut out, rows)
        }
    };
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn row(hold: &Hold) -> [Cell; 7] {
    let scope = match &hold.scope {
        Value::Object(scope) => scope
            .iter()
            .map(|(kind, name)| format!("{kind} {}", name.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join(", "),
        scope => scope.as_str().unwrap_or_default().to_owned(),
    };
    let by = |at: &str, by: &str| format!("{at} by {by}");
    let lifted = match (&hold.lifted_at, &hold.lifted_by) {
        (Some(at), Some(who)) => by(at, who),
        _ => String::new(),
    };
    [
        hold.id.clone(),
        scope,
        hold.start.clone(),
        hold.end.clone().unwrap_or_default(),
        by(&hold.set_at, &hold.set_by),
        lifted,
        hold.reason.clone(),
    ]
    .map(|text| Cell::new(printable(&text)))
}
