//! The Rust SDK's client, walking through everything with its paginator.

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::operation::lookup_events::builders::LookupEventsFluentBuilder;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{Event, EventCategory, LookupAttribute, LookupAttributeKey};
use serde_json::{Map, Value, json};

use crate::question::{KEYS, Question};
use crate::stack::{Stack, sdk};

/// The most events that are walked through seven at a time.
const MOST_BY_SEVEN: usize = 300;

/// A client of the lookup API at an address.
pub(crate) fn client(url: &str) -> Client {
    Client::new(&sdk(url))
}

/// A request that asks a question.
pub(crate) fn request(client: &Client, question: &Question) -> LookupEventsFluentBuilder {
    let mut request = client
        .lookup_events()
        .set_start_time(question.start.map(DateTime::from_secs))
        .set_end_time(question.end.map(DateTime::from_secs))
        .set_event_category(question.category.map(EventCategory::from));
    for (key, value) in &question.attributes {
        request = request.lookup_attributes(attribute(key, value));
    }
    request
}

pub(crate) fn attribute(key: &str, value: &str) -> LookupAttribute {
    LookupAttribute::builder()
        .attribute_key(LookupAttributeKey::from(key))
        .attribute_value(value)
        .build()
        .expect("a key and a value")
}

/// An event as it stood in the answer.
pub(crate) fn told(event: &Event) -> Value {
    let mut told = Map::new();
    let mut tell = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            told.insert(key.to_owned(), value.into());
        }
    };
    tell("EventId", event.event_id());
    tell("EventName", event.event_name());
    tell("EventSource", event.event_source());
    tell("ReadOnly", event.read_only());
    tell("Username", event.username());
    tell("AccessKeyId", event.access_key_id());
    tell("CloudTrailEvent", event.cloud_trail_event());
    let time = event.event_time().expect("a time");
    assert_eq!(time.subsec_nanos(), 0, "whole seconds");
    told.insert("EventTime".into(), time.secs().into());
    let resources = event.resources.as_ref().expect("a list, if an empty one");
    let resources = resources.iter().map(|resource| {
        let name = resource.resource_name();
        match resource.resource_type() {
            Some(kind) => json!({"ResourceType": kind, "ResourceName": name}),
            None => json!({"ResourceName": name}),
        }
    });
    told.insert("Resources".into(), resources.collect());
    told.into()
}

/// Asks a question and reads all pages of the answer; the events, and how many pages were empty.
pub(crate) async fn walk(url: &str, question: &Question, page: i32) -> (Vec<Value>, usize) {
    let mut pages = request(&client(url), question)
        .into_paginator()
        .page_size(page)
        .send();
    let (mut found, mut empty) = (Vec::new(), 0);
    while let Some(answer) = pages.next().await {
        let answer = answer.unwrap_or_else(|error| panic!("{error:?} for {question:?}"));
        let events = answer.events();
        assert!(events.len() <= usize::try_from(page).expect("positive"));
        assert_ne!(answer.next_token(), Some(""), "the end has no token");
        empty += usize::from(events.is_empty() && answer.next_token().is_some());
        found.extend(events.iter().map(told));
    }
    (found, empty)
}

/// Sees a question answered as the files say, at both sizes of pages.
async fn check(stack: &Stack, question: &Question) {
    let count = stack.oracle.find(question).count();
    for page in [50, 7] {
        if page == 50 || count <= MOST_BY_SEVEN {
            let (found, _) = walk(&stack.url, question, page).await;
            stack.oracle.check(question, found);
        }
    }
}

#[tokio::test]
async fn every_attribute_finds_what_the_files_hold() {
    for stack in Stack::all() {
        for key in KEYS {
            let values = stack.oracle.values(key);
            assert!(!values.is_empty(), "{key}");
            let last = values.len() - 1;
            let mut picked = vec![0, last / 2, last];
            picked.dedup();
            for (value, count) in picked.iter().filter_map(|number| values.get(*number)) {
                let question = Question::by(key, value);
                assert_eq!(stack.oracle.find(&question).count(), *count);
                check(stack, &question).await;
            }
        }
    }
}

#[tokio::test]
async fn a_lookup_without_an_attribute_finds_all_management_events() {
    for stack in Stack::all() {
        let question = Question::default();
        let (found, _) = walk(&stack.url, &question, 50).await;
        assert!(found.len() > 2_000);
        stack.oracle.check(&question, found);
    }
}

#[tokio::test]
async fn a_value_that_no_event_has_finds_nothing() {
    for key in KEYS.into_iter().filter(|key| *key != "ReadOnly") {
        let (found, _) = walk(
            &Stack::sample().url,
            &Question::by(key, "no-such-value"),
            50,
        )
        .await;
        assert_eq!(found, Vec::<Value>::new(), "{key}");
    }
}

#[tokio::test]
async fn values_are_told_apart_by_case() {
    let stack = Stack::sample();
    let (name, _) = &stack.oracle.values("EventName")[0];
    let question = Question::by("EventName", name.to_uppercase());
    let (found, _) = walk(&stack.url, &question, 50).await;
    assert_eq!(found, Vec::<Value>::new());
}

#[tokio::test]
async fn insights_are_found_by_their_category_alone() {
    let stack = Stack::sample();
    let all = Question::of("insight");
    let insights: Vec<_> = stack.oracle.find(&all).collect();
    assert_eq!(insights.len(), 2, "one insight starts and ends");
    check(stack, &all).await;
    for key in ["EventId", "EventName", "EventSource"] {
        let value = insights[0].told[key].as_str().expect("a value");
        let question = Question::of("insight").and(key, value);
        assert_ne!(stack.oracle.find(&question).count(), 0, "{key}");
        check(stack, &question).await;
    }
    let id = insights[0].id.as_str();
    check(stack, &Question::by("EventId", id)).await;
}

#[tokio::test]
async fn other_categories_are_found_where_they_are_asked_for() {
    let stack = Stack::sample();
    for category in ["data", "networkactivity", "management"] {
        let all = Question::of(category);
        assert_ne!(stack.oracle.find(&all).count(), 0, "{category}");
        check(stack, &all).await;
        check(stack, &all.and("ReadOnly", "true")).await;
    }
}

#[tokio::test]
async fn several_attributes_are_all_met() {
    for stack in Stack::all() {
        let (source, _) = &stack.oracle.values("EventSource")[0];
        for (user, _) in stack.oracle.values("Username").iter().take(3) {
            for read_only in ["true", "false"] {
                let question = Question::by("Username", user)
                    .and("ReadOnly", read_only)
                    .and("EventSource", source);
                check(stack, &question).await;
            }
        }
    }
}

#[tokio::test]
async fn pages_without_events_lead_on_to_the_end() {
    for stack in Stack::all() {
        let mut empty_pages = 0;
        for key in ["EventId", "Username", "ResourceName"] {
            let values = stack.oracle.values(key);
            for (value, _) in values.iter().rev().take(3) {
                let question = Question::by(key, value);
                let (found, empty) = walk(&stack.tight_url, &question, 7).await;
                stack.oracle.check(&question, found);
                empty_pages += empty;
            }
        }
        assert_ne!(empty_pages, 0, "the budget is too large to show it");
    }
}
