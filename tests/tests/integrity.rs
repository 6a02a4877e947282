//! What is delivered is proven, and whatever is done to it is found, named and told once.
//!
//! Everything runs against the local cloud over real clients: a signed trail lies in its
//! bucket, the functions are handed Lambda's own events, and what they find is what
//! stands in the table and was sent to the detector's queue.

#[path = "integrity/answer.rs"]
mod answer;
#[path = "integrity/arrival.rs"]
mod arrival;
#[path = "integrity/clean.rs"]
mod clean;
#[path = "integrity/crash.rs"]
mod crash;
#[path = "integrity/indexed.rs"]
mod indexed;
#[path = "integrity/key.rs"]
mod key;
#[path = "integrity/message.rs"]
mod message;
#[path = "integrity/restored.rs"]
mod restored;
#[path = "integrity/scrub.rs"]
mod scrub;
#[path = "integrity/stack.rs"]
mod stack;
#[path = "integrity/tampering.rs"]
mod tampering;
