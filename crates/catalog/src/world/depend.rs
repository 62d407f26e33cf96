//! What depends on what: `pg_depend`.

mod expression;

use std::collections::HashSet;

use trunkline_core::Oid;
use trunkline_core::catalog::{ConstraintKind, Domain, Indexed, TypeKind};

use super::attribute::default_oid;
use super::constraint::{What, mentioned};
use super::numbered::Of;
use super::row::{Maker, letter};
use super::sequence::sequence_of_default;
use super::types::{TypeObject, TypeWhat};
use super::{ClassObject, Objects, World, casts};
use crate::analyze::Subject;
use crate::datum::{Datum, Row};
use crate::facts::{FIRST_MADE, PG_CATALOG, type_facts};
use expression::Place;

/// The catalogs that dependencies and descriptions name.
pub(super) const PG_CLASS: u32 = 1259;
pub(super) const PG_TYPE: u32 = 1247;
pub(super) const PG_PROC: u32 = 1255;
pub(super) const PG_CONSTRAINT: u32 = 2606;
pub(super) const PG_ATTRDEF: u32 = 2604;
pub(super) const PG_NAMESPACE: u32 = 2615;
pub(super) const PG_TRIGGER: u32 = 2620;
pub(super) const PG_REWRITE: u32 = 2618;
pub(super) const PG_POLICY: u32 = 3256;
pub(super) const PG_EXTENSION: u32 = 3079;
const PG_CAST: u32 = 2605;
const PG_LANGUAGE: u32 = 2612;

/// An object: its catalog, its number, and the number of its column or zero.
type Object = (u32, u32, u32);

/// A column of a table, counted from 0.
fn column(table: u32, place: usize) -> Object {
    (PG_CLASS, table, u32::try_from(place + 1).unwrap_or(u32::MAX))
}

/// A row of `pg_depend`: what depends on what, and how.
type Dependency = (Packed, Packed, char);

/// An object in eight bytes: the numbers of catalogs and of columns are small.
#[derive(Clone, Copy, Debug)]
struct Packed {
    catalog: u16,
    column: u16,
    oid: u32,
}

impl From<Object> for Packed {
    fn from((catalog, oid, column): Object) -> Packed {
        let small = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        Packed { catalog: small(catalog), column: small(column), oid }
    }
}

/// All that depends on something, in the order in which PostgreSQL would have heard of it.
#[derive(Debug)]
pub(super) struct Dependencies {
    all: Vec<Dependency>,
    /// Their places, by what depends, and by what that depends on.
    by_object: Vec<u32>,
    by_referenced: Vec<u32>,
}

impl Dependencies {
    fn new(objects: &Objects) -> Dependencies {
        let made = expression::made_names(objects);
        let mut finder = Finder { objects, made, all: Vec::new() };
        for class in objects.classes.iter() {
            finder.of_class(class);
        }
        finder.of_constraints();
        finder.of_types();
        finder.of_routines();
        finder.of_triggers();
        let mut all = finder.all;
        all.shrink_to_fit();
        let sorted = |number: fn(&Dependency) -> u32| {
            let mut places: Vec<u32> = (0..u32::try_from(all.len()).unwrap_or(u32::MAX)).collect();
            places.sort_by_key(|place| at(&all, *place).map(number));
            places
        };
        let (by_object, by_referenced) = (sorted(object), sorted(referenced));
        Dependencies { all, by_object, by_referenced }
    }

    /// What an object depends on.
    fn of(&self, oid: u32) -> impl Iterator<Item = &Dependency> {
        self.with(&self.by_object, object, oid)
    }

    /// What depends on an object.
    fn on(&self, oid: u32) -> impl Iterator<Item = &Dependency> {
        self.with(&self.by_referenced, referenced, oid)
    }

    fn with<'a>(
        &'a self,
        places: &'a [u32],
        number: fn(&Dependency) -> u32,
        oid: u32,
    ) -> impl Iterator<Item = &'a Dependency> {
        let is_before = |place: &u32| at(&self.all, *place).map(number) < Some(oid);
        let from = places.partition_point(is_before);
        let found = places.iter().skip(from).map_while(|place| at(&self.all, *place));
        found.take_while(move |one| number(one) == oid)
    }
}

fn at(all: &[Dependency], place: u32) -> Option<&Dependency> {
    all.get(usize::try_from(place).ok()?)
}

fn object(dependency: &Dependency) -> u32 {
    dependency.0.oid
}

fn referenced(dependency: &Dependency) -> u32 {
    dependency.1.oid
}

