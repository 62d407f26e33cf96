//! Sequences: where they are, whose, and which columns they number.

use super::{Column, Relation, Schema};
use crate::sqlite::sequence::{Options, Sequence};

impl Relation {
    /// The sequence that counts its key, if it has this name.
    fn key_sequence(&self, name: &str) -> Option<Sequence> {
        let column = self.rowid_alias().and_then(|place| self.columns.get(place))?;
        let is_counted = column.serial() && self.autoincrement();
        let name = self.sequence_name(column).filter(|own| is_counted && own == name)?;
        Some(Sequence {
            name,
            options: Options::of(column.ty.oid),
            database: self.database(),
            key_of: Some(self.name.clone()),
        })
    }
}

impl Schema {
    /// A sequence by its name: a table of its own, or what counts the key of a table.
    pub(crate) fn sequence(&self, name: &str) -> Option<Sequence> {
        let own = self.relation(name).and_then(|relation| {
            let (options, name) = (relation.sequence.clone()?, relation.name.clone());
            Some(Sequence { name, options, database: relation.database(), key_of: None })
        });
        own.or_else(|| self.relations.iter().find_map(|relation| relation.key_sequence(name)))
    }

    /// The sequences that go with a table, or with one of its columns.
    pub(crate) fn owned_by(&self, relation: &Relation, column: Option<&Column>) -> Vec<Sequence> {
        let is_it = |one: &&Column| column.is_none_or(|wanted| wanted.name == one.name);
        let own = relation.columns.iter().filter(is_it).filter(|one| one.serial());
        let names = own.filter_map(|one| relation.sequence_name(one));
        let said = self.relations.iter().filter(|sequence| {
            let owner = sequence.sequence.as_ref().and_then(|options| options.owner.as_ref());
            owner.is_some_and(|(table, of)| {
                *table == relation.name && column.is_none_or(|one| one.name == *of)
            })
        });
        let said = said.map(|sequence| sequence.name.clone());
        let mut found: Vec<String> = names.chain(said).collect();
        found.dedup();
        found.iter().filter_map(|name| self.sequence(name)).collect()
    }

    /// Every sequence, with the table and the column that own it.
    pub(crate) fn sequences(&self) -> Vec<(Sequence, Option<(String, String)>)> {
        let own = self.relations.iter().filter(|one| one.sequence.is_some());
        let own = own.filter_map(|one| self.sequence(&one.name));
        let counted = self.relations.iter().flat_map(|table| {
            let names = table.columns.iter().filter_map(|column| table.sequence_name(column));
            names.filter_map(|name| table.key_sequence(&name)).collect::<Vec<_>>()
        });
        let owned = own.chain(counted).map(|sequence| {
            let columns = self.numbered_by(&sequence.name);
            let owner = columns.iter().find(|(_, column)| column.serial());
            let owner = owner.map(|(table, column)| (table.name.clone(), column.name.clone()));
            let owner = owner.or_else(|| sequence.options.owner.clone());
            (sequence, owner)
        });
        owned.collect()
    }

    /// The columns that take their numbers from a sequence, with their tables.
    pub(crate) fn numbered_by(&self, sequence: &str) -> Vec<(&Relation, &Column)> {
        let columns = self.relations.iter().flat_map(|table| {
            let uses = |one: &&Column| table.sequence_name(one).as_deref() == Some(sequence);
            table.columns.iter().filter(uses).map(move |column| (table, column))
        });
        columns.collect()
    }

    /// The sequences that the columns of a table take their numbers from.
    pub(crate) fn sequences_of(&self, relation: &Relation) -> Vec<Sequence> {
        let names = relation.columns.iter().filter_map(|column| relation.sequence_name(column));
        names.filter_map(|name| self.sequence(&name)).collect()
    }
}

/// Begins the comment in the definition of a sequence's table.
const SEQUENCE_MARK: &str = "/*pg sequence ";

/// The definition of a table that keeps a sequence, behind its name.
pub(crate) fn sequence_table(options: &Options) -> String {
    format!(
        "(last_value BIGINT NOT NULL {SEQUENCE_MARK}{} */, log_cnt BIGINT NOT NULL, \
         is_called BOOLEAN NOT NULL)",
        options.written()
    )
}

pub(super) fn sequence_of(sql: &str) -> Option<Options> {
    let (_, rest) = sql.split_once(SEQUENCE_MARK)?;
    let options = Options::parse(rest.split_once(" */")?.0)?;
    // What a sequence is made of is known to the letter.
    sql.ends_with(&sequence_table(&options)).then_some(options)
}
