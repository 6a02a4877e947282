//! The SNS endpoint: the query protocol, the calls that are made here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::ACCOUNT;
use crate::loopback::{self, Answer};
use crate::queues::Attribute;
use crate::store::Store;
use crate::topics::{self, Publication, TopicError};

/// The longest request: 256 KB of message, form-encoded.
pub(crate) const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// The SNS endpoint over a store.
#[derive(Clone)]
pub(crate) struct Sns {
    store: Arc<Store>,
}

/// Why a call is refused.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("{0}")]
    Topic(#[from] TopicError),
    #[error("{0} is not implemented here")]
    NotImplemented(String),
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
}

impl Refusal {
    fn into_response(self) -> Response<Bytes> {
        let (status, code) = match &self {
            Refusal::Topic(TopicError::NoSuchTopic) => (StatusCode::NOT_FOUND, "NotFound"),
            Refusal::Topic(TopicError::InvalidParameter(_)) => {
                (StatusCode::BAD_REQUEST, "InvalidParameter")
            }
            Refusal::Topic(TopicError::Store(_)) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalError")
            }
            Refusal::NotImplemented(_) => (StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
            Refusal::Missing(_) => (StatusCode::BAD_REQUEST, "ValidationError"),
        };
        let body = format!(
            "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{}</Message></Error>{}</ErrorResponse>",
            escape(&self.to_string()),
            request_id(),
        );
        loopback::answer(status, "text/xml", body)
    }
}

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

fn request_id() -> String {
    format!("<RequestId>{}</RequestId>", uuid::Uuid::new_v4())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

type Parameters = BTreeMap<String, String>;

fn required<'a>(parameters: &'a Parameters, name: &'static str) -> Result<&'a str, Refusal> {
    parameters
        .get(name)
        .map(String::as_str)
        .ok_or(Refusal::Missing(name))
}

impl Sns {
    pub(crate) fn new(store: Arc<Store>) -> Sns {
        Sns { store }
    }

    /// Answers one call.
    #[expect(
        clippy::unused_async,
        reason = "an endpoint's handler is asynchronous, and nothing here waits"
    )]
    pub(crate) async fn handle(self, request: Request<Bytes>) -> Answer {
        let parameters: Parameters = form_urlencoded::parse(request.body())
            .into_owned()
            .collect();
        let action = parameters.get("Action").map_or("", String::as_str);
        Ok(match self.call(action, &parameters) {
            Ok(result) => {
                let body = format!(
                    "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{result}\
                     </{action}Result><ResponseMetadata>{}</ResponseMetadata></{action}Response>",
                    request_id(),
                );
                loopback::answer(StatusCode::OK, "text/xml", body)
            }
            Err(refusal) => refusal.into_response(),
        })
    }

    fn call(&self, action: &str, parameters: &Parameters) -> Result<String, Refusal> {
        match action {
            "CreateTopic" => self.create(parameters),
            "Subscribe" => self.subscribe(parameters),
            "ListSubscriptionsByTopic" => self.list(parameters),
            "Publish" => self.publish(parameters),
            other => Err(Refusal::NotImplemented(format!("the action {other}"))),
        }
    }

    fn create(&self, parameters: &Parameters) -> Result<String, Refusal> {
        let name = required(parameters, "Name")?;
        for (attribute, value) in entries(parameters, "Attributes") {
            let is_harmless = matches!(attribute, "DisplayName" | "KmsMasterKeyId" | "Policy");
            let is_standard = attribute == "FifoTopic" && value == "false";
            if !is_harmless && !is_standard {
                return Err(Refusal::NotImplemented(format!(
                    "the attribute {attribute}"
                )));
            }
        }
        let arn = self
            .store
            .write(|transaction| topics::create(transaction, name))?;
        Ok(format!("<TopicArn>{}</TopicArn>", escape(&arn)))
    }

    fn subscribe(&self, parameters: &Parameters) -> Result<String, Refusal> {
        let protocol = required(parameters, "Protocol")?;
        if protocol != "sqs" {
            return Err(Refusal::NotImplemented(format!("the protocol {protocol}")));
        }
        let mut is_raw = false;
        for (attribute, value) in entries(parameters, "Attributes") {
            match attribute {
                "RawMessageDelivery" => is_raw = value == "true",
                other => return Err(Refusal::NotImplemented(format!("the attribute {other}"))),
            }
        }
        let topic = required(parameters, "TopicArn")?;
        let endpoint = required(parameters, "Endpoint")?;
        let arn = self
            .store
            .write(|transaction| topics::subscribe(transaction, topic, endpoint, is_raw))?;
        Ok(format!(
            "<SubscriptionArn>{}</SubscriptionArn>",
            escape(&arn)
        ))
    }

    fn list(&self, parameters: &Parameters) -> Result<String, Refusal> {
        let topic = required(parameters, "TopicArn")?;
        let found = self
            .store
            .read(|connection| topics::subscriptions(connection, topic))?;
        let mut members = String::new();
        for subscription in found {
            // Writing to a string cannot fail.
            let _ = write!(
                members,
                "<member><SubscriptionArn>{}</SubscriptionArn><Owner>{ACCOUNT}</Owner>\
                 <Protocol>sqs</Protocol><Endpoint>{}</Endpoint><TopicArn>{}</TopicArn></member>",
                escape(&subscription.arn),
                escape(&subscription.queue),
                escape(topic),
            );
        }
        Ok(format!("<Subscriptions>{members}</Subscriptions>"))
    }

    fn publish(&self, parameters: &Parameters) -> Result<String, Refusal> {
        let topic = parameters
            .get("TopicArn")
            .or_else(|| parameters.get("TargetArn"))
            .ok_or(Refusal::Missing("TopicArn"))?;
        for name in ["PhoneNumber", "MessageGroupId", "MessageDeduplicationId"] {
            if parameters.contains_key(name) {
                return Err(Refusal::NotImplemented(format!("the parameter {name}")));
            }
        }
        let publication = Publication {
            subject: parameters.get("Subject").cloned(),
            message: required(parameters, "Message")?.to_owned(),
            is_structured: parameters.get("MessageStructure").map(String::as_str) == Some("json"),
            attributes: attributes(parameters),
        };
        let id = self.store.write(|transaction| {
            topics::validate(transaction, topic, &publication)?;
            Ok::<_, TopicError>(topics::publish(transaction, topic, &publication)?)
        })?;
        Ok(format!("<MessageId>{id}</MessageId>"))
    }
}

/// Reads `FIELD.entry.N.key` and `.value`.
fn entries<'a>(
    parameters: &'a Parameters,
    field: &'a str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    (1..)
        .map(move |number| {
            let part = |part: &str| parameters.get(&format!("{field}.entry.{number}.{part}"));
            Some((part("key")?.as_str(), part("value")?.as_str()))
        })
        .map_while(|entry| entry)
}

/// Reads `MessageAttributes.entry.N.Name` and `.Value.*`.
fn attributes(parameters: &Parameters) -> BTreeMap<String, Attribute> {
    (1..)
        .map_while(|number| {
            let part = |part: &str| {
                parameters
                    .get(&format!("MessageAttributes.entry.{number}.{part}"))
                    .cloned()
            };
            let attribute = Attribute {
                data_type: part("Value.DataType")?,
                text: part("Value.StringValue"),
                binary: part("Value.BinaryValue"),
            };
            Some((part("Name")?, attribute))
        })
        .collect()
}
