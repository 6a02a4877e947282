//! `trailkeep rebuild`, the real binary, against the local cloud.

#[path = "fake/command.rs"]
mod command;
#[path = "rebuild/differences.rs"]
mod differences;
#[path = "rebuild/kept.rs"]
mod kept;
#[path = "rebuild/restored.rs"]
mod restored;
#[path = "rebuild/resumption.rs"]
mod resumption;
#[path = "rebuild/stack.rs"]
mod stack;
#[path = "rebuild/whole.rs"]
mod whole;
