//! An alert: what is kept of a match, and what every rendering is made from.

use serde::{Deserialize, Serialize};
use trail::record::RecordError;
use trail::{Category, Record};

use crate::event::EventSummary;
use crate::finding::{Finding, FindingSummary, some};
use crate::redact::{RedactedRecord, redact_field, redact_text};
use crate::rule::RuleSummary;
use crate::window::Closing;
use crate::{escape, fingerprint, time};

/// The most event ids that an alert names; its count tells how many there are.
pub const EVENT_IDS: usize = 50;

/// The most fields of a group that an alert names.
const GROUP: usize = 8;

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One event matched a rule.
    Event,
    /// Several events together matched a correlation.
    Correlation,
    /// A window of suppression closed, in which a rule matched more.
    Closing,
    /// Trailkeep found out something about the history itself.
    Finding,
}

impl Kind {
    /// The name under which programs know the kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Correlation => "correlation",
            Self::Closing => "closing",
            Self::Finding => "finding",
        }
    }
}

/// A field that events are grouped by, and its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupValue {
    /// The field's path in the record, such as `userIdentity.arn`.
    pub field: String,
    /// The value that the events share; empty where they lack the field.
    pub value: String,
}

impl GroupValue {
    /// Pairs a field with its value.
    pub fn new(field: &str, value: &str) -> Self {
        Self {
            field: field.to_owned(),
            value: value.to_owned(),
        }
    }

    /// Takes out what an alert must not tell, and what it has no room for.
    fn safe(&self) -> Self {
        Self {
            field: escape::clip(&self.field, 100),
            value: escape::clip(&redact_field(&self.field, &self.value), 300),
        }
    }
}

/// What a correlation found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Correlation<'a> {
    /// The account, where all events are of one.
    pub account: Option<&'a str>,
    /// The Region, where all events are of one.
    pub region: Option<&'a str>,
    /// What the events share.
    pub group: &'a [GroupValue],
    /// What is the same whenever these events fire: the time of the window's first event, say.
    pub anchor: i64,
    /// When the first of the events happened.
    pub first: i64,
    /// When the last of the events happened.
    pub last: i64,
    /// How many events there were.
    pub count: u64,
    /// The ids of the events, or of some of them.
    pub event_ids: &'a [String],
}

/// What a person and a program are told of a match.
///
/// It is stored as JSON beside its [`State`](crate::State) and read back to be
/// published again, so it holds all that its renderings need. Its fields are
/// bounded: without the record it is under 128 KiB, whatever matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The fingerprint: the same for the same match, whoever finds it and when.
    pub id: String,
    /// What it is about.
    pub kind: Kind,
    /// The rule that matched.
    pub rule: RuleSummary,
    /// The account whose history holds the events.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
    /// The Region that handled the calls.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub region: Option<String>,
    /// The events' category, as CloudTrail names it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub category: Option<String>,
    /// What the events have in common.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub group: Vec<GroupValue>,
    /// The ids of the events, at most [`EVENT_IDS`].
    pub event_ids: Vec<String>,
    /// How many events there are.
    pub count: u64,
    /// Whether the count may be too high, because not every event could be remembered.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_estimate: bool,
    /// When the first of them happened.
    #[serde(with = "time")]
    pub first_time: i64,
    /// When the last of them happened.
    #[serde(with = "time")]
    pub last_time: i64,
    /// The event, or of several the one that is at hand.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub event: Option<EventSummary>,
    /// The id of the alert that opened the window which this one closes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub opened_by: Option<String>,
    /// What was found out, where no rule matched.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub finding: Option<FindingSummary>,
    /// The log file that holds the event, where it came from one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub log_file: Option<String>,
    /// The event's record without its secrets; absent where it is too large.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record: Option<RedactedRecord>,
}

impl Alert {
    /// Makes the alert on one event.
    ///
    /// Fails only for a text that is no record, which a rule cannot have
    /// matched; trying again does not help.
    pub fn of_event(
        rule: &RuleSummary,
        record: &str,
        group: &[GroupValue],
        log_file: Option<&str>,
    ) -> Result<Self, RecordError> {
        let record = Record::parse(record)?;
        // The oldest records have no id: their text is what tells them apart.
        let event_id = record.id().map_or_else(
            || hex::encode(trail::digest::sha256(record.text().as_bytes())),
            str::to_owned,
        );
        let id = fingerprint::of_event(&rule.id, record.account(), &event_id);
        let mut alert = Self::bare(Kind::Event, id, rule, group);
        alert.event_ids = event_ids([&event_id]);
        alert.count = 1;
        alert.first_time = record.time();
        alert.last_time = record.time();
        alert.log_file = log_file.map(|file| escape::clip(file, 1_024));
        alert.tell_of(&record);
        Ok(alert)
    }

