//! Tests of what is shown and until when it is kept, to the second.

use super::*;
use crate::hold::Scope;

const DAY: i64 = 86_400;

/// Noon of 2026-10-13.
const NOW: i64 = 1_791_892_800;

const ONE: &str = "111122223333";
const OTHER: &str = "444455556666";

fn record(time: i64, account: &str) -> String {
    let time = jiff::Timestamp::from_second(time).expect("a time");
    format!(
        r#"{{"eventTime":"{time}","recipientAccountId":"{account}","userIdentity":{{"type":"AssumedRole",
        "arn":"arn:aws:sts::{account}:assumed-role/deploy/alice","sessionContext":{{"sessionIssuer":
        {{"type":"Role","arn":"arn:aws:iam::{account}:role/deploy","userName":"deploy"}}}}}}}}"#
    )
}

fn shows(visibility: &Visibility, class: &str, time: i64, account: &str) -> bool {
    let text = record(time, account);
    let record = Record::parse(&text).expect("a record");
    visibility.shows(class, Category::Data, &record)
}

fn hold(scope: Scope, start: i64, end: Option<i64>) -> Hold {
    Hold {
        id: "h1".to_owned(),
        scope,
        start,
        end,
        reason: "case 7".to_owned(),
        set_by: "arn:aws:iam::111122223333:user/counsel".to_owned(),
        set_at: NOW - 5,
        lifted_by: None,
        lifted_at: None,
    }
}

fn policy() -> Policy {
    Policy::parse(
        "Management=90,Data=30,NetworkActivity=90,Insight=365",
        "444455556666:Data=60",
    )
    .expect("a policy")
}

