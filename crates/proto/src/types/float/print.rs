//! How a float looks.

use std::fmt::LowerExp;
use std::ops::Range;
use std::str::FromStr;

use crate::types::digits;

/// Appends a `float8` as `float8out` does.
///
/// With `extra_float_digits` above 0 the shortest digits that read back the same; otherwise 15
/// digits and that many fewer.
#[inline]
pub fn text_f64(value: f64, extra_float_digits: i8, out: &mut Vec<u8>) {
    text(value, extra_float_digits, out);
}

/// Appends a `float4` as `float4out` does.
///
/// With `extra_float_digits` above 0 the shortest digits that read back the same; otherwise 6
/// digits and that many fewer.
#[inline]
pub fn text_f32(value: f32, extra_float_digits: i8, out: &mut Vec<u8>) {
    text(value, extra_float_digits, out);
}

/// What the two widths differ in.
trait Float: Copy + PartialEq + PartialOrd + Into<f64> + LowerExp + FromStr + zmij::Float {
    /// Digits that any number of as many has in decimal and back.
    const DIGITS: i8;
    /// The most digits that are needed to tell a float from its neighbours.
    const LONGEST: usize;
    /// Where PostgreSQL writes no exponent.
    const PLAIN: Range<Self>;
    /// Where the shortest digits can lie in the middle between two floats.
    const MIDDLES: Range<Self>;

    fn magnitude(self) -> Self;

    fn binary(self) -> Binary;
}

impl Float for f64 {
    const DIGITS: i8 = 15;
    const LONGEST: usize = 17;
    const PLAIN: Range<f64> = 1e-4..1e15;
    const MIDDLES: Range<f64> = 9e15..1e41;

    #[inline]
    fn magnitude(self) -> f64 {
        self.abs()
    }

    fn binary(self) -> Binary {
        let bits = self.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let exponent = i32::try_from(bits.wrapping_shr(52) & 0x7ff).unwrap_or(0);
        Binary {
            mantissa: fraction | (1 << 52),
            power: exponent.wrapping_sub(1075),
            closer_below: fraction == 0,
        }
    }
}

impl Float for f32 {
    const DIGITS: i8 = 6;
    const LONGEST: usize = 9;
    const PLAIN: Range<f32> = 1e-4..1e6;
    const MIDDLES: Range<f32> = 8e6..1e30;

    #[inline]
    fn magnitude(self) -> f32 {
        self.abs()
    }

    fn binary(self) -> Binary {
        let bits = self.to_bits();
        let fraction = bits & ((1 << 23) - 1);
        let exponent = i32::try_from(bits.wrapping_shr(23) & 0xff).unwrap_or(0);
        Binary {
            mantissa: (fraction | (1 << 23)).into(),
            power: exponent.wrapping_sub(150),
            closer_below: fraction == 0,
        }
    }
}

#[inline]
fn text<F: Float>(value: F, extra_float_digits: i8, out: &mut Vec<u8>) {
    if extra_float_digits > 0 && F::PLAIN.contains(&value.magnitude()) {
        // Here the two forms differ in nothing but this.
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(value);
        digits::push_short(text.strip_suffix(".0").unwrap_or(text).as_bytes(), out);
        return;
    }
    let wide: f64 = value.into();
    if !wide.is_finite() {
        push_special(wide.is_nan(), wide.is_sign_negative(), out);
    } else if extra_float_digits > 0 {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(value);
        if F::MIDDLES.contains(&value.magnitude()) {
            let decimal = Decimal::parse(text);
            if decimal.is_midpoint(value.binary()) {
                return push_unambiguous(value, decimal.count, out);
            }
        }
        push_shortest(text, F::DIGITS.into(), out);
    } else {
        push_rounded(wide, precision(F::DIGITS, extra_float_digits), out);
    }
}

/// From Rust's form to PostgreSQL's: an exponent has a sign and two digits at least.
fn push_shortest(text: &str, limit: i32, out: &mut Vec<u8>) {
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return Decimal::parse(text).push(limit, out);
    };
    out.extend_from_slice(mantissa.as_bytes());
    let negative = exponent.starts_with('-');
    out.extend_from_slice(if negative { b"e-" } else { b"e+" });
    let exponent = exponent.trim_start_matches(['-', '+']);
    if exponent.len() < 2 {
        out.push(b'0');
    }
    out.extend_from_slice(exponent.as_bytes());
}

fn push_special(nan: bool, negative: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(match (nan, negative) {
        (true, _) => b"NaN",
        (_, true) => b"-Infinity",
        (_, false) => b"Infinity",
    });
}

/// Digits and the exponent of the first.
struct Decimal {
    negative: bool,
    digits: [u8; 24],
    count: usize,
    exponent: i32,
}

