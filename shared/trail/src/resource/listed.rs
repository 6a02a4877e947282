//! The resources that a record lists itself, in `resources[]`.

use std::borrow::Cow;

use serde::Deserialize;

use crate::lenient;

/// An element of `resources[]`; one of an unforeseen type counts as absent.
#[derive(Deserialize)]
pub(super) struct Element<'a>(
    #[serde(borrow, deserialize_with = "lenient::object")] pub(super) Option<Listed<'a>>,
);

/// What an element says that lookups know.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Listed<'a> {
    #[serde(borrow, rename = "ARN", deserialize_with = "lenient::text")]
    arn: Option<Cow<'a, str>>,
    /// How Lake and Athena spell it.
    #[serde(borrow, rename = "arn", deserialize_with = "lenient::text")]
    lower_arn: Option<Cow<'a, str>>,
    /// What the objects that a data event is about begin with.
    #[serde(borrow, rename = "ARNPrefix", deserialize_with = "lenient::text")]
    arn_prefix: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type", deserialize_with = "lenient::text")]
    pub(super) kind: Option<Cow<'a, str>>,
}

impl Listed<'_> {
    /// The name that the element gives.
    pub(super) fn name(&self) -> Option<&str> {
        [&self.arn, &self.lower_arn, &self.arn_prefix]
            .into_iter()
            .flatten()
            .map(|arn| &**arn)
            .next()
    }
}

/// Reads `resources[]`; what is no array of objects has none.
pub(super) fn listed(json: &str) -> Vec<Listed<'_>> {
    let elements = serde_json::from_str::<Vec<Element<'_>>>(json).unwrap_or_default();
    elements
        .into_iter()
        .filter_map(|element| element.0)
        .collect()
}
