//! When events happen: more by day than by night, fewer at weekends, in bursts.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Calls per hour of the UTC day, relative.
const BY_HOUR: [u64; 24] = [
    38, 34, 32, 31, 33, 38, 48, 66, 88, 100, 104, 102, 96, 101, 108, 110, 106, 96, 82, 70, 60, 53,
    47, 42,
];

/// The records that follow each other in one burst.
pub(crate) const BLOCK: u64 = 32;

/// Maps the number of a record to its time; a later record is never earlier.
#[derive(Clone, Debug)]
pub(crate) struct Rhythm {
    events: u64,
    /// Start of each stretch, its weight, and the weight before it.
    stretches: Vec<(i64, i64, u64)>,
    total: u64,
}

impl Rhythm {
    /// Lays the day's rhythm over `[start, end)`.
    pub(crate) fn new(start: Timestamp, end: Timestamp, events: u64) -> Self {
        let (start, end) = (start.as_second(), end.as_second());
        let end = end.max(start + 1);
        let mut stretches = Vec::new();
        let mut total = 0;
        let mut from = start;
        while from < end {
            let until = (from - from.rem_euclid(3600) + 3600).min(end);
            stretches.push((from, until, total));
            total += hourly(from) * (until - from).unsigned_abs();
            from = until;
        }
        Self {
            events: events.max(1),
            stretches,
            total,
        }
    }

    /// Tells the second at which record `number` happens. `jitter` spreads it
    /// within its share of time; a burst squeezes its block together.
    pub(crate) fn second(&self, number: u64, jitter: u64, burst: bool) -> i64 {
        // 8 fractional bits of a record, then the weight: stays within 128 bits.
        let place = if burst {
            let block = number / BLOCK * BLOCK;
            ((u128::from(block) << 8) + u128::from(number - block) * 8)
                .min(u128::from(self.events) << 8)
        } else {
            (u128::from(number) << 8) | u128::from(jitter & 0xff)
        };
        let weight = place * u128::from(self.total) / (u128::from(self.events) << 8);
        let weight = u64::try_from(weight)
            .unwrap_or(u64::MAX)
            .min(self.total.saturating_sub(1));
        let index = self
            .stretches
            .partition_point(|&(_, _, before)| before <= weight)
            .saturating_sub(1);
        let Some(&(from, until, before)) = self.stretches.get(index) else {
            return 0;
        };
        let inside = (weight - before) / hourly(from).max(1);
        (from + i64::try_from(inside).unwrap_or(0)).min(until - 1)
    }
}

/// The weight of a second of the hour that holds `second`.
fn hourly(second: i64) -> u64 {
    let hour = usize::try_from(second.rem_euclid(86_400) / 3600).unwrap_or(0);
    // Day 0 of the epoch was a Thursday, so 2 and 3 are the weekend.
    let weekend = matches!(second.div_euclid(86_400).rem_euclid(7), 2 | 3);
    let weight = BY_HOUR.get(hour).copied().unwrap_or(50);
    // Machines do not rest at the weekend, people do.
    if weekend {
        (weight * 2 + 100) / 5
    } else {
        weight
    }
}

/// Writes `2026-10-13T04:05:06Z`.
pub(crate) fn push_time(out: &mut String, second: i64) {
    push_parts(out, second, ["-", "-", "T", ":", ":", "Z"]);
}

/// Writes `2026-10-13T04:05:06+00:00`, as the AWS CLI prints times.
pub(crate) fn push_offset_time(out: &mut String, second: i64) {
    push_parts(out, second, ["-", "-", "T", ":", ":", "+00:00"]);
}

/// Writes `20261013T0405Z`, as the names of log files have it.
pub(crate) fn push_minute(out: &mut String, second: i64) {
    let length = out.len();
    push_parts(out, second, ["", "", "T", "", "", "Z"]);
    out.truncate(length + 13);
    out.push('Z');
}

