//! The answers of the listing calls.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::dto::{
    CommonPrefix, DeleteMarkerEntry, ETag, EncodingType, ListObjectVersionsInput,
    ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, Object, ObjectStorageClass, ObjectVersion, ObjectVersionStorageClass,
    Owner,
};
use s3s::{S3Result, s3_error};

use super::conversion::timestamp;
use crate::objects::Version;
use crate::objects::event::encode_key;
use crate::objects::listing::{Page, Position, Wanted};

/// S3's own limit on the entries of a page.
const LIMIT: i32 = 1_000;

/// The page size that is meant, and whether keys are to be encoded.
fn page_size(max_keys: Option<i32>) -> S3Result<(usize, i32)> {
    let wanted = max_keys.unwrap_or(LIMIT).min(LIMIT);
    match usize::try_from(wanted) {
        Ok(limit) => Ok((limit, wanted)),
        Err(_) => Err(s3_error!(InvalidArgument, "max-keys is negative")),
    }
}

/// Encodes keys where the caller asked for it.
struct Encoder(bool);

impl Encoder {
    fn new(encoding: Option<&EncodingType>) -> S3Result<Encoder> {
        match encoding.map(EncodingType::as_str) {
            None => Ok(Encoder(false)),
            Some(EncodingType::URL) => Ok(Encoder(true)),
            Some(_) => Err(s3_error!(InvalidArgument, "unknown encoding-type")),
        }
    }

    fn text(&self, text: &str) -> String {
        if self.0 {
            encode_key(text)
        } else {
            text.to_owned()
        }
    }

