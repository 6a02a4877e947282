//! A trail's archive: which folder of which bucket, which of its objects, in what order, and
//! how far a command is with them.

mod listing;
mod location;
mod plan;
mod selection;
mod state;
mod versions;

pub(crate) use listing::{Bucket, Listed, Walk};
pub(crate) use location::Location;
pub(crate) use plan::{Stretch, plan};
pub(crate) use selection::Selection;
pub(crate) use state::State;
