//! What is measured, and how it is printed.

use std::error::Error;
use std::hint::black_box;

use bench::say;
use detection::{Placeholders, Rules};
use serde_json::Value;
use trail::digest::sha256;

use crate::Sets;
use crate::corpus::{Corpus, inflate};
use crate::oracle::Oracle;
use crate::set::{Set, count};
use crate::stage::{Stage, measure};

/// Measures and prints everything but the matches.
pub(crate) fn print(corpus: &Corpus, sets: &Sets, peak: f64) -> Result<(), Box<dyn Error>> {
    let inflated: usize = corpus.contents.iter().map(Vec::len).sum();
    let delivered: usize = corpus.files.iter().map(Vec::len).sum();
    #[expect(clippy::cast_precision_loss, reason = "printed figures")]
    let (inflated, delivered) = (inflated as f64 / 1e6, delivered as f64 / 1e6);
    say!(
        "{} events in {} log files, {delivered:.1} MB, inflated {inflated:.1} MB; {} other files left out",
        corpus.events,
        corpus.files.len(),
        corpus.left_out
    );
    say!("{peak:.0} MB at most with files, records and six rule sets in memory");

    let mut inflating = over_files(corpus, |file, content| Ok(inflate(file, content)?));
    let mut hashing = over_contents(corpus, |content| Ok(usize::from(sha256(content)[0])));
    let mut detecting = detecting(corpus, &sets.plain);
    let mut correlating = correlating(corpus, &sets.plain);
    let mut walking = matching(corpus, &sets.none);
    let mut plain = matching(corpus, &sets.plain);
    let mut foreign = matching(corpus, &sets.foreign);
    let mut occurring = matching(corpus, &sets.occurring);
    let [mut folder, mut folder_occurring] =
        sets.folder.each_ref().map(|set| matching(corpus, set));
    let mut loading = [&sets.plain, &sets.occurring].map(loading);
    measure(
        [
            &mut inflating,
            &mut hashing,
            &mut detecting,
            &mut correlating,
            &mut walking,
            &mut plain,
            &mut foreign,
            &mut occurring,
            &mut folder,
            &mut folder_occurring,
        ]
        .into_iter()
        .chain(&mut loading),
    )?;

    let whole = detecting.seconds();
    say!("\nlog files, {}", rules_of(&sets.plain));
    row("inflate", &inflating, &share(&inflating, whole));
    row(
        "inflate and match",
        &detecting,
        &target(1.0 / whole >= 350_000.0, "at least 350,000 a second"),
    );
    row("  and correlate", &correlating, "");
    row(
        "SHA-256, which detection does not need",
        &hashing,
        &share(&hashing, whole),
    );

    say!("\nmatching alone");
    row("walk the records, no rules", &walking, "");
    let walk = walking.seconds();
    let [other, other_occurring] = &sets.folder;
    for (name, set, stage) in [
        ("", &sets.plain, &plain),
        (", foreign values", &sets.foreign, &foreign),
        (", names that occur", &sets.occurring, &occurring),
        (" of the folder, foreign values", other, &folder),
        (
            " of the folder, names that occur",
            other_occurring,
            &folder_occurring,
        ),
    ] {
        let alone = stage.seconds() - walk;
        let mut note = format!(
            "{:.2} us without the walk, {:.1} rules tried",
            alone * 1e6,
            set.tried(corpus)?
        );
        if !name.is_empty() {
            let target = target(alone <= 1e-6, "at most 1 us without the walk");
            note = format!("{note}; {target}");
        }
        row(&format!("{} rules{name}", set.singles()), stage, &note);
    }

    say!("\nloading");
    for (set, stage) in [&sets.plain, &sets.occurring].into_iter().zip(&loading) {
        let milliseconds = stage.seconds() * 1e3;
        say!(
            "{:<50} {milliseconds:>7.1} ms, {:.1} MB",
            rules_of(set),
            set.megabytes
        );
    }
    let ours = [&plain, &foreign, &occurring].map(Stage::seconds);
    against(corpus, sets, ours, walking.seconds())
}

