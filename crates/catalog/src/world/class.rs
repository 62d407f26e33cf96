//! Schemas, relations, columns and types of a snapshot.

use trunkline_core::Oid;
use trunkline_core::catalog::{Generated, IndexKey, RelationKind};

use super::row::{Maker, count, letter};
use super::{ClassObject, World, sequence};
use crate::datum::{Datum, Row};
use crate::facts::{PG_CATALOG, TypeFacts, type_facts};
use crate::syntax::call_name;

/// The access methods of tables and of indexes.
const HEAP: u32 = 2;
const BTREE: u32 = 403;
/// The numbers of catalogs that descriptions and dependencies name.
pub(super) const PG_CLASS: u32 = 1259;
/// `default`
const DEFAULT_COLLATION: u32 = 100;
/// What data that are elsewhere are said to come from.
const WRAPPER: u32 = 16_001;
const SERVER: u32 = 16_002;

pub(super) fn namespaces(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_namespace");
    let schemas = world.objects.schemas.iter();
    let own = world.session_role().0;
    let rows = schemas.map(|(oid, name)| {
        // `public` belongs to whoever owns the database.
        let (owner, acl) = match &**name {
            "public" => {
                let acl = Datum::texts([
                    "pg_database_owner=UC/pg_database_owner",
                    "=U/pg_database_owner",
                ]);
                (6171, acl)
            }
            _ => (own, Datum::Null),
        };
        maker.row([
            ("oid", Datum::Oid(*oid)),
            ("nspname", Datum::Text(name.clone())),
            ("nspowner", Datum::Oid(owner)),
            ("nspacl", acl),
        ])
    });
    rows.collect()
}

pub(super) fn classes(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_class");
    let owner = world.session_role().0;
    let classes = world.objects.classes.iter();
    let rows = classes.map(|class| {
        let relation = world.objects.relation_of(class);
        let constraints = || world.objects.constraints_of(class.oid);
        let has_rows = matches!(class.kind, 'r' | 'i' | 'S');
        let known =
            relation.filter(|_| matches!(class.kind, 'r' | 'f')).and_then(|relation| relation.rows);
        let tuples = match (known, class.kind) {
            #[allow(
                clippy::cast_precision_loss,
                clippy::as_conversions,
                reason = "it is an estimate"
            )]
            (Some(rows), 'r' | 'f') => rows as f64,
            (_, 'v' | 'i') => 0.0,
            (_, 'S') => 1.0,
            _ => -1.0,
        };
        let columns = match &class.index {
            Some(index) => index.columns().count(),
            None if class.kind == 'S' => sequence::COLUMNS.len(),
            None => relation.map_or(0, |relation| relation.columns.len()),
        };
        let checks = constraints().filter(|one| one.letter() == 'c').count();
        let is_referred_to = world
            .objects
            .constraints
            .iter()
            .any(|one| one.target(&world.objects) == Some(class.oid));
        let has_triggers = is_referred_to || constraints().any(|one| one.letter() == 'f');
        let has_index = world
            .objects
            .classes
            .iter()
            .any(|other| other.index.as_ref().is_some_and(|own| own.table == class.oid));
        maker.row([
            ("oid", Datum::Oid(class.oid)),
            ("relname", Datum::Text(class.name.clone())),
            ("relnamespace", Datum::Oid(class.schema)),
            ("reltype", Datum::Oid(class.row_type)),
            ("relowner", Datum::Oid(owner)),
            (
                "relam",
                Datum::Oid(match class.kind {
                    'r' => HEAP,
                    'i' => BTREE,
                    _ => 0,
                }),
            ),
            ("relfilenode", Datum::Oid(if has_rows { class.oid } else { 0 })),
            ("relpages", Datum::Int((class.kind == 'S').into())),
            ("reltuples", Datum::Float(tuples)),
            ("relhasindex", Datum::Bool(has_index)),
            ("relpersistence", letter('p')),
            ("relkind", letter(class.kind)),
            ("relnatts", count(columns)),
            ("relchecks", count(checks)),
            ("relhasrules", Datum::Bool(class.kind == 'v')),
            ("relhastriggers", Datum::Bool(has_triggers)),
            ("relispopulated", Datum::Bool(true)),
            ("relreplident", letter(if class.kind == 'r' { 'd' } else { 'n' })),
            ("relfrozenxid", Datum::Oid(if class.kind == 'r' { 3 } else { 0 })),
            ("relminmxid", Datum::Oid(if class.kind == 'r' { 1 } else { 0 })),
        ])
    });
    rows.collect()
}

