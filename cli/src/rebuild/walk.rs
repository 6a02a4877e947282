//! The walk over archive and index, and how far it is.

use index::Day;
use indicatif::HumanCount;
use trail::Category;
use trail::key::ObjectKind;

use super::directories::Known;
use super::folders::Folders;
use super::ledger::{Difference, Ledger};
use super::source::Source;
use super::totals::Outcome;
use super::{Progress, Step, progress};
use crate::archive::{State, Stretch, plan};
use crate::failure::Failure;

/// The kinds of objects that hold records.
const KINDS: [ObjectKind; 3] = [
    ObjectKind::Log,
    ObjectKind::NetworkActivity,
    ObjectKind::Insight,
];

/// Compares what is left to compare, and notes what differs.
pub(super) async fn compare(
    source: &Source,
    state: &mut State<Progress>,
    ledger: &mut Ledger,
) -> Result<(), Failure> {
    let comparison = &source.comparison;
    if state.progress().step == Step::Archive {
        let folder = &comparison.location.folder;
        let stretches = plan(&source.bucket, folder, &comparison.selection, &KINDS).await?;
        archive(source, &stretches, state, ledger).await?;
        state.change(|progress| progress.step = Step::Index)?;
    }
    if state.progress().step == Step::Index {
        index(source, state, ledger).await?;
    }
    Ok(())
}

/// Compares the files of the archive with the index.
async fn archive(
    source: &Source,
    stretches: &[Stretch],
    state: &mut State<Progress>,
    ledger: &mut Ledger,
) -> Result<(), Failure> {
    let comparison = &source.comparison;
    let last_key = state.progress().last_key.clone();
    let behind = last_key.as_deref();
    let files = count(source, stretches, behind).await?;
    anstream::eprintln!(
        "{}: {} log files to compare with the table {}",
        comparison.location,
        HumanCount(files),
        comparison.table.name()
    );
    let bar = progress::bar(files, "log files");
    let walk = source.bucket.walk(stretches, behind);
    let mut folders = Folders::of(walk, &comparison.selection);
    while let Some(folder) = folders.next().await? {
        let files = folder.files.len() as u64;
        let last_key = folder.files.last().map(|file| file.key.clone());
        let outcome = comparison.folder(folder).await?;
        note(outcome, state, ledger, |progress| {
            progress.last_key = last_key;
        })?;
        bar.inc(files);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Counts the files that are to be compared.
async fn count(
    source: &Source,
    stretches: &[Stretch],
    behind: Option<&str>,
) -> Result<u64, Failure> {
    let selection = &source.comparison.selection;
    let bar = progress::counting();
    let mut files = 0;
    let mut walk = source.bucket.walk(stretches, behind);
    while let Some(page) = walk.next().await? {
        files += page
            .iter()
            .filter(|object| selection.wants(&object.key))
            .count() as u64;
        bar.set_message(format!("{} log files", HumanCount(files)));
        bar.tick();
    }
    bar.finish_and_clear();
    Ok(files)
}

/// Compares the segments of the index with the archive.
async fn index(
    source: &Source,
    state: &mut State<Progress>,
    ledger: &mut Ledger,
) -> Result<(), Failure> {
    let comparison = &source.comparison;
    let reached: Option<(Category, Day)> = state
        .progress()
        .last_day
        .as_ref()
        .and_then(|(category, day)| Some((category.parse().ok()?, day.parse().ok()?)));
    let mut places = Vec::new();
    for category in Category::ALL {
        let days = comparison.days(category).await?.into_iter();
        places.extend(days.map(|day| (category, day)));
    }
    // Categories stand in the order in which they compare.
    places.retain(|place| reached.is_none_or(|reached| *place > reached));
    let bar = progress::bar(places.len() as u64, "days of the index");
    let mut known = Known::new(&source.bucket);
    for (category, day) in places {
        let outcome = comparison.day(category, day, &mut known).await?;
        let last = (category.to_string(), day.to_string());
        note(outcome, state, ledger, |progress| {
            progress.last_day = Some(last);
        })?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Notes what came of a comparison, and then how far it is.
fn note(
    outcome: Outcome,
    state: &mut State<Progress>,
    ledger: &mut Ledger,
    reach: impl FnOnce(&mut Progress),
) -> Result<(), Failure> {
    let Outcome {
        totals: compared,
        files,
        segments,
    } = outcome;
    let mut totals = state.progress().totals.clone();
    totals.add(&compared);
    for segment in segments {
        if !ledger.has_segment(&segment.segment) {
            totals.count_segment(&segment);
            ledger.add(&Difference::Segment(segment))?;
        }
    }
    for file in files {
        totals.count_file(&file);
        ledger.add(&Difference::File(file))?;
    }
    let differences = ledger.length();
    state.change(|progress| {
        progress.totals = totals;
        progress.differences = differences;
        reach(progress);
    })
}
