//! `float4` and `float8`.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-numeric.html#DATATYPE-FLOAT>.

mod parse;
mod print;

use super::error::ValueError;
use super::int;

pub(super) use parse::{Leading, leading_f32, leading_f64, plain};
pub use parse::{parse_f32, parse_f64};
pub use print::{text_f32, text_f64};

/// Appends the binary form of a `float8`.
#[inline]
pub fn binary_f64(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends the binary form of a `float4`.
#[inline]
pub fn binary_f32(value: f32, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Reads the binary form of a `float8`.
///
/// # Errors
///
/// 08P01 for fewer than 8 bytes, 22P03 for more.
#[inline]
pub fn receive_f64(bytes: &[u8]) -> Result<f64, ValueError> {
    int::exact(bytes).map(f64::from_be_bytes)
}

/// Reads the binary form of a `float4`.
///
/// # Errors
///
/// 08P01 for fewer than 4 bytes, 22P03 for more.
#[inline]
pub fn receive_f32(bytes: &[u8]) -> Result<f32, ValueError> {
    int::exact(bytes).map(f32::from_be_bytes)
}
