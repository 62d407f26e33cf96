//! The types of a snapshot: `pg_type`, `pg_enum` and `pg_range`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use trunkline_core::Oid;
use trunkline_core::catalog::{Access, Attribute, ConstraintKind, Domain, Type, TypeKind};

use super::constraint::{ConstraintObject, Rule};
use super::naming::array_name;
use super::numbered::Of;
use super::numbered::{HasOid, Numbered};
use super::place::{At, Place};
use super::row::{Maker, count, letter};
use super::slots::{Name, Slots};
use super::{ClassObject, Objects, World};
use crate::datum::{Datum, Row};
use crate::facts::{PG_CATALOG, facts, number};

/// The types of a snapshot.
#[derive(Debug, Default)]
pub(crate) struct Types {
    pub(super) all: Numbered<TypeObject>,
    by_name: Slots,
}

/// A row of `pg_type`.
#[derive(Debug)]
pub(crate) struct TypeObject {
    pub(crate) oid: u32,
    pub(crate) schema: u32,
    pub(crate) name: Arc<str>,
    pub(crate) what: TypeWhat,
    /// The type of its arrays, or zero.
    pub(crate) array: u32,
    place: Place,
}

impl HasOid for TypeObject {
    fn oid(&self) -> u32 {
        self.oid
    }
}

impl TypeObject {
    fn named(&self) -> Name<'_> {
        (self.schema, &self.name)
    }
}

/// What a type of the snapshot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeWhat {
    /// The rows of a relation or a composite type, by its number.
    Row(u32),
    /// Arrays of a type.
    Array(u32),
    Enum,
    Domain,
    Range,
    Multirange,
}

impl Types {
    pub(crate) fn get(&self, oid: u32) -> Option<&TypeObject> {
        self.all.get(oid)
    }

    pub(crate) fn named(&self, schema: u32, name: &str) -> Option<u32> {
        let at = |place| Some(self.all.at(place)?.named());
        self.all.at(self.by_name.get((schema, name), at)?).map(|of| of.oid)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, TypeObject> {
        self.all.iter()
    }
}

impl Objects {
    /// Adds the row types of the relations that are there, the types of the snapshot, and their arrays.
    pub(super) fn add_types(&mut self) {
        let rows: Vec<TypeObject> = self
            .classes
            .iter()
            .filter(|class| class.row_type != 0)
            .map(|class| TypeObject {
                oid: class.row_type,
                schema: class.schema,
                name: class.name.clone(),
                what: TypeWhat::Row(class.oid),
                array: 0,
                place: Place::None,
            })
            .collect();
        for row in rows {
            self.add_type(row);
        }
        let mut arrays = HashMap::new();
        let snapshot = self.snapshot.clone();
        for (at, schema) in snapshot.schemas.iter().enumerate() {
            let Some(number) = self.schema_named(&schema.name) else { continue };
            for (place, of) in schema.types.iter().enumerate() {
                arrays.insert(of.oid.0, of.array.0);
                let place = Place::Type(At::new(at, place));
                let mut object = |oid: Oid, name: &str, what| {
                    let (array, name) = (0, name.into());
                    self.add_type(TypeObject {
                        oid: oid.0,
                        schema: number,
                        name,
                        what,
                        array,
                        place,
                    });
                };
                match &of.kind {
                    TypeKind::Enum(_) => object(of.oid, &of.name, TypeWhat::Enum),
                    TypeKind::Domain(_) => object(of.oid, &of.name, TypeWhat::Domain),
                    TypeKind::Range(range) => {
                        object(of.oid, &of.name, TypeWhat::Range);
                        let (name, oid, array) = &range.multirange;
                        object(*oid, name, TypeWhat::Multirange);
                        arrays.insert(oid.0, array.0);
                    }
                    TypeKind::Composite(_) => {
                        let class = self.numbers.of("class", &[&schema.name, &of.name]);
                        let what = TypeWhat::Row(class);
                        let (array, name) = (0, of.name.as_str().into());
                        let oid = of.oid.0;
                        self.add_type(TypeObject { oid, schema: number, name, what, array, place });
                        self.add(ClassObject {
                            oid: class,
                            schema: number,
                            name: of.name.as_str().into(),
                            kind: 'c',
                            row_type: oid,
                            place,
                            index: None,
                            sequence: None,
                        });
                    }
                    _ => {}
                }
            }
        }
        self.add_arrays(&arrays);
    }

