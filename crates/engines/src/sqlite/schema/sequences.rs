//! The sequences of a schema: tables of their own, and what counts the keys of tables.

use trunkline_core::catalog::sequence_name;

use super::mark::Numbered;
use super::{Column, Numbering, Relation, Schema};
use crate::sqlite::sequence::{Options, Sequence};

impl Relation {
    /// The sequence that it is, or that counts its key.
    fn own_sequence(&self) -> Option<Sequence> {
        let database = self.database();
        if let Some(options) = self.sequence.clone() {
            return Some(Sequence { name: self.name.clone(), options, database, key_of: None });
        }
        let column = self.rowid_alias().and_then(|place| self.columns.get(place))?;
        let is_counted = column.serial() && column.numbers()?.sequence.is_none();
        let name = self.sequence_name(column).filter(|_| is_counted)?;
        let (options, key_of) = (Options::of(column.ty.oid), Some(self.name.clone()));
        Some(Sequence { name, options, database, key_of })
    }

    /// The sequences that its columns take their numbers from.
    pub(crate) fn sequences(&self) -> Vec<Sequence> {
        self.columns.iter().filter_map(|column| column.sequence.clone()).collect()
    }

    /// The name of the sequence that a column takes its numbers from.
    pub(crate) fn sequence_name(&self, column: &Column) -> Option<String> {
        match column.numbers()? {
            Numbered { sequence: Some(name), .. } => Some(name.to_owned()),
            Numbered { kind: Numbering::Key, .. } => None,
            _ => Some(sequence_name(&self.name, &column.name)),
        }
    }
}

impl Schema {
    /// All sequences, those that are temporary first.
    pub(crate) fn sequences(&self) -> impl Iterator<Item = Sequence> {
        self.relations.iter().filter_map(Relation::own_sequence)
    }

    /// A sequence by its name: the temporary one first, or only among those that are temporary, or not.
    pub(crate) fn sequence(&self, temporary: Option<bool>, name: &str) -> Option<Sequence> {
        let is_among = |one: &Sequence| temporary.is_none_or(|is| is == (one.database == "temp"));
        let among = || self.sequences().filter(is_among);
        let exact = among().find(|one| one.name == name);
        exact.or_else(|| among().find(|one| one.name.eq_ignore_ascii_case(name)))
    }

    /// What a column of a table takes its numbers from: of two of one name, that which is where the table is.
    fn sequence_of(&self, relation: &Relation, column: &Column) -> Option<Sequence> {
        match column.numbers()?.sequence {
            Some(name) => {
                let own = self.sequence(Some(relation.temporary), name);
                own.or_else(|| self.sequence(None, name))
            }
            None => relation.own_sequence().filter(|_| column.serial()),
        }
    }

    /// Has each column know its sequence.
    pub(super) fn connect_sequences(&mut self) {
        let sequences = |relation: &Relation| -> Vec<Option<Sequence>> {
            relation.columns.iter().map(|column| self.sequence_of(relation, column)).collect()
        };
        let found: Vec<_> = self.relations.iter().map(sequences).collect();
        let columns = self.relations.iter_mut().flat_map(|relation| &mut relation.columns);
        for (column, sequence) in columns.zip(found.into_iter().flatten()) {
            column.sequence = sequence;
        }
    }
}