fn extent<'a>(class: &'a str, accounts: &[&'a str]) -> Extent<'a> {
    let day = Day::of(NOW - 100 * DAY);
    Extent {
        class,
        category: Category::Data,
        day,
        oldest: day.start() + 10,
        newest: day.start() + 20,
        accounts: accounts.iter().copied().collect(),
    }
}

#[test]
fn an_event_is_shown_for_as_long_as_its_account_and_category_say() {
    let visibility = Visibility::new(policy(), [], NOW);
    for (account, days) in [(ONE, 30), (OTHER, 60), ("", 30)] {
        assert!(shows(&visibility, "std", NOW - days * DAY, account));
        assert!(!shows(&visibility, "std", NOW - days * DAY - 1, account));
        // The class only groups: one written before the exception was made shows the same.
        assert!(shows(
            &visibility,
            "a444455556666",
            NOW - days * DAY,
            account
        ));
        assert!(!shows(
            &visibility,
            "a444455556666",
            NOW - days * DAY - 1,
            account
        ));
    }
    assert_eq!(visibility.horizon(Category::Data), NOW - 60 * DAY);
    assert_eq!(visibility.horizon(Category::Insight), NOW - 365 * DAY);
    assert!(visibility.may_show("std", Category::Data, 0, NOW - 60 * DAY));
    assert!(!visibility.may_show("std", Category::Data, 0, NOW - 60 * DAY - 1));
    let forever = Visibility::new(Policy::FOREVER, [], NOW);
    assert!(shows(&forever, "std", -DAY, ONE));
    assert_eq!(forever.horizon(Category::Data), i64::MIN);
}

#[test]
fn a_hold_shows_what_it_covers_from_its_first_to_its_last_second() {
    let (start, end) = (NOW - 200 * DAY, NOW - 100 * DAY);
    let principal = |name: &str| Scope::Principal(name.to_owned());
    for (scope, accounts) in [
        (Scope::Everything, [true, true]),
        (Scope::Account(ONE.to_owned()), [true, false]),
        (
            principal("arn:aws:sts::444455556666:assumed-role/deploy/alice"),
            [false, true],
        ),
        (
            principal("arn:aws:iam::444455556666:role/deploy"),
            [false, true],
        ),
        (principal("alice"), [true, true]),
        (principal("deploy"), [true, true]),
        (principal("bob"), [false, false]),
    ] {
        let held = hold(scope, start, Some(end));
        let visibility = Visibility::new(policy(), [held.clone()], NOW);
        for (account, is_held) in [ONE, OTHER].into_iter().zip(accounts) {
            assert!(!shows(&visibility, "std", start - 1, account));
            assert_eq!(
                shows(&visibility, "std", start, account),
                is_held,
                "{held:?}"
            );
            assert_eq!(shows(&visibility, "std", end, account), is_held, "{held:?}");
            assert!(!shows(&visibility, "std", end + 1, account));
        }
        assert_eq!(visibility.horizon(Category::Management), start);
        let may_show = |oldest, newest| visibility.may_show("std", Category::Data, oldest, newest);
        assert!(may_show(0, start) && may_show(end, end + 9) && may_show(0, end + 9));
        assert!(!may_show(0, start - 1) && !may_show(end + 1, end + 9));

        let open = Visibility::new(policy(), [hold(held.scope.clone(), start, None)], NOW);
        assert_eq!(shows(&open, "std", end + 1, ONE), accounts[0]);

        // Lifted, it shows nothing.
        let lifted = Hold {
            lifted_by: Some("counsel".to_owned()),
            lifted_at: Some(NOW - 1),
            ..held
        };
        let visibility = Visibility::new(policy(), [lifted], NOW);
        assert!(visibility.keeping().holds().is_empty());
        assert!(!shows(&visibility, "std", start, ONE));
    }
}

#[test]
fn what_is_restored_is_shown_until_its_day_begins() {
    let until = Day::of(NOW + 5 * DAY);
    let class = Class::restored(until);
    let at = |now| Visibility::new(policy(), [], now);
    let (before, after) = (at(until.start() - 1), at(until.start()));
    assert!(shows(&before, class.as_str(), 0, ONE));
    assert!(before.may_show(class.as_str(), Category::Data, 0, 9));
    assert!(!shows(&after, class.as_str(), 0, ONE));
    assert!(!after.may_show(class.as_str(), Category::Data, 0, 9));
    // What the policy keeps or a hold covers is shown of it all the same.
    assert!(shows(&after, class.as_str(), until.start() - DAY, ONE));
    let held = Visibility::new(
        policy(),
        [hold(Scope::Everything, 0, Some(9))],
        NOW + 9 * DAY,
    );
    assert!(shows(&held, class.as_str(), 9, ONE) && !shows(&held, class.as_str(), 10, ONE));
    assert!(!shows(&before, "std", 0, ONE));
}

#[test]
fn a_segment_goes_when_nothing_of_its_accounts_is_kept() {
    let keeping = Keeping::from(policy());
    let end = Day::of(NOW - 100 * DAY).end();
    for class in ["std", "a444455556666"] {
        let expires = |accounts: &[&str]| keeping.expires(&extent(class, accounts));
        assert_eq!(expires(&[ONE]), Some(end + 1 + 30 * DAY));
        assert_eq!(expires(&[ONE, OTHER]), Some(end + 1 + 60 * DAY));
        assert_eq!(expires(&[]), Some(end + 1 + 30 * DAY));
    }
    let until = Day::of(NOW + 5 * DAY);
    let class = Class::restored(until);
    let restored = keeping.expires(&extent(class.as_str(), &[ONE]));
    assert_eq!(restored, Some(until.start()));
    assert_eq!(
        Keeping::from(Policy::FOREVER).expires(&extent("std", &[ONE])),
        None
    );
    assert_eq!(Keeping::header_expires(Some(7)), Some(7 + 32 * DAY));
    assert_eq!(Keeping::header_expires(None), None);
}

#[test]
fn a_segment_that_a_hold_touches_does_not_go() {
    let (oldest, newest) = (extent("std", &[]).oldest, extent("std", &[]).newest);
    let account = Scope::Account(ONE.to_owned());
    let principal = Scope::Principal("alice".to_owned());
    let restored = Class::restored(Day::of(NOW + DAY));
    for (scope, start, end, is_held) in [
        (&Scope::Everything, newest, None, true),
        (&Scope::Everything, newest + 1, None, false),
        (&Scope::Everything, 0, Some(oldest), true),
        (&Scope::Everything, 0, Some(oldest - 1), false),
        (&account, 0, None, true),
        (&Scope::Account("123456789012".to_owned()), 0, None, false),
        (&principal, 0, None, true),
    ] {
        let keeping = Keeping::new(policy(), [hold(scope.clone(), start, end)]);
        for class in ["std", "a111122223333", restored.as_str()] {
            let expires = keeping.expires(&extent(class, &[ONE, OTHER]));
            assert_eq!(expires.is_none(), is_held, "{scope:?} {start} {end:?}");
        }
    }
}

#[test]
fn the_record_of_a_file_goes_with_the_events_of_its_day() {
    let day = Day::of(NOW);
    let delivery = |account: &str| Delivery {
        account: account.to_owned(),
        region: "us-east-1".to_owned(),
        day,
        time: NOW,
    };
    let keeping = Keeping::from(policy());
    let (standard, restored) = (Class::standard(), Class::restored(day.next()));
    let longest = Some(day.end() + 1 + 365 * DAY);
    assert_eq!(keeping.file_expires(&standard, &delivery(ONE)), longest);
    assert_eq!(
        keeping.file_expires(&restored, &delivery(ONE)),
        Some(day.next().start())
    );
    let held = |start, end| {
        let held = hold(Scope::Account(ONE.to_owned()), start, end);
        Keeping::new(policy(), [held])
    };
    for (keeping, is_held) in [
        (held(day.end(), None), true),
        (held(day.end() + 1, None), false),
        (held(0, Some(day.start() - DAY)), true),
        (held(0, Some(day.start() - DAY - 1)), false),
    ] {
        let expires = keeping.file_expires(&standard, &delivery(ONE));
        assert_eq!(expires.is_none(), is_held);
        assert_eq!(keeping.file_expires(&standard, &delivery(OTHER)), longest);
    }
}

#[test]
fn a_hold_is_read_back_and_a_damaged_one_is_an_error() {
    for scope in [
        Scope::Everything,
        Scope::Account(ONE.to_owned()),
        Scope::Principal("alice".to_owned()),
    ] {
        let held = hold(scope, 1, None);
        let item = held.item();
        assert_eq!(
            (item.partition.as_str(), item.sort.as_str()),
            ("holds", "h1")
        );
        assert_eq!(item.expires, None);
        assert_eq!(
            Hold::from_items(std::slice::from_ref(&item)),
            Ok(vec![held])
        );
        let mut damaged = item.clone();
        damaged.body.pop();
        let error = Hold::from_items(&[item.clone(), damaged]).expect_err("is damaged");
        assert_eq!(error.to_string(), "hold h1 is damaged");
        let moved = crate::Item {
            sort: "h2".to_owned(),
            ..item
        };
        assert!(Hold::from_item(&moved).is_err());
    }
}
