//! A generator of realistic trails: the sample data, the dictionary's training set and the benches' input. Pure.
//!
//! [`Trail`] says what to generate and yields [`Record`]s; [`deliver`] packs
//! them into log files as CloudTrail delivers them, and an [`Archive`] is the
//! bucket with the log files and their signed digests. Everything is a function
//! of the seed: no clock, no randomness, no files. Accounts, addresses and
//! keys are those of documentation.

mod api;
mod archive;
mod call;
mod deliver;
mod dice;
pub mod digest;
mod generator;
mod identity;
mod ids;
mod persona;
mod plant;
mod principal;
mod record;
mod rhythm;
mod signer;
mod signing;
mod slot;
pub mod story;
pub mod tamper;
mod template;
mod trail;
pub mod trigger;
mod uncommon;
mod words;
mod world;

pub use archive::{Archive, Object, Objects};
pub use deliver::{Delivery, LogFile, LogFiles, compress, deliver};
pub use generator::Records;
pub use plant::{Attribute, Plant};
pub use record::{Category, Record};
pub use signer::{PublicKey, Signer, list_public_keys};
pub use signing::Signing;
pub use trail::Trail;

/// Generates the records of a trail; short for [`Trail::records`].
pub fn generate(trail: &Trail) -> Records<'_> {
    trail.records()
}
