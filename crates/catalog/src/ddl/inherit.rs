//! What a table has of the tables that it is a kind or a part of.

use std::sync::Arc;

use trunkline_core::SqlState;
use trunkline_core::catalog::{
    Attribute, Constraint, ConstraintKind, Generated, Indexed, Key, Relation, object_name,
};
use trunkline_sql::Reader;

use super::names::{Name, Place, missing};
use super::{Loader, Read};

impl Loader<'_> {
    /// Makes a table a kind or a part of another one: columns that it has already are merged.
    pub(super) fn inherit(
        &mut self,
        relation: &mut Relation,
        parent: &Name,
        is_partition: bool,
    ) -> Read {
        let Some(at) = self.relation_place(parent) else {
            return Err(missing("relation", SqlState::UNDEFINED_TABLE, parent));
        };
        let schema = self.schema_name(at.0);
        let Some(parent) = self.relation_at(at) else { return Ok(()) };
        relation.parents.push((schema, parent.name.clone()));
        for column in &parent.columns {
            adopt_column(relation, column, is_partition);
        }
        for constraint in &parent.constraints {
            adopt(relation, constraint, parent);
        }
        if is_partition {
            for index in parent.indexes.clone() {
                let mut index = index;
                index.name = Self::index_name(relation, &index.keys);
                relation.indexes.push(index);
            }
        }
        Ok(())
    }

    /// `INHERITS ( parent, … )`: the columns of the parents come before its own.
    pub(super) fn inherits(&mut self, reader: &mut Reader<'_>, relation: &mut Relation) -> Read {
        let own = std::mem::take(&mut relation.columns);
        for parent in super::table::name_list(reader)? {
            self.inherit(relation, &parent, false)?;
        }
        for column in own {
            match relation.columns.iter_mut().find(|one| one.column.name == column.column.name) {
                Some(inherited) => {
                    let inherited = Arc::make_mut(inherited);
                    inherited.is_local = true;
                    inherited.not_null |= column.not_null;
                    if column.default.is_some() {
                        inherited.default.clone_from(&column.default);
                        inherited.generated = column.generated;
                    }
                }
                None => relation.columns.push(column),
            }
        }
        Ok(())
    }

    /// `ATTACH PARTITION table FOR VALUES …`
    pub(super) fn attach(
        &mut self,
        reader: &mut Reader<'_>,
        (place, relation): (usize, &Relation),
    ) -> Read {
        reader.expect("partition")?;
        let part = Name::read(reader)?;
        let bound = self.up_to(reader, &[])?;
        let parent = (self.schema_name(place), relation.name.clone());
        let part = self.relation(&part)?;
        part.bound = Some(bound);
        part.parents.push(parent);
        for column in &relation.columns {
            adopt_column(part, column, true);
        }
        for constraint in &relation.constraints {
            adopt(part, constraint, relation);
        }
        Ok(())
    }

    /// Gives what a table has got to all that inherit from it: its last columns and constraints.
    pub(super) fn hand_down(
        &mut self,
        (place, relation): (usize, &Relation),
        (columns, constraints): (usize, usize),
    ) {
        for child in self.children(&self.schema_name(place), &relation.name) {
            let Some(mut own) = self.relation_at(child).cloned() else { continue };
            let had = (own.columns.len(), own.constraints.len());
            for column in relation.columns.iter().skip(columns) {
                let is_partition = own.bound.is_some();
                adopt_column(&mut own, column, is_partition);
            }
            for constraint in relation.constraints.iter().skip(constraints) {
                adopt(&mut own, constraint, relation);
            }
            self.hand_down((child.0, &own), had);
            if let Some(place) = self.relation_at(child) {
                *place = own;
            }
        }
    }

    /// The tables that inherit from one directly.
    pub(super) fn children(&self, schema: &str, name: &str) -> Vec<Place> {
        let mut children = Vec::new();
        for (at, one) in self.defined.snapshot.schemas.iter().enumerate() {
            for (place, relation) in one.relations.iter().enumerate() {
                if relation.parents.iter().any(|parent| parent.0 == schema && parent.1 == name) {
                    children.push((at, place));
                }
            }
        }
        children
    }
}

/// A column of a parent; a partition has the identity of its table's columns, too.
fn adopt_column(relation: &mut Relation, column: &Attribute, is_partition: bool) {
    let is_identity = matches!(column.generated, Some(Generated::Always | Generated::ByDefault));
    match relation.columns.iter_mut().find(|own| own.column.name == column.column.name) {
        Some(own) => {
            let own = Arc::make_mut(own);
            own.inherited = true;
            own.not_null |= column.not_null;
            if is_partition {
                own.is_local = false;
                if is_identity {
                    own.generated = column.generated;
                }
            }
        }
        None => {
            let mut column = column.clone();
            (column.inherited, column.is_local) = (true, false);
            column.comment = None;
            column.dimensions = Some(0);
            column.grants.clear();
            if is_identity && !is_partition {
                column.generated = None;
            }
            relation.columns.push(Arc::new(column));
        }
    }
}

/// A constraint of a parent: checks, and of a partitioned table keys, too.
fn adopt(relation: &mut Relation, constraint: &Constraint, parent: &Relation) {
    let is_key = !matches!(constraint.kind, ConstraintKind::Check(_) | ConstraintKind::NotNull(_));
    let is_partition = relation.bound.is_some() || parent.partitioned.is_some();
    if constraint.no_inherit || (is_key && !is_partition) {
        return;
    }
    let Some(kind) = moved(&constraint.kind, parent, relation) else { return };
    let name = match &kind {
        // A foreign key of a partition has the name of its table's.
        ConstraintKind::Foreign(key) => Some(constraint.name.clone().unwrap_or_else(|| {
            let names: Vec<&str> = key
                .columns
                .iter()
                .filter_map(|at| relation.columns.get(*at))
                .map(|one| &*one.column.name)
                .collect();
            object_name(&parent.name, &names.join("_"), "fkey")
        })),
        _ if is_key => None,
        _ => constraint.name.clone(),
    };
    let has = relation.constraints.iter().any(|own| match &kind {
        ConstraintKind::Check(_) => {
            own.name == name && matches!(own.kind, ConstraintKind::Check(_))
        }
        kind => own.kind == *kind,
    });
    if !has {
        let mut constraint = constraint.clone();
        (constraint.name, constraint.kind) = (name, kind);
        relation.constraints.push(constraint);
    }
}

/// The same constraint of another table that has the columns, perhaps at other places.
fn moved(kind: &ConstraintKind, from: &Relation, to: &Relation) -> Option<ConstraintKind> {
    let place = |at: &usize| {
        let name = &from.columns.get(*at)?.column.name;
        to.columns.iter().position(|own| own.column.name == *name)
    };
    let places = |all: &[usize]| all.iter().map(place).collect::<Option<Vec<usize>>>();
    let key = |key: &Key| {
        let (columns, include) = (places(&key.columns)?, places(&key.include)?);
        Some(Key { columns, include, nulls_not_distinct: key.nulls_not_distinct })
    };
    let mut kind = kind.clone();
    match &mut kind {
        ConstraintKind::Primary(own) | ConstraintKind::Unique(own) => *own = key(own)?,
        ConstraintKind::Foreign(own) => {
            let columns = places(&own.columns)?;
            Arc::make_mut(own).columns = columns;
        }
        ConstraintKind::NotNull(at) => *at = place(at)?,
        ConstraintKind::Exclude(own) => {
            for (key, _) in &mut own.elements {
                if let Indexed::Column(at) = &mut key.of {
                    *at = place(at)?;
                }
            }
        }
        _ => {}
    }
    Some(kind)
}
