//! `trailkeep alerts`: lists what was alerted on.

mod printer;

use std::process::ExitCode;

use alerts::Alert;
use clap::ValueEnum;
use form_urlencoded::Serializer;
use serde::Deserialize;
use serde_json::value::RawValue;

use self::printer::Printer;
use crate::api::{fetch, parse};
use crate::endpoint::{Endpoint, Signing, Target};
use crate::failure::Failure;
use crate::lookup_events::{Interruption, Output, progress, strict};

/// The most alerts that the API gives at once.
const LARGEST_PAGE: usize = 200;

/// Lists alerts, the newest first.
///
/// Those that were published, those that are yet to be, and those that were folded into one
/// that was.
///
/// Exit codes: 0 done, 1 failure, 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trailkeep alerts --level high --start 7d
  trailkeep alerts --state sent --account 111122223333 --all --output csv
  trailkeep alerts --stack trailkeep --output jsonl | jq .event.who")]
pub(crate) struct Arguments {
    /// Shows alerts from this time on: ISO 8601, a day, or how long ago as in 24h, 90m or 7d.
    #[arg(long, value_name = "TIME", help_heading = "What")]
    start: Option<String>,
    /// Shows alerts up to and including this time.
    #[arg(long, value_name = "TIME", help_heading = "What")]
    end: Option<String>,
    /// Shows alerts of this level and above.
    #[arg(long, value_enum, ignore_case = true, help_heading = "What")]
    level: Option<Level>,
    /// Shows alerts of the rule with this id.
    #[arg(long, value_name = "ID", help_heading = "What")]
    rule: Option<String>,
    /// Shows alerts on events of this account.
    #[arg(long, value_name = "ID", help_heading = "What")]
    account: Option<String>,
    /// Shows alerts that stand here.
    #[arg(long, value_enum, ignore_case = true, help_heading = "What")]
    state: Option<State>,
    /// Shows at most this many alerts.
    #[arg(long, value_name = "N", default_value_t = 50, help_heading = "What",
          value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Shows every alert, however many there are.
    #[arg(long, conflicts_with = "limit", help_heading = "What")]
    all: bool,
    /// Goes on where an earlier list with the same conditions stopped.
    #[arg(long, value_name = "CURSOR", help_heading = "What")]
    cursor: Option<String>,
    /// Prints alerts as a table or for programs.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// How much a match matters.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

/// Where an alert stands.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    /// Found, and not yet published.
    Pending,
    /// Published.
    Sent,
    /// Folded into an alert of the same rule and group that was published.
    Suppressed,
}

/// A page of alerts.
#[derive(Debug, Deserialize)]
struct Page<'a> {
    /// The alerts, as they came.
    #[serde(borrow)]
    alerts: Vec<&'a RawValue>,
    cursor: Option<String>,
}

/// An alert as the API lists it.
#[derive(Debug)]
struct Listed {
    state: String,
    alert: Alert,
}

impl Listed {
    fn read(text: &str) -> serde_json::Result<Self> {
        #[derive(Deserialize)]
        struct Standing {
            state: String,
        }
        // Apart, because an alert holds its record as it stands, which serde does not flatten.
        let Standing { state } = serde_json::from_str(text)?;
        let alert = serde_json::from_str(text)?;
        Ok(Self { state, alert })
    }
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let endpoint = Endpoint::open(&arguments.target, Signing::ByHost).await?;
    Interruption::settle(walk(&arguments, &endpoint).await)
}

/// Prints page after page, until there are no more or enough.
async fn walk(arguments: &Arguments, endpoint: &Endpoint) -> Result<ExitCode, Interruption> {
    let query = query(arguments);
    let mut wanted = if arguments.all {
        usize::MAX
    } else {
        arguments.limit as usize
    };
    let mut cursor = arguments.cursor.clone();
    let mut printer = Printer::new(arguments.output);
    let mut found = 0_usize;
    let progress = progress(arguments.all);
    loop {
        let size = wanted.min(LARGEST_PAGE);
        let body = fetch(endpoint, &path(&query, size, cursor.as_deref())).await?;
        let page: Page<'_> = parse(&body)?;
        found += page.alerts.len();
        wanted = wanted.saturating_sub(page.alerts.len());
        progress.set_message(format!("{found} alerts"));
        progress.tick();
        progress.suspend(|| printer.page(&page.alerts))?;
        let next = page.cursor;
        if next.is_some() && next == cursor {
            let failure = Failure::new(format!(
                "{} answered the same cursor twice: the list would never end",
                endpoint.base()
            ));
            return Err(failure.into());
        }
        cursor = next;
        if cursor.is_none() || wanted == 0 {
            break;
        }
    }
    progress.finish_and_clear();
    printer.finish(cursor.as_deref())?;
    if found == 0 {
        anstream::eprintln!("no alerts match");
    }
    if let Some(cursor) = &cursor {
        anstream::eprintln!("there may be more: give --all, or go on with --cursor {cursor}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the parameters that every page has in common.
fn query(arguments: &Arguments) -> String {
    let mut query = Serializer::new(String::new());
    let level = arguments.level.as_ref().map(name);
    let state = arguments.state.as_ref().map(name);
    for (name, value) in [
        ("start", &arguments.start),
        ("end", &arguments.end),
        ("level", &level),
        ("rule", &arguments.rule),
        ("account", &arguments.account),
        ("state", &state),
    ] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

/// Writes the path of one page.
fn path(query: &str, limit: usize, cursor: Option<&str>) -> String {
    let mut page = Serializer::new(query.to_owned());
    page.append_pair("limit", &limit.to_string());
    if let Some(cursor) = cursor {
        page.append_pair("cursor", cursor);
    }
    format!("/v1/alerts?{}", strict(&page.finish()))
}

fn name(value: &impl ValueEnum) -> String {
    value
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}
