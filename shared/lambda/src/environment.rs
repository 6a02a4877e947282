//! Environment variables, for the `config.rs` of each function.
//!
//! A variable that is empty counts as not set: a template cannot leave one
//! out by condition as easily as it can leave it empty.

use std::env::VarError;
use std::str::FromStr;

/// Says which environment variable is not as it should be. Its value is not
/// quoted, since it may be a secret that was put into the wrong variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// The function cannot run without it.
    #[error("environment variable is not set: {0}")]
    Missing(&'static str),
    /// Its value is not Unicode.
    #[error("environment variable is not unicode: {0}")]
    NotUnicode(&'static str),
    /// Its value cannot be read.
    #[error("environment variable is not {expected}: {name}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What it should be, as in "a number of days".
        expected: &'static str,
    },
}

/// Returns a variable that the function cannot run without.
pub fn required(name: &'static str) -> Result<String, EnvironmentError> {
    optional(name)?.ok_or(EnvironmentError::Missing(name))
}

/// Returns a variable, or nothing where it is not set.
pub fn optional(name: &'static str) -> Result<Option<String>, EnvironmentError> {
    present(name, std::env::var(name))
}

/// Returns what a variable that the function cannot run without stands for.
///
/// `expected` says what it should be, and completes "environment variable is not ...".
pub fn required_as<T: FromStr>(
    name: &'static str,
    expected: &'static str,
) -> Result<T, EnvironmentError> {
    parse(name, expected, &required(name)?)
}

/// Returns what a variable stands for, or nothing where it is not set.
///
/// A variable that is set and cannot be read is an error, not a default.
pub fn optional_as<T: FromStr>(
    name: &'static str,
    expected: &'static str,
) -> Result<Option<T>, EnvironmentError> {
    optional(name)?
        .map(|value| parse(name, expected, &value))
        .transpose()
}

/// Returns what a variable stands for, or a default where it is not set.
///
/// ```
/// let window: u64 = lambda::environment::or("WINDOW_SECONDS", "a number of seconds", 60)?;
/// assert_eq!(window, 60);
/// # Ok::<_, lambda::environment::EnvironmentError>(())
/// ```
pub fn or<T: FromStr>(
    name: &'static str,
    expected: &'static str,
    default: T,
) -> Result<T, EnvironmentError> {
    Ok(optional_as(name, expected)?.unwrap_or(default))
}

fn present(
    name: &'static str,
    variable: Result<String, VarError>,
) -> Result<Option<String>, EnvironmentError> {
    match variable {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(EnvironmentError::NotUnicode(name)),
    }
}

fn parse<T: FromStr>(
    name: &'static str,
    expected: &'static str,
    value: &str,
) -> Result<T, EnvironmentError> {
    value
        .trim()
        .parse()
        .map_err(|_| EnvironmentError::Invalid { name, expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABSENT: &str = "TRAILKEEP_A_VARIABLE_THAT_NOBODY_SETS";

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let error = required(ABSENT).expect_err("is not set");
        assert_eq!(error, EnvironmentError::Missing(ABSENT));
        assert_eq!(
            error.to_string(),
            format!("environment variable is not set: {ABSENT}")
        );
        assert_eq!(optional(ABSENT), Ok(None));
        assert_eq!(or(ABSENT, "a number", 7), Ok(7));
        assert_eq!(optional_as::<u8>(ABSENT, "a number"), Ok(None));
        assert_eq!(
            required_as::<u8>(ABSENT, "a number"),
            Err(EnvironmentError::Missing(ABSENT))
        );
    }

    #[test]
    fn a_variable_that_cannot_be_read_is_an_error_and_no_default() {
        // Cargo gives this one to every test.
        let name = "CARGO_PKG_NAME";
        assert_eq!(required(name), Ok("lambda".to_owned()));
        let error = or::<u64>(name, "a number of seconds", 60).expect_err("is a name");
        assert_eq!(
            error.to_string(),
            "environment variable is not a number of seconds: CARGO_PKG_NAME"
        );
        assert!(!error.to_string().contains("lambda"));
    }

    #[test]
    fn an_empty_variable_counts_as_not_set_and_space_around_a_value_does_not_matter() {
        assert_eq!(present("A", Ok(String::new())), Ok(None));
        assert_eq!(present("A", Ok(" \n".to_owned())), Ok(None));
        assert_eq!(parse::<u64>("A", "a number", " 60\n"), Ok(60));
    }

    #[test]
    fn a_variable_that_is_not_unicode_is_an_error() {
        let variable = Err(VarError::NotUnicode("x".into()));
        assert_eq!(
            present("A", variable),
            Err(EnvironmentError::NotUnicode("A"))
        );
    }
}
