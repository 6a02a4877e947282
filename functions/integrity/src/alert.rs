//! Findings as the detector is told them.

use alerts::Level;
use alerts::finding::Origin;
use integrity::{Finding, FindingKind, Severity};
use jiff::Timestamp;

/// How long CloudTrail uses a key, in seconds.
const KEY_LIFE: i64 = 30 * 86_400;

/// Makes what the detector is told of a finding about a digest that names a key.
///
/// That a Region cannot be asked for its keys is told once of each key, and not of each of
/// the digests that are signed with it.
pub(crate) fn of_digest(
    finding: &Finding,
    region: &str,
    fingerprint: Option<&str>,
) -> alerts::Finding {
    let told = of(finding);
    if finding.kind != FindingKind::KeyUnavailable {
        return told;
    }
    let time = finding.time.div_euclid(KEY_LIFE) * KEY_LIFE;
    let about = [region, fingerprint.unwrap_or_default(), &time.to_string()];
    let kind = finding.kind.as_str();
    alerts::Finding::new(Origin::Integrity, kind, told.severity, &about, time)
        .titled(finding.title())
        .in_detail(&finding.detail)
        .in_place(None, Some(region))
        .to_respond(finding.respond())
}

/// Makes what the detector is told of a finding.
pub(crate) fn of(finding: &Finding) -> alerts::Finding {
    let level = match finding.severity() {
        Severity::Low => Level::Low,
        Severity::Medium => Level::Medium,
        Severity::High => Level::High,
        Severity::Critical => Level::Critical,
    };
    let kind = finding.kind.as_str();
    let told = alerts::Finding::new(
        Origin::Integrity,
        kind,
        level,
        &[&finding.id()],
        finding.time,
    )
    .titled(finding.title())
    .in_detail(&finding.detail)
    .in_place(finding.account.as_deref(), finding.region.as_deref())
    .to_respond(finding.respond());
    match &finding.object {
        Some(object) => told.of_object(&object.key),
        None => told,
    }
}

/// Writes a time as ISO 8601 with milliseconds, as S3 does.
pub(crate) fn time_text(second: i64) -> String {
    let time = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{time:.3}")
}
