//! The S3 endpoint: path-style addressing, any signature or none.

mod chunked;
mod conversion;
mod deletion;
pub(crate) mod lifecycle;
mod listing;
mod multipart;
mod operations;
mod reading;
pub(crate) mod settings;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::BodyExt;
use s3s::Body;
use s3s::service::{S3Service, S3ServiceBuilder};

use self::operations::Buckets;
use crate::Faults;
use crate::loopback::{self, Answer};
use crate::store::Store;

/// The longest object that is taken, held in memory while it is written.
pub(crate) const BODY_LIMIT: usize = 512 * 1024 * 1024;

/// What only matters to somebody who checks signatures.
const SIGNATURE_HEADERS: [HeaderName; 2] = [header::AUTHORIZATION, header::DATE];
const SIGNATURE_AMZ_HEADERS: [&str; 3] =
    ["x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];

/// What a call for a listing has in its query, where it has one.
const LISTING: [&str; 5] = ["prefix", "marker", "max-keys", "delimiter", "encoding-type"];

/// The S3 endpoint over a store.
#[derive(Clone)]
pub(crate) struct S3 {
    service: S3Service,
    faults: Option<Arc<Faults>>,
}

impl S3 {
    pub(crate) fn new(store: Arc<Store>, faults: Option<Arc<Faults>>) -> S3 {
        S3 {
            service: S3ServiceBuilder::new(Buckets::new(store)).build(),
            faults,
        }
    }

    /// Answers one call.
    pub(crate) async fn handle(self, request: Request<Bytes>) -> Answer {
        let request = match unsigned(request) {
            Ok(request) => request,
            Err(reason) => return Ok(refuse(StatusCode::BAD_REQUEST, "InvalidRequest", reason)),
        };
        let Some(faults) = &self.faults else {
            return Ok(self.call(request).await);
        };
        let operation = operation(request.method(), request.uri());
        faults
            .carry(operation, |_| slow_down(), |_| self.call(request))
            .await
    }

    async fn call(&self, request: Request<Bytes>) -> Response<Bytes> {
        match self.service.call(request.map(Body::from)).await {
            Ok(response) => {
                let (parts, body) = response.into_parts();
                match body.collect().await {
                    Ok(body) => Response::from_parts(parts, body.to_bytes()),
                    Err(error) => internal(&error),
                }
            }
            Err(error) => internal(&format!("{error:?}")),
        }
    }
}

/// Takes the signature from a request, wherever it is, and the chunks that
/// signing puts into a body.
fn unsigned(request: Request<Bytes>) -> Result<Request<Bytes>, &'static str> {
    let (mut parts, mut body) = request.into_parts();
    // An anonymous client frames its body too, for the trailing checksum.
    let is_chunked = parts.headers.contains_key("x-amz-decoded-content-length")
        || loopback::text(&parts.headers, "x-amz-content-sha256")
            .is_some_and(|hash| hash.starts_with("STREAMING-"));
    if is_chunked {
        let decoded = chunked::decode(&body).ok_or("the body is not aws-chunked")?;
        body = decoded.body;
        for (name, value) in decoded.trailers {
            if let (Ok(name), Ok(value)) = (
                HeaderName::try_from(name.as_str()),
                HeaderValue::try_from(value.as_str()),
            ) {
                parts.headers.insert(name, value);
            }
        }
        for name in ["x-amz-trailer", "x-amz-decoded-content-length"] {
            parts.headers.remove(name);
        }
        let encoding = loopback::text(&parts.headers, "content-encoding")
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|encoding| !encoding.is_empty() && *encoding != "aws-chunked")
            .collect::<Vec<_>>()
            .join(", ");
        parts.headers.remove(header::CONTENT_ENCODING);
        if let Ok(encoding) = HeaderValue::try_from(encoding)
            && !encoding.is_empty()
        {
            parts.headers.insert(header::CONTENT_ENCODING, encoding);
        }
    }
    parts.headers.remove(header::TRANSFER_ENCODING);
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    for name in SIGNATURE_HEADERS {
        parts.headers.remove(name);
    }
    for name in SIGNATURE_AMZ_HEADERS {
        parts.headers.remove(name);
    }
    parts.uri = without_signature(parts.uri);
    Ok(Request::from_parts(parts, body))
}

/// Takes a presigned URL's signature from its query.
fn without_signature(uri: Uri) -> Uri {
    let Some(query) = uri.query() else {
        return uri;
    };
    let is_signature = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or(pair);
        [
            "X-Amz-Algorithm",
            "X-Amz-Credential",
            "X-Amz-Date",
            "X-Amz-Expires",
            "X-Amz-Security-Token",
            "X-Amz-Signature",
            "X-Amz-SignedHeaders",
            "AWSAccessKeyId",
            "Signature",
            "Expires",
        ]
        .contains(&name)
    };
    let rest: Vec<&str> = query
        .split('&')
        .filter(|pair| !is_signature(pair))
        .collect();
    let path = if rest.is_empty() {
        uri.path().to_owned()
    } else {
        format!("{}?{}", uri.path(), rest.join("&"))
    };
    path.parse().unwrap_or(uri)
}

