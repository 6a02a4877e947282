//! A trail that nobody touched: nothing is found, and every hour is proven.

use integrity::{Counts, Hour};

use crate::stack::Stack;

/// Sees nothing found, nothing told, and every hour of the trail proven.
pub(crate) async fn check_clean(stack: &Stack) {
    assert_eq!(stack.open().await, []);
    let summary = stack.summary().await;
    let places = summary.by_place(None, None);
    let streams: std::collections::BTreeSet<_> = stack
        .archive
        .digests()
        .filter_map(|(key, _)| integrity::StreamId::of_digest("", key))
        .map(|(stream, _)| (stream.account, stream.region))
        .collect();
    assert_eq!(places.len(), streams.len());
    for (place, hours) in &places {
        let states: Vec<_> = hours.runs().iter().map(|run| run.state).collect();
        assert_eq!(states, [Hour::Proven], "{place:?}: {:?}", hours.runs());
    }
    let first = places
        .values()
        .flat_map(integrity::coverage::Hours::runs)
        .map(|run| run.first)
        .min();
    let first = first.expect("hours") * 3_600;
    let counts = summary.over(first, stack.until, None, None);
    let hours = u64::try_from((stack.until - first) / 3_600).expect("some hours");
    let expected = Counts {
        proven: hours * streams.len() as u64,
        ..Counts::default()
    };
    assert_eq!(counts, expected);
}

#[tokio::test]
async fn a_trail_that_nobody_touched_is_proven() {
    let stack = Stack::of_hours(8).await.scrubbing(100_000);
    stack.run().await;
    check_clean(&stack).await;
    assert_eq!(stack.told().await, []);
    // Nor does anything change that when it is looked at for long.
    for day in 1..=3 {
        stack.sweep(stack.now() + day * 86_400).await;
    }
    check_clean(&stack).await;
    assert_eq!(stack.told().await, []);
}
