//! The description of the API: OpenAPI 3.1.
//!
//! Made from the attributes that lookups know, so that it cannot lag behind.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use index::Attribute;
use serde_json::{Value, json};

mod schemas;

/// Answers the description.
pub(crate) async fn document() -> Response {
    Json(describe()).into_response()
}

fn describe() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Trailkeep lookup",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Looks up the events of a self-hosted CloudTrail event history. Nothing can be changed through it.",
        },
        "paths": {
            "/": {
                "get": get("routes", "Lists the routes.", &[], &answer("The routes.", &json!({ "type": "object" }))),
                "post": lookup_events(),
            },
            "/v1/events": {
                "get": get(
                    "events",
                    "Gives back the events that meet all conditions, a page at a time. The first page's cursor, given with the same other parameters, leads to the next; the last page has none. A page may be empty and still have one.",
                    &event_parameters(),
                    &answer("A page of events.", &schema("Page")),
                ),
            },
            "/v1/events/{id}": {
                "get": get(
                    "event",
                    "Gives back every event of an id, in any category: more than one where their content differs, which is evidence. Not over before an answer comes without a cursor.",
                    &[
                        parameter("id", "path", "the event's id", &json!({ "type": "string" })),
                        cursor(),
                    ],
                    &answer("The events of the id.", &schema("Page")),
                ),
            },
            "/v1/events/{id}/proof": {
                "get": get(
                    "proof",
                    "Gives back the document that proves an event: the record, its log file, the digest that lists it with signature and public key, and the next digest. To be checked offline. 404 where no event of the id is kept or the archive no longer has its log file, 409 where no digest that can be relied on lists it (yet). The log file's content is null where the answer would be too large.",
                    &[parameter("id", "path", "the event's id", &json!({ "type": "string" }))],
                    &answer("The proof.", &schema("Proof")),
                ),
            },
            "/v1/coverage": {
                "get": get(
                    "coverage",
                    "Tells which hours are proven complete, by account and Region. An hour is that of delivery.",
                    &coverage_parameters(),
                    &answer("The hours.", &schema("Coverage")),
                ),
            },
            "/v1/integrity": {
                "get": get(
                    "integrity",
                    "Gives back what was found wrong with digests, log files and the index, the newest first, a page at a time. The first page's cursor, given with the same other parameters, leads to the next; the last page has none.",
                    &finding_parameters(),
                    &answer("A page of findings.", &schema("FindingPage")),
                ),
            },
            "/v1/alerts": {
                "get": get(
                    "alerts",
                    "Gives back alerts, the newest first, a page at a time: published ones, those that are yet to be, and those that were folded into one that was. The first page's cursor, given with the same other parameters, leads to the next; the last page has none. A page may be empty and still have one.",
                    &alert_parameters(),
                    &answer("A page of alerts.", &schema("AlertPage")),
                ),
            },
            "/v1/status": {
                "get": get("status", "Tells what is indexed.", &[], &answer("What is indexed.", &schema("Status"))),
            },
            "/openapi.json": {
                "get": get("openapi", "Gives back this description.", &[], &answer("This description.", &json!({ "type": "object" }))),
            },
        },
        "components": { "schemas": schemas::schemas() },
    })
}

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn answer(description: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn get(id: &str, summary: &str, parameters: &[Value], answer: &Value) -> Value {
    let problem = json!({
        "description": "What is wrong.",
        "content": { "application/problem+json": { "schema": schema("Problem") } },
    });
    json!({
        "operationId": id,
        "description": summary,
        "parameters": parameters,
        "responses": { "200": answer, "default": problem },
    })
}

fn parameter(name: &str, place: &str, description: &str, schema: &Value) -> Value {
    json!({
        "name": name,
        "in": place,
        "required": place == "path",
        "description": description,
        "schema": schema,
    })
}

fn cursor() -> Value {
    let description = "where the page before left off, as its answer says";
    parameter("cursor", "query", description, &json!({ "type": "string" }))
}

/// The parameters `start` and `end`.
fn range() -> [Value; 2] {
    let time = json!({ "type": "string", "examples": ["24h", "2026-10-13T08:00:00Z", "2026-10-13", "1791878400"] });
    [
        parameter(
            "start",
            "query",
            "the first moment that is wanted, itself included: ISO 8601 (UTC without an offset, a date from its start), seconds since 1970, or how long ago in s, m, h, d or w",
            &time,
        ),
        parameter(
            "end",
            "query",
            "the last moment that is wanted, itself included: as start, but a date to its end",
            &time,
        ),
    ]
}

/// The parameter `limit`.
fn limit(what: &str, usual: usize, most: usize) -> Value {
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": most, "default": usual });
    parameter(
        "limit",
        "query",
        &format!("how many {what} a page has at most"),
        &limit,
    )
}

fn alert_parameters() -> Vec<Value> {
    let text = json!({ "type": "string", "minLength": 1 });
    let level = json!({ "enum": alerts::Level::ALL.map(alerts::Level::as_str) });
    let state = json!({ "enum": ["pending", "sent", "suppressed"] });
    let mut parameters = Vec::from(range());
    parameters.extend([
        parameter("rule", "query", "the id of the rule that matched", &text),
        parameter("level", "query", "the least level", &level),
        parameter("account", "query", "the account of the events", &text),
        parameter("state", "query", "where the alert stands", &state),
        limit(
            "alerts",
            crate::rest::alerts::USUAL_ALERTS,
            crate::rest::alerts::MOST_ALERTS,
        ),
        cursor(),
    ]);
    parameters
}

fn coverage_parameters() -> Vec<Value> {
    let text = json!({ "type": "string", "minLength": 1 });
    let mut parameters = Vec::from(range());
    parameters.extend([
        parameter("account", "query", "the account", &text),
        parameter("region", "query", "the Region", &text),
    ]);
    parameters
}

fn finding_parameters() -> Vec<Value> {
    let text = json!({ "type": "string", "minLength": 1 });
    let state = json!({ "enum": crate::rest::findings::STATES });
    let mut parameters = Vec::from(range());
    parameters.extend([
        parameter("kind", "query", "what it is, such as log-changed", &text),
        parameter("state", "query", "whether it is mended", &state),
        parameter("account", "query", "the account that it is about", &text),
        limit(
            "findings",
            crate::rest::findings::USUAL_FINDINGS,
            crate::rest::findings::MOST_FINDINGS,
        ),
        cursor(),
    ]);
    parameters
}

fn event_parameters() -> Vec<Value> {
    let category = json!({
        "type": "array",
        "items": { "enum": ["management", "data", "networkactivity", "insight", "all"] },
        "default": ["management"],
    });
    let order = json!({ "enum": ["newest", "oldest"], "default": "newest" });
    let mut parameters = Vec::from(range());
    parameters.extend([
        parameter(
            "category",
            "query",
            "the categories that are looked through",
            &category,
        ),
        parameter("order", "query", "which events come first", &order),
        limit(
            "events",
            crate::rest::USUAL_EVENTS,
            crate::rest::MOST_EVENTS,
        ),
        cursor(),
    ]);
    for attribute in Attribute::ALL {
        let value = match attribute {
            Attribute::ReadOnly => json!({ "enum": ["true", "false"] }),
            _ => json!({ "type": "string", "minLength": 1, "maxLength": 2_000 }),
        };
        let values = json!({ "type": "array", "items": value });
        let (name, description) = (attribute.parameter(), attribute.description());
        let wanted = format!("{description}; repeated, any of the values will do");
        parameters.push(parameter(name, "query", &wanted, &values));
        let unwanted = format!("leaves out events with this value of {name}");
        parameters.push(parameter(&format!("{name}!"), "query", &unwanted, &values));
    }
    parameters
}

fn lookup_events() -> Value {
    let target = json!({
        "enum": [
            "CloudTrail_20131101.LookupEvents",
            "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
        ],
    });
    let content = |name: &str| json!({ "application/x-amz-json-1.1": { "schema": schema(name) } });
    json!({
        "operationId": "LookupEvents",
        "description": "CloudTrail's LookupEvents, AWS JSON 1.1. Beyond it: further categories and attribute keys, and more than one attribute (different keys must all hold, of the same key any). Unknown members of the request are an error.",
        "parameters": [
            { "name": "X-Amz-Target", "in": "header", "required": true, "description": "the operation", "schema": target },
        ],
        "requestBody": { "required": true, "content": content("LookupEventsRequest") },
        "responses": {
            "200": { "description": "A page of events.", "content": content("LookupEventsResponse") },
            "default": { "description": "What is wrong.", "content": content("LookupEventsError") },
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_description_names_the_routes_that_there_are() {
        let document = describe();
        let paths = document["paths"].as_object().expect("paths");
        let described: BTreeSet<(String, &str)> = paths
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().expect("methods").keys();
                methods.map(move |method| (method.to_uppercase(), path.as_str()))
            })
            .collect();
        let routes: BTreeSet<_> = crate::rest::ROUTES
            .iter()
            .map(|(method, path, _)| ((*method).to_owned(), *path))
            .collect();
        assert_eq!(described, routes);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references(value: &Value, found: &mut BTreeSet<String>) {
            match value {
                Value::Object(members) => members.iter().for_each(|(name, value)| {
                    if name == "$ref" {
                        found.extend(value.as_str().map(str::to_owned));
                    }
                    references(value, found);
                }),
                Value::Array(values) => values.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document = describe();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}
