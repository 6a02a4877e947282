//! Ranges of time, which the Rust SDK sends with fractions of a second.

use aws_sdk_cloudtrail::primitives::DateTime;

use crate::question::Question;
use crate::sdk::{client, request, told, walk};
use crate::stack::Stack;

async fn check(stack: &Stack, question: Question, page: i32) {
    let (found, _) = walk(&stack.url, &question, page).await;
    stack.oracle.check(&question, found);
}

#[tokio::test]
async fn both_ends_of_a_range_belong_to_it() {
    for stack in Stack::all() {
        let times: Vec<i64> = stack.oracle.events.iter().map(|event| event.time).collect();
        let (newest, oldest) = (times[0], times[times.len() - 1]);
        let (late, early) = (times[times.len() / 4], times[times.len() / 4 + 300]);
        for (start, end) in [
            (Some(early), Some(late)),
            (Some(early), None),
            (None, Some(early)),
            (Some(early + 1), Some(late - 1)),
            (Some(early), Some(early)),
            (Some(newest), None),
            (None, Some(oldest)),
            (Some(newest + 1), None),
            (None, Some(oldest - 1)),
        ] {
            check(stack, Question::default().within(start, end), 50).await;
            let (user, _) = &stack.oracle.values("Username")[0];
            let question = Question::by("Username", user).within(start, end);
            check(stack, question, 50).await;
        }
    }
}

#[tokio::test]
async fn a_busy_second_is_paged_through_in_the_order_of_the_ids() {
    for stack in Stack::all() {
        let (second, count) = stack.oracle.busiest_second();
        assert!(count >= 2, "events share a second");
        for page in [1, 2, 7] {
            let question = Question::default().within(second, second);
            assert_eq!(stack.oracle.find(&question).count(), count);
            check(stack, question, page).await;
        }
    }
}

#[tokio::test]
async fn a_fraction_narrows_a_range() {
    let stack = Stack::sample();
    let (second, _) = stack.oracle.busiest_second();
    let half_past = |second: i64| DateTime::from_millis(second * 1_000 + 500);
    for (start, end, seconds) in [
        (half_past(second - 1), half_past(second), second..=second),
        (
            half_past(second),
            half_past(second + 90),
            second + 1..=second + 90,
        ),
        (
            half_past(second - 90),
            half_past(second - 1),
            second - 90..=second - 1,
        ),
    ] {
        let question = Question::default().within(*seconds.start(), *seconds.end());
        let answer = request(&client(&stack.url), &Question::default())
            .start_time(start)
            .end_time(end)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.next_token(), None);
        let found = answer.events().iter().map(told).collect();
        stack.oracle.check(&question, found);
    }
}
