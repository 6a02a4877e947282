//! `trailkeep retention`: what is kept, and what would change.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use comfy_table::{Cell, CellAlignment};
use form_urlencoded::Serializer;
use indicatif::HumanCount;
use serde_json::{Value, json};

use crate::api::{fetch, parse, post};
use crate::cost::price::WRITES;
use crate::endpoint::{Endpoint, Signing, Target};
use crate::failure::Failure;
use crate::lookup_events::{printable, strict};
use crate::plain_table::{table, write};

/// The route of the status.
const STATUS: &str = "/v1/operator/retention";

/// Shows what is kept and for how long, and what a policy would change.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Status(Status),
    Plan(Plan),
    Run(Status),
}

/// Shows the policy, what is kept by category, the jobs, and what has drifted; `run` begins all
/// jobs first.
///
/// Exit codes: 0 done, 1 failure or a protection has drifted, 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  trailkeep retention status --stack trailkeep --output json | jq .report.categories")]
struct Status {
    #[command(flatten)]
    shown: Shown,
}

/// Shows what would be stamped anew or deleted, and what that costs, before it happens.
///
/// Exit codes: 0 done, 1 failure, 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trailkeep retention plan --retention 365
  trailkeep retention plan --retention Management=365,Data=30,NetworkActivity=30,Insight=365 \\
    --exceptions 444455556666=1095 --stack trailkeep")]
struct Plan {
    /// Tries this policy: days, or days by category.
    #[arg(long, value_name = "DAYS")]
    retention: Option<String>,
    /// Tries these exceptions: ACCOUNT=DAYS or ACCOUNT:CATEGORY=DAYS, separated by commas.
    #[arg(long, value_name = "EXCEPTIONS")]
    exceptions: Option<String>,
    #[command(flatten)]
    shown: Shown,
}

/// Where the history is and how the answer is printed.
#[derive(Debug, clap::Args)]
struct Shown {
    /// Prints tables or one object for programs.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// How the answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    Table,
    /// As one object.
    Json,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    match arguments.command {
        Command::Status(Status { shown }) => {
            let endpoint = Endpoint::open(&shown.target, Signing::ByHost).await?;
            status(&shown, &fetch(&endpoint, STATUS).await?)
        }
        Command::Run(Status { shown }) => {
            let endpoint = Endpoint::open(&shown.target, Signing::ByHost).await?;
            status(
                &shown,
                &post(&endpoint, &format!("{STATUS}/run"), &json!({})).await?,
            )
        }
        Command::Plan(arguments) => plan(arguments).await,
    }
}

