//! PostgreSQL counts from 2000-01-01, Arrow from 1970-01-01.

/// Microseconds of a day.
pub(crate) const DAY_MICROS: i64 = 86_400_000_000;
/// Days from Arrow's epoch to PostgreSQL's.
pub(crate) const EPOCH_DAYS: i64 = 10_957;
/// Microseconds from Arrow's epoch to PostgreSQL's.
pub(crate) const EPOCH_MICROS: i64 = EPOCH_DAYS * DAY_MICROS;
