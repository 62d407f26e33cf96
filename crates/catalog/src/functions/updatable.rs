//! What can be written to.

use std::sync::Arc;

use trunkline_core::Result;
use trunkline_core::catalog::{Timing, TriggerEvent};

use super::definitions::oid;
use crate::datum::Datum;
use crate::facts;
use crate::plan::{Call, Function};
use crate::world::World;

/// The bits of UPDATE, INSERT and DELETE, as PostgreSQL numbers commands.
const UPDATE: i64 = 1 << 2;
const INSERT: i64 = 1 << 3;
const DELETE: i64 = 1 << 4;
const ALL: i64 = UPDATE | INSERT | DELETE;

/// How many views may stand on one another.
const DEEPEST: usize = 32;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "pg_relation_is_updatable" => relation,
        "pg_column_is_updatable" => column,
        "pg_relation_is_publishable" => publishable,
        _ => return None,
    })
}

/// `pg_relation_is_updatable(relation, with_triggers)`
fn relation(call: &Call<'_>) -> Result<Datum> {
    let with_triggers = call.arguments.get(1).is_some_and(Datum::is_true);
    let of = oid(call, 0).unwrap_or(0);
    let world = &call.run.world;
    Ok(Datum::Int(match of_every_database(of) {
        Some((events, _)) => events,
        None => events(world, of, None, with_triggers, DEEPEST),
    }))
}

/// `pg_column_is_updatable(relation, number, with_triggers)`
fn column(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let with_triggers = call.arguments.get(2).is_some_and(Datum::is_true);
    let of = oid(call, 0).unwrap_or(0);
    let number = call.arguments.get(1).and_then(Datum::as_int);
    if let Some((_, columns)) = of_every_database(of) {
        let is_its = columns.as_list().is_some_and(|columns| {
            columns.items.iter().any(|column| number.is_some() && column.as_int() == number)
        });
        return Ok(Datum::Bool(is_its));
    }
    let place = number.and_then(|number| usize::try_from(number - 1).ok());
    let columns = world.objects.class(of).map(|class| world.objects.columns(class));
    let name = place.and_then(|place| Some(&columns?.get(place)?.column.name));
    let Some(name) = name else { return Ok(Datum::Bool(false)) };
    let wanted = [Arc::from(&**name)];
    let found = events(world, of, Some(&wanted), with_triggers, DEEPEST);
    Ok(Datum::Bool(found & (UPDATE | DELETE) == UPDATE | DELETE))
}

/// What can be done with a relation that every database has, and its columns that can be written to.
fn of_every_database(oid: u32) -> Option<(i64, Datum)> {
    let known = facts::facts("pg_relation_is_updatable")?;
    let [row] =
        facts::rows_by("pg_relation_is_updatable", "oid", &Datum::Oid(oid)).try_into().ok()?;
    let cell = |name| row.get(known.column(name));
    Some((cell("events")?.as_int()?, cell("columns")?.clone()))
}

/// What is done with a table is told to subscribers, unless it is lost in a crash.
fn publishable(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let Some(number) = oid(call, 0) else { return Ok(Datum::Null) };
    Ok(match world.objects.class(number) {
        Some(class) => {
            let relation = world.objects.relation_of(class);
            let is_lost = relation.is_some_and(|relation| relation.unlogged);
            Datum::Bool(matches!(class.kind, 'r' | 'p') && !is_lost)
        }
        // What every database has is not.
        None => match world.class_name(number) {
            Some(_) => Datum::Bool(false),
            None => Datum::Null,
        },
    })
}

/// What can be done with a relation, or with some columns of it.
fn events(
    world: &World,
    oid: u32,
    columns: Option<&[Arc<str>]>,
    with_triggers: bool,
    depth: usize,
) -> i64 {
    let (Some(class), Some(depth)) = (world.objects.class(oid), depth.checked_sub(1)) else {
        return 0;
    };
    if matches!(class.kind, 'r' | 'p') {
        return ALL;
    }
    let relation = world.objects.relation_of(class);
    let mut found = 0;
    if let Some(relation) = relation.filter(|_| with_triggers) {
        let triggers = relation.triggers.iter().filter(|one| one.timing == Timing::InsteadOf);
        for event in triggers.flat_map(|one| &one.events) {
            found |= match event {
                TriggerEvent::Insert => INSERT,
                TriggerEvent::Update => UPDATE,
                TriggerEvent::Delete => DELETE,
                TriggerEvent::Truncate => 0,
            };
        }
    }
    let Some(base) = world.objects.base_of_view(oid) else { return found };
    let Some(under) = world.objects.class_in(base.schema, &base.name) else { return found };
    let own = world.objects.columns(class).iter().zip(&base.columns);
    let written: Vec<Arc<str>> = own
        .filter(|(column, _)| {
            columns.is_none_or(|wanted| wanted.iter().any(|name| **name == *column.column.name))
        })
        .filter_map(|(_, of)| of.clone())
        .collect();
    // Rows of a view without any column that can be written to can be deleted.
    let mut through = if written.is_empty() { DELETE } else { ALL };
    if !matches!(under.kind, 'r' | 'p') {
        through &= events(world, under.oid, Some(&written), with_triggers, depth);
    }
    found | through
}
