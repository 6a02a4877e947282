//! The resources that an event is about, as `LookupEvents` names them.
//!
//! CloudTrail does not answer a lookup with the record's own `resources[]`: it
//! extracts names from request and response by rules of its own (facts section
//! 1.7). Here it is the union of both, a superset, so that every lookup that
//! CloudTrail answers is answered.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::record::Record;

mod arn;
mod ec2_id;
mod listed;
mod name;
mod rule;
mod table;
mod walk;

use arn::Arn;
use rule::{Place, Take};
use walk::{Keys, Text};

/// The longest name that is kept; no lookup can ask for a longer one.
const LONGEST_NAME: usize = 2048;

/// What CloudTrail writes in place of a secret, which names nothing.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// A resource of an event: what `LookupEvents` gives back and looks up by.
///
/// ```
/// use trail::resource::resources;
///
/// let record = trail::Record::parse(
///     r#"{"eventTime":"2026-10-13T08:00:00Z","eventSource":"s3.amazonaws.com",
///         "eventName":"DeleteBucket","requestParameters":{"bucketName":"reports"}}"#,
/// )
/// .expect("has an eventTime");
/// let found = resources(&record).pop_first().expect("a bucket");
/// assert_eq!(found.kind.as_deref(), Some("AWS::S3::Bucket"));
/// assert_eq!(found.name, "reports");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    /// The type, such as `AWS::S3::Bucket`; unknown for some records.
    pub kind: Option<Cow<'static, str>>,
    /// The name: an ARN, an id or a bare name.
    pub name: String,
}

impl Resource {
    /// Lists the forms of the name under which a lookup finds the resource.
    ///
    /// Each form comes once, the name itself first: then the id behind the
    /// last `/` and behind the last `:`, and of an ARN the resource without
    /// partition, Region and account, with and without its first word.
    ///
    /// ```
    /// let bucket = trail::Resource { kind: None, name: "arn:aws:s3:::reports".to_owned() };
    /// assert!(bucket.name_forms().eq(["arn:aws:s3:::reports", "reports"]));
    /// ```
    pub fn name_forms(&self) -> impl Iterator<Item = &str> {
        name::forms(&self.name)
    }
}

/// Names the resources of an event: each once, in a stable order.
///
/// The union of what the curated extractors find in request and response and
/// of what the record lists itself. A name of unknown type is left out where
/// the same name has a type.
pub fn resources(record: &Record<'_>) -> BTreeSet<Resource> {
    let mut found = Found::default();
    for listed in record
        .resources
        .map(|list| listed::listed(list.get()))
        .unwrap_or_default()
    {
        if let Some(name) = listed.name() {
            let kind = listed.kind.as_ref().filter(|kind| !kind.is_empty());
            found.insert(
                kind.map(|kind| Cow::Owned(kind.to_string())),
                Cow::Borrowed(name),
            );
        }
    }
    extract(record, &mut found);
    found.finish()
}

/// Lists the access keys that a call issued, such as `AssumeRole` does, each once.
///
/// They lead from a call signed with temporary credentials to the call that
/// they came from.
pub fn issued_access_keys(record: &Record<'_>) -> Vec<String> {
    let (Some(source), Some(response)) = (record.source(), record.response_elements) else {
        return Vec::new();
    };
    let rules = table::rules(source);
    if !rules.issue_keys() {
        return Vec::new();
    }
    let event = record.name().unwrap_or_default();
    let mut issued = BTreeSet::new();
    walk::strings(response.get(), |keys, text| {
        let mut found = rules.find(event, Place::Response, keys);
        if found.any(|rule| rule.take == Take::IssuedKey)
            && let Some(key) = text.decode().filter(|key| is_name(key))
        {
            issued.insert(key.into_owned());
        }
    });
    issued.into_iter().collect()
}

/// The parts of a service event that say what it was about.
///
/// Such an event has no request; the fields are read from the record's text
/// because no other kind of event needs them.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Details<'a> {
    #[serde(borrow)]
    service_event_details: Option<&'a RawValue>,
    #[serde(borrow)]
    additional_event_data: Option<&'a RawValue>,
}

/// Applies the curated extractors to a record.
fn extract(record: &Record<'_>, found: &mut Found) {
    let rules = table::rules(record.source().unwrap_or_default());
    let event = record.name().unwrap_or_default();
    let mut look = |place, json: Option<&RawValue>| {
        let Some(json) = json.map(RawValue::get) else {
            return;
        };
        walk::strings(json, |keys, text| {
            let mut is_ruled = false;
            for rule in rules.find(event, place, keys) {
                is_ruled = true;
                found.take(rule.take, rule.kind, text);
            }
            if !is_ruled {
                found.recognise(keys, text);
            }
        });
    };
    look(Place::Request, record.request_parameters);
    look(Place::Response, record.response_elements);
    if record.event_type.as_deref() == Some("AwsServiceEvent") {
        let details: Details<'_> = serde_json::from_str(record.text()).unwrap_or_default();
        look(Place::Anywhere, details.service_event_details);
        look(Place::Anywhere, details.additional_event_data);
    }
    found.join_object(record);
}

