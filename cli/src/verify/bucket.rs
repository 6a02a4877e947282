//! A bucket, read from S3.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws::objects::GetError;
use aws::{Keys, Objects};
use aws_config::Region;
use futures::StreamExt as _;
use integrity::audit::{self, Examined, Report};
use integrity::key::PublicKey;
use integrity::stored::Metadata;
use integrity::{DIGEST_LENGTH, DIGEST_SLACK, KeyRing, Location};
use trail::ObjectKey;
use trail::key::ObjectKind;

use super::range::Range;
use super::{Arguments, audit, note_keys, now, progress, report, work};
use crate::archive::{Bucket, Location as Folder, plan};
use crate::failure::Failure;

/// The kinds of objects that are verified.
const KINDS: [ObjectKind; 5] = [
    ObjectKind::Log,
    ObjectKind::NetworkActivity,
    ObjectKind::Insight,
    ObjectKind::Digest,
    ObjectKind::Aggregated,
];

/// How many objects are fetched and examined at once.
const AT_ONCE: usize = 16;

/// The time before which there were no digests: 2015-01-01.
const BEFORE_DIGESTS: i64 = 1_420_070_400;

/// A bucket and what is needed to examine its objects.
struct Reader {
    objects: Objects,
    bucket: String,
    keys: Keys,
    range: Range,
}

/// Verifies a folder of a bucket.
pub(super) async fn verify(
    location: &str,
    arguments: &Arguments,
    mut range: Range,
    trusted: KeyRing,
) -> Result<Report, Failure> {
    let folder: Folder = location
        .parse()
        .map_err(|error| Failure::usage(format!("{location}: {error}")))?;
    // Whoever reads where things are delivered knows until when digests are due.
    let now = now();
    let due = now - DIGEST_SLACK - DIGEST_LENGTH;
    range.end = Some(range.end.map_or(due, |end| end.min(now)));
    let config = arguments.caller.load().await;
    let mut reading = config.to_builder();
    if let Some(region) = &arguments.bucket_region {
        reading.set_region(Region::new(region.clone()));
    }
    if let Some(endpoint) = &arguments.endpoint_url {
        reading.set_endpoint_url(Some(endpoint.as_str().trim_end_matches('/').to_owned()));
    }
    let objects = Objects::new(&reading.build());
    let reader = Reader {
        objects: objects.clone(),
        bucket: folder.bucket.clone(),
        keys: Keys::new(&config),
        range,
    };
    let listed = Bucket::new(objects, &folder.bucket);
    let selection = reader.range.selection();
    let stretches = plan(&listed, &folder.folder, &selection, &KINDS).await?;
    let mut audit = audit(&reader.range, Some(now));
    let mut ring = Arc::new(trusted);
    let (mut regions, mut unread) = (BTreeSet::new(), Vec::new());
    let bar = progress::objects(None);
    let mut walk = listed.walk(&stretches, None);
    while let Some(page) = walk.next().await? {
        let keys: Vec<String> = page
            .into_iter()
            .map(|object| object.key)
            .filter(|key| reader.range.reads(key))
            .collect();
        for region in keys.iter().filter_map(|key| region_of_digest(key)) {
            if regions.insert(region.to_owned())
                && let Err(reason) = reader.fetch_keys(region, Arc::make_mut(&mut ring)).await
            {
                audit.note(reason);
            }
        }
        let mut examined = futures::stream::iter(keys)
            .map(|key| reader.examine(key, Arc::clone(&ring)))
            .buffer_unordered(AT_ONCE);
        while let Some(outcome) = examined.next().await {
            bar.inc(1);
            match outcome? {
                Ok(examined) => audit.take(examined),
                Err(reason) => unread.push(reason),
            }
        }
    }
    bar.finish_and_clear();
    note_keys(&mut audit, &ring);
    Ok(report(audit, unread))
}

fn region_of_digest(key: &str) -> Option<&str> {
    let key = ObjectKey::parse(key).ok()?;
    (key.kind == ObjectKind::Digest).then_some(key.region)
}

impl Reader {
    /// Asks CloudTrail for a Region's keys; the reason where it does not tell.
    async fn fetch_keys(&self, region: &str, ring: &mut KeyRing) -> Result<(), String> {
        let day = 86_400;
        let start = self.range.start.unwrap_or(BEFORE_DIGESTS) - day;
        let end = self.range.end.unwrap_or_else(now) + day;
        let listed = self.keys.list(region, start, end).await.map_err(|error| {
            format!(
                "the public keys of {region} cannot be fetched ({error}): save `aws cloudtrail \
                 list-public-keys --region {region}` where that is possible, and name the file \
                 with --keys"
            )
        })?;
        for key in listed {
            match PublicKey::from_der(&key.value) {
                Ok(public) => ring.insert(Some(region), public.valid(key.start, key.end)),
                Err(error) => {
                    return Err(format!(
                        "CloudTrail lists a public key of {region} that cannot be read: {error}"
                    ));
                }
            }
        }
        ring.note_complete(region, start, end);
        Ok(())
    }

    /// Gets and examines an object; the reason where it cannot be read.
    async fn examine(
        &self,
        key: String,
        ring: Arc<KeyRing>,
    ) -> Result<Result<Examined, String>, Failure> {
        let limit = usize::try_from(work::LARGEST).unwrap_or(usize::MAX);
        let object = match self.objects.get(&self.bucket, &key, None, limit).await {
            Ok(object) => object,
            // Nobody may delete here, so it was there a moment ago.
            Err(
                error @ (GetError::Missing
                | GetError::TooLarge { .. }
                | GetError::Archived
                | GetError::Call(_)),
            ) => {
                return Ok(Err(format!("s3://{}/{key}: {error}", self.bucket)));
            }
        };
        let location = Location::new(&self.bucket, key).at_version(object.version);
        let examined = tokio::task::spawn_blocking(move || {
            let metadata = Metadata::from_pairs(
                object
                    .metadata
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            );
            audit::examine(location, &object.bytes, &metadata, &ring)
        });
        Ok(Ok(examined.await?))
    }
}
