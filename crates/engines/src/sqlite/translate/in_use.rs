//! Definitions of tables that open queries of the session read.

use std::collections::BTreeSet;

use trunkline_core::{Oid, PgError, SqlState};

use super::dependency::uses_of;
use super::{Translator, Uses};
use crate::sqlite::schema::{Relation, Schema};

/// A table whose definition or rows a statement takes away from those who read it.
#[derive(Clone, Debug)]
pub(crate) struct Redefined {
    pub(crate) table: Oid,
    name: String,
    /// The words of the statement, as the error has them.
    command: &'static str,
}

impl Redefined {
    pub(crate) fn new(command: &'static str, table: &Relation) -> Redefined {
        Redefined { table: table.oid, name: table.name.clone(), command }
    }

    /// 55006
    pub(crate) fn in_use(&self) -> PgError {
        let message = format!(
            "cannot {} \"{}\" because it is being used by active queries in this session",
            self.command, self.name
        );
        PgError::new(SqlState::OBJECT_IN_USE, message)
    }
}

impl Translator<'_> {
    /// Notes what must not happen while a query of this session is open that reads the table.
    pub(super) fn redefines(&mut self, command: &'static str, table: &Relation) {
        self.redefined.push(Redefined::new(command, table));
    }
}

/// The relations that a statement names in FROM.
pub(super) fn relations_of(uses: &Uses) -> Vec<Oid> {
    let relations: BTreeSet<Oid> = uses.iter().map(|(relation, _)| *relation).collect();
    relations.into_iter().collect()
}

/// The same with those that their views read.
pub(crate) fn with_views(mut relations: BTreeSet<Oid>, schema: &Schema) -> BTreeSet<Oid> {
    let mut left: Vec<Oid> = relations.iter().copied().collect();
    while let Some(next) = left.pop() {
        let view = schema.relations().iter().find(|known| known.oid == next && known.view);
        for (table, _) in view.map(|view| uses_of(view, schema)).unwrap_or_default() {
            if relations.insert(table) {
                left.push(table);
            }
        }
    }
    relations
}
