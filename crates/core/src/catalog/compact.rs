//! Snapshots of many tables in little memory.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Attribute, Relation, Snapshot, TypeKind};

/// The columns that tables have alike, such as `id bigint NOT NULL`: each is held once.
#[derive(Debug, Default)]
pub struct Compactor {
    columns: HashSet<Arc<Attribute>>,
}

impl Compactor {
    /// Gives to a relation the columns that others have, too, and gives back the memory that was taken for
    /// more of anything than it has.
    pub fn relation(&mut self, relation: &mut Relation) {
        self.columns(&mut relation.columns);
        relation.constraints.shrink_to_fit();
        relation.indexes.shrink_to_fit();
        relation.triggers.shrink_to_fit();
        relation.policies.shrink_to_fit();
    }

    fn columns(&mut self, columns: &mut Vec<Arc<Attribute>>) {
        columns.shrink_to_fit();
        for own in columns {
            match self.columns.get(own) {
                Some(same) => own.clone_from(same),
                None => {
                    self.columns.insert(own.clone());
                }
            }
        }
    }
}

impl Snapshot {
    /// The same in less memory, once all is there: see [`Compactor`].
    pub fn compact(&mut self) {
        let mut compactor = Compactor::default();
        self.schemas.shrink_to_fit();
        for schema in &mut self.schemas {
            schema.relations.shrink_to_fit();
            schema.relations.iter_mut().for_each(|relation| compactor.relation(relation));
            schema.sequences.shrink_to_fit();
            schema.types.shrink_to_fit();
            for of in &mut schema.types {
                if let TypeKind::Composite(columns) = &mut of.kind {
                    compactor.columns(columns);
                }
            }
            schema.routines.shrink_to_fit();
            schema.comments.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{RelationKind, Schema};
    use crate::{Column, Oid};

    #[test]
    fn columns_that_are_alike_are_held_once() {
        let table = |name: &str, other: Oid| {
            let columns = [("id", Oid::INT8), ("other", other)];
            let columns = columns.map(|(name, oid)| Attribute::new(Column::new(name, oid)));
            Relation::new(name, RelationKind::Table, columns)
        };
        let relations = vec![table("a", Oid::TEXT), table("b", Oid::DATE)];
        let schema = Schema { name: "s".to_owned(), relations, ..Schema::default() };
        let mut snapshot = Snapshot { schemas: vec![schema], ..Snapshot::default() };
        let before = snapshot.clone();
        snapshot.compact();
        assert_eq!(snapshot, before);
        let [one, two] = snapshot.schemas[0].relations.as_slice() else { panic!("two tables") };
        assert!(Arc::ptr_eq(&one.columns[0], &two.columns[0]));
        assert!(!Arc::ptr_eq(&one.columns[1], &two.columns[1]));
    }
}
