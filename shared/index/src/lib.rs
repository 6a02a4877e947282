//! The segment index: how events are laid out in the table and how a lookup finds them.
//!
//! This crate is pure. It turns records into items and queries into reads, and
//! leaves both to be carried out by others: no clock, no AWS client, nothing
//! asynchronous. See `docs/index-format.md` for the formats and the figures
//! behind them.
//!
//! - Writing: [`segment::Builder`] gathers records and seals them into
//!   [`segment::Segment`]s, whose items are put in their order.
//! - Reading: a [`query::Query`] becomes a [`lookup::Lookup`], which asks for
//!   [`lookup::Read`]s, is given the items, and ends in a [`lookup::Page`].
//! - [`table`] is the only place that formats the table's keys.

pub mod attribute;
mod bits;
pub mod block;
pub mod cursor;
pub mod day;
pub mod dictionary;
pub mod directory;
pub mod event;
pub mod file;
pub mod finding;
pub mod hold;
pub mod item;
pub mod lookup;
pub mod page;
pub mod policy;
pub mod query;
pub mod retention;
pub mod segment;
pub mod table;
pub mod tally;
pub mod term;
pub mod visibility;

pub use attribute::Attribute;
pub use day::Day;
pub use event::{Event, EventKey};
pub use hold::{Hold, Scope};
pub use item::Item;
pub use policy::Policy;
pub use query::{Order, Query};
pub use retention::{Class, Retention};
pub use visibility::{Extent, Keeping, Visibility};
