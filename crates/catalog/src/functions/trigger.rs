//! `pg_get_triggerdef`

use trunkline_core::Result;
use trunkline_core::catalog::{Timing, TriggerEvent};
use trunkline_sql::quote_identifier;

use super::definitions::{columns, oid, qualified};
use crate::datum::Datum;
use crate::plan::Call;
use crate::world::{TriggerObject, Triggering, World, trigger_condition_text};

pub(super) fn definition(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let found = oid(call, 0).and_then(|oid| world.objects.triggers.get(oid));
    let is_pretty = call.arguments.get(1).is_some_and(Datum::is_true);
    Ok(found.map_or(Datum::Null, |trigger| Datum::text(sql(world, trigger, is_pretty))))
}

fn sql(world: &World, object: &TriggerObject, is_pretty: bool) -> String {
    let constraint = world.objects.constraints.get(object.constraint);
    let trigger = world.objects.trigger(object);
    // Those of a foreign key are constraint triggers, too.
    let is_constraint = constraint.is_some();
    let name = |oid: u32| match is_pretty {
        true => world.class_text(oid).unwrap_or_else(|| oid.to_string()),
        false => qualified(world, oid),
    };
    let mut sql = format!(
        "CREATE {}TRIGGER {} ",
        if is_constraint { "CONSTRAINT " } else { "" },
        quote_identifier(&object.name(&world.objects))
    );
    sql.push_str(match trigger.map(|trigger| trigger.timing) {
        Some(Timing::Before) => "BEFORE",
        Some(Timing::InsteadOf) => "INSTEAD OF",
        Some(Timing::After) | None => "AFTER",
    });
    sql.push(' ');
    sql.push_str(&events(world, object));
    sql.push_str(&format!(" ON {} ", name(object.table)));
    if let Some(constraint) = constraint {
        if let Triggering::Key { other, .. } = object.what {
            sql.push_str(&format!("FROM {} ", name(other)));
        }
        if !constraint.deferrable {
            sql.push_str("NOT ");
        }
        sql.push_str("DEFERRABLE INITIALLY ");
        sql.push_str(if constraint.deferred { "DEFERRED " } else { "IMMEDIATE " });
    }
    if let Some((old, new)) = trigger.map(|trigger| &trigger.transition)
        && (old.is_some() || new.is_some())
    {
        sql.push_str("REFERENCING ");
        for (what, name) in [("OLD", old), ("NEW", new)] {
            if let Some(name) = name {
                sql.push_str(&format!("{what} TABLE AS {} ", quote_identifier(name)));
            }
        }
    }
    let is_each_row = trigger.is_none_or(|trigger| trigger.for_each_row);
    sql.push_str(if is_each_row { "FOR EACH ROW " } else { "FOR EACH STATEMENT " });
    if let Some(condition) = trigger.and_then(|trigger| trigger.condition.as_deref()) {
        let condition = trigger_condition_text(world, object.table, condition, is_pretty);
        sql.push_str(&format!("WHEN ({condition}) "));
    }
    let arguments = trigger.map(|trigger| trigger.arguments.as_slice()).unwrap_or_default();
    let arguments: Vec<String> =
        arguments.iter().map(|text| format!("'{}'", text.replace('\'', "''"))).collect();
    let function = match (world.proc(object.function), trigger) {
        (Some((schema, name, _)), _) => {
            let is_visible = world.is_proc_visible(object.function).unwrap_or(false);
            let schema = world.schema_name(schema).filter(|_| !is_visible);
            let name = quote_identifier(&name).into_owned();
            schema.map_or(name.clone(), |schema| format!("{}.{name}", quote_identifier(&schema)))
        }
        (None, Some(trigger)) => {
            let (schema, name) = &trigger.function;
            format!("{}.{}", quote_identifier(schema), quote_identifier(name))
        }
        (None, None) => String::new(),
    };
    sql.push_str(&format!("EXECUTE FUNCTION {function}({})", arguments.join(", ")));
    sql
}

/// What calls it, in the order in which PostgreSQL names it.
fn events(world: &World, object: &TriggerObject) -> String {
    let wanted = object.events(&world.objects);
    let mut parts = Vec::new();
    for event in
        [TriggerEvent::Insert, TriggerEvent::Delete, TriggerEvent::Update, TriggerEvent::Truncate]
    {
        if !wanted.contains(&event) {
            continue;
        }
        parts.push(match event {
            TriggerEvent::Insert => "INSERT".to_owned(),
            TriggerEvent::Delete => "DELETE".to_owned(),
            TriggerEvent::Truncate => "TRUNCATE".to_owned(),
            TriggerEvent::Update => {
                let trigger = world.objects.trigger(object);
                let of = trigger.map(|trigger| trigger.columns.as_slice()).unwrap_or_default();
                let class = world.objects.class(object.table);
                let relation = class.and_then(|class| world.objects.relation_of(class));
                match relation.filter(|_| !of.is_empty()) {
                    Some(relation) => format!("UPDATE OF {}", columns(relation, of)),
                    None => "UPDATE".to_owned(),
                }
            }
        });
    }
    parts.join(" OR ")
}
