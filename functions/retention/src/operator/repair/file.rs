//! Whether a file is indexed as the archive has it.

use std::collections::{BTreeMap, BTreeSet};

use aws::Error;
use aws::objects::GetError;
use aws::table::Marks;
use index::file::{Delivery, FileRecord, FileVersion};
use index::{Day, Extent, Keeping, table};
use trail::log_file::Entry as FileContent;
use trail::{Category, LogFile, ObjectKey};

use super::ALTERED;
use super::segment::MOST_COMPRESSED;
use crate::Custodian;
use crate::run::Run;

/// What became of a file that seemed wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::operator) enum Verdict {
    /// It was not indexed as the archive has it, and is given to the indexer.
    Queued(String),
    /// It is.
    Sound,
    /// The archive does not have it, or not as a log file: nothing was done.
    Unverifiable(String),
    /// There is no indexer to ask.
    Unserved,
    /// There was no time for it.
    Unfinished,
}

impl Verdict {
    pub(in crate::operator) const fn name(&self) -> &'static str {
        match self {
            Self::Queued(_) => "queued",
            Self::Sound => "sound",
            Self::Unverifiable(_) => "unverifiable",
            Self::Unserved => "unserved",
            Self::Unfinished => "unfinished",
        }
    }

    pub(in crate::operator) fn reason(&self) -> Option<&str> {
        match self {
            Self::Queued(reason) | Self::Unverifiable(reason) => Some(reason),
            Self::Sound | Self::Unserved | Self::Unfinished => None,
        }
    }
}

/// A file's records by category and day.
type Groups = BTreeMap<(Category, Day), u64>;

impl Custodian {
    /// Looks at a file, and gives it to the indexer where it is not indexed as it is.
    pub(super) async fn repair_file(
        &self,
        version: &FileVersion,
        run: &Run,
    ) -> Result<Verdict, crate::job::JobError> {
        if run.is_over() {
            return Ok(Verdict::Unfinished);
        }
        let delivery = match ObjectKey::parse(&version.key) {
            Ok(key) if key.kind.has_records() => Delivery::from(&key),
            _ => {
                let reason = "the key is not that of a log file";
                return Ok(Verdict::Unverifiable(reason.to_owned()));
            }
        };
        let (log, groups) = match self.archived(version).await? {
            Ok(archived) => archived,
            Err(reason) => return Ok(Verdict::Unverifiable(reason)),
        };
        if self.is_contradicted(version, log.sha256()).await? {
            return Ok(Verdict::Unverifiable(ALTERED.to_owned()));
        }
        let partition = table::files(&delivery.account, &delivery.region, delivery.day);
        let sort = version.sort();
        let stored = self.table.get(&partition, &sort).await?;
        let record = stored
            .as_ref()
            .map(|item| FileRecord::from_body(&item.body));
        let reason = match record {
            None => "it is not indexed".to_owned(),
            Some(None) => "its record is damaged".to_owned(),
            Some(Some(record)) => {
                let keeping = self.kept().await?.keeping;
                let wrong = self
                    .contradiction(&record, version, &delivery, &log, &groups, &keeping, run)
                    .await?;
                match wrong {
                    Some(reason) => reason,
                    None => return Ok(Verdict::Sound),
                }
            }
        };
        if self.index_queue.is_none() {
            return Ok(Verdict::Unserved);
        }
        if stored.is_some() {
            self.table
                .delete(&partition, &sort, &Marks::default())
                .await?;
        }
        self.index_again(None, std::iter::once(version), run.now())
            .await?;
        Ok(Verdict::Queued(reason))
    }

    /// Reads a file from the archive; the reason in words where it is no log file.
    async fn archived(
        &self,
        version: &FileVersion,
    ) -> Result<Result<(LogFile, Groups), String>, Error> {
        let FileVersion {
            bucket,
            key,
            version,
        } = version;
        let object = self
            .objects
            .get(bucket, key, version.as_deref(), MOST_COMPRESSED);
        let object = match object.await {
            Ok(object) => object,
            Err(GetError::Call(error)) => return Err(error),
            Err(error) => return Ok(Err(error.to_string())),
        };
        let log = match LogFile::inflate(&object.bytes, self.settings.max_file_bytes) {
            Ok(log) => log,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let mut groups = Groups::new();
        let entries = match log.entries() {
            Ok(entries) => entries,
            Err(error) => return Ok(Err(error.to_string())),
        };
        for entry in entries {
            if let FileContent::Record(record) = entry {
                let place = (Category::of(&record), Day::of(record.time()));
                *groups.entry(place).or_default() += 1;
            }
        }
        Ok(Ok((log, groups)))
    }

    /// Says how a file's record contradicts the archive or the directories.
    #[expect(clippy::too_many_arguments, reason = "both sides of a comparison")]
    async fn contradiction(
        &self,
        record: &FileRecord,
        version: &FileVersion,
        delivery: &Delivery,
        log: &LogFile,
        groups: &Groups,
        keeping: &Keeping,
        run: &Run,
    ) -> Result<Option<String>, Error> {
        if record.sha256 != FileRecord::hash_text(log.sha256()) {
            return Ok(Some("it was indexed with another content".to_owned()));
        }
        let named: BTreeSet<&str> = record.segments.iter().map(String::as_str).collect();
        for ((category, day), delivered) in groups {
            let extent = Extent {
                class: "std",
                category: *category,
                day: *day,
                oldest: day.start(),
                newest: day.end(),
                accounts: BTreeSet::from([delivery.account.as_str()]),
            };
            let expires = keeping.expires(&extent);
            if expires.is_some_and(|expires| expires <= run.now()) {
                // Nothing of it is kept.
                continue;
            }
            let indexed = self.indexed(version, *category, *day, &named).await?;
            // Some of a day's events may have been past their time when it was indexed.
            let expected = delivered.saturating_sub(record.expired);
            if indexed < expected {
                return Ok(Some(format!(
                    "{indexed} of its {delivered} {category} events of {day} are indexed"
                )));
            }
        }
        Ok(None)
    }

    /// How many of a file's records of a day the segments hold that its record names.
    async fn indexed(
        &self,
        version: &FileVersion,
        category: Category,
        day: Day,
        named: &BTreeSet<&str>,
    ) -> Result<u64, Error> {
        let mut indexed = 0;
        let mut from: Option<String> = None;
        loop {
            let page = self.page(category, day, from.as_deref(), true).await?;
            for entry in &page.entries {
                if !named.contains(entry.id.as_str()) {
                    continue;
                }
                let of_file = entry.directory.files.iter();
                let of_file = of_file.filter(|file| file.version == *version);
                indexed += of_file
                    .map(|file| file.records + file.duplicates)
                    .sum::<u64>();
            }
            from = page.next;
            if from.is_none() {
                return Ok(indexed);
            }
        }
    }
}
