//! Rows in: bytes in any split, fields out.

mod binary;
mod fields;
mod foreign;
mod line;
mod lines;
mod row;

use std::fmt;

use binary::Binary;
use foreign::Foreign;
use lines::Lines;
pub use row::{Field, Row, Target, clipped};

use super::error::CopyError;
use super::options::{CopyFormat, Options};
use crate::SqlState;

/// The longest line, or field of a binary row: as in PostgreSQL.
const LONGEST: usize = 0x3fff_fffe;

/// Reads the data of a COPY FROM: it is given bytes and gives rows.
///
/// Between two calls it holds what was pushed and not read as rows yet: the caller asks for rows
/// until there are none, and then has the next bytes. Fields lie in that memory; nothing is
/// allocated for a row.
///
/// What is wrong with a row is told when it is asked for, after the rows before it; and of a field,
/// by [`Row::field`], so that a value before it that its type refuses is told first, as in
/// PostgreSQL.
#[derive(Debug)]
pub struct Decoder {
    target: Target,
    options: Options,
    input: Input,
    format: Format,
    /// Lines that are not UTF-8. Boxed, as what is rare.
    foreign: Option<Box<Foreign>>,
    /// What ended it.
    failed: Option<CopyError>,
}

#[derive(Debug)]
enum Format {
    Lines(Lines),
    Binary(Binary),
}

/// What was pushed and not read yet.
struct Input {
    bytes: Vec<u8>,
    /// Where it begins.
    start: usize,
    /// No more will come.
    ended: bool,
    /// The longest that a row may be.
    limit: usize,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The data of tables stays out of logs.
        f.debug_struct("Input").field("len", &self.rest().len()).finish_non_exhaustive()
    }
}

impl Input {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    fn consume(&mut self, length: usize) {
        self.start = self.start.saturating_add(length).min(self.bytes.len());
    }
}

impl Decoder {
    /// A decoder of rows of at most 1 GiB.
    pub fn new(options: Options, target: Target) -> Decoder {
        let format = match options.format {
            CopyFormat::Binary => Format::Binary(Binary::default()),
            CopyFormat::Text | CopyFormat::Csv => Format::Lines(Lines::default()),
        };
        let input = Input { bytes: Vec::new(), start: 0, ended: false, limit: LONGEST };
        let foreign = options.foreign_encoding().map(|encoding| Box::new(Foreign::new(encoding)));
        let target = target.forced(&options);
        Decoder { target, options, input, format, foreign, failed: None }
    }

    /// Sets the length of the longest row, in bytes; more than 1 GiB it cannot be.
    pub fn limit(mut self, bytes: usize) -> Decoder {
        self.input.limit = bytes.min(LONGEST);
        self
    }

    /// Takes the next bytes.
    ///
    /// What comes behind `\.` in text is ignored.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_some() || self.is_behind_lines() {
            return;
        }
        let Input { bytes: input, start, .. } = &mut self.input;
        // What was read is dropped when it is half of what there is: each byte is moved once.
        if *start >= input.len().saturating_sub(*start) {
            input.drain(..*start);
            if let Format::Lines(lines) = &mut self.format {
                lines.moved(*start);
            }
            *start = 0;
        }
        match &mut self.foreign {
            Some(foreign) => input.extend_from_slice(foreign.push(bytes).as_bytes()),
            None => input.extend_from_slice(bytes),
        }
    }

    /// Says that no more bytes will come.
    pub fn finish(&mut self) {
        self.input.ended = true;
        if let Some(foreign) = &mut self.foreign {
            foreign.finish();
            // The line in which something is wrong is none.
            self.input.ended = foreign.check(String::new).is_ok();
        }
    }

    /// The next row; `None` while it is incomplete, and when there are no more.
    ///
    /// # Errors
    ///
    /// PostgreSQL 18's, with the CONTEXT that it tells: 22P04 for data that is not of the format,
    /// 22021 and 22P05 for what is no text in its encoding, 54000 for a row that is too long. There are no rows after one.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, CopyError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let read = match &mut self.format {
            Format::Lines(lines) => lines.read(&mut self.input, &self.options, &self.target),
            Format::Binary(binary) => binary.read(&mut self.input, &self.target),
        };
        match read {
            Ok(false) => {
                if let Some(foreign) = self.foreign.as_ref().filter(|_| !self.is_behind_lines()) {
                    foreign.check(|| self.place())?;
                }
                Ok(None)
            }
            Ok(true) => Ok(Some(match &self.format {
                Format::Lines(lines) => lines.row(&self.input, &self.options, &self.target),
                Format::Binary(binary) => {
                    let row = binary.row(&self.input, &self.target);
                    self.failed = row.failure().cloned();
                    row
                }
            })),
            Err(error) => {
                self.failed = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Whether all lines are read, be it that the data said that it ends: what comes now is ignored.
    fn is_behind_lines(&self) -> bool {
        matches!(&self.format, Format::Lines(lines) if lines.is_done())
    }

    /// Where it stands: the CONTEXT of what happens before the next row is complete.
    #[cold]
    pub fn place(&self) -> String {
        let read = match &self.format {
            Format::Lines(lines) => lines.number(),
            Format::Binary(binary) => binary.number(),
        };
        self.target.at_line(read.saturating_add(1))
    }

    /// The bytes that it holds.
    pub fn held(&self) -> usize {
        self.input.rest().len()
    }
}

/// 54000, as PostgreSQL's buffers say it.
#[cold]
fn too_long(held: usize, more: usize, limit: usize) -> CopyError {
    let limit = limit.saturating_add(1);
    CopyError::new(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!("string buffer exceeds maximum allowed length ({limit} bytes)"),
    )
    .with_detail(format!(
        "Cannot enlarge string buffer containing {held} bytes by {more} more bytes."
    ))
}
