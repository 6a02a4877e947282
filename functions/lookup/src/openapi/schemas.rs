//! The shapes of requests and answers.

use index::Attribute;
use serde_json::{Value, json};

use super::schema;

mod alert;
mod integrity;

pub(super) fn schemas() -> Value {
    json!({
        "Event": event(),
        "Page": page(),
        "Alert": alert::alert(),
        "AlertPage": alert::page(),
        "Counts": integrity::counts(),
        "Coverage": integrity::coverage(),
        "Finding": integrity::finding(),
        "FindingPage": integrity::page(),
        "Proof": integrity::proof(),
        "Status": status(),
        "Problem": problem(),
        "LookupEventsRequest": request(),
        "LookupEventsResponse": response(),
        "LookupEventsError": {
            "type": "object",
            "required": ["__type", "message"],
            "properties": { "__type": text("the error's code"), "message": text("what is wrong") },
        },
    })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn count(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": description })
}

fn event() -> Value {
    let named = |attribute: Attribute| text(attribute.description());
    json!({
        "type": "object",
        "description": "An event; what has no value is left out.",
        "required": ["event_time", "category", "resources", "record"],
        "properties": {
            "event_id": named(Attribute::EventId),
            "event_name": named(Attribute::EventName),
            "event_source": named(Attribute::EventSource),
            "event_time": { "type": "string", "format": "date-time" },
            "category": { "enum": ["management", "data", "networkactivity", "insight"] },
            "user": named(Attribute::Username),
            "read_only": { "type": "boolean", "description": Attribute::ReadOnly.description() },
            "account": named(Attribute::Account),
            "region": named(Attribute::Region),
            "source_ip": named(Attribute::SourceIp),
            "error_code": named(Attribute::ErrorCode),
            "access_key": named(Attribute::AccessKeyId),
            "principal": named(Attribute::Principal),
            "resources": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "type": named(Attribute::ResourceType),
                        "name": named(Attribute::ResourceName),
                    },
                },
            },
            "restored": { "type": "boolean", "description": "whether the event is past retention and was restored; absent where it was not" },
            "restored_until": { "type": "string", "format": "date", "description": "the UTC day at whose start a restored event goes again" },
            "record": { "type": "object", "description": "the record, byte for byte as CloudTrail delivered it" },
        },
    })
}

fn page() -> Value {
    json!({
        "type": "object",
        "required": ["events", "cursor", "conflicts", "coverage", "consumed"],
        "properties": {
            "events": { "type": "array", "items": schema("Event") },
            "cursor": { "type": ["string", "null"], "description": "where the next page goes on; null at the end" },
            "conflicts": {
                "type": "array",
                "items": { "type": "string" },
                "description": "ids that events of this page share with others of different content",
            },
            "coverage": {
                "description": "how many hours of the time range are proven complete; null where nothing is known of any",
                "oneOf": [schema("Counts"), { "type": "null" }],
            },
            "consumed": {
                "type": "object",
                "properties": {
                    "read_units": { "type": "number", "description": "what the page took" },
                    "round_trips": count("how many rounds of reads, one behind the other"),
                },
            },
        },
    })
}

fn status() -> Value {
    let time = json!({ "type": "string", "format": "date-time" });
    json!({
        "type": "object",
        "required": ["complete", "files", "events", "categories", "days", "quarantined", "rejected", "conflicts"],
        "properties": {
            "complete": {
                "type": "boolean",
                "description": "whether all that is kept was counted; otherwise counts are what the read budget allowed, and the range of time is right",
            },
            "files": count("log files with events that are kept, each version of an object once"),
            "events": count("events in those files; a file that was indexed twice counts once"),
            "categories": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "events": count("events"),
                        "days": count("UTC days that have events"),
                        "oldest": time,
                        "newest": time,
                        "retention_days": count("how many days events of the category are kept where no exception is made; absent where forever"),
                    },
                },
            },
            "days": count("UTC days that have events"),
            "oldest": time,
            "newest": time,
            "lag_seconds": count("how long ago the newest event was"),
            "retention_days": count("how many days events are kept at the longest; absent where forever"),
            "retention_exceptions": {
                "type": "string",
                "description": "accounts whose events are kept otherwise, as in 444455556666=365,111122223333:Data=30; absent where there are none",
            },
            "quarantined": count("records that could not be indexed, in files that otherwise were"),
            "rejected": count("files that could not be indexed at all"),
            "conflicts": count("files with content that differs from what is stored under the same name"),
            "consumed": {
                "type": "object",
                "properties": { "read_units": { "type": "number", "description": "what the answer took" } },
            },
        },
    })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "Problem details, RFC 9457.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": text("about:blank: the status says it all"),
            "title": text("the status in words"),
            "status": { "type": "integer" },
            "detail": text("what is wrong"),
        },
    })
}

fn request() -> Value {
    let time = |name: &str| json!({ "type": ["number", "string"], "description": format!("{name}, itself included: seconds since 1970 or ISO 8601") });
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "LookupAttributes": {
                "type": "array",
                "maxItems": crate::MOST_VALUES,
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["AttributeKey", "AttributeValue"],
                    "properties": {
                        "AttributeKey": { "enum": Attribute::ALL.map(Attribute::key) },
                        "AttributeValue": { "type": "string", "minLength": 1, "maxLength": 2_000 },
                    },
                },
            },
            "StartTime": time("the first moment"),
            "EndTime": time("the last moment"),
            "EventCategory": {
                "enum": ["insight", "management", "data", "networkactivity", "all"],
                "default": "management",
            },
            "MaxResults": { "type": "integer", "minimum": 1, "maximum": 50, "default": 50 },
            "NextToken": text("where the page before left off"),
        },
    })
}

fn response() -> Value {
    json!({
        "type": "object",
        "required": ["Events"],
        "properties": {
            "Events": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["EventTime", "Resources", "CloudTrailEvent"],
                    "properties": {
                        "EventId": text(Attribute::EventId.description()),
                        "EventName": text(Attribute::EventName.description()),
                        "ReadOnly": { "enum": ["true", "false"] },
                        "AccessKeyId": text(Attribute::AccessKeyId.description()),
                        "EventTime": { "type": "integer", "description": "seconds since 1970" },
                        "EventSource": text(Attribute::EventSource.description()),
                        "Username": text(Attribute::Username.description()),
                        "Resources": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["ResourceName"],
                                "properties": {
                                    "ResourceType": text(Attribute::ResourceType.description()),
                                    "ResourceName": text(Attribute::ResourceName.description()),
                                },
                            },
                        },
                        "CloudTrailEvent": text("the record, byte for byte as CloudTrail delivered it"),
                    },
                },
            },
            "NextToken": text("where the next page goes on; absent at the end"),
        },
    })
}
