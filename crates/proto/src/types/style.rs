//! How values look as text: what the session's settings say.

use std::fmt;

use super::error::ValueError;
use super::user::Types;
use super::zone::TimeZone;
use crate::SqlState;

/// What the session's settings say about how values look as text; the binary forms do not change.
///
/// Cheap to clone. The default is what a fresh PostgreSQL session has, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextStyle {
    /// How dates are written and read.
    pub date_style: DateStyle,
    /// How intervals are written.
    pub interval_style: IntervalStyle,
    /// The zone of `timestamptz` text.
    pub time_zone: TimeZone,
    /// How `bytea` is written.
    pub bytea_output: ByteaOutput,
    /// More than 0: floats are written with as few digits as read back the same. Otherwise with
    /// 15 (`float8`) or 6 (`float4`) digits and this many fewer. -15 to 3.
    pub extra_float_digits: i8,
    /// The moment that `now` and `today` mean, in microseconds since 2000-01-01 UTC; `None` where nobody
    /// has a clock. It is no matter of style either, but wanted where a date is read.
    pub now: Option<i64>,
    /// The types that are not built in. They are no matter of style, but known to the session, and
    /// wanted wherever a value is read or written, just where the style is.
    pub types: Types,
}

impl Default for TextStyle {
    fn default() -> TextStyle {
        TextStyle {
            date_style: DateStyle::default(),
            interval_style: IntervalStyle::default(),
            time_zone: TimeZone::UTC,
            bytea_output: ByteaOutput::default(),
            extra_float_digits: 1,
            now: None,
            types: Types::default(),
        }
    }
}

/// The setting `DateStyle`: a format, and an order for dates like 1/2/2003.
///
/// Source: <https://www.postgresql.org/docs/18/datatype-datetime.html#DATATYPE-DATETIME-OUTPUT>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateStyle {
    /// How dates are written.
    pub format: DateFormat,
    /// In which order day, month and year come where the format leaves it open.
    pub order: DateOrder,
}

/// How dates are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateFormat {
    /// `2001-02-03 04:05:06+00`
    #[default]
    Iso,
    /// `02/03/2001 04:05:06 UTC`
    Sql,
    /// `Sat Feb 03 04:05:06 2001 UTC`
    Postgres,
    /// `03.02.2001 04:05:06 UTC`
    German,
}

/// The order of day, month and year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// Month, day, year.
    #[default]
    Mdy,
    /// Day, month, year.
    Dmy,
    /// Year, month, day.
    Ymd,
}

impl DateStyle {
    /// Reads what `SET DateStyle` takes: a format, an order, or both, separated by commas.
    ///
    /// What is not named stays as in `current`, except that `German` alone implies `DMY`.
    ///
    /// # Errors
    ///
    /// 22023 for an unknown or contradictory word.
    pub fn parse(text: &str, current: DateStyle) -> Result<DateStyle, ValueError> {
        let invalid = || invalid_setting("DateStyle", text);
        let mut format = None;
        let mut order = None;
        if text.is_empty() {
            return Ok(current);
        }
        for word in text.split(',') {
            let word = word.trim_matches(|c: char| c.is_ascii_whitespace());
            let word = match word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                Some(quoted) => quoted,
                None => word,
            };
            match StyleWord::parse(word).ok_or_else(invalid)? {
                StyleWord::Format(named) if format.is_none_or(|before| before == named) => {
                    format = Some(named);
                    if named == DateFormat::German && order.is_none() {
                        order = Some((DateOrder::Dmy, false));
                    }
                }
                StyleWord::Order(named)
                    if order.is_none_or(|(before, firm)| !firm || before == named) =>
                {
                    order = Some((named, true));
                }
                StyleWord::Default => {
                    format.get_or_insert(DateFormat::Iso);
                    order = order.filter(|(_, firm)| *firm).or(Some((DateOrder::Mdy, false)));
                }
                StyleWord::Format(_) | StyleWord::Order(_) => return Err(invalid()),
            }
        }
        Ok(DateStyle {
            format: format.unwrap_or(current.format),
            order: order.map_or(current.order, |(order, _)| order),
        })
    }
}

