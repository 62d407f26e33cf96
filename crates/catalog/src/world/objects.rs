//! The objects of a snapshot and their numbers.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use trunkline_core::catalog::{
    Attribute, Constraint, ConstraintKind, Index, IndexKey, Indexed, Numbers, Relation,
    RelationKind, Snapshot,
};

use super::PUBLIC;
use super::sequence::SequenceObject;
use crate::analyze::Declared;

/// Everything in a snapshot that has a name or a number.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    pub(crate) snapshot: Arc<Snapshot>,
    /// Schemas, but those that every database has.
    pub(crate) schemas: Vec<(u32, Arc<str>)>,
    /// Tables, views, indexes and sequences.
    pub(crate) classes: Vec<ClassObject>,
    pub(crate) constraints: Vec<ConstraintObject>,
    by_oid: HashMap<u32, usize>,
    by_name: HashMap<(u32, Arc<str>), usize>,
    /// Row types and their arrays, by OID: the class, and whether it is the array.
    pub(crate) types: HashMap<u32, (usize, bool)>,
    /// What names of types and functions mean, once somebody asks.
    declared: OnceLock<Declared>,
}

/// A row of `pg_class`.
#[derive(Debug)]
pub(crate) struct ClassObject {
    pub(crate) oid: u32,
    pub(crate) schema: u32,
    pub(crate) name: Arc<str>,
    /// `relkind`
    pub(crate) kind: char,
    /// The row type and its arrays; zero for an index.
    pub(crate) row_type: u32,
    pub(crate) array_type: u32,
    /// Where the relation is in the snapshot; of an index or a sequence, its table.
    pub(super) place: (usize, usize),
    pub(crate) index: Option<IndexObject>,
    pub(crate) sequence: Option<SequenceObject>,
}

/// What `pg_index` says.
#[derive(Debug)]
pub(crate) struct IndexObject {
    pub(crate) table: u32,
    pub(crate) primary: bool,
    pub(crate) of: Index,
}

/// A row of `pg_constraint`.
#[derive(Debug)]
pub(crate) struct ConstraintObject {
    pub(crate) oid: u32,
    pub(crate) name: Arc<str>,
    pub(crate) schema: u32,
    pub(crate) table: u32,
    pub(crate) what: What,
    pub(crate) deferrable: bool,
    pub(crate) deferred: bool,
    /// The index that upholds it.
    pub(crate) index: u32,
}

impl IndexObject {
    /// The columns that it has, keys first; `None` stands for an expression.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Option<usize>> {
        let include = self.of.include.iter().copied().map(Some);
        self.of.keys.iter().map(IndexKey::column).chain(include)
    }
}

/// What a constraint demands.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Kind(ConstraintKind),
    NotNull(usize),
}

impl Objects {
    /// Numbers the objects of a snapshot: by their names, so that they stay the same.
    pub(crate) fn new(snapshot: Arc<Snapshot>) -> Objects {
        let mut numbers = Numbers::default();
        let mut objects = Objects { snapshot: snapshot.clone(), ..Objects::default() };
        // All relations before anything else, as engines do, which name them as origins of columns.
        let oids: Vec<Vec<u32>> = snapshot
            .schemas
            .iter()
            .map(|schema| {
                let names = schema.relations.iter().map(|relation| relation.name.as_str());
                names.map(|name| numbers.relation(&schema.name, name).0).collect()
            })
            .collect();
        for (place, schema) in snapshot.schemas.iter().enumerate() {
            let oid = match schema.name.as_str() {
                "public" => PUBLIC,
                "pg_catalog" | "information_schema" => continue,
                name => numbers.of("schema", &[name]),
            };
            objects.schemas.push((oid, schema.name.as_str().into()));
            let numbered = schema.relations.iter().zip(oids.get(place).into_iter().flatten());
            for (at, (relation, number)) in numbered.enumerate() {
                let names = (oid, schema.name.as_str());
                objects.relation(names, (*number, relation), (place, at), &mut numbers);
            }
        }
        objects.add_sequences(&mut numbers);
        objects.find_foreign_indexes();
        objects
    }