    /// Makes the alert on events that a correlation found.
    ///
    /// `record` is one of them, best the last; a text that is no record is
    /// left out.
    pub fn of_correlation(
        rule: &RuleSummary,
        found: &Correlation<'_>,
        record: Option<&str>,
    ) -> Self {
        let id = fingerprint::of_group(
            Kind::Correlation.as_str(),
            &rule.id,
            found.account,
            found.group,
            found.anchor,
        );
        let mut alert = Self::bare(Kind::Correlation, id, rule, found.group);
        alert.event_ids = event_ids(found.event_ids);
        alert.count = found.count;
        alert.first_time = found.first;
        alert.last_time = found.last;
        alert.show(record, found.account, found.region);
        alert
    }

    /// Makes the alert that closes a window of suppression: so many more.
    ///
    /// `record` is one of the folded events, or the one that opened the window.
    pub fn closing(rule: &RuleSummary, closing: &Closing, record: Option<&str>) -> Self {
        let account = closing.account.as_deref();
        let id = fingerprint::of_group(
            Kind::Closing.as_str(),
            &rule.id,
            account,
            &closing.group,
            closing.opened,
        );
        let mut alert = Self::bare(Kind::Closing, id, rule, &closing.group);
        alert.event_ids = event_ids(&closing.event_ids);
        alert.count = closing.count;
        alert.is_estimate = closing.is_estimate;
        alert.opened_by = Some(escape::clip(&closing.opened_by, 64));
        alert.first_time = closing.first;
        alert.last_time = closing.last;
        alert.show(record, account, None);
        alert
    }

    /// Makes the alert on a finding.
    ///
    /// Its id is made of the finding's, so that however often the same is found
    /// it is one alert; and of nothing else, so that no finding takes the id of
    /// an alert on an event.
    pub fn of_finding(finding: &Finding) -> Self {
        let (rule, summary) = finding.summaries();
        let id = fingerprint::of_found(&rule.id, &summary.id);
        let mut alert = Self::bare(Kind::Finding, id, &rule, &[]);
        alert.count = 1;
        alert.first_time = finding.time;
        alert.last_time = finding.time;
        alert.account = some(finding.account.as_deref(), 64);
        alert.region = some(finding.region.as_deref(), 64);
        alert.finding = Some(summary);
        alert
    }

    fn bare(kind: Kind, id: String, rule: &RuleSummary, group: &[GroupValue]) -> Self {
        Self {
            id,
            kind,
            rule: rule.bounded(),
            account: None,
            region: None,
            category: None,
            group: group.iter().take(GROUP).map(GroupValue::safe).collect(),
            event_ids: Vec::new(),
            count: 0,
            is_estimate: false,
            first_time: 0,
            last_time: 0,
            event: None,
            opened_by: None,
            finding: None,
            log_file: None,
            record: None,
        }
    }

    /// Shows one of several events; what all have in common is told by the caller.
    fn show(&mut self, record: Option<&str>, account: Option<&str>, region: Option<&str>) {
        if let Some(record) = record.and_then(|text| Record::parse(text).ok()) {
            self.tell_of(&record);
        }
        self.account = account.map(|account| escape::clip(account, 64));
        self.region = region.map(|region| escape::clip(region, 64)).or_else(|| {
            // A closed window does not know its Regions: that of one event is better than none.
            self.region.take().filter(|_| self.kind == Kind::Closing)
        });
    }

    fn tell_of(&mut self, record: &Record<'_>) {
        let bounded = |text: &str| escape::clip(&redact_text(text), 64);
        self.account = record.account().map(bounded);
        self.region = record.aws_region.as_deref().map(bounded);
        self.category = Some(Category::of(record).as_str().to_owned());
        self.record = RedactedRecord::of(record.text());
        self.event = Some(EventSummary::of(record));
    }

    /// Who is behind the alert, where that is known of all its events.
    ///
    /// Of several events the caller of the one at hand is named only where the
    /// group says that all have the same.
    pub fn caller(&self) -> Option<String> {
        let is_shared = || {
            let mut fields = self.group.iter().map(|group| group.field.as_str());
            fields.any(|field| field.starts_with("userIdentity.") && field != "userIdentity.type")
        };
        if self.kind == Kind::Event || is_shared() {
            self.event.as_ref()?.who.name()
        } else {
            None
        }
    }
}

fn event_ids<'i>(ids: impl IntoIterator<Item = &'i String>) -> Vec<String> {
    let ids = ids.into_iter().take(EVENT_IDS);
    ids.map(|id| escape::clip(&redact_text(id), 64)).collect()
}
