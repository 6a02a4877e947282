//! The KMS endpoint: what tells whether a key can still be used, and by whom.
//! Nothing is encrypted here.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Faults;
use crate::json::{self, Refusal};
use crate::loopback::Answer;
use crate::settings::{self, Service};
use crate::store::Store;

/// The one setting of a key: all of it.
pub(crate) const KEY: &str = "key";

/// The one policy that a key has.
const POLICY: &str = "default";

/// Whether a key can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyState {
    /// It can.
    Enabled,
    /// It was disabled and can be enabled again.
    Disabled,
    /// It will be gone at its deletion time.
    PendingDeletion,
    /// Its material was deleted, or was never imported.
    PendingImport,
    /// Its key store cannot be reached.
    Unavailable,
}

/// A symmetric key of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// `arn:aws:kms:REGION:ACCOUNT:key/ID`
    pub arn: String,
    /// Whether it can be used.
    pub state: KeyState,
    /// Who may do what with it, as JSON.
    pub policy: String,
    /// Its other names, each with `alias/` before it.
    pub aliases: Vec<String>,
    /// When it will be gone, in seconds.
    pub deletion: Option<i64>,
}

impl Key {
    /// Describes an enabled key that its account's policies decide on.
    pub fn new(arn: impl Into<String>) -> Key {
        let arn = arn.into();
        let account = arn.split(':').nth(4).unwrap_or_default();
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
                "Action": "kms:*",
                "Resource": "*",
            }],
        });
        Key {
            state: KeyState::Enabled,
            policy: policy.to_string(),
            aliases: Vec::new(),
            deletion: None,
            arn,
        }
    }

    /// Answers the key's id, the end of its ARN.
    pub fn id(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }

    /// Whether the ARN is one of a key.
    pub(crate) fn is_named(&self) -> bool {
        let parts: Vec<&str> = self.arn.splitn(6, ':').collect();
        matches!(parts[..], ["arn", _, "kms", region, account, resource]
            if !region.is_empty()
                && account.len() == 12
                && resource.strip_prefix("key/").is_some_and(|id| !id.is_empty()))
    }

    fn part(&self, number: usize) -> &str {
        self.arn.split(':').nth(number).unwrap_or_default()
    }

    fn is_meant(&self, region: &str, name: &str) -> bool {
        let place = self.arn.split(":key/").next().unwrap_or_default();
        let mut aliases = self.aliases.iter();
        self.part(3) == region
            && (name == self.arn
                || name == self.id()
                || aliases.any(|alias| name == alias || name == format!("{place}:{alias}")))
    }

    fn description(&self) -> Value {
        let mut described = json!({
            "AWSAccountId": self.part(4),
            "KeyId": self.id(),
            "Arn": self.arn,
            "Enabled": self.state == KeyState::Enabled,
            "Description": "",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": self.state,
            "Origin": if self.state == KeyState::PendingImport { "EXTERNAL" } else { "AWS_KMS" },
            "KeyManager": "CUSTOMER",
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
            "MultiRegion": false,
        });
        if let Some(deletion) = self.deletion {
            described["DeletionDate"] = json!(deletion);
        }
        described
    }
}

/// A call about one key.
#[derive(Debug, Deserialize)]
struct Named {
    #[serde(rename = "KeyId")]
    id: String,
    #[serde(rename = "PolicyName")]
    policy: Option<String>,
}

/// The KMS endpoint over a store.
#[derive(Clone)]
pub(crate) struct Kms {
    store: Arc<Store>,
    faults: Option<Arc<Faults>>,
}

impl Kms {
    pub(crate) fn new(store: Arc<Store>, faults: Option<Arc<Faults>>) -> Kms {
        Kms { store, faults }
    }

    /// Answers one call.
    pub(crate) async fn handle(self, request: Request<Bytes>) -> Answer {
        let operation = json::operation(request.headers(), &["TrentService"]);
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
        match operation {
            "DescribeKey" => {
                let key = self.find(region, &json::parse(body)?)?;
                Ok(json!({"KeyMetadata": key.description()}))
            }
            "GetKeyPolicy" => {
                let wanted: Named = json::parse(body)?;
                let name = wanted.policy.as_deref().unwrap_or(POLICY);
                if name != POLICY {
                    return Err(Refusal::new("NotFoundException", "No such policy exists"));
                }
                // Unlike DescribeKey, it takes no alias.
                if wanted.id.contains("alias/") {
                    return Err(Refusal::new(
                        "InvalidArnException",
                        format!("Invalid keyId {}", wanted.id),
                    ));
                }
                let key = self.find(region, &wanted)?;
                Ok(json!({"Policy": key.policy, "PolicyName": POLICY}))
            }
            other => Err(Refusal::not_implemented(other)),
        }
    }

    fn find(&self, region: &str, wanted: &Named) -> Result<Key, Refusal> {
        let stored = self
            .store
            .read(|connection| settings::all(connection, Service::Keys, None))?;
        for key in &stored {
            let key: Key = serde_json::from_str(key)?;
            if key.is_meant(region, &wanted.id) {
                return Ok(key);
            }
        }
        let id = &wanted.id;
        let message = if id.contains("alias/") {
            format!("Alias {id} is not found.")
        } else {
            format!("Key '{id}' does not exist")
        };
        Err(Refusal::new("NotFoundException", message))
    }
}
