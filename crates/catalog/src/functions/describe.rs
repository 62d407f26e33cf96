//! `pg_describe_object`: an object of any kind in words.

use std::sync::Arc;

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::definitions::oid;
use crate::datum::{Datum, Row};
use crate::facts::{self, PG_CATALOG, cell, column_place};
use crate::plan::Call;
use crate::run::Run;
use crate::world::World;

/// What has a name of its own, by its catalog: the words before the name, the column that it is in, and the
/// one of its schema.
const NAMED: [(&str, &str, &str, &str); 15] = [
    ("pg_tablespace", "tablespace", "spcname", ""),
    ("pg_authid", "role", "rolname", ""),
    ("pg_database", "database", "datname", ""),
    ("pg_foreign_server", "server", "srvname", ""),
    ("pg_foreign_data_wrapper", "foreign-data wrapper", "fdwname", ""),
    ("pg_am", "access method", "amname", ""),
    ("pg_conversion", "conversion", "conname", "connamespace"),
    ("pg_language", "language", "lanname", ""),
    ("pg_namespace", "schema", "nspname", ""),
    ("pg_extension", "extension", "extname", ""),
    ("pg_collation", "collation", "collname", "collnamespace"),
    ("pg_ts_dict", "text search dictionary", "dictname", "dictnamespace"),
    ("pg_ts_parser", "text search parser", "prsname", "prsnamespace"),
    ("pg_ts_config", "text search configuration", "cfgname", "cfgnamespace"),
    ("pg_ts_template", "text search template", "tmplname", "tmplnamespace"),
];

/// Those of an access method, in the same way.
const OF_METHODS: [(&str, &str, [&str; 3]); 2] = [
    ("pg_opclass", "operator class", ["opcname", "opcnamespace", "opcmethod"]),
    ("pg_opfamily", "operator family", ["opfname", "opfnamespace", "opfmethod"]),
];

/// What is in a family of operators: its word, and the columns of its family, its types, its number and what it is.
const OF_FAMILIES: [(&str, &str, [&str; 5]); 2] = [
    (
        "pg_amop",
        "operator",
        ["amopfamily", "amoplefttype", "amoprighttype", "amopstrategy", "amopopr"],
    ),
    (
        "pg_amproc",
        "function",
        ["amprocfamily", "amproclefttype", "amprocrighttype", "amprocnum", "amproc"],
    ),
];

/// An operator or a function of a family.
pub(super) struct Member {
    pub(super) word: &'static str,
    pub(super) family: u32,
    pub(super) types: [u32; 2],
    pub(super) number: i64,
    what: u32,
}

/// Catalogs whose rows are parts of objects, and none themselves.
fn has_no_objects(catalog: &str) -> bool {
    matches!(
        catalog,
        "pg_aggregate"
            | "pg_attribute"
            | "pg_db_role_setting"
            | "pg_depend"
            | "pg_description"
            | "pg_enum"
            | "pg_foreign_table"
            | "pg_index"
            | "pg_inherits"
            | "pg_init_privs"
            | "pg_largeobject"
            | "pg_partitioned_table"
            | "pg_range"
            | "pg_replication_origin"
            | "pg_seclabel"
            | "pg_sequence"
            | "pg_shdepend"
            | "pg_shdescription"
            | "pg_shseclabel"
            | "pg_statistic"
            | "pg_statistic_ext_data"
            | "pg_subscription_rel"
            | "pg_ts_config_map"
    )
}

/// How many steps it takes to describe something.
pub(super) const DESCRIBED: usize = 64;

