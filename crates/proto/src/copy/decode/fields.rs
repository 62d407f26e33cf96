//! The fields of a line, as `CopyReadAttributesText` and `CopyReadAttributesCSV` find them.

use std::fmt;

use memchr::{memchr, memchr2};

use super::super::error::CopyError;
use super::super::options::Options;
use super::row::{Place, Slot, Target};
use crate::types::text;

/// Where the fields of a line lie; no more than there are columns.
#[derive(Default)]
pub(super) struct Fields {
    slots: Vec<Slot>,
    /// Fields whose escapes were undone, end to end.
    aside: Vec<u8>,
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields").field("len", &self.slots.len()).finish_non_exhaustive()
    }
}

/// A field that was scanned.
struct Scanned {
    /// Where it ends in the line.
    end: usize,
    /// Where the next field begins, if there is one.
    next: Option<usize>,
    /// Where its bytes lie in the line; `None` if they lie aside.
    raw: Option<(usize, usize)>,
    is_quoted: bool,
    /// Whether escapes made bytes that may not be UTF-8.
    is_doubtful: bool,
}

impl Scanned {
    fn raw(start: usize, end: usize, next: Option<usize>) -> Scanned {
        let raw = Some((start, end));
        Scanned { end, next, raw, is_quoted: false, is_doubtful: false }
    }
}

impl Fields {
    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub(super) fn aside(&self) -> &[u8] {
        &self.aside
    }

    /// Takes a line of text apart; the number of its fields.
    pub(super) fn split_text(
        &mut self,
        line: &[u8],
        is_special: bool,
        options: &Options,
        target: &Target,
    ) -> Result<usize, CopyError> {
        let delimiter = options.delimiter;
        // At the end of the data a backslash may stand alone.
        if is_special || line.last() == Some(&b'\\') {
            let scan = |start, aside: &mut Vec<u8>| Ok(text_field(line, start, delimiter, aside));
            return self.split(line, options, target, scan);
        }
        self.split(line, options, target, |start, _| Ok(plain_field(line, start, delimiter)))
    }

    /// Takes a line of csv apart; the number of its fields.
    pub(super) fn split_csv(
        &mut self,
        line: &[u8],
        is_special: bool,
        options: &Options,
        target: &Target,
    ) -> Result<usize, CopyError> {
        if is_special {
            let scan = |start, aside: &mut Vec<u8>| csv_field(line, start, options, aside);
            return self.split(line, options, target, scan);
        }
        let delimiter = options.delimiter;
        self.split(line, options, target, |start, _| Ok(plain_field(line, start, delimiter)))
    }

    #[inline]
    fn split(
        &mut self,
        line: &[u8],
        options: &Options,
        target: &Target,
        scan: impl Fn(usize, &mut Vec<u8>) -> Result<Scanned, CopyError>,
    ) -> Result<usize, CopyError> {
        self.slots.clear();
        self.aside.clear();
        if target.columns.is_empty() {
            return if line.is_empty() { Ok(0) } else { Err(extra()) };
        }
        let (mut count, mut start) = (0_usize, 0);
        loop {
            let before = self.aside.len();
            let scanned = scan(start, &mut self.aside)?;
            let raw = line.get(start..scanned.end).unwrap_or_default();
            let column = target.columns.get(count);
            let slot = if !scanned.is_quoted && *raw == *options.null {
                Slot::new(Place::Null, 0, 0)
            } else if let Some(column) = column
                && options.default.as_deref() == Some(raw)
            {
                if !column.has_default {
                    return Err(no_default(&column.name));
                }
                Slot::new(Place::Default, start, scanned.end)
            } else {
                if scanned.is_doubtful {
                    text::receive(self.aside.get(before..).unwrap_or_default())?;
                }
                match scanned.raw {
                    Some((start, end)) => Slot::new(Place::Raw, start, end),
                    None => Slot::new(Place::Aside, before, self.aside.len()),
                }
            };
            if column.is_some() {
                self.slots.push(slot);
            }
            if column.is_none() || slot.place != Place::Aside {
                self.aside.truncate(before);
            }
            count = count.saturating_add(1);
            match scanned.next {
                Some(next) => start = next,
                None => return Ok(count),
            }
        }
    }

