//! The shipped rules, held against cases and attacks that others published.
//!
//! The published files are not part of the repository: where they are missing, the
//! tests say so and pass.
#![expect(
    clippy::print_stdout,
    reason = "a test says what it skips and how many cases agree"
)]

#[path = "detection/published.rs"]
mod published;

#[path = "detection/panther.rs"]
mod panther;
#[path = "detection/stratus.rs"]
mod stratus;
