//! Dates, times, moments and spans.

use super::plain::wrong;
use super::{FromPg, IsNull, ToPg};
use crate::types::catalog::{display_name, is_string};
use crate::types::datetime::{self, Date, Time, Timestamp, Timestamptz, Timetz};
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::{Interval, int, text};
use crate::{Format, Oid};

impl ToPg for Date {
    fn natural_oid(&self) -> Oid {
        Oid::DATE
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::DATE, Format::Binary) => int::binary_i32(self.0, out),
            (Oid::DATE, Format::Text) => datetime::text_date(self.0, style, out),
            (oid, _) if is_string(oid) => datetime::text_date(self.0, style, out),
            _ => return Err(ValueError::mismatch("a date", &display_name(oid))),
        }
        Ok(IsNull::No)
    }
}

impl FromPg<'_> for Date {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Date, ValueError> {
        match (oid, format) {
            (Oid::DATE, Format::Binary) => datetime::receive_date(bytes).map(Date),
            (oid, _) if oid == Oid::DATE || is_string(oid) => {
                datetime::parse_date(text::receive(bytes)?, style).map(Date)
            }
            _ => Err(wrong(oid, "date")),
        }
    }
}

impl ToPg for Time {
    fn natural_oid(&self) -> Oid {
        Oid::TIME
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        _style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::TIME, Format::Binary) => int::binary_i64(self.0, out),
            (Oid::TIME, Format::Text) => datetime::text_time(self.0, out),
            (oid, _) if is_string(oid) => datetime::text_time(self.0, out),
            _ => return Err(ValueError::mismatch("a time", &display_name(oid))),
        }
        Ok(IsNull::No)
    }
}

impl FromPg<'_> for Time {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Time, ValueError> {
        match (oid, format) {
            (Oid::TIME, Format::Binary) => datetime::receive_time(bytes).map(Time),
            (oid, _) if oid == Oid::TIME || is_string(oid) => {
                datetime::parse_time(text::receive(bytes)?, style).map(Time)
            }
            _ => Err(wrong(oid, "time")),
        }
    }
}

impl ToPg for Timetz {
    fn natural_oid(&self) -> Oid {
        Oid::TIMETZ
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        _style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::TIMETZ, Format::Binary) => datetime::binary_timetz(*self, out),
            (Oid::TIMETZ, Format::Text) => datetime::text_timetz(self.micros, self.west, out),
            (oid, _) if is_string(oid) => datetime::text_timetz(self.micros, self.west, out),
            _ => return Err(ValueError::mismatch("a time with time zone", &display_name(oid))),
        }
        Ok(IsNull::No)
    }
}

impl FromPg<'_> for Timetz {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Timetz, ValueError> {
        match (oid, format) {
            (Oid::TIMETZ, Format::Binary) => datetime::receive_timetz(bytes),
            (oid, _) if oid == Oid::TIMETZ || is_string(oid) => {
                datetime::parse_timetz(text::receive(bytes)?, style)
            }
            _ => Err(wrong(oid, "timetz")),
        }
    }
}

impl ToPg for Timestamp {
    fn natural_oid(&self) -> Oid {
        Oid::TIMESTAMP
    }

    #[inline]
    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::TIMESTAMP, Format::Binary) => int::binary_i64(self.0, out),
            (Oid::TIMESTAMP, Format::Text) => datetime::text_timestamp(self.0, style, out),
            (oid, _) if is_string(oid) => datetime::text_timestamp(self.0, style, out),
            _ => return Err(ValueError::mismatch("a timestamp", &display_name(oid))),
        }
        Ok(IsNull::No)
    }
}

impl FromPg<'_> for Timestamp {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Timestamp, ValueError> {
        match (oid, format) {
            (Oid::TIMESTAMP, Format::Binary) => datetime::receive_timestamp(bytes).map(Timestamp),
            (oid, _) if oid == Oid::TIMESTAMP || is_string(oid) => {
                datetime::parse_timestamp(text::receive(bytes)?, style).map(Timestamp)
            }
            _ => Err(wrong(oid, "timestamp")),
        }
    }
}

impl ToPg for Timestamptz {
    fn natural_oid(&self) -> Oid {
        Oid::TIMESTAMPTZ
    }

    #[inline]
    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::TIMESTAMPTZ, Format::Binary) => int::binary_i64(self.0, out),
            (Oid::TIMESTAMPTZ, Format::Text) => datetime::text_timestamptz(self.0, style, out),
            (oid, _) if is_string(oid) => datetime::text_timestamptz(self.0, style, out),
            _ => return Err(ValueError::mismatch("a timestamptz", &display_name(oid))),
        }
        Ok(IsNull::No)
    }
}

impl FromPg<'_> for Timestamptz {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Timestamptz, ValueError> {
        match (oid, format) {
            (Oid::TIMESTAMPTZ, Format::Binary) => {
                datetime::receive_timestamp(bytes).map(Timestamptz)
            }
            (oid, _) if oid == Oid::TIMESTAMPTZ || is_string(oid) => {
                datetime::parse_timestamptz(text::receive(bytes)?, style).map(Timestamptz)
            }
            _ => Err(wrong(oid, "timestamptz")),
        }
    }
}

impl ToPg for Interval {
    fn natural_oid(&self) -> Oid {
        Oid::INTERVAL
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::INTERVAL, Format::Binary) => self.binary(out),
            (Oid::INTERVAL, Format::Text) => self.text(style.interval_style, out),
            (oid, _) if is_string(oid) => self.text(style.interval_style, out),
            _ => return Err(ValueError::mismatch("an interval", &display_name(oid))),
        }
        Ok(IsNull::No)
    }
}

impl FromPg<'_> for Interval {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Interval, ValueError> {
        match (oid, format) {
            (Oid::INTERVAL, Format::Binary) => Interval::receive(bytes),
            (oid, _) if oid == Oid::INTERVAL || is_string(oid) => {
                Interval::parse_in(text::receive(bytes)?, style.interval_style)
            }
            _ => Err(wrong(oid, "interval")),
        }
    }
}
