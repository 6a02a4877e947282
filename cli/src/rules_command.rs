//! `trailkeep rules`: checks, tests and lists detection rules.

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use detection::{Level, Stage};

use crate::failure::Failure;

mod check;
mod list;
mod test;

pub(crate) use list::colored;

/// Checks, tests and lists detection rules.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Test(test::Arguments),
    List(list::Arguments),
}

/// How findings about rules are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    #[default]
    Text,
    /// One object.
    Json,
}

pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    match arguments.command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
    }
}

/// Reads the name of a level, for options.
pub(crate) fn level(name: &str) -> Result<Level, String> {
    Level::of_name(&name.to_ascii_lowercase()).ok_or_else(|| {
        let names = Level::ALL.map(Level::name);
        format!("expected one of {}", names.join(", "))
    })
}

fn stage(name: &str) -> Result<Stage, String> {
    [Stage::Alert, Stage::Stage]
        .into_iter()
        .find(|stage| stage.name() == name)
        .ok_or_else(|| "expected alert or stage".to_owned())
}

/// Tells a count with its noun: `1 rule`, `1,522 rules`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", indicatif::HumanCount(number))
}
