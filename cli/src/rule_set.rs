//! The rules that a command is about: the shipped ones, or those of files and folders.

use std::path::{Path, PathBuf};

use detection::{Placeholders, Problem, Rules, Severity, Source};

use crate::failure::Failure;
use crate::yaml::{self, Fault};

mod folder;

pub(crate) use folder::{File, cases_of, find, find_cases, read_text};

/// What stands before the path of a shipped rule where files are named.
pub(crate) const SHIPPED: &str = "shipped:";

/// Which rules are wanted.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct Choice {
    /// A rule file, or a folder of them (.yml, .yaml), in place of the shipped rules; repeat it
    /// for several.
    #[arg(long, value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,
    /// Takes the shipped rules, too.
    #[arg(long, requires = "rules")]
    pub(crate) with_shipped: bool,
    #[command(flatten)]
    pub(crate) expansion: Expansion,
}

/// What `%name%` stands for in rules with the `expand` modifier.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Expansion {
    /// A YAML file of `name: [value, ...]` for the `%name%` of rules with the `expand` modifier.
    #[arg(long, value_name = "FILE")]
    pub(crate) placeholders: Option<PathBuf>,
}

/// Rules that were read, and what is wrong with the others.
#[derive(Debug)]
pub(crate) struct RuleSet {
    pub(crate) rules: Rules,
    /// In the order of files and lines.
    pub(crate) problems: Vec<Problem>,
    /// How many files were read.
    pub(crate) files: usize,
}

impl Choice {
    /// Reads the rules; fails where there are none.
    pub(crate) fn read(&self) -> Result<RuleSet, Failure> {
        let mut files = Vec::new();
        if self.rules.is_empty() || self.with_shipped {
            files.extend(shipped());
        }
        if !self.rules.is_empty() {
            files.extend(find(&self.rules)?);
        }
        let set = RuleSet::read(files, &self.expansion)?;
        if set.rules.is_empty() {
            set.tell_errors();
            return Err(Failure::new("no rule loads: see `trailkeep rules check`"));
        }
        Ok(set)
    }
}

/// The shipped rules.
pub(crate) fn shipped() -> impl Iterator<Item = File> {
    rules::SHIPPED.iter().map(|(path, text)| File {
        name: format!("{SHIPPED}{path}"),
        text: Ok((*text).to_owned()),
    })
}

impl RuleSet {
    /// Reads rules from files, of which some may not be readable.
    pub(crate) fn read(
        files: impl IntoIterator<Item = File>,
        expansion: &Expansion,
    ) -> Result<Self, Failure> {
        let placeholders = expansion.read()?;
        let mut sources = Vec::new();
        let mut unreadable = Vec::new();
        for File { name, text } in files {
            match text {
                Ok(text) => sources.push(Source { path: name, text }),
                Err(message) => unreadable.push(Problem {
                    file: name,
                    line: 1,
                    column: 1,
                    severity: Severity::Error,
                    message,
                }),
            }
        }
        let files = sources.len() + unreadable.len();
        let (rules, mut problems) = Rules::read(sources, &placeholders);
        problems.extend(unreadable);
        problems.sort_by(|one, other| {
            let place = |problem: &Problem| (problem.line, problem.column);
            one.file
                .cmp(&other.file)
                .then_with(|| place(one).cmp(&place(other)))
        });
        Ok(Self {
            rules,
            problems,
            files,
        })
    }

    /// The rules that did not load.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.is_error())
    }

    /// Says on standard error which rules did not load, and answers how many faults there are.
    pub(crate) fn tell_errors(&self) -> usize {
        self.errors()
            .map(|problem| anstream::eprintln!("{}", shown_problem(problem)))
            .count()
    }
}

impl Expansion {
    fn read(&self) -> Result<Placeholders, Failure> {
        let Some(path) = &self.placeholders else {
            return Ok(Placeholders::new());
        };
        let text = read_text(path)
            .map_err(|reason| Failure::usage(format!("{}: {reason}", path.display())))?;
        placeholders(&text).map_err(|fault| misplaced(path, &fault))
    }
}

fn misplaced(path: &Path, fault: &Fault) -> Failure {
    Failure::usage(format!(
        "{}:{}: {}",
        path.display(),
        fault.line,
        fault.message
    ))
}

/// Reads a file of placeholders: a value or a list of values for each name.
fn placeholders(text: &str) -> Result<Placeholders, Fault> {
    let document = yaml::document(text)?;
    let mut placeholders = Placeholders::new();
    for (name, node) in yaml::entries(&document)? {
        let value = |node: &yaml::Node<'_>| {
            let message = "a placeholder is a text or a list of texts";
            yaml::scalar(node).ok_or_else(|| Fault::new(yaml::line(node), message))
        };
        let values = match yaml::items(node) {
            Ok(items) => items.iter().map(value).collect::<Result<_, _>>()?,
            Err(_) => vec![value(node)?],
        };
        placeholders.insert(name, values);
    }
    Ok(placeholders)
}

/// Makes a text of a file or of a record safe to show on a terminal, on one line.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 2_000;
    alerts::escape::visible(text, LONGEST)
}

/// Makes a problem of a rule safe to show: the rule to write instead keeps its lines.
pub(crate) fn shown_problem(problem: &detection::Problem) -> String {
    let lines = problem.to_string();
    let lines: Vec<String> = lines
        .lines()
        .map(|line| {
            let indent = line.len() - line.trim_start_matches(' ').len();
            format!("{}{}", &line[..indent], shown(&line[indent..]))
        })
        .collect();
    lines.join("\n    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_a_value_or_several() {
        let read = placeholders("admins: [alice, bob]\naccount: \"111122223333\"\n");
        let expected = [
            ("account", vec!["111122223333"]),
            ("admins", vec!["alice", "bob"]),
        ];
        let expected = expected.map(|(name, values)| {
            let values = values.into_iter().map(str::to_owned).collect();
            (name.to_owned(), values)
        });
        assert_eq!(read, Ok(Placeholders::from(expected)));
        assert_eq!(
            placeholders("admins: [a]\nothers: {a: b}\n").map_err(|fault| fault.line),
            Err(2)
        );
    }

    #[test]
    fn the_shipped_rules_load_without_a_word() {
        let set = Choice::default().read().expect("there are rules");
        assert_eq!(set.problems, []);
        assert_eq!(set.files, rules::SHIPPED.len());
        assert!(set.rules.len() >= set.files);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_a_problem_of_its_own() {
        let files = [File {
            name: "a.yml".to_owned(),
            text: Err("permission denied".to_owned()),
        }];
        let set = RuleSet::read(files, &Expansion::default()).expect("it is told");
        assert_eq!(
            set.problems[0].to_string(),
            "a.yml:1:1: error: permission denied"
        );
    }
}
