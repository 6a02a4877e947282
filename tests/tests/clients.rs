//! CloudTrail's clients, as they are in the wild, get from the lookup API what lies in the log files.
//!
//! The Rust SDK, boto3, the aws cli and hand-made requests ask the API over a
//! stack that was filled as `trailkeep up` fills it; what they are answered is
//! held against a walk through the files that shares nothing with the index.
//! What is not installed is skipped, with a line on standard error.

#[path = "clients/boto.rs"]
mod boto;
#[path = "clients/boto_errors.rs"]
mod boto_errors;
#[path = "clients/command_line.rs"]
mod command_line;
#[path = "clients/command_line_errors.rs"]
mod command_line_errors;
#[path = "clients/command_line_pages.rs"]
mod command_line_pages;
#[path = "clients/hygiene.rs"]
mod hygiene;
#[path = "clients/javascript.rs"]
mod javascript;
#[path = "clients/loopback.rs"]
mod loopback;
#[path = "clients/oracle.rs"]
mod oracle;
#[path = "clients/program.rs"]
mod program;
#[path = "clients/question.rs"]
mod question;
#[path = "clients/raw.rs"]
mod raw;
#[path = "clients/record.rs"]
mod record;
#[path = "clients/sdk.rs"]
mod sdk;
#[path = "clients/sdk_errors.rs"]
mod sdk_errors;
#[path = "clients/sdk_fields.rs"]
mod sdk_fields;
#[path = "clients/sdk_times.rs"]
mod sdk_times;
#[path = "clients/stack.rs"]
mod stack;
#[path = "clients/trail_file.rs"]
mod trail_file;