    /// Obeys FORCE_NOT_NULL and FORCE_NULL.
    pub(super) fn force(&mut self, line: &[u8], options: &Options, target: &Target) {
        for (slot, column) in self.slots.iter_mut().zip(&target.columns) {
            let is_null_word = match slot.place {
                Place::Null if column.never_null => {
                    slot.place = Place::NullWord;
                    false
                }
                Place::Raw if column.null_in_quotes => *slot.of(line) == *options.null,
                Place::Aside if column.null_in_quotes => *slot.of(&self.aside) == *options.null,
                _ => false,
            };
            if is_null_word {
                slot.place = Place::Null;
            }
        }
    }

    /// Compares the header line with the columns' names.
    pub(super) fn match_names(
        &self,
        found: usize,
        line: &[u8],
        options: &Options,
        target: &Target,
    ) -> Result<(), CopyError> {
        let expected = target.columns.len();
        if found != expected {
            return Err(CopyError::format(format!(
                "wrong number of fields in header line: got {found}, expected {expected}"
            )));
        }
        for (place, (slot, column)) in self.slots.iter().zip(&target.columns).enumerate() {
            let bytes = match slot.place {
                Place::Aside => slot.of(&self.aside),
                _ => slot.of(line),
            };
            if slot.place != Place::Null && *bytes == *column.name.as_bytes() {
                continue;
            }
            let got = match slot.place {
                Place::Null => {
                    format!("null value (\"{}\")", String::from_utf8_lossy(&options.null))
                }
                _ => format!("\"{}\"", String::from_utf8_lossy(bytes)),
            };
            return Err(CopyError::format(format!(
                "column name mismatch in header line field {}: got {got}, expected \"{}\"",
                place.saturating_add(1),
                column.name
            )));
        }
        Ok(())
    }
}

/// A field without anything special.
#[inline]
fn plain_field(line: &[u8], start: usize, delimiter: u8) -> Scanned {
    match memchr(delimiter, line.get(start..).unwrap_or_default()) {
        Some(offset) => {
            let end = start.saturating_add(offset);
            Scanned::raw(start, end, Some(end.saturating_add(1)))
        }
        None => Scanned::raw(start, line.len(), None),
    }
}

fn text_field(line: &[u8], start: usize, delimiter: u8, aside: &mut Vec<u8>) -> Scanned {
    let (mut at, mut copied) = (start, start);
    let (mut is_raw, mut is_doubtful) = (true, false);
    let (end, next) = loop {
        let found = memchr2(delimiter, b'\\', line.get(at..).unwrap_or_default());
        let Some(offset) = found else { break (line.len(), None) };
        let mark = at.saturating_add(offset);
        let after = mark.saturating_add(1);
        if line.get(mark) == Some(&delimiter) {
            break (mark, Some(after));
        }
        aside.extend_from_slice(line.get(copied..mark).unwrap_or_default());
        is_raw = false;
        let Some((byte, length)) = escaped(line.get(after..).unwrap_or_default()) else {
            copied = line.len();
            break (mark, None);
        };
        // Only numbers make such bytes: what stands there itself was looked at.
        is_doubtful |= length > 1 && !matches!(byte, 1..=127);
        is_doubtful |= byte == 0;
        aside.push(byte);
        at = after.saturating_add(length);
        copied = at;
    };
    aside.extend_from_slice(line.get(copied..end).unwrap_or_default());
    let raw = is_raw.then_some((start, end));
    Scanned { end, next, raw, is_quoted: false, is_doubtful }
}

