//! An alert as plain text, for a person with ten seconds.

use std::fmt::Write as _;

use crate::alert::{Alert, Kind};
use crate::around::Around;
use crate::escape::{mail, visible};
use crate::event::{Origin, What, Who};
use crate::machine::is_record_cut;
use crate::time::stamp;

/// The column at which paragraphs are wrapped.
const WIDTH: usize = 76;

/// A letter, written line by line.
///
/// Every line that holds a value begins with a label of ours, and no value
/// holds a line break: no line of the letter is anybody else's.
#[derive(Default)]
struct Letter(String);

impl Letter {
    fn row(&mut self, label: &str, value: &str) {
        if !value.is_empty() {
            let _ = writeln!(self.0, "{label:<9} {value}");
        }
    }

    fn heading(&mut self, text: &str) {
        let _ = writeln!(self.0, "\n{text}");
    }

    /// Writes a paragraph of the rule's, wrapped and indented.
    fn paragraph(&mut self, text: &str) {
        let mut column = 0;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > WIDTH {
                self.0.push('\n');
                column = 0;
            }
            self.0.push_str(if column == 0 { "  " } else { " " });
            self.0.push_str(word);
            column += length + if column == 0 { 2 } else { 1 };
        }
        self.0.push('\n');
    }

    /// Writes a command, which is not wrapped: it is to be copied.
    fn command(&mut self, command: &str) {
        let _ = writeln!(self.0, "  {command}");
    }
}

/// Writes the body of an alert's e-mail.
///
/// It holds the event's summary and not the record: that is for programs, and
/// for whoever runs the lookup.
pub fn email(alert: &Alert) -> String {
    let mut letter = Letter::default();
    let more = match alert.kind {
        Kind::Closing => format!("{} more: ", alert.count),
        Kind::Event | Kind::Correlation | Kind::Finding => String::new(),
    };
    let title = mail(&alert.rule.title, 200);
    let _ = writeln!(letter.0, "{}: {more}{title}\n", alert.rule.level.tag());
    facts(alert, &mut letter);
    // The operator chose the rules; what a finding says may quote what somebody else wrote.
    let (heading, shown): (_, fn(&str, usize) -> String) = match alert.kind {
        Kind::Finding => ("What was found", mail),
        Kind::Event | Kind::Correlation | Kind::Closing => ("Why it matters", visible),
    };
    if !alert.rule.description.is_empty() {
        letter.heading(heading);
        letter.paragraph(&shown(&alert.rule.description, 2_000));
    }
    if let Some(respond) = &alert.rule.respond {
        letter.heading("What to do next");
        letter.paragraph(&shown(respond, 1_000));
    }
    if let Some(around) = Around::of(alert) {
        letter.heading(&format!("Everything by {} around it", around.by));
        letter.command(&around.trailkeep);
        if let Some(aws) = around.aws {
            letter.heading("From CloudTrail's own history");
            letter.command(&aws);
        }
    }
    if !alert.rule.falsepositives.is_empty() {
        letter.heading("What else may look like this");
        for text in &alert.rule.falsepositives {
            letter.paragraph(&format!("- {}", visible(text, 300)));
        }
    }
    letter.0.push('\n');
    source(alert, &mut letter);
    letter.0
}

/// What, who, when and where.
fn facts(alert: &Alert, letter: &mut Letter) {
    let event = alert.event.as_ref();
    if let Some(event) = event {
        // Of several events this is one, and the others need not be like it.
        let label = if alert.kind == Kind::Event {
            "What"
        } else {
            "Such as"
        };
        letter.row(label, &what(&event.what));
        if alert.kind == Kind::Event {
            letter.row("Outcome", &outcome(&event.what));
        }
    }
    match alert.kind {
        Kind::Event => {}
        Kind::Finding => letter.row("Object", &object(alert)),
        Kind::Correlation => letter.row("Events", &format!("{} together", alert.count)),
        Kind::Closing => {
            let about = if alert.is_estimate { "about " } else { "" };
            letter.row(
                "Events",
                &format!("{about}{} more since the first alert", alert.count),
            );
        }
    }
    if let Some(event) = event.filter(|_| alert.caller().is_some()) {
        people(&event.who, letter);
        if alert.kind == Kind::Event {
            key(&event.who, letter);
        }
    }
    if matches!(alert.kind, Kind::Correlation | Kind::Closing) {
        for group in &alert.group {
            let value = if group.value.is_empty() {
                "-"
            } else {
                &group.value
            };
            letter.row(
                "Common",
                &format!("{} = {}", visible(&group.field, 100), mail(value, 300)),
            );
        }
    }
    let (first, last) = (stamp(alert.first_time), stamp(alert.last_time));
    letter.row(
        "When",
        &if first == last {
            first
        } else {
            format!("{first} to {last}")
        },
    );
    if let Some(event) = event.filter(|_| alert.kind == Kind::Event) {
        letter.row("From", &origin(&event.origin));
    }
    let region = alert
        .region
        .as_deref()
        .map(|region| format!("Region {}", mail(region, 64)));
    let account = alert.account.as_deref().map(|account| mail(account, 64));
    let place: Vec<_> = account.into_iter().chain(region).collect();
    letter.row("Account", &place.join(", "));
    if let Some(event) = event.filter(|_| alert.kind == Kind::Event) {
        for resource in event.resources.iter().take(5) {
            let kind = resource
                .kind
                .as_deref()
                .map_or_else(String::new, |kind| format!(" ({})", mail(kind, 100)));
            letter.row("Resource", &format!("{}{kind}", mail(&resource.name, 300)));
        }
        let more = event
            .resource_count
            .saturating_sub(event.resources.len().min(5));
        if more > 0 {
            letter.row("Resource", &format!("and {more} more"));
        }
    }
}