    fn add_type(&mut self, of: TypeObject) {
        let (schema, name) = (of.schema, of.name.clone());
        let place = self.types.all.push(of);
        let all = &self.types.all;
        self.types.by_name.add((schema, &*name), place, |place| Some(all.at(place)?.named()));
    }

    /// Arrays get their names when all other types have theirs.
    fn add_arrays(&mut self, known: &HashMap<u32, u32>) {
        let elements: Vec<(u32, u32, Arc<str>)> =
            self.types.iter().map(|of| (of.oid, of.schema, of.name.clone())).collect();
        for (element, schema, name) in elements {
            let array = match known.get(&element) {
                Some(array) => *array,
                None => {
                    let schema = self.schema_name(schema).unwrap_or_default();
                    self.numbers.of("array", &[&schema, &name])
                }
            };
            let name = array_name(&name, |name| self.types.named(schema, name).is_some());
            if let Some(of) = self.types.all.get_mut(element) {
                of.array = array;
            }
            let (what, place) = (TypeWhat::Array(element), Place::None);
            self.add_type(TypeObject { oid: array, schema, name, what, array: 0, place });
        }
    }

    /// Adds what the domains of a schema check, before any table: most were made for one.
    pub(super) fn add_domain_constraints(&mut self, schema: u32, types: &[Type]) {
        for of in types {
            if let TypeKind::Domain(domain) = &of.kind {
                self.add_constraints_of_domain(schema, of, domain);
            }
        }
    }

    fn add_constraints_of_domain(&mut self, schema: u32, of: &Type, domain: &Domain) {
        let mut refusals = domain.constraints.iter().map(|constraint| &constraint.kind);
        let is_refused = refusals.any(|kind| matches!(kind, ConstraintKind::NotNull(_)));
        // It mostly stands first.
        if domain.not_null && !is_refused {
            let name = self.domain_constraint_name(schema, &of.name, "not_null");
            let oid = self.constraint_number(schema, &of.name, &name);
            let numbered = (oid, name);
            let rule = Rule::new(ConstraintKind::NotNull(0), Vec::new());
            let refusal = ConstraintObject::new(numbered, schema, (0, of.oid.0), rule);
            self.add_constraint(refusal);
        }
        for constraint in &domain.constraints {
            let label = match &constraint.kind {
                ConstraintKind::NotNull(_) => "not_null",
                _ => "check",
            };
            let name = match &constraint.name {
                Some(name) => name.as_str().into(),
                None => self.domain_constraint_name(schema, &of.name, label),
            };
            let oid = self.constraint_number(schema, &of.name, &name);
            let rule = Rule::new(constraint.kind.clone(), Vec::new());
            let mut object = ConstraintObject::new((oid, name), schema, (0, of.oid.0), rule);
            object.not_valid = constraint.not_valid;
            self.add_constraint(object);
        }
    }

    /// What the snapshot says of a type.
    pub(super) fn type_of(&self, of: &TypeObject) -> Option<&Type> {
        self.type_at(of.place)
    }

    /// What a domain of the snapshot is.
    pub(super) fn domain(&self, oid: u32) -> Option<&Domain> {
        match &self.type_of(self.types.get(oid)?)?.kind {
            TypeKind::Domain(domain) => Some(domain),
            _ => None,
        }
    }

    /// Whether a type is that of the rows of a relation.
    pub(crate) fn is_row_type(&self, of: &TypeObject) -> bool {
        matches!(of.what, TypeWhat::Row(_)) && of.place == Place::None
    }

