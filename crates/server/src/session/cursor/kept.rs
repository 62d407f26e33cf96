//! Rows that a cursor keeps, to go back to.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use trunkline_core::types::{TextStyle, Value};
use trunkline_core::{
    Column, Format, Formats, Oid, Params, PgError, Progress, Result, RowBuf, RowWriter, Rows,
    SqlState,
};

use super::rows::Room;

/// Rows are found by block: a block ends with so many of them, or so many bytes.
const BLOCK_ROWS: u64 = 64;
const BLOCK_BYTES: u64 = 64 * 1024;

/// As much is asked of the source at a time.
pub(super) const CHUNK: usize = 64 * 1024;

/// A longer block of the file is read again each time.
const LARGEST_WINDOW: usize = 256 * 1024;

/// What a DataRow has in front of its cells: type, length, number of columns.
const HEAD: usize = 7;

/// Rows as DataRow messages; beyond a limit they lie in a file without a name.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Binary, but for columns of types that are known as text only.
    formats: Option<Formats>,
    /// The number of the first row: those before it were not kept.
    first: u64,
    rows: u64,
    /// Where each block begins: the number of its first row and its place.
    blocks: Vec<(u64, u64)>,
    /// The rows behind those in the file.
    memory: Vec<u8>,
    file: Option<File>,
    /// How much is in the file, and in all files of the connection.
    filed: u64,
    account: Option<Arc<AtomicU64>>,
    /// A block of the file, and its place.
    window: Vec<u8>,
    window_at: u64,
}

impl Kept {
    /// Rows from this number on.
    pub(super) fn from(first: u64) -> Kept {
        let mut kept = Kept::default();
        kept.first = first;
        kept
    }

    /// The number behind the last row.
    pub(super) fn end(&self) -> u64 {
        self.first + self.rows
    }

    /// How much is held in memory, in bytes.
    pub(super) fn held(&self) -> usize {
        self.memory.len()
    }

    /// Takes some rows of a source, not more than are asked for.
    pub(super) fn poll_take(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut Rows,
        style: &TextStyle,
        most: u64,
    ) -> Poll<Result<Progress>> {
        let columns = source.columns().clone();
        let before = self.memory.len();
        let formats = self.formats.get_or_insert_with(|| formats_of(&columns, style));
        let mut rows = RowBuf::new(&mut self.memory, &columns, formats, style)
            .full_at(before + CHUNK)
            .limit(most);
        let filled = source.poll_fill(cx, &mut rows);
        let is_some = rows.rows() > 0;
        self.index(before);
        match filled {
            Poll::Pending if is_some => Poll::Ready(Ok(Progress::More)),
            filled => filled,
        }
    }

    /// Notes where the rows behind a place in memory lie.
    fn index(&mut self, mut place: usize) {
        while let Some(length) = self.memory.get(place..).and_then(length) {
            let at = self.filed + place as u64;
            let is_full = self.blocks.last().is_none_or(|(row, begin)| {
                self.end() - row >= BLOCK_ROWS || at - begin >= BLOCK_BYTES
            });
            if is_full {
                self.blocks.push((self.end(), at));
            }
            self.rows += 1;
            place += length;
        }
    }

    /// Has no more in memory than there is room for: the rest goes to the file.
    ///
    /// # Errors
    ///
    /// 53400 if the files of the connection are too long then; those of the system.
    pub(super) fn fit(&mut self, room: &Room) -> Result<()> {
        if self.held() > room.memory { self.spill(room) } else { Ok(()) }
    }

