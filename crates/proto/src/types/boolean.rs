//! `boolean`.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-boolean.html>.

use super::error::ValueError;
use super::text::{trim_end, trim_start};

/// Appends `t` or `f`.
#[inline]
pub fn text(value: bool, out: &mut Vec<u8>) {
    out.push(if value { b't' } else { b'f' });
}

/// Reads a word for true or false, or an unmistakable beginning of one, in any case.
///
/// # Errors
///
/// 22P02 for other text.
pub fn parse(text: &str) -> Result<bool, ValueError> {
    let word = trim_end(trim_start(text.as_bytes()));
    let begins = |whole: &[u8]| {
        let beginning = whole.get(..word.len());
        !word.is_empty() && beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(word))
    };
    if word == b"1" || begins(b"true") || begins(b"yes") || word.eq_ignore_ascii_case(b"on") {
        Ok(true)
    } else if word == b"0"
        || begins(b"false")
        || begins(b"no")
        || (begins(b"off") && word.len() > 1)
    {
        Ok(false)
    } else {
        Err(ValueError::syntax("boolean", text))
    }
}

/// Appends one byte, 1 or 0.
#[inline]
pub fn binary(value: bool, out: &mut Vec<u8>) {
    out.push(u8::from(value));
}

/// Reads the binary form: any byte but 0 is true.
///
/// # Errors
///
/// 08P01 for no byte, 22P03 for more than one.
#[inline]
pub fn receive(bytes: &[u8]) -> Result<bool, ValueError> {
    super::int::single(bytes).map(|byte| byte != 0)
}