impl Objects {
    fn dependencies(&self) -> &Dependencies {
        self.depending.get_or_init(|| Dependencies::new(self))
    }

    pub(super) fn count_dependencies(&self) -> usize {
        self.dependencies().all.len()
    }
}

/// What some objects depend on.
pub(super) fn dependencies(world: &World, of: Of) -> Vec<Row> {
    let known = world.objects.dependencies();
    match of {
        Of::One(oid) => rows(known.of(oid)),
        Of::Part(from, to) => {
            rows(known.all.get(from..to.min(known.all.len())).unwrap_or_default())
        }
    }
}

/// What depends on an object.
pub(super) fn depending_on(world: &World, oid: u32) -> Vec<Row> {
    rows(world.objects.dependencies().on(oid))
}

fn rows<'a>(all: impl IntoIterator<Item = &'a Dependency>) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_depend");
    let rows = all.into_iter().map(|(of, on, kind)| {
        maker.row([
            ("classid", Datum::Oid(of.catalog.into())),
            ("objid", Datum::Oid(of.oid)),
            ("objsubid", Datum::Int(of.column.into())),
            ("refclassid", Datum::Oid(on.catalog.into())),
            ("refobjid", Datum::Oid(on.oid)),
            ("refobjsubid", Datum::Int(on.column.into())),
            ("deptype", letter(*kind)),
        ])
    });
    rows.collect()
}

/// Whether a type is one that somebody made: nothing depends on what is always there.
fn is_made(oid: Oid) -> bool {
    oid.0 >= FIRST_MADE && type_facts(oid).is_none()
}

/// Finds what depends on what.
struct Finder<'a> {
    objects: &'a Objects,
    /// The names of functions and types that somebody made.
    made: HashSet<&'a str>,
    all: Vec<Dependency>,
}