impl Decimal {
    /// Reads a float as Rust writes it, with at most 17 digits that matter.
    fn parse(text: &str) -> Decimal {
        let (negative, unsigned) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let mut decimal = Decimal { negative, digits: [0; 24], count: 0, exponent: 0 };
        let mut zeros_after_point: i32 = 0;
        let mut point = None;
        let mut bytes = unsigned.iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'.' => point = Some(decimal.count),
                b'e' => {
                    let rest = std::str::from_utf8(bytes.as_slice()).unwrap_or_default();
                    decimal.exponent = rest.parse().unwrap_or(0);
                    break;
                }
                b'0' if decimal.count == 0 => {
                    zeros_after_point = zeros_after_point.wrapping_add(point.is_some().into());
                }
                digit => {
                    if let Some(place) = decimal.digits.get_mut(decimal.count) {
                        *place = *digit;
                        decimal.count = decimal.count.wrapping_add(1);
                    }
                }
            }
        }
        let whole = i32::try_from(point.unwrap_or(decimal.count)).unwrap_or(0);
        let first = whole.wrapping_sub(1).wrapping_sub(zeros_after_point);
        decimal.exponent = decimal.exponent.wrapping_add(first);
        while decimal.count > 0 && decimal.digits.get(decimal.count.wrapping_sub(1)) == Some(&b'0')
        {
            decimal.count = decimal.count.wrapping_sub(1);
        }
        decimal
    }

    fn digits(&self) -> &[u8] {
        self.digits.get(..self.count).unwrap_or_default()
    }

    /// Whether the number lies in the middle of a float and the next one.
    ///
    /// Both readings are right then, and a reader that rounds to even finds the float again;
    /// PostgreSQL does not rely on such readers.
    fn is_midpoint(&self, binary: Binary) -> bool {
        let count = i32::try_from(self.count).unwrap_or(0);
        // The number is digits * 5^power * 2^power. No midpoint has digits after the point.
        let power = self.exponent.wrapping_add(1).wrapping_sub(count);
        let Ok(power) = u32::try_from(power) else { return false };
        let digits = std::str::from_utf8(self.digits()).unwrap_or_default();
        let odd = digits.parse::<u128>().ok().and_then(|digits| {
            digits.checked_mul(5_u128.checked_pow(power)?).filter(|product| *product != 0)
        });
        // A midpoint is some 55 bits long and odd but for its power of two.
        let Some(product) = odd else { return false };
        let shift = product.trailing_zeros();
        let number = (product.wrapping_shr(shift), power.wrapping_add(shift));
        binary.midpoints().into_iter().flatten().any(|midpoint| midpoint == number)
    }

    /// Writes the number in C's `%g` form: with an exponent if it is below -4 or from `limit` on.
    fn push(&self, limit: i32, out: &mut Vec<u8>) {
        if self.negative {
            out.push(b'-');
        }
        let digits = self.digits();
        if digits.is_empty() {
            return out.push(b'0');
        }
        if self.exponent < -4 || self.exponent >= limit {
            return self.push_scientific(out);
        }
        let Ok(exponent) = usize::try_from(self.exponent) else {
            let zeros = usize::try_from(self.exponent.unsigned_abs()).unwrap_or(0);
            out.extend_from_slice(b"0.000".get(..zeros.wrapping_add(1)).unwrap_or_default());
            return out.extend_from_slice(digits);
        };
        let whole = exponent.wrapping_add(1);
        match digits.split_at_checked(whole) {
            Some((whole, b"")) => out.extend_from_slice(whole),
            Some((whole, fraction)) => {
                out.extend_from_slice(whole);
                out.push(b'.');
                out.extend_from_slice(fraction);
            }
            None => {
                out.extend_from_slice(digits);
                let zeros = whole.saturating_sub(digits.len());
                out.resize(out.len().saturating_add(zeros), b'0');
            }
        }
    }

    fn push_scientific(&self, out: &mut Vec<u8>) {
        if let [first, rest @ ..] = self.digits() {
            out.push(*first);
            if !rest.is_empty() {
                out.push(b'.');
                out.extend_from_slice(rest);
            }
        }
        out.extend_from_slice(if self.exponent < 0 { b"e-" } else { b"e+" });
        let exponent = self.exponent.unsigned_abs();
        if exponent < 10 {
            out.push(b'0');
        }
        out.extend_from_slice(itoa::Buffer::new().format(exponent).as_bytes());
    }
}

/// A float as a mantissa and a power of two.
#[derive(Clone, Copy)]
struct Binary {
    mantissa: u64,
    power: i32,
    /// The next float towards zero is only half as far as the one away from it.
    closer_below: bool,
}

impl Binary {
    /// The numbers in the middle of this float and its neighbours: odd, and a power of two.
    fn midpoints(self) -> [Option<(u128, u32)>; 2] {
        let double = u128::from(self.mantissa).wrapping_mul(2);
        let power = u32::try_from(self.power.wrapping_sub(1)).ok();
        let above = power.map(|power| (double.wrapping_add(1), power));
        let below = if self.closer_below {
            let power = u32::try_from(self.power.wrapping_sub(2)).ok();
            power.map(|power| (double.wrapping_mul(2).wrapping_sub(1), power))
        } else {
            power.map(|power| (double.wrapping_sub(1), power))
        };
        [above, below]
    }
}

/// Writes the fewest digits, more than `count`, that only this float is nearest to.
#[cold]
fn push_unambiguous<F: Float>(value: F, count: usize, out: &mut Vec<u8>) {
    for more in count..=F::LONGEST {
        let text = format!("{value:.more$e}");
        if text.parse().is_ok_and(|read: F| read == value) {
            let decimal = Decimal::parse(&text);
            if !decimal.is_midpoint(value.binary()) {
                return decimal.push(F::DIGITS.into(), out);
            }
        }
    }
}

/// `%.*g`
fn push_rounded(value: f64, precision: usize, out: &mut Vec<u8>) {
    let text = format!("{value:.*e}", precision.saturating_sub(1));
    Decimal::parse(&text).push(i32::try_from(precision).unwrap_or(17), out);
}

fn precision(digits: i8, extra: i8) -> usize {
    usize::try_from(digits.saturating_add(extra)).unwrap_or(0).max(1)
}
