//! A generator of realistic trails: the sample data, the dictionary's training set and the benches' input. Pure.
//!
//! [`Trail`] says what to generate and yields [`Record`]s; [`deliver`] packs
//! them into log files as CloudTrail delivers them. Everything is a function
//! of the seed: no clock, no randomness, no files. Accounts, addresses and
//! keys are those of documentation.

mod api;
mod call;
mod deliver;
mod dice;
mod generator;
mod identity;
mod ids;
mod persona;
mod plant;
mod principal;
mod record;
mod rhythm;
mod slot;
pub mod story;
mod template;
mod trail;
pub mod trigger;
mod uncommon;
mod words;
mod world;

pub use deliver::{Delivery, LogFile, LogFiles, compress, deliver};
pub use generator::Records;
pub use plant::{Attribute, Plant};
pub use record::{Category, Record};
pub use trail::Trail;

/// Generates the records of a trail; short for [`Trail::records`].
pub fn generate(trail: &Trail) -> Records<'_> {
    trail.records()
}
