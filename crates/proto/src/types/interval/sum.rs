//! An interval while it is read: units are added up.

use super::Interval;
use crate::types::datetime::Flaw;

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// A number of units: the whole part, and the fraction with the same sign.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount {
    pub(super) whole: i64,
    pub(super) fraction: f64,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    years: i32,
    months: i32,
    days: i32,
    pub(super) micros: i64,
}

impl Sum {
    /// Adds an amount of a unit below a day, in microseconds.
    pub(super) fn add_micros(&mut self, amount: Amount, unit: i64) -> Result<(), Flaw> {
        let whole = amount.whole.checked_mul(unit).and_then(|whole| self.micros.checked_add(whole));
        self.micros = whole.ok_or(Flaw::Field)?;
        self.add_fraction(amount.fraction, unit)
    }

    pub(super) fn add_days(&mut self, amount: Amount) -> Result<(), Flaw> {
        self.add_whole_days(amount.whole, 1)?;
        self.add_fraction(amount.fraction, DAY)
    }

    pub(super) fn add_weeks(&mut self, amount: Amount) -> Result<(), Flaw> {
        self.add_whole_days(amount.whole, 7)?;
        self.add_fraction_of_days(amount.fraction * 7.0)
    }

    /// A fraction of a month is one of 30 days.
    pub(super) fn add_months(&mut self, amount: Amount) -> Result<(), Flaw> {
        let whole = i32::try_from(amount.whole).ok();
        let sum = whole.and_then(|whole| self.months.checked_add(whole));
        self.months = sum.ok_or(Flaw::Field)?;
        self.add_fraction_of_days(amount.fraction * 30.0)
    }

    /// Adds an amount of so many years each; a fraction is rounded to a month.
    pub(super) fn add_years(&mut self, amount: Amount, years: i32) -> Result<(), Flaw> {
        let whole = i32::try_from(amount.whole).ok().and_then(|whole| whole.checked_mul(years));
        let sum = whole.and_then(|whole| self.years.checked_add(whole));
        self.years = sum.ok_or(Flaw::Field)?;
        #[allow(clippy::as_conversions, reason = "at most 12,000 months")]
        let months = (amount.fraction * f64::from(years) * 12.0).round_ties_even() as i32;
        self.months = self.months.checked_add(months).ok_or(Flaw::Field)?;
        Ok(())
    }

    pub(super) fn negate(&mut self) -> Result<(), Flaw> {
        let negated = || {
            Some(Sum {
                years: self.years.checked_neg()?,
                months: self.months.checked_neg()?,
                days: self.days.checked_neg()?,
                micros: self.micros.checked_neg()?,
            })
        };
        *self = negated().ok_or(Flaw::Field)?;
        Ok(())
    }

    /// The interval; `None` if the months do not fit.
    pub(super) fn finish(self) -> Option<Interval> {
        let months = i64::from(self.years).checked_mul(12)?.checked_add(self.months.into())?;
        let months = i32::try_from(months).ok()?;
        Some(Interval { months, days: self.days, micros: self.micros })
    }

    fn add_whole_days(&mut self, whole: i64, days: i32) -> Result<(), Flaw> {
        let whole = i32::try_from(whole).ok().and_then(|whole| whole.checked_mul(days));
        let sum = whole.and_then(|whole| self.days.checked_add(whole));
        self.days = sum.ok_or(Flaw::Field)?;
        Ok(())
    }

    fn add_fraction_of_days(&mut self, days: f64) -> Result<(), Flaw> {
        #[allow(clippy::as_conversions, reason = "at most 30 days")]
        let whole = days as i32;
        self.days = self.days.checked_add(whole).ok_or(Flaw::Field)?;
        self.add_fraction(days - f64::from(whole), DAY)
    }

    /// Adds a fraction of a unit, rounded to a microsecond, half towards zero.
    fn add_fraction(&mut self, fraction: f64, unit: i64) -> Result<(), Flaw> {
        #[allow(clippy::as_conversions, reason = "a unit is at most a day, and exact as a float")]
        let micros = fraction * unit as f64;
        #[allow(clippy::as_conversions, reason = "at most a day")]
        let whole = micros as i64;
        #[allow(clippy::as_conversions, reason = "at most a day, and exact as a float")]
        let rest = micros - whole as f64;
        let rounded =
            whole.saturating_add(i64::from(rest > 0.5)).saturating_sub((rest < -0.5).into());
        self.micros = self.micros.checked_add(rounded).ok_or(Flaw::Field)?;
        Ok(())
    }
}