/// The object or item that a finding is about.
///
/// What every log file and digest ends in makes no link, and is to be copied.
fn object(alert: &Alert) -> String {
    const SUFFIX: &str = ".json.gz";
    let finding = alert.finding.as_ref();
    let object = finding.and_then(|finding| finding.object.as_deref());
    let object = object.unwrap_or_default();
    match object.strip_suffix(SUFFIX) {
        Some(stem) if stem.ends_with(|last: char| last.is_ascii_alphanumeric()) => {
            format!("{}{SUFFIX}", mail(stem, 1_200))
        }
        _ => mail(object, 1_200),
    }
}

fn what(what: &What) -> String {
    let name = what
        .name
        .as_deref()
        .map_or_else(|| "an event".to_owned(), |name| mail(name, 128));
    let source = what
        .source
        .as_deref()
        .map_or_else(String::new, |source| format!(" on {}", mail(source, 128)));
    let effect = match what.read_only {
        Some(true) => ", which only reads",
        Some(false) => ", which changes something",
        None => "",
    };
    format!("{name}{source}{effect}")
}

fn outcome(what: &What) -> String {
    let message = what
        .error_message
        .as_deref()
        .map(|message| mail(message, 300));
    match (&what.error_code, message) {
        (None, None) => "succeeded".to_owned(),
        (None, Some(message)) => format!("failed: {message}"),
        (Some(code), None) => format!("failed with {}", mail(code, 128)),
        (Some(code), Some(message)) => format!("failed with {}: {message}", mail(code, 128)),
    }
}

fn people(who: &Who, letter: &mut Letter) {
    let shown = |value: &Option<String>| value.as_deref().map(|value| mail(value, 300));
    let mut names: Vec<_> = who
        .name()
        .map(|name| mail(&name, 200))
        .into_iter()
        .collect();
    names.extend(shown(&who.kind));
    names.extend(shown(&who.principal).filter(|arn| names.first() != Some(arn)));
    letter.row("Who", &names.join(", "));
    let mut session = Vec::new();
    let mut add = |label: &str, value: &Option<String>| {
        session.extend(shown(value).map(|value| format!("{label} {value}")));
    };
    add("source identity", &who.source_identity);
    add("called by", &who.invoked_by);
    letter.row("Session", &session.join(", "));
}

/// What the call was signed with; not told of several, which may each have another.
fn key(who: &Who, letter: &mut Letter) {
    let key = who.access_key.as_deref().map(|key| mail(key, 128));
    let mfa = who
        .mfa
        .map(|mfa| if mfa { "with MFA" } else { "without MFA" }.to_owned());
    let key: Vec<_> = key.into_iter().chain(mfa).collect();
    letter.row("Key", &key.join(", "));
}

fn origin(origin: &Origin) -> String {
    let part = |label: &str, value: &Option<String>| {
        value
            .as_deref()
            .map(|value| format!("{label}{}", mail(value, 128)))
    };
    let parts = [
        part("", &origin.source_ip),
        part("program ", &origin.user_agent),
        part("VPC endpoint ", &origin.vpc_endpoint),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The rule, and what leads to the alert and its events.
fn source(alert: &Alert, letter: &mut Letter) {
    let rule = &alert.rule;
    let mut about = vec![
        mail(&rule.id, 256),
        format!("level {}", rule.level.as_str()),
    ];
    about.extend(
        rule.cis
            .as_deref()
            .map(|cis| format!("CIS {}", mail(cis, 20))),
    );
    about.extend(rule.techniques());
    letter.row("Rule", &about.join(", "));
    for reference in &rule.references {
        // The operator chose the rules, so their links may be links.
        letter.row("Read", &visible(reference, 300));
    }
    letter.row("Alert", &alert.id);
    if let Some(opener) = &alert.opened_by {
        letter.row("After", &format!("alert {}", mail(opener, 64)));
    }
    for id in alert.event_ids.iter().take(3) {
        letter.row("Event", &mail(id, 64));
    }
    if alert.count > 3 {
        letter.row("Event", &format!("and {} more", alert.count - 3));
    }
    if let Some(file) = &alert.log_file {
        // The key of an object that CloudTrail wrote, and not out of a record.
        letter.row("Log file", &visible(file, 1_024));
    }
    if is_record_cut(alert) {
        letter.row("Record", "too large to send; the lookup above finds it");
    }
}