pub(super) fn attributes(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_attribute");
    let mut rows = Vec::new();
    for class in &world.objects.classes {
        let columns = world.objects.columns(class);
        match &class.index {
            None if class.sequence.is_some() => {
                for (place, (name, oid)) in sequence::COLUMNS.into_iter().enumerate() {
                    let (name, of) = (Datum::text(name), (oid, -1));
                    let what = (true, false, "", false);
                    rows.push(attribute_row(&maker, class, place, name, of, what));
                }
            }
            None => {
                for (place, attribute) in columns.iter().enumerate() {
                    let is_not_null = attribute.not_null && class.kind != 'v';
                    let identity = match attribute.generated {
                        Some(Generated::Always) => "a",
                        Some(Generated::ByDefault) => "d",
                        _ => "",
                    };
                    let is_stored = attribute.generated == Some(Generated::Stored);
                    let has_default = attribute.default.is_some() && identity.is_empty();
                    let name = Datum::text(&*attribute.column.name);
                    let of = (attribute.column.type_oid, attribute.column.typmod);
                    rows.push(attribute_row(
                        &maker,
                        class,
                        place,
                        name,
                        of,
                        (is_not_null, has_default, identity, is_stored),
                    ));
                }
            }
            Some(index) => {
                for (place, column) in index.columns().enumerate() {
                    let attribute = column.and_then(|column| columns.get(column));
                    let name = match attribute {
                        Some(one) => one.column.name.to_string(),
                        None => {
                            let key = index.of.keys.get(place);
                            let text = key.and_then(IndexKey::expression).unwrap_or_default();
                            call_name(text).map_or_else(|| "expr".to_owned(), str::to_lowercase)
                        }
                    };
                    let of = attribute
                        .map_or((Oid::TEXT, -1), |one| (one.column.type_oid, one.column.typmod));
                    let name = Datum::text(&*name);
                    rows.push(attribute_row(
                        &maker,
                        class,
                        place,
                        name,
                        of,
                        (false, false, "", false),
                    ));
                }
            }
        }
    }
    rows
}

fn attribute_row(
    maker: &Maker,
    class: &ClassObject,
    place: usize,
    name: Datum,
    (oid, typmod): (Oid, i32),
    (not_null, has_default, identity, is_stored): (bool, bool, &str, bool),
) -> Row {
    let known = Storage::of(oid);
    maker.row([
        ("attrelid", Datum::Oid(class.oid)),
        ("attname", name),
        ("atttypid", Datum::Oid(oid.0)),
        ("attlen", Datum::Int(known.length)),
        ("attnum", count(place + 1)),
        ("atttypmod", Datum::Int(typmod.into())),
        ("attndims", Datum::Int(crate::facts::element_of(oid).is_some().into())),
        ("attbyval", Datum::Bool(known.by_value)),
        ("attalign", letter(known.align)),
        ("attstorage", letter(known.storage)),
        ("attnotnull", Datum::Bool(not_null)),
        ("atthasdef", Datum::Bool(has_default)),
        ("attidentity", Datum::text(identity)),
        ("attgenerated", Datum::text(if is_stored { "s" } else { "" })),
        ("attislocal", Datum::Bool(true)),
        ("attcollation", Datum::Oid(known.collation)),
    ])
}

/// How values of a type are stored.
struct Storage {
    length: i64,
    by_value: bool,
    align: char,
    storage: char,
    collation: u32,
}

impl Storage {
    fn of(oid: Oid) -> Storage {
        let facts = crate::facts::facts("pg_type");
        let row = facts.and_then(|facts| {
            let place = facts.column("oid");
            Some((facts, facts.rows.iter().find(|row| crate::facts::number(row, place) == oid.0)?))
        });
        let Some((facts, row)) = row else {
            return Storage { length: -1, by_value: false, align: 'd', storage: 'x', collation: 0 };
        };
        let cell = |name: &str| row.get(facts.column(name)).cloned().unwrap_or_default();
        let first =
            |name: &str| cell(name).as_str().and_then(|text| text.chars().next()).unwrap_or('i');
        Storage {
            length: cell("typlen").as_int().unwrap_or(-1),
            by_value: cell("typbyval").is_true(),
            align: first("typalign"),
            storage: first("typstorage"),
            collation: cell("typcollation").as_oid().unwrap_or(0),
        }
    }
}

pub(super) fn defaults(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_attrdef");
    let mut rows = Vec::new();
    for (class, relation) in world.objects.relations() {
        for (place, attribute) in relation.columns.iter().enumerate() {
            let Some(default) = &attribute.default else { continue };
            if sequence::is_identity(attribute) {
                continue;
            }
            rows.push(maker.row([
                ("oid", Datum::Oid(default_oid(class, place))),
                ("adrelid", Datum::Oid(class.oid)),
                ("adnum", count(place + 1)),
                ("adbin", Datum::text(world.default_text(class.oid, place, default))),
            ]));
        }
    }
    rows
}

/// The number of the default of a column.
pub(super) fn default_oid(class: &ClassObject, place: usize) -> u32 {
    super::objects::number_of("default", &format!("{}.{place}", class.oid))
}

