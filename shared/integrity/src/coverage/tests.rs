//! Hours, held against what each second tells.

use proptest::prelude::*;

use super::*;

fn stretch(start: i64, end: i64, state: Hour) -> Stretch {
    Stretch { start, end, state }
}

#[test]
fn an_hour_that_is_covered_in_part_is_unknown() {
    let hours = Hours::from_stretches([
        stretch(HOUR + 600, 3 * HOUR, Hour::Proven),
        stretch(3 * HOUR, 5 * HOUR + 600, Hour::Proven),
    ]);
    assert_eq!(
        hours.runs(),
        [Run {
            first: 2,
            end: 5,
            state: Hour::Proven
        }]
    );
    assert_eq!(hours.at(HOUR + 601), Hour::Unknown);
    assert_eq!(hours.at(2 * HOUR), Hour::Proven);
    assert_eq!(hours.at(5 * HOUR), Hour::Unknown);
}

#[test]
fn the_heaviest_state_of_an_hour_counts() {
    let hours = Hours::from_stretches([
        stretch(0, 2 * HOUR + 60, Hour::Proven),
        stretch(2 * HOUR + 60, 2 * HOUR + 120, Hour::Finding),
        stretch(2 * HOUR + 120, 5 * HOUR, Hour::Pending),
    ]);
    let states: Vec<_> = hours
        .runs()
        .iter()
        .map(|run| (run.first, run.state))
        .collect();
    assert_eq!(
        states,
        [(0, Hour::Proven), (2, Hour::Finding), (3, Hour::Pending)]
    );
}

fn state() -> impl Strategy<Value = Hour> {
    prop::sample::select(STATES.to_vec())
}

fn any_hours() -> impl Strategy<Value = Hours> {
    prop::collection::vec((-40_i64..40, 0_i64..20, state()), 0..8).prop_map(|runs| {
        Hours::from_stretches(
            runs.into_iter().map(|(first, length, state)| {
                stretch(first * HOUR, (first + length) * HOUR, state)
            }),
        )
    })
}

proptest! {
    #[test]
    fn stretches_become_the_hours_that_each_second_tells(
        stretches in prop::collection::vec((0_i64..40, 1_i64..30, state()), 0..8),
    ) {
        // In units of ten minutes.
        let stretches: Vec<_> = stretches
            .into_iter()
            .map(|(start, length, state)| stretch(start * 600, (start + length) * 600, state))
            .collect();
        let hours = Hours::from_stretches(stretches.iter().copied());
        prop_assert!(hours.is_sound());
        for hour in -1..15 {
            let expected = (0..6)
                .map(|part| hour * HOUR + part * 600)
                .map(|at| {
                    stretches
                        .iter()
                        .filter(|one| (one.start..one.end).contains(&at))
                        .map(|one| one.state)
                        .max()
                        .unwrap_or(Hour::Unknown)
                })
                .max()
                .unwrap_or(Hour::Unknown);
            prop_assert_eq!(hours.at(hour * HOUR), expected, "hour {}", hour);
        }
    }

    #[test]
    fn joining_and_replacing_is_by_the_hour(
        one in any_hours(),
        other in any_hours(),
        first in -50_i64..50,
        length in 0_i64..30,
    ) {
        let joined = one.joined(&other);
        let mut replaced = one.clone();
        replaced.replace(first, first + length, &other);
        prop_assert!(joined.is_sound() && replaced.is_sound());
        prop_assert_eq!(&joined, &other.joined(&one));
        for hour in -70..70 {
            let at = hour * HOUR;
            let expected = match (one.at(at), other.at(at)) {
                (Hour::Unknown, state) | (state, Hour::Unknown) => state,
                (one, other) => one.max(other),
            };
            prop_assert_eq!(joined.at(at), expected);
            let source = if (first..first + length).contains(&hour) { &other } else { &one };
            prop_assert_eq!(replaced.at(at), source.at(at));
        }
    }

    #[test]
    fn counts_are_those_of_the_hours(
        one in any_hours(),
        other in any_hours(),
        first in -50_i64..50,
        length in 1_i64..60,
    ) {
        let stream = |trail: &str, region: &str| crate::StreamId {
            trail: trail.to_owned(),
            region: region.to_owned(),
            ..crate::StreamId::default()
        };
        let mut summary = Summary::default();
        summary.set(stream("b", "r"), one.clone());
        summary.set(stream("a", "r"), other.clone());
        summary.set(stream("a", "s"), Hours::default());
        let read = summary.encode().ok().and_then(|body| Summary::decode(&body));
        prop_assert_eq!(read.as_ref(), Some(&summary));
        let (start, end) = (first * HOUR + 1, (first + length) * HOUR);
        let mut expected = Counts::default();
        let joined = one.joined(&other);
        for hour in first..first + length {
            expected.add(joined.at(hour * HOUR), 1);
        }
        prop_assert_eq!(summary.over(start, end, None, Some("r")), expected);
        let all = summary.over(start, end, None, None);
        prop_assert_eq!(all.total(), 2 * expected.total());
        prop_assert_eq!(summary.over(start, end, Some("x"), None).unknown, expected.total());
        prop_assert_eq!(summary.over(end, start, None, None).total(), 0);
        let mut updated = Summary::default();
        updated.update(&stream("a", "r"), first * HOUR, end, &other);
        let found = updated.stream(&stream("a", "r")).map(|hours| hours.at(start));
        prop_assert_eq!(found, Some(other.at(start)));
    }
}

#[test]
fn a_summary_that_is_none_is_refused() {
    let pack = |text: &str| zstd::bulk::compress(text.as_bytes(), 3).unwrap_or_default();
    let stream = r#"{"account":"","region":"","bucket":"","prefix":"","trail":"","hours":"#;
    let runs = |runs: &str| pack(&format!(r#"{{"streams":[{stream}{runs}}}]}}"#));
    assert!(Summary::decode(&runs(r#"[[1,2,"proven"],[3,1,"finding"]]"#)).is_some());
    for body in [
        runs(r#"[[1,2,"proven"],[2,1,"finding"]]"#),
        runs(r#"[[1,0,"proven"]]"#),
        runs(r#"[[1,-5,"proven"]]"#),
        pack("[]"),
        Vec::new(),
        vec![0; 500_000],
        pack(&" ".repeat(40 << 20)),
    ] {
        assert_eq!(Summary::decode(&body), None);
    }
}
