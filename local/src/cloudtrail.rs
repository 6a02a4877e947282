//! The CloudTrail endpoint: what tells whether a trail is as it should be, and
//! the keys that its digests are signed with.

mod keys;
mod trail;

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use crate::Faults;
use crate::json::{self, Refusal};
use crate::loopback::Answer;
use crate::settings::{self, Service};
use crate::store::Store;

pub(crate) use self::keys::PublicKey;
pub(crate) use self::trail::TRAIL;
pub use self::trail::Trail;

/// The names that clients have for the service: the older ones' and the newer ones'.
const SERVICES: [&str; 2] = [
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
    "CloudTrail_20131101",
];

/// The setting of a Region that is not enabled.
pub(crate) const DISABLED: &str = "disabled";

/// The CloudTrail endpoint over a store.
#[derive(Clone)]
pub(crate) struct CloudTrail {
    store: Arc<Store>,
    faults: Option<Arc<Faults>>,
}

impl CloudTrail {
    pub(crate) fn new(store: Arc<Store>, faults: Option<Arc<Faults>>) -> CloudTrail {
        CloudTrail { store, faults }
    }

    /// Answers one call.
    pub(crate) async fn handle(self, request: Request<Bytes>) -> Answer {
        let operation = json::operation(request.headers(), &SERVICES);
        let region = json::region(request.headers());
        let answer = || json::respond(self.call(operation, region, request.body()));
        match &self.faults {
            Some(faults) => {
                faults
                    .carry(operation, json::throttle, |_| async { answer() })
                    .await
            }
            None => Ok(answer()),
        }
    }

    fn call(&self, operation: &str, region: &str, body: &[u8]) -> Result<Value, Refusal> {
        let is_disabled = self
            .store
            .read(|connection| settings::find(connection, Service::Regions, region, DISABLED))?;
        if is_disabled.is_some() {
            return Err(Refusal::new(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ));
        }
        match operation {
            "ListPublicKeys" => keys::list(&self.store, region, &json::parse(body)?),
            "DescribeTrails" => trail::describe(&self.store, region, &json::parse(body)?),
            "GetTrail" => {
                let trail = trail::named(&self.store, region, &json::parse(body)?)?;
                Ok(serde_json::json!({"Trail": trail.description()}))
            }
            "GetTrailStatus" => {
                Ok(trail::named(&self.store, region, &json::parse(body)?)?.status())
            }
            "GetEventSelectors" => {
                Ok(trail::selected(&self.store, region, &json::parse(body)?)?.selectors())
            }
            other => Err(Refusal::not_implemented(other)),
        }
    }
}
