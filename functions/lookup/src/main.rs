//! The lookup API as a Lambda function.

use aws::{Objects, Table};
use lambda::boot::{self, Error};
use lookup::config::TIME_BUDGET;
use lookup::{Clock, Config, History};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    boot::log();
    let config = Config::from_environment()?;
    let aws = boot::aws().await;
    let table = Table::new(&aws, config.table);
    let history = History::new(table, config.policy, config.read_budget.into(), TIME_BUDGET)
        .with_objects(Objects::new(&aws));
    lambda_http::run(lookup::router(history, Clock::system())).await
}
