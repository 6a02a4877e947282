//! Conditions on attributes, as options: one for each attribute and one for its negation.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use index::Attribute;

/// Conditions in the order of the attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    conditions: Vec<Condition>,
}

/// What an event's attribute has to be, or must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    /// The attribute.
    pub(super) attribute: Attribute,
    /// Whether events with the value are left out.
    pub(super) is_negated: bool,
    /// The value.
    pub(super) value: String,
}

impl Conditions {
    /// Every condition.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter()
    }
}

/// The option's name without its dashes: `event-name` or `not-event-name`.
fn option(attribute: Attribute, is_negated: bool) -> String {
    let name = attribute.parameter().replace('_', "-");
    if is_negated {
        format!("not-{name}")
    } else {
        name
    }
}

fn argument(attribute: Attribute, is_negated: bool) -> Arg {
    let name = option(attribute, is_negated);
    let argument = Arg::new(name.clone())
        .long(name)
        .action(ArgAction::Append)
        .value_name("VALUE");
    let argument = match attribute {
        Attribute::ReadOnly => argument.value_parser(PossibleValuesParser::new(["true", "false"])),
        _ => argument,
    };
    if is_negated {
        argument
            .help(format!("Leaves out events with this {}", attribute.key()))
            .help_heading("Conditions, negated")
            .hide_short_help(true)
    } else {
        argument
            .help(capitalised(attribute.description()))
            .help_heading("Conditions (each has a negation, as in --not-event-name)")
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

impl Args for Conditions {
    fn augment_args(command: Command) -> Command {
        [false, true]
            .into_iter()
            .fold(command, |command, is_negated| {
                command.args(Attribute::ALL.map(|attribute| argument(attribute, is_negated)))
            })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Conditions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut read = Self::default();
        read.update_from_arg_matches(matches)?;
        Ok(read)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.conditions.clear();
        for attribute in Attribute::ALL {
            for is_negated in [false, true] {
                let name = option(attribute, is_negated);
                let values = matches.get_many::<String>(&name).into_iter().flatten();
                self.conditions.extend(values.map(|value| Condition {
                    attribute,
                    is_negated,
                    value: value.clone(),
                }));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Conditions, Error> {
        let command = Conditions::augment_args(Command::new("lookup").no_binary_name(true));
        Conditions::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }

    #[test]
    fn every_attribute_has_an_option_and_a_negation() {
        for attribute in Attribute::ALL {
            for is_negated in [false, true] {
                let option = format!("--{}", option(attribute, is_negated));
                let read = parse(&[&option, "true", &option, "false"]).expect(&option);
                let values: Vec<_> = read.iter().map(|one| one.value.as_str()).collect();
                assert_eq!(values, ["true", "false"], "{option}");
                assert!(read.iter().all(|one| one.attribute == attribute));
                assert!(read.iter().all(|one| one.is_negated == is_negated));
            }
        }
    }

    #[test]
    fn a_flag_is_true_or_false() {
        assert!(parse(&["--read-only", "yes"]).is_err());
    }
}
