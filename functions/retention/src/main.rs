//! The retention function as a Lambda function.

use std::io;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws::{EncryptionKey, Objects, Queue, Table, Trail};
use lambda::boot::{self, Error};
use retention::{Clients, Config, Custodian};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    boot::log();
    let config = Config::from_environment()?;
    let aws = boot::aws().await;
    let promised = &config.settings.promised;
    let clients = Clients {
        table: Table::new(&aws, config.table),
        objects: Objects::new(&aws),
        index_queue: Some(Queue::new(&aws, config.index_queue)),
        alert_queue: Some(Queue::new(&aws, config.alert_queue)),
        trail: promised.trail.as_ref().map(|arn| Trail::new(&aws, arn)),
        key: promised
            .key
            .as_ref()
            .map(|arn| EncryptionKey::new(&aws, arn)),
    };
    let custodian = Arc::new(Custodian::new(clients, config.settings));
    boot::run(async |invocation| {
        let time = SystemTime::now();
        let now = time.duration_since(UNIX_EPOCH)?.as_secs().try_into()?;
        let left = boot::time_left(&invocation.context, time);
        let handled = Box::pin(custodian.handle(&invocation.payload, now, left)).await?;
        for report in handled.reports() {
            report.emit(time, &mut io::stdout())?;
        }
        Ok::<_, Error>(handled.outcome()?)
    })
    .await
}
