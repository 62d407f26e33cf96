//! Indexes and constraints of a snapshot.

use std::sync::Arc;

use trunkline_core::catalog::{ConstraintKind, IndexKey};

use super::class::{PG_CLASS, index_class};
use super::objects::What;
use super::row::{Maker, count, letter};
use super::{ConstraintObject, Objects, World};
use crate::datum::{Datum, List, Row};
use crate::facts::PG_CATALOG;

impl ConstraintObject {
    /// `contype`
    pub(crate) fn letter(&self) -> char {
        match &self.what {
            What::NotNull(_) => 'n',
            What::Kind(ConstraintKind::Primary(_)) => 'p',
            What::Kind(ConstraintKind::Unique(_)) => 'u',
            What::Kind(ConstraintKind::Foreign(_)) => 'f',
            What::Kind(_) => 'c',
        }
    }

    /// The columns it is about.
    pub(crate) fn columns(&self) -> Vec<usize> {
        match &self.what {
            What::NotNull(column) => vec![*column],
            What::Kind(ConstraintKind::Primary(key) | ConstraintKind::Unique(key)) => {
                key.columns.clone()
            }
            What::Kind(ConstraintKind::Foreign(key)) => key.columns.clone(),
            What::Kind(_) => Vec::new(),
        }
    }

    /// The table that a foreign key refers to.
    pub(crate) fn target(&self, objects: &Objects) -> Option<u32> {
        match &self.what {
            What::Kind(ConstraintKind::Foreign(key)) => {
                objects.find_named(&key.schema, &key.table).map(|class| class.oid)
            }
            _ => None,
        }
    }
}

fn numbers(columns: &[usize]) -> Vec<Datum> {
    columns.iter().map(|column| count(column + 1)).collect()
}

pub(super) fn indexes(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_index");
    let vector = |items: Vec<Datum>| Datum::Array(Arc::new(List::vector(items)));
    let mut rows = Vec::new();
    for class in &world.objects.classes {
        let Some(index) = &class.index else { continue };
        let columns = world.objects.columns(class);
        let keys =
            index.columns().map(|column| column.map_or(Datum::Int(0), |column| count(column + 1)));
        let of = |key: &IndexKey| {
            let attribute = key.column().and_then(|column| columns.get(column));
            index_class(attribute.map_or(trunkline_core::Oid::TEXT, |one| one.column.type_oid))
        };
        let options =
            index.of.keys.iter().map(|key| {
                Datum::Int(i64::from(key.descending) | (i64::from(key.nulls_first) << 1))
            });
        let classes: Vec<(u32, u32)> = index.of.keys.iter().map(of).collect();
        let has_expression = index.columns().any(|column| column.is_none());
        rows.push(maker.row([
            ("indexrelid", Datum::Oid(class.oid)),
            ("indrelid", Datum::Oid(index.table)),
            ("indnatts", count(index.columns().count())),
            ("indnkeyatts", count(index.of.keys.len())),
            ("indisunique", Datum::Bool(index.of.unique)),
            ("indisprimary", Datum::Bool(index.primary)),
            ("indimmediate", Datum::Bool(true)),
            ("indisvalid", Datum::Bool(true)),
            ("indisready", Datum::Bool(true)),
            ("indislive", Datum::Bool(true)),
            ("indkey", vector(keys.collect())),
            ("indcollation", vector(classes.iter().map(|one| Datum::Oid(one.1)).collect())),
            ("indclass", vector(classes.iter().map(|one| Datum::Oid(one.0)).collect())),
            ("indoption", vector(options.collect())),
            ("indexprs", if has_expression { Datum::text("(expr)") } else { Datum::Null }),
            ("indpred", index.of.condition.as_deref().map_or(Datum::Null, Datum::text)),
        ]));
    }
    rows
}

