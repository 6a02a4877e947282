//! Deleting: markers on top of objects, and versions for good.

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    Error,
};
use s3s::{S3Error, S3Result, s3_error};

use crate::objects::{self, ObjectError};
use crate::store::Store;

/// S3's own limit on the objects of a call.
const LIMIT: usize = 1_000;

/// Deletes one object or version.
pub(super) fn one(store: &Store, input: &DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    if input.if_match.is_some() {
        return Err(s3_error!(NotImplemented, "no conditional deletes"));
    }
    let bypass = input.bypass_governance_retention == Some(true);
    let version = input.version_id.as_deref();
    Ok(delete(store, &input.bucket, &input.key, version, bypass)?)
}

/// Deletes up to a thousand, each on its own.
pub(super) fn several(store: &Store, input: DeleteObjectsInput) -> S3Result<DeleteObjectsOutput> {
    if input.delete.objects.len() > LIMIT {
        return Err(s3_error!(MalformedXML, "more than a thousand objects"));
    }
    store.read(|connection| objects::buckets::find(connection, &input.bucket))?;
    let bypass = input.bypass_governance_retention == Some(true);
    let is_quiet = input.delete.quiet == Some(true);
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in input.delete.objects {
        let version = object.version_id.as_deref();
        match delete(store, &input.bucket, &object.key, version, bypass) {
            Ok(_) if is_quiet => {}
            Ok(done) => deleted.push(DeletedObject {
                delete_marker: done.delete_marker,
                delete_marker_version_id: done.delete_marker.and(done.version_id),
                key: Some(object.key),
                version_id: object.version_id,
            }),
            Err(error) => {
                let message = error.to_string();
                errors.push(Error {
                    code: Some(S3Error::from(error).code().as_str().to_owned()),
                    key: Some(object.key),
                    message: Some(message),
                    version_id: object.version_id,
                });
            }
        }
    }
    Ok(DeleteObjectsOutput {
        deleted: (!deleted.is_empty()).then_some(deleted),
        errors: (!errors.is_empty()).then_some(errors),
        ..DeleteObjectsOutput::default()
    })
}

fn delete(
    store: &Store,
    bucket: &str,
    key: &str,
    version: Option<&str>,
    bypass: bool,
) -> Result<DeleteObjectOutput, ObjectError> {
    let Some(wanted) = version else {
        let marker = store.write(|transaction| objects::mark_deleted(transaction, bucket, key))?;
        return Ok(DeleteObjectOutput {
            delete_marker: Some(true),
            version_id: Some(marker.id),
            ..DeleteObjectOutput::default()
        });
    };
    let deleted = store
        .write(|transaction| objects::delete_version(transaction, bucket, key, wanted, bypass))?;
    Ok(DeleteObjectOutput {
        delete_marker: deleted
            .is_some_and(|version| version.is_marker)
            .then_some(true),
        version_id: Some(wanted.to_owned()),
        ..DeleteObjectOutput::default()
    })
}
