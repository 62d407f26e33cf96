//! Lines of text or csv, one after the other.

use memchr::memchr;

use super::super::error::CopyError;
use super::super::options::{CopyFormat, Header, Options};
use super::fields::{Fields, extra};
use super::line::{Found, LineEnd, Scan, Text};
use super::row::{Row, Target};
use super::{Input, too_long};
use crate::types::text;

/// The longest UTF-8 character, in bytes.
const LONGEST_CHARACTER: usize = 4;

#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Up to where the input is UTF-8 without zeros.
    valid: usize,
    /// How far the line was searched that is not complete.
    scan: Scan,
    end: Option<LineEnd>,
    /// The lines that were read.
    number: u64,
    is_header_read: bool,
    is_done: bool,
    /// The last line that was read.
    start: usize,
    length: usize,
    is_special: bool,
    fields: Fields,
}

impl Lines {
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// The lines that were read.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The input moved by so many bytes.
    pub(super) fn moved(&mut self, by: usize) {
        self.valid = self.valid.saturating_sub(by);
    }

    /// Reads a line and takes it apart; whether there was one.
    pub(super) fn read(
        &mut self,
        input: &mut Input,
        options: &Options,
        target: &Target,
    ) -> Result<bool, CopyError> {
        if !self.is_header_read && options.header != Header::Absent {
            if self.is_done || !self.read_line(input, options, target)? {
                return Ok(false);
            }
            self.is_header_read = true;
            if options.header == Header::Match {
                self.split(input, options, target, |fields, found, line| {
                    fields.match_names(found, line, options, target)
                })?;
            }
        }
        if self.is_done || !self.read_line(input, options, target)? {
            return Ok(false);
        }
        if self.is_done && self.length == 0 {
            return Ok(false);
        }
        self.split(input, options, target, |fields, found, line| {
            if found > target.columns.len() {
                return Err(extra());
            }
            fields.force(line, options, target);
            Ok(())
        })?;
        Ok(true)
    }

    pub(super) fn row<'a>(
        &'a self,
        input: &'a Input,
        options: &'a Options,
        target: &'a Target,
    ) -> Row<'a> {
        Row {
            target,
            number: self.number,
            raw: self.line(input),
            aside: self.fields.aside(),
            null: &options.null,
            slots: self.fields.slots(),
            is_line: true,
            failure: None,
        }
    }

    fn line<'a>(&self, input: &'a Input) -> &'a [u8] {
        let line = input.bytes.get(self.start..).unwrap_or_default();
        line.get(..self.length).unwrap_or_default()
    }

    /// Takes the line apart and looks at what was found.
    fn split(
        &mut self,
        input: &Input,
        options: &Options,
        target: &Target,
        look: impl FnOnce(&mut Fields, usize, &[u8]) -> Result<(), CopyError>,
    ) -> Result<(), CopyError> {
        let line = self.line(input);
        let found = match options.format {
            CopyFormat::Csv => self.fields.split_csv(line, self.is_special, options, target),
            _ => self.fields.split_text(line, self.is_special, options, target),
        };
        found
            .and_then(|found| look(&mut self.fields, found, line))
            .map_err(|error| error.with_context(target.line_context(self.number, line)))
    }

    /// Reads the next line; whether it is complete. The last one is empty if there is none.
    fn read_line(
        &mut self,
        input: &mut Input,
        options: &Options,
        target: &Target,
    ) -> Result<bool, CopyError> {
        self.validate(input);
        let bytes = input.bytes.get(input.start..self.valid).unwrap_or_default();
        let is_last = input.ended && self.valid == input.bytes.len();
        let found = self.scan.search(Text { bytes, is_last }, &mut self.end, options);
        let found = found.and_then(|found| match found {
            Found::Nothing => {
                invalid(input, self.valid)?;
                bounded(bytes.len(), input.limit).map(|()| found)
            }
            Found::Line { length, .. } => bounded(length, input.limit).map(|()| found),
            Found::Marker => Ok(found),
        });
        let number = self.number.saturating_add(1).saturating_add(self.scan.lines);
        let found = found.map_err(|error| error.with_context(target.at_line(number)))?;
        let (length, next) = match found {
            Found::Nothing => return Ok(false),
            Found::Line { length, next } => (length, next),
            Found::Marker => (0, 0),
        };
        self.is_done = length == next;
        (self.start, self.length) = (input.start, length);
        self.is_special = self.scan.is_special;
        self.number = number;
        self.scan = Scan::default();
        input.consume(next);
        if found == Found::Marker {
            input.consume(usize::MAX);
        }
        Ok(true)
    }

    /// Looks at what has come since.
    fn validate(&mut self, input: &Input) {
        let rest = input.bytes.get(self.valid..).unwrap_or_default();
        if rest.is_empty() {
            return;
        }
        let valid = std::str::from_utf8(rest).map_or_else(|error| error.valid_up_to(), str::len);
        let valid = memchr(0, rest.get(..valid).unwrap_or_default()).unwrap_or(valid);
        self.valid = self.valid.saturating_add(valid);
    }
}

/// Bytes that are no character, as soon as PostgreSQL is sure of that.
fn invalid(input: &Input, valid: usize) -> Result<(), CopyError> {
    let rest = input.bytes.get(valid..).unwrap_or_default();
    let is_sure = rest.len() >= LONGEST_CHARACTER || (input.ended && !rest.is_empty());
    if is_sure {
        let character = rest.get(..LONGEST_CHARACTER).unwrap_or(rest);
        text::receive(character)?;
    }
    Ok(())
}

fn bounded(length: usize, limit: usize) -> Result<(), CopyError> {
    if length > limit { Err(too_long(limit, length.saturating_sub(limit), limit)) } else { Ok(()) }
}
