//! The API, answered from a table of the local cloud.

mod lookup_events;
mod methods;
mod rest;
mod status;
mod world;
