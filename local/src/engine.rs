//! The DynamoDB engine, on threads of its own.

mod expiry;

use std::path::Path;
use std::time::Duration;

use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::cloud::CloudError;

/// Reading requests and writing answers can use two cores; the engine itself
/// runs one call at a time.
const WORKERS: usize = 2;

/// How long a stopping engine waits for the calls in flight.
const GRACE: Duration = Duration::from_secs(5);

/// A running DynamoDB engine.
///
/// Its mutex blocks the worker thread that waits for it, so it must not share
/// a runtime with anybody.
pub(crate) struct Engine {
    database: Database,
    url: String,
    runtime: Option<Runtime>,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<()>>,
}

impl Engine {
    /// Opens the table store, in memory without a `path`, and serves it.
    pub(crate) async fn start(path: Option<&Path>) -> Result<Engine, CloudError> {
        let path = path
            .map(|path| {
                let text = path.to_str().map(str::to_owned);
                text.ok_or_else(|| CloudError::Engine("the path is not utf-8".to_owned()))
            })
            .transpose()?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("local-dynamodb")
            .enable_all()
            .build()?;
        let opened = runtime
            .spawn_blocking(move || open(path.as_deref()))
            .await
            .map_err(|error| CloudError::Engine(error.to_string()));
        let bound = runtime
            .spawn(TcpListener::bind("127.0.0.1:0"))
            .await
            .map_err(|error| CloudError::Engine(error.to_string()));
        let (database, listener) = match (opened, bound) {
            (Ok(Ok(database)), Ok(Ok(listener))) => (database, listener),
            (Err(error) | Ok(Err(error)), _) | (_, Err(error)) => {
                runtime.shutdown_background();
                return Err(error);
            }
            (_, Ok(Err(error))) => {
                runtime.shutdown_background();
                return Err(error.into());
            }
        };
        let url = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = database.clone();
        let served = runtime.spawn(async move {
            let until = async {
                let _ = stopped.await;
            };
            if let Err(error) =
                dynoxide::server::serve_with_shutdown(listener, serving, until).await
            {
                tracing::error!(%error, "the dynamodb endpoint failed");
            }
        });
        Ok(Engine {
            database,
            url,
            runtime: Some(runtime),
            stop: Some(stop),
            served: Some(served),
        })
    }

    /// Answers the address of the engine itself, with no injector in front.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Answers the engine's tables, without HTTP.
    pub(crate) fn database(&self) -> Database {
        self.database.clone()
    }

    /// Deletes the items whose time to live is over at `now`, in seconds, and
    /// counts them.
    pub(crate) async fn sweep(&self, now: i64) -> Result<usize, CloudError> {
        let database = self.database.clone();
        tokio::task::spawn_blocking(move || expiry::sweep(&database, now))
            .await
            .map_err(|error| CloudError::Engine(error.to_string()))?
            .map_err(|error| CloudError::Engine(error.to_string()))
    }

    /// Stops serving after the calls in flight, and closes the store.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        if let Some(served) = self.served.take()
            && tokio::time::timeout(GRACE, served).await.is_err()
        {
            tracing::warn!("the dynamodb endpoint still had calls in flight when it was stopped");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // A runtime that is dropped waits for its threads, which panics when
        // the one who drops it is itself on a runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn open(path: Option<&str>) -> Result<Database, CloudError> {
    let failed = |error: dynoxide::DynoxideError| CloudError::Engine(error.to_string());
    let Some(path) = path else {
        return Database::memory().map_err(failed);
    };
    let database = Database::new(path).map_err(failed)?;
    // The only way to have SQLite's `synchronous` set to NORMAL, which is as
    // safe against a killed process as FULL and ten times as fast.
    database.enable_bulk_loading().map_err(failed)?;
    database.disable_bulk_loading().map_err(failed)?;
    Ok(database)
}
