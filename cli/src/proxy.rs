//! `trailkeep proxy`: a stack's API on loopback, for programs that cannot sign for it.

mod forward;
mod headers;

use std::process::ExitCode;

use axum::Router;
use axum::middleware::from_fn;
use tokio::net::TcpListener;

use self::forward::Forward;
use crate::endpoint::{Endpoint, Signing, Target};
use crate::failure::Failure;

/// Makes a deployed API answer on loopback, for the aws cli and SDKs.
///
/// API Gateway checks signatures made for execute-api, while the aws cli and SDKs sign
/// CloudTrail calls for cloudtrail. The proxy takes their requests on loopback, signs them
/// anew with your own credentials and forwards them to the stack's API. Whoever can reach
/// the port looks events up as you, so it takes connections of this machine only.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  trailkeep proxy --stack trailkeep &
  aws cloudtrail lookup-events --endpoint-url http://127.0.0.1:8720 --max-items 20")]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,
    /// Listens on this port of 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8720)]
    port: u16,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    if arguments.target.stack.is_none() && arguments.target.endpoint.is_none() {
        return Err(Failure::usage(
            "say which API to forward to: --stack NAME or --endpoint URL",
        ));
    }
    let endpoint = Endpoint::open(&arguments.target, Signing::Always).await?;
    // Rather now than with the first request.
    endpoint.check_credentials().await?;
    let listener = TcpListener::bind(("127.0.0.1", arguments.port))
        .await
        .map_err(|error| {
            Failure::new(format!("cannot listen on port {}: {error}", arguments.port))
        })?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .fallback(forward::forward)
        .with_state(Forward::to(endpoint))
        .layer(from_fn(lookup::loopback_guard));
    anstream::println!("ready http://{address}");
    axum::serve(listener, router)
        .with_graceful_shutdown(interrupted())
        .await?;
    Ok(ExitCode::SUCCESS)
}

/// Waits until the process is asked to end.
async fn interrupted() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a handler the signal itself ends the process.
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}