    /// Whose a type is, and what others may do with it; a row type is its relation's.
    pub(crate) fn type_access(&self, of: &TypeObject) -> Option<&Access> {
        match of.what {
            TypeWhat::Row(class) => self.access_of(self.class(class)?),
            TypeWhat::Array(element) => self.type_access(self.types.get(element)?),
            _ => self.type_of(of).map(|of| &of.access),
        }
    }
}

/// A cell of `pg_type` for a type that every database has.
fn builtin(oid: Oid, column: &str) -> Datum {
    static PLACES: LazyLock<HashMap<u32, usize>> = LazyLock::new(|| {
        let Some(facts) = facts("pg_type") else { return HashMap::new() };
        let oid = facts.column("oid");
        facts.rows.iter().zip(0..).map(|(row, place)| (number(row, oid), place)).collect()
    });
    let cell = || {
        let facts = facts("pg_type")?;
        facts.rows.get(*PLACES.get(&oid.0)?)?.get(facts.column(column)).cloned()
    };
    cell().unwrap_or_default()
}

/// The number of a function that types have for themselves.
fn proc(name: &str) -> Datum {
    let procs = crate::facts::PROCS.get(name).map(Vec::as_slice).unwrap_or_default();
    Datum::Oid(procs.first().map_or(0, |proc| proc.oid))
}

/// Input, output, reception, sending and analysis of a kind of type.
fn functions(of: &str, analysed: bool) -> [Datum; 5] {
    let analyze = if analysed { proc(&format!("{of}_typanalyze")) } else { Datum::Oid(0) };
    let [input, output, receive, send] =
        ["in", "out", "recv", "send"].map(|what| proc(&format!("{of}_{what}")));
    [input, output, receive, send, analyze]
}

pub(super) fn types(world: &World, of: Of) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_type");
    world.objects.types.all.of(of).map(|of| type_row(world, &maker, of)).collect()
}

fn type_row(world: &World, maker: &Maker, of: &TypeObject) -> Row {
    let stored = world.storage(Oid(of.oid));
    let delimiter = |element: u32| match builtin(world.base_of(Oid(element)), "typdelim") {
        Datum::Null => letter(','),
        known => known,
    };
    let (mut kind, mut delim) = ('b', letter(','));
    let category;
    let (mut relation, mut element, mut subscript) = (0, 0, Datum::Oid(0));
    let mut domain = None;
    let [input, output, receive, send, analyze] = match of.what {
        TypeWhat::Row(class) => {
            (kind, category, relation) = ('c', letter('C'), class);
            functions("record", false)
        }
        TypeWhat::Array(own) => {
            (category, element, delim) = (letter('A'), own, delimiter(own));
            subscript = proc("array_subscript_handler");
            functions("array", true)
        }
        TypeWhat::Enum => {
            (kind, category) = ('e', letter('E'));
            functions("enum", false)
        }
        TypeWhat::Range => {
            (kind, category) = ('r', letter('R'));
            functions("range", true)
        }
        TypeWhat::Multirange => {
            (kind, category) = ('m', letter('R'));
            functions("multirange", true)
        }
        TypeWhat::Domain => {
            kind = 'd';
            domain = world.objects.domain(of.oid);
            let base = world.base_of(Oid(of.oid));
            let under = match world.objects.types.get(base.0) {
                Some(under) if under.what != TypeWhat::Domain => {
                    let row = type_row(world, maker, under);
                    let cell = |name| maker.cell(&row, name);
                    ["typcategory", "typoutput", "typsend", "typanalyze"].map(cell)
                }
                _ => ["typcategory", "typoutput", "typsend", "typanalyze"]
                    .map(|name| builtin(base, name)),
            };
            delim = delimiter(base.0);
            let [own, output, send, analyze] = under;
            category = own;
            [proc("domain_in"), output, proc("domain_recv"), send, analyze]
        }
    };
    let access = world.objects.type_access(of);
    let acl = match of.what {
        TypeWhat::Array(_) => Datum::Null,
        _ if world.objects.is_row_type(of) => Datum::Null,
        _ => access.map_or(Datum::Null, |access| world.acl(access)),
    };
    let is_array = domain.is_some_and(|domain| world.element_of(domain.of.type_oid).is_some());
    let default = domain.and_then(|domain| domain.default.as_deref());
    maker.row([
        ("oid", Datum::Oid(of.oid)),
        ("typname", Datum::Text(of.name.clone())),
        ("typnamespace", Datum::Oid(of.schema)),
        ("typowner", Datum::Oid(world.owner(access.and_then(|access| access.owner.as_deref())))),
        ("typlen", Datum::Int(stored.length)),
        ("typbyval", Datum::Bool(stored.by_value)),
        ("typtype", letter(kind)),
        ("typcategory", category),
        ("typisdefined", Datum::Bool(true)),
        ("typdelim", delim),
        ("typrelid", Datum::Oid(relation)),
        ("typsubscript", subscript),
        ("typelem", Datum::Oid(element)),
        ("typarray", Datum::Oid(of.array)),
        ("typinput", input),
        ("typoutput", output),
        ("typreceive", receive),
        ("typsend", send),
        ("typanalyze", analyze),
        ("typalign", letter(stored.align)),
        ("typstorage", letter(stored.storage)),
        ("typnotnull", Datum::Bool(domain.is_some_and(|domain| domain.not_null))),
        ("typbasetype", Datum::Oid(domain.map_or(0, |domain| domain.of.type_oid.0))),
        ("typtypmod", Datum::Int(domain.map_or(-1, |domain| domain.of.typmod.into()))),
        ("typndims", Datum::Int(is_array.into())),
        ("typcollation", Datum::Oid(stored.collation)),
        ("typdefaultbin", default.map_or(Datum::Null, Datum::text)),
        (
            "typdefault",
            domain.zip(default).map_or(Datum::Null, |(domain, text)| {
                let of = (domain.of.type_oid, domain.of.typmod);
                Datum::text(super::text::typed_text(world, of, text))
            }),
        ),
        ("typacl", acl),
    ])
}

