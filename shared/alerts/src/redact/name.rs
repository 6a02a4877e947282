//! Names of members that hold secrets.

/// Names that are a secret's, in lower case and without `_`, `-` and the like.
const NAMES: [&str; 38] = [
    "accesstoken",
    "apikey",
    "apikeyvalue",
    "assertion",
    "authorization",
    "authorizationtoken",
    "authtoken",
    "bearertoken",
    "clientsecret",
    "credentialsecret",
    "idtoken",
    "keymaterial",
    "passphrase",
    "passwd",
    "plaintext",
    "presharedkey",
    "presignedurl",
    "privatekey",
    "privatekeyplaintext",
    "pwd",
    "refreshtoken",
    "samlassertion",
    "secret",
    "secretaccesskey",
    "secretbinary",
    "secretkey",
    "secretstring",
    "secretvalue",
    "securitytoken",
    "sessiontoken",
    "signature",
    "signintoken",
    "token",
    "tokencode",
    "tokenvalue",
    "userdata",
    "webidentitytoken",
    "xamzsignature",
];

/// Ends of the names that callers make up: `DB_PASSWORD`, `githubAccessToken`.
const ENDS: [&str; 13] = [
    "accesstoken",
    "apikey",
    "authtoken",
    "clientsecret",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secretaccesskey",
    "secretkey",
    "securitytoken",
    "sessiontoken",
    "encryptioncustomerkey",
];

/// Names that begin with `password` and say something about one.
const HARMLESS: [&str; 5] = [
    "passwordlastused",
    "passwordpolicy",
    "passwordresetrequired",
    "passwordreuseprevention",
    "passwordupdated",
];

/// The longest name that is looked at; no longer one is any of ours.
const LONGEST: usize = 256;

/// Tells whether a member of this name holds a secret.
///
/// Neither case nor separators matter. A token that only pages or makes a
/// request idempotent (`nextToken`, `clientRequestToken`) is none.
pub(crate) fn is_secret(name: &str) -> bool {
    if name.len() > LONGEST {
        return false;
    }
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    NAMES.binary_search(&name.as_str()).is_ok()
        || name.starts_with("password") && !HARMLESS.contains(&name.as_str())
        || ENDS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order() {
        assert!(NAMES.is_sorted());
    }

    #[test]
    fn secrets_are_told_by_name_in_any_spelling() {
        for name in [
            "secretAccessKey",
            "SessionToken",
            "X-Amz-Security-Token",
            "X-Amz-Signature",
            "x-amz-server-side-encryption-customer-key",
            "DB_PASSWORD",
            "masterUserPassword",
            "passwordData",
            "oldPassword",
            "client_secret",
            "privateKey",
            "AWS_SECRET_ACCESS_KEY",
            "userData",
            "token",
        ] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn names_that_only_look_alike_are_none() {
        for name in [
            "nextToken",
            "clientRequestToken",
            "secretId",
            "secretArn",
            "accessKeyId",
            "keyId",
            "minimumPasswordLength",
            "PasswordUpdated",
            "tokenId",
            "",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
