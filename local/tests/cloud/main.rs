//! The local cloud, driven by the clients of the real SDK.

mod buckets;
mod clients;
mod cloudtrail;
mod dynamodb;
mod faults;
mod keys;
mod kill;
mod messages;
mod multipart;
mod objects;
mod schedule;
mod tables;
mod tampering;
mod trigger;
mod validation;
