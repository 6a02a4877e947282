//! A batch of messages: its log files and live events, evaluated together.

use std::collections::HashMap;

use futures::StreamExt as _;
use index::file::FileVersion;
use lambda::batch::{Batch, Outcome};
use lambda::error::Failure;
use lambda::live::{Disbelief, LiveEvent};
use lambda::notice::{Message, Source};
use trail::LogFile;

use crate::agreement::unevaluated;
use crate::book::Loaded;
use crate::candidate::Candidate;
use crate::content::Content;
use crate::evaluation::{self, Gathering, Origin, Progress, Unheard};
use crate::file::File;
use crate::invocation::Invocation;
use crate::{Counts, Detector};

/// How many files are fetched ahead of the one that is being evaluated.
const FETCHED_AHEAD: usize = 4;

/// The invocation's time ran out before the file was begun.
#[derive(Debug, thiserror::Error)]
#[error("the invocation's time ran out before the file was begun")]
struct OutOfTime;

/// Records that can be indexed could not be evaluated.
#[derive(Debug, thiserror::Error)]
#[error("{0} records could not be evaluated")]
struct Unevaluated(u64);

/// The user's own rules were not read yet: what they would find must not pass.
#[derive(Debug, thiserror::Error)]
#[error("the rules of the user's own could not be read")]
struct WithoutOwnRules;

/// The batch's account: who is told what of which message.
struct Ledger<'m> {
    batch: &'m mut Batch,
    /// The messages behind each file and live event.
    origins: Vec<Vec<&'m str>>,
}

impl<'m> Ledger<'m> {
    fn origin(&mut self, message: &'m str) -> Origin {
        self.origins.push(vec![message]);
        self.origins.len() - 1
    }

    /// Tells the messages of an origin that it failed.
    fn fail(&mut self, origin: Origin, what: &str, failure: &Failure) {
        for message in self.origins.get(origin).into_iter().flatten() {
            // A cause cannot be cloned: every message is told it in words.
            let reason = format!("{what}{}", failure.reason());
            let failure = if failure.is_retry() {
                Failure::retry(reason)
            } else {
                Failure::reject(reason)
            };
            self.batch.settle(message, Outcome::Failed(failure));
        }
    }
}

impl Detector {
    /// Evaluates what messages hold and name, publishes what matches, and settles the messages.
    pub(crate) async fn detect(
        &self,
        messages: &[Message],
        contents: Vec<Content>,
        batch: &mut Batch,
        loaded: &Loaded,
        invocation: &Invocation,
    ) {
        let retention = self.settings.retention;
        let mut gathering = Gathering::new(loaded, retention, invocation.now());
        let mut ledger = Ledger {
            batch,
            origins: Vec::new(),
        };
        let mut files: Vec<(Origin, File)> = Vec::new();
        let mut named: HashMap<FileVersion, Origin> = HashMap::new();
        for (message, content) in messages.iter().zip(contents) {
            // Once, so that rules which cannot be read for long do not stop the others. A
            // finding needs no rule.
            let is_ruled = !matches!(content, Content::Finding(_));
            let may_wait = message.source == Source::Queue && message.receive_count <= 1;
            if !loaded.is_whole && may_wait && is_ruled {
                let failure = Failure::retry(WithoutOwnRules);
                ledger.batch.settle(&message.id, Outcome::Failed(failure));
                continue;
            }
            match content {
                Content::Event(event) => take_event(event, message, &mut gathering, &mut ledger),
                Content::Finding(finding) => {
                    let candidate = match finding {
                        Ok(finding) => self.outbox.meet(&finding, invocation).await,
                        Err(error) => Err(Failure::reject(error)),
                    };
                    take_finding(candidate, message, &mut gathering, &mut ledger);
                }
                Content::Notice => {
                    take_files(message, &mut gathering, &mut ledger, &mut files, &mut named);
                }
            }
            if gathering.is_full() {
                self.settle(&mut gathering, &mut ledger, invocation).await;
            }
        }
        let mut contents = futures::stream::iter(files)
            .map(|(origin, file)| async move {
                if invocation.is_over() {
                    return (origin, file, Err(Failure::retry(OutOfTime)));
                }
                let content = self.fetch(&file).await;
                (origin, file, content)
            })
            .buffered(FETCHED_AHEAD);
        while let Some((origin, file, content)) = contents.next().await {
            let evaluated = match content {
                Ok(log) => {
                    let work = (&mut gathering, &mut ledger);
                    self.evaluate(&log, &file, origin, work, invocation).await
                }
                Err(failure) => Err(failure),
            };
            let delivered = invocation.now().saturating_sub(file.delivered);
            let counts = &mut gathering.counts;
            Counts::note_lag(&mut counts.delivery_lag, delivered);
            match evaluated {
                Ok(()) => counts.files += 1,
                Err(failure) => {
                    counts.rejected_files += u64::from(!failure.is_retry());
                    ledger.fail(origin, &format!("{}: ", file.version.key), &failure);
                }
            }
        }
        drop(contents);
        self.settle(&mut gathering, &mut ledger, invocation).await;
        invocation.count(|counts| counts.add(gathering.counts));
    }

