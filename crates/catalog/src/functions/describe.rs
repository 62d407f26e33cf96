//! `pg_describe_object`: an object of any kind in words.

use std::sync::Arc;

use trunkline_core::{Oid, Result};

use super::definitions::oid;
use crate::datum::Datum;
use crate::facts::{self, PG_CATALOG};
use crate::plan::Call;
use crate::world::World;

/// What has a name of its own, by its catalog: the words before the name, the column that it is in, and the
/// one of its schema.
const NAMED: [(u32, &str, &str, &str, &str); 15] = [
    (1213, "pg_tablespace", "tablespace", "spcname", ""),
    (1260, "pg_authid", "role", "rolname", ""),
    (1262, "pg_database", "database", "datname", ""),
    (1417, "pg_foreign_server", "server", "srvname", ""),
    (2328, "pg_foreign_data_wrapper", "foreign-data wrapper", "fdwname", ""),
    (2601, "pg_am", "access method", "amname", ""),
    (2607, "pg_conversion", "conversion", "conname", "connamespace"),
    (2612, "pg_language", "language", "lanname", ""),
    (2615, "pg_namespace", "schema", "nspname", ""),
    (3079, "pg_extension", "extension", "extname", ""),
    (3456, "pg_collation", "collation", "collname", "collnamespace"),
    (3600, "pg_ts_dict", "text search dictionary", "dictname", "dictnamespace"),
    (3601, "pg_ts_parser", "text search parser", "prsname", "prsnamespace"),
    (3602, "pg_ts_config", "text search configuration", "cfgname", "cfgnamespace"),
    (3764, "pg_ts_template", "text search template", "tmplname", "tmplnamespace"),
];

/// Those of an access method, in the same way.
const OF_METHODS: [(u32, &str, &str, [&str; 3]); 2] = [
    (2616, "pg_opclass", "operator class", ["opcname", "opcnamespace", "opcmethod"]),
    (2753, "pg_opfamily", "operator family", ["opfname", "opfnamespace", "opfmethod"]),
];

/// `pg_describe_object(catalog, object, column)`
pub(super) fn describe(call: &Call<'_>) -> Result<Datum> {
    let world = &call.run.world;
    let (Some(catalog), Some(object)) = (oid(call, 0), oid(call, 1)) else {
        return Ok(Datum::Null);
    };
    let column = call.arguments.get(2).and_then(Datum::as_int).unwrap_or(0);
    let described = match catalog {
        1247 => world.type_text(object, -1).map(|name| format!("type {name}")),
        1255 => world.other_text(Oid::REGPROCEDURE, object).map(|name| format!("function {name}")),
        2617 => world.other_text(Oid::REGOPERATOR, object).map(|name| format!("operator {name}")),
        1259 => relation(world, object, column),
        2604 => world.column_of_default(object).and_then(|(table, column)| {
            Some(format!("default value for {}", relation(world, table, column)?))
        }),
        2605 => cast(world, object),
        2606 => constraint(world, object),
        2618 => rule(world, object),
        2620 => world.objects.triggers.get(object).and_then(|trigger| {
            let name = trigger.name(&world.objects);
            Some(format!("trigger {name} on {}", relation(world, trigger.table, 0)?))
        }),
        3256 => world.objects.policies.get(object).and_then(|policy| {
            let name = &world.objects.policy(policy)?.name;
            Some(format!("policy {name} on {}", relation(world, policy.table, 0)?))
        }),
        catalog => named(world, catalog, object)?,
    };
    Ok(described.map_or(Datum::Null, Datum::text))
}

/// A relation or a column of one.
fn relation(world: &World, oid: u32, column: i64) -> Option<String> {
    let name = world.class_text(oid)?;
    let whole = format!("{} {name}", kind(world, oid)?);
    if column == 0 {
        return Some(whole);
    }
    let attributes = world.rows_by("pg_attribute", "attrelid", &Datum::Oid(oid));
    let found = attributes.iter().find(|row| {
        cell(PG_CATALOG, "pg_attribute", row, "attnum").and_then(|number| number.as_int())
            == Some(column)
    });
    let name = cell(PG_CATALOG, "pg_attribute", found?, "attname")?;
    Some(format!("column {} of {whole}", name.as_str()?))
}

