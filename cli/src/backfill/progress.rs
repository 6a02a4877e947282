//! What a terminal shows while it works; elsewhere nothing is shown.

use indicatif::{ProgressBar, ProgressStyle};

/// A line that counts.
pub(super) fn counting() -> ProgressBar {
    ProgressBar::new_spinner()
}

/// A bar of log files.
pub(super) fn files(files: u64) -> ProgressBar {
    let bar = ProgressBar::new(files);
    let template = "{bar:40} {human_pos} of {human_len} log files, {per_sec}, {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
