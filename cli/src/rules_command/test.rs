//! `trailkeep rules test`: runs the cases beside the rules.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use super::{Output, count};
use crate::failure::Failure;
use crate::rule_set::{self, Expansion, File, RuleSet, shown};

mod cases;
mod trial;

use trial::Trial;

/// Runs the cases beside rules: `a.cases.yml` for the rules of `a.yml`.
///
/// Without a PATH it runs those of the shipped rules, and a rule that no case matches is a failure;
/// elsewhere such rules are only told. Exit codes: 0 all pass, 1 one fails, or a file cannot be
/// read, 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  trailkeep rules test
  trailkeep rules test rules/ --output json | jq '.failures'")]
pub(super) struct Arguments {
    /// Rule files, or folders of them, read together.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    expansion: Expansion,
    /// How the outcome is written.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// A case that did not come out as expected, or a file that could not be tried.
#[derive(Debug, Serialize)]
struct Fault {
    file: String,
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    reason: String,
}

/// What came of all cases.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    rules: usize,
    cases: usize,
    passed: usize,
    failures: Vec<Fault>,
    /// Rules that no case expects to match.
    untested: Vec<Fault>,
}

/// A rule file and the cases beside it, if there are any.
struct Pair {
    rules: File,
    cases: Option<File>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let is_shipped = arguments.paths.is_empty();
    let (pairs, orphans) = if is_shipped {
        shipped()
    } else {
        beside(rule_set::find(&arguments.paths)?, &arguments.paths)
    };
    let mut outcome = outcome(pairs, &arguments.expansion)?;
    outcome.failures.extend(orphans);
    let mut stdout = io::stdout().lock();
    match arguments.output {
        Output::Text => print(&mut stdout, &outcome)?,
        Output::Json => writeln!(stdout, "{}", json!(outcome))?,
    }
    stdout.flush()?;
    let is_green = outcome.failures.is_empty() && (!is_shipped || outcome.untested.is_empty());
    if outcome.cases == 0 {
        return Err(Failure::new("there are no cases beside these rules"));
    }
    Ok(if is_green {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn shipped() -> (Vec<Pair>, Vec<Fault>) {
    let mut cases: BTreeMap<String, &str> = rules::CASES
        .iter()
        .map(|(path, text)| (format!("{}{path}", rule_set::SHIPPED), *text))
        .collect();
    let pairs = rule_set::shipped()
        .map(|rules| {
            let found = rule_set::cases_of(&rules.name).and_then(|name| cases.remove_entry(&name));
            Pair {
                cases: found.map(|(name, text)| File {
                    name,
                    text: Ok(text.to_owned()),
                }),
                rules,
            }
        })
        .collect();
    (pairs, cases.into_keys().map(orphan).collect())
}

/// Finds the cases beside rule files, and case files beside which there are none.
fn beside(files: Vec<File>, paths: &[PathBuf]) -> (Vec<Pair>, Vec<Fault>) {
    let mut orphans = rule_set::find_cases(paths);
    let pairs = files
        .into_iter()
        .map(|rules| {
            let name = rule_set::cases_of(&rules.name).filter(|name| Path::new(name).is_file());
            let cases = name.map(|name| {
                orphans.remove(&name);
                File {
                    text: rule_set::read_text(Path::new(&name)),
                    name,
                }
            });
            Pair { rules, cases }
        })
        .collect();
    (pairs, orphans.into_iter().map(orphan).collect())
}

fn orphan(file: String) -> Fault {
    Fault {
        file,
        line: 1,
        case: None,
        reason: "there are no rules beside these cases".to_owned(),
    }
}

fn outcome(pairs: Vec<Pair>, expansion: &Expansion) -> Result<Outcome, Failure> {
    let mut files = Vec::new();
    let mut tried = Vec::new();
    for pair in pairs {
        tried.extend(pair.cases.map(|cases| (pair.rules.name.clone(), cases)));
        files.push(pair.rules);
    }
    let set = RuleSet::read(files, expansion)?;
    let alerting = set.rules.iter().filter(|rule| rule.is_alerting);
    let mut outcome = Outcome {
        rules: alerting.count(),
        failures: set
            .errors()
            .map(|problem| Fault {
                file: problem.file.clone(),
                line: problem.line,
                case: None,
                reason: format!("the rule does not load: {}", problem.message),
            })
            .collect(),
        ..Outcome::default()
    };
    let mut trial = Trial::new(&set.rules);
    for (rules, file) in tried {
        run_file(&mut trial, &rules, &file, &mut outcome);
    }
    outcome.untested = trial
        .untested()
        .map(|rule| Fault {
            file: rule.file.clone(),
            line: rule.line,
            case: None,
            reason: format!("no case matches the rule \"{}\"", rule.title),
        })
        .collect();
    Ok(outcome)
}

fn run_file(trial: &mut Trial<'_>, rules: &str, file: &File, outcome: &mut Outcome) {
    let mut fail = |line, case, reason| {
        outcome.failures.push(Fault {
            file: file.name.clone(),
            line,
            case,
            reason,
        });
    };
    let text = match &file.text {
        Ok(text) => text,
        Err(reason) => return fail(1, None, reason.clone()),
    };
    let cases = match cases::read(text) {
        Ok(cases) => cases,
        Err(fault) => return fail(fault.line, None, fault.message),
    };
    for case in cases {
        outcome.cases += 1;
        match trial.run(rules, &case) {
            Ok(()) => outcome.passed += 1,
            Err(reason) => fail(case.line, Some(case.name), reason),
        }
    }
}

fn print(out: &mut impl io::Write, outcome: &Outcome) -> io::Result<()> {
    for fault in &outcome.failures {
        let Fault {
            file, line, reason, ..
        } = fault;
        let case = fault
            .case
            .as_ref()
            .map_or_else(String::new, |case| format!("{case}: "));
        writeln!(
            out,
            "{}",
            shown(&format!("{file}:{line}: failed: {case}{reason}"))
        )?;
    }
    for fault in &outcome.untested {
        let Fault {
            file, line, reason, ..
        } = fault;
        writeln!(
            out,
            "{}",
            shown(&format!("{file}:{line}: untested: {reason}"))
        )?;
    }
    writeln!(
        out,
        "{} of {}: {} passed, {} failed; {} untested",
        count(outcome.cases as u64, "case", "cases"),
        count(outcome.rules as u64, "rule", "rules"),
        outcome.passed,
        outcome.failures.len(),
        count(outcome.untested.len() as u64, "rule", "rules"),
    )
}
