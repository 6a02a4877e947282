//! An alert on one line, for terminals and logs of what was published.

use crate::alert::{Alert, Kind};
use crate::escape::visible;
use crate::time::stamp;

/// Writes an alert on one line.
///
/// What a record holds is shown with controls escaped, so that no name moves
/// the terminal's cursor or ends the line.
pub fn summary(alert: &Alert) -> String {
    let mut line = format!(
        "{} {:<8} {}",
        stamp(alert.last_time),
        alert.rule.level.tag(),
        visible(&alert.rule.title, 100)
    );
    let mut add = |before: &str, value: Option<&str>| {
        if let Some(value) = value {
            line.push_str(before);
            line.push_str(&visible(value, 80));
        }
    };
    let event = alert.event.as_ref();
    match alert.kind {
        Kind::Event => add(": ", event.and_then(|event| event.what.name.as_deref())),
        Kind::Correlation => add(": ", Some(&format!("{} events", alert.count))),
        Kind::Closing => add(": ", Some(&format!("{} more", alert.count))),
        Kind::Finding => {
            let finding = alert.finding.as_ref();
            add(": ", finding.and_then(|finding| finding.object.as_deref()));
        }
    }
    add(" by ", alert.caller().as_deref());
    add(" in ", alert.account.as_deref());
    add("/", alert.region.as_deref());
    if alert.kind == Kind::Event {
        add(
            " from ",
            event.and_then(|event| event.origin.source_ip.as_deref()),
        );
        add(
            " failed with ",
            event.and_then(|event| event.what.error_code.as_deref()),
        );
    }
    add(" [", Some(&alert.id));
    line.push(']');
    line
}
