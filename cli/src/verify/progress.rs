//! What a terminal shows while objects are verified; elsewhere nothing is shown.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar of objects; a spinner where nobody knows how many there are.
pub(super) fn objects(total: Option<u64>) -> ProgressBar {
    let is_terminal = std::io::stderr().is_terminal();
    let target = if is_terminal {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(total, target);
    let style = if total.is_some() {
        "{spinner} {wide_bar} {human_pos}/{human_len} objects  {per_sec}  {eta}"
    } else {
        "{spinner} {human_pos} objects  {per_sec}"
    };
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    if is_terminal {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    bar
}
