//! Rows as COPY data instead of DataRows.

use trunkline_proto::Format;
use trunkline_proto::copy::{CopyFormat, Encoder};

use crate::error::{PgError, Result};
use crate::prepared::Formats;
use crate::rowbuf::{MAX_ROW, row_too_long};

/// How the rows of a COPY TO are laid out: one CopyData each, in one of COPY's three formats.
///
/// Given to [`RowBuf::copy_out`](crate::RowBuf::copy_out), it makes any source write COPY data. It
/// lives as long as the COPY, for it knows whether the first row was written.
#[derive(Debug)]
pub struct CopyOut {
    encoder: Encoder,
    /// The cells of a row that is going to be a line.
    cells: Vec<u8>,
    begun: bool,
}

impl CopyOut {
    /// A COPY of the encoder's format and columns that has not begun.
    pub fn new(encoder: Encoder) -> CopyOut {
        CopyOut { encoder, cells: Vec::new(), begun: false }
    }

    /// The formats that a source must write its cells in.
    pub fn formats(&self) -> &'static Formats {
        match self.encoder.format() {
            CopyFormat::Binary => &Formats::All(Format::Binary),
            CopyFormat::Text | CopyFormat::Csv => &Formats::All(Format::Text),
        }
    }

    /// Writes what comes behind the last row: the trailer of the binary format, and what comes
    /// before the first if there was none. CopyDone is the server's.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        let start = out.len();
        match (self.encoder.format(), self.begun) {
            (CopyFormat::Binary, begun) => {
                out.extend_from_slice(b"d\0\0\0\0");
                if !begun {
                    out.extend_from_slice(&self.encoder.binary_header());
                }
                out.extend_from_slice(&self.encoder.binary_trailer());
                patch(start, out);
            }
            (CopyFormat::Text | CopyFormat::Csv, false) => self.header_line(out),
            (CopyFormat::Text | CopyFormat::Csv, true) => {}
        }
        self.begun = true;
    }

    /// What a source that knows COPY's lines writes them with; `None` for the binary format, whose
    /// rows are cells as in a DataRow.
    #[inline]
    pub(crate) fn lines(&self) -> Option<&Encoder> {
        match self.encoder.format() {
            CopyFormat::Binary => None,
            CopyFormat::Text | CopyFormat::Csv => Some(&self.encoder),
        }
    }

    /// Appends the head of a row's message, and what comes before the first row; where its message
    /// starts.
    #[inline]
    pub(crate) fn begin(&mut self, columns: usize, out: &mut Vec<u8>) -> usize {
        if !self.begun {
            return self.begin_first(columns, out);
        }
        let start = out.len();
        if self.lines().is_some() {
            self.cells.clear();
            out.extend_from_slice(b"d\0\0\0\0");
        } else {
            let [high, low] = word(columns);
            out.extend_from_slice(&[b'd', 0, 0, 0, 0, high, low]);
        }
        start
    }

    #[cold]
    fn begin_first(&mut self, columns: usize, out: &mut Vec<u8>) -> usize {
        if self.lines().is_some() {
            self.header_line(out);
            self.begun = true;
            return self.begin(columns, out);
        }
        let start = out.len();
        out.extend_from_slice(b"d\0\0\0\0");
        out.extend_from_slice(&self.encoder.binary_header());
        out.extend_from_slice(&word(columns));
        start
    }

    /// Where the cells of a row go: to the message itself, or aside if they become a line.
    #[inline]
    pub(crate) fn cells<'b>(&'b mut self, out: &'b mut Vec<u8>) -> &'b mut Vec<u8> {
        if self.lines().is_some() { &mut self.cells } else { out }
    }

    /// Makes a line of the cells, if it is to be one.
    #[inline]
    pub(crate) fn finish(&self, out: &mut Vec<u8>) -> Result<()> {
        if self.lines().is_none() { Ok(()) } else { self.line_of_cells(out) }
    }

    /// A row stays in the buffer, and with the first one what comes before it.
    #[inline]
    pub(crate) fn keep(&mut self) {
        self.begun = true;
    }

    fn line_of_cells(&self, out: &mut Vec<u8>) -> Result<()> {
        if self.cells.len() > MAX_ROW {
            return Err(row_too_long(self.cells.len()));
        }
        let mut rest = self.cells.as_slice();
        for column in 0..self.encoder.columns() {
            let Some((length, after)) = rest.split_first_chunk() else {
                return Err(PgError::internal("a row has too few values"));
            };
            match usize::try_from(i32::from_be_bytes(*length)) {
                Err(_) => {
                    self.encoder.separate(column, out);
                    self.encoder.null(out);
                    rest = after;
                }
                Ok(length) => {
                    let Some((cell, after)) = after.split_at_checked(length) else {
                        return Err(PgError::internal("a value is shorter than it says"));
                    };
                    self.encoder.field(column, cell, out);
                    rest = after;
                }
            }
        }
        if !rest.is_empty() {
            return Err(PgError::internal("a row has too many values"));
        }
        out.push(b'\n');
        Ok(())
    }

    fn header_line(&self, out: &mut Vec<u8>) {
        if let Some(line) = self.encoder.header_line() {
            let start = out.len();
            out.extend_from_slice(b"d\0\0\0\0");
            out.extend_from_slice(line);
            patch(start, out);
        }
    }
}

/// The number of columns: of one that does not fit the row is refused at its end.
fn word(columns: usize) -> [u8; 2] {
    u16::try_from(columns).unwrap_or(u16::MAX).to_be_bytes()
}

/// Writes the length of a message that starts there and is short.
fn patch(start: usize, out: &mut [u8]) {
    let length = u32::try_from(out.len() - start - 1).unwrap_or(u32::MAX);
    if let Some(place) = out.get_mut(start + 1..start + 5) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}

#[cfg(test)]
mod tests;
