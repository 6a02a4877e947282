//! The lookup API on loopback, with the operators' routes.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::routing::any_service;
use lookup::{Clock, History, loopback_guard};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::failure::Failure;

/// How long requests at work are waited for.
const GRACE: Duration = Duration::from_secs(5);

/// A bound port. Callers that come before it serves wait, so that nobody
/// takes a part of the history for all of it.
pub(super) struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// A server that answers.
pub(super) struct RunningServer {
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Binds a port of loopback; 0 binds any that is free.
    pub(super) async fn bind(port: u16) -> Result<Self, Failure> {
        let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = bound.map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => Failure::new(format!(
                "port {port} of 127.0.0.1 is taken: name another with --port, or 0 for any"
            )),
            _ => Failure::new(format!("port {port} of 127.0.0.1 cannot be bound: {error}")),
        })?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The address that clients are given.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Starts answering lookups of a history, and operators.
    pub(super) fn serve(self, history: History, operators: Router) -> RunningServer {
        let router = lookup::router(history, Clock::system())
            .route("/v1/operator/{*route}", any_service(operators))
            // Pages in a browser must not set holds: no request of theirs comes so far.
            .layer(axum::middleware::from_fn(loopback_guard));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(self.listener, router).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        RunningServer {
            stop,
            served: tokio::spawn(serving.into_future()),
        }
    }
}

impl RunningServer {
    /// Takes no more requests, and lets those at work finish for a while.
    pub(super) async fn stop(self) {
        drop(self.stop);
        // Whoever keeps a connection open longer is cut off.
        let _ = tokio::time::timeout(GRACE, self.served).await;
    }
}
