//! Dates, times, moments and spans.

use super::plain::{decoded_form, encoded_form};
use super::{FromPg, IsNull, ToPg};
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
        match encoded_form(Oid::DATE, "a date", oid, format, &style.types)? {
            Format::Binary => int::binary_i32(self.0, out),
            Format::Text => datetime::text_date(self.0, style, out),
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
        match decoded_form(Oid::DATE, "date", oid, format, &style.types)? {
            Format::Binary => datetime::receive_date(bytes).map(Date),
            Format::Text => datetime::parse_date(text::receive(bytes)?, style).map(Date),
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
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match encoded_form(Oid::TIME, "a time", oid, format, &style.types)? {
            Format::Binary => int::binary_i64(self.0, out),
            Format::Text => datetime::text_time(self.0, out),
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
        match decoded_form(Oid::TIME, "time", oid, format, &style.types)? {
            Format::Binary => datetime::receive_time(bytes).map(Time),
            Format::Text => datetime::parse_time(text::receive(bytes)?, style).map(Time),
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
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match encoded_form(Oid::TIMETZ, "a time with time zone", oid, format, &style.types)? {
            Format::Binary => datetime::binary_timetz(*self, out),
            Format::Text => datetime::text_timetz(self.micros, self.west, out),
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
        match decoded_form(Oid::TIMETZ, "timetz", oid, format, &style.types)? {
            Format::Binary => datetime::receive_timetz(bytes),
            Format::Text => datetime::parse_timetz(text::receive(bytes)?, style),
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
        match encoded_form(Oid::TIMESTAMP, "a timestamp", oid, format, &style.types)? {
            Format::Binary => int::binary_i64(self.0, out),
            Format::Text => datetime::text_timestamp(self.0, style, out),
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
        match decoded_form(Oid::TIMESTAMP, "timestamp", oid, format, &style.types)? {
            Format::Binary => datetime::receive_timestamp(bytes).map(Timestamp),
            Format::Text => datetime::parse_timestamp(text::receive(bytes)?, style).map(Timestamp),
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
        match encoded_form(Oid::TIMESTAMPTZ, "a timestamptz", oid, format, &style.types)? {
            Format::Binary => int::binary_i64(self.0, out),
            Format::Text => datetime::text_timestamptz(self.0, style, out),
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
        match decoded_form(Oid::TIMESTAMPTZ, "timestamptz", oid, format, &style.types)? {
            Format::Binary => datetime::receive_timestamp(bytes).map(Timestamptz),
            Format::Text => {
                datetime::parse_timestamptz(text::receive(bytes)?, style).map(Timestamptz)
            }
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
        match encoded_form(Oid::INTERVAL, "an interval", oid, format, &style.types)? {
            Format::Binary => self.binary(out),
            Format::Text => self.text(style.interval_style, out),
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
        match decoded_form(Oid::INTERVAL, "interval", oid, format, &style.types)? {
            Format::Binary => Interval::receive(bytes),
            Format::Text => Interval::parse_in(text::receive(bytes)?, style.interval_style),
        }
    }
}