/// Measures and prints `rsigma-eval` with the same records and rules.
///
/// Like is held against like: from text to matches, where it needs a tree first, and matching
/// alone, without what finds out where the records and their members are.
fn against(corpus: &Corpus, sets: &Sets, ours: [f64; 3], walk: f64) -> Result<(), Box<dyn Error>> {
    let trees = corpus.trees()?;
    let all = [&sets.plain, &sets.foreign, &sets.occurring];
    let mut plain = Vec::new();
    let mut filtered = Vec::new();
    for set in all {
        plain.push(evaluating(corpus, &trees, Oracle::load(&set.sources)?));
        let oracle = Oracle::load(&set.sources)?.with_bloom_filter();
        filtered.push(evaluating(corpus, &trees, oracle));
    }
    let mut decoding = Stage::new(|| {
        let mut failed = None;
        corpus.for_each_record(|record| match serde_json::from_slice::<Value>(record) {
            Ok(tree) => drop(black_box(tree)),
            Err(error) => failed = Some(error),
        })?;
        failed.map_or(Ok(corpus.events), |error| Err(error.into()))
    });
    measure(plain.iter_mut().chain(&mut filtered).chain([&mut decoding]))?;

    say!("\nrsigma-eval 0.23, with or without its filter of substrings, whichever is faster");
    row("walk and decode with serde_json", &decoding, "");
    for (((set, ours), plain), filtered) in all.into_iter().zip(ours).zip(&plain).zip(&filtered) {
        let faster = if plain.seconds() < filtered.seconds() {
            plain
        } else {
            filtered
        };
        let decode = decoding.seconds() - walk;
        let whole = (faster.seconds() + decode) / ours;
        let alone = faster.seconds() / (ours - walk);
        let note = format!(
            "{whole:.1} times ours from text to matches, {alone:.1} times alone; {}",
            target(whole.min(alone) >= 5.0, "at least 5")
        );
        row(
            &format!("{} rules, records decoded", set.singles()),
            faster,
            &note,
        );
    }
    Ok(())
}

/// A step over all files as delivered.
fn over_files<'a, T>(
    corpus: &'a Corpus,
    mut step: impl FnMut(&[u8], &mut Vec<u8>) -> Result<T, Box<dyn Error>> + 'a,
) -> Stage<'a> {
    let mut content = Vec::new();
    Stage::new(move || {
        for file in &corpus.files {
            black_box(step(file, &mut content)?);
        }
        Ok(corpus.events)
    })
}

/// A step over what the files inflate to.
fn over_contents<'a, T>(
    corpus: &'a Corpus,
    mut step: impl FnMut(&[u8]) -> Result<T, Box<dyn Error>> + 'a,
) -> Stage<'a> {
    Stage::new(move || {
        for content in &corpus.contents {
            black_box(step(content)?);
        }
        Ok(corpus.events)
    })
}

/// Inflates and matches all files. What values say is not remembered from one pass to the
/// next, which would meet the same values again.
fn detecting<'a>(corpus: &'a Corpus, set: &'a Set) -> Stage<'a> {
    let mut content = Vec::new();
    Stage::new(move || {
        let mut scratch = set.engine.scratch();
        for file in &corpus.files {
            inflate(file, &mut content)?;
            black_box(set.matches(&mut scratch, &content)?);
        }
        Ok(corpus.events)
    })
}

/// Matches what the files inflate to, with nothing remembered from pass to pass either.
fn matching<'a>(corpus: &'a Corpus, set: &'a Set) -> Stage<'a> {
    Stage::new(move || {
        let mut scratch = set.engine.scratch();
        for content in &corpus.contents {
            black_box(set.matches(&mut scratch, content)?);
        }
        Ok(corpus.events)
    })
}

fn correlating<'a>(corpus: &'a Corpus, set: &'a Set) -> Stage<'a> {
    let mut content = Vec::new();
    Stage::new(move || {
        let mut scratch = set.engine.scratch();
        let mut correlator = set.correlator();
        for file in &corpus.files {
            inflate(file, &mut content)?;
            set.correlate(&mut scratch, &mut correlator, &content)?;
        }
        black_box(correlator.finish());
        Ok(corpus.events)
    })
}

fn loading(set: &Set) -> Stage<'_> {
    Stage::new(|| {
        let sources = set.sources.iter().cloned();
        black_box(Rules::read(sources, &Placeholders::new()).0.engine());
        Ok(1)
    })
}

fn evaluating<'a>(corpus: &'a Corpus, trees: &'a [Value], oracle: Oracle) -> Stage<'a> {
    Stage::new(move || {
        black_box(count(&oracle, trees));
        Ok(corpus.events)
    })
}

fn rules_of(set: &Set) -> String {
    let correlations = set.rules.len() - set.singles();
    format!("{} rules and {correlations} correlations", set.singles())
}

fn row(name: &str, stage: &Stage<'_>, note: &str) {
    let seconds = stage.seconds();
    say!(
        "{name:<50} {:>10.0} events/s {:>7.3} us  {note}",
        1.0 / seconds,
        seconds * 1e6
    );
}

fn share(part: &Stage<'_>, whole: f64) -> String {
    format!(
        "{:.0} % of inflating and matching",
        part.seconds() / whole * 100.0
    )
}

fn target(is_met: bool, text: &str) -> String {
    format!("target {text}: {}", if is_met { "met" } else { "MISSED" })
}
