//! Signatures that API Gateway checks.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningError, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use tokio::sync::Mutex;

/// The service that API Gateway's signatures are made for.
const SERVICE: &str = "execute-api";

/// What of a caller's headers is signed, besides what the signature itself brings. The
/// others may change on the way.
const SIGNED: [&str; 2] = ["content-type", "x-amz-target"];

/// How long before their end credentials are got anew.
const MARGIN: Duration = Duration::from_mins(5);

/// Signs requests with Signature Version 4.
#[derive(Debug)]
pub(crate) struct Signer {
    region: String,
    provider: SharedCredentialsProvider,
    /// The newest credentials: getting them can take calls to other services.
    credentials: Mutex<Option<Credentials>>,
}

/// Says why a request could not be signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignerError {
    /// The configuration names no source of credentials.
    #[error(
        "there are no AWS credentials: sign in with the aws cli, or name a profile with --aws-profile"
    )]
    NoCredentials,
    /// The source of credentials gave none; a retry may help.
    #[error(
        "cannot get AWS credentials: sign in with the aws cli, or name a profile with --aws-profile"
    )]
    Credentials(#[from] CredentialsError),
    /// The request is not one that can be signed.
    #[error("cannot sign the request")]
    Request(#[from] SigningError),
    /// Something needed for a signature is missing or cannot be put into a header.
    #[error("cannot sign the request: {0}")]
    Signature(&'static str),
}

impl Signer {
    /// Makes a signer of requests to a Region.
    pub(super) fn new(config: &SdkConfig, region: &str) -> Result<Self, SignerError> {
        let provider = config
            .credentials_provider()
            .ok_or(SignerError::NoCredentials)?;
        Ok(Self {
            region: region.to_owned(),
            provider,
            credentials: Mutex::default(),
        })
    }

    /// Fails where there are no credentials.
    pub(super) async fn check(&self) -> Result<(), SignerError> {
        self.credentials().await.map(|_| ())
    }

    /// Adds a signature to a request's headers.
    pub(super) async fn sign(
        &self,
        method: &Method,
        url: &Url,
        headers: &mut HeaderMap,
        body: &[u8],
    ) -> Result<(), SignerError> {
        let identity = self.credentials().await?.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(SERVICE)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| SignerError::Signature("a part of it is missing"))?
            .into();
        let signed = SIGNED
            .iter()
            .filter_map(|name| Some((*name, headers.get(*name)?.to_str().ok()?)));
        let body = SignableBody::Bytes(body);
        let request = SignableRequest::new(method.as_str(), url.as_str(), signed, body)?;
        let (instructions, _) = sign(request, &parameters)?.into_parts();
        let (additions, _) = instructions.into_parts();
        for addition in additions {
            let mut value = HeaderValue::from_str(addition.value())
                .map_err(|_| SignerError::Signature("the credentials fit into no header"))?;
            value.set_sensitive(addition.sensitive());
            headers.insert(HeaderName::from_static(addition.name()), value);
        }
        Ok(())
    }

    async fn credentials(&self) -> Result<Credentials, SignerError> {
        let mut held = self.credentials.lock().await;
        let needed_until = SystemTime::now() + MARGIN;
        let is_good =
            |credentials: &&Credentials| credentials.expiry().is_none_or(|end| end > needed_until);
        if let Some(credentials) = held.as_ref().filter(is_good) {
            return Ok(credentials.clone());
        }
        Ok(held
            .insert(self.provider.provide_credentials().await?)
            .clone())
    }
}
