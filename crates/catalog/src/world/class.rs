//! Schemas and relations of a snapshot: `pg_namespace` and `pg_class`.

use trunkline_core::catalog::{Relation, RowSecurity};

use super::numbered::Of;
use super::row::{Maker, count, letter};
use super::toast::PG_TOAST;
use super::{ClassObject, World, sequence};
use crate::datum::{Datum, Row};
use crate::facts::{self, PG_CATALOG};
use crate::plan::Cells;

/// The access method of tables.
const HEAP: u32 = 2;

impl ClassObject {
    /// Whether it is a table or a view, and no index, no sequence and not kept for another.
    pub(super) fn is_relation(&self) -> bool {
        self.index.is_none() && self.sequence.is_none() && self.kind != 't'
    }

    /// How many pages it has that has no rows: an index and a sequence begin with some.
    pub(crate) fn pages(&self) -> i64 {
        match (self.kind, &self.index) {
            ('S', _) => 1,
            ('i', Some(index)) => match index.of.method.as_str() {
                "gin" => 2,
                "brin" | "spgist" => 3,
                "hash" => 4,
                _ => 1,
            },
            _ => 0,
        }
    }
}

impl World {
    /// The view that a rule is of.
    pub(crate) fn view_of_rule(&self, rule: u32) -> Option<u32> {
        self.objects.view_of_rule(rule).or_else(|| {
            let rules = facts::facts("pg_rewrite")?;
            let [row] = facts::rows_by("pg_rewrite", "oid", &Datum::Oid(rule)).try_into().ok()?;
            Some(facts::number(&row, rules.column("ev_class")))
        })
    }
}

pub(super) fn namespaces(world: &World) -> Vec<Row> {
    namespaces_of(world, |_| true)
}

/// That of a number.
pub(super) fn namespace(world: &World, wanted: u32) -> Vec<Row> {
    namespaces_of(world, |oid| oid == wanted)
}

fn namespaces_of(world: &World, is_wanted: impl Fn(u32) -> bool) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_namespace");
    let schemas = world.objects.schemas.iter().filter(|(oid, _)| is_wanted(*oid));
    let rows = schemas.map(|(oid, name)| {
        let (owner, acl) = world.schema_access(*oid, name);
        maker.row([
            ("oid", Datum::Oid(*oid)),
            ("nspname", Datum::Text(name.clone())),
            ("nspowner", Datum::Oid(owner)),
            ("nspacl", acl),
        ])
    });
    rows.collect()
}

pub(super) fn classes(world: &World, of: Of, cells: Cells) -> Vec<Row> {
    let maker = Maker::of("pg_class", cells);
    let classes = world.objects.classes.of(of).filter(|class| cells.are_of(class.kind));
    classes.map(|class| row(world, &maker, class)).collect()
}

/// Of the relations that every database has those of some kinds.
pub(super) fn only_of_kinds(mut rows: Vec<Row>, cells: Cells) -> Vec<Row> {
    let place = facts::facts("pg_class").map_or(usize::MAX, |facts| facts.column("relkind"));
    rows.retain(|row| {
        let kind = row.get(place).and_then(Datum::as_str).and_then(|kind| kind.chars().next());
        kind.is_some_and(|kind| cells.are_of(kind))
    });
    rows
}

/// The relations of a name, in whatever schema.
pub(super) fn named(world: &World, name: &str, cells: Cells) -> Vec<Row> {
    let maker = Maker::of("pg_class", cells);
    let schemas = world.objects.schemas.iter().map(|(schema, _)| *schema).chain([PG_TOAST]);
    let found = schemas.filter_map(|schema| world.objects.class_in(schema, name));
    found.map(|class| row(world, &maker, class)).collect()
}

