//! `pg_get_indexdef`

use trunkline_core::Result;
use trunkline_core::catalog::{IndexKey, Indexed, Relation};
use trunkline_sql::quote_identifier;

use super::definitions::{column, columns, deparsed, oid, qualified};
use crate::datum::Datum;
use crate::facts;
use crate::plan::{Call, Cells};
use crate::syntax::call_name;
use crate::world::{ClassObject, IndexColumn, IndexObject, World, expression_text};

pub(super) fn definition(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let Some(oid) = oid(call, 0) else { return Ok(Datum::Null) };
    let Some(class) = world.objects.class(oid) else {
        return Ok(of_every_database(world, call, oid).unwrap_or_default());
    };
    let (Some(index), Some(relation)) = (&class.index, world.objects.relation_of(class)) else {
        return Ok(Datum::Null);
    };
    let is_pretty = call.arguments.get(2).is_some_and(Datum::is_true);
    match call.arguments.get(1).and_then(Datum::as_int) {
        Some(0) | None => deparsed(call, sql(world, class, index, relation, is_pretty)),
        Some(number) => {
            let place = usize::try_from(number - 1).unwrap_or(usize::MAX);
            let shown = match index.of.keys.get(place) {
                Some(one) => key(world, index, relation, one, is_pretty),
                None => {
                    let included = place.checked_sub(index.of.keys.len());
                    let included = included.and_then(|place| index.of.include.get(place));
                    included.map(|place| column(relation, *place)).unwrap_or_default()
                }
            };
            Ok(Datum::text(shown))
        }
    }
}

/// An index of the catalogs, or a column of one: none is of an expression.
fn of_every_database(world: &World, call: &Call<'_>, oid: u32) -> Option<Datum> {
    let is_pretty = call.arguments.get(2).is_some_and(Datum::is_true);
    let whole = facts::definition("pg_get_indexdef", oid, is_pretty)?;
    let number = call.arguments.get(1).and_then(Datum::as_int).unwrap_or(0);
    if number == 0 {
        return Some(Datum::Text(whole));
    }
    let known = facts::facts("pg_attribute")?;
    let (place, name) = (known.column("attnum"), known.column("attname"));
    let rows = world.rows_by("pg_attribute", "attrelid", &Datum::Oid(oid), Cells::ALL);
    let row = rows.iter().find(|row| row.get(place).and_then(Datum::as_int) == Some(number));
    let name = row.map(|row| quote_identifier(&facts::text(row, name)).into_owned());
    Some(Datum::text(name.unwrap_or_default()))
}

/// A column, or an expression: a call stands as it is, anything else in parentheses.
fn key(
    world: &World,
    index: &IndexObject,
    relation: &Relation,
    key: &IndexKey,
    is_pretty: bool,
) -> String {
    match &key.of {
        Indexed::Column(place) => column(relation, *place),
        Indexed::Expression(text) if text.is_empty() => "(expr)".to_owned(),
        Indexed::Expression(text) => {
            let shown = expression_text(world, Some(index.table), text, is_pretty);
            if call_name(&shown).is_some() { shown.to_string() } else { format!("({shown})") }
        }
    }
}

/// A key with what is not usual of it.
pub(super) fn full_key(
    world: &World,
    index: &IndexObject,
    relation: &Relation,
    (one, of): (&IndexKey, &IndexColumn),
    is_pretty: bool,
) -> String {
    let mut sql = key(world, index, relation, one, is_pretty);
    if of.is_other_collation
        && let Some(collation) = world.collation_name(of.collation)
    {
        sql.push_str(&format!(" COLLATE {}", quote_identifier(&collation)));
    }
    if of.is_other_class
        && let Some(class) = of.class
    {
        sql.push_str(&format!(" {}", quote_identifier(&class.name)));
    }
    if index.can_order() {
        sql.push_str(match (one.descending, one.nulls_first) {
            (true, true) => " DESC",
            (true, false) => " DESC NULLS LAST",
            (false, true) => " NULLS FIRST",
            (false, false) => "",
        });
    }
    sql
}

fn sql(
    world: &World,
    class: &ClassObject,
    index: &IndexObject,
    relation: &Relation,
    is_pretty: bool,
) -> String {
    let unique = if index.of.unique { "UNIQUE " } else { "" };
    let of = world.index_columns(index);
    let keys = index.of.keys.iter().zip(&of);
    let keys = keys.map(|key| full_key(world, index, relation, key, is_pretty));
    let keys = keys.collect::<Vec<_>>().join(", ");
    let only = if class.kind == 'I' { "ONLY " } else { "" };
    let table = match is_pretty {
        true => world.class_text(index.table).unwrap_or_default(),
        false => qualified(world, index.table),
    };
    let mut sql = format!(
        "CREATE {unique}INDEX {} ON {only}{table} USING {} ({keys})",
        quote_identifier(&class.name),
        quote_identifier(&index.of.method),
    );
    if !index.of.include.is_empty() {
        sql.push_str(&format!(" INCLUDE ({})", columns(relation, &index.of.include)));
    }
    if index.of.nulls_not_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    if !index.of.options.is_empty() {
        sql.push_str(&format!(" WITH ({})", options(&index.of.options)));
    }
    if let Some(condition) = &index.of.condition {
        let condition = expression_text(world, Some(index.table), condition, is_pretty);
        sql.push_str(&format!(" WHERE {condition}"));
    }
    sql
}

/// Storage parameters, each as `name='value'`.
pub(super) fn options(options: &[String]) -> String {
    let shown = options.iter().map(|option| match option.split_once('=') {
        Some((name, value)) => {
            format!("{}='{}'", quote_identifier(name), value.replace('\'', "''"))
        }
        None => quote_identifier(option).into_owned(),
    });
    shown.collect::<Vec<_>>().join(", ")
}
