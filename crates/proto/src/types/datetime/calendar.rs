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
/// algorithms", 2022.
#[inline]
pub fn civil_from_days(days: i32) -> Civil {
    let shifted = i64::from(days) + EPOCH;
    let (era, day) = (shifted.div_euclid(ERA), shifted.rem_euclid(ERA));
    let quarter = 4 * day + 3;
    let century = quarter / ERA;
    let in_century = quarter % ERA / 4;
    let year_of_century = (4 * in_century + 3) / 1461;
    let day_of_year = (4 * in_century + 3) % 1461 / 4;
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    // The computation's year starts in March.
    let late = i64::from(month >= 10);
    let year = 400 * era + 100 * century + year_of_century + late;
    Civil {
        year: i32::try_from(year).unwrap_or(i32::MAX),
        month: u8::try_from(month + 3 - 12 * late).unwrap_or(0),
        day: u8::try_from(day).unwrap_or(0),
    }
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