/// The resources found so far.
#[derive(Default)]
struct Found {
    resources: BTreeSet<Resource>,
    bucket: Option<String>,
    object_key: Option<String>,
}

impl Found {
    /// Adds a name, unless it is none; an ARN without a type gets the one that it tells.
    fn insert(&mut self, kind: Option<Cow<'static, str>>, name: Cow<'_, str>) {
        if is_name(&name) {
            let kind = kind.or_else(|| Some(Cow::Borrowed(Arn::parse(&name)?.kind()?)));
            self.resources.insert(Resource {
                kind,
                name: name.into_owned(),
            });
        }
    }

    /// Adds what a rule makes of the text that it found.
    fn take(&mut self, take: Take, kind: &'static str, text: Text<'_>) {
        let Some(text) = text.decode() else { return };
        let name = match take {
            Take::Session => text.rsplit(':').next().unwrap_or(&text).to_owned().into(),
            _ => text,
        };
        match take {
            Take::Bucket => self.bucket = Some(name.to_string()),
            Take::ObjectKey => return self.object_key = Some(name.into_owned()),
            _ => {}
        }
        // A field for a name may hold an id or ARN that tells its type better; but a
        // session called like the instance that it belongs to is still a session.
        let told = match take {
            Take::Session => None,
            _ => ec2_id::kind_of(&name),
        };
        let kind = told.or_else(|| (!kind.is_empty()).then_some(kind));
        let name = match arn::decode(&name) {
            Cow::Owned(decoded) => Cow::Owned(decoded),
            Cow::Borrowed(_) => name,
        };
        self.insert(kind.map(Cow::Borrowed), name);
    }

    /// Adds a text that no rule names but that is an id of EC2 or an ARN.
    ///
    /// ARNs count only near the root: deeper ones are the content of policies,
    /// filters and the like.
    fn recognise(&mut self, keys: &Keys<'_>, text: Text<'_>) {
        let raw = text.raw();
        if let Some(kind) = ec2_id::kind_of(raw) {
            self.insert(Some(Cow::Borrowed(kind)), Cow::Borrowed(raw));
        } else if raw.starts_with("arn") && is_arn_field(keys) {
            let Some(text) = text.decode() else { return };
            let name = arn::decode(&text);
            if Arn::parse(&name).is_some() {
                self.insert(None, Cow::Owned(name.into_owned()));
            }
        }
    }

    /// Adds the object of a bucket and a key that the request named.
    fn join_object(&mut self, record: &Record<'_>) {
        let (Some(bucket), Some(key)) = (self.bucket.take(), self.object_key.take()) else {
            return;
        };
        if bucket.is_empty() || key.is_empty() {
            return;
        }
        let name = if bucket.starts_with("arn:") {
            // An access point stands where a bucket does.
            format!("{bucket}/object/{key}")
        } else {
            let partition = partition(record.aws_region.as_deref().unwrap_or_default());
            format!("arn:{partition}:s3:::{bucket}/{key}")
        };
        self.insert(Some(Cow::Borrowed("AWS::S3::Object")), Cow::Owned(name));
    }

    /// Gives the resources back, without names of unknown type that also have a type.
    fn finish(mut self) -> BTreeSet<Resource> {
        if self
            .resources
            .first()
            .is_some_and(|resource| resource.kind.is_none())
        {
            let typed: BTreeSet<_> = self
                .resources
                .iter()
                .filter(|resource| resource.kind.is_some())
                .map(|resource| resource.name.clone())
                .collect();
            self.resources
                .retain(|resource| resource.kind.is_some() || !typed.contains(&resource.name));
        }
        self.resources
    }
}

/// Tells whether a text can name something that a lookup asks for.
fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len()) && text != HIDDEN
}

/// Tells whether a field without a rule is one that ARNs of resources stand in.
fn is_arn_field(keys: &Keys<'_>) -> bool {
    let key = keys.last();
    match keys.len() {
        1 => true,
        // `aws:lambda:FunctionArn` is a key of KMS's encryption context.
        2 => {
            let ends_with = |end: &str| {
                key.len().checked_sub(end.len()).is_some_and(|at| {
                    key.get(at..)
                        .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
                })
            };
            !key.contains(':')
                && (ends_with("arn") || ends_with("arns"))
                && keys
                    .parents()
                    .all(|parent| !parent.eq_ignore_ascii_case("encryptionContext"))
        }
        _ => false,
    }
}

/// The partition that a Region lies in, for ARNs.
fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("eusc") => "aws-eusc",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