    fn optional(&self, text: Option<&String>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    fn prefixes(&self, page: &Page) -> Option<Vec<CommonPrefix>> {
        let prefix = |prefix: &String| CommonPrefix {
            prefix: Some(self.text(prefix)),
        };
        (!page.prefixes.is_empty()).then(|| page.prefixes.iter().map(prefix).collect())
    }

    fn objects(&self, page: &Page, has_owner: bool) -> Option<Vec<Object>> {
        let object = |version: &Version| Object {
            e_tag: Some(ETag::Strong(version.etag.clone())),
            key: Some(self.text(&version.key)),
            last_modified: Some(timestamp(version.modified)),
            owner: has_owner.then(owner),
            size: Some(version.size),
            storage_class: Some(ObjectStorageClass::from_static(
                ObjectStorageClass::STANDARD,
            )),
            ..Object::default()
        };
        (!page.versions.is_empty()).then(|| page.versions.iter().map(object).collect())
    }
}

fn owner() -> Owner {
    Owner {
        display_name: None,
        id: Some(crate::ACCOUNT.to_owned()),
    }
}

fn wanted(
    prefix: Option<&String>,
    delimiter: Option<&String>,
    after: Option<Position>,
    limit: usize,
) -> Wanted {
    Wanted {
        prefix: prefix.cloned().unwrap_or_default(),
        delimiter: delimiter.cloned().unwrap_or_default(),
        after,
        limit,
        is_history: false,
    }
}

/// Lists the current objects, with the first version of the call.
pub(super) fn objects(
    input: ListObjectsInput,
    list: impl FnOnce(&Wanted) -> S3Result<Page>,
) -> S3Result<ListObjectsOutput> {
    let (limit, max_keys) = page_size(input.max_keys)?;
    let encoder = Encoder::new(input.encoding_type.as_ref())?;
    let after = input.marker.as_deref().filter(|marker| !marker.is_empty());
    let page = list(&wanted(
        input.prefix.as_ref(),
        input.delimiter.as_ref(),
        after.map(Position::behind),
        limit,
    ))?;
    Ok(ListObjectsOutput {
        prefix: Some(encoder.text(input.prefix.as_deref().unwrap_or(""))),
        marker: Some(encoder.text(input.marker.as_deref().unwrap_or(""))),
        max_keys: Some(max_keys),
        is_truncated: Some(page.next.is_some()),
        contents: encoder.objects(&page, true),
        common_prefixes: encoder.prefixes(&page),
        delimiter: encoder.optional(input.delimiter.as_ref()),
        next_marker: page.next.as_ref().map(|next| encoder.text(&next.key)),
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        ..ListObjectsOutput::default()
    })
}

/// Lists the current objects.
pub(super) fn objects_v2(
    input: ListObjectsV2Input,
    list: impl FnOnce(&Wanted) -> S3Result<Page>,
) -> S3Result<ListObjectsV2Output> {
    let (limit, max_keys) = page_size(input.max_keys)?;
    let encoder = Encoder::new(input.encoding_type.as_ref())?;
    let after = match &input.continuation_token {
        Some(token) => Some(
            URL_SAFE_NO_PAD
                .decode(token)
                .ok()
                .and_then(|key| String::from_utf8(key).ok())
                .ok_or_else(|| {
                    s3_error!(
                        InvalidArgument,
                        "The continuation token provided is incorrect"
                    )
                })?,
        ),
        None => input.start_after.clone().filter(|key| !key.is_empty()),
    };
    let page = list(&wanted(
        input.prefix.as_ref(),
        input.delimiter.as_ref(),
        after.as_deref().map(Position::behind),
        limit,
    ))?;
    let count = page.versions.len() + page.prefixes.len();
    Ok(ListObjectsV2Output {
        prefix: Some(encoder.text(input.prefix.as_deref().unwrap_or(""))),
        max_keys: Some(max_keys),
        key_count: i32::try_from(count).ok(),
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page
            .next
            .as_ref()
            .map(|next| URL_SAFE_NO_PAD.encode(&next.key)),
        contents: encoder.objects(&page, input.fetch_owner == Some(true)),
        common_prefixes: encoder.prefixes(&page),
        delimiter: encoder.optional(input.delimiter.as_ref()),
        start_after: encoder.optional(input.start_after.as_ref()),
        continuation_token: input.continuation_token,
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        ..ListObjectsV2Output::default()
    })
}

/// Lists all versions and delete markers.
///
/// `place` finds the place of a version among those of its key.
pub(super) fn versions(
    input: ListObjectVersionsInput,
    place: impl FnOnce(&str, &str) -> S3Result<Position>,
    list: impl FnOnce(&Wanted) -> S3Result<Page>,
) -> S3Result<ListObjectVersionsOutput> {
    let (limit, max_keys) = page_size(input.max_keys)?;
    let encoder = Encoder::new(input.encoding_type.as_ref())?;
    let key_marker = input.key_marker.as_deref().filter(|key| !key.is_empty());
    let version_marker = input
        .version_id_marker
        .as_deref()
        .filter(|version| !version.is_empty());
    let after = match (key_marker, version_marker) {
        (None, None) => None,
        (Some(key), None) => Some(Position::behind(key)),
        (Some(key), Some(version)) => Some(place(key, version)?),
        (None, Some(_)) => {
            return Err(s3_error!(
                InvalidArgument,
                "A version-id marker cannot be specified without a key marker."
            ));
        }
    };
    let page = list(&Wanted {
        is_history: true,
        ..wanted(
            input.prefix.as_ref(),
            input.delimiter.as_ref(),
            after,
            limit,
        )
    })?;
    let (markers, kept): (Vec<&Version>, Vec<&Version>) =
        page.versions.iter().partition(|version| version.is_marker);
    let version = |version: &&Version| ObjectVersion {
        e_tag: Some(ETag::Strong(version.etag.clone())),
        is_latest: Some(version.is_latest),
        key: Some(encoder.text(&version.key)),
        last_modified: Some(timestamp(version.modified)),
        owner: Some(owner()),
        size: Some(version.size),
        storage_class: Some(ObjectVersionStorageClass::from_static(
            ObjectVersionStorageClass::STANDARD,
        )),
        version_id: Some(version.id.clone()),
        ..ObjectVersion::default()
    };
    let marker = |version: &&Version| DeleteMarkerEntry {
        is_latest: Some(version.is_latest),
        key: Some(encoder.text(&version.key)),
        last_modified: Some(timestamp(version.modified)),
        owner: Some(owner()),
        version_id: Some(version.id.clone()),
    };
    Ok(ListObjectVersionsOutput {
        common_prefixes: encoder.prefixes(&page),
        delete_markers: (!markers.is_empty()).then(|| markers.iter().map(marker).collect()),
        delimiter: encoder.optional(input.delimiter.as_ref()),
        is_truncated: Some(page.next.is_some()),
        key_marker: Some(encoder.text(input.key_marker.as_deref().unwrap_or(""))),
        max_keys: Some(max_keys),
        next_key_marker: page.next.as_ref().map(|next| encoder.text(&next.key)),
        next_version_id_marker: page.next.as_ref().and_then(|next| next.version.clone()),
        prefix: Some(encoder.text(input.prefix.as_deref().unwrap_or(""))),
        version_id_marker: Some(input.version_id_marker.unwrap_or_default()),
        versions: (!kept.is_empty()).then(|| kept.iter().map(version).collect()),
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        ..ListObjectVersionsOutput::default()
    })
}