fn status(shown: &Shown, body: &[u8]) -> Result<ExitCode, Failure> {
    let answer: Value = parse(body)?;
    print(shown.output, &answer, print_status)?;
    let has_drifted = answer["drift"]
        .as_array()
        .is_some_and(|drift| !drift.is_empty());
    Ok(if has_drifted {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn plan(arguments: Plan) -> Result<ExitCode, Failure> {
    let endpoint = Endpoint::open(&arguments.shown.target, Signing::ByHost).await?;
    let mut whole: Option<Value> = None;
    let mut cursor: Option<String> = None;
    loop {
        let mut query = Serializer::new(String::new());
        for (name, value) in [
            ("retention", &arguments.retention),
            ("exceptions", &arguments.exceptions),
            ("cursor", &cursor),
        ] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let path = format!("{STATUS}/plan?{}", strict(&query.finish()));
        let part: Value = parse(&fetch(&endpoint, &path).await?)?;
        let next = part["cursor"].as_str().map(str::to_owned);
        match &mut whole {
            Some(whole) => join(whole, &part),
            None => whole = Some(part),
        }
        if next.is_some() && next == cursor {
            return Err(Failure::new("the plan does not come to an end"));
        }
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    print(
        arguments.shown.output,
        &whole.unwrap_or_default(),
        print_plan,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Adds up what parts of a walk have counted; what they say in words is the same in all.
fn join(whole: &mut Value, part: &Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (name, value) in part {
                join(whole.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Number(one), Value::Number(other)) => {
            let sum = one.as_u64().unwrap_or_default() + other.as_u64().unwrap_or_default();
            *one = sum.into();
        }
        (Value::Bool(one), Value::Bool(other)) => *one |= *other,
        (whole, part) => *whole = part.clone(),
    }
}

fn print(
    output: Output,
    answer: &Value,
    tables: fn(&mut dyn Write, &Value) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = anstream::AutoStream::auto(io::stdout());
    let printed = match output {
        Output::Json => serde_json::to_writer_pretty(&mut out, answer)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out)),
        Output::Table => tables(&mut out, answer),
    };
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => printable(text),
        value => value.to_string(),
    }
}

fn number(value: &Value) -> Cell {
    let number = HumanCount(value.as_u64().unwrap_or_default());
    Cell::new(number).set_alignment(CellAlignment::Right)
}

fn print_status(mut out: &mut dyn Write, answer: &Value) -> io::Result<()> {
    let policy = &answer["policy"];
    writeln!(out, "policy       {}", text(&policy["retention"]))?;
    if policy["exceptions"]
        .as_str()
        .is_some_and(|text| !text.is_empty())
    {
        writeln!(out, "exceptions   {}", text(&policy["exceptions"]))?;
    }
    writeln!(out, "holds        {} active", text(&answer["active_holds"]))?;
    for (name, job) in answer["jobs"].as_object().into_iter().flatten() {
        writeln!(out, "{name:<12} {}", text(&job["state"]))?;
    }
    if let Some(categories) = answer["report"]["categories"].as_object() {
        let mut rows = table(&[
            "category", "events", "segments", "oldest", "newest", "held", "restored", "past",
        ]);
        rows.add_rows(categories.iter().map(|(category, ages)| {
            vec![
                Cell::new(printable(category)),
                number(&ages["events"]),
                number(&ages["segments"]),
                Cell::new(text(&ages["oldest"])),
                Cell::new(text(&ages["newest"])),
                number(&ages["held_segments"]),
                number(&ages["restored_segments"]),
                number(&ages["segments_past_deadline"]),
            ]
        }));
        writeln!(out)?;
        write(&mut out, rows)?;
        writeln!(out, "as of {}", text(&answer["report"]["at"]))?;
    } else {
        writeln!(
            out,
            "no walk has been finished yet: `trailkeep retention run` begins one"
        )?;
    }
    for drift in answer["drift"].as_array().into_iter().flatten() {
        let (check, since) = (text(&drift["check"]), text(&drift["since"]));
        writeln!(
            out,
            "drifted since {since}: {check}: {}",
            text(&drift["detail"])
        )?;
    }
    out.flush()
}

fn print_plan(mut out: &mut dyn Write, answer: &Value) -> io::Result<()> {
    writeln!(out, "policy       {}", text(&answer["policy"]["retention"]))?;
    if answer["policy"]["exceptions"]
        .as_str()
        .is_some_and(|text| !text.is_empty())
    {
        writeln!(
            out,
            "exceptions   {}",
            text(&answer["policy"]["exceptions"])
        )?;
    }
    let mut rows = table(&["what", "segments", "events", "write units", "cost"]);
    for (name, what) in [
        ("restamp", "stamped anew"),
        ("past_time", "past their time"),
    ] {
        let work = &answer[name];
        let units = work["write_units"].as_u64().unwrap_or_default();
        let about = if work["estimated"] == true {
            "about "
        } else {
            ""
        };
        #[expect(clippy::cast_precision_loss, reason = "far fewer units than 2^52")]
        let cost = format!("{about}${:.2}", WRITES.of(units as f64));
        rows.add_row(vec![
            Cell::new(what),
            number(&work["segments"]),
            number(&work["events"]),
            number(&work["write_units"]),
            Cell::new(cost).set_alignment(CellAlignment::Right),
        ]);
    }
    write(&mut out, rows)?;
    writeln!(
        out,
        "what is past its time costs nothing where the table drops it by itself; costs are us-east-1's"
    )?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_walk_add_up() {
        let mut whole = json!({"segments": 2, "policy": {"retention": "90"}, "cursor": "Data/",
            "restamp": {"write_units": 5, "estimated": false}});
        let part = json!({"segments": 3, "policy": {"retention": "90"}, "cursor": null,
            "restamp": {"write_units": 7, "estimated": true}});
        join(&mut whole, &part);
        let expected = json!({"segments": 5, "policy": {"retention": "90"}, "cursor": null,
            "restamp": {"write_units": 12, "estimated": true}});
        assert_eq!(whole, expected);
    }
}
