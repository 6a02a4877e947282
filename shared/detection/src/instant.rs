//! Times as CloudTrail writes them, and their parts.

/// A part of a time that a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unit {
    Minute,
    Hour,
    Day,
    /// The week of the year by ISO 8601.
    Week,
    Month,
    Year,
}

impl Unit {
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "year" => Self::Year,
            _ => return None,
        })
    }
}

/// A second in UTC, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(i64);

impl Instant {
    /// Reads `YYYY-MM-DD`, alone or with a time of day and `Z` or an offset, as RFC 3339 has it.
    ///
    /// Without an offset it is UTC; fractions of a second are dropped.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let digits = |from: usize, to: usize| {
            text.get(from..to)?.iter().try_fold(0_i64, |number, byte| {
                byte.is_ascii_digit()
                    .then(|| number * 10 + i64::from(byte - b'0'))
            })
        };
        let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
        if text[4] != b'-' || text[7] != b'-' || !(1..=12).contains(&month) {
            return None;
        }
        if day < 1 || day > days_in(year, month) {
            return None;
        }
        let midnight = Self(days_before(year, month, day) * 86_400);
        if text.len() == 10 {
            return Some(midnight);
        }
        let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
        let separated =
            matches!(text[10], b'T' | b't' | b' ') && text[13] == b':' && text[16] == b':';
        if !separated || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut rest = &text[19..];
        if let Some(fraction) = rest.strip_prefix(b".") {
            let length = fraction
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            rest = &fraction[length..];
        }
        let offset = match rest {
            [] | b"Z" | b"z" => 0,
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2]
                if [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()) =>
            {
                let two = |high: &u8, low: &u8| i64::from(high - b'0') * 10 + i64::from(low - b'0');
                let seconds = two(h1, h2) * 3600 + two(m1, m2) * 60;
                if *sign == b'+' { seconds } else { -seconds }
            }
            _ => return None,
        };
        Some(Self(
            midnight.0 + hour * 3600 + minute * 60 + second - offset,
        ))
    }

    /// The seconds since 1970.
    pub(crate) const fn seconds(self) -> i64 {
        self.0
    }

    /// The instant some seconds later.
    pub(crate) const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// A part of the time in UTC.
    #[expect(
        clippy::cast_precision_loss,
        reason = "minutes to years are far below 2^52"
    )]
    pub(crate) fn part(self, unit: Unit) -> f64 {
        let days = self.0.div_euclid(86_400);
        let second = self.0.rem_euclid(86_400);
        let (year, month, day) = date(days);
        (match unit {
            Unit::Minute => second / 60 % 60,
            Unit::Hour => second / 3600,
            Unit::Day => day,
            Unit::Week => week(days),
            Unit::Month => month,
            Unit::Year => year,
        }) as f64
    }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The days from 1970 to a date, by counting years from March (Hinnant's algorithm).
const fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The year, month and day that lie some days after 1970, the other way round.
const fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// The ISO week: that of the week's Thursday in its year.
const fn week(days: i64) -> i64 {
    // 1970-01-01 was a Thursday.
    let monday = days - (days + 3).rem_euclid(7);
    let thursday = monday + 3;
    let (year, _, _) = date(thursday);
    (thursday - days_before(year, 1, 1)) / 7 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, unit: Unit) -> Option<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "small whole numbers")]
        Instant::parse(text.as_bytes()).map(|instant| instant.part(unit) as i64)
    }

    #[test]
    fn parts_of_a_time_are_those_of_utc() {
        let time = "2024-02-29T23:45:06Z";
        assert_eq!(part(time, Unit::Minute), Some(45));
        assert_eq!(part(time, Unit::Hour), Some(23));
        assert_eq!(part(time, Unit::Day), Some(29));
        assert_eq!(part(time, Unit::Week), Some(9));
        assert_eq!(part(time, Unit::Month), Some(2));
        assert_eq!(part(time, Unit::Year), Some(2024));
        assert_eq!(part("2024-03-01T00:30:00.5+01:00", Unit::Day), Some(29));
        assert_eq!(part("2024-03-01", Unit::Hour), Some(0));
    }

    #[test]
    fn weeks_are_those_of_iso_8601() {
        assert_eq!(part("2021-01-03", Unit::Week), Some(53));
        assert_eq!(part("2021-01-04", Unit::Week), Some(1));
        assert_eq!(part("2024-12-30", Unit::Week), Some(1));
        assert_eq!(part("2020-12-31", Unit::Week), Some(53));
    }

    #[test]
    fn what_is_no_time_has_no_parts() {
        for text in [
            "",
            "2024",
            "2024-13-01",
            "2023-02-29",
            "2024-01-01T25:00:00Z",
            "2024-01-01T00:00",
            "2024-01-01T00:00:00+1",
            "Jul 10, 2023 12:00:00 PM",
            "2024/01/01",
        ] {
            assert_eq!(part(text, Unit::Year), None, "{text}");
        }
    }

    #[test]
    fn every_day_is_read_back() {
        for days in -200_000..400_000 {
            let (year, month, day) = date(days);
            assert_eq!(days_before(year, month, day), days);
        }
    }
}
