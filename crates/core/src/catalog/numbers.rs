//! The numbers and the names that PostgreSQL makes up.

use std::collections::HashSet;

use trunkline_proto::Oid;

/// How long a name may be, in bytes.
const LONGEST: usize = 63;

/// The name that PostgreSQL makes up for the sequence of a column, `table_column_seq`.
pub fn sequence_name(table: &str, column: &str) -> String {
    object_name(table, column, "seq")
}

/// The name that PostgreSQL makes up for what belongs to a table, such as `table_column_idx`; of names
/// that are too long the longer one is cut.
pub fn object_name(table: &str, column: &str, label: &str) -> String {
    let (mut table, mut column) = (table.to_owned(), column.to_owned());
    while table.len() + column.len() + label.len() + 2 > LONGEST {
        let longer = if table.len() > column.len() { &mut table } else { &mut column };
        longer.pop();
    }
    format!("{table}_{column}_{label}")
}

/// The first OID that is no built-in object's.
const FIRST: u32 = 16_384;
/// While there are fewer objects than this, their OIDs are below [`SMALL`], as those of a young database are.
const FEW: usize = 4_096;
/// The first OID that does not fit `int2`.
const SMALL: u32 = 32_768;
const LARGEST: u32 = 0x7fff_ffff;

/// Gives OIDs to objects by their names, so that they stay the same from one session to the next.
///
/// The catalogs and an engine that names the table of a column come to the same OIDs if both number
/// the relations in the order of the [`Snapshot`](super::Snapshot): relations have even numbers and all else odd ones, so
/// that a type whose number was made before the relations were known has none of theirs. Clients look
/// for numbers in all catalogs at once.
#[derive(Clone, Debug, Default)]
pub struct Numbers(HashSet<u32>);

impl Numbers {
    /// The OID of a table or a view of the snapshot; a sequence is another object.
    pub fn relation(&mut self, schema: &str, name: &str) -> Oid {
        let number = self.free(FIRST, hash("class", &[schema, name]));
        self.0.insert(number);
        Oid(number)
    }

    /// The OID of a sequence.
    pub fn sequence(&mut self, schema: &str, name: &str) -> Oid {
        Oid(self.of("class", &[schema, name]))
    }

    /// The number of another object of a kind: made of its names, and the next free one if that is taken.
    pub fn of(&mut self, kind: &str, names: &[&str]) -> u32 {
        let number = self.besides(kind, names);
        self.0.insert(number);
        number
    }

    /// The number that an object would have that is none of a snapshot's, such as the client's database.
    pub fn besides(&self, kind: &str, names: &[&str]) -> u32 {
        self.free(FIRST + 1, hash(kind, names))
    }

    /// Every second number is tried, from that of the hash on.
    fn free(&self, first: u32, hash: u32) -> u32 {
        let end = if self.0.len() < FEW { SMALL } else { LARGEST };
        let mut number = (FIRST + hash % (end - FIRST)) & !1 | first & 1;
        while self.0.contains(&number) {
            number = if number + 2 >= end { first } else { number + 2 };
        }
        number
    }

    /// Keeps a number that somebody else gave from being given again.
    pub fn reserve(&mut self, oid: Oid) {
        self.0.insert(oid.0);
    }

    /// The number of one of many objects that is asked for without all others: far enough from them not to be theirs,
    /// and made of its names alone, so that two of them may be the same by chance.
    pub fn alone(kind: &str, names: &[&str]) -> u32 {
        SMALL + hash(kind, names) % (LARGEST - SMALL)
    }
}

/// FNV-1a, which will be the same tomorrow.
fn hash(kind: &str, names: &[&str]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for text in std::iter::once(&kind).chain(names) {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_have_numbers_of_their_own() {
        let mut numbers = Numbers::default();
        for place in 0..2 * FEW {
            let name = place.to_string();
            assert_eq!(numbers.relation("public", &name).0 % 2, 0);
            assert_eq!(numbers.of("type", &["public", &name]) % 2, 1);
        }
        assert_eq!(numbers.0.len(), 4 * FEW);
    }

    /// PostgreSQL 18 was asked.
    #[test]
    fn long_names_are_cut() {
        let (long, short) = ("t".repeat(60), "id");
        assert_eq!(sequence_name(&long, short), format!("{}_id_seq", "t".repeat(56)));
        assert_eq!(
            sequence_name(&long, &"c".repeat(60)),
            format!("{}_{}_seq", "t".repeat(29), "c".repeat(29))
        );
    }
}
