//! Indexes a number of files together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::StreamExt as _;
use index::file::FileRecord;
use index::finding::{Finding, FindingKind, MOST_PLACES, Place};
use index::segment::{Builder, FULL_BYTES, Segment, Source, SourceNumber, stretch_of};
use index::{Class, Visibility};
use lambda::error::Failure;
use tokio::time::Instant;
use trail::log_file::{Entry, Quarantined};
use trail::{Category, LogFile};

use crate::file::{Content, File, Name, Replaced};
use crate::writer::Conflict;
use crate::{Counts, Indexer};

/// How many files are fetched ahead of the one that is being indexed.
const FETCHED_AHEAD: usize = 4;

/// A file that is done with, for better or worse.
pub(crate) struct Finished {
    pub(crate) name: Name,
    pub(crate) outcome: Result<(), Failure>,
    pub(crate) counts: Counts,
}

/// A file whose records are gathered or written.
struct Progress {
    file: File,
    record: FileRecord,
    quarantined: Vec<Quarantined>,
    indexed: u64,
    duplicates: u64,
    segments: BTreeSet<String>,
    failure: Option<Failure>,
}

/// The files that are gathered into common segments.
struct Gathering<'i> {
    indexer: &'i Indexer,
    builders: BTreeMap<Class, Builder>,
    visibility: &'i Visibility,
    progress: Vec<Progress>,
    numbers: HashMap<Name, usize>,
    segments: u64,
}

/// The invocation's time ran out before the file was begun.
#[derive(Debug, thiserror::Error)]
#[error("the invocation's time ran out before the file was begun")]
struct OutOfTime;

/// A file's records went in and did not all come out: it is not recorded as indexed.
#[derive(Debug, thiserror::Error)]
#[error("the file's records are not all accounted for: {0:?}")]
struct Unaccounted(Counts);

impl Indexer {
    /// Indexes files together; each is finished on its own.
    ///
    /// What is past retention by `visibility` is counted and not indexed, and the rest
    /// is kept as it says.
    pub(crate) async fn index_files(
        &self,
        files: Vec<File>,
        visibility: &Visibility,
        deadline: Instant,
    ) -> Vec<Finished> {
        let mut gathering = Gathering {
            indexer: self,
            builders: BTreeMap::new(),
            visibility,
            progress: Vec::new(),
            numbers: HashMap::new(),
            segments: 0,
        };
        let mut finished = Vec::new();
        let mut contents = futures::stream::iter(files)
            .map(|file| async move {
                if Instant::now() >= deadline {
                    return (file, Err(Failure::retry(OutOfTime)));
                }
                let content = self.fetch(&file).await;
                (file, content)
            })
            .buffered(FETCHED_AHEAD);
        while let Some((file, content)) = contents.next().await {
            match content {
                Ok(Content::Known(record)) => finished.push(known(&file, &record)),
                Ok(Content::Replaced) => {
                    finished.push(self.conflicting(file, Failure::reject(Replaced)).await);
                }
                Ok(Content::Fetched { log, size, etag }) => {
                    if let Err((file, failure)) = gathering.add(file, &log, size, etag).await {
                        finished.push(self.failed(file, failure).await);
                    }
                }
                Err(failure) => finished.push(self.failed(file, failure).await),
            }
        }
        gathering.flush().await;
        let segments = gathering.segments;
        for progress in gathering.progress {
            finished.push(self.finish(progress, visibility).await);
        }
        if let Some(first) = finished.first_mut() {
            first.counts.segments = segments;
        }
        finished
    }

    /// Records why a file cannot be indexed, where a retry would not help.
    pub(crate) async fn failed(&self, file: File, failure: Failure) -> Finished {
        self.unfinished(FindingKind::Rejected, file, failure).await
    }

    /// Records that a file contradicts what is stored, where it is not just for want of an answer.
    async fn conflicting(&self, file: File, failure: Failure) -> Finished {
        self.unfinished(FindingKind::Conflict, file, failure).await
    }

