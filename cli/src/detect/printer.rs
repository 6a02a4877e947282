//! The report, and every match, for programs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};

use detection::Rules;
use serde::Serialize;

use super::findings::{Findings, Match, TextId};
use super::report::{Report, stamp};

/// A match as it is printed.
#[derive(Debug, Serialize)]
struct Line<'f> {
    event_time: Option<Cow<'f, str>>,
    level: &'static str,
    stage: &'static str,
    rule_id: &'f str,
    rule: &'f str,
    /// `event`, or the kind of correlation.
    kind: &'static str,
    event_id: Option<&'f str>,
    event_name: Option<&'f str>,
    event_source: Option<&'f str>,
    account: Option<&'f str>,
    region: Option<&'f str>,
    principal: Option<&'f str>,
    source_ip: Option<&'f str>,
    error_code: Option<&'f str>,
    /// How many events it is about.
    count: u64,
    file: Option<String>,
    /// Of a correlation, when its first event happened, in which group, and which events.
    #[serde(flatten)]
    correlation: Option<OfCorrelation<'f>>,
}

#[derive(Debug, Serialize)]
struct OfCorrelation<'f> {
    first_time: String,
    group: BTreeMap<&'f str, &'f str>,
    event_ids: &'f [String],
}

/// The columns of comma-separated values.
const COLUMNS: [&str; 16] = [
    "event_time",
    "level",
    "stage",
    "rule_id",
    "rule",
    "kind",
    "event_id",
    "event_name",
    "event_source",
    "account",
    "region",
    "principal",
    "source_ip",
    "error_code",
    "count",
    "file",
];

/// Prints the report as one object.
pub(super) fn json(report: &Report) -> io::Result<()> {
    let text = serde_json::to_string(report)?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", escaped(&text))?;
    stdout.flush()
}

/// Prints every match as an object on a line.
pub(super) fn jsonl(rules: &Rules, findings: &Findings<'_>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for found in findings.matches() {
        let text = serde_json::to_string(&line(&found, rules, findings))?;
        writeln!(out, "{}", escaped(&text))?;
    }
    out.flush()
}

/// Prints every match as comma-separated values.
pub(super) fn csv(rules: &Rules, findings: &Findings<'_>) -> io::Result<()> {
    let is_terminal = io::stdout().is_terminal();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut print = |row: &[Cow<'_, str>]| {
        // Into memory: the writer would hide that a reader is gone.
        let mut rows = csv::Writer::from_writer(Vec::new());
        rows.write_record(row.iter().map(|value| value.as_bytes()))?;
        let bytes = rows.into_inner().map_err(csv::IntoInnerError::into_error)?;
        out.write_all(&bytes)
    };
    print(&COLUMNS.map(Cow::Borrowed))?;
    for found in findings.matches() {
        let mut row = row(line(&found, rules, findings));
        if is_terminal {
            // What is written to a file stays as it is in the records.
            row = row.map(|value| alerts::escape::visible(&value, usize::MAX).into());
        }
        print(&row)?;
    }
    out.flush()
}

fn row(line: Line<'_>) -> [Cow<'_, str>; COLUMNS.len()] {
    let text = |text: Option<&'_ str>| Cow::Owned(text.unwrap_or_default().to_owned());
    [
        line.event_time.unwrap_or_default(),
        line.level.into(),
        line.stage.into(),
        line.rule_id.into(),
        line.rule.into(),
        line.kind.into(),
        text(line.event_id),
        text(line.event_name),
        text(line.event_source),
        text(line.account),
        text(line.region),
        text(line.principal),
        text(line.source_ip),
        text(line.error_code),
        line.count.to_string().into(),
        line.file.unwrap_or_default().into(),
    ]
}

fn line<'f>(found: &Match<'f>, rules: &'f Rules, findings: &'f Findings<'_>) -> Line<'f> {
    let rule = rules.get(found.rule);
    let get = |id: &TextId| findings.texts.get(*id);
    let facts = found.row.map(|row| row.facts.map(get)).unwrap_or_default();
    let firing = found.fired.map(|fired| &fired.firing);
    let file = found.row.and_then(|row| findings.file(row.place));
    Line {
        event_time: facts
            .time
            .map(Cow::Borrowed)
            .or_else(|| found.second.map(|second| stamp(second).into())),
        level: rule.level.name(),
        stage: rule.stage.name(),
        rule_id: &rule.id,
        rule: &rule.title,
        kind: rule
            .correlation()
            .map_or("event", |correlation| correlation.kind.name()),
        event_id: facts
            .id
            .or_else(|| firing.and_then(|firing| firing.event_ids.last().map(String::as_str))),
        event_name: facts.name,
        event_source: facts.source,
        account: facts
            .account
            .or_else(|| firing.and_then(|firing| firing.account.as_deref())),
        region: facts.region,
        principal: facts.principal,
        source_ip: facts.source_ip,
        error_code: facts.error,
        count: firing.map_or(1, |firing| firing.count),
        file: file.map(|file| file.path.display().to_string()),
        correlation: found.fired.map(|fired| OfCorrelation {
            first_time: stamp(fired.firing.first),
            group: fired
                .firing
                .group
                .pairs
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect(),
            event_ids: &fired.firing.event_ids,
        }),
    }
}

/// Escapes in JSON what would act on a terminal instead of being shown; it means the same.
fn escaped(json: &str) -> Cow<'_, str> {
    let acts = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    if !json.contains(acts) {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len() + 16);
    for letter in json.chars() {
        if acts(letter) {
            // All of them are in the basic plane, and stand nowhere but in strings.
            // Writing into memory does not fail.
            let _ = write!(text, "\\u{:04x}", u32::from(letter));
        } else {
            text.push(letter);
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_acts_on_a_terminal_is_escaped_and_means_the_same() {
        let value = serde_json::json!({"a": "\u{1b}[2K\u{9b}1m\u{202e}x\u{7f}ü"});
        let text = serde_json::to_string(&value).expect("a text");
        let shown = escaped(&text);
        assert_eq!(shown, r#"{"a":"\u001b[2K\u009b1m\u202ex\u007fü"}"#);
        let read: serde_json::Value = serde_json::from_str(&shown).expect("it is JSON");
        assert_eq!(read, value);
    }
}
