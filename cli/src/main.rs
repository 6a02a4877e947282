//! `trailkeep`: the local cloud and the operator's commands.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

mod alerts_command;
mod api;
mod archive;
mod backfill;
mod cost;
mod detect;
mod endpoint;
mod failure;
mod hold;
mod integrity_command;
mod keys_command;
mod logs;
mod lookup_events;
mod plain_table;
mod proof;
mod proxy;
mod rebuild;
mod retention_command;
mod rule_set;
mod rules_command;
mod stack;
mod time_option;
mod up;
mod verify;
mod yaml;

use failure::Failure;

/// A self-hosted CloudTrail event history.
#[derive(Debug, Parser)]
#[command(name = "trailkeep", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(up::Arguments),
    Lookup(lookup_events::Arguments),
    Alerts(alerts_command::Arguments),
    Proxy(proxy::Arguments),
    Backfill(backfill::Arguments),
    Cost(cost::Arguments),
    Detect(detect::Arguments),
    Rules(rules_command::Arguments),
    Verify(verify::Arguments),
    Proof(proof::Arguments),
    Integrity(integrity_command::Arguments),
    Coverage(integrity_command::Coverage),
    Keys(keys_command::Arguments),
    Retention(retention_command::Arguments),
    Hold(hold::Arguments),
    Rebuild(rebuild::Arguments),
    /// Prints a completion script for a shell.
    ///
    /// Example: `trailkeep completions bash > /etc/bash_completion.d/trailkeep`
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return Failure::from(error).report(),
    };
    let outcome = runtime.block_on(async {
        match command {
            Command::Up(arguments) => up::run(arguments).await,
            Command::Lookup(arguments) => lookup_events::run(arguments).await,
            Command::Alerts(arguments) => alerts_command::run(arguments).await,
            Command::Proxy(arguments) => proxy::run(arguments).await,
            Command::Backfill(arguments) => backfill::run(arguments).await,
            Command::Cost(arguments) => cost::run(arguments).await,
            Command::Detect(arguments) => detect::run(&arguments),
            Command::Rules(arguments) => rules_command::run(arguments),
            Command::Verify(arguments) => verify::run(arguments).await,
            Command::Proof(arguments) => proof::run(arguments).await,
            Command::Integrity(arguments) => integrity_command::run(arguments).await,
            Command::Coverage(arguments) => integrity_command::cover(arguments).await,
            Command::Keys(arguments) => keys_command::run(arguments).await,
            Command::Retention(arguments) => retention_command::run(arguments).await,
            Command::Hold(arguments) => hold::run(arguments).await,
            Command::Rebuild(arguments) => rebuild::run(arguments).await,
            Command::Completions { shell } => {
                let mut command = Arguments::command();
                clap_complete::generate(shell, &mut command, "trailkeep", &mut anstream::stdout());
                Ok(ExitCode::SUCCESS)
            }
        }
    });
    outcome.unwrap_or_else(|failure| failure.report())
}
