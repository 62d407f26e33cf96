//! `pg_lsn`: a place in the write-ahead log.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-pg-lsn.html>.

use super::error::ValueError;

/// Appends both halves in hexadecimal: `16/B374D848`.
pub fn text(value: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(
        format!("{:X}/{:X}", value.wrapping_shr(32), value & 0xffff_ffff).as_bytes(),
    );
}

/// Reads two hexadecimal numbers of up to eight digits.
///
/// # Errors
///
/// 22P02 for other text.
pub fn parse(text: &str) -> Result<u64, ValueError> {
    let half = |half: &str| {
        let valid = (1..=8).contains(&half.len()) && half.bytes().all(|b| b.is_ascii_hexdigit());
        valid.then(|| u64::from_str_radix(half, 16).ok()).flatten()
    };
    text.split_once('/')
        .and_then(|(high, low)| Some(half(high)?.wrapping_shl(32) | half(low)?))
        .ok_or_else(|| ValueError::syntax("pg_lsn", text))
}
