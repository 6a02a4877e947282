//! The public keys that CloudTrail signs digests with, Region by Region.

use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::primitives::DateTime;

use crate::Error;

/// The most pages of keys that are read: a Region has a key at a time, or two.
const MOST_PAGES: usize = 100;

/// The public keys of every Region that the caller's account has enabled.
#[derive(Clone, Debug)]
pub struct Keys {
    config: SdkConfig,
}

/// A public key as CloudTrail lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The key in DER.
    pub value: Vec<u8>,
    /// The fingerprint by which digests name it.
    pub fingerprint: String,
    /// From when on it is valid, in seconds since 1970.
    pub start: Option<i64>,
    /// Until when it is valid, in seconds since 1970.
    pub end: Option<i64>,
}

impl Keys {
    /// Keeps the configuration that the clients of Regions are made of.
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            config: config.clone(),
        }
    }

    /// Lists the keys of a Region that are valid at some time between two.
    ///
    /// Fails where the Region cannot be asked from here: it is not enabled, or of
    /// another partition of AWS. That says nothing of its keys.
    pub async fn list(&self, region: &str, start: i64, end: i64) -> Result<Vec<ListedKey>, Error> {
        // A Region that is not there has no address, which shows at once: few retries.
        let config = aws_sdk_cloudtrail::config::Builder::from(&self.config)
            .region(Region::new(region.to_owned()))
            .retry_config(crate::retries().with_max_attempts(3))
            .timeout_config(crate::timeouts(Duration::from_secs(10)))
            .build();
        let client = Client::from_conf(config);
        let mut keys = Vec::new();
        let mut after = None;
        for _ in 0..MOST_PAGES {
            let output = client
                .list_public_keys()
                .start_time(DateTime::from_secs(start))
                .end_time(DateTime::from_secs(end))
                .set_next_token(after)
                .send()
                .await
                .map_err(|error| Error::new("ListPublicKeys", &error))?;
            for key in output.public_key_list.unwrap_or_default() {
                let (Some(value), Some(fingerprint)) = (key.value, key.fingerprint) else {
                    continue;
                };
                keys.push(ListedKey {
                    value: value.into_inner(),
                    fingerprint,
                    start: key.validity_start_time.map(|time| time.secs()),
                    end: key.validity_end_time.map(|time| time.secs()),
                });
            }
            after = output.next_token.filter(|token| !token.is_empty());
            if after.is_none() {
                break;
            }
        }
        Ok(keys)
    }
}
