//! How a float is read: what C's `strtod` takes, in hexadecimal, too.

use crate::SqlState;
use crate::types::error::ValueError;
use crate::types::text::{is_space, trim_start};

/// Reads a `float8`.
///
/// # Errors
///
/// 22P02 for other text, 22003 for a number too large or too close to zero.
pub fn parse_f64(text: &str) -> Result<f64, ValueError> {
    if let Some(value) = plain(text.as_bytes()) {
        return Ok(value);
    }
    let name = "double precision";
    let literal = Literal::new(text).ok_or_else(|| ValueError::syntax(name, text))?;
    let value = literal.f64().ok_or_else(|| ValueError::syntax(name, text))?;
    literal.check_range(value.is_infinite(), value == 0.0, name)?;
    literal.check_rest(name, text)?;
    Ok(value)
}

/// Up to fifteen digits, perhaps with a point among them and after a minus: what nearly everybody
/// sends.
///
/// Such a whole number is exact, and so is the power of ten by which it is divided: the quotient is
/// the nearest `float8`.
pub(in crate::types) fn plain(text: &[u8]) -> Option<f64> {
    const POWERS: [f64; 16] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (negative, unsigned) = match text {
        [b'-', unsigned @ ..] => (true, unsigned),
        unsigned => (false, unsigned),
    };
    if unsigned.len() > 16 || !unsigned.first()?.is_ascii_digit() {
        return None;
    }
    let (mut value, mut point) = (0_u64, None);
    for (place, byte) in unsigned.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                value = value.wrapping_mul(10).wrapping_add(u64::from(byte & 15));
            }
            b'.' if point.is_none() => point = Some(place),
            _ => return None,
        }
    }
    let decimals = match point {
        Some(point) => unsigned.len().checked_sub(point.saturating_add(1)).filter(|&n| n > 0)?,
        None if unsigned.len() > 15 => return None,
        None => 0,
    };
    #[allow(clippy::as_conversions, reason = "less than 10^15: exact")]
    let value = value as f64 / POWERS.get(decimals)?;
    Some(if negative { -value } else { value })
}

/// Reads a `float8` at the beginning of a text, and tells what follows; nothing if there is none.
pub(in crate::types) fn leading_f64(text: &str) -> Option<Result<(f64, &str), ValueError>> {
    let literal = Literal::new(text)?;
    let value = literal.f64()?;
    let rest = text.get(text.len().checked_sub(literal.rest.len())?..)?;
    let checked = literal.check_range(value.is_infinite(), value == 0.0, "double precision");
    Some(checked.map(|()| (value, rest)))
}

/// A `float4` at the beginning of a text, whatever its size.
pub(in crate::types) struct Leading<'a> {
    pub(in crate::types) value: f32,
    pub(in crate::types) rest: &'a str,
    literal: Literal<'a>,
}

impl Leading<'_> {
    /// Whether the number is too large to be anything but infinite.
    pub(in crate::types) fn is_overflow(&self) -> bool {
        self.literal.kind != Kind::Word && self.value.is_infinite()
    }

    /// Whether the number is too close to zero to be anything else.
    pub(in crate::types) fn is_underflow(&self) -> bool {
        self.literal.kind != Kind::Word && self.value == 0.0 && !self.literal.is_zero
    }

    #[cold]
    pub(in crate::types) fn out_of_range(&self, name: &str) -> ValueError {
        out_of_range(self.literal.number, name)
    }
}

/// Reads a `float4` at the beginning of a text; nothing if there is none.
pub(in crate::types) fn leading_f32(text: &str) -> Option<Leading<'_>> {
    let literal = Literal::new(text)?;
    let value = literal.f32()?;
    let rest = text.get(text.len().checked_sub(literal.rest.len())?..)?;
    Some(Leading { value, rest, literal })
}

/// Reads a `float4`.
///
/// # Errors
///
/// 22P02 for other text, 22003 for a number too large or too close to zero.
pub fn parse_f32(text: &str) -> Result<f32, ValueError> {
    let name = "real";
    let literal = Literal::new(text).ok_or_else(|| ValueError::syntax(name, text))?;
    let value = literal.f32().ok_or_else(|| ValueError::syntax(name, text))?;
    literal.check_range(value.is_infinite(), value == 0.0, name)?;
    literal.check_rest(name, text)?;
    Ok(value)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// NaN or an infinity.
    Word,
    Decimal,
    Hexadecimal,
}

/// The longest beginning of a text that is a float, and what follows.
struct Literal<'a> {
    number: &'a str,
    rest: &'a [u8],
    kind: Kind,
    is_zero: bool,
}

