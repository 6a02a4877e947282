//! Tests of reading and asking policies.

use super::*;

const ONE: &str = "111122223333";
const OTHER: &str = "444455556666";

#[test]
fn a_policy_is_written_as_it_is_read() {
    let text = "Management=90,Data=30,NetworkActivity=0,Insight=365";
    let exceptions = "111122223333=7,111122223333:Data=30,444455556666:Insight=0";
    let policy = Policy::parse(text, exceptions).expect("a policy");
    assert_eq!(
        (policy.to_string().as_str(), policy.exceptions().as_str()),
        (text, exceptions)
    );
    let spaced = " insight=365, data = 30 ,Management=90,NetworkActivity=0";
    assert_eq!(Policy::parse(spaced, ""), Policy::parse(text, " "));
    let plain = Policy::parse("90", "").expect("a policy");
    assert_eq!(plain, Policy::from(Retention::days(90)));
    assert_eq!(plain.exceptions(), "");
    assert_eq!(Policy::parse("0", ""), Ok(Policy::FOREVER));
}

#[test]
fn what_is_said_of_a_category_goes_before_what_is_said_of_the_account() {
    for exceptions in [
        "111122223333=7,111122223333:Data=300",
        "111122223333:Data=300,111122223333=7",
    ] {
        let policy = Policy::parse("90", exceptions).expect("a policy");
        assert_eq!(policy.retention(Category::Data, ONE), Retention::days(300));
        assert_eq!(policy.retention(Category::Insight, ONE), Retention::days(7));
        assert_eq!(
            policy.retention(Category::Insight, OTHER),
            Retention::days(90)
        );
        assert_eq!(policy.retention(Category::Insight, ""), Retention::days(90));
        assert_eq!(policy.longest(), Retention::days(300));
        assert_eq!(policy.longest_in(Category::Insight), Retention::days(90));
        assert_eq!(policy.longest_of(ONE), Retention::days(300));
        assert_eq!(policy.shortest(), Retention::days(7));
        assert_eq!(policy.class(ONE).as_str(), "a111122223333");
        assert_eq!(policy.class(OTHER), Class::standard());
    }
}

#[test]
fn what_is_no_policy_is_refused_with_a_reason() {
    use Mistake::{Account, Category as NoCategory, Days, Form, Missing, Twice};
    for (text, mistake) in [
        ("", Days),
        ("ninety", Days),
        ("-1", Days),
        ("+1", Days),
        ("4294967296", Days),
        ("Management=90", Missing(Category::Data)),
        ("Management=90,Data", Form),
        ("Management=90,Data=1d", Days),
        ("Managment=90", NoCategory),
        ("Management=90,management=90", Twice),
    ] {
        assert_eq!(
            Policy::parse(text, ""),
            Err(PolicyError::Retention(mistake)),
            "{text}"
        );
    }
    for (text, mistake) in [
        ("111122223333", Form),
        ("111122223333=", Days),
        ("11112222333=1", Account),
        ("111122223333:Dat=1", NoCategory),
        ("111122223333=1,", Form),
        ("111122223333=1,111122223333=1", Twice),
        ("111122223333:Data=1,111122223333:data=2", Twice),
    ] {
        assert_eq!(
            Policy::parse("1", text),
            Err(PolicyError::Exceptions(mistake)),
            "{text}"
        );
    }
}
