//! Where a source writes its rows.

mod text_cells;

use trunkline_proto::copy::Encoder;
use trunkline_proto::types::{IsNull, TextStyle, ToPg};
use trunkline_proto::{Format, Oid, SqlState};

use crate::column::Column;
use crate::copy_out::CopyOut;
use crate::error::{PgError, Result};
use crate::prepared::Formats;

/// The longest row that the protocol's peers take: 1 GiB less one byte, as in PostgreSQL.
pub(crate) const MAX_ROW: usize = 0x3fff_ffff;

/// The most columns that a row can count: PostgreSQL itself stops at 1664.
pub(crate) const MAX_COLUMNS: usize = 0x7fff;

/// The connection's send buffer, for rows of one shape in the formats that the client wants.
///
/// A source writes rows until [`is_full`](RowBuf::is_full). Each row goes straight to the bytes of
/// its DataRow message; there is no row in between.
#[derive(Debug)]
pub struct RowBuf<'a> {
    out: &'a mut Vec<u8>,
    columns: &'a [Column],
    formats: &'a Formats,
    style: &'a TextStyle,
    full_at: usize,
    limit: u64,
    rows: u64,
    /// Rows are DataRows unless they are COPY's.
    copy: Option<&'a mut CopyOut>,
}

impl<'a> RowBuf<'a> {
    /// A buffer that is full when `out` has grown to `full_at` bytes or holds `limit` more rows.
    pub fn new(
        out: &'a mut Vec<u8>,
        columns: &'a [Column],
        formats: &'a Formats,
        style: &'a TextStyle,
    ) -> RowBuf<'a> {
        RowBuf {
            out,
            columns,
            formats,
            style,
            full_at: usize::MAX,
            limit: u64::MAX,
            rows: 0,
            copy: None,
        }
    }

    /// Sets the length of the send buffer, in bytes, at which the source shall pause.
    pub fn full_at(mut self, length: usize) -> RowBuf<'a> {
        self.full_at = length;
        self
    }

    /// Sets the number of rows after which the source must pause.
    pub fn limit(mut self, rows: u64) -> RowBuf<'a> {
        self.limit = rows;
        self
    }

    /// Makes the rows COPY data, in the formats that it needs.
    pub fn copy_out(mut self, copy: &'a mut CopyOut) -> RowBuf<'a> {
        self.formats = copy.formats();
        self.copy = Some(copy);
        self
    }

    /// Whether the source must stop writing for now: the client has to take what there is, or
    /// asked for no more rows.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.out.len() >= self.full_at || self.rows >= self.limit
    }

    /// Lets at most so many more rows in while `fill` writes.
    pub fn at_most<T>(&mut self, rows: u64, fill: impl FnOnce(&mut RowBuf<'a>) -> T) -> T {
        let limit = self.limit;
        self.limit = limit.min(self.rows.saturating_add(rows));
        let filled = fill(self);
        self.limit = limit;
        filled
    }

    /// The number of rows written.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The number of rows that may still be written.
    pub fn rows_left(&self) -> u64 {
        self.limit.saturating_sub(self.rows)
    }

    /// The columns, as they were announced.
    pub fn columns(&self) -> &'a [Column] {
        self.columns
    }

    /// The format that the client wants for a column.
    pub fn format(&self, column: usize) -> Format {
        self.formats.get(column)
    }

    /// How values look as text.
    pub fn style(&self) -> &'a TextStyle {
        self.style
    }

    /// Writes one row, all of it or none: the closure writes the cells in order.
    ///
    /// # Errors
    ///
    /// What the closure returns; XX000 for a number of cells that is not that of the columns; 54000
    /// for a row beyond 1 GiB. The rows before stay valid.
    #[inline]
    pub fn row(&mut self, write: impl FnOnce(&mut RowWriter<'_>) -> Result<()>) -> Result<()> {
        let (columns, formats, style) = (self.columns, self.formats, self.style);
        if self.copy.is_some() {
            return self.copied_row(|out| {
                let mut row = RowWriter { out, columns, formats, style, next: 0 };
                write(&mut row)?;
                let cells = row.next;
                if cells == columns.len() { Ok(()) } else { Err(wrong_arity(cells, columns.len())) }
            });
        }
        let start = self.begin();
        let mut row = RowWriter { out: self.out, columns, formats, style, next: 0 };
        let written = write(&mut row);
        let cells = row.next;
        self.end(start, cells, written)
    }

    /// Writes one row whose cells the closure appends as they stand on the wire: for each column a
    /// 32-bit length, -1 for NULL, and that many bytes.
    ///
    /// For sources that have planned their columns: nothing is looked at but the row's length.
    ///
    /// # Errors
    ///
    /// What the closure returns; 54000 for a row beyond 1 GiB. The rows before stay valid.
    #[inline]
    pub fn encoded_row(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
        if self.copy.is_some() {
            return self.copied_row(write);
        }
        let columns = self.columns.len();
        let start = self.begin();
        let written = write(self.out);
        self.end(start, columns, written)
    }

    /// A row of COPY whose cells the closure appends. A function of its own: what writes DataRows
    /// stays as small as it is.
    #[inline(never)]
    fn copied_row(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
        let Some(copy) = &mut self.copy else { return Ok(()) };
        let columns = self.columns.len();
        let start = copy.begin(columns, self.out);
        let written = write(copy.cells(self.out)).and_then(|()| copy.finish(self.out));
        self.end_of_copied(start, written)
    }

    /// What lines are written with by [`line`](RowBuf::line); `None` if rows are not lines but cells.
    #[inline]
    pub fn lines(&self) -> Option<&Encoder> {
        self.copy.as_deref().and_then(CopyOut::lines)
    }

    /// Writes one row of a COPY in text or csv whose line the closure appends, without its end.
    ///
    /// For sources that have planned their columns, where [`lines`](RowBuf::lines) is something.
    ///
    /// # Errors
    ///
    /// What the closure returns; 54000 for a row beyond 1 GiB; XX000 where rows are no lines.
    #[inline]
    pub fn line(&mut self, write: impl FnOnce(&Encoder, &mut Vec<u8>) -> Result<()>) -> Result<()> {
        let Some(copy) = &mut self.copy else { return Err(no_lines()) };
        let start = copy.begin(self.columns.len(), self.out);
        let written = match copy.lines() {
            Some(lines) => write(lines, self.out),
            None => Err(no_lines()),
        };
        self.out.push(b'\n');
        self.end_of_copied(start, written)
    }

    /// Writes the length of a row of COPY, or takes back what there is of it.
    #[inline(never)]
    fn end_of_copied(&mut self, start: usize, written: Result<()>) -> Result<()> {
        let ended = self.end(start, self.columns.len(), written);
        if let (Ok(()), Some(copy)) = (&ended, &mut self.copy) {
            copy.keep();
        }
        ended
    }

    /// Appends the head of a DataRow message; where it starts.
    #[inline(always)]
    fn begin(&mut self) -> usize {
        let start = self.out.len();
        let [high, low] = u16::try_from(self.columns.len()).unwrap_or(u16::MAX).to_be_bytes();
        self.out.extend_from_slice(&[b'D', 0, 0, 0, 0, high, low]);
        start
    }

    /// Counts a row that was written, or takes back what there is of it.
    #[inline(always)]
    fn end(&mut self, start: usize, cells: usize, written: Result<()>) -> Result<()> {
        let ended = written.and_then(|()| self.finish(start, cells));
        match ended {
            Ok(()) => self.rows = self.rows.saturating_add(1),
            Err(_) => self.out.truncate(start),
        }
        ended
    }

    #[inline(always)]
    fn finish(&mut self, start: usize, cells: usize) -> Result<()> {
        if cells != self.columns.len() || cells > MAX_COLUMNS {
            return Err(wrong_arity(cells, self.columns.len()));
        }
        if self.rows >= self.limit {
            return Err(PgError::internal("a row beyond the limit that the client set"));
        }
        let length = self.out.len() - start - 1;
        match (u32::try_from(length), self.out.get_mut(start + 1..start + 5)) {
            (Ok(word), Some(place)) if length <= MAX_ROW => {
                place.copy_from_slice(&word.to_be_bytes());
                Ok(())
            }
            _ => Err(row_too_long(length)),
        }
    }
}

