//! What every function shares: boot, notification envelopes, partial batch responses, metrics.
//!
//! A function's `main` stays small with it:
//!
//! ```no_run
//! use lambda::boot;
//!
//! # async fn main_of_a_function() -> Result<(), boot::Error> {
//! boot::log();
//! let table = lambda::environment::required("TABLE_NAME")?;
//! let aws = boot::aws().await;
//! boot::run(async |invocation| {
//!     let messages = lambda::notice::messages(&invocation.payload)?;
//!     let mut batch = lambda::batch::Batch::of(&messages);
//!     for message in &messages {
//!         // ... index what `message.notice` names, into `table`, with `aws` ...
//!         # let _ = (&table, &aws);
//!         batch.settle(&message.id, lambda::batch::Outcome::Done);
//!     }
//!     Ok::<_, boot::Error>(batch.finish()?)
//! })
//! .await
//! # }
//! ```

pub mod batch;
pub mod boot;
pub mod environment;
pub mod error;
pub mod live;
pub mod metric;
pub mod notice;
