//! The detector as a Lambda function.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use aws::{Objects, Table, Topic};
use detector::{Config, Detector, Topics};
use lambda::boot::{self, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    boot::log();
    let config = Config::from_environment()?;
    let aws = boot::aws().await;
    let topics = Topics {
        alerts: Topic::new(&aws, config.alert_topic),
        chat: config.chat_topic.map(|arn| Topic::new(&aws, arn)),
    };
    let table = Table::new(&aws, config.table);
    let detector = Detector::new(table, Objects::new(&aws), topics, config.settings);
    boot::run(async |invocation| {
        let time = SystemTime::now();
        let now = time.duration_since(UNIX_EPOCH)?.as_secs().try_into()?;
        let left = boot::time_left(&invocation.context, time);
        let handled = Box::pin(detector.handle(&invocation.payload, now, left)).await?;
        for report in handled.reports() {
            report.emit(time, &mut io::stdout())?;
        }
        Ok::<_, Error>(handled.response)
    })
    .await
}
