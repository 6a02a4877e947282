//! Where the history's API is, and how it is called.

mod caller;
mod outputs;
mod region;
mod signer;

use std::time::Duration;

use aws_config::SdkConfig;
use http::{HeaderMap, Method};
use reqwest::{Client, Response, Url, redirect};

pub(crate) use self::caller::Caller;
pub(crate) use self::outputs::output;
use self::region::region_of_api;
pub(crate) use self::region::region_of_queue;
use self::signer::{Signer, SignerError};
use crate::failure::Failure;

/// The local cloud's API.
pub(crate) const LOCAL: &str = "http://127.0.0.1:8720";

/// How long the API may take to answer; API Gateway itself gives up after 30 seconds.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Which API to call, and as whom.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Target {
    /// Asks the API of this CloudFormation stack, with requests signed.
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "endpoint",
        help_heading = "Where"
    )]
    pub(crate) stack: Option<String>,
    /// Asks the API at this address; requests to API Gateway are signed.
    #[arg(long, value_name = "URL", help_heading = "Where")]
    pub(crate) endpoint: Option<Url>,
    #[command(flatten)]
    pub(crate) caller: Caller,
}

/// Which requests are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signing {
    /// Those to API Gateway: a stack's, a host of API Gateway's own, or any for which
    /// the Region was given, as a custom domain needs it.
    ByHost,
    /// All.
    Always,
}

/// An API that answers lookups.
#[derive(Debug)]
pub(crate) struct Endpoint {
    base: String,
    client: Client,
    signer: Option<Signer>,
}

/// Says why the API gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The request could not be signed.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The address is none.
    #[error("the request has no valid address")]
    Address,
    /// The request did not come through, or its answer did not.
    #[error("the request failed")]
    Request(#[from] reqwest::Error),
}

impl SendError {
    /// Tells whether nobody listens at the address.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Request(error) if error.is_connect())
    }
}

impl Endpoint {
    /// Finds the API: a stack's, the one at an address, or the local cloud's.
    pub(crate) async fn open(target: &Target, signing: Signing) -> Result<Self, Failure> {
        let mut config = None;
        let base = if let Some(stack) = &target.stack {
            let loaded = target.caller.load().await;
            let address = output(&loaded, stack, "ApiUrl").await?;
            config = Some(loaded);
            address.parse().map_err(|error| {
                Failure::new(format!(
                    "the stack's output ApiUrl is not an address: {error}"
                ))
            })?
        } else if let Some(endpoint) = &target.endpoint {
            endpoint.clone()
        } else {
            Url::parse(LOCAL)?
        };
        check(&base)?;
        let host_region = base.host_str().and_then(region_of_api);
        let is_signed = signing == Signing::Always
            || target.stack.is_some()
            || host_region.is_some()
            || (target.endpoint.is_some() && target.caller.aws_region.is_some());
        let signer = if is_signed {
            if base.scheme() == "http" && !is_loopback(&base) {
                return Err(Failure::usage(format!(
                    "{base} is not encrypted: signed requests go to https addresses only"
                )));
            }
            let config = match config {
                Some(config) => config,
                None => target.caller.load().await,
            };
            Some(signer(&config, host_region)?)
        } else {
            None
        };
        let mut client = Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(TIMEOUT)
            // A signature is for one address, and credentials follow no redirect.
            .redirect(redirect::Policy::none())
            .user_agent(concat!("trailkeep/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&base) {
            client = client.no_proxy();
        }
        let base = base.as_str().trim_end_matches('/').to_owned();
        Ok(Self {
            base,
            client: client.build()?,
            signer,
        })
    }

    /// The address, without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Tells whether requests are signed.
    pub(crate) const fn is_signed(&self) -> bool {
        self.signer.is_some()
    }

    /// Fails where requests are to be signed and there are no credentials.
    pub(crate) async fn check_credentials(&self) -> Result<(), SignerError> {
        match &self.signer {
            Some(signer) => signer.check().await,
            None => Ok(()),
        }
    }

    /// Sends a request; `path` begins with a slash and may have a query.
    ///
    /// Every status is an answer. A failed request may be sent again: nothing in the API
    /// changes anything.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        mut headers: HeaderMap,
        body: impl Into<Vec<u8>>,
    ) -> Result<Response, SendError> {
        let url: Url = format!("{}{path}", self.base)
            .parse()
            .map_err(|_| SendError::Address)?;
        let body = body.into();
        if let Some(signer) = &self.signer {
            signer.sign(&method, &url, &mut headers, &body).await?;
        }
        let mut request = self.client.request(method, url).headers(headers);
        if !body.is_empty() {
            request = request.body(body);
        }
        Ok(request.send().await?)
    }
}

/// Tells an error with everything behind it.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

fn signer(config: &SdkConfig, host_region: Option<&str>) -> Result<Signer, Failure> {
    let region = host_region
        .or_else(|| config.region().map(AsRef::as_ref))
        .ok_or_else(|| {
            Failure::usage("the Region to sign requests for is not known: give --aws-region")
        })?;
    Ok(Signer::new(config, region)?)
}

/// Refuses an address that requests cannot be appended to.
fn check(base: &Url) -> Result<(), Failure> {
    let is_plain = matches!(base.scheme(), "http" | "https")
        && base.has_host()
        && base.query().is_none()
        && base.fragment().is_none();
    if !is_plain {
        return Err(Failure::usage(
            "an endpoint is an http or https address without a query",
        ));
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(Failure::usage(
            "an endpoint holds no user name and no password",
        ));
    }
    Ok(())
}

fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}
