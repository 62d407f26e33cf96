//! Numbers with units: how PostgreSQL reads them and shows them.

use std::borrow::Cow;

use trunkline_proto::SqlState;

use super::value::invalid_value;
use crate::error::{PgError, Result};

/// A whole number in `unit`, in the range `low..=high`, as SHOW shows it.
pub(super) fn integer(
    name: &str,
    text: &str,
    unit: Option<&'static str>,
    (low, high): (i64, i64),
) -> Result<String> {
    let number = read(name, text, unit, false)?.round_ties_even();
    // PostgreSQL's are of 32 bits.
    let number = match number {
        _ if number >= f64::from(i32::MIN) && number <= f64::from(i32::MAX) => {
            #[allow(clippy::cast_possible_truncation, reason = "whole and within 32 bits")]
            let number = number as i64;
            number
        }
        _ => return Err(invalid_value(name, text).hint("Value exceeds integer range.")),
    };
    match (low..=high).contains(&number) {
        true => Ok(shown(number, unit).into_owned()),
        false => {
            let [value, low, high] = [number, low, high].map(|number| number.to_string());
            Err(outside(name, &value, &low, &high, unit))
        }
    }
}

/// A number in `unit`, in the range `low..=high`, as SHOW shows it.
pub(super) fn real(
    name: &str,
    text: &str,
    unit: Option<&'static str>,
    (low, high): (f64, f64),
) -> Result<String> {
    let number = read(name, text, unit, true)?;
    if !(low..=high).contains(&number) {
        let [value, low, high] = [number, low, high].map(six_digits);
        return Err(outside(name, &value, &low, &high, unit));
    }
    let Some((family, size)) = unit.filter(|_| number > 0.0).and_then(scale) else {
        return Ok(six_digits(number));
    };
    let mut best = (number, unit.unwrap_or_default());
    for (name, step) in family.units() {
        best = (number * size / step, name);
        let (value, _) = best;
        if (value.round_ties_even() / value - 1.0).abs() <= 1e-8 {
            break;
        }
    }
    Ok(six_digits(best.0) + best.1)
}

