//! `date`, `time`, `timetz`, `timestamp` and `timestamptz`.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-datetime.html>. Dates are days and moments
//! are microseconds since 2000-01-01, in UTC for `timestamptz`; the smallest and the largest
//! integer are the infinities. Years before 1 AD end in ` BC`.

mod binary;
mod calendar;
mod parse;
mod print;

pub use binary::{binary_timetz, receive_date, receive_time, receive_timestamp, receive_timetz};
pub use calendar::{Civil, civil_from_days, days_from_civil, days_in_month};
pub(super) use parse::{Fields, Flaw, Kind, clock, fraction_of_one, leading_int};
pub use parse::{parse_date, parse_time, parse_timestamp, parse_timestamptz, parse_timetz};
pub(super) use parse::{plain_date, plain_timestamp};
pub use print::{text_date, text_time, text_timestamp, text_timestamptz, text_timetz};

/// A `date`: days since 2000-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

/// A `time`: microseconds since midnight, up to 24:00:00.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// A `timetz`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timetz {
    /// Microseconds since midnight, up to 24:00:00.
    pub micros: i64,
    /// Seconds **west** of Greenwich, as the binary form has them.
    pub west: i32,
}

/// A `timestamp`: microseconds since 2000-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A `timestamptz`: microseconds since 2000-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamptz(pub i64);
