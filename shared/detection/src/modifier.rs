//! Field modifiers: `field|contains|all` and its like.

use crate::instant::Unit;
use crate::matcher::Comparison;
use crate::predicate::RegexFlags;

/// What the values of an item are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// Sigma strings, numbers, flags and null.
    Plain,
    /// `re`
    Regex(RegexFlags),
    /// `cidr`
    Network,
    /// `lt`, `lte`, `gt`, `gte`
    Compare(Comparison),
    /// `minute` to `year`, with or without a comparison
    TimePart(Unit, Comparison),
    /// `fieldref`
    Reference,
    /// `exists`
    Exists,
}

/// What is done to a value before it is looked for, in the order in which it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Contains,
    StartsWith,
    EndsWith,
    Base64,
    Base64Offset,
    /// `wide` and `utf16le`
    Wide,
    Utf16,
    Utf16Be,
    WinDash,
    Expand,
}

/// A field name with its modifiers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Modified {
    /// The field; keywords have none.
    pub(crate) field: Option<String>,
    pub(crate) form: Form,
    pub(crate) steps: Vec<Step>,
    /// `all`: every value must match, not one of them.
    pub(crate) needs_all: bool,
    /// `neq`: the item holds where its values do not match.
    pub(crate) is_negated: bool,
    /// `cased`
    pub(crate) is_cased: bool,
}

/// How many parts a field's name may have; records nest no deeper.
const DEEPEST: usize = 127;

const KNOWN: &str = "all, base64, base64offset, cased, cidr, contains, day, endswith, exists, \
                     expand, fieldref, gt, gte, hour, i, lt, lte, m, minute, month, neq, re, s, \
                     startswith, utf16, utf16be, utf16le, week, wide, windash, year";

impl Modified {
    /// Reads a key of a selection.
    pub(crate) fn parse(key: &str) -> Result<Self, String> {
        let mut words = key.split('|');
        let field = words.next().unwrap_or_default();
        if !field.is_empty() {
            check_field(field)?;
        }
        let mut modified = Self {
            field: (!field.is_empty()).then(|| field.to_owned()),
            form: Form::Plain,
            steps: Vec::new(),
            needs_all: false,
            is_negated: false,
            is_cased: false,
        };
        for word in words {
            modified.apply(word)?;
        }
        modified.check()?;
        Ok(modified)
    }

    fn apply(&mut self, word: &str) -> Result<(), String> {
        let step = match word {
            "contains" => Step::Contains,
            "startswith" => Step::StartsWith,
            "endswith" => Step::EndsWith,
            "base64" => Step::Base64,
            "base64offset" => Step::Base64Offset,
            "wide" | "utf16le" => Step::Wide,
            "utf16" => Step::Utf16,
            "utf16be" => Step::Utf16Be,
            "windash" => Step::WinDash,
            "expand" => Step::Expand,
            _ => return self.apply_form(word),
        };
        self.steps.push(step);
        Ok(())
    }

    fn apply_form(&mut self, word: &str) -> Result<(), String> {
        match word {
            "all" => self.needs_all = true,
            "cased" => self.is_cased = true,
            "neq" => self.is_negated = true,
            "re" => return self.become_form(word, Form::Regex(RegexFlags::default())),
            "i" | "ignorecase" | "m" | "multiline" | "s" | "dotall" => {
                let Form::Regex(flags) = &mut self.form else {
                    return Err(format!("`{word}` must stand behind `re`"));
                };
                match word {
                    "i" | "ignorecase" => flags.is_folded = true,
                    "m" | "multiline" => flags.is_multi_line = true,
                    _ => flags.is_dot_all = true,
                }
            }
            "cidr" => return self.become_form(word, Form::Network),
            "fieldref" => return self.become_form(word, Form::Reference),
            "exists" => return self.become_form(word, Form::Exists),
            "lt" | "lte" | "gt" | "gte" => {
                let comparison = Comparison::of_name(word).unwrap_or(Comparison::Equal);
                if let Form::TimePart(unit, Comparison::Equal) = self.form {
                    self.form = Form::TimePart(unit, comparison);
                } else {
                    return self.become_form(word, Form::Compare(comparison));
                }
            }
            _ => match Unit::of_name(word) {
                Some(unit) => {
                    return self.become_form(word, Form::TimePart(unit, Comparison::Equal));
                }
                None => {
                    return Err(format!(
                        "the modifier `{word}` is not known: there are {KNOWN}"
                    ));
                }
            },
        }
        Ok(())
    }

    fn become_form(&mut self, word: &str, form: Form) -> Result<(), String> {
        if self.form != Form::Plain {
            return Err(format!(
                "`{word}` cannot stand behind what comes before it: split the field in two"
            ));
        }
        self.form = form;
        Ok(())
    }

    /// Refuses combinations that mean nothing, rather than leave one of them out.
    fn check(&self) -> Result<(), String> {
        let places = [Step::Contains, Step::StartsWith, Step::EndsWith];
        let is_fit = |step: &Step| match self.form {
            Form::Plain => true,
            Form::Regex(_) => places.contains(step) || *step == Step::Expand,
            Form::Network => *step == Step::Expand,
            Form::Reference => places.contains(step),
            Form::Compare(_) | Form::TimePart(..) | Form::Exists => false,
        };
        let name = match self.form {
            Form::Plain => "",
            Form::Regex(_) => "re",
            Form::Network => "cidr",
            Form::Reference => "fieldref",
            Form::Compare(_) => "a comparison",
            Form::TimePart(..) => "a part of a time",
            Form::Exists => "exists",
        };
        if let Some(step) = self.steps.iter().find(|step| !is_fit(step)) {
            return Err(format!("`{step:?}` does not go with `{name}`").to_lowercase());
        }
        if self.is_cased && !matches!(self.form, Form::Plain | Form::Reference) {
            return Err(format!("`cased` does not go with `{name}`"));
        }
        if self
            .steps
            .iter()
            .filter(|step| places.contains(step))
            .count()
            > 1
            && self.form == Form::Reference
        {
            return Err(
                "only one of `contains`, `startswith`, `endswith` goes with `fieldref`".to_owned(),
            );
        }
        if self.field.is_none() && matches!(self.form, Form::Exists | Form::Reference) {
            return Err(format!("`{name}` needs a field before it"));
        }
        Ok(())
    }
}

/// Refuses what cannot be a field's name.
pub(crate) fn check_field(name: &str) -> Result<(), String> {
    if name.split('.').any(str::is_empty) {
        return Err(format!("the field `{name}` has an empty part between dots"));
    }
    if name.split('.').count() > DEEPEST {
        return Err(format!("a field's name has at most {DEEPEST} parts"));
    }
    Ok(())
}
