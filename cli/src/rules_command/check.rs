//! `trailkeep rules check`: parses and lints.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use detection::{Problem, Severity};
use serde_json::json;

use super::{Output, count};
use crate::failure::Failure;
use crate::rule_set::{self, Expansion, RuleSet, shown_problem};

mod lint;

/// Parses and lints rule files.
///
/// Every problem begins with its file, line and column. Without a PATH it checks the shipped
/// rules. Exit codes: 0 every rule loads, 1 one does not (with --strict: or there is a warning),
/// 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  trailkeep rules check rules/
  trailkeep rules check my-rule.yml --strict --output json | jq -r '.problems[].message'")]
pub(super) struct Arguments {
    /// Rule files, or folders of them (.yml, .yaml), read together.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Fails on warnings, too.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    expansion: Expansion,
    /// How problems are written.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut set = if arguments.paths.is_empty() {
        RuleSet::read(rule_set::shipped(), &arguments.expansion)?
    } else {
        RuleSet::read(rule_set::find(&arguments.paths)?, &arguments.expansion)?
    };
    set.problems.extend(lint::lint(&set.rules));
    set.problems.sort_by(|one, other| {
        (&one.file, one.line, one.column).cmp(&(&other.file, other.line, other.column))
    });
    let errors = set.errors().count();
    let warnings = set.problems.len() - errors;
    let mut stdout = io::stdout().lock();
    match arguments.output {
        Output::Text => {
            for problem in &set.problems {
                writeln!(stdout, "{}", shown_problem(problem))?;
            }
            anstream::eprintln!(
                "{} in {}: {}, {}",
                count(set.rules.len() as u64, "rule", "rules"),
                count(set.files as u64, "file", "files"),
                count(errors as u64, "error", "errors"),
                count(warnings as u64, "warning", "warnings"),
            );
        }
        Output::Json => {
            let problems: Vec<_> = set.problems.iter().map(json).collect();
            let report = json!({
                "files": set.files,
                "rules": set.rules.len(),
                "errors": errors,
                "warnings": warnings,
                "problems": problems,
            });
            writeln!(stdout, "{report}")?;
        }
    }
    stdout.flush()?;
    let is_refused = errors > 0 || (arguments.strict && warnings > 0);
    Ok(if is_refused {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn json(problem: &Problem) -> serde_json::Value {
    json!({
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "severity": match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "message": problem.message,
    })
}