/// `pg_describe_object(catalog, object, column)`
pub(super) fn describe(call: &Call<'_>) -> Result<Datum> {
    let (Some(catalog), Some(object)) = (oid(call, 0), oid(call, 1)) else {
        return Ok(Datum::Null);
    };
    let (run, world) = (call.run, &call.run.world);
    let column = call.arguments.get(2).and_then(Datum::as_int).unwrap_or(0);
    // Names are looked for in several places.
    run.steps(DESCRIBED)?;
    let Some((PG_CATALOG, catalog)) = world.class_name(catalog) else {
        // What is pinned depends on nothing.
        let is_pinned = catalog == 0 && object == 0;
        return if is_pinned { Ok(Datum::Null) } else { Err(no_class(catalog)) };
    };
    let described = match &*catalog {
        "pg_type" => world.type_text(object, -1).map(|name| format!("type {name}")),
        "pg_proc" => {
            world.other_text(Oid::REGPROCEDURE, object).map(|name| format!("function {name}"))
        }
        "pg_operator" => {
            world.other_text(Oid::REGOPERATOR, object).map(|name| format!("operator {name}"))
        }
        "pg_class" => relation(run, object, column)?,
        "pg_attrdef" => match world.column_of_default(object) {
            Some((table, column)) => {
                relation(run, table, column)?.map(|column| format!("default value for {column}"))
            }
            None => None,
        },
        "pg_cast" => cast(world, object),
        "pg_constraint" => constraint(run, object)?,
        "pg_rewrite" => rule(run, object)?,
        "pg_trigger" => match world.objects.triggers.get(object) {
            Some(trigger) => on(run, "trigger", &trigger.name(&world.objects), trigger.table)?,
            None => None,
        },
        "pg_policy" => match world.objects.policies.get(object) {
            Some(policy) => {
                let name = world.objects.policy(policy).map_or("", |policy| &policy.name);
                on(run, "policy", name, policy.table)?
            }
            None => None,
        },
        "pg_auth_members" => membership(run, object)?,
        "pg_amop" | "pg_amproc" => described_member(world, &catalog, object),
        name if has_no_objects(name) => {
            let class = oid(call, 0).unwrap_or_default();
            let message = format!("unsupported object class: {class}");
            return Err(PgError::new(SqlState::INTERNAL_ERROR, message));
        }
        catalog => match of_method(catalog, object) {
            Some((word, schema, name, method)) => {
                let shown = world.shown_in(schema, &name);
                Some(format!("{word} {shown} for access method {method}"))
            }
            None => named(run, catalog, object)?.map(|(word, schema, name)| match schema {
                Some(schema) => format!("{word} {}", world.shown_in(schema, &name)),
                None => format!("{word} {name}"),
            }),
        },
    };
    Ok(described.map_or(Datum::Null, Datum::text))
}

/// `membership of role clerk in role signaller`
pub(super) fn membership(run: &Run, oid: u32) -> Result<Option<String>> {
    let place = column_place("pg_auth_members", "oid");
    let is_it = |row: &Row| row.get(place).and_then(Datum::as_oid) == Some(oid);
    let Some(row) = run.first_of("pg_auth_members", is_it)? else { return Ok(None) };
    let role = |column| {
        let role = cell("pg_auth_members", &row, column).and_then(Datum::as_oid)?;
        run.world.role_name(role)
    };
    Ok(role("member")
        .zip(role("roleid"))
        .map(|(member, role)| format!("membership of role {member} in role {role}")))
}

/// What is on a table.
fn on(run: &Run, word: &str, name: &str, table: u32) -> Result<Option<String>> {
    Ok(relation(run, table, 0)?.map(|table| format!("{word} {name} on {table}")))
}

/// A relation or a column of one.
fn relation(run: &Run, oid: u32, column: i64) -> Result<Option<String>> {
    let Some(name) = run.world.class_text(oid) else { return Ok(None) };
    let kind = kind(&run.world, oid);
    let whole = kind.map(|kind| format!("{kind} {name}"));
    if column == 0 {
        return Ok(whole);
    }
    let name = column_name(run, oid, column)?;
    Ok(name.zip(whole).map(|(name, whole)| format!("column {name} of {whole}")))
}

