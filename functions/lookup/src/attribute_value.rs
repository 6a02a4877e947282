//! What a value to look up may be, the same for both ways to ask.

use index::Attribute;

/// The longest value, with some characters counted double.
const LONGEST: usize = 2_000;

/// Says why a value cannot be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ValueError {
    /// It is empty.
    #[error("must not be empty")]
    Empty,
    /// It is longer than CloudTrail takes.
    #[error(
        "must not be longer than 2000 characters, `_`, space, comma and newline counted double"
    )]
    TooLong,
    /// The attribute is a flag, and the value is not one.
    #[error("must be true or false")]
    NotAFlag,
}

/// Checks a value by CloudTrail's rules.
pub(crate) fn check(attribute: Attribute, value: &str) -> Result<(), ValueError> {
    if value.is_empty() {
        return Err(ValueError::Empty);
    }
    let weight = |letter| {
        if matches!(letter, '_' | ' ' | ',' | '\n') {
            2
        } else {
            1
        }
    };
    if value.chars().map(weight).sum::<usize>() > LONGEST {
        return Err(ValueError::TooLong);
    }
    if attribute == Attribute::ReadOnly && !matches!(value, "true" | "false") {
        return Err(ValueError::NotAFlag);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_characters_count_double() {
        let check = |value: String| check(Attribute::Username, &value);
        assert_eq!(check("é".repeat(2_000)), Ok(()));
        assert_eq!(check("a".repeat(2_001)), Err(ValueError::TooLong));
        for letter in ["_", " ", ",", "\n"] {
            assert_eq!(check(letter.repeat(1_000)), Ok(()));
            assert_eq!(check(letter.repeat(1_000) + "a"), Err(ValueError::TooLong));
        }
        assert_eq!(check(String::new()), Err(ValueError::Empty));
    }

    #[test]
    fn a_flag_is_spelt_as_in_the_records() {
        assert_eq!(check(Attribute::ReadOnly, "false"), Ok(()));
        assert_eq!(
            check(Attribute::ReadOnly, "True"),
            Err(ValueError::NotAFlag)
        );
        assert_eq!(check(Attribute::EventName, "True"), Ok(()));
    }
}
