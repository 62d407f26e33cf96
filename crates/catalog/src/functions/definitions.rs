//! Definitions of objects as SQL.

use std::sync::Arc;

use trunkline_core::catalog::Relation;
use trunkline_core::{Oid, PgError, Result, SqlState};
use trunkline_sql::quote_identifier;

use super::{
    constraint, describe, description, identify, index, index_properties, partition,
    partition_constraint, routine, trigger,
};
use crate::datum::Datum;
use crate::facts;
use crate::plan::{Call, Function};
use crate::world::{World, expression_text, is_bound, query_text};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "pg_get_expr" => expression,
        "pg_get_indexdef" => index::definition,
        "pg_get_constraintdef" => constraint::definition,
        "pg_get_viewdef" => view_definition,
        "pg_get_serial_sequence" => serial_sequence,
        // Only the engine knows how far it has come.
        "pg_sequence_last_value" => |_| Ok(Datum::Null),
        "pg_get_function_arguments" => |call| routine::arguments(call, true),
        "pg_get_function_identity_arguments" => |call| routine::arguments(call, false),
        "pg_get_function_result" => routine::result,
        "pg_get_functiondef" => routine::definition,
        "pg_get_function_arg_default" => routine::argument_default,
        "pg_get_triggerdef" => trigger::definition,
        "pg_get_ruledef" => rule_definition,
        "pg_get_partkeydef" => partition::key,
        "pg_get_partition_constraintdef" => partition_constraint::definition,
        "pg_partition_root" => partition::root,
        "pg_get_function_sqlbody" => routine::body,
        "pg_get_statisticsobjdef"
        | "pg_get_statisticsobjdef_columns"
        | "pg_get_statisticsobjdef_expressions" => |_| Ok(Datum::Null),
        "obj_description" | "col_description" => description::of_object,
        "shobj_description" => description::of_shared,
        "pg_describe_object" => describe::describe,
        "pg_index_column_has_property" => index_properties::of_column,
        "pg_index_has_property" => index_properties::of_index,
        "pg_indexam_has_property" => index_properties::of_method,
        name => return identify::function(name),
    })
}

/// `pg_get_expr(expression, relation [, pretty])`
fn expression(call: &Call<'_>) -> Result<Datum> {
    let Some(text) = call.arguments.first().and_then(Datum::as_str) else { return Ok(Datum::Null) };
    if is_bound(text) {
        return Ok(Datum::text(text));
    }
    let is_pretty = call.arguments.get(2).is_some_and(Datum::is_true);
    let relation = oid(call, 1).filter(|oid| *oid != 0);
    deparsed(call, expression_text(&call.run.world, relation, text, is_pretty))
}

/// A text that is made of what was declared: to read that takes as long as it is.
pub(super) fn deparsed(call: &Call<'_>, text: impl Into<Arc<str>>) -> Result<Datum> {
    let text = text.into();
    call.run.steps(text.len() / 2)?;
    Ok(Datum::Text(text))
}

pub(super) fn oid(call: &Call<'_>, place: usize) -> Option<u32> {
    call.arguments.get(place)?.as_oid()
}

/// The name of a column of a table.
pub(super) fn column(relation: &Relation, place: usize) -> String {
    relation
        .columns
        .get(place)
        .map(|one| quote_identifier(&one.column.name).into_owned())
        .unwrap_or_default()
}

pub(super) fn columns(relation: &Relation, places: &[usize]) -> String {
    places.iter().map(|place| column(relation, *place)).collect::<Vec<_>>().join(", ")
}

/// `pg_get_serial_sequence(table, column)`: the first is parsed as a name, the second is one.
fn serial_sequence(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let text = |place: usize| call.arguments.get(place).and_then(Datum::as_str);
    let (Some(table), Some(name)) = (text(0), text(1)) else { return Ok(Datum::Null) };
    let class = world.find_class(table)?.ok_or_else(|| world.no_such(Oid::REGCLASS, table))?;
    let Some(class) = world.objects.class(class) else { return Ok(Datum::Null) };
    let mut columns = world.objects.columns(class).iter();
    let Some(column) = columns.position(|one| *one.column.name == *name) else {
        let message = format!("column \"{name}\" of relation \"{}\" does not exist", class.name);
        return Err(PgError::new(SqlState::UNDEFINED_COLUMN, message));
    };
    let sequence = world.objects.sequence_of(class.oid, column);
    Ok(sequence.map_or(Datum::Null, |sequence| Datum::text(qualified(world, sequence.oid))))
}

/// A relation with its schema.
pub(super) fn qualified(world: &World, oid: u32) -> String {
    match world.class_name(oid) {
        Some((schema, name)) => {
            let schema = world.schema_name(schema).unwrap_or_default();
            format!("{}.{}", quote_identifier(&schema), quote_identifier(&name))
        }
        None => oid.to_string(),
    }
}

fn view_definition(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let oid = match call.arguments.first() {
        Some(Datum::Text(name)) => world.find_class(name)?,
        other => other.and_then(Datum::as_oid),
    };
    // With a column to wrap at, which is not looked at, it is always pretty.
    let is_pretty =
        call.arguments.get(1).is_some_and(|how| how.is_true() || matches!(how, Datum::Int(_)));
    let text = oid.and_then(|oid| query_of(world, oid, is_pretty));
    text.map_or(Ok(Datum::Null), |text| deparsed(call, text))
}

/// The query of a view.
fn query_of(world: &World, view: u32, is_pretty: bool) -> Option<Arc<str>> {
    let Some(class) = world.objects.class(view) else {
        return facts::definition("pg_get_viewdef", view, is_pretty);
    };
    let relation = world.objects.relation_of(class).filter(|_| matches!(class.kind, 'v' | 'm'))?;
    Some(query_text(world, view, relation.definition.as_deref()?, is_pretty))
}

/// The rule of a view is its query.
fn rule_definition(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let Some(rule) = oid(call, 0) else { return Ok(Datum::Null) };
    let is_pretty = call.arguments.get(1).is_some_and(Datum::is_true);
    if let Some(text) = facts::definition("pg_get_ruledef", rule, is_pretty) {
        return Ok(Datum::Text(text));
    }
    let Some(view) = world.view_of_rule(rule) else { return Ok(Datum::Null) };
    let Some(query) = query_of(world, view, is_pretty) else { return Ok(Datum::Null) };
    let name = match is_pretty {
        true => world.class_text(view).unwrap_or_default(),
        false => qualified(world, view),
    };
    deparsed(
        call,
        format!("CREATE RULE \"_RETURN\" AS\n    ON SELECT TO {name} DO INSTEAD {query}"),
    )
}
