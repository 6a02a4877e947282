//! The indexer as a Lambda function.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use aws::{Objects, Table};
use indexer::{Config, Indexer};
use lambda::boot::{self, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    boot::log();
    let config = Config::from_environment()?;
    let aws = boot::aws().await;
    let table = Table::new(&aws, config.table);
    let indexer = Indexer::new(
        table,
        Objects::new(&aws),
        config.policy,
        config.max_file_bytes,
    );
    boot::run(async |invocation| {
        let time = SystemTime::now();
        let now = time.duration_since(UNIX_EPOCH)?.as_secs().try_into()?;
        let left = boot::time_left(&invocation.context, time);
        let handled = Box::pin(indexer.handle(&invocation.payload, now, left)).await?;
        handled.report().emit(time, &mut io::stdout())?;
        Ok::<_, Error>(handled.response)
    })
    .await
}
