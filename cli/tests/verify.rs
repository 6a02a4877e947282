//! `trailkeep verify`, the real binary.
#![expect(
    clippy::print_stderr,
    reason = "a test says what it skips, and what it compared"
)]

#[path = "fake/command.rs"]
mod command;

#[path = "verify/archive.rs"]
mod archive;
#[path = "verify/bucket.rs"]
mod bucket;
#[path = "verify/folder.rs"]
mod folder;
#[path = "verify/proof.rs"]
mod proof;