/// A whole number in the largest unit that leaves it whole: 5400000 ms are `90min`.
pub(super) fn shown(number: i64, unit: Option<&'static str>) -> Cow<'static, str> {
    let (Some(unit), true) = (unit, number > 0) else {
        return Cow::Owned(number.to_string());
    };
    let (base, steps): (i64, &[(&str, i64)]) = match unit {
        "B" => (1, MEMORY),
        "kB" => (1024, MEMORY),
        "8kB" => (8192, MEMORY),
        "MB" => (1_048_576, MEMORY),
        "ms" => (1, TIME),
        "s" => (1_000, TIME),
        "min" => (60_000, TIME),
        _ => return Cow::Owned(format!("{number}{unit}")),
    };
    let Some(total) = number.checked_mul(base) else {
        return Cow::Owned(format!("{number}{unit}"));
    };
    let fitting = steps.iter().find(|(_, size)| total % size == 0);
    match fitting {
        Some((name, size)) => Cow::Owned(format!("{}{name}", total / size)),
        None => Cow::Owned(format!("{number}{unit}")),
    }
}

/// The milliseconds of a time that was read before; none of anything else.
pub(super) fn milliseconds(name: &str, shown: &str) -> u32 {
    let number = read(name, shown, Some("ms"), false).unwrap_or_default();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
    let number = number as u32;
    number
}

const MEMORY: &[(&str, i64)] =
    &[("TB", 1_099_511_627_776), ("GB", 1_073_741_824), ("MB", 1_048_576), ("kB", 1024), ("B", 1)];

const TIME: &[(&str, i64)] =
    &[("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)];

/// How many of `unit` a user's number means; the units of memory and of time do not mix.
fn read(name: &str, text: &str, unit: Option<&str>, infinite: bool) -> Result<f64> {
    let invalid = || invalid_value(name, text);
    let (value, rest) = c_number(text.trim_start(), infinite).ok_or_else(invalid)?;
    let given = rest.trim();
    if given.is_empty() {
        return Ok(value);
    }
    let (family, size) = unit.and_then(scale).ok_or_else(invalid)?;
    let given = family.units().into_iter().position(|(name, _)| name == given);
    let units = family.units();
    let Some((place, (_, given_size))) = given.and_then(|at| Some((at, *units.get(at)?))) else {
        return Err(invalid().hint(family.hint()));
    };
    // "30.1GB" is a whole number of MB.
    Ok(match units.get(place.saturating_add(1)) {
        Some((_, finer)) => (value * given_size / finer).round_ties_even() * finer / size,
        None => value * given_size / size,
    })
}

/// A number as C reads it, and what follows: `0x` is hexadecimal, and a leading zero octal.
fn c_number(text: &str, infinite: bool) -> Option<(f64, &str)> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let split =
        |text: &'_ str, base: u32| text.find(|c: char| !c.is_digit(base)).unwrap_or(text.len());
    if let Some(hex) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        let (digits, rest) = hex.split_at_checked(split(hex, 16))?;
        let value = u32::from_str_radix(digits, 16).ok()?;
        return Some((sign * f64::from(value), rest));
    }
    let infinity = unsigned.get(..8).filter(|word| word.eq_ignore_ascii_case("infinity"));
    let infinity =
        infinity.or_else(|| unsigned.get(..3).filter(|word| word.eq_ignore_ascii_case("inf")));
    if let (Some(word), true) = (infinity, infinite) {
        return Some((sign * f64::INFINITY, unsigned.get(word.len()..)?));
    }
    let (whole, mut rest) = unsigned.split_at_checked(split(unsigned, 10))?;
    let is_whole = !rest.starts_with(['.', 'e', 'E']);
    if whole.len() > 1 && whole.starts_with('0') && is_whole && !infinite {
        let (digits, _) = whole.split_at_checked(split(whole, 8))?;
        let value = u32::from_str_radix(digits, 8).ok()?;
        return Some((sign * f64::from(value), unsigned.get(digits.len()..)?));
    }
    if let Some(after) = rest.strip_prefix('.') {
        rest = after.get(split(after, 10)..)?;
    }
    if let Some(after) = rest.strip_prefix(['e', 'E']) {
        let digits = after.strip_prefix(['+', '-']).unwrap_or(after);
        let end = split(digits, 10);
        if end > 0 {
            rest = digits.get(end..)?;
        }
    }
    let number = unsigned.get(..unsigned.len() - rest.len())?;
    let value: f64 = number.parse().ok()?;
    value.is_finite().then_some((sign * value, rest))
}

#[derive(Clone, Copy)]
enum Family {
    Memory,
    Time,
}

impl Family {
    /// From the largest to the smallest: bytes, or milliseconds. Capitals matter.
    fn units(self) -> [(&'static str, f64); 6] {
        match self {
            Family::Memory => [
                ("TB", 1_099_511_627_776.0),
                ("GB", 1_073_741_824.0),
                ("MB", 1_048_576.0),
                ("kB", 1024.0),
                ("B", 1.0),
                // PostgreSQL knows no smaller one.
                ("", 1.0),
            ],
            Family::Time => [
                ("d", 86_400_000.0),
                ("h", 3_600_000.0),
                ("min", 60_000.0),
                ("s", 1_000.0),
                ("ms", 1.0),
                ("us", 0.001),
            ],
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Family::Memory => {
                "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\"."
            }
            Family::Time => {
                "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\"."
            }
        }
    }
}

/// The unit of a setting in bytes or in milliseconds.
fn scale(unit: &str) -> Option<(Family, f64)> {
    if unit == "8kB" {
        return Some((Family::Memory, 8192.0));
    }
    [Family::Memory, Family::Time].into_iter().find_map(|family| {
        let found = family.units().into_iter().find(|(name, _)| *name == unit);
        found.map(|(_, size)| (family, size))
    })
}

/// A number as C's `%g` prints it.
fn six_digits(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{number:.5e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        let decimals = usize::try_from(5 - exponent).unwrap_or(0);
        return without_zeros(&format!("{number:.decimals$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", without_zeros(mantissa), exponent.unsigned_abs())
}

fn without_zeros(text: &str) -> &str {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    }
}

fn outside(name: &str, value: &str, low: &str, high: &str, unit: Option<&str>) -> PgError {
    let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    PgError::new(
        SqlState::INVALID_PARAMETER_VALUE,
        format!(
            "{value}{unit} is outside the valid range for parameter \"{name}\" ({low}{unit} .. {high}{unit})"
        ),
    )
}
