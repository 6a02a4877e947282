//! The shapes of alerts.

use alerts::finding::Origin;
use alerts::{Level, Stage};
use index::Attribute;
use serde_json::{Value, json};

use super::{count, text};
use crate::openapi::schema;

pub(super) fn page() -> Value {
    json!({
        "type": "object",
        "required": ["alerts", "cursor"],
        "properties": {
            "alerts": { "type": "array", "items": schema("Alert") },
            "cursor": { "type": ["string", "null"], "description": "where the next page goes on; null at the end" },
        },
    })
}

pub(super) fn alert() -> Value {
    let time = |description: &str| json!({ "type": "string", "format": "date-time", "description": description });
    let texts = |description: &str| json!({ "type": "array", "items": { "type": "string" }, "description": description });
    json!({
        "type": "object",
        "description": "An alert; what has no value is left out.",
        "required": ["id", "state", "kind", "rule", "event_ids", "count", "first_time", "last_time"],
        "properties": {
            "id": text("the same for the same match, whoever finds it and when"),
            "state": {
                "enum": ["pending", "sent", "suppressed"],
                "description": "found and not yet published; published; folded into an alert of the same rule and group that was",
            },
            "kind": {
                "enum": ["event", "correlation", "closing", "finding"],
                "description": "one event matched; several did together; a window of suppression ended, in which there were more; Trailkeep found out something about the history itself",
            },
            "rule": rule(&texts),
            "account": text("the account whose history holds the events"),
            "region": text("the Region that handled the calls"),
            "category": text("the events' category, as CloudTrail names it"),
            "group": {
                "type": "array",
                "description": "what the events have in common",
                "items": {
                    "type": "object",
                    "required": ["field", "value"],
                    "properties": { "field": text("a field of the record"), "value": text("its value") },
                },
            },
            "event_ids": texts("the ids of the events, 50 at most"),
            "count": count("how many events there are"),
            "is_estimate": { "type": "boolean", "description": "whether the count may be too high" },
            "first_time": time("when the first of the events happened"),
            "last_time": time("when the last of them did"),
            "event": event(),
            "opened_by": text("the id of the alert that opened the window which this one closes"),
            "finding": finding(),
            "log_file": text("the log file that holds the event"),
            "record": { "type": "object", "description": "the event's record without its secrets; absent where it is too large or the alert was suppressed" },
        },
    })
}

fn rule(texts: &impl Fn(&str) -> Value) -> Value {
    json!({
        "type": "object",
        "description": "the rule as it was when it matched",
        "required": ["id", "title", "level", "stage"],
        "properties": {
            "id": text("the rule's id"),
            "title": text("what the rule is called"),
            "level": { "enum": Level::ALL.map(Level::as_str) },
            "description": text("why a match matters"),
            "tags": texts("Sigma's tags, ATT&CK techniques among them"),
            "falsepositives": texts("what else may look like this"),
            "references": texts("where to read more"),
            "cis": text("the rule's number in the CIS AWS Foundations Benchmark"),
            "respond": text("what to do next"),
            "stage": { "enum": [Stage::Alert.as_str(), Stage::Stage.as_str()] },
        },
    })
}

fn finding() -> Value {
    let origins = [Origin::Integrity, Origin::Retention, Origin::Index];
    json!({
        "type": "object",
        "description": "what was found out, where no rule matched",
        "required": ["id", "origin", "kind"],
        "properties": {
            "id": text("the finding's id, the same however often it is met"),
            "origin": { "enum": origins.map(Origin::as_str), "description": "which part of Trailkeep found it" },
            "kind": text("what it is, such as digest-missing"),
            "object": text("the object or item that it is about"),
        },
    })
}

fn event() -> Value {
    let named = |attribute: Attribute| text(attribute.description());
    json!({
        "type": "object",
        "description": "the event, or of several the one that is at hand",
        "properties": {
            "what": {
                "type": "object",
                "properties": {
                    "name": named(Attribute::EventName),
                    "source": named(Attribute::EventSource),
                    "read_only": { "type": "boolean" },
                    "error_code": named(Attribute::ErrorCode),
                    "error_message": text("the error in words"),
                },
            },
            "who": {
                "type": "object",
                "properties": {
                    "user": named(Attribute::Username),
                    "type": text("the identity's type, such as AssumedRole"),
                    "principal": named(Attribute::Principal),
                    "account": text("the identity's account"),
                    "role": text("the role behind the session"),
                    "session": named(Attribute::Session),
                    "source_identity": named(Attribute::SourceIdentity),
                    "access_key": named(Attribute::AccessKeyId),
                    "mfa": { "type": "boolean", "description": "whether a second factor was given" },
                    "invoked_by": named(Attribute::InvokedBy),
                },
            },
            "origin": {
                "type": "object",
                "properties": {
                    "source_ip": named(Attribute::SourceIp),
                    "user_agent": named(Attribute::UserAgent),
                    "vpc_endpoint": named(Attribute::VpcEndpoint),
                },
            },
            "resources": {
                "type": "array",
                "description": "the first ten resources",
                "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": { "type": named(Attribute::ResourceType), "name": named(Attribute::ResourceName) },
                },
            },
            "resource_count": count("how many resources there are"),
        },
    })
}