    fn relation(
        &mut self,
        (schema, schema_name): (u32, &str),
        (oid, relation): (u32, &Relation),
        place: (usize, usize),
        numbers: &mut Numbers,
    ) {
        let names = [schema_name, relation.name.as_str()];
        let kind = match relation.kind {
            RelationKind::View => 'v',
            RelationKind::Foreign => 'f',
            _ => 'r',
        };
        let class = ClassObject {
            oid,
            schema,
            name: relation.name.as_str().into(),
            kind,
            row_type: numbers.of("type", &names),
            array_type: numbers.of("array", &names),
            place,
            index: None,
            sequence: None,
        };
        self.types.insert(class.row_type, (self.classes.len(), false));
        self.types.insert(class.array_type, (self.classes.len(), true));
        self.add(class);
        for constraint in &relation.constraints {
            self.constraint(schema, schema_name, (oid, relation), constraint, place, numbers);
        }
        for (column, attribute) in relation.columns.iter().enumerate() {
            if attribute.not_null && kind != 'v' {
                let wanted = format!("{}_{}_not_null", relation.name, attribute.column.name);
                let name = self.free_constraint_name(oid, &wanted);
                let number = numbers.of("constraint", &[schema_name, &relation.name, &name]);
                let what = What::NotNull(column);
                self.constraints.push(ConstraintObject {
                    oid: number,
                    name,
                    schema,
                    table: oid,
                    what,
                    deferrable: false,
                    deferred: false,
                    index: 0,
                });
            }
        }
        for index in &relation.indexes {
            let object = IndexObject { table: oid, primary: false, of: index.clone() };
            let number = numbers.of("class", &[schema_name, &index.name]);
            self.index(number, schema, &index.name, place, object);
        }
    }

    fn constraint(
        &mut self,
        schema: u32,
        schema_name: &str,
        (table, relation): (u32, &Relation),
        constraint: &Constraint,
        place: (usize, usize),
        numbers: &mut Numbers,
    ) {
        let name = match &constraint.name {
            Some(name) => name.as_str().into(),
            None => self.free_constraint_name(table, &made_up_name(relation, &constraint.kind)),
        };
        let oid = numbers.of("constraint", &[schema_name, &relation.name, &name]);
        let mut upholds = 0;
        if let ConstraintKind::Primary(key) | ConstraintKind::Unique(key) = &constraint.kind {
            let keys = key.columns.iter().map(|at| IndexKey::new(Indexed::Column(*at), false));
            let mut of = Index::new(&*name, keys);
            of.include = key.include.clone();
            of.unique = true;
            of.nulls_not_distinct = key.nulls_not_distinct;
            let primary = matches!(constraint.kind, ConstraintKind::Primary(_));
            let object = IndexObject { table, primary, of };
            upholds = numbers.of("class", &[schema_name, &name]);
            self.index(upholds, schema, &name, place, object);
        }
        let what = What::Kind(constraint.kind.clone());
        let Constraint { deferrable, deferred, .. } = *constraint;
        self.constraints.push(ConstraintObject {
            oid,
            name,
            schema,
            table,
            what,
            deferrable,
            deferred,
            index: upholds,
        });
    }

    fn index(
        &mut self,
        oid: u32,
        schema: u32,
        name: &str,
        place: (usize, usize),
        index: IndexObject,
    ) {
        let (row_type, array_type) = (0, 0);
        let name = name.into();
        self.add(ClassObject {
            oid,
            schema,
            name,
            kind: 'i',
            row_type,
            array_type,
            place,
            index: Some(index),
            sequence: None,
        });
    }

    pub(super) fn add(&mut self, class: ClassObject) {
        self.by_oid.insert(class.oid, self.classes.len());
        self.by_name.entry((class.schema, class.name.clone())).or_insert(self.classes.len());
        self.classes.push(class);
    }

