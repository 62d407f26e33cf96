//! `interval`: months, days and microseconds, each with its own sign.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-datetime.html#DATATYPE-INTERVAL-INPUT>.

mod iso;
mod parse;
mod print;
mod sum;

use super::error::ValueError;
use super::int;

/// A span of time; the three parts do not turn into each other, for months and days vary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interval {
    /// Months; twelve are a year.
    pub months: i32,
    /// Days.
    pub days: i32,
    /// Microseconds.
    pub micros: i64,
}

/// A field that the type of an interval may be restricted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IntervalField {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl IntervalField {
    /// The last one that a modifier lets in; `None` where it lets all in, as -1 does.
    pub(super) fn last_of(typmod: i32) -> Option<IntervalField> {
        let fields = typmod.wrapping_shr(16) & 0x7fff;
        let has = |bit: u32| fields & 1_i32.wrapping_shl(bit) != 0;
        if typmod < 0 || fields == 0x7fff {
            return None;
        }
        let known = [
            (12, IntervalField::Second),
            (11, IntervalField::Minute),
            (10, IntervalField::Hour),
            (3, IntervalField::Day),
            (1, IntervalField::Month),
            (2, IntervalField::Year),
        ];
        known.into_iter().find(|(bit, _)| has(*bit)).map(|(_, field)| field)
    }
}

impl Interval {
    /// Longer than any span; PostgreSQL knows it since 17.
    pub const INFINITY: Interval = Interval { months: i32::MAX, days: i32::MAX, micros: i64::MAX };
    /// `-infinity`; PostgreSQL knows it since 17.
    pub const NEG_INFINITY: Interval =
        Interval { months: i32::MIN, days: i32::MIN, micros: i64::MIN };

    /// Appends the binary form: microseconds, days, months.
    #[inline]
    pub fn binary(self, out: &mut Vec<u8>) {
        let mut bytes = [0; 16];
        let (micros, rest) = bytes.split_at_mut(8);
        let (days, months) = rest.split_at_mut(4);
        micros.copy_from_slice(&self.micros.to_be_bytes());
        days.copy_from_slice(&self.days.to_be_bytes());
        months.copy_from_slice(&self.months.to_be_bytes());
        out.extend_from_slice(&bytes);
    }

    /// Reads the binary form.
    ///
    /// # Errors
    ///
    /// 08P01 for fewer than 16 bytes, 22P03 for more.
    pub fn receive(bytes: &[u8]) -> Result<Interval, ValueError> {
        let bytes: [u8; 16] = int::exact(bytes)?;
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = bytes;
        Ok(Interval {
            micros: i64::from_be_bytes([a, b, c, d, e, f, g, h]),
            days: i32::from_be_bytes([i, j, k, l]),
            months: i32::from_be_bytes([m, n, o, p]),
        })
    }
}
