//! Where a line ends, as `CopyReadLineText` finds it.

use memchr::{memchr, memchr_iter, memchr2, memchr3};

use super::super::error::CopyError;
use super::super::options::{CopyFormat, Options};

/// How lines end: the first one decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnd {
    Lf,
    Cr,
    CrLf,
}

/// How far the search for the end of a line got.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// From the start of the line.
    at: usize,
    in_quote: bool,
    escaped: bool,
    /// Ends of lines within quotes.
    pub(super) lines: u64,
    /// Whether there is a backslash, or in csv a quote.
    pub(super) is_special: bool,
}

/// What the search found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing in what there is.
    Nothing,
    /// A line of so many bytes; the next one begins behind it.
    Line { length: usize, next: usize },
    /// `\.`
    Marker,
}

/// Bytes of a line, and whether they are the last ones.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) is_last: bool,
}

impl Text<'_> {
    /// The byte there; `None` if it has yet to come, zero behind the end.
    fn look(&self, at: usize) -> Option<u8> {
        match self.bytes.get(at) {
            Some(byte) => Some(*byte),
            None if self.is_last => Some(0),
            None => None,
        }
    }

    fn from(&self, at: usize) -> &[u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    /// All of it is the last line.
    fn rest(&self) -> Found {
        let length = self.bytes.len();
        if self.is_last { Found::Line { length, next: length } } else { Found::Nothing }
    }
}

impl Scan {
    /// Searches on for the end of the line that `text` begins with.
    pub(super) fn search(
        &mut self,
        text: Text<'_>,
        end: &mut Option<LineEnd>,
        options: &Options,
    ) -> Result<Found, CopyError> {
        match options.format {
            CopyFormat::Csv => self.search_csv(text, end, options),
            _ => self.search_text(text, end),
        }
    }

    fn search_text(
        &mut self,
        text: Text<'_>,
        end: &mut Option<LineEnd>,
    ) -> Result<Found, CopyError> {
        loop {
            let Some(offset) = memchr3(b'\n', b'\r', b'\\', text.from(self.at)) else {
                self.at = text.bytes.len();
                return Ok(text.rest());
            };
            self.at = self.at.saturating_add(offset);
            let after = self.at.saturating_add(1);
            if text.look(self.at) != Some(b'\\') {
                return line_end(text, self.at, end, false);
            }
            if after == text.bytes.len() {
                return Ok(text.rest());
            }
            if text.look(after) == Some(b'.') {
                return marker(text, self.at, *end);
            }
            self.is_special = true;
            self.at = after.saturating_add(1);
        }
    }

    fn search_csv(
        &mut self,
        text: Text<'_>,
        end: &mut Option<LineEnd>,
        options: &Options,
    ) -> Result<Found, CopyError> {
        let (quote, escape) = (options.quote, options.escape);
        let counted = if *end == Some(LineEnd::Lf) { b'\n' } else { b'\r' };
        loop {
            let rest = text.from(self.at);
            let found = match (self.in_quote, self.escaped) {
                (true, true) => (!rest.is_empty()).then_some(0),
                (true, false) if quote == escape => memchr(quote, rest),
                (true, false) => memchr2(quote, escape, rest),
                (false, _) => memchr3(quote, b'\n', b'\r', rest),
            };
            // A carriage return is not counted before what follows it is there.
            let all = rest.len().saturating_sub(usize::from(rest.last() == Some(&b'\r')));
            let skipped = found.unwrap_or(if text.is_last { rest.len() } else { all });
            if self.in_quote {
                let skipped = rest.get(..skipped).unwrap_or_default();
                let lines = memchr_iter(counted, skipped).count();
                self.lines = self.lines.saturating_add(u64::try_from(lines).unwrap_or(u64::MAX));
            }
            self.at = self.at.saturating_add(skipped);
            let Some(byte) = text.bytes.get(self.at).copied() else { return Ok(text.rest()) };
            // What follows is looked at before anything changes.
            if byte == b'\r' && text.look(self.at.saturating_add(1)).is_none() {
                return Ok(Found::Nothing);
            }
            let is_escape = quote != escape && byte == escape;
            if self.in_quote && is_escape {
                self.escaped = !self.escaped;
            }
            if byte == quote {
                self.is_special = true;
                if !self.escaped {
                    self.in_quote = !self.in_quote;
                }
            }
            if !is_escape {
                self.escaped = false;
            }
            if self.in_quote && byte == counted {
                self.lines = self.lines.saturating_add(1);
            }
            if !self.in_quote && matches!(byte, b'\n' | b'\r') {
                return line_end(text, self.at, end, true);
            }
            self.at = self.at.saturating_add(1);
        }
    }
}

/// The end of a line, or what looks like one: the byte there is LF or CR.
fn line_end(
    text: Text<'_>,
    at: usize,
    end: &mut Option<LineEnd>,
    is_csv: bool,
) -> Result<Found, CopyError> {
    let after = at.saturating_add(1);
    let (found, next) = match (text.look(at), *end) {
        (Some(b'\n'), _) => (LineEnd::Lf, after),
        (_, None | Some(LineEnd::CrLf)) => match text.look(after) {
            None => return Ok(Found::Nothing),
            Some(b'\n') => (LineEnd::CrLf, after.saturating_add(1)),
            Some(_) => (LineEnd::Cr, after),
        },
        _ => (LineEnd::Cr, after),
    };
    if *end.get_or_insert(found) == found {
        return Ok(Found::Line { length: at, next });
    }
    let (what, letter) =
        if found == LineEnd::Lf { ("newline", 'n') } else { ("carriage return", 'r') };
    Err(if is_csv {
        CopyError::format(format!("unquoted {what} found in data"))
            .with_hint(&format!("Use quoted CSV field to represent {what}."))
    } else {
        CopyError::format(format!("literal {what} found in data"))
            .with_hint(&format!("Use \"\\{letter}\" to represent {what}."))
    })
}

/// `\.`, which must be alone on its line, and the line must end as the ones before.
fn marker(text: Text<'_>, at: usize, end: Option<LineEnd>) -> Result<Found, CopyError> {
    const OTHER_END: &str = "end-of-copy marker does not match previous newline style";
    const NOT_ALONE: &str = "end-of-copy marker is not alone on its line";
    let mut place = at.saturating_add(2);
    if end == Some(LineEnd::CrLf) {
        match text.look(place) {
            None => return Ok(Found::Nothing),
            Some(b'\r') => place = place.saturating_add(1),
            Some(b'\n') => return Err(CopyError::format(OTHER_END)),
            Some(_) => return Err(CopyError::format(NOT_ALONE)),
        }
    }
    let Some(byte) = text.look(place) else { return Ok(Found::Nothing) };
    if !matches!(byte, b'\r' | b'\n') {
        return Err(CopyError::format(NOT_ALONE));
    }
    let fits = match end {
        None => true,
        Some(LineEnd::Lf | LineEnd::CrLf) => byte == b'\n',
        Some(LineEnd::Cr) => byte == b'\r',
    };
    if !fits {
        return Err(CopyError::format(OTHER_END));
    }
    if at > 0 { Err(CopyError::format(NOT_ALONE)) } else { Ok(Found::Marker) }
}
