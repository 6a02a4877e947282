//! Starting and stopping the endpoints.

mod error;
mod queue;
mod resources;

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::engine::Engine;
use crate::faults::Faults;
use crate::faults::proxy::Proxy;
use crate::loopback::{Endpoint, Port};
use crate::s3::S3;
use crate::sns::Sns;
use crate::sqs::Sqs;
use crate::store::Store;
use crate::{s3, sns, sqs};

pub use self::error::CloudError;
pub use self::queue::Queue;
pub use self::resources::StoredObject;

/// DynamoDB's own limit on a request.
const DYNAMODB_LIMIT: usize = 16 * 1024 * 1024;

/// Where the cloud keeps its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// In memory, gone when it stops.
    Memory,
    /// In this directory, created where it is missing. A process that is
    /// killed at any moment leaves it consistent.
    Directory(PathBuf),
}

/// A running local cloud.
///
/// It runs on threads of its own, so that neither a caller's single-threaded
/// runtime nor a blocking caller holds it up. Dropping it stops it without
/// waiting for calls in flight.
pub struct Cloud {
    engine: Option<Engine>,
    endpoints: Vec<Endpoint>,
    dynamodb: String,
    s3: String,
    sns: String,
    sqs: String,
    faults: Arc<Faults>,
    store: Arc<Store>,
    runtime: Option<Runtime>,
    /// Held so that no second process opens the directory.
    _lock: Option<File>,
}

impl Cloud {
    /// Starts all endpoints, with the fault injector in front of DynamoDB and
    /// S3 and no fault set.
    pub async fn start(storage: Storage) -> Result<Cloud, CloudError> {
        Cloud::open(storage, true).await
    }

    /// Starts all endpoints with nothing in front of them: `dynamodb()` is the
    /// engine itself, and [`faults`](Self::faults) neither acts nor counts.
    pub async fn start_without_faults(storage: Storage) -> Result<Cloud, CloudError> {
        Cloud::open(storage, false).await
    }

    async fn open(storage: Storage, has_faults: bool) -> Result<Cloud, CloudError> {
        let (directory, lock) = match storage {
            Storage::Memory => (None, None),
            Storage::Directory(directory) => {
                std::fs::create_dir_all(&directory)?;
                let lock = File::create(directory.join("lock"))?;
                match lock.try_lock() {
                    Ok(()) => {}
                    Err(TryLockError::WouldBlock) => return Err(CloudError::InUse),
                    Err(TryLockError::Error(error)) => return Err(error.into()),
                }
                (Some(directory), Some(lock))
            }
        };
        let file = |name: &str| directory.as_ref().map(|directory| directory.join(name));
        let store = Arc::new(Store::open(file("objects.sqlite").as_deref())?);
        let engine = Engine::start(file("table.sqlite").as_deref()).await?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("local-cloud")
            .enable_all()
            .build()?;
        let faults = Arc::new(Faults::default());
        let injector = has_faults.then(|| Arc::clone(&faults));
        let serving = serve(engine.url().to_owned(), Arc::clone(&store), injector);
        let served = runtime.spawn(serving).await;
        // From here on dropping the cloud shuts the runtime down.
        let mut cloud = Cloud {
            dynamodb: engine.url().to_owned(),
            engine: Some(engine),
            endpoints: Vec::new(),
            s3: String::new(),
            sns: String::new(),
            sqs: String::new(),
            faults,
            store,
            runtime: Some(runtime),
            _lock: lock,
        };
        let served = served.map_err(|error| CloudError::Engine(error.to_string()))??;
        served.s3.url().clone_into(&mut cloud.s3);
        served.sns.url().clone_into(&mut cloud.sns);
        served.sqs.url().clone_into(&mut cloud.sqs);
        if let Some(dynamodb) = &served.dynamodb {
            dynamodb.url().clone_into(&mut cloud.dynamodb);
        }
        cloud.endpoints.extend(served.dynamodb);
        cloud.endpoints.extend([served.s3, served.sns, served.sqs]);
        Ok(cloud)
    }

    /// Answers the address of DynamoDB, `http://127.0.0.1:PORT`.
    pub fn dynamodb(&self) -> &str {
        &self.dynamodb
    }

    /// Answers the address of S3; it takes path-style addresses.
    pub fn s3(&self) -> &str {
        &self.s3
    }

    /// Answers the address of SNS.
    pub fn sns(&self) -> &str {
        &self.sns
    }

    /// Answers the address of SQS.
    pub fn sqs(&self) -> &str {
        &self.sqs
    }

    /// Answers the fault injector in front of DynamoDB and S3.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Deletes the items whose time to live is over, and counts them.
    ///
    /// This never happens by itself. Unlike DynamoDB it also deletes what
    /// expired more than five years ago.
    pub async fn sweep_ttl(&self) -> Result<usize, CloudError> {
        match &self.engine {
            Some(engine) => engine.sweep().await,
            None => Ok(0),
        }
    }

    /// Stops taking calls, lets those in flight finish, and closes the stores.
    ///
    /// Stop [triggers](crate::trigger) first: they would wait for messages
    /// that nobody sends any more.
    pub async fn stop(mut self) {
        for endpoint in std::mem::take(&mut self.endpoints) {
            endpoint.stop().await;
        }
        // The proxy's idle connections to the engine end with the runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        if let Some(engine) = self.engine.take() {
            engine.stop().await;
        }
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // A runtime that is dropped waits for its threads, which panics when
        // the one who drops it is itself on a runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

struct Served {
    dynamodb: Option<Endpoint>,
    s3: Endpoint,
    sns: Endpoint,
    sqs: Endpoint,
}

async fn serve(
    engine: String,
    store: Arc<Store>,
    faults: Option<Arc<Faults>>,
) -> Result<Served, CloudError> {
    let dynamodb = match &faults {
        Some(faults) => {
            let proxy = Proxy::new(&engine, Arc::clone(faults))
                .map_err(|error| CloudError::Engine(error.to_string()))?;
            let port = Port::open().await?;
            Some(port.serve(DYNAMODB_LIMIT, move |request| proxy.clone().handle(request)))
        }
        None => None,
    };
    let objects = S3::new(Arc::clone(&store), faults);
    let s3 = Port::open().await?.serve(s3::BODY_LIMIT, move |request| {
        objects.clone().handle(request)
    });
    let topics = Sns::new(Arc::clone(&store));
    let sns = Port::open().await?.serve(sns::BODY_LIMIT, move |request| {
        topics.clone().handle(request)
    });
    let port = Port::open().await?;
    let messages = Sqs::new(store, port.url());
    let sqs = port.serve(sqs::BODY_LIMIT, move |request| {
        messages.clone().handle(request)
    });
    Ok(Served {
        dynamodb,
        s3,
        sns,
        sqs,
    })
}
