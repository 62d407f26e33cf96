//! How an interval is read, but for ISO 8601.

use super::sum::{Amount, HOUR, MINUTE, SECOND, Sum};
use super::{Interval, IntervalField, iso};
use crate::types::datetime::{Fields, Flaw, Kind, clock, fraction_of_one, leading_int};
use crate::types::error::ValueError;
use crate::types::style::IntervalStyle;

impl Interval {
    /// Reads an interval in any of the styles.
    ///
    /// # Errors
    ///
    /// 22007 for other text, 22008 and 22015 for what the type does not hold.
    pub fn parse(text: &str) -> Result<Interval, ValueError> {
        Interval::parse_in(text, IntervalStyle::Postgres)
    }

    /// Reads an interval in any of the styles, where one style is set.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Interval::parse).
    ///
    /// The style matters for a minus at the start of an interval without any other sign: in
    /// `sql_standard` it holds for all that follows, else for the first part only.
    pub fn parse_in(text: &str, style: IntervalStyle) -> Result<Interval, ValueError> {
        Interval::parse_under(text, style, -1)
    }

    /// Reads an interval of a type with a modifier, -1 without one: a number without a unit is one of its last field.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Interval::parse).
    ///
    /// What the modifier does not hold is still there: [`Value::under`](crate::types::Value::under) takes it away.
    pub fn parse_under(
        text: &str,
        style: IntervalStyle,
        typmod: i32,
    ) -> Result<Interval, ValueError> {
        let unit = match IntervalField::last_of(typmod) {
            Some(IntervalField::Year) => Unit::Year,
            Some(IntervalField::Month) => Unit::Month,
            Some(IntervalField::Day) => Unit::Day,
            Some(IntervalField::Hour) => Unit::Hour,
            Some(IntervalField::Minute) => Unit::Minute,
            Some(IntervalField::Second) | None => Unit::Second,
        };
        let read = match Fields::of_interval(text).and_then(|fields| read(&fields, style, unit)) {
            Err(Flaw::Format) => iso::read(text).map(Read::Sum),
            other => other,
        };
        match read {
            Ok(Read::Sum(sum)) => sum
                .finish()
                .ok_or_else(|| ValueError::datetime_out_of_range("interval out of range")),
            Ok(Read::Infinity) => Ok(Interval::INFINITY),
            Ok(Read::NegInfinity) => Ok(Interval::NEG_INFINITY),
            Err(Flaw::Field) => Err(Flaw::Interval.report("interval", text)),
            Err(flaw) => Err(flaw.report("interval", text)),
        }
    }
}

enum Read {
    Sum(Sum),
    Infinity,
    NegInfinity,
}

/// A unit of time, and as a bit one that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
    Decade,
    Century,
    Millennium,
    /// One that no interval is given in.
    Other,
}

type Set = u32;
const SECONDS: Set = Unit::Microsecond.bit() | Unit::Millisecond.bit() | Unit::Second.bit();
const TIME: Set = SECONDS | Unit::Minute.bit() | Unit::Hour.bit();
const DATE: Set = Unit::Day.bit() | Unit::Month.bit() | Unit::Year.bit();

impl Unit {
    const fn bit(self) -> Set {
        match self {
            Unit::Microsecond => 1,
            Unit::Millisecond => 1 << 1,
            Unit::Second => 1 << 2,
            Unit::Minute => 1 << 3,
            Unit::Hour => 1 << 4,
            Unit::Day => 1 << 5,
            Unit::Week => 1 << 6,
            Unit::Month => 1 << 7,
            Unit::Year => 1 << 8,
            Unit::Decade => 1 << 9,
            Unit::Century => 1 << 10,
            Unit::Millennium => 1 << 11,
            Unit::Other => 0,
        }
    }

