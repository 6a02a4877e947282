//! Object keys of CloudTrail's deliveries.

use jiff::civil::Date;

/// What kind of object a key names, told by the path segment behind the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// A log file of management and data events.
    Log,
    /// A log file of network activity events.
    NetworkActivity,
    /// A log file of Insight events.
    Insight,
    /// A digest file, which the integrity function reads.
    Digest,
    /// A file of aggregated events, which has no records.
    Aggregated,
}

impl ObjectKind {
    const SEGMENTS: [(&'static str, Self); 5] = [
        ("CloudTrail", Self::Log),
        ("CloudTrail-NetworkActivity", Self::NetworkActivity),
        ("CloudTrail-Insight", Self::Insight),
        ("CloudTrail-Digest", Self::Digest),
        ("CloudTrail-Aggregated", Self::Aggregated),
    ];

    /// Tells whether objects of this kind hold records to index.
    pub const fn has_records(self) -> bool {
        matches!(self, Self::Log | Self::NetworkActivity | Self::Insight)
    }

    /// The path segment that tells this kind.
    pub fn segment(self) -> &'static str {
        Self::SEGMENTS
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("", |(segment, _)| segment)
    }
}

/// An object key of CloudTrail's layout, taken apart.
///
/// ```
/// let key = trail::ObjectKey::parse(
///     "logs/AWSLogs/o-abc123/111122223333/CloudTrail/eu-west-1/2026/10/13/\
///      111122223333_CloudTrail_eu-west-1_20261013T0805Z_AbCdEfGhIjKlMnOp.json.gz",
/// )
/// .expect("CloudTrail's layout");
/// assert_eq!((key.account, key.region), ("111122223333", "eu-west-1"));
/// assert_eq!(key.organization, Some("o-abc123"));
/// assert_eq!(key.prefix, "logs/");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectKey<'a> {
    /// What stands before `AWSLogs/`, with its slash; empty without a prefix.
    pub prefix: &'a str,
    /// The organization's id, for an organization trail.
    pub organization: Option<&'a str>,
    /// The account whose events the object holds.
    pub account: &'a str,
    /// What the object holds.
    pub kind: ObjectKind,
    /// The Region whose events the object holds.
    pub region: &'a str,
    /// The UTC day on which the object was delivered.
    pub delivery_day: Date,
    /// The delivery time in the file's name, in seconds since 1970; log files name
    /// the minute, digests the second, and a file renamed by hand neither.
    pub delivery_time: Option<i64>,
    /// The last part of the key.
    pub file_name: &'a str,
}

/// Says why a key is not of CloudTrail's layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no `AWSLogs/[o-.../]ACCOUNT/CloudTrail.../REGION/YYYY/MM/DD/FILE`.
    #[error(
        "the key is not of CloudTrail's layout AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/FILE"
    )]
    Layout,
    /// The path's date is not a date.
    #[error("the key's path names no day of the calendar")]
    Date,
    /// The object is not compressed JSON.
    #[error("the key does not end in .json.gz")]
    Suffix,
}

impl<'a> ObjectKey<'a> {
    /// Takes a key apart.
    ///
    /// Matches whole path segments from the end, because a prefix of the
    /// user's choosing may itself hold `AWSLogs` or `CloudTrail`.
    pub fn parse(key: &'a str) -> Result<Self, KeyError> {
        let mut parts = key.rsplitn(8, '/');
        let mut part = || {
            parts
                .next()
                .filter(|part| !part.is_empty())
                .ok_or(KeyError::Layout)
        };
        let (file_name, day, month, year) = (part()?, part()?, part()?, part()?);
        let (region, kind, account, before) = (part()?, part()?, part()?, part()?);
        let kind = ObjectKind::SEGMENTS
            .iter()
            .find_map(|(segment, known)| (*segment == kind).then_some(*known))
            .ok_or(KeyError::Layout)?;
        let (before, organization) = match before.rsplit_once('/') {
            Some((before, organization)) if organization.starts_with("o-") => {
                (before, Some(organization))
            }
            _ => (before, None),
        };
        let prefix = match before.strip_suffix("AWSLogs").ok_or(KeyError::Layout)? {
            prefix if prefix.is_empty() || prefix.ends_with('/') => prefix,
            _ => return Err(KeyError::Layout),
        };
        if !file_name.ends_with(".json.gz") {
            return Err(KeyError::Suffix);
        }
        let number = |text: &str, digits: usize| {
            // A sign would parse too.
            let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number
                .then(|| text.parse::<i16>().ok())
                .flatten()
                .ok_or(KeyError::Date)
        };
        let small = |text: &str| i8::try_from(number(text, 2)?).map_err(|_| KeyError::Date);
        let delivery_day =
            Date::new(number(year, 4)?, small(month)?, small(day)?).map_err(|_| KeyError::Date)?;
        let delivery_time = match kind {
            // A trail's name stands before the time, and may look like one.
            ObjectKind::Digest => file_name.rsplit('_').find_map(stamp),
            _ => file_name.split('_').find_map(stamp),
        };
        Ok(Self {
            prefix,
            organization,
            account,
            kind,
            region,
            delivery_day,
            delivery_time,
            file_name,
        })
    }
}

/// Reads `YYYYMMDDTHHMMZ` or `YYYYMMDDTHHMMSSZ`, the delivery time in a file's name.
fn stamp(part: &str) -> Option<i64> {
    let part = part.strip_suffix(".json.gz").unwrap_or(part);
    let (date, time) = part.strip_suffix('Z')?.split_once('T')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if date.len() != 8 || !(time.len() == 4 || time.len() == 6) || !digits(date) || !digits(time) {
        return None;
    }
    let two = |text: &str, at: usize| text.get(at..at + 2)?.parse::<i8>().ok();
    let second = if time.len() == 6 { two(time, 4)? } else { 0 };
    jiff::civil::DateTime::new(
        date.get(..4)?.parse().ok()?,
        two(date, 4)?,
        two(date, 6)?,
        two(time, 0)?,
        two(time, 2)?,
        second,
        0,
    )
    .ok()?
    .to_zoned(jiff::tz::TimeZone::UTC)
    .ok()
    .map(|zoned| zoned.timestamp().as_second())
}
