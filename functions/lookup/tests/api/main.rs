//! The API, answered from a table of the local cloud.

mod alerts;
mod faults;
mod lookup_events;
mod methods;
mod records;
mod rest;
mod status;
mod world;
