//! Prints how long each function takes from exec to its first poll, and how large it is.
//!
//! `cargo build --profile lambda -p indexer -p lookup`
//! `cargo run --release -p bench --bin init -- target/lambda/indexer target/lambda/lookup`
//!
//! Stands in for Lambda's Runtime API: the first request for an invocation is
//! the end of the init phase. The table and the buckets are never asked.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use bench::{Outcome, peak_memory, say};

/// How often each function is started.
const STARTS: usize = 21;

fn main() -> Outcome {
    say!(
        "{:<10} {:>9} {:>9} {:>9} {:>9} {:>10}",
        "function",
        "min ms",
        "median",
        "max",
        "MB RSS",
        "MB binary"
    );
    for binary in std::env::args_os().skip(1) {
        let path = Path::new(&binary);
        let mut starts = Vec::new();
        let mut memory = 0.0_f64;
        for _ in 0..STARTS {
            let (milliseconds, peak) = start(path)?;
            starts.push(milliseconds);
            memory = memory.max(peak);
        }
        starts.sort_by(f64::total_cmp);
        #[expect(clippy::cast_precision_loss, reason = "printed figures")]
        let size = std::fs::metadata(path)?.len() as f64 / 1e6;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        say!(
            "{name:<10} {:>9.1} {:>9.1} {:>9.1} {memory:>9.1} {size:>10.1}",
            starts[0],
            starts[STARTS / 2],
            starts[STARTS - 1],
        );
    }
    Ok(())
}

/// Starts a function once; answers the milliseconds to its first poll and its peak memory.
fn start(path: &Path) -> Result<(f64, f64), Box<dyn std::error::Error>> {
    let runtime = TcpListener::bind("127.0.0.1:0")?;
    let begun = Instant::now();
    let mut function = Command::new(path)
        .env_clear()
        .envs([
            (
                "AWS_LAMBDA_RUNTIME_API",
                runtime.local_addr()?.to_string().as_str(),
            ),
            ("AWS_LAMBDA_FUNCTION_NAME", "measured"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "measured"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "measured"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "measured"),
            ("AWS_SECRET_ACCESS_KEY", "measured"),
            ("TABLE_NAME", "measured"),
            (
                "ALERT_TOPIC_ARN",
                "arn:aws:sns:us-east-1:111122223333:measured",
            ),
            ("RETENTION", "90"),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let (mut poll, _) = runtime.accept()?;
    let mut request = [0; 4096];
    let length = poll.read(&mut request)?;
    let milliseconds = begun.elapsed().as_secs_f64() * 1e3;
    let is_poll = request[..length].starts_with(b"GET /2018-06-01/runtime/invocation/next");
    let peak = peak_memory(&function.id().to_string()).unwrap_or_default();
    poll.flush()?;
    function.kill()?;
    function.wait()?;
    if is_poll {
        Ok((milliseconds, peak))
    } else {
        Err("the function did not poll".into())
    }
}
