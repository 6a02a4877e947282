//! Every documented error of `LookupEvents` is the Rust SDK's typed exception.

use aws_sdk_cloudtrail::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_cloudtrail::operation::lookup_events::LookupEventsError;
use aws_sdk_cloudtrail::operation::lookup_events::builders::LookupEventsFluentBuilder;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::EventCategory;

use crate::question::Question;
use crate::sdk::{attribute, client, request};
use crate::stack::Stack;

async fn refused(request: LookupEventsFluentBuilder) -> LookupEventsError {
    let error = request.send().await.expect_err("refused");
    let status = error
        .raw_response()
        .map(|response| response.status().as_u16());
    assert_eq!(status, Some(400));
    let error = error.into_service_error();
    let message = error.message().expect("says why");
    assert!(!message.is_empty());
    error
}

fn lookup() -> LookupEventsFluentBuilder {
    client(&Stack::sample().url).lookup_events()
}

/// The first token of a lookup by an event name that many events have.
async fn token() -> (Question, String) {
    let question = Question::by("ReadOnly", "false");
    let request = request(&client(&Stack::sample().url), &question);
    let answer = request.max_results(1).send().await.expect("an answer");
    let token = answer.next_token().expect("goes on").to_owned();
    (question, token)
}

#[tokio::test]
async fn an_attribute_that_cannot_be_looked_up_is_an_invalid_lookup_attribute() {
    for (key, value) in [
        ("Nonsense", "a"),
        ("eventname", "DeleteBucket"),
        ("EventName", ""),
        ("EventName", &"a".repeat(2_001)),
        ("EventName", &"_".repeat(1_001)),
        ("ReadOnly", "True"),
        ("ReadOnly", "maybe"),
    ] {
        let error = refused(lookup().lookup_attributes(attribute(key, value))).await;
        assert!(
            error.is_invalid_lookup_attributes_exception(),
            "{key} {error:?}"
        );
    }
}

#[tokio::test]
async fn insights_are_looked_up_by_three_attributes_only() {
    for key in [
        "ReadOnly",
        "Username",
        "ResourceType",
        "ResourceName",
        "AccessKeyId",
    ] {
        let value = if key == "ReadOnly" { "true" } else { "a" };
        let request = lookup()
            .event_category(EventCategory::Insight)
            .lookup_attributes(attribute(key, value));
        let error = refused(request).await;
        assert!(
            error.is_invalid_lookup_attributes_exception(),
            "{key} {error:?}"
        );
    }
}

#[tokio::test]
async fn the_longest_values_are_looked_up() {
    for value in ["a".repeat(2_000), "_".repeat(1_000)] {
        let request = lookup().lookup_attributes(attribute("ResourceName", &value));
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.events().len(), 0);
    }
}

#[tokio::test]
async fn a_range_that_ends_before_it_starts_is_an_invalid_time_range() {
    let request = lookup()
        .start_time(DateTime::from_secs(1_791_849_601))
        .end_time(DateTime::from_secs(1_791_849_600));
    let error = refused(request).await;
    assert!(error.is_invalid_time_range_exception(), "{error:?}");
}

#[tokio::test]
async fn a_time_that_no_event_can_have_is_an_invalid_time_range() {
    for second in [253_402_300_800, -62_167_219_201] {
        let error = refused(lookup().start_time(DateTime::from_secs(second))).await;
        assert!(
            error.is_invalid_time_range_exception(),
            "{second} {error:?}"
        );
    }
}

#[tokio::test]
async fn a_page_is_of_one_to_fifty_events() {
    for events in [0, -1, 51, i32::MAX] {
        let error = refused(lookup().max_results(events)).await;
        assert!(
            error.is_invalid_max_results_exception(),
            "{events} {error:?}"
        );
    }
    for events in [1, 50] {
        let answer = lookup()
            .max_results(events)
            .send()
            .await
            .expect("an answer");
        assert_eq!(i32::try_from(answer.events().len()), Ok(events));
    }
    let answer = lookup().send().await.expect("an answer");
    assert_eq!(answer.events().len(), 50);
}

#[tokio::test]
async fn a_token_that_nobody_gave_out_is_an_invalid_next_token() {
    let (question, token) = token().await;
    let cut = &token[..token.len() - 1];
    for token in ["garbage", "", "AAAA", "ä", cut, &format!("{token}A")] {
        let request = request(&client(&Stack::sample().url), &question);
        let error = refused(request.next_token(token)).await;
        assert!(
            error.is_invalid_next_token_exception(),
            "{token:?} {error:?}"
        );
    }
}

#[tokio::test]
async fn a_token_with_other_parameters_is_an_invalid_next_token() {
    let (question, token) = token().await;
    let client = client(&Stack::sample().url);
    for other in [
        Question::default(),
        Question::by("ReadOnly", "true"),
        Question::by("EventName", "false"),
        question.clone().and("EventName", "DeleteBucket"),
        question.clone().within(1, None),
        question.clone().within(None, 1_999_999_999),
        Question {
            category: Some("data"),
            ..question.clone()
        },
    ] {
        let error = refused(request(&client, &other).next_token(&token)).await;
        assert!(
            error.is_invalid_next_token_exception(),
            "{other:?} {error:?}"
        );
    }
}

#[tokio::test]
async fn a_token_is_good_again_and_for_another_size_of_page() {
    let (question, token) = token().await;
    let stack = Stack::sample();
    let expected = stack.oracle.find(&question).map(|event| event.id.as_str());
    let expected: Vec<&str> = expected.collect();
    for size in [1, 7, 7, 50] {
        let request = request(&client(&stack.url), &question).next_token(&token);
        let answer = request.max_results(size).send().await.expect("an answer");
        let ids: Vec<_> = answer
            .events()
            .iter()
            .filter_map(|event| event.event_id())
            .collect();
        let until = usize::try_from(size).expect("positive") + 1;
        assert_eq!(ids, expected[1..until]);
    }
}

#[tokio::test]
async fn a_category_that_does_not_exist_is_an_invalid_event_category() {
    for category in ["nonsense", "Insight", ""] {
        let error = refused(lookup().event_category(EventCategory::from(category))).await;
        assert!(
            error.is_invalid_event_category_exception(),
            "{category} {error:?}"
        );
    }
}

#[tokio::test]
async fn what_would_change_a_trail_is_unsupported() {
    let stopping = client(&Stack::sample().url).stop_logging().name("trail");
    let error = stopping
        .send()
        .await
        .expect_err("refused")
        .into_service_error();
    assert!(error.is_unsupported_operation_exception(), "{error:?}");
}

#[tokio::test]
async fn other_operations_are_unknown() {
    let describing = client(&Stack::sample().url).describe_trails();
    let error = describing.send().await.expect_err("refused");
    let status = error
        .raw_response()
        .map(|response| response.status().as_u16());
    assert_eq!(status, Some(404));
    let shown = DisplayErrorContext(&error).to_string();
    assert_eq!(
        error.into_service_error().code(),
        Some("UnknownOperationException"),
        "{shown}"
    );
}