enum StyleWord {
    Format(DateFormat),
    Order(DateOrder),
    Default,
}

impl StyleWord {
    fn parse(word: &str) -> Option<StyleWord> {
        let word = word.to_ascii_lowercase();
        Some(match word.as_str() {
            "iso" => StyleWord::Format(DateFormat::Iso),
            "sql" => StyleWord::Format(DateFormat::Sql),
            "german" => StyleWord::Format(DateFormat::German),
            "ymd" => StyleWord::Order(DateOrder::Ymd),
            "dmy" => StyleWord::Order(DateOrder::Dmy),
            "mdy" | "us" => StyleWord::Order(DateOrder::Mdy),
            "default" => StyleWord::Default,
            // PostgreSQL looks no further than the beginning of these.
            _ if word.starts_with("postgres") => StyleWord::Format(DateFormat::Postgres),
            _ if word.starts_with("euro") => StyleWord::Order(DateOrder::Dmy),
            _ if word.starts_with("noneuro") => StyleWord::Order(DateOrder::Mdy),
            _ => return None,
        })
    }
}

impl fmt::Display for DateStyle {
    /// As SHOW prints it: `ISO, MDY`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = match self.format {
            DateFormat::Iso => "ISO",
            DateFormat::Sql => "SQL",
            DateFormat::Postgres => "Postgres",
            DateFormat::German => "German",
        };
        let order = match self.order {
            DateOrder::Mdy => "MDY",
            DateOrder::Dmy => "DMY",
            DateOrder::Ymd => "YMD",
        };
        write!(f, "{format}, {order}")
    }
}

/// The setting `IntervalStyle`.
///
/// Source: <https://www.postgresql.org/docs/18/datatype-datetime.html#DATATYPE-INTERVAL-OUTPUT>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IntervalStyle {
    /// `1 year 2 mons 3 days 04:05:06`
    #[default]
    Postgres,
    /// `@ 1 year 2 mons 3 days 4 hours 5 mins 6 secs`
    PostgresVerbose,
    /// `+1-2 +3 +4:05:06`
    SqlStandard,
    /// `P1Y2M3DT4H5M6S`
    Iso8601,
}

impl IntervalStyle {
    /// Reads what `SET IntervalStyle` takes.
    ///
    /// # Errors
    ///
    /// 22023 for an unknown word.
    pub fn parse(text: &str) -> Result<IntervalStyle, ValueError> {
        [
            IntervalStyle::Postgres,
            IntervalStyle::PostgresVerbose,
            IntervalStyle::SqlStandard,
            IntervalStyle::Iso8601,
        ]
        .into_iter()
        .find(|style| style.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| invalid_setting("IntervalStyle", text))
    }

    fn as_str(self) -> &'static str {
        match self {
            IntervalStyle::Postgres => "postgres",
            IntervalStyle::PostgresVerbose => "postgres_verbose",
            IntervalStyle::SqlStandard => "sql_standard",
            IntervalStyle::Iso8601 => "iso_8601",
        }
    }
}

impl fmt::Display for IntervalStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The setting `bytea_output`.
///
/// Source: <https://www.postgresql.org/docs/18/datatype-binary.html>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByteaOutput {
    /// `\x00ff5c`
    #[default]
    Hex,
    /// `\000\377\\`
    Escape,
}

impl ByteaOutput {
    /// Reads what `SET bytea_output` takes.
    ///
    /// # Errors
    ///
    /// 22023 for an unknown word.
    pub fn parse(text: &str) -> Result<ByteaOutput, ValueError> {
        [ByteaOutput::Hex, ByteaOutput::Escape]
            .into_iter()
            .find(|output| output.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| invalid_setting("bytea_output", text))
    }

    fn as_str(self) -> &'static str {
        match self {
            ByteaOutput::Hex => "hex",
            ByteaOutput::Escape => "escape",
        }
    }
}

impl fmt::Display for ByteaOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// 22023, as for any setting.
#[cold]
pub(super) fn invalid_setting(name: &str, text: &str) -> ValueError {
    ValueError::new(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("invalid value for parameter \"{name}\": \"{text}\""),
    )
}