pub(super) fn constraints(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_constraint");
    let rows = world.objects.constraints.iter().map(|constraint| {
        let mut columns = constraint.columns();
        let check = match &constraint.what {
            What::Kind(ConstraintKind::Check(expression)) => {
                columns = mentioned(world, constraint, expression);
                Datum::text(expression.as_str())
            }
            _ => Datum::Null,
        };
        let (mut target, mut match_type, mut updates, mut deletes) = (0, ' ', ' ', ' ');
        let (mut referred, mut operators) = (Datum::Null, Datum::Null);
        if let What::Kind(ConstraintKind::Foreign(key)) = &constraint.what {
            (match_type, updates, deletes) = ('s', key.on_update, key.on_delete);
            if let Some(class) = world.objects.find_named(&key.schema, &key.table) {
                target = class.oid;
                let places = world.objects.columns_named(class, &key.refers_to);
                referred = Datum::list(numbers(&places));
                let own = world.objects.columns(class);
                let equal = places.iter().filter_map(|place| own.get(*place));
                operators = Datum::list(
                    equal.map(|one| Datum::Oid(equality(one.column.type_oid))).collect(),
                );
            }
        }
        let is_local = constraint.letter();
        maker.row([
            ("oid", Datum::Oid(constraint.oid)),
            ("conname", Datum::Text(constraint.name.clone())),
            ("connamespace", Datum::Oid(constraint.schema)),
            ("contype", letter(is_local)),
            ("condeferrable", Datum::Bool(constraint.deferrable)),
            ("condeferred", Datum::Bool(constraint.deferred)),
            ("conenforced", Datum::Bool(true)),
            ("convalidated", Datum::Bool(true)),
            ("conrelid", Datum::Oid(constraint.table)),
            ("conindid", Datum::Oid(constraint.index)),
            ("confrelid", Datum::Oid(target)),
            ("confupdtype", letter(updates)),
            ("confdeltype", letter(deletes)),
            ("confmatchtype", letter(match_type)),
            ("conislocal", Datum::Bool(true)),
            ("connoinherit", Datum::Bool(matches!(is_local, 'p' | 'u' | 'f'))),
            (
                "conkey",
                if columns.is_empty() { Datum::Null } else { Datum::list(numbers(&columns)) },
            ),
            ("confkey", referred),
            ("conpfeqop", operators.clone()),
            ("conppeqop", operators.clone()),
            ("conffeqop", operators),
            ("conbin", check),
        ])
    });
    rows.collect()
}

/// The columns that an expression names.
fn mentioned(world: &World, constraint: &ConstraintObject, expression: &str) -> Vec<usize> {
    let Some(class) = world.objects.class(constraint.table) else { return Vec::new() };
    let mut lexer = trunkline_sql::Lexer::new(expression);
    let mut names = Vec::new();
    while let Some(token) = lexer.next_significant() {
        if token.kind.is_identifier()
            && let Ok(name) = token.identifier(expression)
        {
            names.push(name.into_owned());
        }
    }
    let mut places = world.objects.columns_named(class, &names);
    places.sort_unstable();
    places.dedup();
    places
}

/// The operator `=` of a type.
fn equality(oid: trunkline_core::Oid) -> u32 {
    let oid = match oid {
        trunkline_core::Oid::VARCHAR => trunkline_core::Oid::TEXT,
        oid => oid,
    };
    let operators = crate::facts::OPERATORS.get("=").map(Vec::as_slice).unwrap_or_default();
    operators.iter().find(|one| one.left == oid && one.right == oid).map_or(0, |one| one.oid)
}

/// The index of a constraint depends on it.
pub(super) fn dependencies(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_depend");
    let upheld = world.objects.constraints.iter().filter(|one| matches!(one.letter(), 'p' | 'u'));
    let rows = upheld.map(|constraint| {
        maker.row([
            ("classid", Datum::Oid(PG_CLASS)),
            ("objid", Datum::Oid(constraint.index)),
            ("refclassid", Datum::Oid(2606)),
            ("refobjid", Datum::Oid(constraint.oid)),
            ("deptype", letter('i')),
        ])
    });
    rows.collect()
}
