//! CloudTrail's formats: records, identities, resources, object keys and log files.
//!
//! This crate is pure: bytes in, decisions out. It holds no clock, no AWS
//! client and nothing asynchronous. It is the only place that parses an
//! object's key, inflates a log file or knows what a record's fields mean;
//! what it does not know (an unknown field, version or identity type) passes
//! through untouched, because records are kept verbatim.

pub mod category;
pub mod digest;
pub mod gzip;
pub mod identity;
pub mod key;
mod lenient;
pub mod log_file;
pub mod record;
pub mod resource;
pub mod user_agent;

pub use category::Category;
pub use key::ObjectKey;
pub use log_file::{LogFile, LogFileError};
pub use record::Record;
pub use resource::Resource;
pub use user_agent::UserAgentClass;