/// Writes `20261013T040506Z`, as the names of digests have it.
pub(crate) fn push_second(out: &mut String, second: i64) {
    push_parts(out, second, ["", "", "T", "", "", "Z"]);
}

/// Writes `2026/10/13`.
pub(crate) fn push_day(out: &mut String, second: i64) {
    let length = out.len();
    push_parts(out, second, ["/", "/", "", "", "", ""]);
    out.truncate(length + 10);
}

/// Writes `Oct 13, 2026, 4:05:06 AM`, as STS writes expiry.
pub(crate) fn push_expiry(out: &mut String, second: i64) {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let time = Timestamp::from_second(second)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(TimeZone::UTC);
    let month = usize::from(time.month().unsigned_abs()).saturating_sub(1);
    out.push_str(MONTHS.get(month).copied().unwrap_or("Jan"));
    out.push(' ');
    push_number(out, u64::from(time.day().unsigned_abs()));
    out.push_str(", ");
    push_number(out, u64::from(time.year().unsigned_abs()));
    out.push_str(", ");
    let hour = u64::from(time.hour().unsigned_abs());
    push_number(out, (hour + 11) % 12 + 1);
    out.push(':');
    push_padded(out, i64::from(time.minute()), 2);
    out.push(':');
    push_padded(out, i64::from(time.second()), 2);
    out.push_str(if hour < 12 { " AM" } else { " PM" });
}

fn push_parts(out: &mut String, second: i64, marks: [&str; 6]) {
    // Days to a civil date, after Howard Hinnant; no allocation and no table.
    let day = second.div_euclid(86_400);
    let inside = second.rem_euclid(86_400);
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * of_year + 2) / 153;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let of_month = of_year - (153 * month_index + 2) / 5 + 1;
    let numbers = [
        year,
        month,
        of_month,
        inside / 3600,
        inside / 60 % 60,
        inside % 60,
    ];
    for (index, (number, mark)) in numbers.into_iter().zip(marks).enumerate() {
        push_padded(out, number, if index == 0 { 4 } else { 2 });
        out.push_str(mark);
    }
}

fn push_padded(out: &mut String, number: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = number.unsigned_abs() / 10_u64.pow(place) % 10;
        out.push(char::from(b'0' + (digit % 10) as u8));
    }
}

/// Writes a number in decimal.
pub(crate) fn push_number(out: &mut String, number: u64) {
    let width = number.checked_ilog10().unwrap_or(0) + 1;
    for place in (0..width).rev() {
        let digit = number / 10_u64.pow(place) % 10;
        out.push(char::from(b'0' + (digit % 10) as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_jiff_writes_them() {
        for second in [0, 951_826_554, 1_791_861_900, 1_791_935_999, 4_102_444_799] {
            let mut text = String::new();
            push_time(&mut text, second);
            let expected = Timestamp::from_second(second)
                .expect("in range")
                .to_string();
            assert_eq!(text, expected);
        }
        let mut text = String::new();
        push_minute(&mut text, 1_791_861_900);
        assert_eq!(text, "20261013T0325Z");
        text.clear();
        push_expiry(&mut text, 1_791_861_900 + 43_200);
        assert_eq!(text, "Oct 13, 2026, 3:25:00 PM");
    }

    #[test]
    fn time_never_runs_backwards_and_stays_inside() {
        let start: Timestamp = "2026-10-10T06:30:00Z".parse().expect("a time");
        let end: Timestamp = "2026-10-14T18:30:00Z".parse().expect("a time");
        let rhythm = Rhythm::new(start, end, 5000);
        let mut last = start.as_second();
        for number in 0..5000 {
            let second = rhythm.second(number, number * 77, (number / BLOCK).is_multiple_of(3));
            assert!(
                second >= last && second < end.as_second(),
                "record {number}"
            );
            last = second;
        }
        assert!(last > end.as_second() - 600);
    }
}
