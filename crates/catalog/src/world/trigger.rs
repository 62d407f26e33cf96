//! The triggers of a snapshot, and those that PostgreSQL makes for foreign keys: `pg_trigger`.

use std::sync::Arc;

use trunkline_core::catalog::{Timing, Trigger, TriggerEvent};
use trunkline_core::types::Value;

use super::constraint::{ConstraintObject, Rule};
use super::numbered::HasOid;
use super::place::Place;
use super::row::{Maker, count, letter};
use super::{Objects, World};
use crate::datum::{Datum, List, Row};
use crate::facts::{PG_CATALOG, PROCS};

/// The bits of `tgtype`.
const ROW: i64 = 1;
const BEFORE: i64 = 2;
const INSERT: i64 = 4;
const DELETE: i64 = 8;
const UPDATE: i64 = 16;
const TRUNCATE: i64 = 32;
const INSTEAD: i64 = 64;

/// A row of `pg_trigger`.
#[derive(Debug)]
pub(crate) struct TriggerObject {
    pub(crate) oid: u32,
    pub(crate) table: u32,
    /// The function that it calls.
    pub(crate) function: u32,
    /// Of a partition's, that of the partitioned table.
    pub(crate) parent: u32,
    pub(crate) constraint: u32,
    pub(crate) what: Triggering,
}

impl HasOid for TriggerObject {
    fn oid(&self) -> u32 {
        self.oid
    }
}

/// What a trigger is for.
#[derive(Debug)]
pub(crate) enum Triggering {
    /// One of the snapshot's: its table there, and its place among the triggers of it.
    Own(u32, u32),
    /// It upholds a foreign key: what calls it, and the table at the other end of the key; of one at the
    /// table that is referred to, what it does.
    Key { calls: u8, other: u32, action: Option<char> },
    /// It looks again whether what an index refuses is there, at the end of the transaction; the index is
    /// that of a primary key or of another one.
    Recheck { primary: bool },
}

impl TriggerObject {
    /// What calls it.
    pub(crate) fn events(&self, objects: &Objects) -> Vec<TriggerEvent> {
        match self.what {
            Triggering::Own(..) => {
                objects.trigger(self).map(|trigger| trigger.events.clone()).unwrap_or_default()
            }
            Triggering::Key { calls, .. } if i64::from(calls) & INSERT != 0 => {
                vec![TriggerEvent::Insert]
            }
            Triggering::Key { calls, .. } if i64::from(calls) & DELETE != 0 => {
                vec![TriggerEvent::Delete]
            }
            Triggering::Key { .. } => vec![TriggerEvent::Update],
            Triggering::Recheck { .. } => vec![TriggerEvent::Insert, TriggerEvent::Update],
        }
    }
}

impl TriggerObject {
    /// Its name: those of keys are named by their numbers, and there are many.
    pub(crate) fn name(&self, objects: &Objects) -> Arc<str> {
        let oid = self.oid;
        match self.what {
            Triggering::Own(..) => objects
                .trigger(self)
                .map(|trigger| trigger.name.as_str())
                .unwrap_or_default()
                .into(),
            Triggering::Key { action: Some(_), .. } => {
                format!("RI_ConstraintTrigger_a_{oid}").into()
            }
            Triggering::Key { .. } => format!("RI_ConstraintTrigger_c_{oid}").into(),
            Triggering::Recheck { primary: true } => format!("PK_ConstraintTrigger_{oid}").into(),
            Triggering::Recheck { .. } => format!("Unique_ConstraintTrigger_{oid}").into(),
        }
    }
}

impl Objects {
    /// Adds all triggers; tables, routines and constraints are there by now.
    pub(super) fn add_triggers(&mut self) {
        self.add_key_triggers();
        self.add_rechecks();
        let mut own = Vec::new();
        for (class, relation) in self.relations() {
            own.extend((0..relation.triggers.len()).map(|place| (class.oid, place)));
        }
        for (table, place) in own {
            self.add_own_trigger(table, place);
        }
    }

    /// What the snapshot says of a trigger that is not of a foreign key.
    pub(crate) fn trigger(&self, object: &TriggerObject) -> Option<&Trigger> {
        match object.what {
            Triggering::Own(table, place) => {
                self.relation_of(self.class(table)?)?.triggers.get(usize::try_from(place).ok()?)
            }
            Triggering::Key { .. } | Triggering::Recheck { .. } => None,
        }
    }