    async fn evaluate(
        &self,
        log: &LogFile,
        file: &File,
        origin: Origin,
        (gathering, ledger): (&mut Gathering<'_>, &mut Ledger<'_>),
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let before = gathering.counts.quarantined;
        let mut records = evaluation::open(log)?;
        while gathering.file(&mut records, origin, &file.version.key) == Progress::Full {
            self.settle(gathering, ledger, invocation).await;
        }
        if gathering.counts.quarantined > before {
            // What the indexer keeps must have been evaluated: where the two readers
            // disagree, the file goes to the dead letters and does not pass unseen.
            let count = unevaluated(log, gathering.loaded)?;
            if count > 0 {
                return Err(Failure::reject(Unevaluated(count)));
            }
        }
        Ok(())
    }

    /// Settles the matches gathered so far.
    async fn settle(
        &self,
        gathering: &mut Gathering<'_>,
        ledger: &mut Ledger<'_>,
        invocation: &Invocation,
    ) {
        let (sightings, loaded) = (gathering.take_sightings(), gathering.loaded);
        let (correlated, mut unsettled) =
            self.outbox.correlate(sightings, loaded, invocation).await;
        let mut found = gathering.take_found();
        found.extend(correlated);
        unsettled.extend(self.outbox.settle_all(found, invocation).await);
        for unsettled in unsettled {
            for origin in unsettled.origins {
                ledger.fail(origin, "", &unsettled.failure);
            }
        }
    }
}

fn take_event<'m>(
    event: Result<LiveEvent, Disbelief>,
    message: &'m Message,
    gathering: &mut Gathering<'_>,
    ledger: &mut Ledger<'m>,
) {
    // A forgery is not to come again and again, nor to fill the dead-letter queue.
    ledger.batch.settle(&message.id, Outcome::Done);
    match event {
        Ok(event) => {
            let origin = ledger.origin(&message.id);
            if let Err(unheard) = gathering.live(&event.record, origin) {
                gathering.counts.refused += u64::from(unheard == Unheard::NoRecord);
                tracing::warn!(id = message.id, %unheard, "an event is not evaluated");
                ledger.batch.settle(&message.id, unheard.outcome());
            }
        }
        Err(disbelief) => {
            gathering.counts.refused += 1;
            tracing::warn!(id = message.id, %disbelief, "an event is not believed");
        }
    }
}

fn take_finding<'m>(
    candidate: Result<Candidate, Failure>,
    message: &'m Message,
    gathering: &mut Gathering<'_>,
    ledger: &mut Ledger<'m>,
) {
    match candidate {
        Ok(candidate) => {
            // Done unless its alert fails.
            ledger.batch.settle(&message.id, Outcome::Done);
            let origin = ledger.origin(&message.id);
            gathering.finding(candidate, origin);
        }
        Err(failure) => ledger.batch.settle(&message.id, Outcome::Failed(failure)),
    }
}

fn take_files<'m>(
    message: &'m Message,
    gathering: &mut Gathering<'_>,
    ledger: &mut Ledger<'m>,
    files: &mut Vec<(Origin, File)>,
    named: &mut HashMap<FileVersion, Origin>,
) {
    let notice = match &message.notice {
        Ok(notice) => notice,
        Err(refusal) => {
            let failure = Failure::reject(*refusal);
            ledger.batch.settle(&message.id, Outcome::Failed(failure));
            return;
        }
    };
    let counts = &mut gathering.counts;
    counts.other_objects += notice.removed().len() as u64;
    // Done unless one of its files fails.
    ledger.batch.settle(&message.id, Outcome::Done);
    for refusal in notice.refused() {
        let failure = Failure::reject(*refusal);
        ledger.batch.settle(&message.id, Outcome::Failed(failure));
    }
    for object in notice.delivered() {
        match File::of(object) {
            Ok(None) => counts.other_objects += 1,
            Ok(Some(file)) => {
                if let Some(origin) = named.get(&file.version) {
                    ledger.origins[*origin].push(&message.id);
                } else {
                    let origin = ledger.origin(&message.id);
                    named.insert(file.version.clone(), origin);
                    files.push((origin, file));
                }
            }
            Err(failure) => {
                counts.rejected_files += 1;
                ledger.batch.settle(&message.id, Outcome::Failed(failure));
            }
        }
    }
}
