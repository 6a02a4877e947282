//! Listing the newest versions of objects.

use aws::Objects;
use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;

use super::listing::Listed;
use crate::endpoint::with_causes;

/// The version that S3 names of objects which were put while the bucket kept no versions.
const NO_VERSION: &str = "null";

/// A page of newest versions.
#[derive(Debug)]
pub(super) struct Page {
    /// The objects whose newest version is no delete marker.
    pub(super) objects: Vec<Listed>,
    /// The key behind which the next page begins; nothing on the last.
    pub(super) behind: Option<String>,
}

/// Says why versions were not listed.
#[derive(Debug)]
pub(super) enum Refused {
    /// The caller may list objects, perhaps, but not versions.
    Denied,
    /// The call failed for another reason.
    Failed(String),
}

/// Lists a page of the newest versions of a prefix behind a key, in the order of their keys.
pub(super) async fn list(
    objects: &Objects,
    bucket: &str,
    prefix: &str,
    after: Option<&str>,
) -> Result<Page, Refused> {
    let answer = objects
        .client()
        .list_object_versions()
        .bucket(bucket)
        .prefix(prefix)
        .set_key_marker(after.map(str::to_owned))
        .send()
        .await;
    let output = answer.map_err(|error| match error.code() {
        Some("AccessDenied") => Refused::Denied,
        _ => Refused::Failed(
            error
                .message()
                .map_or_else(|| with_causes(&error), str::to_owned),
        ),
    })?;
    let markers = output
        .delete_markers()
        .iter()
        .filter_map(|marker| marker.key());
    let versions = output.versions().iter().filter_map(|version| version.key());
    // All versions of a key stand together, the newest first: behind the last key of the
    // page come only older ones of it.
    let last = markers.chain(versions).max().map(str::to_owned);
    let behind = last.filter(|_| output.is_truncated() == Some(true));
    let objects = output
        .versions
        .unwrap_or_default()
        .into_iter()
        .filter(|version| version.is_latest() == Some(true))
        .filter_map(|version| {
            Some(Listed {
                size: version.size().unwrap_or_default().try_into().ok()?,
                etag: version
                    .e_tag()
                    .map(|etag| etag.trim_matches('"').to_owned()),
                version: version.version_id.filter(|version| version != NO_VERSION),
                key: version.key?,
            })
        })
        .collect();
    Ok(Page { objects, behind })
}
