//! What depends on what: `pg_depend`, as far as it is known without reading expressions.

use trunkline_core::Oid;
use trunkline_core::catalog::{ConstraintKind, Domain, Indexed, TypeKind};

use super::attribute::default_oid;
use super::constraint::{What, mentioned};
use super::row::{Maker, count, letter};
use super::sequence::sequence_of_default;
use super::types::TypeWhat;
use super::{ClassObject, World};
use crate::datum::{Datum, Row};
use crate::facts::{PG_CATALOG, type_facts};

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
const PG_LANGUAGE: u32 = 2612;
/// The first number that is no built-in object's: nothing depends on what is always there.
const FIRST: u32 = 16_384;

/// An object: its catalog, its number, and the number of its column or zero.
type Object = (u32, u32, usize);

struct Dependencies<'a> {
    world: &'a World,
    maker: Maker,
    rows: Vec<Row>,
}

pub(super) fn dependencies(world: &World) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_depend");
    let mut all = Dependencies { world, maker, rows: Vec::new() };
    for class in world.objects.classes.iter() {
        all.of_class(class);
    }
    all.of_constraints();
    all.of_types();
    all.of_routines();
    all.of_triggers();
    all.rows
}

impl Dependencies<'_> {
    fn add(&mut self, of: Object, on: Object, kind: char) {
        if on.1 == 0 {
            return;
        }
        self.rows.push(self.maker.row([
            ("classid", Datum::Oid(of.0)),
            ("objid", Datum::Oid(of.1)),
            ("objsubid", count(of.2)),
            ("refclassid", Datum::Oid(on.0)),
            ("refobjid", Datum::Oid(on.1)),
            ("refobjsubid", count(on.2)),
            ("deptype", letter(kind)),
        ]));
    }

    /// What is of a type depends on it, unless it is always there.
    fn on_type(&mut self, of: Object, oid: Oid) {
        if oid.0 >= FIRST && type_facts(oid).is_none() {
            self.add(of, (PG_TYPE, oid.0, 0), 'n');
        }
    }

    fn on_schema(&mut self, of: Object, schema: u32) {
        // All of `public` depends on it, but it is always there.
        self.add(of, (PG_NAMESPACE, schema, 0), 'n');
    }

    fn of_class(&mut self, class: &ClassObject) {
        let world = self.world;
        let own = (PG_CLASS, class.oid, 0);
        if let Some(index) = &class.index {
            return self.of_index(class, index);
        }
        if let Some(sequence) = &class.sequence {
            self.on_schema(own, class.schema);
            if let Some((table, column)) = sequence.owner {
                let kind = if sequence.is_identity { 'i' } else { 'a' };
                self.add(own, (PG_CLASS, table, column + 1), kind);
            }
            return;
        }
        match class.kind {
            't' => {
                self.add(own, (PG_CLASS, world.objects.kept_for(class).oid, 0), 'i');
                return;
            }
            'c' => self.add(own, (PG_TYPE, class.row_type, 0), 'i'),
            _ => self.on_schema(own, class.schema),
        }
        for (place, attribute) in world.objects.columns(class).iter().enumerate() {
            self.on_type((PG_CLASS, class.oid, place + 1), attribute.column.type_oid);
        }
        let Some(relation) = world.objects.relation_of(class) else { return };
        if let Some(oid) = relation.of_type {
            self.on_type(own, oid);
        }
        let kind = if relation.bound.is_some() { 'a' } else { 'n' };
        for parent in world.objects.family.parents(class.oid) {
            self.add(own, (PG_CLASS, *parent, 0), kind);
        }
        if let Some(key) = &relation.partitioned {
            for one in &key.keys {
                let places = match one {
                    Indexed::Column(place) => vec![*place],
                    Indexed::Expression(text) => mentioned(relation, text),
                };
                for place in places {
                    self.add((PG_CLASS, class.oid, place + 1), own, 'i');
                }
            }
        }
        if matches!(class.kind, 'v' | 'm') {
            let rule = (PG_REWRITE, world.objects.rule_of(class.oid), 0);
            self.add(rule, own, 'i');
            for (schema, name, column) in world.objects.mentions_of(class.oid) {
                let Some(of) = world.objects.class_in(*schema, name) else { continue };
                let place = column.as_deref().and_then(|column| {
                    let mut columns = world.objects.columns(of).iter();
                    columns.position(|one| *one.column.name == *column)
                });
                self.add(rule, (PG_CLASS, of.oid, place.map_or(0, |place| place + 1)), 'n');
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
            self.add(of, (PG_CLASS, class.oid, place + 1), kind);
            let named = sequence_of_default(default);
            if let Some(name) = named
                && let Some(sequence) = world.objects.class_in(class.schema, &name)
            {
                self.add(of, (PG_CLASS, sequence.oid, 0), 'n');
            }
            if is_generated {
                for other in mentioned(relation, default) {
                    self.add(of, (PG_CLASS, class.oid, other + 1), 'n');
                }
            }
        }
    }

    fn of_index(&mut self, class: &ClassObject, index: &super::IndexObject) {
        let world = self.world;
        let own = (PG_CLASS, class.oid, 0);
        let mut constraints = world.objects.constraints_of(index.table);
        let upheld = constraints
            .find(|one| one.index == class.oid && matches!(one.letter(), 'p' | 'u' | 'x'));
        let relation = world.objects.relation_of(class);
        let expressions = index.of.keys.iter().filter_map(|key| key.expression());
        let named = expressions.chain(index.of.condition.as_deref());
        let named = named.filter_map(|text| Some(mentioned(relation?, text)));
        let mut places: Vec<usize> = named.flatten().collect();
        match upheld {
            Some(constraint) => self.add(own, (PG_CONSTRAINT, constraint.oid, 0), 'i'),
            // The columns of a constraint are the constraint's.
            None => places.extend(index.columns().flatten()),
        }
        places.sort_unstable();
        places.dedup();
        for place in places {
            self.add(own, (PG_CLASS, index.table, place + 1), 'a');
        }
        if index.parent != 0 {
            self.add(own, (PG_CLASS, index.parent, 0), 'P');
            self.add(own, (PG_CLASS, index.table, 0), 'S');
        }
    }

    fn of_constraints(&mut self) {
        let world = self.world;
        for constraint in world.objects.constraints.iter() {
            let own = (PG_CONSTRAINT, constraint.oid, 0);
            if constraint.domain != 0 {
                self.add(own, (PG_TYPE, constraint.domain, 0), 'a');
                continue;
            }
            let included = match &constraint.what {
                What::Kind(ConstraintKind::Primary(key) | ConstraintKind::Unique(key)) => {
                    key.include.as_slice()
                }
                _ => &[],
            };
            for place in constraint.columns.iter().chain(included) {
                let column = (PG_CLASS, constraint.table, place + 1);
                self.add(own, column, 'a');
                if let What::Kind(ConstraintKind::Check(_)) = constraint.what {
                    self.add(own, column, 'n');
                }
            }
            if constraint.columns.is_empty() {
                self.add(own, (PG_CLASS, constraint.table, 0), 'a');
            }
            if let (Some(key), Some(target)) =
                (constraint.foreign(), constraint.target(&world.objects))
            {
                for place in world.objects.columns_named(target, &key.refers_to) {
                    self.add(own, (PG_CLASS, target.oid, place + 1), 'n');
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
        let world = self.world;
        for of in world.objects.types.iter() {
            let own = (PG_TYPE, of.oid, 0);
            match of.what {
                TypeWhat::Array(element) => self.add(own, (PG_TYPE, element, 0), 'i'),
                TypeWhat::Row(class) => {
                    let kind = world.objects.class(class).map(|class| class.kind);
                    match kind {
                        // A composite type has its relation, not the other way around.
                        Some('c') => self.on_schema(own, of.schema),
                        _ => self.add(own, (PG_CLASS, class, 0), 'i'),
                    }
                }
                what => {
                    self.on_schema(own, of.schema);
                    match world.objects.type_of(of).map(|of| &of.kind) {
                        Some(TypeKind::Domain(domain)) => {
                            let Domain { of, .. } = &**domain;
                            self.on_type(own, of.type_oid);
                        }
                        Some(TypeKind::Range(range)) if what == TypeWhat::Range => {
                            self.on_type(own, range.of);
                            self.add((PG_TYPE, range.multirange.1.0, 0), own, 'i');
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    fn of_routines(&mut self) {
        let world = self.world;
        for object in world.objects.routines.iter() {
            let own = (PG_PROC, object.oid, 0);
            self.on_schema(own, object.schema);
            let Some(routine) = world.objects.routine(object) else { continue };
            if routine.language == "plpgsql" {
                self.add(own, (PG_LANGUAGE, super::routine::language(&routine.language), 0), 'n');
            }
            self.on_type(own, routine.result);
            if let Some(made_with) = world.objects.made_with(object) {
                self.add(own, (PG_TYPE, made_with.0, 0), 'i');
            }
            for argument in &routine.arguments {
                self.on_type(own, argument.type_oid);
            }
        }
    }

    fn of_triggers(&mut self) {
        let world = self.world;
        for trigger in world.objects.triggers.iter() {
            let own = (PG_TRIGGER, trigger.oid, 0);
            let Some(said) = world.objects.trigger(trigger) else {
                self.add(own, (PG_CONSTRAINT, trigger.constraint, 0), 'i');
                continue;
            };
            if trigger.function >= FIRST {
                self.add(own, (PG_PROC, trigger.function, 0), 'n');
            }
            if trigger.constraint != 0 {
                self.add((PG_CONSTRAINT, trigger.constraint, 0), own, 'i');
            }
            self.add(own, (PG_CLASS, trigger.table, 0), 'a');
            for place in &said.columns {
                self.add(own, (PG_CLASS, trigger.table, place + 1), 'n');
            }
            if trigger.parent != 0 {
                self.add(own, (PG_TRIGGER, trigger.parent, 0), 'P');
                self.add(own, (PG_CLASS, trigger.table, 0), 'S');
            }
        }
        for policy in world.objects.policies.iter() {
            let own = (PG_POLICY, policy.oid, 0);
            self.add(own, (PG_CLASS, policy.table, 0), 'a');
            let table = world.objects.class(policy.table);
            let relation = table.and_then(|table| world.objects.relation_of(table));
            let (Some(relation), Some(said)) = (relation, world.objects.policy(policy)) else {
                continue;
            };
            for text in said.using.iter().chain(&said.check) {
                for place in mentioned(relation, text) {
                    self.add(own, (PG_CLASS, policy.table, place + 1), 'n');
                }
            }
        }
    }
}
