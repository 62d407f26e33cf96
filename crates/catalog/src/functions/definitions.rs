//! Definitions of objects as SQL.

use trunkline_core::catalog::{ConstraintKind, Indexed, Relation};
use trunkline_core::{Oid, PgError, Result, SqlState};
use trunkline_sql::quote_identifier;

use crate::datum::Datum;
use crate::error::no_relation;
use crate::facts::Proc;
use crate::plan::{Call, Function};
use crate::syntax::call_name;
use crate::world::{
    ClassObject, ConstraintObject, IndexObject, What, World, expression_text, proc_by_oid,
    query_text,
};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "pg_get_expr" => expression,
        "pg_get_indexdef" => index_definition,
        "pg_get_constraintdef" => constraint_definition,
        "pg_get_viewdef" => view_definition,
        "pg_get_serial_sequence" => serial_sequence,
        // Only the engine knows how far it has come.
        "pg_sequence_last_value" => |_| Ok(Datum::Null),
        "pg_get_function_arguments" | "pg_get_function_identity_arguments" => |call| {
            Ok(proc(call).map_or(Datum::Null, |proc| Datum::text(arguments(&call.run.world, proc))))
        },
        "pg_get_function_result" => |call| {
            let Some(proc) = proc(call).filter(|proc| proc.kind != b'p') else {
                return Ok(Datum::Null);
            };
            Ok(Datum::text(result(&call.run.world, proc)))
        },
        "pg_get_functiondef"
        | "pg_get_function_sqlbody"
        | "pg_get_ruledef"
        | "pg_get_triggerdef"
        | "pg_get_partkeydef"
        | "pg_get_partition_constraintdef"
        | "pg_get_statisticsobjdef"
        | "pg_get_statisticsobjdef_columns"
        | "pg_get_statisticsobjdef_expressions"
        | "pg_get_function_arg_default" => |_| Ok(Datum::Null),
        "obj_description" | "col_description" => |call| description(call, "pg_description"),
        "shobj_description" => |call| description(call, "pg_shdescription"),
        "pg_describe_object" => |_| Ok(Datum::Null),
        "pg_index_column_has_property" | "pg_index_has_property" | "pg_indexam_has_property" => {
            index_property
        }
        _ => return None,
    })
}

/// `pg_get_expr(expression, relation [, pretty])`
fn expression(call: &Call<'_>) -> Result<Datum> {
    let Some(text) = call.arguments.first().and_then(Datum::as_str) else { return Ok(Datum::Null) };
    let is_pretty = call.arguments.get(2).is_some_and(Datum::is_true);
    let relation = oid(call, 1).filter(|oid| *oid != 0);
    Ok(Datum::text(expression_text(&call.run.world, relation, text, is_pretty)))
}

fn oid(call: &Call<'_>, place: usize) -> Option<u32> {
    call.arguments.get(place)?.as_oid()
}

