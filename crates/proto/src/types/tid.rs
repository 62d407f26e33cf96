//! `tid`: where a row lies in its table.
//!
//! Source: <https://www.postgresql.org/docs/18/datatype-oid.html>.

use super::error::ValueError;
use super::int;
use super::text::trim_start;

/// A block of a table and a row in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tid {
    /// The block, counted from 0.
    pub block: u32,
    /// The row, counted from 1.
    pub row: u16,
}

impl Tid {
    /// Appends `(block,row)`.
    pub fn text(self, out: &mut Vec<u8>) {
        out.push(b'(');
        int::text_u64(self.block.into(), out);
        out.push(b',');
        int::text_u64(self.row.into(), out);
        out.push(b')');
    }

    /// Appends a block of 32 bits and a row of 16.
    pub fn binary(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.block.to_be_bytes());
        out.extend_from_slice(&self.row.to_be_bytes());
    }

    /// Reads `(block,row)`; what comes behind does not matter, and a number that is not there is 0.
    ///
    /// # Errors
    ///
    /// 22P02 for other text.
    pub fn parse(text: &str) -> Result<Tid, ValueError> {
        parse_bytes(text.as_bytes()).ok_or_else(|| ValueError::syntax("tid", text))
    }

    /// Reads the binary form.
    ///
    /// # Errors
    ///
    /// 08P01 for fewer than six bytes, 22P03 for more.
    pub fn receive(bytes: &[u8]) -> Result<Tid, ValueError> {
        let [a, b, c, d, e, f] = int::exact(bytes)?;
        Ok(Tid { block: u32::from_be_bytes([a, b, c, d]), row: u16::from_be_bytes([e, f]) })
    }
}

/// The first of the two begins behind the first comma, if that comes before a parenthesis.
fn parse_bytes(text: &[u8]) -> Option<Tid> {
    let end = text.iter().position(|byte| *byte == b')').unwrap_or(text.len());
    let begins = |byte: &u8| matches!(byte, b'(' | b',');
    let first = text.get(..end)?.iter().position(begins)?;
    let comma = |from: usize| {
        let rest = text.get(from..end)?;
        Some(rest.iter().position(|byte| *byte == b',')?.saturating_add(from))
    };
    let second = comma(first.saturating_add(1))?;
    let (block, b',') = number(text.get(first.saturating_add(1)..)?)? else { return None };
    let (row, b')') = number(text.get(second.saturating_add(1)..)?)? else { return None };
    // A block that is negative is one of the last.
    let block = u32::try_from(block).or_else(|_| i32::try_from(block).map(i32::cast_unsigned));
    Some(Tid { block: block.ok()?, row: u16::try_from(row).ok()? })
}

/// A number as C's `strtoul` reads it, and what stands behind it.
fn number(text: &[u8]) -> Option<(i128, u8)> {
    let trimmed = trim_start(text);
    let (negative, digits) = match trimmed {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return Some((0, *text.first()?));
    }
    let (digits, rest) = digits.split_at_checked(count)?;
    let number: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let number = if negative { i128::from(number).checked_neg()? } else { number.into() };
    Some((number, *rest.first()?))
}
