//! What a person sees while log files are indexed.

use std::fmt::Arguments;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use alerts::Alert;
use alerts::summary::summary;
use indexer::Counts;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Counts of the work at hand, drawn as a bar on a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    expected: AtomicU64,
    indexed: AtomicU64,
    alerts: AtomicU64,
    stopping: Stopping,
}

/// Tells threads that read files to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopping(Arc<AtomicBool>);

impl Stopping {
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Progress {
    /// Makes a bar, which is only drawn on a terminal.
    pub(crate) fn new(is_terminal: bool) -> Self {
        let target = if is_terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if is_terminal {
            let style = "{spinner} {wide_bar} {human_pos}/{human_len} files  {msg}";
            bar.set_style(
                ProgressStyle::with_template(style)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self {
            bar,
            expected: AtomicU64::new(0),
            indexed: AtomicU64::new(0),
            alerts: AtomicU64::new(0),
            stopping: Stopping::default(),
        }
    }

    /// The flag that stops the reading of files.
    pub(crate) fn stopping(&self) -> Stopping {
        self.stopping.clone()
    }

    /// Notes that so many more files are to be indexed.
    pub(crate) fn expect(&self, files: u64) {
        let expected = self.expected.fetch_add(files, Ordering::Relaxed) + files;
        self.bar.set_length(expected);
    }

    /// Notes what came of a batch.
    pub(crate) fn add(&self, counts: &Counts) {
        let indexed = self.indexed.fetch_add(counts.indexed, Ordering::Relaxed) + counts.indexed;
        let done = counts.files + counts.other_objects;
        // A file that is tried again must not move it past the end.
        let expected = self.expected.load(Ordering::Relaxed);
        self.bar
            .set_position((self.bar.position() + done).min(expected));
        self.tell(indexed);
    }

    fn tell(&self, indexed: u64) {
        let rate = rate(indexed, self.bar.elapsed().as_secs_f64());
        let alerts = match self.alerts.load(Ordering::Relaxed) {
            0 => String::new(),
            count => format!("  {} alerts", HumanCount(count)),
        };
        self.bar.set_message(format!(
            "{} events  {}/s{alerts}",
            HumanCount(indexed),
            HumanCount(rate)
        ));
    }

    /// Tells an alert that was published.
    pub(crate) fn alert(&self, alert: &Alert) {
        self.alerts.fetch_add(1, Ordering::Relaxed);
        self.tell(self.indexed());
        self.say(format_args!("alert {}", summary(alert)));
    }

    /// The events that were indexed since the start.
    pub(crate) fn indexed(&self) -> u64 {
        self.indexed.load(Ordering::Relaxed)
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Writes a line to standard error, above the bar where there is one.
    pub(crate) fn say(&self, line: Arguments<'_>) {
        self.bar.suspend(|| {
            // Nobody who would read it is left where this fails.
            let _ = writeln!(std::io::stderr(), "{line}");
        });
    }
}

/// So many per second, rounded.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts of events are far below 2^52, and a rate is shown rounded"
)]
pub(crate) fn rate(count: u64, seconds: f64) -> u64 {
    if seconds > 0.0 {
        (count as f64 / seconds).round() as u64
    } else {
        0
    }
}
