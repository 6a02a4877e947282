//! Prints how fast log files are matched against rules, and holds the matches against another
//! engine's.
//!
//! `cargo run --release -p bench --bin detection [LOGS] [RULES]`
//!
//! Measures, over the log files of a folder again and again: inflating alone and inflating
//! and matching with the shipped rules and those of a second folder; matching alone, also
//! with some 800 rules, copies made of both or of those of the folder alone; and
//! `rsigma-eval` with the same records and rules. All in processor time of one core and in
//! turns, because these machines are shared.
//!
//! Ends with 0, with 1 where a match differs from `rsigma-eval`'s for no known reason, and
//! with 2 where something cannot be read. A target that is missed is printed.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bench::say;
use detection::Source;

mod copies;
mod corpus;
mod difference;
mod figures;
mod oracle;
mod set;
mod stage;

use corpus::Corpus;
use difference::Asked;
use oracle::{Comparison, Oracle};
use set::Set;

/// How many rules of single events the large sets have.
const MANY: usize = 800;

const USAGE: &str = "usage: detection [LOGS] [RULES]

LOGS   a folder with log files, *.json.gz, at any depth
RULES  a folder with Sigma rules, *.yml, at any depth, besides those shipped";

/// The rule sets that are measured.
struct Sets {
    /// None, which leaves walking the records.
    none: Set,
    /// The shipped rules and those of the folder.
    plain: Set,
    /// Those, and copies that ask for what no event has.
    foreign: Set,
    /// Those, and copies that ask for event names that occur.
    occurring: Set,
    /// The rules of the folder alone, with copies of both kinds.
    folder: [Set; 2],
}

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let is_option = |argument: &PathBuf| argument.as_os_str().as_encoded_bytes().starts_with(b"-");
    if arguments.len() > 2 || arguments.iter().any(is_option) {
        say!("{USAGE}");
        return ExitCode::from(2);
    }
    match run(&arguments) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            say!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Prints everything and gives back how many differences have no known reason.
fn run(arguments: &[PathBuf]) -> Result<u64, Box<dyn Error>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let argument = |number: usize| arguments.get(number).cloned();
    let logs = argument(0).unwrap_or_else(|| data.join("logs"));
    let folder = argument(1).unwrap_or_else(|| data.join("sigma/rules"));

    let corpus = Corpus::read(&logs)?;
    let (mut sources, others) = (shipped(), read(&folder)?);
    sources.extend(others.iter().cloned());
    let (none, _) = Set::load(Vec::new());
    let (plain, problems) = Set::load(sources.clone());
    for problem in problems {
        say!("does not load: {problem}");
    }
    let names = corpus.event_names()?;
    let many = |sources: &[Source], names: &[String]| -> Result<Set, Box<dyn Error>> {
        let copies = copies::copies(sources, MANY, names)?;
        Ok(Set::load([sources, &copies].concat()).0)
    };
    let sets = Sets {
        none,
        plain,
        foreign: many(&sources, &[])?,
        occurring: many(&sources, &names)?,
        folder: [many(&others, &[])?, many(&others, &names)?],
    };
    let peak = bench::peak_memory("self").unwrap_or_default();

    figures::print(&corpus, &sets, peak)?;
    compare(&corpus, [&sets.foreign, &sets.occurring])
}

/// The shipped rules.
fn shipped() -> Vec<Source> {
    let shipped = rules::SHIPPED.iter().map(|(path, text)| Source {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    });
    shipped.collect()
}

/// Reads the rules of a folder.
fn read(folder: &Path) -> Result<Vec<Source>, Box<dyn Error>> {
    let mut paths = Vec::new();
    corpus::files(folder, ".yml", &mut paths)?;
    let sources = paths.into_iter().map(|path| {
        Ok(Source {
            text: std::fs::read_to_string(&path)?,
            path: path.display().to_string(),
        })
    });
    sources.collect()
}

/// Compares the matches with `rsigma-eval`'s and gives back how many differ for no known reason.
fn compare(corpus: &Corpus, sets: [&Set; 2]) -> Result<u64, Box<dyn Error>> {
    let mut unexplained = 0;
    for set in sets {
        let oracle = Oracle::load(&set.sources)?;
        for refused in &oracle.refused {
            say!("rsigma-eval does not load: {refused}");
        }
        let asked = Asked::by_rule(&set.sources)?;
        let found = Comparison::of(corpus, &set.rules, &oracle, &asked)?;
        let without: u64 = found.unexplained.values().sum();
        say!(
            "\n{} rules here, {} in rsigma-eval: {} matches of both, {} explained differences, {without} unexplained",
            set.singles(),
            oracle.rules(),
            found.shared,
            found.explained.values().sum::<u64>(),
        );
        for (why, count) in &found.explained {
            say!("  {count:>6}  {why}");
        }
        for ((id, who), count) in &found.unexplained {
            say!("  {count:>6}  only {who}: {id}");
        }
        unexplained += without;
    }
    Ok(unexplained)
}

/// The memory that the process has now, in MB.
fn resident_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
    kilobytes.map_or(f64::NAN, |kilobytes: f64| kilobytes / 1024.0)
}
