//! What names mean on a search path, and how they are written there.

use std::collections::HashMap;
use std::sync::Arc;

use trunkline_core::catalog::{Routine, TypeKind};
use trunkline_core::{Oid, Result};
use trunkline_sql::{TypeName, quote_identifier};

use super::Columns;
use crate::bind::named_type;
use crate::facts::{self, PG_CATALOG, type_facts};
use crate::world::{ClassObject, INFORMATION_SCHEMA, Objects, PUBLIC, TypeWhat, modified};

/// The types that somebody made, by number and by name.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    types: HashMap<u32, DeclaredType>,
    types_by_name: HashMap<(u32, Arc<str>), u32>,
}

/// A type that somebody made, or an array of one.
#[derive(Debug)]
struct DeclaredType {
    schema: u32,
    name: Arc<str>,
    place: (usize, usize),
    array: Oid,
    is_array_of: Option<Oid>,
}

impl Declared {
    pub(crate) fn new(objects: &Objects) -> Declared {
        let mut all = Declared::default();
        for (at, schema) in objects.snapshot.schemas.iter().enumerate() {
            let Some(oid) = schema_of(objects, &schema.name) else { continue };
            for (place, one) in schema.types.iter().enumerate() {
                let known = |name: Arc<str>, is_array_of| DeclaredType {
                    schema: oid,
                    name,
                    place: (at, place),
                    array: one.array,
                    is_array_of,
                };
                let name: Arc<str> = one.name.as_str().into();
                all.types_by_name.insert((oid, name.clone()), one.oid.0);
                let array = known(format!("_{name}").into(), Some(one.oid));
                all.types.insert(one.oid.0, known(name, None));
                all.types.insert(one.array.0, array);
            }
        }
        all
    }
}

/// The number of a schema by its name.
fn schema_of(objects: &Objects, name: &str) -> Option<u32> {
    match name {
        "pg_catalog" => Some(PG_CATALOG),
        "information_schema" => Some(*INFORMATION_SCHEMA),
        name => objects.schema_named(name).or_else(|| (name == "public").then_some(PUBLIC)),
    }
}

/// A relation that was found.
pub(crate) struct FoundRelation {
    pub(crate) schema: u32,
    pub(crate) row_type: u32,
    pub(crate) columns: Columns,
}