    fn add_own_trigger(&mut self, table: u32, place: usize) {
        let snapshot = self.snapshot.clone();
        let Some(class) = self.class(table) else { return };
        let (schema, kind) = (class.schema, class.kind);
        let Place::Relation(at) = class.place else { return };
        let Some(trigger) =
            at.relation(&snapshot).and_then(|relation| relation.triggers.get(place))
        else {
            return;
        };
        let name: Arc<str> = trigger.name.as_str().into();
        let function = self.trigger_function(&trigger.function.0, &trigger.function.1);
        let oid = self.numbers.of("trigger", &[&table.to_string(), &name]);
        let mut constraint = 0;
        if let Some((deferrable, deferred)) = trigger.constraint {
            let number = self.numbers.of("constraint", &["trigger", &table.to_string(), &name]);
            let named = (number, name.clone());
            let mut object = ConstraintObject::new(named, schema, (table, 0), Rule::of_trigger());
            (object.deferrable, object.deferred) = (deferrable, deferred);
            self.add_constraint(object);
            constraint = number;
        }
        let mut parents = vec![(table, oid)];
        let own = || Triggering::Own(table, u32::try_from(place).unwrap_or(u32::MAX));
        let what = own();
        self.add_trigger(TriggerObject { oid, table, function, parent: 0, constraint, what });
        // Partitions have the triggers of each row, too.
        if kind != 'p' || !trigger.for_each_row {
            return;
        }
        let tree: Vec<u32> = self.family.tree(table).into_iter().map(|(oid, _)| oid).collect();
        for partition in tree.into_iter().skip(1) {
            let above = self.family.parents(partition).first().copied().unwrap_or(table);
            let parent = parents.iter().find(|(table, _)| *table == above).map_or(oid, |one| one.1);
            let number = self.numbers.of("trigger", &[&partition.to_string(), &name]);
            parents.push((partition, number));
            self.add_trigger(TriggerObject {
                oid: number,
                table: partition,
                function,
                parent,
                constraint,
                what: own(),
            });
        }
    }

    fn trigger_function(&self, schema: &str, name: &str) -> u32 {
        let number = self.any_schema_named(schema);
        let mut own = number.into_iter().flat_map(|schema| self.routines.named(schema, name));
        let found = own.find(|routine| routine.inputs.is_empty()).map(|routine| routine.oid);
        found.unwrap_or_else(|| builtin(name))
    }

    fn add_trigger(&mut self, trigger: TriggerObject) {
        let table = trigger.table;
        let place = self.triggers.push(trigger);
        self.triggered.push(table, place);
    }

    /// Two triggers of the table that a foreign key refers to, and two of its own.
    fn add_key_triggers(&mut self) {
        struct Key {
            constraint: u32,
            parent: u32,
            table: u32,
            target: u32,
            actions: (char, char),
        }
        let keys: Vec<Key> = self
            .constraints
            .iter()
            .filter_map(|constraint| {
                let key = constraint.foreign()?;
                Some(Key {
                    constraint: constraint.oid,
                    parent: constraint.parent,
                    table: constraint.table,
                    target: constraint.target(self)?.oid,
                    actions: (key.on_delete, key.on_update),
                })
            })
            .collect();
        for key in keys {
            // The partitions of a table with a key leave that to it.
            if key.parent == 0 {
                let (deleted, updated) = key.actions;
                for (calls, action, event) in [(DELETE, deleted, "del"), (UPDATE, updated, "upd")] {
                    let function = format!("RI_FKey_{}_{event}", action_name(action));
                    let (other, action) = (key.table, Some(action));
                    let what = Triggering::Key { calls: of_rows(calls), other, action };
                    self.add_key_trigger((key.constraint, key.target), calls, &function, (what, 0));
                }
            }
            for (calls, function) in [(INSERT, "RI_FKey_check_ins"), (UPDATE, "RI_FKey_check_upd")]
            {
                let parent = match key.parent {
                    0 => 0,
                    parent => key_trigger_number('c', parent, calls),
                };
                let other = key.target;
                let what = Triggering::Key { calls: of_rows(calls), other, action: None };
                self.add_key_trigger((key.constraint, key.table), calls, function, (what, parent));
            }
        }
    }

    /// A trigger for each index whose constraint may wait.
    fn add_rechecks(&mut self) {
        let waiting: Vec<(u32, u32, bool)> = self
            .constraints
            .iter()
            .filter(|one| one.deferrable && matches!(one.letter(), 'p' | 'u' | 'x'))
            .map(|one| (one.oid, one.table, one.letter() == 'p'))
            .collect();
        for (constraint, table, is_primary) in waiting {
            let oid = key_trigger_number('u', constraint, INSERT | UPDATE);
            let function = builtin("unique_key_recheck");
            let (parent, what) = (0, Triggering::Recheck { primary: is_primary });
            self.add_trigger(TriggerObject { oid, table, function, parent, constraint, what });
        }
    }

    fn add_key_trigger(
        &mut self,
        (constraint, table): (u32, u32),
        calls: i64,
        function: &str,
        (what, parent): (Triggering, u32),
    ) {
        let side = match what {
            Triggering::Key { action: Some(_), .. } => 'a',
            _ => 'c',
        };
        let oid = key_trigger_number(side, constraint, calls);
        let function = builtin(function);
        self.add_trigger(TriggerObject { oid, table, function, parent, constraint, what });
    }
}