/// Names the operation of a call for the fault injector.
fn operation(method: &Method, uri: &Uri) -> &'static str {
    let path = uri.path().trim_start_matches('/');
    let has_key = path.split_once('/').is_some_and(|(_, key)| !key.is_empty());
    let query = uri.query().unwrap_or("");
    let has = |name: &str| {
        query
            .split('&')
            .any(|pair| pair.split('=').next() == Some(name))
    };
    let is_plain = ![
        "retention",
        "legal-hold",
        "tagging",
        "acl",
        "attributes",
        "partNumber",
        "uploads",
        "uploadId",
    ]
    .into_iter()
    .any(has);
    match (method.as_str(), has_key) {
        ("GET", true) if is_plain => "GetObject",
        ("PUT", true) if is_plain => "PutObject",
        ("HEAD", true) => "HeadObject",
        ("DELETE", true) if is_plain => "DeleteObject",
        ("GET", false) if path.is_empty() => "ListBuckets",
        ("GET", false) if has("versions") => "ListObjectVersions",
        ("GET", false) if has("list-type") => "ListObjectsV2",
        ("GET", false) if has("location") => "GetBucketLocation",
        ("GET", false) if has("policy") => "GetBucketPolicy",
        ("GET", false) if has("lifecycle") => "GetBucketLifecycleConfiguration",
        ("GET", false) if has("publicAccessBlock") => "GetPublicAccessBlock",
        ("GET", false) if has("object-lock") => "GetObjectLockConfiguration",
        ("GET", false) if has("versioning") => "GetBucketVersioning",
        ("GET", false) if query.is_empty() || LISTING.into_iter().any(has) => "ListObjects",
        ("PUT", true) if has("partNumber") => "UploadPart",
        ("POST", true) if has("uploadId") => "CompleteMultipartUpload",
        ("POST", true) if has("uploads") => "CreateMultipartUpload",
        ("POST", false) if has("delete") => "DeleteObjects",
        ("HEAD", false) => "HeadBucket",
        ("PUT", false) if query.is_empty() => "CreateBucket",
        _ => "OtherS3",
    }
}

fn slow_down() -> Response<Bytes> {
    refuse(
        StatusCode::SERVICE_UNAVAILABLE,
        "SlowDown",
        "Please reduce your request rate.",
    )
}

fn internal(error: &dyn std::fmt::Display) -> Response<Bytes> {
    tracing::error!(%error, "the s3 endpoint failed");
    refuse(
        StatusCode::INTERNAL_SERVER_ERROR,
        "InternalError",
        "the local endpoint failed",
    )
}

fn refuse(status: StatusCode, code: &str, message: &str) -> Response<Bytes> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    loopback::answer(status, "application/xml", body)
}

#[cfg(test)]
mod tests {
    use http::{Method, Uri};

    use super::{operation, without_signature};

    #[test]
    fn operations_are_told_by_method_key_and_query() {
        let named = |method: Method, uri: &'static str| operation(&method, &Uri::from_static(uri));
        assert_eq!(named(Method::GET, "/b/k?x-id=GetObject"), "GetObject");
        assert_eq!(named(Method::GET, "/b/k?retention"), "OtherS3");
        assert_eq!(named(Method::GET, "/b?list-type=2"), "ListObjectsV2");
        assert_eq!(named(Method::GET, "/b/?versions"), "ListObjectVersions");
        assert_eq!(named(Method::PUT, "/b"), "CreateBucket");
        assert_eq!(named(Method::GET, "/"), "ListBuckets");
        assert_eq!(named(Method::GET, "/b?prefix=a&marker=b"), "ListObjects");
        assert_eq!(named(Method::GET, "/b?policy"), "GetBucketPolicy");
        assert_eq!(named(Method::GET, "/b?cors"), "OtherS3");
        assert_eq!(
            named(Method::PUT, "/b/k?partNumber=1&uploadId=2"),
            "UploadPart"
        );
        assert_eq!(named(Method::POST, "/b/k?uploads"), "CreateMultipartUpload");
    }

    #[test]
    fn presigned_urls_lose_their_signature_only() {
        let uri = Uri::from_static("/b/k?X-Amz-Signature=1&versionId=2&X-Amz-Date=3");
        assert_eq!(without_signature(uri), "/b/k?versionId=2");
    }
}