impl Finder<'_> {
    fn add(&mut self, of: Object, on: Object, kind: char) {
        if on.1 != 0 {
            self.all.push((of.into(), on.into(), kind));
        }
    }

    /// What is of a type depends on it, unless it is always there.
    fn on_type(&mut self, of: Object, oid: Oid) {
        if is_made(oid) {
            self.add(of, (PG_TYPE, oid.0, 0), 'n');
        }
    }

    fn on_schema(&mut self, of: Object, schema: u32) {
        // All of `public` depends on it, but it is always there.
        self.add(of, (PG_NAMESPACE, schema, 0), 'n');
    }

    fn of_class(&mut self, class: &ClassObject) {
        let objects = self.objects;
        let own = (PG_CLASS, class.oid, 0);
        if let Some(index) = &class.index {
            return self.of_index(class, index);
        }
        if let Some(sequence) = &class.sequence {
            self.on_schema(own, class.schema);
            if let Some((table, place)) = sequence.owner {
                let kind = if sequence.is_identity { 'i' } else { 'a' };
                self.add(own, column(table, place), kind);
            }
            return;
        }
        match class.kind {
            't' => {
                self.add(own, (PG_CLASS, objects.kept_for(class).oid, 0), 'i');
                return;
            }
            'c' => self.add(own, (PG_TYPE, class.row_type, 0), 'i'),
            _ => self.on_schema(own, class.schema),
        }
        for (place, attribute) in objects.columns(class).iter().enumerate() {
            self.on_type(column(class.oid, place), attribute.column.type_oid);
        }
        let Some(relation) = objects.relation_of(class) else { return };
        if let Some(oid) = relation.of_type {
            self.on_type(own, oid);
        }
        let kind = if relation.bound.is_some() { 'a' } else { 'n' };
        for parent in objects.family.parents(class.oid) {
            self.add(own, (PG_CLASS, *parent, 0), kind);
        }
        if let Some(key) = &relation.partitioned {
            for one in &key.keys {
                let places = match one {
                    Indexed::Column(place) => vec![*place],
                    Indexed::Expression(text) => {
                        self.on_expressions_of(own, class, [text.as_str()], None);
                        mentioned(relation, text)
                    }
                };
                for place in places {
                    self.add(column(class.oid, place), own, 'i');
                }
            }
        }
        if matches!(class.kind, 'v' | 'm') {
            let rule = (PG_REWRITE, objects.rule_of(class.oid), 0);
            self.add(rule, own, 'i');
            if let Some(named) = objects.mentions_of(class.oid) {
                self.on_named(rule, named, None);
            }
        }
        for (place, attribute) in relation.columns.iter().enumerate() {
            let Some(default) = &attribute.default else { continue };
            if super::sequence::is_identity(attribute) {
                continue;
            }
            let of = (PG_ATTRDEF, default_oid(class, place), 0);
            let is_generated = attribute.generated.is_some();
            let kind = if is_generated { 'i' } else { 'a' };
            self.add(of, column(class.oid, place), kind);
            let named = sequence_of_default(default);
            if let Some(name) = named
                && let Some(sequence) = objects.class_in(class.schema, &name)
            {
                self.add(of, (PG_CLASS, sequence.oid, 0), 'n');
            }
            let stored = (attribute.column.type_oid, attribute.column.typmod);
            self.on_expressions_of(of, class, [&**default], Some(stored));
            if is_generated {
                for other in mentioned(relation, default) {
                    self.add(of, column(class.oid, other), 'n');
                }
            }
        }
    }

    fn of_index(&mut self, class: &ClassObject, index: &super::IndexObject) {
        let objects = self.objects;
        let own = (PG_CLASS, class.oid, 0);
        let mut constraints = objects.constraints_of(index.table);
        let upheld = constraints
            .find(|one| one.index == class.oid && matches!(one.letter(), 'p' | 'u' | 'x'));
        let relation = objects.relation_of(class);
        let named = |text: &str| relation.map(|of| mentioned(of, text)).unwrap_or_default();
        let expressions = index.of.keys.iter().filter_map(|key| key.expression());
        let expressions: Vec<&str> = expressions.collect();
        let condition = index.of.condition.as_deref();
        if let Some(table) = objects.class(index.table) {
            self.on_expressions_of(own, table, expressions.iter().copied(), None);
            self.on_expressions_of(own, table, condition, None);
        }
        let expressions: Vec<usize> = expressions.into_iter().flat_map(named).collect();
        let condition = condition.map(named).unwrap_or_default();
        let keys = match upheld {
            Some(constraint) => {
                self.add(own, (PG_CONSTRAINT, constraint.oid, 0), 'i');
                Vec::new()
            }
            // The columns of a constraint are the constraint's.
            None => index.columns().flatten().collect(),
        };
        if upheld.is_none() && keys.is_empty() {
            self.add(own, (PG_CLASS, index.table, 0), 'a');
        }
        // What is there twice among one of them is told once, but each of them tells its own.
        for mut places in [keys, expressions, condition] {
            places.sort_unstable();
            places.dedup();
            for place in places {
                self.add(own, column(index.table, place), 'a');
            }
        }
        if index.parent != 0 {
            self.add(own, (PG_CLASS, index.parent, 0), 'P');
            self.add(own, (PG_CLASS, index.table, 0), 'S');
        }
    }

    fn of_constraints(&mut self) {
        let objects = self.objects;
        for constraint in objects.constraints.iter() {
            let own = (PG_CONSTRAINT, constraint.oid, 0);
            if constraint.domain != 0 {
                self.add(own, (PG_TYPE, constraint.domain, 0), 'a');
                if let (What::Kind(ConstraintKind::Check(text)), Some(domain)) =
                    (constraint.what(), objects.domain(constraint.domain))
                {
                    let subject = Subject::Value(domain.of.type_oid, domain.of.typmod);
                    let home = constraint.schema;
                    let place = Place { home, subject, stored: None, table: None };
                    self.on_expressions(own, [&**text], &place);
                }
                continue;
            }
            if let (What::Kind(ConstraintKind::Check(text)), Some(class)) =
                (constraint.what(), objects.class(constraint.table))
            {
                self.on_expressions_of(own, class, [&**text], None);
            }
            let included = match constraint.what() {
                What::Kind(ConstraintKind::Primary(key) | ConstraintKind::Unique(key)) => {
                    key.include.as_slice()
                }
                _ => &[],
            };
            for place in constraint.columns().iter().chain(included) {
                let column = column(constraint.table, *place);
                self.add(own, column, 'a');
                if let What::Kind(ConstraintKind::Check(_)) = constraint.what() {
                    self.add(own, column, 'n');
                }
            }
            if constraint.columns().is_empty() {
                self.add(own, (PG_CLASS, constraint.table, 0), 'a');
            }
            if let (Some(key), Some(target)) = (constraint.foreign(), constraint.target(objects)) {
                for place in objects.columns_named(target, &key.refers_to) {
                    self.add(own, column(target.oid, place), 'n');
                }
                self.add(own, (PG_CLASS, constraint.index, 0), 'n');
            }
            if constraint.parent != 0 {
                self.add(own, (PG_CONSTRAINT, constraint.parent, 0), 'P');
                self.add(own, (PG_CLASS, constraint.table, 0), 'S');
            }
        }
    }

    fn of_types(&mut self) {
        let objects = self.objects;
        for of in objects.types.iter() {
            let own = (PG_TYPE, of.oid, 0);
            match of.what {
                TypeWhat::Array(element) => self.add(own, (PG_TYPE, element, 0), 'i'),
                TypeWhat::Row(class) => {
                    let kind = objects.class(class).map(|class| class.kind);
                    match kind {
                        // A composite type has its relation, not the other way around.
                        Some('c') => self.on_schema(own, of.schema),
                        _ => self.add(own, (PG_CLASS, class, 0), 'i'),
                    }
                }
                what => {
                    self.on_schema(own, of.schema);
                    match objects.type_of(of).map(|of| &of.kind) {
                        Some(TypeKind::Domain(domain)) => {
                            let Domain { of: base, default, .. } = &**domain;
                            self.on_type(own, base.type_oid);
                            let place = Place::default_of(of.schema, base.type_oid, base.typmod);
                            self.on_expressions(own, default.as_deref(), &place);
                        }
                        Some(TypeKind::Range(range)) if what == TypeWhat::Range => {
                            self.on_type(own, range.of);
                            self.add((PG_TYPE, range.multirange.1.0, 0), own, 'i');
                            self.of_cast(of);
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// The cast that came with a range.
    fn of_cast(&mut self, of: &TypeObject) {
        let Some(cast) = casts::of_type(self.objects, of) else { return };
        let own = (PG_CAST, cast.oid, 0);
        for on in [(PG_TYPE, cast.source), (PG_TYPE, cast.target), (PG_PROC, cast.function)] {
            self.add(own, (on.0, on.1, 0), 'i');
        }
    }

    fn of_routines(&mut self) {
        let objects = self.objects;
        for object in objects.routines.iter() {
            let own = (PG_PROC, object.oid, 0);
            self.on_schema(own, object.schema);
            let Some(routine) = objects.routine(object) else { continue };
            if routine.language == "plpgsql" {
                self.add(own, (PG_LANGUAGE, super::routine::language(&routine.language), 0), 'n');
            }
            self.on_type(own, routine.result);
            if let Some(made_with) = objects.made_with(object) {
                self.add(own, (PG_TYPE, made_with.0, 0), 'i');
            }
            for argument in &routine.arguments {
                self.on_type(own, argument.type_oid);
                let place = Place::default_of(object.schema, argument.type_oid, -1);
                self.on_expressions(own, argument.default.as_deref(), &place);
            }
        }
    }

    fn of_triggers(&mut self) {
        let objects = self.objects;
        for trigger in objects.triggers.iter() {
            let own = (PG_TRIGGER, trigger.oid, 0);
            let Some(said) = objects.trigger(trigger) else {
                self.add(own, (PG_CONSTRAINT, trigger.constraint, 0), 'i');
                continue;
            };
            if trigger.function >= FIRST_MADE {
                self.add(own, (PG_PROC, trigger.function, 0), 'n');
            }
            if trigger.constraint != 0 {
                self.add((PG_CONSTRAINT, trigger.constraint, 0), own, 'i');
            }
            self.add(own, (PG_CLASS, trigger.table, 0), 'a');
            for place in &said.columns {
                self.add(own, column(trigger.table, *place), 'n');
            }
            if let (Some(condition), Some(table)) =
                (said.condition.as_deref(), objects.class(trigger.table))
            {
                let columns = || self.names(table.schema).columns_of(table);
                let tables = [("old", columns()), ("new", columns())];
                let subject = Subject::Tables(&tables);
                let (home, table) = (table.schema, Some(table));
                let place = Place { home, subject, stored: None, table };
                self.on_expressions(own, [condition], &place);
            }
            if trigger.parent != 0 {
                self.add(own, (PG_TRIGGER, trigger.parent, 0), 'P');
                self.add(own, (PG_CLASS, trigger.table, 0), 'S');
            }
        }
        for policy in objects.policies.iter() {
            let own = (PG_POLICY, policy.oid, 0);
            self.add(own, (PG_CLASS, policy.table, 0), 'a');
            let (Some(table), Some(said)) = (objects.class(policy.table), objects.policy(policy))
            else {
                continue;
            };
            let tables = [(&*table.name, self.names(table.schema).columns_of(table))];
            let subject = Subject::Tables(&tables);
            let (home, table) = (table.schema, Some(table));
            let place = Place { home, subject, stored: None, table };
            for text in said.using.iter().chain(&said.check) {
                self.on_expressions(own, [&**text], &place);
            }
        }
    }
}