/// The row type of each relation, and its arrays.
pub(super) fn types(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_type");
    let owner = world.session_role().0;
    let proc = |name: &str| {
        let procs = crate::facts::PROCS.get(name).map(Vec::as_slice).unwrap_or_default();
        Datum::Oid(procs.first().map_or(0, |proc| proc.oid))
    };
    let mut rows = Vec::new();
    for class in world.objects.classes.iter().filter(|class| class.row_type != 0) {
        let row = |name: Datum, oid: u32, is_array: bool| {
            maker.row([
                ("oid", Datum::Oid(oid)),
                ("typname", name),
                ("typnamespace", Datum::Oid(class.schema)),
                ("typowner", Datum::Oid(owner)),
                ("typlen", Datum::Int(-1)),
                ("typtype", letter(if is_array { 'b' } else { 'c' })),
                ("typcategory", letter(if is_array { 'A' } else { 'C' })),
                ("typisdefined", Datum::Bool(true)),
                ("typdelim", letter(',')),
                ("typrelid", Datum::Oid(if is_array { 0 } else { class.oid })),
                (
                    "typsubscript",
                    if is_array { proc("array_subscript_handler") } else { Datum::Oid(0) },
                ),
                ("typelem", Datum::Oid(if is_array { class.row_type } else { 0 })),
                ("typarray", Datum::Oid(if is_array { 0 } else { class.array_type })),
                ("typinput", proc(if is_array { "array_in" } else { "record_in" })),
                ("typoutput", proc(if is_array { "array_out" } else { "record_out" })),
                ("typreceive", proc(if is_array { "array_recv" } else { "record_recv" })),
                ("typsend", proc(if is_array { "array_send" } else { "record_send" })),
                ("typanalyze", if is_array { proc("array_typanalyze") } else { Datum::Oid(0) }),
                ("typalign", letter('d')),
                ("typstorage", letter('x')),
                ("typtypmod", Datum::Int(-1)),
            ])
        };
        rows.push(row(Datum::Text(class.name.clone()), class.row_type, false));
        rows.push(row(Datum::text(format!("_{}", class.name)), class.array_type, true));
    }
    rows
}

/// The rule of each view.
pub(super) fn rules(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_rewrite");
    let views = world.objects.relations().filter(|(class, _)| class.kind == 'v');
    let rows = views.map(|(class, relation)| {
        maker.row([
            ("oid", Datum::Oid(super::objects::number_of("rule", &class.oid.to_string()))),
            ("rulename", Datum::text("_RETURN")),
            ("ev_class", Datum::Oid(class.oid)),
            ("ev_type", letter('1')),
            ("ev_enabled", letter('O')),
            ("is_instead", Datum::Bool(true)),
            ("ev_qual", Datum::text("<>")),
            ("ev_action", Datum::text(relation.definition.as_deref().unwrap_or_default())),
        ])
    });
    rows.collect()
}

fn has_foreign(world: &World) -> bool {
    world.objects.relations().any(|(_, relation)| relation.kind == RelationKind::Foreign)
}

pub(super) fn foreign_tables(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_foreign_table");
    let foreign = world.objects.relations().filter(|(class, _)| class.kind == 'f');
    foreign
        .map(|(class, _)| {
            maker.row([("ftrelid", Datum::Oid(class.oid)), ("ftserver", Datum::Oid(SERVER))])
        })
        .collect()
}

pub(super) fn foreign_servers(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_foreign_server");
    let server = maker.row([
        ("oid", Datum::Oid(SERVER)),
        ("srvname", Datum::text("trunkline")),
        ("srvowner", Datum::Oid(world.session_role().0)),
        ("srvfdw", Datum::Oid(WRAPPER)),
    ]);
    has_foreign(world).then_some(server).into_iter().collect()
}

pub(super) fn foreign_wrappers(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_foreign_data_wrapper");
    let wrapper = maker.row([
        ("oid", Datum::Oid(WRAPPER)),
        ("fdwname", Datum::text("trunkline")),
        ("fdwowner", Datum::Oid(world.session_role().0)),
    ]);
    has_foreign(world).then_some(wrapper).into_iter().collect()
}

/// The operator class of a btree over a type, and the collation it has.
pub(super) fn index_class(oid: Oid) -> (u32, u32) {
    let known = type_facts(oid);
    let is_enum = known.is_some_and(|known: &TypeFacts| known.kind == b'e');
    let wanted = match crate::facts::base_of(oid) {
        // Strings of varying length are indexed as text.
        Oid::VARCHAR => Oid::TEXT,
        oid if crate::facts::element_of(oid).is_some() => Oid(2277),
        _ if is_enum => Oid(3500),
        oid => oid,
    };
    let classes = crate::facts::facts("pg_opclass");
    let found = classes.and_then(|facts| {
        let [own, method, of, default] =
            ["oid", "opcmethod", "opcintype", "opcdefault"].map(|name| facts.column(name));
        let row = facts.rows.iter().find(|row| {
            crate::facts::number(row, method) == BTREE
                && crate::facts::number(row, of) == wanted.0
                && row.get(default).is_some_and(Datum::is_true)
        })?;
        Some(crate::facts::number(row, own))
    });
    let collation = if matches!(wanted, Oid::TEXT | Oid::BPCHAR) { DEFAULT_COLLATION } else { 0 };
    (found.unwrap_or(0), collation)
}
