//! Days and dates, without a zone.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "every day number of an i32, and every date it stands for, is far inside i64"
)]

/// Microseconds of a second.
pub(super) const SECOND: i64 = 1_000_000;
/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400 * SECOND;
/// Days of 400 years, after which the calendar repeats itself.
const ERA: i64 = 146_097;
/// Days from 0000-03-01 to 2000-01-01.
const EPOCH: i64 = 730_425;

/// A date of the Gregorian calendar, extended to all times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The astronomical year: 0 is 1 BC.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// The date of a number of days since 2000-01-01.
///
/// Source: Neri and Schneider, "Euclidean affine functions and their application to calendar
/// algorithms", 2022. Divisions by the lengths of years and months become multiplications.
#[inline]
pub fn civil_from_days(days: i32) -> Civil {
    /// Eras before the first day that an i32 can name, so that what follows is not negative.
    const ERAS: i64 = 14_705;
    let shifted = (i64::from(days) + EPOCH + ERAS * ERA).unsigned_abs();
    let quarters = 4 * shifted + 3;
    let (century, rest) = (quarters / 146_097, quarters % 146_097);
    // 2^32 / 1461 days is the scale: the upper half counts years, the lower half days.
    let scaled = 2_939_745 * (rest | 3);
    let year_of_century = scaled >> 32;
    let day_of_year = (scaled & 0xffff_ffff) / 2_939_745 / 4;
    // 2^16 / 30.6 days, likewise for months. Their year starts in March.
    let scaled = 2141 * day_of_year + 197_913;
    let (month, day) = (scaled >> 16, (scaled & 0xffff) / 2141);
    let late = day_of_year >= 306;
    let year = (100 * century + year_of_century).cast_signed() - 400 * ERAS + i64::from(late);
    // A month and a day have no more than one byte that is not zero.
    let [month, ..] = (if late { month - 12 } else { month }).to_le_bytes();
    let [day, ..] = (day + 1).to_le_bytes();
    Civil { year: i32::try_from(year).unwrap_or(i32::MAX), month, day }
}

/// The number of days from 2000-01-01 to a date.
///
/// Months and days beyond their bounds count on: January 32 is February 1.
pub fn days_from_civil(year: i32, month: i32, day: i32) -> i64 {
    let months = i64::from(month) - 3;
    let year = i64::from(year) + months.div_euclid(12);
    let month = months.rem_euclid(12);
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let days = 365 * year + year / 4 - year / 100 + (153 * month + 2) / 5 + i64::from(day) - 1;
    era * ERA + days - EPOCH
}

/// Whether a year has a February 29.
fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The number of days of a month; 0 for a month that is none.
pub fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 => 28 + i32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// The day of the week: 0 is Sunday.
pub(super) fn weekday(days: i32) -> usize {
    // 2000-01-01 was a Saturday.
    usize::try_from((i64::from(days) + 6).rem_euclid(7)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        let mut days = days_from_civil(-5000, 1, 1);
        for year in -5000..13_000 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    let date = civil_from_days(i32::try_from(days).unwrap());
                    let expected = (year, u8::try_from(month).unwrap(), u8::try_from(day).unwrap());
                    assert_eq!((date.year, date.month, date.day), expected);
                    assert_eq!(days_from_civil(year, month, day), days);
                    days += 1;
                }
            }
        }
    }

    #[test]
    fn the_ends_of_an_i32_have_dates() {
        for days in [i32::MIN, i32::MIN + 1, i32::MAX - 1, i32::MAX] {
            let date = civil_from_days(days);
            let back = days_from_civil(date.year, date.month.into(), date.day.into());
            assert_eq!(back, days.into());
        }
    }
}
