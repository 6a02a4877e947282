//! `trailkeep detect`, the real binary.
#![expect(clippy::print_stdout, reason = "a test says what it skips")]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is a module of tests"
)]

#[path = "detect/fixture.rs"]
mod fixture;

#[path = "detect/printing.rs"]
mod printing;
#[path = "detect/published.rs"]
mod published;
#[path = "detect/reading.rs"]
mod reading;
