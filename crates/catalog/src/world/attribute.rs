//! Columns of a snapshot: `pg_attribute` and `pg_attrdef`.

use trunkline_core::Oid;
use trunkline_core::catalog::{Attribute, Generated};

use super::naming::index_column;
use super::numbered::Of;
use super::row::{Maker, count, letter, mark};
use super::types::dimensions;
use super::{ClassObject, IndexObject, World, sequence};
use crate::datum::{Datum, Row};
use crate::plan::Cells;

/// What is said of a column besides its name and type.
#[derive(Clone, Debug)]
struct Said {
    not_null: bool,
    has_default: bool,
    identity: &'static str,
    generated: &'static str,
    collation: u32,
    dimensions: Datum,
    is_local: bool,
    inherited: usize,
    acl: Datum,
}

impl Said {
    /// Nothing.
    fn new(collation: u32) -> Said {
        Said {
            not_null: false,
            has_default: false,
            identity: "",
            generated: "",
            collation,
            dimensions: Datum::Int(0),
            is_local: true,
            inherited: 0,
            acl: Datum::Null,
        }
    }
}

/// The columns that every relation with rows of its own has besides, with their numbers.
const SYSTEM: [(&str, Oid, i64); 6] = [
    ("ctid", Oid(27), -1),
    ("xmin", Oid::XID, -2),
    ("cmin", Oid::CID, -3),
    ("xmax", Oid::XID, -4),
    ("cmax", Oid::CID, -5),
    ("tableoid", Oid::OID, -6),
];

impl World {
    /// Whether a name is that of a column which every table has besides its own.
    pub(crate) fn is_system_column(&self, name: &str) -> bool {
        SYSTEM.iter().any(|(own, ..)| *own == name)
    }
}

pub(super) fn attributes(world: &World, of: Of, cells: Cells) -> Vec<Row> {
    let maker = Maker::of("pg_attribute", cells);
    let mut rows = Vec::new();
    for class in world.objects.classes.of(of) {
        match &class.index {
            Some(index) => of_index(world, &maker, class, index, &mut rows),
            None if class.sequence.is_some() => {
                for (place, (name, oid)) in sequence::COLUMNS.into_iter().enumerate() {
                    let said = Said { not_null: true, ..Said::new(0) };
                    rows.push(row(world, &maker, (class, number(place)), name, (oid, -1), said));
                }
            }
            None => {
                for (place, attribute) in world.objects.columns(class).iter().enumerate() {
                    let said = said(world, &maker, class, attribute);
                    let of = (attribute.column.type_oid, attribute.column.typmod);
                    let name = &*attribute.column.name;
                    rows.push(row(world, &maker, (class, number(place)), name, of, said));
                }
            }
        }
        if !matches!(class.kind, 'v' | 'c' | 'i' | 'I') {
            for (name, oid, number) in SYSTEM {
                let said = Said { not_null: true, ..Said::new(0) };
                rows.push(row(world, &maker, (class, number), name, (oid, -1), said));
            }
        }
    }
    rows
}

/// The number of a column by its place.
fn number(place: usize) -> i64 {
    i64::try_from(place).map_or(i64::MAX, |place| place.saturating_add(1))
}

fn said(world: &World, maker: &Maker, class: &ClassObject, attribute: &Attribute) -> Said {
    let (identity, generated) = match attribute.generated {
        Some(Generated::Always) => ("a", ""),
        Some(Generated::ByDefault) => ("d", ""),
        Some(Generated::Stored) => ("", "s"),
        Some(Generated::Virtual) => ("", "v"),
        _ => ("", ""),
    };
    let owner = world.objects.owner_of(class);
    let parents = world.objects.family.parents(class.oid);
    let has = |parent: &&u32| {
        let columns = world.objects.class(**parent).map(|parent| world.objects.columns(parent));
        columns.is_some_and(|all| all.iter().any(|one| one.column.name == attribute.column.name))
    };
    let inherited = match attribute.inherited && maker.asks("attinhcount") {
        true => parents.iter().filter(has).count().max(1),
        false => 0,
    };
    Said {
        not_null: attribute.not_null && !matches!(class.kind, 'v' | 'm' | 'c'),
        has_default: attribute.default.is_some() && identity.is_empty(),
        identity,
        generated,
        collation: if maker.asks("attcollation") { world.collation_of(attribute) } else { 0 },
        dimensions: dimensions(world, attribute),
        is_local: attribute.is_local,
        inherited,
        acl: world.acl_of(owner, &attribute.grants),
    }
}

