//! Objects that somebody declared, beside those that an engine has.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use trunkline_core::catalog::{Relation, Schema, Snapshot, TypeKind};

/// The engine's objects with the declared ones.
///
/// What both have is the engine's, with what was said of it: comments, keys, defaults.
pub(crate) fn merged(engine: &Snapshot, declared: &Arc<Snapshot>) -> Arc<Snapshot> {
    // Of 10,000 tables two copies would take much memory.
    if says_nothing(engine) {
        return declared.clone();
    }
    let mut all = engine.clone();
    if all.comment.is_none() {
        all.comment.clone_from(&declared.comment);
    }
    all.roles.extend(declared.roles.iter().cloned());
    all.extensions.extend(declared.extensions.iter().cloned());
    for schema in &declared.schemas {
        match all.schemas.iter_mut().find(|own| own.name == schema.name) {
            Some(own) => merge_schema(own, schema),
            None => all.schemas.push(schema.clone()),
        }
    }
    Arc::new(all)
}

/// Whether an engine has nothing yet but schemas that every database has.
fn says_nothing(engine: &Snapshot) -> bool {
    let bare = |schema: &Schema| {
        *schema == Schema { name: schema.name.clone(), ..Schema::default() }
            && schema.name == "public"
    };
    let schemas = &engine.schemas;
    schemas.iter().all(bare)
        && *engine == Snapshot { schemas: schemas.clone(), ..Snapshot::default() }
}

fn merge_schema(own: &mut Schema, declared: &Schema) {
    let names = own.relations.iter().enumerate();
    let places: HashMap<String, usize> =
        names.map(|(place, one)| (one.name.clone(), place)).collect();
    for relation in &declared.relations {
        match places.get(&relation.name).and_then(|place| own.relations.get_mut(*place)) {
            Some(one) => say_of(one, relation),
            None => own.relations.push(relation.clone()),
        }
    }
    for sequence in &declared.sequences {
        if !own.sequences.iter().any(|one| one.name == sequence.name) {
            own.sequences.push(sequence.clone());
        }
    }
    for kind in &declared.types {
        if !own.types.iter().any(|one| one.name == kind.name) {
            own.types.push(kind.clone());
        }
    }
    own.routines.extend(declared.routines.iter().cloned());
    own.comments.extend(declared.comments.iter().cloned());
    own.access = declared.access.clone();
}

/// Says of the engine's relation what was declared of it.
fn say_of(own: &mut Relation, declared: &Relation) {
    let names = |relation: &Relation| -> Vec<Box<str>> {
        relation.columns.iter().map(|one| one.column.name.clone()).collect()
    };
    for attribute in &mut own.columns {
        let said = declared.columns.iter().find(|one| one.column.name == attribute.column.name);
        let Some(said) = said else { continue };
        let attribute = Arc::make_mut(attribute);
        attribute.not_null |= said.not_null;
        if attribute.default.is_none() && attribute.generated.is_none() {
            attribute.default.clone_from(&said.default);
            attribute.generated = said.generated;
        }
        if said.comment.is_some() {
            attribute.comment.clone_from(&said.comment);
        }
        attribute.dimensions = attribute.dimensions.or(said.dimensions);
        attribute.grants.clone_from(&said.grants);
    }
    if declared.comment.is_some() {
        own.comment.clone_from(&declared.comment);
    }
    own.access = declared.access.clone();
    own.policies.clone_from(&declared.policies);
    own.row_security = declared.row_security;
    // Keys count columns: they hold only for the same ones.
    if names(own) == names(declared) {
        own.triggers.extend(declared.triggers.iter().cloned());
        if own.constraints.is_empty() {
            own.constraints.clone_from(&declared.constraints);
        }
        if own.indexes.is_empty() {
            own.indexes.clone_from(&declared.indexes);
        }
    }
}

/// The names of all types that were declared, those of rows included.
pub(crate) fn type_names(declared: &Snapshot) -> HashSet<String> {
    let mut names = HashSet::new();
    for schema in &declared.schemas {
        names.extend(schema.relations.iter().map(|one| one.name.clone()));
        for one in &schema.types {
            names.insert(one.name.clone());
            if let TypeKind::Range(range) = &one.kind {
                names.insert(range.multirange.0.clone());
            }
        }
    }
    names
}
