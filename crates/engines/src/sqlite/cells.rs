//! SQLite's values, packed end to end: how rows leave the thread of a connection, and how parameters
//! and copied rows get there.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

/// Values of any number, in one allocation.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    bytes: Vec<u8>,
    /// Where the next one to be read begins.
    read: usize,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
    /// In a copied row: what the column is by default.
    Default,
}

const NULL: u8 = 0;
const INTEGER: u8 = 1;
const REAL: u8 = 2;
const TEXT: u8 = 3;
const BLOB: u8 = 4;
const DEFAULT: u8 = 5;

impl Cells {
    /// Values with room for so many bytes of them.
    pub(super) fn with_capacity(bytes: usize) -> Cells {
        Cells { bytes: Vec::with_capacity(bytes), read: 0 }
    }

    #[inline]
    pub(super) fn push(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Null => self.bytes.push(NULL),
            Cell::Default => self.bytes.push(DEFAULT),
            Cell::Integer(value) => self.eight(INTEGER, value.to_ne_bytes()),
            Cell::Real(value) => self.eight(REAL, value.to_ne_bytes()),
            Cell::Text(bytes) => self.long(TEXT, bytes),
            Cell::Blob(bytes) => self.long(BLOB, bytes),
        }
    }

    #[inline]
    fn eight(&mut self, kind: u8, value: [u8; 8]) {
        let mut cell = [kind; 9];
        if let Some(place) = cell.last_chunk_mut() {
            *place = value;
        }
        self.bytes.extend_from_slice(&cell);
    }

    #[inline]
    fn long(&mut self, kind: u8, bytes: &[u8]) {
        self.eight(kind, (bytes.len() as u64).to_ne_bytes());
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a text that somebody writes.
    pub(super) fn push_text(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.long(TEXT, &[]);
        let start = self.bytes.len();
        write(&mut self.bytes);
        let length = self.bytes.len() - start;
        if let Some((_, place)) = self.bytes.split_at_mut(start).0.split_last_chunk_mut() {
            *place = (length as u64).to_ne_bytes();
        }
    }

    /// The next value that was not read yet.
    pub(super) fn next(&mut self) -> Option<Cell<'_>> {
        let mut reader = Reader(self.bytes.get(self.read..)?);
        let cell = reader.next();
        self.read = self.bytes.len() - reader.0.len();
        cell
    }

    /// All values, from the first one on.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader(&self.bytes)
    }

    /// Appends the values of others.
    pub(super) fn append(&mut self, others: &Cells) {
        self.bytes.extend_from_slice(&others.bytes);
    }

    /// Whether every value was read.
    pub(super) fn is_read(&self) -> bool {
        self.read >= self.bytes.len()
    }

    /// The bytes that it holds.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }
}

/// Reads values, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Iterator for Reader<'a> {
    type Item = Cell<'a>;

    #[inline]
    fn next(&mut self) -> Option<Cell<'a>> {
        let (kind, rest) = self.0.split_first()?;
        let (cell, rest) = match *kind {
            NULL => (Cell::Null, rest),
            DEFAULT => (Cell::Default, rest),
            INTEGER => {
                let (value, rest) = rest.split_first_chunk()?;
                (Cell::Integer(i64::from_ne_bytes(*value)), rest)
            }
            REAL => {
                let (value, rest) = rest.split_first_chunk()?;
                (Cell::Real(f64::from_ne_bytes(*value)), rest)
            }
            kind => {
                let (length, rest) = rest.split_first_chunk()?;
                let length = usize::try_from(u64::from_ne_bytes(*length)).ok()?;
                let (bytes, rest) = rest.split_at_checked(length)?;
                (if kind == TEXT { Cell::Text(bytes) } else { Cell::Blob(bytes) }, rest)
            }
        };
        self.0 = rest;
        Some(cell)
    }
}

impl<'a> From<ValueRef<'a>> for Cell<'a> {
    fn from(value: ValueRef<'a>) -> Cell<'a> {
        match value {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(value) => Cell::Integer(value),
            ValueRef::Real(value) => Cell::Real(value),
            ValueRef::Text(bytes) => Cell::Text(bytes),
            ValueRef::Blob(bytes) => Cell::Blob(bytes),
        }
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Cell::Null | Cell::Default => ValueRef::Null,
            Cell::Integer(value) => ValueRef::Integer(value),
            Cell::Real(value) => ValueRef::Real(value),
            Cell::Text(bytes) => ValueRef::Text(bytes),
            Cell::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_were_pushed() {
        let mut cells = Cells::default();
        let all = [
            Cell::Null,
            Cell::Integer(i64::MIN),
            Cell::Real(-0.5),
            Cell::Text("für".as_bytes()),
            Cell::Blob(&[]),
            Cell::Default,
            Cell::Text(b""),
            Cell::Blob(&[0, 255]),
            Cell::Text(b"written"),
        ];
        for cell in &all[..8] {
            cells.push(*cell);
        }
        cells.push_text(|out| out.extend_from_slice(b"written"));
        for cell in all {
            assert!(!cells.is_read());
            assert_eq!(cells.next(), Some(cell));
        }
        assert!(cells.is_read());
        assert_eq!(cells.next(), None);
        assert!(cells.reader().eq(all));
    }
}