    /// A unit's name; of the longest ones PostgreSQL looks at ten letters.
    fn parse(word: &str) -> Option<Unit> {
        Some(match word.get(..10).unwrap_or(word) {
            "us" | "usec" | "usecs" | "useconds" | "microsecon" => Unit::Microsecond,
            "ms" | "msec" | "msecs" | "mseconds" | "millisecon" => Unit::Millisecond,
            "s" | "sec" | "secs" | "second" | "seconds" => Unit::Second,
            "m" | "min" | "mins" | "minute" | "minutes" => Unit::Minute,
            "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Hour,
            "d" | "day" | "days" => Unit::Day,
            "w" | "week" | "weeks" => Unit::Week,
            "mon" | "mons" | "month" | "months" => Unit::Month,
            "y" | "yr" | "yrs" | "year" | "years" => Unit::Year,
            "dec" | "decs" | "decade" | "decades" => Unit::Decade,
            "c" | "cent" | "century" | "centuries" => Unit::Century,
            "mil" | "mils" | "millennia" | "millennium" => Unit::Millennium,
            "qtr" | "quarter" | "timezone" => Unit::Other,
            _ => return None,
        })
    }
}

/// Reads the fields from the last to the first: a unit comes before its number.
fn read(fields: &Fields, style: IntervalStyle, unnamed: Unit) -> Result<Read, Flaw> {
    let text = |place: usize| fields.get(place).map(|(_, text)| text).unwrap_or_default();
    let signed = |place: usize| text(place).starts_with(['-', '+']);
    let mut reader = Reader {
        sum: Sum::default(),
        unit: None,
        unnamed,
        unit_is_open: false,
        all_negative: style == IntervalStyle::SqlStandard
            && text(0).starts_with('-')
            && !(1..fields.len()).any(signed),
    };
    let mut have: Set = 0;
    let mut ago = false;
    let mut infinity = None;
    for place in (0..fields.len()).rev() {
        let (kind, text) = fields.get(place).ok_or(Flaw::Format)?;
        let is_last = place.saturating_add(1) == fields.len();
        let set = match kind {
            Kind::Time => reader.time(text, false)?,
            Kind::Signed if text.contains(':') => reader.signed_time(text)?,
            Kind::Signed | Kind::Date | Kind::Number => reader.number(text)?,
            Kind::Word | Kind::Special if reader.unit_is_open => return Err(Flaw::Format),
            Kind::Word | Kind::Special => match text {
                "ago" if is_last => {
                    ago = true;
                    reader.unit = Some(Unit::Other);
                    0
                }
                "infinity" | "+infinity" | "-infinity" if is_last => {
                    infinity = Some(text.starts_with('-'));
                    reader.unit = Some(Unit::Other);
                    DATE | TIME
                }
                "at" | "on" => {
                    reader.unit = None;
                    continue;
                }
                _ => {
                    reader.unit = Some(Unit::parse(text).ok_or(Flaw::Format)?);
                    reader.unit_is_open = true;
                    0
                }
            },
        };
        if set & have != 0 {
            return Err(Flaw::Format);
        }
        have |= set;
    }
    if have == 0 || reader.unit_is_open {
        return Err(Flaw::Format);
    }
    if ago {
        reader.sum.negate()?;
    }
    Ok(match infinity {
        None => Read::Sum(reader.sum),
        Some(false) => Read::Infinity,
        Some(true) => Read::NegInfinity,
    })
}

struct Reader {
    sum: Sum,
    /// The unit of the number to come.
    unit: Option<Unit>,
    /// That of one for which none was named.
    unnamed: Unit,
    /// A unit was named and its number is still to come.
    unit_is_open: bool,
    all_negative: bool,
}

