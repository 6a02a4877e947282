//! `GET /v1/events/{id}/proof`: the document that proves an event.

use std::sync::Arc;

use aws::objects::{GetError, Object};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use index::lookup::Limits;
use index::table::integrity::{self as places, ArchivedKey};
use index::{Attribute, Event, Query};
use integrity::digest::DIGEST_LIMIT;
use integrity::proof::{Evidence, Proof, ProofError, SignedDigest};
use integrity::stored::{Metadata, StoredDigest};
use integrity::{DigestRecord, KeyRing, Location, PublicKey};
use trail::Category;

use self::place::Place;
use crate::fault::Fault;
use crate::problem::Problem;
use crate::{Service, attribute_value};

mod place;

/// The largest log file, as compressed as it lies in the bucket.
const MOST_COMPRESSED: usize = 64 * 1024 * 1024;

/// The largest answer: Lambda's own limit is 6 MB.
const LARGEST: usize = 5_900_000;

/// The most copies of an event that are tried.
const MOST_COPIES: usize = 8;

/// An object of the archive, with where it lies.
struct Archived {
    location: Location,
    bytes: Vec<u8>,
    metadata: Metadata,
}

/// A digest and the key that verifies it.
struct Signed {
    archived: Archived,
    region: String,
    key: PublicKey,
}

/// Answers the proof of an event.
pub(crate) async fn of_event(
    State(service): State<Arc<Service>>,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|_| Problem::bad_request("the event id is not valid UTF-8"))?;
    attribute_value::check(Attribute::EventId, &id)
        .map_err(|error| Problem::bad_request(format!("the event id {error}")))?;
    if uri.query().is_some_and(|query| !query.is_empty()) {
        return Err(Problem::bad_request("this route takes no parameters"));
    }
    if service.history.objects().is_none() {
        let detail = "this service has no access to the archive";
        return Err(Problem::new(StatusCode::NOT_IMPLEMENTED, detail));
    }
    let events = find(&service, &id).await?;
    let mut problem = None;
    for event in events.iter().take(MOST_COPIES) {
        match prove(&service, &id, event).await {
            Ok(body) => return Ok(([(CONTENT_TYPE, "application/json")], body).into_response()),
            Err(found) => problem = problem.or(Some(found)),
        }
    }
    Err(problem.unwrap_or_else(|| not_found("no event of this id is kept")))
}

/// Finds the events of an id.
async fn find(service: &Service, id: &str) -> Result<Vec<Event>, Problem> {
    let mut query = Query::default();
    query.categories = Category::ALL.into();
    query.require(Attribute::EventId, id);
    let now = service.clock.now();
    let mut cursor: Option<String> = None;
    loop {
        let page = service
            .history
            .page(
                query.clone(),
                cursor.as_deref(),
                MOST_COPIES,
                Limits::default().bytes,
                now,
            )
            .await
            .map_err(Fault::from)?;
        cursor = page.cursor;
        if !page.events.is_empty() || cursor.is_none() {
            return Ok(page.events);
        }
    }
}

async fn prove(service: &Service, id: &str, event: &Event) -> Result<Vec<u8>, Problem> {
    let places = place::of(service.history.table(), event).await?;
    let mut problem = not_found("the log file of the event is not known any more");
    for place in places {
        match prove_at(service, id, event, &place).await {
            Ok(body) => return Ok(body),
            Err(found) => problem = found,
        }
    }
    Err(problem)
}

