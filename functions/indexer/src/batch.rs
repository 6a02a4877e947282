//! Indexes a number of files together.

use std::collections::{BTreeSet, HashMap};

use futures::StreamExt as _;
use index::file::{FileRecord, FileVersion};
use index::finding::{Finding, FindingKind, MOST_PLACES, Place};
use index::segment::{Builder, Segment, Source, SourceNumber, stretch_of};
use lambda::error::Failure;
use tokio::time::Instant;
use trail::LogFile;
use trail::log_file::{Entry, Quarantined};

use crate::file::{Content, File, Replaced};
use crate::writer::Conflict;
use crate::{Counts, Indexer};

/// How many files are fetched ahead of the one that is being indexed.
const FETCHED_AHEAD: usize = 4;

/// A file that is done with, for better or worse.
pub(crate) struct Finished {
    pub(crate) version: FileVersion,
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
    builder: Builder,
    now: i64,
    progress: Vec<Progress>,
    numbers: HashMap<FileVersion, usize>,
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
    pub(crate) async fn index_files(
        &self,
        files: Vec<File>,
        now: i64,
        deadline: Instant,
    ) -> Vec<Finished> {
        let mut gathering = Gathering {
            indexer: self,
            builder: Builder::new(self.class.clone(), self.retention),
            now,
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
                Ok(Content::Known(record)) => finished.push(known(file, &record)),
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
            finished.push(self.finish(progress).await);
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
            version: file.version,
            outcome: Err(failure),
            counts,
        }
    }

    /// Puts a finding. That it is known matters less than the failure it is about, whose
    /// message comes again and with it the finding.
    async fn record_finding(&self, finding: &Finding, file: &File) {
        let item = finding.item(&file.delivery, self.retention);
        if let Err(error) = self.writer.table().put(&item).await {
            tracing::error!(key = file.version.key, %error, "a finding was not recorded");
        }
    }

    /// Puts the record that a file is indexed, now that all its segments are.
    async fn finish(&self, progress: Progress) -> Finished {
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
                version: file.version,
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
        let item = record.item(&file.version, &file.delivery, self.retention);
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
            version: file.version,
            outcome: Ok(()),
            counts,
        }
    }
}

/// A file that was indexed before: all its records are duplicates.
fn known(file: File, record: &FileRecord) -> Finished {
    let counts = Counts {
        files: 1,
        records: record.records,
        duplicates: record.records,
        ..Counts::default()
    };
    Finished {
        version: file.version,
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
        self.numbers.insert(file.version.clone(), number);
        let source = Source {
            version: file.version.clone(),
            sha256: *log.sha256(),
            delivered: file.delivery.time,
        };
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
        let horizon = self.indexer.retention.horizon(self.now);
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
            if record.time() < horizon {
                self.progress[number].record.expired += 1;
                continue;
            }
            let stretch = stretch_of(log.offset_of(&record));
            if place.is_none_or(|(_, last)| last != stretch) && self.builder.is_full() {
                self.flush().await;
                place = None;
            }
            let from = match place {
                Some((from, _)) => from,
                None => self.builder.source(source.clone()),
            };
            place = Some((from, stretch));
            self.builder.add(from, stretch, &record);
        }
        Ok(())
    }

    /// Puts what is gathered.
    async fn flush(&mut self) {
        let segments = match self.builder.seal() {
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
            let put = self.indexer.writer.put_segment(&segment, self.now).await;
            self.segments += u64::from(put.is_ok());
            self.settle(&segment, put);
        }
    }

    /// Notes for the files of a segment whether it is there.
    fn settle(&mut self, segment: &Segment, put: Result<(), Failure>) {
        let failed = put
            .err()
            .map(|failure| (failure.is_retry(), failure.reason()));
        for file in &segment.files {
            let Some(progress) = self
                .numbers
                .get(&file.version)
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
