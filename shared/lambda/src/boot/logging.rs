//! Structured logging: one JSON object a line, with the request id.

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::environment::{self, EnvironmentError};

/// Keeps the span that carries the request id, whatever the level: without it
/// the warnings of a function that logs only warnings could not be told apart.
const REQUEST_SPAN: &str = "lambda_runtime::layers::trace=info";

/// Sends log lines to standard output as JSON.
///
/// The level comes from `RUST_LOG` (with its directives for single modules),
/// `LOG_LEVEL` or `AWS_LAMBDA_LOG_LEVEL`, and is `info` otherwise, also where
/// the variable cannot be understood: a typing error in a variable must not
/// keep a function from starting, so it is only warned of. Where logging has
/// been set up already, nothing happens.
pub fn log() {
    let (filter, problem) = match setting() {
        Ok(setting) => filter(setting.as_ref()),
        Err(error) => (filter(None).0, Some(error.to_string())),
    };
    let installed = tracing::subscriber::set_global_default(subscriber(filter, std::io::stdout));
    if let (Ok(()), Some(problem)) = (installed, problem) {
        tracing::warn!(problem, "log level is not understood, using info");
    }
}

/// What the environment says about the level.
enum Setting {
    /// Directives for single modules, as all of Rust understands them.
    Directives(String),
    /// One level for everything.
    Level(String),
}

fn setting() -> Result<Option<Setting>, EnvironmentError> {
    if let Some(directives) = environment::optional("RUST_LOG")? {
        return Ok(Some(Setting::Directives(directives)));
    }
    let level = match environment::optional("LOG_LEVEL")? {
        Some(level) => Some(level),
        // What Lambda's own logging configuration sets.
        None => environment::optional("AWS_LAMBDA_LOG_LEVEL")?,
    };
    Ok(level.map(Setting::Level))
}

/// Returns the filter of a setting, and what is wrong with it.
fn filter(setting: Option<&Setting>) -> (EnvFilter, Option<String>) {
    let parsed = match setting {
        None => Ok(EnvFilter::new("info")),
        Some(Setting::Directives(directives)) => {
            EnvFilter::try_new(directives).map_err(|error| error.to_string())
        }
        // As a directive, a misspelt level would be the name of a module, and
        // silence everything else.
        Some(Setting::Level(level)) => match level.trim() {
            // Lambda has one level more than we do.
            fatal if fatal.eq_ignore_ascii_case("fatal") => Ok(EnvFilter::new("error")),
            level => level
                .parse::<LevelFilter>()
                .map(|level| EnvFilter::new(level.to_string()))
                .map_err(|error| error.to_string()),
        },
    };
    let (filter, problem) = match parsed {
        Ok(filter) => (filter, None),
        Err(problem) => (EnvFilter::new("info"), Some(problem)),
    };
    let span = REQUEST_SPAN.parse().expect("the directive is constant");
    (filter.add_directive(span), problem)
}

fn subscriber<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(writer)
        .finish()
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Logs a line of each level within a request, and returns those that came out.
    fn lines(setting: Option<&Setting>) -> Vec<Value> {
        let lines = Lines::default();
        let sink = lines.clone();
        let subscriber = subscriber(filter(setting).0, move || sink.clone());
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!(
                target: "lambda_runtime::layers::trace",
                "Lambda runtime invoke",
                requestId = "8f5c"
            );
            let _guard = span.enter();
            tracing::debug!("debug line");
            tracing::info!(files = 3, "info line");
            tracing::warn!("warn line");
        });
        let written = lines.0.lock().expect("no panic").clone();
        String::from_utf8(written)
            .expect("is utf-8")
            .lines()
            .map(|line| serde_json::from_str(line).expect("is json"))
            .collect()
    }

    fn messages(setting: Option<&Setting>) -> Vec<String> {
        lines(setting)
            .iter()
            .map(|line| line["message"].as_str().expect("has a message").to_owned())
            .collect()
    }

    #[test]
    fn a_line_is_json_with_its_fields_and_the_request_id() {
        let line = &lines(None)[0];
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["message"], "info line");
        assert_eq!(line["files"], 3);
        assert_eq!(line["span"]["requestId"], "8f5c");
        assert!(line["timestamp"].is_string());
    }

    fn level(level: &str) -> Setting {
        Setting::Level(level.to_owned())
    }

    fn directives(directives: &str) -> Setting {
        Setting::Directives(directives.to_owned())
    }

    #[test]
    fn the_level_is_info_unless_the_setting_says_otherwise() {
        assert_eq!(messages(None), ["info line", "warn line"]);
        assert_eq!(messages(Some(&level("DEBUG"))).len(), 3);
        assert_eq!(messages(Some(&level("warn"))), ["warn line"]);
        assert!(messages(Some(&level("FATAL"))).is_empty());
        assert_eq!(
            messages(Some(&directives("lambda=warn,debug"))),
            ["warn line"]
        );
    }

    #[test]
    fn a_level_that_hides_info_does_not_hide_the_request_id() {
        for setting in [level("warn"), directives("warn")] {
            assert_eq!(lines(Some(&setting))[0]["span"]["requestId"], "8f5c");
        }
    }

    #[test]
    fn a_setting_that_is_not_understood_is_info_and_says_so() {
        for setting in [
            level("inof"),
            level("lambda=warn"),
            directives("lambda=loud"),
        ] {
            let (_, problem) = filter(Some(&setting));
            assert!(problem.is_some());
            assert_eq!(messages(Some(&setting)), ["info line", "warn line"]);
        }
        assert!(filter(Some(&level("off"))).1.is_none());
    }
}