    /// PostgreSQL puts a number behind a name that is taken.
    fn free_constraint_name(&self, table: u32, wanted: &str) -> Arc<str> {
        let is_taken = |name: &str| {
            self.constraints.iter().any(|other| other.table == table && *other.name == *name)
        };
        let numbered = (1..).map(|number| format!("{wanted}{number}"));
        let name = std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !is_taken(name));
        name.unwrap_or_else(|| wanted.to_owned()).into()
    }

    /// A foreign key rests on the unique index of what it refers to.
    fn find_foreign_indexes(&mut self) {
        let found: Vec<(usize, u32)> = self
            .constraints
            .iter()
            .enumerate()
            .filter_map(|(place, constraint)| {
                let What::Kind(ConstraintKind::Foreign(key)) = &constraint.what else {
                    return None;
                };
                let target = self.find_named(&key.schema, &key.table)?;
                let columns = self.columns_named(target, &key.refers_to);
                let index = self.classes.iter().find(|class| {
                    class.index.as_ref().is_some_and(|index| {
                        let keys = index.of.keys.iter();
                        let own: Option<HashSet<usize>> = keys.map(IndexKey::column).collect();
                        index.table == target.oid
                            && index.of.unique
                            && own == Some(columns.iter().copied().collect())
                    })
                })?;
                Some((place, index.oid))
            })
            .collect();
        for (place, index) in found {
            if let Some(constraint) = self.constraints.get_mut(place) {
                constraint.index = index;
            }
        }
    }

    /// The types and functions that somebody made.
    pub(crate) fn declared(&self) -> &Declared {
        self.declared.get_or_init(|| Declared::new(self))
    }

    /// The places of columns by their names.
    pub(crate) fn columns_named(&self, class: &ClassObject, names: &[String]) -> Vec<usize> {
        let columns = self.columns(class);
        let place = |name: &String| columns.iter().position(|one| *one.column.name == **name);
        names.iter().filter_map(place).collect()
    }

    pub(crate) fn class(&self, oid: u32) -> Option<&ClassObject> {
        self.classes.get(*self.by_oid.get(&oid)?)
    }

    pub(crate) fn class_in(&self, schema: u32, name: &str) -> Option<&ClassObject> {
        self.classes.get(*self.by_name.get(&(schema, name.into()))?)
    }

    pub(crate) fn find_named(&self, schema: &str, name: &str) -> Option<&ClassObject> {
        self.class_in(self.schema_named(schema)?, name)
    }

    pub(crate) fn schema_named(&self, name: &str) -> Option<u32> {
        self.schemas.iter().find(|(_, own)| **own == *name).map(|(oid, _)| *oid)
    }

    /// The table or view that a class is, or is an index of.
    pub(crate) fn relation_of(&self, class: &ClassObject) -> Option<&Relation> {
        self.snapshot.schemas.get(class.place.0)?.relations.get(class.place.1)
    }

    /// The columns of a table or view.
    pub(crate) fn columns(&self, class: &ClassObject) -> &[Attribute] {
        self.relation_of(class).map(|relation| relation.columns.as_slice()).unwrap_or_default()
    }

    /// The constraints of a table.
    pub(crate) fn constraints_of(&self, table: u32) -> impl Iterator<Item = &ConstraintObject> {
        self.constraints.iter().filter(move |constraint| constraint.table == table)
    }

    /// Tables, views and foreign tables.
    pub(crate) fn relations(&self) -> impl Iterator<Item = (&ClassObject, &Relation)> {
        let classes =
            self.classes.iter().filter(|class| class.index.is_none() && class.sequence.is_none());
        classes.filter_map(|class| Some((class, self.relation_of(class)?)))
    }
}

/// The name that PostgreSQL gives to a constraint that has none.
fn made_up_name(relation: &Relation, kind: &ConstraintKind) -> String {
    let column = |place: &usize| relation.columns.get(*place).map_or("", |one| &*one.column.name);
    let columns = |places: &[usize]| places.iter().map(column).collect::<Vec<_>>().join("_");
    let table = &relation.name;
    match kind {
        ConstraintKind::Primary(_) => format!("{table}_pkey"),
        ConstraintKind::Unique(key) => format!("{table}_{}_key", columns(&key.columns)),
        ConstraintKind::Foreign(key) => format!("{table}_{}_fkey", columns(&key.columns)),
        _ => format!("{table}_check"),
    }
}

/// A number for what has only a name: a role, a database.
pub(crate) fn number_of(kind: &str, name: &str) -> u32 {
    Numbers::default().of(kind, &[name])
}