/// The word for a relation.
pub(super) fn kind(world: &World, oid: u32) -> Option<&'static str> {
    if let Some(class) = world.objects.class(oid) {
        return Some(word(class.kind));
    }
    let [row] = facts::rows_by("pg_class", "oid", &Datum::Oid(oid)).try_into().ok()?;
    cell("pg_class", &row, "relkind")?.as_str()?.chars().next().map(word)
}

/// The name of a column; tables may have many, the rows of which nobody has to make.
pub(super) fn column_name(run: &Run, relation: u32, number: i64) -> Result<Option<Arc<str>>> {
    let class = run.world.objects.class(relation);
    let of = class.and_then(|class| run.world.objects.relation_of(class).zip(Some(class)));
    if let Some((table, class)) = of
        && class.index.is_none()
        && number > 0
    {
        let place = usize::try_from(number - 1).ok();
        let column = place.and_then(|place| table.columns.get(place));
        return Ok(column.map(|one| (*one.column.name).into()));
    }
    let attributes = run.found("pg_attribute", "attrelid", relation)?;
    let place = column_place("pg_attribute", "attnum");
    let found =
        attributes.iter().find(|row| row.get(place).and_then(Datum::as_int) == Some(number));
    Ok(found.and_then(|row| cell("pg_attribute", row, "attname")?.as_str()).map(Arc::from))
}

/// The word for a kind of relations.
fn word(kind: char) -> &'static str {
    match kind {
        'r' | 'p' => "table",
        'i' | 'I' => "index",
        'S' => "sequence",
        't' => "toast table",
        'v' => "view",
        'm' => "materialized view",
        'c' => "composite type",
        'f' => "foreign table",
        _ => "relation",
    }
}

fn cast(world: &World, oid: u32) -> Option<String> {
    let known = facts::facts("pg_cast")?;
    let row = world.cast_row(oid)?;
    let name = |side| world.type_text(facts::number(&row, known.column(side)), -1);
    Some(format!("cast from {} to {}", name("castsource")?, name("casttarget")?))
}

fn constraint(run: &Run, oid: u32) -> Result<Option<String>> {
    let rows = run.found("pg_constraint", "oid", oid)?;
    let Some(row) = rows.first() else { return Ok(None) };
    let cell = |name| cell("pg_constraint", row, name);
    let name = cell("conname").and_then(Datum::as_str).unwrap_or_default();
    match cell("conrelid").and_then(Datum::as_oid).unwrap_or(0) {
        0 => Ok(Some(format!("constraint {name}"))),
        table => on(run, "constraint", name, table),
    }
}

fn rule(run: &Run, oid: u32) -> Result<Option<String>> {
    let Some(view) = run.world.view_of_rule(oid) else { return Ok(None) };
    let rows = facts::rows_by("pg_rewrite", "oid", &Datum::Oid(oid));
    let name = rows.first().and_then(|row| cell("pg_rewrite", row, "rulename")?.as_str());
    on(run, "rule", name.unwrap_or("_RETURN"), view)
}

/// An operator class or family: its word, schema, name and access method.
pub(super) fn of_method(
    catalog: &str,
    object: u32,
) -> Option<(&'static str, u32, Arc<str>, Arc<str>)> {
    let (relation, word, [name, schema, method]) =
        OF_METHODS.iter().find(|known| known.0 == catalog)?;
    let [row] = facts::rows_by(relation, "oid", &Datum::Oid(object)).try_into().ok()?;
    let number = |name| cell(relation, &row, name).and_then(Datum::as_oid);
    let methods = facts::rows_by("pg_am", "oid", &Datum::Oid(number(method)?));
    let of = cell("pg_am", methods.first()?, "amname")?.as_str()?.into();
    let own = cell(relation, &row, name)?.as_str()?.into();
    Some((*word, number(schema)?, own, of))
}

/// The word for what a catalog has in families of operators.
pub(super) fn word_of_members(catalog: &str) -> Option<&'static str> {
    OF_FAMILIES.iter().find(|known| known.0 == catalog).map(|known| known.1)
}