/// Names on a search path.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    objects: &'a Objects,
    path: &'a [u32],
    /// The schema of what is looked at: what no schema of the path has is looked for there.
    home: Option<u32>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(objects: &'a Objects, path: &'a [u32], home: Option<u32>) -> Names<'a> {
        Names { objects, path, home }
    }

    fn declared(&self) -> &'a Declared {
        self.objects.declared()
    }

    fn searched(&self) -> impl Iterator<Item = u32> {
        let first = (!self.path.contains(&PG_CATALOG)).then_some(PG_CATALOG);
        first.into_iter().chain(self.path.iter().copied())
    }

    /// Where a name without a schema is looked for: on the path, and where the statement belongs.
    fn looked_through(&self) -> impl Iterator<Item = u32> {
        self.searched().chain(self.home).chain([PUBLIC])
    }

    fn find<T>(&self, schema: Option<&str>, of: impl Fn(u32) -> Option<T>) -> Option<(u32, T)> {
        match schema {
            Some(schema) => {
                let schema = schema_of(self.objects, schema)?;
                of(schema).map(|found| (schema, found))
            }
            None => self.looked_through().find_map(|schema| Some((schema, of(schema)?))),
        }
    }

    /// Whether a name alone means what is in this schema.
    fn is_visible(&self, schema: u32, has: impl Fn(u32) -> bool) -> bool {
        self.searched().find(|schema| has(*schema)) == Some(schema)
    }

    fn shown(&self, schema: u32, name: &str, is_visible: bool) -> String {
        let name = quote_identifier(name);
        match self.schema_name(schema) {
            Some(schema) if !is_visible => format!("{}.{name}", quote_identifier(&schema)),
            _ => name.into_owned(),
        }
    }

    fn schema_name(&self, oid: u32) -> Option<Arc<str>> {
        match oid {
            PG_CATALOG => Some("pg_catalog".into()),
            PUBLIC => Some("public".into()),
            oid if oid == *INFORMATION_SCHEMA => Some("information_schema".into()),
            oid => {
                let mut schemas = self.objects.schemas.iter();
                schemas.find(|(own, _)| *own == oid).map(|(_, name)| name.clone())
            }
        }
    }

    fn has_class(&self, schema: u32, name: &str) -> bool {
        self.objects.class_in(schema, name).is_some() || facts::relation_oid(schema, name).is_some()
    }

    /// A table or a view by its name.
    pub(crate) fn relation(&self, schema: Option<&str>, name: &str) -> Option<FoundRelation> {
        let found = self.find(schema, |schema| {
            if let Some(class) = self.objects.class_in(schema, name) {
                return Some((class.row_type, self.columns_of(class)));
            }
            let columns = facts::relation_columns(schema, name)?;
            let columns = columns.iter().map(|one| (one.name.clone(), one.oid, -1)).collect();
            Some((0, columns))
        });
        found.map(|(schema, (row_type, columns))| FoundRelation { schema, row_type, columns })
    }

    /// The columns of a table or a view.
    pub(crate) fn columns_of(&self, class: &ClassObject) -> Columns {
        let columns = self.objects.columns(class).iter().map(|one| &one.column);
        columns.map(|one| ((*one.name).into(), one.type_oid, one.typmod)).collect()
    }

    /// How a relation is written.
    pub(crate) fn relation_text(&self, schema: u32, name: &str) -> String {
        self.shown(schema, name, self.is_visible(schema, |schema| self.has_class(schema, name)))
    }

    /// What `regclass` says of the relation that it was written for.
    pub(crate) fn class_text(&self, written: &str) -> Option<String> {
        let parts = crate::world::split_name(written).ok()?;
        let (schema, name) = match parts.as_slice() {
            [name] => (None, name),
            [schema, name] | [_, schema, name] => (Some(schema.as_str()), name),
            _ => return None,
        };
        let (schema, ()) =
            self.find(schema, |schema| self.has_class(schema, name).then_some(()))?;
        Some(self.relation_text(schema, name))
    }

    /// The functions of this name that are not PostgreSQL's own, with their numbers.
    pub(crate) fn routines(&self, schema: Option<&str>, name: &str) -> Vec<(u32, &'a Routine)> {
        let in_schema = |schema: u32| {
            let all = self.objects.routines.named(schema, name);
            let all: Vec<_> =
                all.filter_map(|one| Some((one.oid, self.objects.routine(one)?))).collect();
            (!all.is_empty()).then_some(all)
        };
        self.find(schema, in_schema).map(|(_, all)| all).unwrap_or_default()
    }

    /// A function that is not PostgreSQL's own.
    pub(crate) fn routine(&self, oid: u32) -> Option<&'a Routine> {
        self.objects.routine(self.objects.routines.get(oid)?)
    }

    /// How a function that is not PostgreSQL's own is written.
    pub(crate) fn routine_text(&self, oid: u32, name: &str) -> String {
        let schema = self.objects.routines.get(oid).map_or(PUBLIC, |routine| routine.schema);
        let is_built_in = facts::PROCS.contains_key(name);
        let is_visible = !is_built_in && self.path.contains(&schema);
        self.shown(schema, name, is_visible)
    }

    /// The type that SQL spells so, and its modifier.
    pub(crate) fn type_named(&self, text: &str) -> Result<(Oid, i32)> {
        let missing = match named_type(text, 0) {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let Ok(parsed) = TypeName::parse(text) else { return Err(missing) };
        let schema = parsed.qualifiers.last().map(String::as_str);
        let found = self.find(schema, |schema| {
            let name: Arc<str> = parsed.name.as_str().into();
            let class = || self.objects.class_in(schema, &name).map(|class| class.row_type);
            let declared = self.declared().types_by_name.get(&(schema, name.clone())).copied();
            declared.or_else(class).filter(|oid| *oid != 0).map(Oid)
        });
        let Some((_, oid)) = found else { return Err(missing) };
        match parsed.dimensions {
            0 => Ok((oid, -1)),
            _ => self.array_of(oid).map(|oid| (oid, -1)).ok_or(missing),
        }
    }

    /// What a type that somebody made is; an array of one is none.
    pub(crate) fn kind_of(&self, oid: Oid) -> Option<&'a TypeKind> {
        let known = self.declared().types.get(&oid.0).filter(|one| one.is_array_of.is_none())?;
        let schema = self.objects.snapshot.schemas.get(known.place.0)?;
        schema.types.get(known.place.1).map(|one| &one.kind)
    }

    /// The type under a domain, with its modifier; any other type is its own.
    pub(crate) fn base_of(&self, oid: Oid) -> (Oid, i32) {
        let (mut base, mut typmod) = (oid, -1);
        // A domain may be of a domain, but not for ever.
        for _ in 0..32 {
            match self.kind_of(base) {
                Some(TypeKind::Domain(domain)) => {
                    typmod = if domain.of.typmod >= 0 { domain.of.typmod } else { typmod };
                    base = domain.of.type_oid;
                }
                _ => return (facts::base_of(base), typmod),
            }
        }
        (base, typmod)
    }

    /// Whether a type is a domain.
    pub(crate) fn is_domain(&self, oid: Oid) -> bool {
        self.base_of(oid).0 != oid
    }

    /// Whether a type is an enum.
    pub(crate) fn is_enum(&self, oid: Oid) -> bool {
        matches!(self.kind_of(oid), Some(TypeKind::Enum(_)))
    }

    /// The type of an array's elements.
    pub(crate) fn element_of(&self, oid: Oid) -> Option<Oid> {
        let oid = self.base_of(oid).0;
        if let Some(known) = self.declared().types.get(&oid.0) {
            return known.is_array_of;
        }
        if let Some(known) = self.objects.types.get(oid.0) {
            return match known.what {
                TypeWhat::Array(element) => Some(Oid(element)),
                _ => None,
            };
        }
        facts::element_of(oid)
    }

    /// The type of arrays of a type.
    pub(crate) fn array_of(&self, oid: Oid) -> Option<Oid> {
        if let Some(known) = self.declared().types.get(&oid.0) {
            return Some(known.array);
        }
        if let Some(known) = self.objects.types.get(oid.0) {
            return Some(Oid(known.array)).filter(|array| array.0 != 0);
        }
        facts::array_of(oid)
    }

    /// The columns of a composite type or a row.
    pub(crate) fn fields_of(&self, oid: Oid) -> Columns {
        if let Some(TypeKind::Composite(columns)) = self.kind_of(self.base_of(oid).0) {
            let columns = columns.iter().map(|one| &one.column);
            return columns.map(|one| ((*one.name).into(), one.type_oid, one.typmod)).collect();
        }
        let class = match self.objects.types.get(oid.0).map(|known| known.what) {
            Some(TypeWhat::Row(class)) => self.objects.class(class),
            _ => None,
        };
        class.map(|class| self.columns_of(class)).unwrap_or_default()
    }

    /// `format_type`
    pub(crate) fn type_text(&self, oid: Oid, typmod: i32) -> String {
        let is_vector = matches!(oid, Oid::INT2VECTOR | Oid::OIDVECTOR);
        if let Some(element) = self.element_of(oid).filter(|_| !is_vector && !self.is_domain(oid)) {
            return format!("{}[]", self.type_text(element, typmod));
        }
        // By their usual names they would have one character or bit.
        match oid {
            Oid::BPCHAR if typmod < 0 => return "bpchar".to_owned(),
            Oid::BIT if typmod < 0 => return "\"bit\"".to_owned(),
            _ => {}
        }
        if let Some(name) = trunkline_core::types::name_of(oid) {
            return modified(oid, name, typmod);
        }
        let (schema, name) = if let Some(known) = self.declared().types.get(&oid.0) {
            (known.schema, known.name.clone())
        } else if let Some(known) = type_facts(oid) {
            (known.schema, known.name.clone())
        } else if let Some(known) = self.objects.types.get(oid.0) {
            (known.schema, known.name.clone())
        } else {
            return "???".to_owned();
        };
        let has = |schema: u32| {
            facts::type_named(schema, &name).is_some()
                || self.declared().types_by_name.contains_key(&(schema, name.clone()))
                || self.objects.class_in(schema, &name).is_some_and(|class| class.row_type != 0)
        };
        self.shown(schema, &name, self.is_visible(schema, has))
    }
}
