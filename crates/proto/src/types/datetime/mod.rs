//! `date`, `time`, `timetz`, `timestamp` and `timestamptz`.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-datetime.html>. Dates are days and moments
//! are microseconds since 2000-01-01, in UTC for `timestamptz`; the smallest and the largest
//! integer are the infinities. Years before 1 AD end in ` BC`.

mod calendar;
mod print;

pub use calendar::{Civil, civil_from_days, days_from_civil, days_in_month};
pub use print::{text_date, text_time, text_timestamp, text_timestamptz, text_timetz};
