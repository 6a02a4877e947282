//! The lookup API as a Lambda function.

use aws::Table;
use lambda::boot::{self, Error};
use lookup::config::TIME_BUDGET;
use lookup::{Clock, Config, History};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    boot::log();
    let config = Config::from_environment()?;
    let table = Table::new(&boot::aws().await, config.table);
    let history = History::new(
        table,
        config.retention,
        config.read_budget.into(),
        TIME_BUDGET,
    );
    lambda_http::run(lookup::router(history, Clock::system())).await
}