fn of_index(
    world: &World,
    maker: &Maker,
    class: &ClassObject,
    index: &IndexObject,
    rows: &mut Vec<Row>,
) {
    let Some(relation) = world.objects.relation_of(class) else { return };
    let columns = world.index_columns(index);
    let keys = index.of.keys.iter().map(|key| index_column(relation, key));
    let included = index.of.include.iter().map(|place| {
        relation.columns.get(*place).map_or_else(String::new, |one| one.column.name.to_string())
    });
    let mut names: Vec<String> = Vec::new();
    for wanted in keys.chain(included) {
        // Two columns of an index have two names.
        let numbered = (1..).map(|number| format!("{wanted}{number}"));
        let mut all = std::iter::once(wanted.clone()).chain(numbered);
        let name = all.find(|name| !names.contains(name)).unwrap_or(wanted);
        names.push(name);
    }
    let own = index.columns().map(|place| relation.columns.get(place?));
    for (place, ((column, name), own)) in columns.iter().zip(&names).zip(own).enumerate() {
        let dimensions = own.map_or(Datum::Int(0), |own| dimensions(world, own));
        let said = Said { dimensions, ..Said::new(column.collation) };
        let of = (column.type_oid, column.typmod);
        rows.push(row(world, maker, (class, number(place)), name, of, said));
    }
}

fn row(
    world: &World,
    maker: &Maker,
    (class, number): (&ClassObject, i64),
    name: &str,
    (oid, typmod): (Oid, i32),
    said: Said,
) -> Row {
    let name = if maker.asks("attname") { Datum::text(name) } else { Datum::Null };
    let mut stored = world.storage(oid);
    if class.kind == 't' {
        // What was too long is kept as it comes.
        stored.storage = 'p';
    }
    maker.row([
        ("attrelid", Datum::Oid(class.oid)),
        ("attname", name),
        ("atttypid", Datum::Oid(oid.0)),
        ("attlen", Datum::Int(stored.length)),
        ("attnum", Datum::Int(number)),
        ("atttypmod", Datum::Int(typmod.into())),
        ("attndims", said.dimensions),
        ("attbyval", Datum::Bool(stored.by_value)),
        ("attalign", letter(stored.align)),
        ("attstorage", letter(stored.storage)),
        ("attnotnull", Datum::Bool(said.not_null)),
        ("atthasdef", Datum::Bool(said.has_default)),
        ("attidentity", mark(said.identity)),
        ("attgenerated", mark(said.generated)),
        ("attislocal", Datum::Bool(said.is_local)),
        ("attinhcount", count(said.inherited)),
        ("attcollation", Datum::Oid(said.collation)),
        ("attacl", said.acl),
    ])
}

pub(super) fn defaults(world: &World, of: Of, cells: Cells) -> Vec<Row> {
    let maker = Maker::of("pg_attrdef", cells);
    let [has_oid, has_text] = ["oid", "adbin"].map(|name| maker.asks(name));
    let mut rows = Vec::new();
    for class in world.objects.classes.of(of).filter(|one| one.is_relation()) {
        let Some(relation) = world.objects.relation_of(class) else { continue };
        let oid = |place| if has_oid { default_oid(class, place) } else { 0 };
        let text = |place, default: &str| match has_text {
            true => Datum::text(world.default_text(class.oid, place, default)),
            false => Datum::Null,
        };
        for (place, attribute) in relation.columns.iter().enumerate() {
            let Some(default) = &attribute.default else { continue };
            if sequence::is_identity(attribute) {
                continue;
            }
            rows.push(maker.row([
                ("oid", Datum::Oid(oid(place))),
                ("adrelid", Datum::Oid(class.oid)),
                ("adnum", count(place + 1)),
                ("adbin", text(place, default)),
            ]));
        }
    }
    rows
}

impl World {
    /// The table of a default, and the number of its column.
    pub(crate) fn column_of_default(&self, oid: u32) -> Option<(u32, i64)> {
        let defaults = self.objects.defaults.get_or_init(|| {
            let all = self.objects.relations().flat_map(|(class, relation)| {
                let columns = relation.columns.iter().enumerate();
                let columns = columns.filter(|(_, attribute)| attribute.default.is_some());
                columns.map(|(place, _)| (default_oid(class, place), (class.oid, number(place))))
            });
            all.collect()
        });
        defaults.get(&oid).copied()
    }
}

/// The number of the default of a column.
pub(super) fn default_oid(class: &ClassObject, place: usize) -> u32 {
    super::objects::number_of("default", &format!("{}.{place}", class.oid))
}
