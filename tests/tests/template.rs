//! The deployment template, held against the code it deploys.
//!
//! The template is deployed on paper: conditions, rules and intrinsic functions
//! are evaluated as CloudFormation would, for the parameters a test names, and
//! the policies that come out are asked the questions that IAM would be asked.

#[path = "template/access.rs"]
mod access;
#[path = "template/alert.rs"]
mod alert;
#[path = "template/api.rs"]
mod api;
#[path = "template/bucket.rs"]
mod bucket;
#[path = "template/build.rs"]
mod build;
#[path = "template/detector.rs"]
mod detector;
#[path = "template/document.rs"]
mod document;
#[path = "template/event.rs"]
mod event;
#[path = "template/lifecycle.rs"]
mod lifecycle;
#[path = "template/permission.rs"]
mod permission;
#[path = "template/policy.rs"]
mod policy;
#[path = "template/promise.rs"]
mod promise;
#[path = "template/queue.rs"]
mod queue;
#[path = "template/stack.rs"]
mod stack;
#[path = "template/table.rs"]
mod table;
#[path = "template/trail.rs"]
mod trail_resource;
#[path = "template/variable.rs"]
mod variable;
#[path = "template/way.rs"]
mod way;
