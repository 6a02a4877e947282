//! What a terminal shows while it works; elsewhere nothing is shown.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of things that are counted, in words.
pub(super) fn bar(total: u64, words: &str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let template =
        format!("{{bar:40}} {{human_pos}} of {{human_len}} {words}, {{per_sec}}, {{eta}} left");
    let bar = match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    };
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A line that counts.
pub(super) fn counting() -> ProgressBar {
    ProgressBar::new_spinner()
}