impl<'a> Literal<'a> {
    fn new(text: &'a str) -> Option<Literal<'a>> {
        let number = trim_start(text.as_bytes());
        let number = text.get(text.len().checked_sub(number.len())?..)?;
        let unsigned = number.strip_prefix(['-', '+']).unwrap_or(number);
        let sign = number.len().checked_sub(unsigned.len())?;
        let begins = |word: &str| {
            unsigned.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        };
        let word = ["infinity", "inf", "nan"].into_iter().find(|word| begins(word));
        let (length, kind) = match word {
            Some(word) => (word.len(), Kind::Word),
            None if begins("0x") && hexadecimal_length(unsigned) > 2 => {
                (hexadecimal_length(unsigned), Kind::Hexadecimal)
            }
            None => (decimal_length(unsigned)?, Kind::Decimal),
        };
        let (number, rest) = number.split_at_checked(sign.checked_add(length)?)?;
        let exponent: &[char] = match kind {
            Kind::Hexadecimal => &['p', 'P'],
            _ => &['e', 'E'],
        };
        let mantissa = number.split(exponent).next()?;
        let is_zero = !mantissa.contains(|c: char| c.is_ascii_hexdigit() && c != '0');
        Some(Literal { number, rest: rest.as_bytes(), kind, is_zero })
    }

    fn f64(&self) -> Option<f64> {
        match self.kind {
            Kind::Hexadecimal => hexadecimal(self.number, 53, -1074),
            _ => self.number.parse().ok(),
        }
    }

    fn f32(&self) -> Option<f32> {
        match self.kind {
            #[allow(clippy::as_conversions, reason = "rounded to 24 bits already")]
            Kind::Hexadecimal => hexadecimal(self.number, 24, -149).map(|value| value as f32),
            _ => self.number.parse().ok(),
        }
    }

    /// Judges the size of the value; before what follows it.
    fn check_range(&self, infinite: bool, zero: bool, name: &str) -> Result<(), ValueError> {
        if self.kind != Kind::Word && (infinite || (zero && !self.is_zero)) {
            return Err(out_of_range(self.number, name));
        }
        Ok(())
    }

    fn check_rest(&self, name: &str, text: &str) -> Result<(), ValueError> {
        if self.rest.iter().all(|byte| is_space(*byte)) {
            Ok(())
        } else {
            Err(ValueError::syntax(name, text))
        }
    }
}

#[cold]
fn out_of_range(number: &str, name: &str) -> ValueError {
    ValueError::new(
        SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
        ["\"", number, "\" is out of range for type ", name].concat(),
    )
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn decimal_length(text: &str) -> Option<usize> {
    let from = |start: usize| text.as_bytes().get(start..).unwrap_or_default();
    let before = digits(from(0));
    let mut length = before;
    let mut after = 0;
    if from(length).first() == Some(&b'.') {
        after = digits(from(length.saturating_add(1)));
        length = length.saturating_add(1).saturating_add(after);
    }
    if before == 0 && after == 0 {
        return None;
    }
    Some(length.saturating_add(exponent_length(from(length), b'e')))
}

/// The length of `e`, a sign and digits; 0 if there are no digits.
fn exponent_length(text: &[u8], letter: u8) -> usize {
    let (start, rest) = match text {
        [first, b'+' | b'-', rest @ ..] if first.eq_ignore_ascii_case(&letter) => (2, rest),
        [first, rest @ ..] if first.eq_ignore_ascii_case(&letter) => (1_usize, rest),
        _ => return 0,
    };
    match digits(rest) {
        0 => 0,
        count => start.saturating_add(count),
    }
}

/// The length of `0x`, hexadecimal digits around a point, and `p` with an exponent.
fn hexadecimal_length(text: &str) -> usize {
    let from = |start: usize| text.as_bytes().get(start..).unwrap_or_default();
    let count = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let before = count(from(2));
    let mut length = before.saturating_add(2);
    let mut after = 0;
    if from(length).first() == Some(&b'.') {
        after = count(from(length.saturating_add(1)));
        length = length.saturating_add(1).saturating_add(after);
    }
    // "0x" alone is the number 0.
    if before == 0 && after == 0 {
        return 2;
    }
    length.saturating_add(exponent_length(from(length), b'p'))
}

/// A hexadecimal number rounded to `precision` bits, none of them below 2^`least`.
fn hexadecimal(text: &str, precision: u32, least: i64) -> Option<f64> {
    let unsigned = text.trim_start_matches(['-', '+']);
    let number = unsigned.get(2..)?;
    let (mantissa, exponent) = match number.split_once(['p', 'P']) {
        Some((mantissa, exponent)) => (
            mantissa,
            exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') {
                -100_000
            } else {
                100_000
            }),
        ),
        None => (number, 0),
    };
    let mut power = exponent.clamp(-100_000, 100_000);
    let (mut value, mut lost) = (0_u64, false);
    let mut after_point = false;
    for c in mantissa.chars() {
        let Some(digit) = c.to_digit(16) else {
            after_point = true;
            continue;
        };
        let fits = value.leading_zeros() >= 8;
        if fits {
            value = value.wrapping_shl(4) | u64::from(digit);
        } else {
            lost |= digit != 0;
        }
        let step = i64::from(!fits).saturating_sub(after_point.into());
        power = power.saturating_add(step.saturating_mul(4));
    }
    // Bits below the last that the type has.
    let bits = 64_i64.saturating_sub(value.leading_zeros().into());
    let excess = bits.saturating_sub(precision.into()).max(least.saturating_sub(power)).max(0);
    let excess = u32::try_from(excess).ok()?;
    let kept = value.checked_shr(excess).unwrap_or(0);
    let cut = value ^ kept.checked_shl(excess).unwrap_or(0);
    let half = match excess {
        0 => u64::MAX,
        1..=64 => 1_u64.wrapping_shl(excess.wrapping_sub(1)),
        _ => u64::MAX,
    };
    let up = cut > half || (cut == half && (lost || kept % 2 == 1));
    #[allow(clippy::as_conversions, reason = "at most 53 bits: exact")]
    let mut result = kept.saturating_add(up.into()) as f64;
    let mut power = power.saturating_add(excess.into());
    // Powers of two within what a float holds, so that each step is exact.
    while power != 0 && result != 0.0 && result.is_finite() {
        let step = i32::try_from(power.clamp(-1000, 1000)).ok()?;
        result *= 2_f64.powi(step);
        power = power.saturating_sub(step.into());
    }
    if precision == 24 && result > f64::from(f32::MAX) {
        result = f64::INFINITY;
    }
    Some(if text.starts_with('-') { -result } else { result })
}
