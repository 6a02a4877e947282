//! `trailkeep integrity` and `trailkeep coverage`: what was found, and which hours are proven.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::ValueEnum;
use comfy_table::{Cell, Color};
use form_urlencoded::Serializer;
use serde::Deserialize;
use serde_json::Value;

use crate::api::{fetch, parse};
use crate::endpoint::{Endpoint, Signing, Target};
use crate::failure::Failure;
use crate::lookup_events::{printable, strict};
use crate::plain_table::{table, write};

mod coverage;

pub(crate) use coverage::{Coverage, cover};

/// The most findings that the API gives at once.
const LARGEST_PAGE: usize = 200;

/// Lists what was found wrong with digests, log files and the index, the newest first.
///
/// Exit codes: 0 nothing that is open, 1 failure or open findings, 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trailkeep integrity --state open
  trailkeep integrity --stack trailkeep --kind log-changed --start 30d --output json | jq '.findings[].object'")]
pub(crate) struct Arguments {
    /// Shows findings about this time and later: ISO 8601, a day, or how long ago as in 24h or 7d.
    #[arg(long, value_name = "TIME", help_heading = "What")]
    start: Option<String>,
    /// Shows findings up to and including this time.
    #[arg(long, value_name = "TIME", help_heading = "What")]
    end: Option<String>,
    /// Shows findings of this kind, such as log-changed.
    #[arg(long, value_name = "KIND", help_heading = "What")]
    kind: Option<String>,
    /// Shows findings that are open, or that were resolved by what came later.
    #[arg(long, value_enum, help_heading = "What")]
    state: Option<State>,
    /// Shows findings about this account.
    #[arg(long, value_name = "ID", help_heading = "What")]
    account: Option<String>,
    /// Prints findings as a table or for programs.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum State {
    Open,
    Resolved,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    Table,
    /// As one object.
    Json,
}

/// A page of findings.
#[derive(Deserialize)]
struct Page {
    findings: Vec<Value>,
    cursor: Option<String>,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let endpoint = Endpoint::open(&arguments.target, Signing::ByHost).await?;
    let state = arguments.state.map(|state| match state {
        State::Open => "open".to_owned(),
        State::Resolved => "resolved".to_owned(),
    });
    let mut findings = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let limit = Some(LARGEST_PAGE.to_string());
        let path = path(
            "/v1/integrity",
            &[
                ("start", &arguments.start),
                ("end", &arguments.end),
                ("kind", &arguments.kind),
                ("state", &state),
                ("account", &arguments.account),
                ("limit", &limit),
                ("cursor", &cursor),
            ],
        );
        let page: Page = parse(&fetch(&endpoint, &path).await?)?;
        findings.extend(page.findings);
        if page.cursor.is_some() && page.cursor == cursor {
            return Err(Failure::new("the list of findings does not come to an end"));
        }
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    print(arguments.output, &findings)?;
    let is_open = |finding: &Value| finding["state"] == "open";
    Ok(if findings.iter().any(is_open) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Writes a path with the parameters that are given.
fn path(route: &str, parameters: &[(&str, &Option<String>)]) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() {
        return route.to_owned();
    }
    format!("{route}?{}", strict(&query))
}

fn print(output: Output, findings: &[Value]) -> Result<(), Failure> {
    let mut out = anstream::AutoStream::auto(io::stdout());
    let printed = match output {
        Output::Json => {
            let answer = serde_json::json!({ "findings": findings });
            serde_json::to_writer_pretty(&mut out, &answer)
                .map_err(io::Error::from)
                .and_then(|()| writeln!(out))
        }
        Output::Table if findings.is_empty() => {
            anstream::eprintln!("no findings");
            Ok(())
        }
        Output::Table => {
            let mut rows = table(&[
                "severity",
                "finding",
                "state",
                "time",
                "account/region",
                "what",
            ]);
            rows.add_rows(findings.iter().map(row));
            write(&mut out, rows)
        }
    };
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn row(finding: &Value) -> Vec<Cell> {
    let text = |name: &str| printable(finding[name].as_str().unwrap_or_default());
    let severity = Cell::new(text("severity"));
    let severity = match finding["severity"].as_str() {
        Some("critical" | "high") => severity.fg(Color::Red),
        Some("medium") => severity.fg(Color::Yellow),
        _ => severity,
    };
    let joined = |one: String, other: String, between: &str| match (one.as_str(), other.as_str()) {
        ("", other) => other.to_owned(),
        (one, "") => one.to_owned(),
        (one, other) => format!("{one}{between}{other}"),
    };
    vec![
        severity,
        Cell::new(text("kind")),
        Cell::new(text("state")),
        Cell::new(text("time")),
        Cell::new(joined(text("account"), text("region"), "/")),
        Cell::new(joined(text("object"), text("detail"), ": ")),
    ]
}
