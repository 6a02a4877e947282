//! Boot: logging, the SDK's configuration, and the loop that asks Lambda for events.

use std::fmt::Debug;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::{BehaviorVersion, SdkConfig};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::Value;

mod logging;

pub use lambda_runtime::{Context, Error};
pub use logging::log;

/// Holds one invocation: the event and what Lambda says about the call.
pub type Invocation = LambdaEvent<Value>;

/// Loads region, credentials and endpoints from where the SDK looks for them,
/// which in Lambda is the environment.
///
/// `AWS_ENDPOINT_URL` and its forms for single services are honoured, by which
/// the same binary talks to the local cloud. To be called once, at cold start:
/// the clients made of the result share its connections.
pub async fn aws() -> SdkConfig {
    // The version is pinned: a newer one would change retries and time-outs
    // without a line of ours being touched.
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .load()
        .await
}

/// Asks Lambda for events and hands each to the handler, until the sandbox is stopped.
///
/// Whatever the handler returns is the answer of the invocation, an error or a
/// panic makes it fail. While the handler runs, log lines carry the request id.
///
/// The event is not parsed further here, so that one function can take the
/// notification of any trigger; see [`crate::notice::messages`].
pub async fn run<Handler, Answer, Response, Fault>(handler: Handler) -> Result<(), Error>
where
    Handler: FnMut(Invocation) -> Answer,
    Answer: Future<Output = Result<Response, Fault>>,
    Response: Serialize,
    Fault: Into<Diagnostic> + Debug,
{
    lambda_runtime::run(service_fn(handler)).await
}

/// Returns how much of the invocation's time is left at `now`: zero once it is over.
///
/// Handlers give back part of their work as retries before Lambda ends them,
/// because a function that is timed out reports nothing of what it has done.
pub fn time_left(context: &Context, now: SystemTime) -> Duration {
    let deadline = UNIX_EPOCH + Duration::from_millis(context.deadline);
    deadline.duration_since(now).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_ends_at_zero() {
        let mut context = Context::default();
        context.deadline = 5_000;
        let at = |milliseconds| UNIX_EPOCH + Duration::from_millis(milliseconds);
        assert_eq!(time_left(&context, at(3_500)), Duration::from_millis(1_500));
        assert_eq!(time_left(&context, at(5_001)), Duration::ZERO);
    }
}
