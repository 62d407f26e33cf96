//! `pg_snapshot` and `txid_snapshot`: which transactions are seen.
//!
//! Source: <https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT-PARTS>.

use super::array::take_i32;
use super::error::ValueError;
use super::int;
use super::text::trim_start;

/// The transactions below the first and not running, and those below the second that are not listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    xmin: u64,
    xmax: u64,
    running: Vec<u64>,
}

/// Whether there can be such a transaction: as in PostgreSQL, none whose lower 32 bits are zero.
fn exists(transaction: u64) -> bool {
    transaction & 0xffff_ffff != 0
}

impl Snapshot {
    /// The first transaction that was still running: all before it are over.
    pub fn xmin(&self) -> u64 {
        self.xmin
    }

    /// The first transaction that had not begun.
    pub fn xmax(&self) -> u64 {
        self.xmax
    }

    /// Those between that were running.
    pub fn running(&self) -> &[u64] {
        &self.running
    }

    /// Appends `xmin:xmax:running,running`.
    pub fn text(&self, out: &mut Vec<u8>) {
        for number in [self.xmin, self.xmax] {
            int::text_u64(number, out);
            out.push(b':');
        }
        for (place, number) in self.running.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            int::text_u64(*number, out);
        }
    }

    /// Appends how many are running in 32 bits, then all numbers in 64.
    pub fn binary(&self, out: &mut Vec<u8>) {
        let count = i32::try_from(self.running.len()).unwrap_or(i32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        for number in [self.xmin, self.xmax].iter().chain(&self.running) {
            int::binary_u64(*number, out);
        }
    }

    /// Reads `xmin:xmax:running,running`.
    ///
    /// # Errors
    ///
    /// 22P02 for other text.
    pub fn parse(text: &str) -> Result<Snapshot, ValueError> {
        parse_bytes(text.as_bytes()).ok_or_else(|| ValueError::syntax("pg_snapshot", text))
    }

    /// Reads the binary form.
    ///
    /// # Errors
    ///
    /// 22P03 for numbers that cannot be or for more bytes, 08P01 for fewer.
    pub fn receive(bytes: &[u8]) -> Result<Snapshot, ValueError> {
        let invalid = || ValueError::binary("invalid external pg_snapshot data");
        let mut rest = bytes;
        let count = usize::try_from(take_i32(&mut rest)?).ok();
        let count = count.filter(|count| *count <= 0x3fff_ffff / 8).ok_or_else(invalid)?;
        let mut number = || {
            let (number, after) = int::leading(rest)?;
            rest = after;
            Ok::<_, ValueError>(u64::from_be_bytes(number))
        };
        let (xmin, xmax) = (number()?, number()?);
        if !exists(xmin) || !exists(xmax) || xmin > xmax {
            return Err(invalid());
        }
        // No more than can follow.
        let (mut running, mut last) = (Vec::with_capacity(count.min(bytes.len() / 8)), 0);
        for _ in 0..count {
            let next = number()?;
            // Other than in text, it may be that one, too.
            if next < last || next < xmin || next > xmax {
                return Err(invalid());
            }
            // Each once.
            if next != last {
                running.push(next);
            }
            last = next;
        }
        if !rest.is_empty() {
            return Err(ValueError::trailing());
        }
        Ok(Snapshot { xmin, xmax, running })
    }
}

fn parse_bytes(text: &[u8]) -> Option<Snapshot> {
    let (xmin, rest) = number(text)?;
    let (xmax, rest) = number(rest.strip_prefix(b":")?)?;
    let rest = rest.strip_prefix(b":")?;
    if !exists(xmin) || !exists(xmax) || xmin > xmax {
        return None;
    }
    let mut count: usize = 0;
    each_running(rest, xmin, xmax, |_| count = count.saturating_add(1))?;
    // As many as there are: a number of one digit becomes eight bytes.
    let mut running = Vec::with_capacity(count);
    each_running(rest, xmin, xmax, |number| running.push(number))?;
    Some(Snapshot { xmin, xmax, running })
}

/// Gives each number once.
fn each_running(mut rest: &[u8], xmin: u64, xmax: u64, mut found: impl FnMut(u64)) -> Option<()> {
    let mut last = 0;
    while !rest.is_empty() {
        let (next, after) = number(rest)?;
        if next < xmin || next >= xmax || next < last {
            return None;
        }
        if next != last {
            found(next);
        }
        last = next;
        rest = match after {
            [b',', after @ ..] => after,
            [] => after,
            _ => return None,
        };
    }
    Some(())
}

/// A number as C's `strtoull` reads it, and what follows.
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let (negative, digits) = match trim_start(text) {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = digits.split_at_checked(count)?;
    let number: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((if negative { number.wrapping_neg() } else { number }, rest))
}
