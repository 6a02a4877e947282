//! The whole publication to SNS: subject, a body for each protocol, attributes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::alert::Alert;
use crate::chat::chat;
use crate::email::email;
use crate::escape::clip;
use crate::machine::{is_record_cut, machine, transportable};
use crate::subject::subject;

/// What SNS takes at most, attributes included, in bytes.
pub const LARGEST: usize = 256 * 1024;

/// The `MessageStructure` under which [`Message::body`] is published.
pub const STRUCTURE: &str = "json";

/// The data type of every attribute.
pub const ATTRIBUTE_TYPE: &str = "String";

/// Who is subscribed to the topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// People by e-mail and programs by everything else.
    #[default]
    Subscribers,
    /// Amazon Q Developer in chat applications, which reads its own schema only.
    Chat,
}

/// A message to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The subject, which only e-mail shows.
    pub subject: String,
    /// The message: a JSON object with a string for each protocol that gets its own.
    pub body: String,
    /// The attributes for filter policies, all of the type [`ATTRIBUTE_TYPE`] and none empty.
    pub attributes: BTreeMap<&'static str, String>,
    /// Whether the record had to be left out.
    pub record_cut: bool,
}

impl Message {
    /// Renders an alert for a topic.
    ///
    /// Programs read `default`, which SNS sends to every protocol that has no
    /// entry of its own: sqs, lambda, http, https, firehose and email-json. So
    /// the record goes out, and is paid for, once. Where the whole is over
    /// [`LARGEST`] as it is sent, the record is left out and what leads to it stays.
    pub fn of(alert: &Alert, audience: Audience) -> Self {
        let whole = Self::render(alert, audience);
        if whole.size() <= LARGEST {
            return whole;
        }
        let mut cut = alert.clone();
        cut.record = None;
        Self::render(&cut, audience)
    }

    fn render(alert: &Alert, audience: Audience) -> Self {
        let subject = subject(alert);
        let mut texts = Map::new();
        let mut add = |protocol: &str, text| texts.insert(protocol.to_owned(), Value::String(text));
        match audience {
            Audience::Subscribers => {
                add("default", machine(alert));
                add("email", email(alert));
                add("sms", subject.clone());
            }
            Audience::Chat => {
                add("default", chat(alert));
                // Whoever subscribes to the wrong topic is not to read JSON.
                add("email", email(alert));
            }
        }
        Self {
            subject,
            body: transportable(Value::Object(texts).to_string()),
            attributes: attributes(alert),
            record_cut: is_record_cut(alert),
        }
    }

    /// How many bytes of SNS's limit the message takes.
    pub fn size(&self) -> usize {
        let attributes = self.attributes.iter();
        let attributes =
            attributes.map(|(name, value)| name.len() + ATTRIBUTE_TYPE.len() + value.len());
        self.subject.len() + self.body.len() + attributes.sum::<usize>()
    }

    /// The text that SNS sends by a protocol, such as `email` or `sqs`.
    pub fn text_for(&self, protocol: &str) -> Option<String> {
        let texts: BTreeMap<String, String> = serde_json::from_str(&self.body).ok()?;
        texts
            .get(protocol)
            .or_else(|| texts.get("default"))
            .cloned()
    }
}

/// What filter policies choose by; what is not known is `unknown`.
fn attributes(alert: &Alert) -> BTreeMap<&'static str, String> {
    let known = |value: Option<&str>| {
        let value: String = value
            .unwrap_or_default()
            .chars()
            .map(|letter| {
                if crate::escape::is_hidden(letter) {
                    '?'
                } else {
                    letter
                }
            })
            .collect();
        if value.is_empty() {
            "unknown".to_owned()
        } else {
            clip(&value, 256)
        }
    };
    BTreeMap::from([
        ("account", known(alert.account.as_deref())),
        ("alert_id", known(Some(&alert.id))),
        ("category", known(alert.category.as_deref())),
        ("region", known(alert.region.as_deref())),
        ("rule_id", known(Some(&alert.rule.id))),
        ("severity", alert.rule.level.as_str().to_owned()),
        ("stage", alert.rule.stage.as_str().to_owned()),
    ])
}
