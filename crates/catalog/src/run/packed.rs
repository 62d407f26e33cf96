//! Rows that wait, in little memory.

use trunkline_core::Result;

use crate::datum::Datum;

/// Rows that wait until others are there, too: what is short stands in bytes behind one another, where a cell of a
/// row takes 24 of them even if it is NULL.
#[derive(Debug)]
pub(crate) struct Pack {
    /// How many cells each row has.
    width: usize,
    /// What is full is left as it is: nothing is copied when there are more.
    chunks: Vec<Vec<u8>>,
    /// The values that have no bytes here.
    others: Vec<Datum>,
}

/// Where a row begins.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    chunk: u32,
    byte: u32,
}

/// A cell of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RowCell<'a> {
    Text(&'a str),
    Is(&'a Datum),
}

/// What a cell begins with.
const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const POSITIVE: u8 = 3;
const NEGATIVE: u8 = 4;
const OID: u8 = 5;
const TEXT: u8 = 6;
const OTHER: u8 = 7;

/// How long a text may be that is copied: longer ones are mostly shared.
const SHORT: usize = 48;
/// When a chunk is full.
const CHUNK: usize = 256 << 10;

impl Pack {
    /// For rows of so many cells.
    pub(super) fn new(width: usize) -> Pack {
        Pack { width, chunks: vec![Vec::new()], others: Vec::new() }
    }

    /// Takes in a row: where it is, and about how many bytes it takes.
    pub(super) fn push(&mut self, row: &[Datum]) -> (Place, usize) {
        let most: usize = row.iter().take(self.width).map(most_bytes).sum();
        // The first one grows as it is filled: most results are small.
        let has_room = |chunk: &Vec<u8>| chunk.len() + most <= chunk.capacity().max(CHUNK);
        if !self.chunks.last().is_some_and(has_room) {
            self.chunks.push(Vec::with_capacity(most.max(CHUNK)));
        }
        let chunk = index(self.chunks.len() - 1);
        let Some(bytes) = self.chunks.last_mut() else { return Default::default() };
        let (begin, mut size) = (bytes.len(), 2 * size_of::<Place>());
        for cell in row.iter().chain(std::iter::repeat(&Datum::Null)).take(self.width) {
            match cell {
                Datum::Null => bytes.push(NULL),
                Datum::Bool(value) => bytes.push(if *value { TRUE } else { FALSE }),
                Datum::Int(value) => {
                    bytes.push(if *value < 0 { NEGATIVE } else { POSITIVE });
                    put(bytes, value.unsigned_abs());
                }
                Datum::Oid(value) => {
                    bytes.push(OID);
                    put(bytes, (*value).into());
                }
                Datum::Text(text) if text.len() <= SHORT => {
                    bytes.push(TEXT);
                    put(bytes, u64::from(index(text.len())));
                    bytes.extend_from_slice(text.as_bytes());
                }
                other => {
                    bytes.push(OTHER);
                    put(bytes, u64::from(index(self.others.len())));
                    size += other.size() + size_of::<Datum>();
                    self.others.push(other.clone());
                }
            }
        }
        (Place { chunk, byte: index(begin) }, size + bytes.len() - begin)
    }

    /// These rows for themselves, and about how many bytes they take.
    pub(super) fn only(&self, places: &mut [Place]) -> (Pack, usize) {
        let (mut pack, mut bytes) = (Pack::new(self.width), 0);
        for place in places {
            let size;
            (*place, size) = pack.push(&self.row(*place));
            bytes += size;
        }
        (pack, bytes)
    }

    fn row(&self, place: Place) -> Vec<Datum> {
        let mut row = Vec::with_capacity(self.width);
        let told = self.tell(place, |cell| {
            row.push(cell.into());
            Ok(())
        });
        debug_assert!(told.is_ok(), "nothing refuses a cell");
        row
    }

    /// Hands on the cells of a row, as they were.
    pub(crate) fn tell(
        &self,
        place: Place,
        mut tell: impl FnMut(RowCell<'_>) -> Result<()>,
    ) -> Result<()> {
        let chunk = self.chunks.get(at(place.chunk)).map(Vec::as_slice);
        let mut bytes = chunk.and_then(|chunk| chunk.get(at(place.byte)..)).unwrap_or_default();
        for _ in 0..self.width {
            let Some((kind, rest)) = bytes.split_first() else { break };
            bytes = rest;
            let value = match *kind {
                FALSE => Datum::Bool(false),
                TRUE => Datum::Bool(true),
                POSITIVE => Datum::Int(take(&mut bytes).cast_signed()),
                NEGATIVE => Datum::Int(take(&mut bytes).wrapping_neg().cast_signed()),
                OID => Datum::Oid(u32::try_from(take(&mut bytes)).unwrap_or_default()),
                TEXT => {
                    let length = usize::try_from(take(&mut bytes)).unwrap_or_default();
                    let (text, rest) = bytes.split_at_checked(length).unwrap_or_default();
                    bytes = rest;
                    tell(RowCell::Text(str::from_utf8(text).unwrap_or_default()))?;
                    continue;
                }
                OTHER => {
                    let other = usize::try_from(take(&mut bytes)).ok();
                    let other = other.and_then(|other| self.others.get(other));
                    tell(RowCell::Is(other.unwrap_or(&Datum::Null)))?;
                    continue;
                }
                _ => Datum::Null,
            };
            tell(RowCell::Is(&value))?;
        }
        Ok(())
    }
}

impl From<RowCell<'_>> for Datum {
    fn from(cell: RowCell<'_>) -> Datum {
        match cell {
            RowCell::Text(text) => Datum::text(text),
            RowCell::Is(value) => value.clone(),
        }
    }
}

/// How many bytes a cell takes at most.
fn most_bytes(cell: &Datum) -> usize {
    match cell {
        Datum::Text(text) if text.len() <= SHORT => 2 + text.len(),
        Datum::Null | Datum::Bool(_) => 1,
        _ => 11,
    }
}

/// A number of what is held in memory, whose budget is far less than would be too much for it.
fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// Writes a number in as few bytes as it needs, of seven bits each.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return bytes.push(low & 0x7f);
        }
        bytes.push(low | 0x80);
    }
}

