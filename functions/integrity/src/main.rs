//! The integrity function as a Lambda function.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use aws::{Keys, Objects, Queue, Table};
use integrity_function::{Clients, Config, Integrity};
use lambda::boot::{self, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    boot::log();
    let config = Config::from_environment()?;
    let aws = boot::aws().await;
    let clients = Clients {
        table: Table::new(&aws, config.table),
        objects: Objects::new(&aws),
        keys: Keys::new(&aws),
        index_queue: Queue::new(&aws, config.index_queue),
        alert_queue: Queue::new(&aws, config.alert_queue),
    };
    let integrity = Integrity::new(clients, config.settings);
    boot::run(async |invocation| {
        let time = SystemTime::now();
        let now = time.duration_since(UNIX_EPOCH)?.as_secs().try_into()?;
        let left = boot::time_left(&invocation.context, time);
        let handled = Box::pin(integrity.handle(&invocation.payload, now, left)).await?;
        for report in handled.counts.reports() {
            report.emit(time, &mut io::stdout())?;
        }
        Ok::<_, Error>(handled.response)
    })
    .await
}
