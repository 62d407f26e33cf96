//! A date and a time while they are read.

use super::super::calendar::{DAY as DAY_MICROS, civil_from_days, days_from_civil, days_in_month};
use super::Flaw;
use super::words::{Word, abbreviation};
use crate::types::style::{DateOrder, TextStyle};
use crate::types::zone::TimeZone;

/// Which parts are known.
pub(super) type Set = u32;
pub(super) const YEAR: Set = 1;
pub(super) const MONTH: Set = 1 << 1;
pub(super) const DAY: Set = 1 << 2;
pub(super) const TIME: Set = 1 << 3;
pub(super) const ZONE: Set = 1 << 4;
pub(super) const SUMMER: Set = 1 << 5;
pub(super) const YEARDAY: Set = 1 << 6;
pub(super) const WEEKDAY: Set = 1 << 7;
pub(super) const ERA: Set = 1 << 8;
pub(super) const MERIDIEM: Set = 1 << 9;
/// The word `dst`, beside what it means.
pub(super) const MODIFIER: Set = 1 << 10;
pub(super) const SPECIAL: Set = 1 << 11;
pub(super) const DATE: Set = YEAR | MONTH | DAY;

/// What is known so far; the numbers may be out of any range.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) order: DateOrder,
    pub(super) year: i32,
    pub(super) month: i32,
    pub(super) day: i32,
    pub(super) year_day: i32,
    pub(super) hour: i32,
    pub(super) minute: i32,
    pub(super) second: i32,
    pub(super) micros: i32,
    /// The year was written with one or two digits.
    pub(super) short_year: bool,
    pub(super) before_christ: bool,
    /// The date is that of a Julian day.
    pub(super) julian: bool,
    pub(super) pm: Option<bool>,
    /// Seconds west of Greenwich.
    pub(super) west: i32,
    /// A zone whose offset depends on the rest.
    pub(super) zone: Option<TimeZone>,
}

impl Draft {
    /// Reads an abbreviation of a zone's time; says what it set.
    pub(super) fn abbreviation(&mut self, text: &str) -> Option<Set> {
        let (east, summer) = abbreviation(text)?;
        self.west = east.wrapping_neg();
        Some(if summer { ZONE | SUMMER } else { ZONE })
    }

    /// Reads a word that means the same in a time and in a moment; says what it set.
    pub(super) fn word(&mut self, word: Word) -> Option<Set> {
        match word {
            Word::AllBalls => {
                (self.hour, self.minute, self.second, self.west) = (0, 0, 0, 0);
                Some(TIME | ZONE)
            }
            Word::Meridiem { pm } => {
                self.pm = Some(pm);
                Some(MERIDIEM)
            }
            Word::Era { bc } => {
                self.before_christ = bc;
                Some(ERA)
            }
            Word::Ignored => Some(0),
            Word::SummerTime => {
                self.west = self.west.saturating_sub(3600);
                Some(SUMMER | MODIFIER)
            }
            _ => None,
        }
    }

    /// The moment that `now` means; says what it set.
    pub(super) fn now(&mut self, style: &TextStyle) -> Result<Set, Flaw> {
        let (local, east) = present(style).ok_or_else(|| Flaw::Clock("now".to_owned()))?;
        self.set_date(local.div_euclid(DAY_MICROS))?;
        self.set_time(local.rem_euclid(DAY_MICROS));
        self.west = east.wrapping_neg();
        Ok(DATE | TIME | ZONE)
    }

    /// The date that `today` means, or another so many days from it; says what it set.
    pub(super) fn day_from_now(
        &mut self,
        days: i64,
        word: &str,
        style: &TextStyle,
    ) -> Result<Set, Flaw> {
        let (local, _) = present(style).ok_or_else(|| Flaw::Clock(word.to_owned()))?;
        self.set_date(local.div_euclid(DAY_MICROS).saturating_add(days))?;
        Ok(DATE)
    }

