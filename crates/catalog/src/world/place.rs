//! Where in the snapshot objects are.

use trunkline_core::catalog::{Relation, Schema, Sequence, Snapshot, Type};

/// Where in the snapshot something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A relation; of an index or a sequence, its table.
    Relation(At),
    /// A type.
    Type(At),
    /// It keeps what is long of the table of this number.
    Toast(u32),
    /// It has no table.
    None,
}

/// The place of a schema, and one in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    schema: u32,
    place: u32,
}

impl At {
    pub(super) fn new(schema: usize, place: usize) -> At {
        let small = |place| u32::try_from(place).unwrap_or(u32::MAX);
        At { schema: small(schema), place: small(place) }
    }

    pub(super) fn relation(self, snapshot: &Snapshot) -> Option<&Relation> {
        self.among(snapshot, |schema| &schema.relations)
    }

    pub(super) fn sequence(self, snapshot: &Snapshot) -> Option<&Sequence> {
        self.among(snapshot, |schema| &schema.sequences)
    }

    pub(super) fn of_type(self, snapshot: &Snapshot) -> Option<&Type> {
        self.among(snapshot, |schema| &schema.types)
    }

    fn among<T>(self, snapshot: &Snapshot, all: impl Fn(&Schema) -> &[T]) -> Option<&T> {
        let schema = snapshot.schemas.get(usize::try_from(self.schema).ok()?)?;
        all(schema).get(usize::try_from(self.place).ok()?)
    }
}