#[cold]
pub(crate) fn row_too_long(length: usize) -> PgError {
    PgError::new(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!("row of {length} bytes exceeds the limit of {MAX_ROW} bytes"),
    )
}

#[cold]
fn no_lines() -> PgError {
    PgError::internal("a line where rows are no lines")
}

#[cold]
fn wrong_arity(cells: usize, columns: usize) -> PgError {
    if columns > MAX_COLUMNS {
        return PgError::too_many_columns(columns);
    }
    PgError::internal(format!("a row has {cells} values, but the result has {columns} columns"))
}

/// Writes the cells of one row, from the first column to the last.
///
/// The typed methods encode a Rust value as exactly one PostgreSQL type, in the format that the
/// client wants; that the column was announced with that type is the caller's promise. [`value`]
/// looks at the column's type instead and converts or refuses.
///
/// [`value`]: RowWriter::value
#[derive(Debug)]
pub struct RowWriter<'a> {
    out: &'a mut Vec<u8>,
    columns: &'a [Column],
    formats: &'a Formats,
    style: &'a TextStyle,
    next: usize,
}

impl RowWriter<'_> {
    /// The format of the next cell.
    #[inline(always)]
    pub fn format(&self) -> Format {
        self.formats.get(self.next)
    }

    /// Writes NULL.
    #[inline(always)]
    pub fn null(&mut self) {
        self.next += 1;
        self.out.extend_from_slice(&(-1_i32).to_be_bytes());
    }

    /// Writes a cell of eight bytes with its length: the room is looked for once, for both.
    #[inline(always)]
    fn eight(&mut self, value: [u8; 8]) {
        self.next += 1;
        let mut cell = [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0];
        if let Some(place) = cell.last_chunk_mut() {
            *place = value;
        }
        self.out.extend_from_slice(&cell);
    }

    /// Writes a cell of one byte with its length.
    #[inline(always)]
    fn one(&mut self, value: u8) {
        self.next += 1;
        self.out.extend_from_slice(&[0, 0, 0, 1, value]);
    }

    /// Writes bytes that are already those of the column's type in the right format.
    #[inline(always)]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.next += 1;
        // A cell too long for its length word makes the row too long, which `row` refuses.
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.out.extend_from_slice(&length.to_be_bytes());
        self.out.extend_from_slice(bytes);
    }

    /// Writes a cell whose bytes the closure appends.
    #[inline]
    pub fn cell<E>(
        &mut self,
        write: impl FnOnce(Format, &TextStyle, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let format = self.format();
        let start = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        write(format, self.style, self.out)?;
        text_cells::end(start, self.out);
        self.next += 1;
        Ok(())
    }

    /// Writes any value as the column's type.
    ///
    /// # Errors
    ///
    /// 42804 for a value that the column's type cannot hold.
    pub fn value(&mut self, value: &(impl ToPg + ?Sized)) -> Result<()> {
        // A row with too many cells is refused at its end.
        let oid = self.columns.get(self.next).map_or(Oid::TEXT, |column| column.type_oid);
        let start = self.out.len();
        let mut is_null = IsNull::No;
        self.cell(|format, style, out| {
            is_null = value.encode(oid, format, style, out)?;
            Ok::<(), PgError>(())
        })?;
        if let (IsNull::Yes, Some(place)) = (is_null, self.out.get_mut(start..start + 4)) {
            place.copy_from_slice(&(-1_i32).to_be_bytes());
        }
        Ok(())
    }

    /// Writes a `bool`.
    #[inline(always)]
    pub fn bool(&mut self, value: bool) {
        match (self.format(), value) {
            (Format::Binary, value) => self.one(value.into()),
            (Format::Text, true) => self.one(b't'),
            (Format::Text, false) => self.one(b'f'),
        }
    }

    /// Writes an `int2`.
    #[inline]
    pub fn int2(&mut self, value: i16) {
        match self.format() {
            Format::Binary => self.bytes(&value.to_be_bytes()),
            Format::Text => self.integer(value.into()),
        }
    }

    /// Writes an `int4`.
    #[inline(always)]
    pub fn int4(&mut self, value: i32) {
        match self.format() {
            Format::Binary => {
                let [a, b, c, d] = value.to_be_bytes();
                self.next += 1;
                self.out.extend_from_slice(&[0, 0, 0, 4, a, b, c, d]);
            }
            Format::Text => self.integer(value.into()),
        }
    }

    /// Writes an `int8`.
    #[inline(always)]
    pub fn int8(&mut self, value: i64) {
        match self.format() {
            Format::Binary => self.eight(value.to_be_bytes()),
            Format::Text => self.integer(value),
        }
    }

    /// Writes a `float8`.
    #[inline(always)]
    pub fn float8(&mut self, value: f64) {
        let digits = self.style.extra_float_digits;
        match self.format() {
            Format::Binary => self.eight(value.to_be_bytes()),
            Format::Text => {
                self.next += 1;
                text_cells::float8(value, digits, self.out);
            }
        }
    }

    /// Writes a `text`, `varchar` or other string type: both formats are the same bytes.
    #[inline(always)]
    pub fn text(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    /// Writes a `timestamp`, in microseconds since 2000-01-01.
    #[inline(always)]
    pub fn timestamp(&mut self, micros: i64) {
        let style = self.style;
        match self.format() {
            Format::Binary => self.eight(micros.to_be_bytes()),
            Format::Text => {
                self.next += 1;
                text_cells::timestamp(micros, style, self.out);
            }
        }
    }

    #[inline(always)]
    fn integer(&mut self, value: i64) {
        self.next += 1;
        text_cells::integer(value, self.out);
    }
}

#[cfg(test)]
mod tests;
