//! What a terminal shows while files are read; elsewhere nothing is shown.

use std::cell::Cell;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::reader::Batch;
use crate::logs::LogPath;
use crate::stack::rate;

/// A bar of bytes with events a second beside it.
pub(super) struct Progress {
    bar: ProgressBar,
    events: Cell<u64>,
}

impl Progress {
    pub(super) fn new(files: &[LogPath]) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let target = if is_terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bytes = files.iter().map(|file| file.stamp.size).sum();
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        let style = "{spinner} {wide_bar} {bytes}/{total_bytes}  {msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        if is_terminal {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self {
            bar,
            events: Cell::new(0),
        }
    }

    pub(super) fn add(&self, batch: &Batch) {
        let events = self.events.get() + batch.events;
        self.events.set(events);
        self.bar.inc(batch.read);
        let rate = rate(events, self.bar.elapsed().as_secs_f64());
        self.bar.set_message(format!(
            "{} events  {}/s",
            HumanCount(events),
            HumanCount(rate)
        ));
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
