//! The forms of a name under which a lookup finds a resource.

use super::arn::Arn;

/// Lists the forms of a name, each once, the name itself first.
///
/// CloudTrail's lookup knows a resource sometimes by its ARN and sometimes by
/// its id or bare name (facts section 1.7), so a name stands for all of:
///
/// * the name as it is;
/// * what follows its last `/`, and what follows its last `:`;
/// * of an ARN, what follows the account (`role/path/Name`, `bucket/key`);
/// * of an ARN, that without its first word (`path/Name`, `name:alias`, `key`);
/// * of an ARN, that again without what follows its first `:` (`name`, and the
///   log group of `log-group:NAME:*`);
/// * of a secret's ARN, its name without the six characters added by AWS.
///
/// A star, which is no name, is left out.
pub(super) fn forms(name: &str) -> impl Iterator<Item = &str> {
    let last = |mark: char| name.rsplit_once(mark).map(|(_, last)| last);
    let arn = Arn::parse(name);
    let resource = arn.as_ref().map(|arn| arn.resource);
    let inner = arn.as_ref().and_then(|arn| arn.type_and_name().1);
    let unqualified = inner
        .and_then(|inner| inner.split_once(':'))
        .map(|(name, _)| name);
    let secret = arn
        .filter(|arn| arn.kind() == Some("AWS::SecretsManager::Secret"))
        .and_then(|arn| arn.type_and_name().1)
        .and_then(|name| name.rsplit_once('-'))
        .and_then(|(name, random)| (random.len() == 6).then_some(name));
    let all = [
        Some(name),
        last('/'),
        last(':'),
        resource,
        inner,
        unqualified,
        secret,
    ];
    let is_form = |form: &&str| !form.is_empty() && *form != "*";
    (0..all.len()).filter_map(move |at| {
        let form = all[at].filter(is_form)?;
        (!all[..at].contains(&Some(form))).then_some(form)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(name: &str) -> Vec<&str> {
        forms(name).collect()
    }

    #[test]
    fn a_bare_name_has_one_form() {
        assert_eq!(all("reports"), ["reports"]);
        assert_eq!(all(""), [""; 0]);
        assert_eq!(all("*"), [""; 0]);
    }

    #[test]
    fn a_bucket_is_found_by_its_name() {
        assert_eq!(
            all("arn:aws:s3:::reports"),
            ["arn:aws:s3:::reports", "reports"]
        );
    }

    #[test]
    fn an_object_is_found_by_bucket_and_key_by_key_and_by_file_name() {
        assert_eq!(
            all("arn:aws:s3:::reports/2026/a.csv"),
            [
                "arn:aws:s3:::reports/2026/a.csv",
                "a.csv",
                "reports/2026/a.csv",
                "2026/a.csv"
            ]
        );
    }

    #[test]
    fn a_role_with_a_path_is_found_with_and_without_it() {
        let arn = "arn:aws:iam::111122223333:role/ops/Deploy";
        assert_eq!(all(arn), [arn, "Deploy", "role/ops/Deploy", "ops/Deploy"]);
    }

    #[test]
    fn a_function_with_an_alias_is_found_without_it() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:mail:live";
        assert_eq!(
            all(arn),
            [arn, "live", "function:mail:live", "mail:live", "mail"]
        );
    }

    #[test]
    fn a_log_group_is_found_by_its_name() {
        let arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/mail:*";
        assert!(all(arn).contains(&"/aws/lambda/mail"));
        assert!(!all(arn).contains(&"*"));
    }

    #[test]
    fn a_secret_is_found_by_the_name_its_owner_gave() {
        let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbC123";
        assert!(all(arn).contains(&"prod/db"));
        assert!(all(arn).contains(&"prod/db-AbC123"));
    }

    #[test]
    fn names_that_are_no_arns_have_their_last_parts() {
        assert_eq!(
            all("AROAEXAMPLE:session"),
            ["AROAEXAMPLE:session", "session"]
        );
        assert_eq!(all("/prod/db/password"), ["/prod/db/password", "password"]);
        assert_eq!(all("alias/payments"), ["alias/payments", "payments"]);
    }
}