/// Reads such a number.
fn take(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 || shift > 63 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, Pack, SHORT};
    use crate::datum::Datum;

    #[test]
    fn rows_are_what_they_were() {
        let long = "ä".repeat(SHORT);
        let ints = [0, 1, -1, 127, 128, -300, i64::MAX, i64::MIN].map(Datum::Int);
        let oids = [0, 16_384, u32::MAX].map(Datum::Oid);
        let texts = ["", "ä", "name", long.as_str(), &long[..SHORT]].map(Datum::text);
        let others = [
            Datum::Null,
            Datum::Bool(true),
            Datum::Bool(false),
            Datum::Float(-0.5),
            Datum::list(vec![Datum::Int(1), Datum::Null]),
        ];
        let mut row: Vec<Datum> = ints.into_iter().chain(oids).chain(texts).chain(others).collect();
        let mut pack = Pack::new(row.len());
        let mut rows = Vec::new();
        for number in 0..3 * CHUNK / 100 {
            row[0] = Datum::Int(number.try_into().expect("a number"));
            rows.push((pack.push(&row).0, row.clone()));
        }
        assert!(pack.chunks.len() > 2);
        for (place, row) in rows {
            let back = pack.row(place);
            // `==` takes an OID for a number.
            assert_eq!(format!("{back:?}"), format!("{row:?}"));
        }
        let mut empty = Pack::new(0);
        let (place, _) = empty.push(&[]);
        assert!(empty.row(place).is_empty());
    }

    #[test]
    fn what_is_held_is_what_is_counted() {
        let row = vec![Datum::text("x".repeat(SHORT)); 1600];
        let mut pack = Pack::new(row.len());
        let counted: usize = (0..100).map(|_| pack.push(&row).1).sum();
        let held: usize = pack.chunks.iter().map(Vec::capacity).sum();
        assert!(held < counted + counted / 10, "{held} bytes, not {counted}");
    }

    #[test]
    fn what_says_little_takes_little() {
        let row = vec![Datum::Null; 100];
        assert!(Pack::new(100).push(&row).1 < 120);
    }
}
