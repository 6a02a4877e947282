//! Looks for the place that a log file was moved from which lies where no digest lists it.

use std::collections::BTreeSet;

use aws::objects::GetError;
use index::Day;
use integrity::record::content_mark;
use integrity::{Finding, FindingKind};
use lambda::error::Failure;
use trail::ObjectKey;
use trail::digest::sha256;
use trail::gzip::Member;

use crate::Integrity;
use crate::compare::found;
use crate::log_file::MOST_COMPRESSED;
use crate::stream::Stream;

/// The most accounts and Regions whose digests are searched for one file.
const MOST_STREAMS: usize = 64;

impl Integrity {
    /// Looks whether a log file that no digest lists is one that is listed elsewhere, and
    /// gone from there.
    ///
    /// Searched are the days that its key and its name tell, of the accounts and Regions
    /// that are known.
    pub(crate) async fn moved(&self, unlisted: &Finding) -> Result<Option<Finding>, Failure> {
        let Some(object) = &unlisted.object else {
            return Ok(None);
        };
        let Some(hash) = self.content_hash(&object.key).await? else {
            return Ok(None);
        };
        let wanted = content_mark(&hash);
        for stream in self.suspects(unlisted).await? {
            for day in days(&object.key) {
                for stored in self.day_of_digests(&stream, day).await? {
                    let record = &stored.record;
                    let mut marks = record.files.0.iter();
                    if !record.is_trusted() || !marks.any(|mark| mark.content == wanted) {
                        continue;
                    }
                    let Some(digest) = self.digest_of(record).await? else {
                        continue;
                    };
                    for file in digest.log_files.iter().filter(|file| file.sha256 == hash) {
                        let head = self.objects.head(&file.bucket, &file.object, None).await;
                        if head.map_err(Failure::retry)?.is_none() {
                            let detail = format!("its content lies at {}", object.key);
                            let kind = FindingKind::LogMoved;
                            return Ok(Some(found(kind, file, record, &detail)));
                        }
                    }
                }
            }
        }
        Ok(None)
    }

    async fn content_hash(&self, key: &str) -> Result<Option<trail::digest::Hash>, Failure> {
        let bucket = &self.settings.bucket;
        let got = self.objects.get(bucket, key, None, MOST_COMPRESSED).await;
        let object = match got {
            Ok(object) => object,
            Err(error @ GetError::Call(_)) => return Err(Failure::retry(error)),
            Err(_) => return Ok(None),
        };
        let member = Member::read(&object.bytes, self.settings.max_file_bytes);
        Ok(member.ok().map(|member| sha256(&member.content)))
    }

    /// The accounts and Regions that it may come from, its own first.
    async fn suspects(&self, unlisted: &Finding) -> Result<Vec<Stream>, Failure> {
        let own = unlisted.account.clone().zip(unlisted.region.clone());
        let own = own.map(|(account, region)| Stream { account, region });
        let (summary, _) = self.summary().await?;
        let mut streams: Vec<Stream> = own.into_iter().collect();
        let others: BTreeSet<Stream> = summary
            .streams()
            .iter()
            .map(|known| Stream {
                account: known.stream.account.clone(),
                region: known.stream.region.clone(),
            })
            .filter(|stream| !streams.contains(stream))
            .collect();
        streams.extend(others);
        streams.truncate(MOST_STREAMS);
        Ok(streams)
    }
}

/// The days on which a file may have been delivered: by its path, and by its name.
fn days(key: &str) -> BTreeSet<Day> {
    let Ok(key) = ObjectKey::parse(key) else {
        return BTreeSet::new();
    };
    let by_name = key.delivery_time.map(Day::of);
    let by_path = Day::from(key.delivery_day);
    let near = [by_path.previous(), by_path, by_path.next()];
    near.into_iter().chain(by_name).collect()
}