async fn prove_at(
    service: &Service,
    id: &str,
    event: &Event,
    place: &Place,
) -> Result<Vec<u8>, Problem> {
    let records = place::digests(service.history.table(), place).await?;
    let version = &place.version;
    let listing = |record: &&DigestRecord| {
        let mark = record.files.find(&version.bucket, &version.key);
        mark.is_some()
    };
    let trusted = records.iter().filter(|record| record.is_trusted());
    let Some(record) = trusted.clone().find(listing) else {
        return Err(match records.iter().find(listing) {
            Some(DigestRecord {
                verdict: Some(kind),
                ..
            }) => not_yet(format!(
                "the digest that lists the log file is in a finding: {kind}"
            )),
            _ => not_yet("no digest lists the log file of the event yet"),
        });
    };
    let next = trusted.clone().find(|next| {
        let previous = next.previous.as_ref();
        let (bucket, key) = (&record.place().bucket, &record.place().key);
        previous.is_some_and(|previous| previous.bucket == *bucket && previous.object == *key)
    });
    let log = Location::new(&version.bucket, &version.key).at_version(version.version.clone());
    let log = fetch(service, log, MOST_COMPRESSED, "log file").await?;
    let digest = signed(service, record, &place.region).await?;
    // A proof without the next digest is one too.
    let next = match next {
        Some(next) => signed(service, next, &place.region).await.ok(),
        None => None,
    };
    let evidence = |with_log: bool, next: Option<&Signed>| {
        Proof::build(&Evidence {
            event_id: id,
            record: Some(&event.text),
            log_location: &log.location,
            log_object: &log.bytes,
            with_log,
            digest: digest.borrow(),
            next: next.map(Signed::borrow),
        })
        .map(|proof| proof.encode())
        .map_err(|error| refused(&error))
    };
    // What is too large for an answer is left out: first the log file, which says where it is.
    for (with_log, next) in [(true, next.as_ref()), (false, next.as_ref()), (false, None)] {
        if with_log && log.bytes.len() > LARGEST {
            continue;
        }
        let body = evidence(with_log, next)?;
        if body.len() <= LARGEST {
            return Ok(body);
        }
    }
    let detail = "the record and its digest are larger than an answer can be";
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail))
}

impl Signed {
    fn borrow(&self) -> SignedDigest<'_> {
        SignedDigest {
            stored: StoredDigest {
                location: &self.archived.location,
                object: &self.archived.bytes,
                metadata: &self.archived.metadata,
            },
            region: &self.region,
            key: &self.key,
        }
    }
}

/// Fetches a digest that was examined, and the key that verifies it.
async fn signed(service: &Service, record: &DigestRecord, region: &str) -> Result<Signed, Problem> {
    let archived = fetch(service, record.location.clone(), DIGEST_LIMIT, "digest").await?;
    let fingerprint = record.fingerprint.as_deref().unwrap_or_default();
    let item = service
        .history
        .table()
        .get(&places::keys(region), fingerprint)
        .await
        .map_err(Fault::from)?;
    let key = item.and_then(|item| key(&item.body, region, fingerprint));
    let key = key.ok_or_else(|| not_yet("the key that verifies the digest is not archived yet"))?;
    Ok(Signed {
        archived,
        region: region.to_owned(),
        key,
    })
}

/// Reads a kept key, with the times at which it was in use.
fn key(body: &[u8], region: &str, fingerprint: &str) -> Option<PublicKey> {
    let archived = ArchivedKey::from_body(body)?;
    let answer = serde_json::json!({ "PublicKeyList": [archived] }).to_string();
    let mut ring = KeyRing::new();
    ring.import(Some(region), answer.as_bytes()).ok()?;
    let (_, key) = ring.keys().next()?;
    (key.fingerprint() == fingerprint).then(|| key.clone())
}

async fn fetch(
    service: &Service,
    location: Location,
    limit: usize,
    what: &str,
) -> Result<Archived, Problem> {
    let Some(objects) = service.history.objects() else {
        let detail = "this service has no access to the archive";
        return Err(Problem::new(StatusCode::NOT_IMPLEMENTED, detail));
    };
    let Location {
        bucket,
        key,
        version,
    } = &location;
    let got = objects.get(bucket, key, version.as_deref(), limit).await;
    let Object {
        bytes, metadata, ..
    } = got.map_err(|error| match error {
        GetError::Missing => not_found(format!("the archive no longer has the {what}: {location}")),
        GetError::TooLarge { .. } => not_yet(format!("the {what} is too large: {location}")),
        GetError::Archived => not_yet(format!(
            "the {what} is archived, restore it first: {location}"
        )),
        GetError::Call(error) => Problem::from(Fault::from(error)),
    })?;
    let pairs = metadata.iter();
    let metadata = Metadata::from_pairs(pairs.map(|(name, value)| (name.as_str(), value.as_str())));
    Ok(Archived {
        location,
        bytes,
        metadata,
    })
}

fn refused(error: &ProofError) -> Problem {
    not_yet(format!("there is no proof: {error}"))
}

fn not_found(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, detail)
}

fn not_yet(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::CONFLICT, detail)
}
