//! Each alert is published once, and none never, whatever happens in between.
//!
//! Everything runs against the local cloud over real clients: log files lie in its
//! bucket, the detector is handed Lambda's own events, and what passes on the way to
//! the local SNS is read by a front that can also throttle, lose answers and kill.

#[path = "detecting/concurrent.rs"]
mod concurrent;
#[path = "detecting/correlation.rs"]
mod correlation;
#[path = "detecting/crash.rs"]
mod crash;
#[path = "detecting/depth.rs"]
mod depth;
#[path = "detecting/fault.rs"]
mod fault;
#[path = "detecting/finding.rs"]
mod finding;
#[path = "detecting/foreign.rs"]
mod foreign;
#[path = "detecting/forgery.rs"]
mod forgery;
#[path = "detecting/front.rs"]
mod front;
#[path = "detecting/message.rs"]
mod message;
#[path = "detecting/once.rs"]
mod once;
#[path = "detecting/problem.rs"]
mod problem;
#[path = "detecting/rule.rs"]
mod rule;
#[path = "detecting/stack.rs"]
mod stack;
#[path = "detecting/suppression.rs"]
mod suppression;