fn proc(call: &Call<'_>) -> Option<&'static Proc> {
    proc_by_oid(oid(call, 0)?)
}

fn arguments(world: &World, proc: &Proc) -> String {
    world.type_list(&proc.arguments, ", ")
}

fn result(world: &World, proc: &Proc) -> String {
    let name = |oid: Oid| world.type_text(oid.0, -1).unwrap_or_default();
    if proc.returns_set && proc.outputs.len() > 1 {
        let columns: Vec<String> = proc
            .outputs
            .iter()
            .map(|(column, oid)| format!("{} {}", quote_identifier(column), name(*oid)))
            .collect();
        return if proc.result == Oid::RECORD {
            "SETOF record".to_owned()
        } else {
            format!("TABLE({})", columns.join(", "))
        };
    }
    let of = name(proc.result);
    if proc.returns_set { format!("SETOF {of}") } else { of }
}

/// The name of a column of a table.
fn column(relation: &Relation, place: usize) -> String {
    relation
        .columns
        .get(place)
        .map(|one| quote_identifier(&one.column.name).into_owned())
        .unwrap_or_default()
}

fn columns(relation: &Relation, places: &[usize]) -> String {
    places.iter().map(|place| column(relation, *place)).collect::<Vec<_>>().join(", ")
}

fn index_definition(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let Some(class) = oid(call, 0).and_then(|oid| world.objects.class(oid)) else {
        return Ok(Datum::Null);
    };
    let (Some(index), Some(relation)) = (&class.index, world.objects.relation_of(class)) else {
        return Ok(Datum::Null);
    };
    let key = |at: usize| {
        let key = index.of.keys.get(at)?;
        Some(match &key.of {
            Indexed::Column(place) => column(relation, *place),
            Indexed::Expression(text) if text.is_empty() => "(expr)".to_owned(),
            Indexed::Expression(text) => {
                let is_pretty = call.arguments.get(2).is_some_and(Datum::is_true);
                let shown = expression_text(world, Some(index.table), text, is_pretty);
                if call_name(text).is_some() { shown } else { format!("({shown})") }
            }
        })
    };
    match call.arguments.get(1).and_then(Datum::as_int) {
        Some(0) | None => {
            let is_pretty = call.arguments.get(2).is_some_and(Datum::is_true);
            Ok(Datum::text(index_sql(world, class, index, is_pretty, &key)))
        }
        Some(number) => {
            let place = usize::try_from(number - 1).ok();
            Ok(Datum::text(place.and_then(key).unwrap_or_default()))
        }
    }
}

fn index_sql(
    world: &World,
    class: &ClassObject,
    index: &IndexObject,
    is_pretty: bool,
    key: &impl Fn(usize) -> Option<String>,
) -> String {
    let unique = if index.of.unique { "UNIQUE " } else { "" };
    let keys = index.of.keys.iter().enumerate().map(|(place, of)| {
        let descending = if of.descending { " DESC" } else { "" };
        format!("{}{descending}", key(place).unwrap_or_default())
    });
    let keys = keys.collect::<Vec<_>>().join(", ");
    let name = quote_identifier(&class.name);
    let mut sql = format!(
        "CREATE {unique}INDEX {name} ON {} USING btree ({keys})",
        qualified(world, index.table)
    );
    if let Some(condition) = &index.of.condition {
        let condition = expression_text(world, Some(index.table), condition, is_pretty);
        sql.push_str(&format!(" WHERE {condition}"));
    }
    sql
}

/// `pg_get_serial_sequence(table, column)`: the first is parsed as a name, the second is one.
fn serial_sequence(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let text = |place: usize| call.arguments.get(place).and_then(Datum::as_str);
    let (Some(table), Some(name)) = (text(0), text(1)) else { return Ok(Datum::Null) };
    let class = world.find_class(table)?.ok_or_else(|| no_relation(0, table))?;
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
fn qualified(world: &World, oid: u32) -> String {
    match world.class_name(oid) {
        Some((schema, name)) => {
            let schema = world.schema_name(schema).unwrap_or_default();
            format!("{}.{}", quote_identifier(&schema), quote_identifier(&name))
        }
        None => oid.to_string(),
    }
}

fn constraint_definition(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let found =
        oid(call, 0).and_then(|oid| world.objects.constraints.iter().find(|one| one.oid == oid));
    Ok(found
        .and_then(|constraint| {
            constraint_sql(world, constraint, call.arguments.get(1).is_some_and(Datum::is_true))
        })
        .map_or(Datum::Null, Datum::text))
}

fn constraint_sql(world: &World, constraint: &ConstraintObject, is_pretty: bool) -> Option<String> {
    let relation = world.objects.relation_of(world.objects.class(constraint.table)?)?;
    Some(match &constraint.what {
        What::NotNull(place) => format!("NOT NULL {}", column(relation, *place)),
        What::Kind(ConstraintKind::Primary(key)) => {
            format!("PRIMARY KEY ({})", columns(relation, &key.columns))
        }
        What::Kind(ConstraintKind::Unique(key)) => {
            format!("UNIQUE ({})", columns(relation, &key.columns))
        }
        What::Kind(ConstraintKind::Check(expression)) => {
            let of = Some(constraint.table);
            format!("CHECK ({})", expression_text(world, of, expression, is_pretty))
        }
        What::Kind(ConstraintKind::Foreign(key)) => {
            let target = match constraint
                .target(&world.objects)
                .and_then(|oid| world.class_text(oid))
            {
                Some(name) => name,
                None => {
                    format!("{}.{}", quote_identifier(&key.schema), quote_identifier(&key.table))
                }
            };
            let referred: Vec<_> =
                key.refers_to.iter().map(|name| quote_identifier(name)).collect();
            let mut sql = format!(
                "FOREIGN KEY ({}) REFERENCES {target}({})",
                columns(relation, &key.columns),
                referred.join(", ")
            );
            for (event, action) in [("UPDATE", key.on_update), ("DELETE", key.on_delete)] {
                let action = match action {
                    'r' => "RESTRICT",
                    'c' => "CASCADE",
                    'n' => "SET NULL",
                    'd' => "SET DEFAULT",
                    _ => continue,
                };
                sql.push_str(&format!(" ON {event} {action}"));
            }
            if constraint.deferrable {
                sql.push_str(" DEFERRABLE");
            }
            if constraint.deferred {
                sql.push_str(" INITIALLY DEFERRED");
            }
            sql
        }
        What::Kind(_) => return None,
    })
}

fn view_definition(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let oid = match call.arguments.first() {
        Some(Datum::Text(name)) => world.find_class(name)?,
        other => other.and_then(Datum::as_oid),
    };
    let class = oid.and_then(|oid| world.objects.class(oid)).filter(|class| class.kind == 'v');
    let definition =
        class.and_then(|class| world.objects.relation_of(class)?.definition.as_deref());
    let is_pretty = call.arguments.get(1).is_some_and(Datum::is_true);
    Ok(definition.map_or(Datum::Null, |text| Datum::text(query_text(world, text, is_pretty))))
}

/// `obj_description(oid, catalog)`, `col_description(table, column)`, and `shobj_description(oid, catalog)`
fn description(call: &Call<'_>, among: &str) -> Result<Datum> {
    let Some(object) = oid(call, 0) else { return Ok(Datum::Null) };
    let (catalog, column) = match call.arguments.get(1) {
        Some(Datum::Text(name)) => (crate::facts::relation_oid(crate::facts::PG_CATALOG, name), 0),
        Some(Datum::Int(column)) => (Some(1259), *column),
        _ => (None, 0),
    };
    let columns = crate::facts::relation_columns(crate::facts::PG_CATALOG, among);
    let place = |name: &str| columns?.iter().position(|column| *column.name == *name);
    let [of, class, sub, text] = ["objoid", "classoid", "objsubid", "description"].map(place);
    let rows = call.run.world.table(crate::facts::PG_CATALOG, among)?;
    let found = rows.iter().find(|row| {
        let number = |place: Option<usize>| row.get(place?).and_then(Datum::as_int);
        number(of) == Some(object.into())
            // Databases have no columns.
            && (sub.is_none() || number(sub) == Some(column))
            && catalog.is_none_or(|catalog| number(class) == Some(catalog.into()))
    });
    let said = found.and_then(|row| row.get(text?)).cloned();
    Ok(said.unwrap_or_default())
}

fn index_property(call: &Call<'_>) -> Result<Datum> {
    let name =
        call.arguments.last().and_then(Datum::as_str).unwrap_or_default().to_ascii_lowercase();
    Ok(match name.as_str() {
        "asc" | "nulls_last" | "orderable" | "returnable" | "search_array" | "search_nulls"
        | "can_order" | "can_unique" | "can_multi_col" | "can_exclude" | "can_include"
        | "clusterable" | "index_scan" | "bitmap_scan" | "backward_scan" => Datum::Bool(true),
        "desc" | "nulls_first" | "distance_orderable" => Datum::Bool(false),
        _ => Datum::Null,
    })
}