/// The word for a relation.
fn kind(world: &World, oid: u32) -> Option<&'static str> {
    let [row] = world.rows_by("pg_class", "oid", &Datum::Oid(oid)).try_into().ok()?;
    let kind = cell(PG_CATALOG, "pg_class", &row, "relkind")?;
    Some(match kind.as_str()? {
        "r" | "p" => "table",
        "i" | "I" => "index",
        "S" => "sequence",
        "t" => "toast table",
        "v" => "view",
        "m" => "materialized view",
        "c" => "composite type",
        "f" => "foreign table",
        _ => "relation",
    })
}

fn cell<'a>(schema: u32, relation: &str, row: &'a [Datum], name: &str) -> Option<&'a Datum> {
    let columns = facts::relation_columns(schema, relation)?;
    row.get(columns.iter().position(|column| *column.name == *name)?)
}

fn cast(world: &World, oid: u32) -> Option<String> {
    let known = facts::facts("pg_cast")?;
    let [row] = facts::rows_by("pg_cast", "oid", &Datum::Oid(oid)).try_into().ok()?;
    let name = |side| world.type_text(facts::number(&row, known.column(side)), -1);
    Some(format!("cast from {} to {}", name("castsource")?, name("casttarget")?))
}

fn constraint(world: &World, oid: u32) -> Option<String> {
    let [row] = world.rows_by("pg_constraint", "oid", &Datum::Oid(oid)).try_into().ok()?;
    let cell = |name| cell(PG_CATALOG, "pg_constraint", &row, name);
    let name = cell("conname")?.as_str()?;
    Some(match cell("conrelid")?.as_oid()? {
        0 => format!("constraint {name}"),
        table => format!("constraint {name} on {}", relation(world, table, 0)?),
    })
}

fn rule(world: &World, oid: u32) -> Option<String> {
    let view = relation(world, world.view_of_rule(oid)?, 0)?;
    let name = match facts::rows_by("pg_rewrite", "oid", &Datum::Oid(oid)).first() {
        Some(row) => facts::text(row, facts::facts("pg_rewrite")?.column("rulename")),
        None => Arc::from("_RETURN"),
    };
    Some(format!("rule {name} on {view}"))
}

/// What has a name of its own.
fn named(world: &World, catalog: u32, object: u32) -> Result<Option<String>> {
    if let Some((_, relation, word, [name, schema, method])) =
        OF_METHODS.iter().find(|known| known.0 == catalog)
    {
        let found = facts::rows_by(relation, "oid", &Datum::Oid(object));
        let of_method = found.first().and_then(|row| {
            let number = |name| cell(PG_CATALOG, relation, row, name).and_then(Datum::as_oid);
            let methods = facts::facts("pg_am")?;
            let methods_row = facts::rows_by("pg_am", "oid", &Datum::Oid(number(method)?));
            let of = facts::text(methods_row.first()?, methods.column("amname"));
            let own = cell(PG_CATALOG, relation, row, name)?.as_str()?;
            let shown = world.shown_in(number(schema)?, own);
            Some(format!("{word} {shown} for access method {of}"))
        });
        return Ok(of_method);
    }
    let Some((_, relation, word, name, schema)) = NAMED.iter().find(|known| known.0 == catalog)
    else {
        return Ok(None);
    };
    let known = facts::rows_by(relation, "oid", &Datum::Oid(object)).into_iter().next();
    let is_it = |row: &crate::datum::Row| {
        cell(PG_CATALOG, relation, row, "oid").and_then(Datum::as_oid) == Some(object)
    };
    let found = match known {
        Some(row) => Some(row),
        // There are few of them.
        None => world.table(PG_CATALOG, relation)?.into_iter().find(is_it),
    };
    Ok(found.and_then(|row| {
        let own = cell(PG_CATALOG, relation, &row, name)?.as_str()?;
        Some(match *schema {
            "" => format!("{word} {own}"),
            schema => {
                let schema = cell(PG_CATALOG, relation, &row, schema)?.as_oid()?;
                format!("{word} {}", world.shown_in(schema, own))
            }
        })
    }))
}
