//! A window publishes one alert and closes with the number of all others.

use std::collections::BTreeSet;

use alerts::window::REMEMBERED;
use alerts::{Admission, Alert, GroupValue, Level, RuleSummary, Window, event_hash};
use proptest::prelude::*;

const ACCOUNT: Option<&str> = Some("111122223333");

fn window(seconds: i64) -> Window {
    let group = [GroupValue::new(
        "userIdentity.arn",
        "arn:aws:iam::111122223333:user/alice",
    )];
    Window::open("rule", ACCOUNT, &group, 1_000, seconds, 0, "alert")
}

/// Stores the window and reads it again, as the function does between any two events.
fn stored(window: &Window) -> Window {
    let text = serde_json::to_string(window).expect("JSON");
    serde_json::from_str(&text).expect("the same window")
}

#[test]
fn the_opener_is_published_whenever_it_comes() {
    let mut window = window(60);
    for now in [1_000, 1_059, 1_060, 9_999] {
        assert_eq!(window.admit(0, "opener", 900, now), Admission::Publish);
    }
    assert_eq!(window.close(1_060), None, "nothing was folded");
    assert!(window.is_over(1_060));
}

#[test]
fn a_window_closes_with_what_it_folded() {
    let mut window = window(60);
    assert_eq!(window.admit(1, "b", 1_010, 1_020), Admission::Fold);
    assert_eq!(window.admit(2, "c", 990, 1_030), Admission::Fold);
    assert_eq!(window.admit(3, "d", 1_000, 1_059), Admission::Fold);
    assert_eq!(window.admit(4, "e", 1_000, 1_060), Admission::Over);
    // Redelivered after the end, it is still one of the folded.
    assert_eq!(window.admit(2, "c", 990, 2_000), Admission::Fold);
    assert_eq!(window.close(1_059), None, "it is not over");
    let closing = window.close(1_060).expect("three were folded");
    assert_eq!((closing.count, closing.is_estimate), (3, false));
    assert_eq!((closing.first, closing.last), (990, 1_010));
    assert_eq!(closing.event_ids, ["b", "c", "d"]);
    assert_eq!(closing.opened, 1_000);
}

#[test]
fn a_window_of_no_length_suppresses_nothing() {
    let mut window = Window::open("rule", None, &[], 5, 0, 0, "alert");
    assert_eq!(window.admit(1, "b", 5, 5), Admission::Over);
    assert_eq!(Window::open("rule", None, &[], 5, -9, 0, "alert").closes, 5);
    assert_eq!(
        Window::open("rule", None, &[], 5, i64::MAX, 0, "alert").closes,
        i64::MAX
    );
}

#[test]
fn closing_twice_is_one_alert_and_another_window_another() {
    let rule = RuleSummary::new("rule", "Many calls", Level::Medium);
    let mut first = window(60);
    first.admit(1, "b", 1_010, 1_020);
    let closing = first.close(2_000).expect("one");
    let alert = Alert::closing(&rule, &closing, None);
    assert_eq!(
        alert,
        Alert::closing(&rule, &stored(&first).close(9_000).expect("one"), None)
    );
    let mut second = Window::open("rule", ACCOUNT, &first.group, 2_000, 60, 7, "alert");
    second.admit(1, "b", 1_010, 2_020);
    let other = Alert::closing(&rule, &second.close(3_000).expect("one"), None);
    assert_ne!(alert.id, other.id);
}

#[test]
fn a_full_window_stays_small_and_says_that_it_estimates() {
    let mut window = window(60);
    for event in 1..=5_000_u64 {
        let id = format!("{event:0>36}");
        let hash = event_hash(ACCOUNT, &id);
        assert_eq!(window.admit(hash, &id, 1_000, 1_001), Admission::Fold);
    }
    let closing = window.close(2_000).expect("many");
    assert_eq!((closing.count, closing.is_estimate), (5_000, true));
    assert_eq!(closing.event_ids.len(), 50);
    let text = serde_json::to_string(&window).expect("JSON");
    assert!(text.len() < REMEMBERED * 16 + 4_096, "{} bytes", text.len());
    assert_eq!(stored(&window), window);
}

#[test]
fn a_window_that_was_not_written_here_is_refused() {
    let text = serde_json::to_string(&window(60)).expect("JSON");
    for folded in ["00", "0123456789abcdeg", &"0".repeat(16 * (REMEMBERED + 1))] {
        let other = text.replace("\"folded\":\"\"", &format!("\"folded\":\"{folded}\""));
        assert_ne!(other, text);
        assert!(serde_json::from_str::<Window>(&other).is_err());
    }
}

proptest! {
    /// Whatever is redelivered and in whatever order, each event counts once.
    #[test]
    fn each_event_counts_once(events in proptest::collection::vec(0_u64..40, 0..200)) {
        let mut window = window(60);
        let mut distinct = BTreeSet::new();
        for event in events {
            let expected = if event == 0 {
                Admission::Publish
            } else {
                distinct.insert(event);
                Admission::Fold
            };
            prop_assert_eq!(window.admit(event, "id", 1_000, 1_001), expected);
            window = stored(&window);
        }
        let count = window.close(2_000).map_or(0, |closing| closing.count);
        prop_assert_eq!(count, distinct.len() as u64);
    }
}
