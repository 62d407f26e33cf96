//! The sequences of a schema: where they are, whose, and which columns they number.

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
        let is_counted = column.serial() && self.autoincrement();
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
        let name = relation.sequence_name(column)?;
        let counts = |own: &Sequence| own.key_of.is_some() && own.name == name;
        let own = relation.own_sequence().filter(counts);
        let own = own.or_else(|| self.sequence(Some(relation.temporary), &name));
        own.or_else(|| self.sequence(None, &name))
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

    /// The columns that take their numbers from a sequence, with their tables.
    pub(crate) fn numbered_by(&self, sequence: &Sequence) -> Vec<(&Relation, &Column)> {
        let place = sequence.place();
        let is_it = |own: &Sequence| own.place() == place;
        let columns = self.relations.iter().flat_map(|table| {
            let uses = |one: &&Column| one.sequence.as_ref().is_some_and(is_it);
            table.columns.iter().filter(uses).map(move |column| (table, column))
        });
        columns.collect()
    }

    /// The sequences that go with a table, or with one of its columns.
    pub(crate) fn owned_by(&self, relation: &Relation, column: Option<&Column>) -> Vec<Sequence> {
        let is_wanted = |name: &str| column.is_none_or(|wanted| wanted.name == name);
        let own = relation.columns.iter().filter(|one| one.serial() && is_wanted(&one.name));
        let own = own.filter_map(|one| one.sequence.clone());
        let said = self.sequences().filter(|sequence| {
            let owner = sequence.options.owner.as_ref();
            sequence.database == relation.database()
                && owner.is_some_and(|(table, of)| *table == relation.name && is_wanted(of))
        });
        let mut found: Vec<Sequence> = Vec::new();
        for sequence in own.chain(said) {
            if !found.contains(&sequence) {
                found.push(sequence);
            }
        }
        found
    }

    /// Every sequence, with the table and the column that own it.
    pub(crate) fn owned_sequences(
        &self,
    ) -> impl Iterator<Item = (Sequence, Option<(String, String)>)> {
        self.sequences().map(|sequence| {
            let columns = self.numbered_by(&sequence);
            let owner = columns.iter().find(|(_, column)| column.serial());
            let owner = owner.map(|(table, column)| (table.name.clone(), column.name.clone()));
            let owner = owner.or_else(|| sequence.options.owner.clone());
            (sequence, owner)
        })
    }
}
