//! Rows that wait, in little memory.

use crate::datum::{Datum, Row};

/// A row that waits until others are there, too: what is short stands in bytes behind one another, where a cell of a
/// row takes 24 of them even if it is NULL.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    bytes: Box<[u8]>,
    /// The values that have no bytes here, in order.
    others: Box<[Datum]>,
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

impl Packed {
    pub(super) fn new(row: &[Datum]) -> Packed {
        let (mut bytes, mut others) = (Vec::with_capacity(row.len() * 8), Vec::new());
        for cell in row {
            match cell {
                Datum::Null => bytes.push(NULL),
                Datum::Bool(value) => bytes.push(if *value { TRUE } else { FALSE }),
                Datum::Int(value) => {
                    bytes.push(if *value < 0 { NEGATIVE } else { POSITIVE });
                    put(&mut bytes, value.unsigned_abs());
                }
                Datum::Oid(value) => {
                    bytes.push(OID);
                    put(&mut bytes, (*value).into());
                }
                Datum::Text(text) if text.len() <= SHORT => {
                    bytes.push(TEXT);
                    put(&mut bytes, u64::try_from(text.len()).unwrap_or(u64::MAX));
                    bytes.extend(text.bytes());
                }
                other => {
                    bytes.push(OTHER);
                    others.push(other.clone());
                }
            }
        }
        Packed { bytes: bytes.into(), others: others.into() }
    }

    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        let others = self.others.iter().map(|cell| cell.size() + size_of::<Datum>());
        size_of::<Packed>() + 16 + self.bytes.len() + others.sum::<usize>()
    }

    /// The row as it was.
    pub(crate) fn row(self) -> Row {
        let (mut bytes, mut others) = (&*self.bytes, self.others.into_iter());
        let mut cells = Vec::new();
        while let Some((kind, rest)) = bytes.split_first() {
            bytes = rest;
            cells.push(match *kind {
                FALSE => Datum::Bool(false),
                TRUE => Datum::Bool(true),
                POSITIVE => Datum::Int(take(&mut bytes).cast_signed()),
                NEGATIVE => Datum::Int(take(&mut bytes).wrapping_neg().cast_signed()),
                OID => Datum::Oid(u32::try_from(take(&mut bytes)).unwrap_or_default()),
                TEXT => {
                    let length = usize::try_from(take(&mut bytes)).unwrap_or_default();
                    let (text, rest) = bytes.split_at_checked(length).unwrap_or_default();
                    bytes = rest;
                    Datum::text(str::from_utf8(text).unwrap_or_default())
                }
                OTHER => others.next().unwrap_or_default(),
                _ => Datum::Null,
            });
        }
        cells.into()
    }
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
    use super::{Packed, SHORT};
    use crate::datum::Datum;

    #[test]
    fn a_row_is_what_it_was() {
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
        let row: Vec<Datum> = ints.into_iter().chain(oids).chain(texts).chain(others).collect();
        let back = Packed::new(&row).row();
        // `==` takes an OID for a number.
        assert_eq!(format!("{back:?}"), format!("{:?}", row.as_slice()));
        assert!(Packed::new(&[]).row().is_empty());
    }

    #[test]
    fn what_says_little_takes_little() {
        let row = vec![Datum::Null; 100];
        assert!(Packed::new(&row).size() < 160);
    }
}
