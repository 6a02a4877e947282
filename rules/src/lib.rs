//! The detection rules shipped with the product, as text.
//!
//! The files beside this crate's manifest are Sigma; see the folder's README for how one looks. They
//! are compiled in, so that a function or the command line needs no file to detect with, and a
//! release is one thing. Nothing here reads them: the crate `detection` does.

/// Holds every shipped rule: its path within the folder, such as `cis/4-03-root-use.yml`, and its
/// text; sorted by path.
///
/// One file may hold several YAML documents: a correlation brings the rules that it counts.
pub const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// Holds the cases of every shipped rule: the path within the folder, such as
/// `cis/4-03-root-use.cases.yml`, and the text; sorted by path.
///
/// The cases of `a/b.yml` are those of `a/b.cases.yml`, and there are some for every rule.
pub const CASES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/cases.rs"));

#[cfg(test)]
mod tests;
