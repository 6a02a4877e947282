//! An alert as a custom notification of Amazon Q Developer in chat applications.
//!
//! The schema is that of its administrator guide ("Custom notifications"):
//! version, source, content and metadata. It is shown in the markdown of the
//! chat it goes to; the end of a window of suppression joins the thread of the
//! alert that opened it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::alert::{Alert, Kind};
use crate::around::Around;
use crate::escape::markdown::{code, field, words};
use crate::event::NamedResource;
use crate::machine::transportable;
use crate::time::stamp;

/// A custom notification.
#[derive(Serialize)]
struct Notification {
    version: &'static str,
    source: &'static str,
    id: String,
    content: Content,
    metadata: Metadata,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    text_type: &'static str,
    title: String,
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    next_steps: Vec<String>,
    keywords: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    thread_id: String,
    summary: String,
    event_type: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_resources: Vec<String>,
    additional_context: BTreeMap<&'static str, String>,
}

/// Writes an alert as a custom notification.
pub fn chat(alert: &Alert) -> String {
    let level = alert.rule.level.tag();
    let more = match alert.kind {
        Kind::Closing => format!("{} more: ", alert.count),
        Kind::Event | Kind::Correlation | Kind::Finding => String::new(),
    };
    let title = format!("{level}: {more}{}", words(&alert.rule.title, 120));
    let notification = Notification {
        version: "1.0",
        source: "custom",
        id: alert.id.clone(),
        content: Content {
            text_type: "client-markdown",
            description: description(alert),
            next_steps: next_steps(alert),
            keywords: keywords(alert),
            title: title.clone(),
        },
        metadata: Metadata {
            // A thread for each alert, and its window's end in it. By rule alone a new
            // alert would go unseen in an old thread.
            thread_id: alert.opened_by.clone().unwrap_or_else(|| alert.id.clone()),
            summary: alert.caller().map_or_else(
                || title.clone(),
                |caller| format!("{title} by {}", words(&caller, 80)),
            ),
            event_type: "trailkeep alert",
            related_resources: related_resources(alert),
            additional_context: additional_context(alert),
        },
    };
    transportable(serde_json::to_string(&notification).unwrap_or_default())
}

fn description(alert: &Alert) -> String {
    let mut lines = Vec::new();
    let mut add = |label: &str, values: &[Option<String>]| {
        let values: Vec<_> = values.iter().flatten().map(String::as_str).collect();
        if !values.is_empty() {
            lines.push(format!("- {label}: {}", values.join(" ")));
        }
    };
    let quoted = |value: Option<&str>| value.map(|value| code(value, 120));
    let labelled = |label: &str, value: Option<&str>| {
        value.map(|value| format!("{label} {}", code(value, 120)))
    };
    let event = alert.event.as_ref();
    if let Some(event) = event {
        let what = &event.what;
        let label = if alert.kind == Kind::Event {
            "What"
        } else {
            "Such as"
        };
        add(
            label,
            &[
                quoted(what.name.as_deref()),
                labelled("on", what.source.as_deref()),
            ],
        );
        if alert.kind == Kind::Event {
            let outcome = match &what.error_code {
                None => "succeeded".to_owned(),
                Some(error) => format!("failed with {}", code(error, 120)),
            };
            add("Outcome", &[Some(outcome)]);
        }
        if alert.caller().is_some() {
            let who = &event.who;
            let key = who
                .access_key
                .as_deref()
                .filter(|_| alert.kind == Kind::Event);
            add(
                "Who",
                &[
                    quoted(who.name().as_deref()),
                    labelled("source identity", who.source_identity.as_deref()),
                    labelled("key", key),
                ],
            );
        }
    }
    if let Some(finding) = &alert.finding {
        add(
            "Object",
            &[finding.object.as_deref().map(|object| code(object, 600))],
        );
    }
    if matches!(alert.kind, Kind::Correlation | Kind::Closing) {
        let about = if alert.is_estimate { "about " } else { "" };
        add("Events", &[Some(format!("{about}{}", alert.count))]);
        for group in &alert.group {
            add(
                "Common",
                &[Some(field(&group.field, 60)), quoted(Some(&group.value))],
            );
        }
    }
    let (first, last) = (stamp(alert.first_time), stamp(alert.last_time));
    add(
        "When",
        &[Some(if first == last {
            first
        } else {
            format!("{first} to {last}")
        })],
    );
    if let Some(event) = event.filter(|_| alert.kind == Kind::Event) {
        add(
            "From",
            &[
                quoted(event.origin.source_ip.as_deref()),
                labelled("by", event.origin.user_agent.as_deref()),
                labelled("through", event.origin.vpc_endpoint.as_deref()),
            ],
        );
    }
    add(
        "Account",
        &[
            quoted(alert.account.as_deref()),
            quoted(alert.region.as_deref()),
        ],
    );
    for resource in resources(alert).iter().take(3) {
        add("Resource", &[quoted(Some(&resource.name))]);
    }
    let mut text = lines.join("\n");
    if !alert.rule.description.is_empty() {
        text.push_str("\n\n");
        text.push_str(&words(&alert.rule.description, 600));
    }
    text
}

fn next_steps(alert: &Alert) -> Vec<String> {
    let respond = alert.rule.respond.as_deref();
    let around = Around::of(alert).map(|around| {
        format!(
            "See what {} did around it: {}",
            around.by,
            code(&around.trailkeep, 600)
        )
    });
    respond
        .map(|text| words(text, 500))
        .into_iter()
        .chain(around)
        .collect()
}

fn keywords(alert: &Alert) -> Vec<String> {
    let mut keywords = vec![alert.rule.level.as_str().to_owned()];
    keywords.extend(
        alert
            .rule
            .techniques()
            .map(|technique| words(&technique, 20))
            .take(4),
    );
    keywords.extend(
        alert
            .rule
            .cis
            .as_deref()
            .map(|cis| format!("CIS {}", words(cis, 10))),
    );
    keywords
}

/// The resources of the one event; of several, one's are not all's.
fn resources(alert: &Alert) -> &[NamedResource] {
    match &alert.event {
        Some(event) if alert.kind == Kind::Event => &event.resources,
        _ => &[],
    }
}

fn related_resources(alert: &Alert) -> Vec<String> {
    resources(alert)
        .iter()
        .map(|resource| words(&resource.name, 200))
        .collect()
}

/// What custom actions of the chat take as variables: ids, and nothing that is not one.
fn additional_context(alert: &Alert) -> BTreeMap<&'static str, String> {
    let known = [
        ("alert_id", Some(&alert.id)),
        ("rule_id", Some(&alert.rule.id)),
        ("account", alert.account.as_ref()),
        ("region", alert.region.as_ref()),
        ("event_id", alert.event_ids.first()),
    ];
    let is_id = |text: &str| {
        let mut letters = text.chars();
        letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    let mut context: BTreeMap<_, _> = known
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|value| is_id(value))?.clone())))
        .collect();
    context.insert("severity", alert.rule.level.as_str().to_owned());
    context
}
