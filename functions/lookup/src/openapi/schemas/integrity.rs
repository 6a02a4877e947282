//! The shapes of coverage, findings and proofs.

use alerts::Level;
use integrity::FindingKind;
use serde_json::{Value, json};

use super::{count, text};
use crate::openapi::schema;

fn time(description: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": description })
}

pub(super) fn counts() -> Value {
    json!({
        "type": "object",
        "description": "How many hours are in which state; an hour of an account and Region counts once.",
        "required": ["proven", "pending", "finding", "unknown"],
        "properties": {
            "proven": count("a valid digest in its chain covers them, and all its log files are indexed as it lists them"),
            "pending": count("their digest is not due yet, or log files are still to be indexed"),
            "finding": count("something is wrong with them"),
            "unknown": count("nothing vouches for them: they are before the first digest"),
        },
    })
}

pub(super) fn coverage() -> Value {
    json!({
        "type": "object",
        "required": ["made_at", "start", "end", "hours", "complete", "streams"],
        "properties": {
            "made_at": { "type": ["string", "null"], "format": "date-time", "description": "when the hours were told; null where nobody has told any" },
            "start": time("the first moment that is meant"),
            "end": time("the moment behind the last"),
            "hours": schema("Counts"),
            "complete": { "type": "boolean", "description": "whether all runs are listed" },
            "streams": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["account", "region", "hours", "runs"],
                    "properties": {
                        "account": text("the account"),
                        "region": text("the Region"),
                        "hours": schema("Counts"),
                        "runs": {
                            "type": "array",
                            "description": "hours in one state, one after the other; hours in between are unknown",
                            "items": {
                                "type": "object",
                                "required": ["start", "end", "state"],
                                "properties": {
                                    "start": time("the first hour"),
                                    "end": time("the hour behind the last"),
                                    "state": { "enum": ["proven", "pending", "finding", "unknown"] },
                                },
                            },
                        },
                    },
                },
            },
        },
    })
}

pub(super) fn page() -> Value {
    json!({
        "type": "object",
        "required": ["findings", "cursor"],
        "properties": {
            "findings": { "type": "array", "items": schema("Finding") },
            "cursor": { "type": ["string", "null"], "description": "where the next page goes on; null at the end" },
        },
    })
}

pub(super) fn finding() -> Value {
    let kinds: Vec<&str> = FindingKind::ALL.iter().map(|kind| kind.as_str()).collect();
    json!({
        "type": "object",
        "description": "Something that keeps the history from being proven; what has no value is left out.",
        "required": ["state", "id", "origin", "kind", "severity", "title", "detail", "time", "found", "respond"],
        "properties": {
            "state": { "enum": crate::rest::findings::STATES },
            "id": text("the same for the same finding, however often it is met"),
            "origin": { "enum": ["integrity", "retention", "index"] },
            "kind": { "type": "string", "examples": kinds },
            "severity": { "enum": Level::ALL.map(Level::as_str) },
            "title": text("what it is, in words"),
            "detail": text("what exactly was found"),
            "account": text("the account whose history it is about"),
            "region": text("the Region whose history it is about"),
            "object": text("the object or item that it is about"),
            "time": time("when what it is about happened"),
            "found": time("when it was found"),
            "resolved": time("when it was found mended"),
            "respond": text("what to do next"),
        },
    })
}

pub(super) fn proof() -> Value {
    let object = |description: &str| json!({ "type": "object", "description": description });
    json!({
        "type": "object",
        "description": "The proof of one event, to be checked offline.",
        "required": ["version", "event_id", "record", "position", "log_file", "digest", "public_key", "next_digest"],
        "properties": {
            "version": count("the version of the document"),
            "event_id": text("the event's id"),
            "record": text("the record, byte for byte"),
            "position": object("where it stands in the inflated log file: index, offset, length"),
            "log_file": object("where the log file is stored, the SHA-256 of its content, and its object in base64, or null where the answer would be too large"),
            "digest": object("where the digest is stored, its object in base64, and its signature"),
            "public_key": object("the key that verifies the signature"),
            "next_digest": { "type": ["object", "null"], "description": "the next digest, which vouches for this one; null while it is not there" },
        },
    })
}