    /// Moves all but the last block to the file, and that too if it is large.
    fn spill(&mut self, room: &Room) -> Result<()> {
        let Some((_, last)) = self.blocks.last() else { return Ok(()) };
        let mut length = usize::try_from(last - self.filed).unwrap_or_default();
        if (self.memory.len() - length) as u64 >= BLOCK_BYTES {
            length = self.memory.len();
        }
        let bytes = length as u64;
        if room.filed.load(Ordering::Relaxed).saturating_add(bytes) > room.files {
            let error = PgError::new(
                SqlState::CONFIGURATION_LIMIT_EXCEEDED,
                format!(
                    "temporary file size exceeds \"temp_file_limit\" ({}kB)",
                    room.files / 1024
                ),
            );
            return Err(error);
        }
        if self.file.is_none() {
            self.file = Some(tempfile::tempfile().map_err(no_file)?);
        }
        if let (Some(file), Some(rows)) = (&mut self.file, self.memory.get(..length)) {
            file.seek(SeekFrom::Start(self.filed)).map_err(no_file)?;
            file.write_all(rows).map_err(no_file)?;
            self.filed += bytes;
            self.memory.drain(..length);
            self.memory.shrink_to(2 * CHUNK);
            let account = self.account.get_or_insert_with(|| room.filed.clone());
            account.fetch_add(bytes, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Writes the row of this number as the client wants it.
    ///
    /// # Errors
    ///
    /// Those of the file; XX000 for a row that is not kept.
    pub(super) fn write(&mut self, number: u64, rows: &mut RowBuf<'_>) -> Result<()> {
        let style = rows.style();
        let columns = rows.columns();
        let formats = self.formats.clone().unwrap_or_default();
        let kept = self.row(number)?;
        let written = rows.row(|row| {
            let mut cells = cells_of(kept).zip(columns).enumerate();
            cells.try_for_each(|(at, (cell, column))| {
                copy(row, cell, formats.get(at), column, style)
            })
        });
        if self.window.len() > LARGEST_WINDOW {
            self.window = Vec::new();
        }
        written
    }

    /// The cells of a row behind so many columns, as values of these types.
    pub(super) fn cells_behind(
        &mut self,
        number: u64,
        columns: usize,
        types: Arc<[Oid]>,
    ) -> Result<Params> {
        let formats = self.formats.clone().unwrap_or_default();
        let cells = cells_of(self.row(number)?).enumerate().skip(columns);
        let cells: Vec<_> = cells.map(|(at, cell)| (formats.get(at), cell)).collect();
        Params::bind(types, cells.into_iter())
    }

    /// The DataRow of a row.
    fn row(&mut self, number: u64) -> Result<&[u8]> {
        let lost = || PgError::internal("a row of a cursor is lost");
        let block = self.blocks.partition_point(|(row, _)| *row <= number).checked_sub(1);
        let block = block.ok_or_else(lost)?;
        let (row, begin) = *self.blocks.get(block).ok_or_else(lost)?;
        let mut rest = if begin < self.filed {
            let end = self.blocks.get(block + 1).map_or(self.filed, |(_, next)| *next);
            self.read(begin, end)?;
            &self.window[..]
        } else {
            let place = usize::try_from(begin - self.filed).unwrap_or(usize::MAX);
            self.memory.get(place..).ok_or_else(lost)?
        };
        for _ in row..number {
            rest = length(rest).and_then(|length| rest.get(length..)).ok_or_else(lost)?;
        }
        length(rest).and_then(|length| rest.get(..length)).ok_or_else(lost)
    }

    fn read(&mut self, begin: u64, end: u64) -> Result<()> {
        if let (Some(file), true) =
            (&mut self.file, self.window.is_empty() || self.window_at != begin)
        {
            self.window.resize(usize::try_from(end - begin).unwrap_or_default(), 0);
            self.window_at = begin;
            file.seek(SeekFrom::Start(begin)).map_err(no_file)?;
            let read = file.read_exact(&mut self.window);
            if read.is_err() {
                self.window.clear();
            }
            read.map_err(no_file)?;
        }
        Ok(())
    }
}

/// The length of the message that begins here.
fn length(bytes: &[u8]) -> Option<usize> {
    let word = bytes.get(1..)?.first_chunk()?;
    usize::try_from(u32::from_be_bytes(*word)).ok()?.checked_add(1)
}

/// The cells of a DataRow, one by one; NULL is `None`.
pub(crate) fn cells_of(row: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let mut cells = row.get(HEAD..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (word, rest) = cells.split_first_chunk()?;
        // NULL is -1.
        let Ok(length) = usize::try_from(i32::from_be_bytes(*word)) else {
            cells = rest;
            return Some(None);
        };
        let (cell, rest) = rest.split_at_checked(length)?;
        cells = rest;
        Some(Some(cell))
    })
}

/// The formats in which rows are kept.
fn formats_of(columns: &[Column], style: &TextStyle) -> Formats {
    let is_known = |column: &Column| {
        let read = Value::decode(column.type_oid, Format::Binary, &[], style);
        !matches!(read, Ok(Value::Opaque(_)))
    };
    if columns.iter().all(is_known) {
        return Formats::All(Format::Binary);
    }
    let format = |column| if is_known(column) { Format::Binary } else { Format::Text };
    Formats::Each(columns.iter().map(format).collect())
}

/// Writes a cell that was kept in one format in that which the client wants.
fn copy(
    row: &mut RowWriter<'_>,
    cell: Option<&[u8]>,
    kept: Format,
    column: &Column,
    style: &TextStyle,
) -> Result<()> {
    match cell {
        None => row.null(),
        Some(bytes) if row.format() == kept => row.bytes(bytes),
        Some(bytes) => row.value(&Value::decode(column.type_oid, kept, bytes, style)?)?,
    }
    Ok(())
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(account) = &self.account {
            account.fetch_sub(self.filed, Ordering::Relaxed);
        }
    }
}

fn no_file(error: std::io::Error) -> PgError {
    PgError::new(SqlState::IO_ERROR, "the rows of a cursor cannot be kept in a file").source(error)
}