fn row(world: &World, maker: &Maker, class: &ClassObject) -> Row {
    let objects = &world.objects;
    // An index and a sequence have a table that they are not.
    let of = objects.relation_of(class);
    let own = of.filter(|_| class.index.is_none() && class.sequence.is_none());
    let has_rows = matches!(class.kind, 'r' | 'i' | 'S' | 'm' | 't');
    let is_kept = matches!(class.kind, 'r' | 'm' | 't');
    let columns = match &class.index {
        Some(index) => index.columns().count(),
        None if class.sequence.is_some() => sequence::COLUMNS.len(),
        None => objects.columns(class).len(),
    };
    let checks = match maker.asks("relchecks") {
        true => objects.constraints_of(class.oid).filter(|one| one.letter() == 'c').count(),
        false => 0,
    };
    let security = own.map(|relation| relation.row_security).unwrap_or_default();
    let options = match (&class.index, own) {
        (Some(index), _) => index.of.options.as_slice(),
        (None, Some(relation)) => relation.options.as_slice(),
        (None, None) => &[],
    };
    let method = match (&class.index, class.kind) {
        (Some(index), _) => index.method(),
        (None, 'r' | 'm' | 't') => HEAP,
        _ => 0,
    };
    let acl = match class.kind {
        'c' => Datum::Null,
        _ if !maker.asks("relacl") => Datum::Null,
        _ => objects.access_of(class).map_or(Datum::Null, |access| world.acl(access)),
    };
    let table = objects.relation_of(objects.kept_for(class));
    let is_unlogged = table.is_some_and(|relation| relation.unlogged);
    let bound = own.and_then(|relation| relation.bound.as_deref());
    let bound = bound.filter(|_| maker.asks("relpartbound"));
    let is_triggered = maker.asks("relhastriggers") && objects.triggered.has(class.oid);
    let is_parent = maker.asks("relhassubclass") && !objects.family.children(class.oid).is_empty();
    let has_index = maker.asks("relhasindex") && objects.indexes_of(class.oid).next().is_some();
    let replica = if matches!(class.kind, 'r' | 'p' | 'm') { 'd' } else { 'n' };
    maker.row([
        ("oid", Datum::Oid(class.oid)),
        ("relname", Datum::Text(class.name.clone())),
        ("relnamespace", Datum::Oid(class.schema)),
        ("reltype", Datum::Oid(class.row_type)),
        ("reloftype", Datum::Oid(own.and_then(|one| one.of_type).map_or(0, |oid| oid.0))),
        ("relowner", Datum::Oid(world.class_owner(class))),
        ("relam", Datum::Oid(method)),
        ("relfilenode", Datum::Oid(if has_rows { class.oid } else { 0 })),
        ("relpages", Datum::Int(class.pages())),
        ("reltuples", Datum::Float(tuples(class, own))),
        ("reltoastrelid", Datum::Oid(objects.toasts.get(&class.oid).copied().unwrap_or_default())),
        ("relhasindex", Datum::Bool(has_index)),
        ("relpersistence", letter(if is_unlogged { 'u' } else { 'p' })),
        ("relkind", letter(class.kind)),
        ("relnatts", count(columns)),
        ("relchecks", count(checks)),
        ("relhasrules", Datum::Bool(matches!(class.kind, 'v' | 'm'))),
        ("relhastriggers", Datum::Bool(is_triggered)),
        ("relhassubclass", Datum::Bool(is_parent)),
        (
            "relrowsecurity",
            Datum::Bool(matches!(security, RowSecurity::Enabled | RowSecurity::Forced)),
        ),
        (
            "relforcerowsecurity",
            Datum::Bool(matches!(security, RowSecurity::Forced | RowSecurity::ForcedButOff)),
        ),
        ("relispopulated", Datum::Bool(true)),
        ("relreplident", letter(replica)),
        ("relispartition", Datum::Bool(objects.is_partition(class))),
        ("relfrozenxid", Datum::Oid(if is_kept { 3 } else { 0 })),
        ("relminmxid", Datum::Oid(is_kept.into())),
        ("relacl", acl),
        (
            "reloptions",
            match options {
                [] => Datum::Null,
                options => Datum::texts(options.iter().map(String::as_str)),
            },
        ),
        (
            "relpartbound",
            bound.map_or(Datum::Null, |bound| Datum::text(world.bound_text(class, bound))),
        ),
    ])
}

/// How many rows there are; -1 if nobody has counted them.
fn tuples(class: &ClassObject, relation: Option<&Relation>) -> f64 {
    let known = relation.filter(|_| matches!(class.kind, 'r' | 'f' | 'm' | 'p'));
    match (known.and_then(|relation| relation.rows), class.kind) {
        #[allow(clippy::cast_precision_loss, clippy::as_conversions, reason = "it is an estimate")]
        (Some(rows), _) => rows as f64,
        (None, 'i' | 'I') => 0.0,
        (None, 'S') => 1.0,
        _ => -1.0,
    }
}