    async fn unfinished(&self, kind: FindingKind, file: File, failure: Failure) -> Finished {
        let mut counts = Counts::default();
        if !failure.is_retry() {
            counts.rejected_files = 1;
            let finding = Finding {
                kind,
                file: file.version.clone(),
                reason: failure.reason(),
                count: 0,
                places: Vec::new(),
            };
            self.record_finding(&finding, &file).await;
        }
        Finished {
            name: file.name(),
            outcome: Err(failure),
            counts,
        }
    }

    /// Puts a finding. That it is known matters less than the failure it is about, whose
    /// message comes again and with it the finding.
    async fn record_finding(&self, finding: &Finding, file: &File) {
        let retention = self.policy.longest_of(&file.delivery.account);
        let item = finding.item(&file.delivery, retention);
        if let Err(error) = self.writer.table().put(&item).await {
            tracing::error!(key = file.version.key, %error, "a finding was not recorded");
        }
    }

    /// Puts the record that a file is indexed, now that all its segments are.
    async fn finish(&self, progress: Progress, visibility: &Visibility) -> Finished {
        let Progress {
            file,
            mut record,
            quarantined,
            indexed,
            duplicates,
            segments,
            failure,
        } = progress;
        let counts = Counts {
            files: 1,
            records: record.records,
            indexed,
            duplicates,
            quarantined: record.quarantined,
            expired: record.expired,
            ..Counts::default()
        };
        if failure.is_none() && !counts.are_reconciled() {
            // Reported as they are, so that the metric shows it.
            return Finished {
                name: file.name(),
                outcome: Err(Failure::retry(Unaccounted(counts))),
                counts,
            };
        }
        if let Some(failure) = failure {
            return self.conflicting(file, failure).await;
        }
        record.segments = segments.into_iter().collect();
        if !quarantined.is_empty() {
            self.record_finding(&quarantine(&file, &quarantined, record.quarantined), &file)
                .await;
        }
        let keeping = visibility.keeping();
        let item = record.item(&file.version, &file.delivery, &file.class, keeping);
        let outcome = match self.writer.table().put(&item).await {
            Ok(aws::table::Put::Written) => Ok(()),
            Ok(aws::table::Put::Present(present)) => {
                let same = FileRecord::from_body(&present.body)
                    .is_some_and(|present| present.has_content_of(&record));
                let conflict = Conflict {
                    partition: item.partition,
                    sort: item.sort,
                };
                if same {
                    Ok(())
                } else {
                    Err(Failure::reject(conflict))
                }
            }
            Err(error) => Err(Failure::retry(error)),
        };
        if let Err(failure) = outcome {
            return self.conflicting(file, failure).await;
        }
        Finished {
            name: file.name(),
            outcome: Ok(()),
            counts,
        }
    }
}

/// A file that was indexed before: all its records are duplicates.
fn known(file: &File, record: &FileRecord) -> Finished {
    let counts = Counts {
        files: 1,
        records: record.records,
        duplicates: record.records,
        ..Counts::default()
    };
    Finished {
        name: file.name(),
        outcome: Ok(()),
        counts,
    }
}

fn quarantine(file: &File, quarantined: &[Quarantined], count: u64) -> Finding {
    Finding {
        kind: FindingKind::Quarantined,
        file: file.version.clone(),
        reason: "records that cannot be indexed".to_owned(),
        count,
        places: quarantined
            .iter()
            .map(|place| Place {
                offset: place.offset as u64,
                length: place.length as u64,
                reason: place.reason.to_string(),
            })
            .collect(),
    }
}

