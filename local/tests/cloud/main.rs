//! The local cloud, driven by the clients of the real SDK.

mod clients;
mod dynamodb;
mod faults;
mod kill;
mod messages;
mod objects;
mod trigger;
