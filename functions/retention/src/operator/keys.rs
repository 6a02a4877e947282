//! Public keys of Regions that cannot be asked from here, brought by an operator.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use index::table::integrity::ArchivedKey;
use integrity::key::KeyRing;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Caller, Problem, Service, time};

/// The longest name of a Region that is taken.
const LONGEST_REGION: usize = 40;

/// The answer of `list-public-keys`, and the Region that was asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Import {
    region: String,
    public_key_list: Value,
}

/// `POST /v1/operator/keys`
///
/// Keys whose fingerprint is not that of their value are refused, and all that came with
/// them; those that are archived already are left as they are.
pub(super) async fn import(
    State(service): State<Service>,
    caller: Caller,
    import: Result<Json<Import>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let Json(import) = import?;
    let region = import.region.trim();
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if region.is_empty() || region.len() > LONGEST_REGION || !region.bytes().all(fits) {
        return Err(Problem::bad_request(
            "region: expected a region like eu-west-1",
        ));
    }
    let mut ring = KeyRing::new();
    let answer = import.public_key_list.to_string();
    ring.import(Some(region), answer.as_bytes())
        .map_err(|error| Problem::bad_request(format!("public_key_list: {error}")))?;
    let mut archived = Vec::new();
    for (_, key) in ring.keys() {
        let stored = ArchivedKey {
            value: STANDARD.encode(key.der()),
            fingerprint: key.fingerprint().to_owned(),
            validity_start_time: key.valid_from.map(time::text),
            validity_end_time: key.valid_until.map(time::text),
        };
        // One that is there is named by its value's hash: it is the same.
        let put = service.custodian.table.put(&stored.item(region)).await?;
        archived.push(json!({
            "fingerprint": stored.fingerprint,
            "new": put == aws::table::Put::Written,
        }));
    }
    tracing::info!(by = %caller, region, keys = archived.len(), "public keys were archived");
    Ok(Json(json!({ "region": region, "keys": archived })))
}
