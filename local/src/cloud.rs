//! Starting and stopping the endpoints.

mod error;
mod objects;
mod queue;
mod resources;
mod settings;

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::cloudtrail::CloudTrail;
use crate::engine::Engine;
use crate::faults::Faults;
use crate::faults::proxy::Proxy;
use crate::kms::Kms;
use crate::loopback::{Endpoint, Port};
use crate::s3::S3;
use crate::sns::Sns;
use crate::sqs::Sqs;
use crate::store::Store;
use crate::tables::Tables;
use crate::{clock, json, s3, sns, sqs};

pub use self::error::CloudError;
pub use self::objects::{Object, StoredObject, Upload};
pub use self::queue::Queue;

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
    table_settings: String,
    s3: String,
    sns: String,
    sqs: String,
    cloudtrail: String,
    kms: String,
    faults: Arc<Faults>,
    store: Arc<Store>,
    runtime: Option<Runtime>,
    /// Held so that no second process opens the directory.
    _lock: Option<File>,
}

impl Cloud {
    /// Starts all endpoints, with the fault injector in front of DynamoDB, S3,
    /// CloudTrail and KMS and no fault set.
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
        let tables = Tables::new(Arc::clone(&store), engine.database());
        let serving = serve(
            engine.url().to_owned(),
            tables,
            Arc::clone(&store),
            injector,
        );
        let served = runtime.spawn(serving).await;
        // From here on dropping the cloud shuts the runtime down.
        let mut cloud = Cloud {
            dynamodb: engine.url().to_owned(),
            engine: Some(engine),
            endpoints: Vec::new(),
            table_settings: String::new(),
            s3: String::new(),
            sns: String::new(),
            sqs: String::new(),
            cloudtrail: String::new(),
            kms: String::new(),
            faults,
            store,
            runtime: Some(runtime),
            _lock: lock,
        };
        let served = served.map_err(|error| CloudError::Engine(error.to_string()))??;
        served.s3.url().clone_into(&mut cloud.s3);
        served.sns.url().clone_into(&mut cloud.sns);
        served.sqs.url().clone_into(&mut cloud.sqs);
        served.cloudtrail.url().clone_into(&mut cloud.cloudtrail);
        served.kms.url().clone_into(&mut cloud.kms);
        served.tables.url().clone_into(&mut cloud.table_settings);
        if has_faults {
            cloud.dynamodb.clone_from(&cloud.table_settings);
        }
        cloud
            .endpoints
            .extend([served.tables, served.s3, served.sns]);
        cloud
            .endpoints
            .extend([served.sqs, served.cloudtrail, served.kms]);
        Ok(cloud)
    }

    /// Answers the address of DynamoDB, `http://127.0.0.1:PORT`.
    pub fn dynamodb(&self) -> &str {
        &self.dynamodb
    }

    /// Answers the address of DynamoDB that also answers what the engine
    /// lacks: point-in-time recovery and resource policies.
    ///
    /// It is [`dynamodb`](Self::dynamodb) itself unless the cloud was
    /// [started without faults](Self::start_without_faults): then every call
    /// takes one hop more here, and data belongs there.
    pub fn table_settings(&self) -> &str {
        &self.table_settings
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

    /// Answers the address of CloudTrail, the same one for all Regions.
    pub fn cloudtrail(&self) -> &str {
        &self.cloudtrail
    }

    /// Answers the address of KMS, the same one for all Regions.
    pub fn kms(&self) -> &str {
        &self.kms
    }

    /// Answers the fault injector in front of DynamoDB, S3, CloudTrail and
    /// KMS.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Deletes the items whose time to live is over, and counts them.
    ///
    /// This never happens by itself. As in DynamoDB, what expired more than
    /// five years ago stays.
    pub async fn sweep_ttl(&self) -> Result<usize, CloudError> {
        self.sweep_ttl_at(clock::now() / 1_000).await
    }

    /// Does what [`sweep_ttl`](Self::sweep_ttl) does at another time than
    /// this one, in seconds since 1970.
    pub async fn sweep_ttl_at(&self, now: i64) -> Result<usize, CloudError> {
        match &self.engine {
            Some(engine) => engine.sweep(now).await,
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
    tables: Endpoint,
    s3: Endpoint,
    sns: Endpoint,
    sqs: Endpoint,
    cloudtrail: Endpoint,
    kms: Endpoint,
}

async fn serve(
    engine: String,
    tables: Tables,
    store: Arc<Store>,
    faults: Option<Arc<Faults>>,
) -> Result<Served, CloudError> {
    // Without an injector nobody can set a fault of the one that is here.
    let proxy = Proxy::new(&engine, tables, faults.clone().unwrap_or_default())
        .map_err(|error| CloudError::Engine(error.to_string()))?;
    let port = Port::open().await?;
    let tables = port.serve(DYNAMODB_LIMIT, move |request| proxy.clone().handle(request));
    let objects = S3::new(Arc::clone(&store), faults.clone());
    let s3 = Port::open().await?.serve(s3::BODY_LIMIT, move |request| {
        objects.clone().handle(request)
    });
    let topics = Sns::new(Arc::clone(&store));
    let sns = Port::open().await?.serve(sns::BODY_LIMIT, move |request| {
        topics.clone().handle(request)
    });
    let trails = CloudTrail::new(Arc::clone(&store), faults.clone());
    let cloudtrail = Port::open().await?.serve(json::BODY_LIMIT, move |request| {
        trails.clone().handle(request)
    });
    let keys = Kms::new(Arc::clone(&store), faults);
    let kms = Port::open().await?.serve(json::BODY_LIMIT, move |request| {
        keys.clone().handle(request)
    });
    let port = Port::open().await?;
    let messages = Sqs::new(store, port.url());
    let sqs = port.serve(sqs::BODY_LIMIT, move |request| {
        messages.clone().handle(request)
    });
    Ok(Served {
        tables,
        s3,
        sns,
        sqs,
        cloudtrail,
        kms,
    })
}