impl Gathering<'_> {
    /// Adds a file's records; seals the batch in between where it gets too large.
    async fn add(
        &mut self,
        file: File,
        log: &LogFile,
        size: u64,
        etag: Option<String>,
    ) -> Result<(), (File, Failure)> {
        let entries = match log.entries() {
            Ok(entries) => entries,
            Err(error) => return Err((file, Failure::reject(error))),
        };
        let number = self.progress.len();
        self.numbers.insert(file.name(), number);
        let source = Source {
            version: file.version.clone(),
            sha256: *log.sha256(),
            delivered: file.delivery.time,
        };
        let class = file.class.clone();
        self.progress.push(Progress {
            file,
            record: FileRecord {
                sha256: FileRecord::hash_text(log.sha256()),
                records: entries.len() as u64,
                size,
                etag,
                quarantined: 0,
                expired: 0,
                segments: Vec::new(),
            },
            quarantined: Vec::new(),
            indexed: 0,
            duplicates: 0,
            segments: BTreeSet::new(),
            failure: None,
        });
        let mut place: Option<(SourceNumber, u32)> = None;
        for entry in entries {
            let record = match entry {
                Entry::Record(record) => record,
                Entry::Quarantined(quarantined) => {
                    let progress = &mut self.progress[number];
                    progress.record.quarantined += 1;
                    if progress.quarantined.len() < MOST_PLACES {
                        progress.quarantined.push(quarantined);
                    }
                    continue;
                }
            };
            let category = Category::of(&record);
            if !self.visibility.shows(class.as_str(), category, &record) {
                self.progress[number].record.expired += 1;
                continue;
            }
            let stretch = stretch_of(log.offset_of(&record));
            if place.is_none_or(|(_, last)| last != stretch) && self.is_full() {
                self.flush().await;
                place = None;
            }
            let builder = self
                .builders
                .entry(class.clone())
                .or_insert_with_key(|class| {
                    Builder::new(class.clone(), self.visibility.keeping().clone())
                });
            let from = match place {
                Some((from, _)) => from,
                None => builder.source(source.clone()),
            };
            place = Some((from, stretch));
            builder.add(from, stretch, &record);
        }
        Ok(())
    }

    /// Tells whether what is gathered of all classes should be put before more is.
    fn is_full(&self) -> bool {
        self.builders.values().map(Builder::bytes).sum::<usize>() >= FULL_BYTES
    }

    /// Puts what is gathered.
    async fn flush(&mut self) {
        for mut builder in std::mem::take(&mut self.builders).into_values() {
            self.put(&mut builder).await;
        }
    }

    /// Puts what is gathered of a class.
    async fn put(&mut self, builder: &mut Builder) {
        let segments = match builder.seal() {
            Ok(segments) => segments,
            Err(error) => {
                // Memory is short: every file of the batch comes again, alone.
                let reason = error.to_string();
                for progress in &mut self.progress {
                    progress
                        .failure
                        .get_or_insert_with(|| Failure::retry(reason.clone()));
                }
                return;
            }
        };
        for segment in segments {
            let put = self
                .indexer
                .writer
                .put_segment(&segment, self.visibility.now())
                .await;
            self.segments += u64::from(put.is_ok());
            self.settle(&segment, put);
        }
    }

    /// Notes for the files of a segment whether it is there.
    fn settle(&mut self, segment: &Segment, put: Result<(), Failure>) {
        let failed = put
            .err()
            .map(|failure| (failure.is_retry(), failure.reason()));
        let Ok(class) = segment.id.class().parse::<Class>() else {
            return;
        };
        for file in &segment.files {
            let name = (class.clone(), file.version.clone());
            let Some(progress) = self
                .numbers
                .get(&name)
                .and_then(|number| self.progress.get_mut(*number))
            else {
                continue;
            };
            match &failed {
                None => {
                    progress.indexed += file.records;
                    progress.duplicates += file.duplicates;
                    progress.segments.insert(segment.id.to_string());
                }
                Some((is_retry, reason)) => {
                    progress.failure.get_or_insert_with(|| {
                        let reason = reason.clone();
                        if *is_retry {
                            Failure::retry(reason)
                        } else {
                            Failure::reject(reason)
                        }
                    });
                }
            }
        }
    }
}
