//! The binary forms, within the bounds that PostgreSQL sets.

use super::Timetz;
use super::calendar::DAY;
use crate::types::error::ValueError;
use crate::types::int;

/// The first day: 4714-11-24 BC, Julian day 0.
pub(super) const MIN_DATE: i32 = -2_451_545;
/// The day after the last of a date: 5874898-06-04.
pub(super) const END_DATE: i32 = 2_147_483_494 - 2_451_545;
/// The first microsecond: 4714-11-24 BC.
pub(super) const MIN_TIMESTAMP: i64 = -211_813_488_000_000_000;
/// The microsecond after the last: 294277-01-01.
pub(super) const END_TIMESTAMP: i64 = 9_223_371_331_200_000_000;

/// Reads the binary form of a `date`.
///
/// # Errors
///
/// 22008 for a day out of range, 08P01 or 22P03 for a wrong number of bytes.
pub fn receive_date(bytes: &[u8]) -> Result<i32, ValueError> {
    let (value, rest) = int::leading(bytes)?;
    match i32::from_be_bytes(value) {
        days @ (i32::MIN | i32::MAX | MIN_DATE..END_DATE) => int::finish(days, rest),
        _ => Err(ValueError::datetime_out_of_range("date out of range")),
    }
}

/// Reads the binary form of a `time`.
///
/// # Errors
///
/// 22008 for a time out of range, 08P01 or 22P03 for a wrong number of bytes.
pub fn receive_time(bytes: &[u8]) -> Result<i64, ValueError> {
    let (value, rest) = int::leading(bytes)?;
    match i64::from_be_bytes(value) {
        micros @ 0..=DAY => int::finish(micros, rest),
        _ => Err(ValueError::datetime_out_of_range("time out of range")),
    }
}

/// Reads the binary form of a `timetz`.
///
/// # Errors
///
/// 22008 for a time out of range, 22009 for a zone out of range, 08P01 or 22P03 for a wrong number
/// of bytes.
pub fn receive_timetz(bytes: &[u8]) -> Result<Timetz, ValueError> {
    let (micros, rest) = int::leading(bytes)?;
    let micros = i64::from_be_bytes(micros);
    if !(0..=DAY).contains(&micros) {
        return Err(ValueError::datetime_out_of_range("time out of range"));
    }
    let (west, rest) = int::leading(rest)?;
    let west = i32::from_be_bytes(west);
    // Sixteen hours and no more, in either direction.
    if !(-57_599..=57_599).contains(&west) {
        return Err(ValueError::new(
            crate::SqlState::INVALID_TIME_ZONE_DISPLACEMENT_VALUE,
            "time zone displacement out of range",
        ));
    }
    int::finish(Timetz { micros, west }, rest)
}

/// Appends the binary form of a `timetz`.
pub fn binary_timetz(value: Timetz, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.micros.to_be_bytes());
    out.extend_from_slice(&value.west.to_be_bytes());
}

/// Reads the binary form of a `timestamp` or a `timestamptz`.
///
/// # Errors
///
/// 22008 for a moment out of range, 08P01 or 22P03 for a wrong number of bytes.
pub fn receive_timestamp(bytes: &[u8]) -> Result<i64, ValueError> {
    let (value, rest) = int::leading(bytes)?;
    match i64::from_be_bytes(value) {
        micros @ (i64::MIN | i64::MAX | MIN_TIMESTAMP..END_TIMESTAMP) => int::finish(micros, rest),
        _ => Err(ValueError::datetime_out_of_range("timestamp out of range")),
    }
}