/// The labels of each enum.
pub(super) fn enums(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_enum");
    let mut rows = Vec::new();
    for of in world.objects.types.iter().filter(|of| of.what == TypeWhat::Enum) {
        let Some(Type { kind: TypeKind::Enum(labels), .. }) = world.objects.type_of(of) else {
            continue;
        };
        let number =
            |label: &String| super::objects::number_of("label", &format!("{}.{label}", of.oid));
        // Of labels that were there from the beginning the numbers rise, as PostgreSQL's do.
        let mut numbers: Vec<u32> = labels.iter().map(number).collect();
        numbers.sort_unstable();
        for (place, (label, number)) in (1_u32..).zip(labels.iter().zip(numbers)) {
            rows.push(maker.row([
                ("oid", Datum::Oid(number)),
                ("enumtypid", Datum::Oid(of.oid)),
                ("enumsortorder", Datum::Float(f64::from(place))),
                ("enumlabel", Datum::text(label.as_str())),
            ]));
        }
    }
    rows
}

pub(super) fn ranges(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_range");
    let ranges = world.objects.types.iter().filter(|of| of.what == TypeWhat::Range);
    let rows = ranges.filter_map(|of| {
        let TypeKind::Range(range) = &world.objects.type_of(of)?.kind else { return None };
        let class = world.operator_class(403, range.of, None);
        Some(maker.row([
            ("rngtypid", Datum::Oid(of.oid)),
            ("rngsubtype", Datum::Oid(range.of.0)),
            ("rngmultitypid", Datum::Oid(range.multirange.1.0)),
            ("rngcollation", Datum::Oid(world.storage(range.of).collation)),
            ("rngsubopc", Datum::Oid(class.map_or(0, |class| class.oid))),
        ]))
    });
    rows.collect()
}

/// How many dimensions a column was declared with; where nobody says it, as far as its type does.
pub(super) fn dimensions(world: &World, attribute: &Attribute) -> Datum {
    if let Some(declared) = attribute.dimensions {
        return Datum::Int(declared.into());
    }
    let is_declared = attribute.is_local || !attribute.inherited;
    count(usize::from(is_declared && world.element_of(attribute.column.type_oid).is_some()))
}