/// The byte that is meant behind a backslash, and how many stand for it; `None` for nothing.
fn escaped(rest: &[u8]) -> Option<(u8, usize)> {
    let octal = |place: usize| rest.get(place).filter(|byte| matches!(byte, b'0'..=b'7'));
    let hex = |place: usize| {
        let digit = rest.get(place).and_then(|byte| char::from(*byte).to_digit(16));
        digit.and_then(|digit| u8::try_from(digit).ok())
    };
    Some(match rest.first()? {
        b'b' => (b'\x08', 1),
        b'f' => (b'\x0c', 1),
        b'n' => (b'\n', 1),
        b'r' => (b'\r', 1),
        b't' => (b'\t', 1),
        b'v' => (b'\x0b', 1),
        b'x' => match (hex(1), hex(2)) {
            (Some(high), Some(low)) => ((high << 4) | low, 3),
            (Some(digit), None) => (digit, 2),
            (None, _) => (b'x', 1),
        },
        b'0'..=b'7' => {
            let digits = (0..3).map_while(octal);
            let length = digits.clone().count();
            (digits.fold(0, |value: u8, digit| value.wrapping_shl(3) | (digit & 7)), length)
        }
        other => (*other, 1),
    })
}

fn csv_field(
    line: &[u8],
    start: usize,
    options: &Options,
    aside: &mut Vec<u8>,
) -> Result<Scanned, CopyError> {
    let (quote, escape, delimiter) = (options.quote, options.escape, options.delimiter);
    if let Some(scanned) = quoted_field(line, start, options) {
        return Ok(scanned);
    }
    let (mut at, mut copied, mut is_quoted) = (start, start, false);
    let (end, next) = loop {
        let found = memchr2(delimiter, quote, line.get(at..).unwrap_or_default());
        let Some(offset) = found else { break (line.len(), None) };
        let mark = at.saturating_add(offset);
        at = mark.saturating_add(1);
        if line.get(mark) == Some(&delimiter) {
            break (mark, Some(at));
        }
        is_quoted = true;
        aside.extend_from_slice(line.get(copied..mark).unwrap_or_default());
        copied = at;
        loop {
            let found = memchr2(quote, escape, line.get(at..).unwrap_or_default());
            let Some(offset) = found else {
                return Err(CopyError::format("unterminated CSV quoted field"));
            };
            let mark = at.saturating_add(offset);
            at = mark.saturating_add(1);
            let byte = line.get(mark).copied();
            if byte == Some(escape)
                && let Some(next) = line.get(at)
                && (*next == escape || *next == quote)
            {
                aside.extend_from_slice(line.get(copied..mark).unwrap_or_default());
                // What was escaped is copied with what follows.
                copied = at;
                at = at.saturating_add(1);
            } else if byte == Some(quote) {
                aside.extend_from_slice(line.get(copied..mark).unwrap_or_default());
                copied = at;
                break;
            }
        }
    };
    if !is_quoted {
        return Ok(Scanned::raw(start, end, next));
    }
    aside.extend_from_slice(line.get(copied..end).unwrap_or_default());
    Ok(Scanned { end, next, raw: None, is_quoted, is_doubtful: false })
}

/// A field that is all in quotes, without one inside: its bytes can stay where they are.
fn quoted_field(line: &[u8], start: usize, options: &Options) -> Option<Scanned> {
    let inner = line.get(start..)?.strip_prefix(&[options.quote])?;
    let length = memchr2(options.quote, options.escape, inner)?;
    let (closing, after) = inner.get(length..)?.split_first()?;
    let next = match after.first() {
        None => None,
        Some(byte) if *byte == options.delimiter => Some(()),
        Some(_) => return None,
    };
    if *closing != options.quote {
        return None;
    }
    let first = start.saturating_add(1);
    let last = first.saturating_add(length);
    let end = last.saturating_add(1);
    let next = next.map(|()| end.saturating_add(1));
    Some(Scanned { end, next, raw: Some((first, last)), is_quoted: true, is_doubtful: false })
}

#[cold]
pub(super) fn extra() -> CopyError {
    CopyError::format("extra data after last expected column")
}

#[cold]
fn no_default(column: &str) -> CopyError {
    CopyError::format("unexpected default marker in COPY data")
        .with_detail(format!("Column \"{column}\" has no default value."))
}