impl Reader {
    fn time(&mut self, text: &str, negative: bool) -> Result<Set, Flaw> {
        let clock = clock(text, false)?;
        let mut time = Sum::default();
        time.micros = clock.micros.into();
        let amount = |whole: i64| Amount { whole, fraction: 0.0 };
        time.add_micros(amount(clock.hours), HOUR)?;
        time.add_micros(amount(clock.minutes.into()), MINUTE)?;
        time.add_micros(amount(clock.seconds.into()), SECOND)?;
        let negative = negative || self.all_negative;
        self.sum.micros = if negative { time.micros.saturating_neg() } else { time.micros };
        // A number before a time counts days.
        self.unit = Some(Unit::Day);
        self.unit_is_open = false;
        Ok(TIME)
    }

    /// What is no time after its sign is looked at as a number, to no avail.
    fn signed_time(&mut self, text: &str) -> Result<Set, Flaw> {
        let time = self.time(text.get(1..).unwrap_or_default(), text.starts_with('-'));
        time.or_else(|_| self.number(text))
    }

    fn number(&mut self, text: &str) -> Result<Set, Flaw> {
        let unit = self.unit.unwrap_or(self.unnamed);
        let negative = text.starts_with('-');
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (number, rest) = digits.split_at_checked(end).ok_or(Flaw::Format)?;
        // With its sign: the smallest number has no positive counterpart.
        let number =
            text.get(..text.len().saturating_sub(rest.len())).filter(|_| !number.is_empty());
        let mut whole: i64 = number.map_or(Ok(0), str::parse).map_err(|_| Flaw::Field)?;
        let mut fraction = 0.0;
        let mut unit = unit;
        match rest.as_bytes().first() {
            None => {}
            Some(b'.') => {
                fraction = fraction_of_one(rest)?;
                fraction = if negative { -fraction } else { fraction };
            }
            Some(b'-') => {
                // Years and months: "1-2".
                let after = rest.get(1..).unwrap_or_default();
                let digits = after.strip_prefix(['-', '+']).unwrap_or(after);
                let (months, rest) = match digits.starts_with(|c: char| c.is_ascii_digit()) {
                    true => leading_int(digits).ok_or(Flaw::Field)?,
                    false => (0, after),
                };
                if months > 11 || (months > 0 && after.starts_with('-')) {
                    return Err(Flaw::Field);
                }
                if !rest.is_empty() {
                    return Err(Flaw::Format);
                }
                unit = Unit::Month;
                let months = i64::from(if negative { months.wrapping_neg() } else { months });
                whole = whole
                    .checked_mul(12)
                    .and_then(|years| years.checked_add(months))
                    .ok_or(Flaw::Field)?;
            }
            Some(_) => return Err(Flaw::Format),
        }
        if self.all_negative {
            whole = if whole > 0 { whole.wrapping_neg() } else { whole };
            fraction = -f64::abs(fraction);
        }
        self.unit = Some(if unit == Unit::Hour { Unit::Day } else { unit });
        self.unit_is_open = false;
        self.add(unit, Amount { whole, fraction })
    }

    fn add(&mut self, unit: Unit, amount: Amount) -> Result<Set, Flaw> {
        let sum = &mut self.sum;
        match unit {
            Unit::Microsecond => sum.add_micros(amount, 1)?,
            Unit::Millisecond => sum.add_micros(amount, 1000)?,
            Unit::Second => {
                sum.add_micros(amount, SECOND)?;
                if amount.fraction != 0.0 {
                    return Ok(SECONDS);
                }
            }
            Unit::Minute => sum.add_micros(amount, MINUTE)?,
            Unit::Hour => sum.add_micros(amount, HOUR)?,
            Unit::Day => sum.add_days(amount)?,
            Unit::Week => sum.add_weeks(amount)?,
            Unit::Month => sum.add_months(amount)?,
            Unit::Year => sum.add_years(amount, 1)?,
            Unit::Decade => sum.add_years(amount, 10)?,
            Unit::Century => sum.add_years(amount, 100)?,
            Unit::Millennium => sum.add_years(amount, 1000)?,
            Unit::Other => return Err(Flaw::Format),
        }
        Ok(unit.bit())
    }
}