    /// Settles year, month and day, of which `have` says what was read.
    pub(super) fn settle_date(&mut self, have: Set) -> Result<(), Flaw> {
        if have & YEAR != 0 && !self.julian {
            if self.before_christ {
                if self.year <= 0 {
                    return Err(Flaw::Field);
                }
                self.year = 1_i32.saturating_sub(self.year);
            } else if self.short_year {
                self.year = match self.year {
                    year @ ..70 => year.saturating_add(2000),
                    year @ 70..100 => year.saturating_add(1900),
                    year => year,
                };
            } else if self.year <= 0 {
                return Err(Flaw::Field);
            }
        }
        if have & YEARDAY != 0 {
            let days = days_from_civil(self.year, 1, self.year_day);
            self.set_date(days)?;
        }
        let month_is_wrong = have & MONTH != 0 && !(1..=12).contains(&self.month);
        let day_is_wrong = have & DAY != 0 && !(1..=31).contains(&self.day);
        if month_is_wrong || day_is_wrong {
            return Err(Flaw::MonthDay);
        }
        if have & DATE == DATE && self.day > days_in_month(self.year, self.month) {
            return Err(Flaw::Field);
        }
        Ok(())
    }

    /// Settles the hour after `am` or `pm`.
    pub(super) fn settle_hour(&mut self) -> Result<(), Flaw> {
        let Some(pm) = self.pm else { return Ok(()) };
        if self.hour > 12 {
            return Err(Flaw::Field);
        }
        self.hour = match (pm, self.hour) {
            (false, 12) => 0,
            (true, hour @ ..12) => hour.saturating_add(12),
            (_, hour) => hour,
        };
        Ok(())
    }

    /// A Julian day, and a fraction of it as a time.
    pub(super) fn julian_day(&mut self, text: &str) -> Result<Set, Flaw> {
        /// 2000-01-01
        const EPOCH: i64 = 2_451_545;
        let (day, rest) = super::number::leading_int(text).ok_or(Flaw::Field)?;
        if !rest.is_empty() && !rest.starts_with('.') {
            return Err(Flaw::Format);
        }
        self.julian = true;
        self.set_date(i64::from(day).saturating_sub(EPOCH))?;
        if rest.is_empty() {
            return Ok(DATE);
        }
        let fraction = super::number::fraction_of_one(rest)?;
        #[allow(clippy::as_conversions, reason = "at most a day; what is less than a µs is lost")]
        let micros = (fraction * 86_400_000_000.0) as i64;
        self.set_time(micros);
        Ok(DATE | TIME)
    }

    /// Sets the time of the day, of microseconds since midnight.
    fn set_time(&mut self, micros: i64) {
        let part = |micros: i64| i32::try_from(micros).unwrap_or(0);
        self.hour = part(micros / 3_600_000_000);
        self.minute = part(micros / 60_000_000 % 60);
        self.second = part(micros / 1_000_000 % 60);
        self.micros = part(micros % 1_000_000);
    }

    pub(super) fn set_date(&mut self, days: i64) -> Result<(), Flaw> {
        let date = civil_from_days(i32::try_from(days).map_err(|_| Flaw::Field)?);
        (self.year, self.month, self.day) = (date.year, date.month.into(), date.day.into());
        Ok(())
    }

    /// Whether the time lies after 24:00:00, or a part of it is too large.
    pub(super) fn time_overflows(&self) -> bool {
        self.hour > 24 || self.minute > 59 || self.second > 60 || self.time() > DAY_MICROS
    }

    /// Microseconds since midnight; may be more than a day.
    pub(super) fn time(&self) -> i64 {
        let minutes = i64::from(self.hour).wrapping_mul(60).wrapping_add(self.minute.into());
        let seconds = minutes.wrapping_mul(60).wrapping_add(self.second.into());
        seconds.wrapping_mul(1_000_000).wrapping_add(self.micros.into())
    }

    /// Days since 2000-01-01; `None` before 4714-11-24 BC or after the year 5874898.
    pub(super) fn days(&self) -> Option<i32> {
        let days = days_from_civil(self.year, self.month, self.day);
        let days = i32::try_from(days).ok()?;
        let bounds = super::super::binary::MIN_DATE..super::super::binary::END_DATE;
        bounds.contains(&days).then_some(days)
    }

    /// Microseconds since 2000-01-01 by the clock that was read.
    pub(super) fn local(&self) -> Option<i64> {
        i64::from(self.days()?).checked_mul(DAY_MICROS)?.checked_add(self.time())
    }
}

/// The moment of the session by the clocks of its zone, and how many seconds these are ahead of UTC.
pub(super) fn present(style: &TextStyle) -> Option<(i64, i32)> {
    let now = style.now?;
    let east = style.time_zone.east_at(now);
    Some((now.saturating_add(i64::from(east).saturating_mul(1_000_000)), east))
}