/// `tgtype` of a trigger of a key, which is called for each row.
fn of_rows(calls: i64) -> u8 {
    u8::try_from(ROW | calls).unwrap_or_default()
}

/// The number of a trigger of a foreign key: the same one each time.
fn key_trigger_number(side: char, constraint: u32, calls: i64) -> u32 {
    super::objects::number_of("key trigger", &format!("{side}.{constraint}.{calls}"))
}

fn action_name(action: char) -> &'static str {
    match action {
        'r' => "restrict",
        'c' => "cascade",
        'n' => "setnull",
        'd' => "setdefault",
        _ => "noaction",
    }
}

/// A function that every database has.
fn builtin(name: &str) -> u32 {
    let procs = PROCS.get(name).map(Vec::as_slice).unwrap_or_default();
    procs.iter().find(|proc| proc.schema == PG_CATALOG).map_or(0, |proc| proc.oid)
}

/// `tgtype`
fn bits(trigger: &Trigger) -> i64 {
    let mut bits = if trigger.for_each_row { ROW } else { 0 };
    bits |= match trigger.timing {
        Timing::Before => BEFORE,
        Timing::InsteadOf => INSTEAD,
        Timing::After => 0,
    };
    for event in &trigger.events {
        bits |= match event {
            TriggerEvent::Insert => INSERT,
            TriggerEvent::Update => UPDATE,
            TriggerEvent::Delete => DELETE,
            TriggerEvent::Truncate => TRUNCATE,
        };
    }
    bits
}

/// What a trigger gives to its function: each argument with a zero behind it.
fn bytes(arguments: &[String]) -> Datum {
    let bytes = arguments.iter().flat_map(|argument| argument.bytes().chain([0]));
    Datum::Other(Arc::new(Value::Bytea(bytes.collect())))
}

pub(super) fn triggers(world: &World) -> Vec<Row> {
    rows(world, world.objects.triggers.iter())
}

pub(super) fn of_table(world: &World, table: u32) -> Vec<Row> {
    let places = world.objects.triggered.of(table);
    rows(world, places.filter_map(|place| world.objects.triggers.at(place)))
}

fn rows<'a>(world: &World, triggers: impl Iterator<Item = &'a TriggerObject>) -> Vec<Row> {
    let maker = Maker::new(PG_CATALOG, "pg_trigger");
    let rows = triggers.map(|object| {
        let constraint = world.objects.constraints.get(object.constraint);
        let (mut other, mut index) = (0, 0);
        let mut calls = 0;
        let trigger = world.objects.trigger(object);
        if let Triggering::Key { calls: own, other: end, .. } = object.what {
            (calls, other) = (own.into(), end);
        } else if matches!(object.what, Triggering::Recheck { .. }) {
            calls = ROW | INSERT | UPDATE;
        }
        if trigger.is_none() {
            index = constraint.map_or(0, |constraint| constraint.index);
        }
        let (arguments, columns) = match trigger {
            Some(trigger) => (trigger.arguments.as_slice(), trigger.columns.as_slice()),
            None => (Default::default(), Default::default()),
        };
        // What does something else than to refuse does not wait.
        let waits = constraint.filter(|_| {
            !matches!(object.what, Triggering::Key { action: Some(action), .. } if action != 'a')
        });
        let attributes = columns.iter().map(|column| count(column + 1)).collect();
        let name =
            |name: Option<&String>| name.map_or(Datum::Null, |name| Datum::text(name.as_str()));
        maker.row([
            ("oid", Datum::Oid(object.oid)),
            ("tgrelid", Datum::Oid(object.table)),
            ("tgparentid", Datum::Oid(object.parent)),
            ("tgname", Datum::Text(object.name(&world.objects))),
            ("tgfoid", Datum::Oid(object.function)),
            ("tgtype", Datum::Int(trigger.map_or(calls, bits))),
            ("tgenabled", letter(trigger.map_or('O', |trigger| trigger.enabled))),
            ("tgisinternal", Datum::Bool(trigger.is_none())),
            ("tgconstrrelid", Datum::Oid(other)),
            ("tgconstrindid", Datum::Oid(index)),
            ("tgconstraint", Datum::Oid(object.constraint)),
            ("tgdeferrable", Datum::Bool(waits.is_some_and(|one| one.deferrable))),
            ("tginitdeferred", Datum::Bool(waits.is_some_and(|one| one.deferred))),
            ("tgnargs", count(arguments.len())),
            ("tgattr", Datum::Array(Arc::new(List::vector(attributes)))),
            ("tgargs", bytes(arguments)),
            ("tgqual", name(trigger.and_then(|trigger| trigger.condition.as_ref()))),
            ("tgoldtable", name(trigger.and_then(|trigger| trigger.transition.0.as_ref()))),
            ("tgnewtable", name(trigger.and_then(|trigger| trigger.transition.1.as_ref()))),
        ])
    });
    rows.collect()
}