/// What is in a family of operators, by its number.
pub(super) fn member(catalog: &str, object: u32) -> Option<Member> {
    let (relation, word, [family, left, right, number, what]) =
        OF_FAMILIES.iter().find(|known| known.0 == catalog)?;
    let [row] = facts::rows_by(relation, "oid", &Datum::Oid(object)).try_into().ok()?;
    let oid = |name| cell(relation, &row, name).and_then(Datum::as_oid);
    Some(Member {
        word,
        family: oid(family)?,
        types: [oid(left)?, oid(right)?],
        number: cell(relation, &row, number)?.as_int()?,
        what: oid(what)?,
    })
}

/// `operator 1 (smallint, smallint) of operator family integer_ops for access method btree: <(smallint,smallint)`
fn described_member(world: &World, catalog: &str, object: u32) -> Option<String> {
    let of = member(catalog, object)?;
    let (family, schema, name, method) = of_method("pg_opfamily", of.family)?;
    let [left, right] = of.types.map(|oid| world.type_text(oid, -1).unwrap_or_default());
    let alias = if of.word == "operator" { Oid::REGOPERATOR } else { Oid::REGPROCEDURE };
    let what = world.other_text(alias, of.what)?;
    let shown = world.shown_in(schema, &name);
    let (word, number) = (of.word, of.number);
    Some(format!(
        "{word} {number} ({left}, {right}) of {family} {shown} for access method {method}: {what}"
    ))
}

/// A word, the number of a schema, and a name.
pub(super) type Named = (&'static str, Option<u32>, Arc<str>);

/// What has a name of its own: its word, its schema if it has one, and its name.
pub(super) fn named(run: &Run, catalog: &str, object: u32) -> Result<Option<Named>> {
    let Some((relation, word, name, schema)) = NAMED.iter().find(|known| known.0 == catalog) else {
        return Ok(None);
    };
    let known = facts::rows_by(relation, "oid", &Datum::Oid(object)).into_iter().next();
    let place = column_place(relation, "oid");
    let is_it = |row: &Row| row.get(place).and_then(Datum::as_oid) == Some(object);
    let found = match known {
        Some(row) => Some(row),
        // There are few of them.
        None => run.first_of(relation, is_it)?,
    };
    Ok(found.and_then(|row| {
        let own = cell(relation, &row, name)?.as_str()?.into();
        let schema = cell(relation, &row, schema).and_then(Datum::as_oid);
        Some((*word, schema, own))
    }))
}

/// The word for what a catalog has.
pub(super) fn word_of_catalog(catalog: &str) -> Option<&'static str> {
    let named = NAMED.iter().find(|known| known.0 == catalog).map(|known| known.1);
    let known =
        named.or_else(|| OF_METHODS.iter().find(|known| known.0 == catalog).map(|known| known.1));
    known.or_else(|| WORDS.iter().find(|known| known.0 == catalog).map(|known| known.1))
}

/// The words for objects of which nothing more is told here.
const WORDS: [(&str, &str); 12] = [
    ("pg_publication", "publication"),
    ("pg_publication_rel", "publication relation"),
    ("pg_publication_namespace", "publication namespace"),
    ("pg_subscription", "subscription"),
    ("pg_event_trigger", "event trigger"),
    ("pg_transform", "transform"),
    ("pg_default_acl", "default acl"),
    ("pg_statistic_ext", "statistics object"),
    ("pg_user_mapping", "user mapping"),
    ("pg_auth_members", "role membership"),
    ("pg_parameter_acl", "parameter ACL"),
    ("pg_largeobject", "large object"),
];

/// XX000, for what is no catalog.
pub(super) fn no_class(catalog: u32) -> PgError {
    let message = format!("unsupported object class: {catalog}");
    PgError::new(SqlState::INTERNAL_ERROR, message)
}
