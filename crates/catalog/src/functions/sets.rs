//! Functions that give rows.

use std::sync::Arc;

use trunkline_core::types::{Interval, TimeZone, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::{arrays, session};
use crate::datum::{Datum, Row};
use crate::facts::Proc;
use crate::plan::{Call, SetFunction};

type SetOfRows = Result<Vec<Vec<Datum>>>;

/// How many rows a series may have.
const MOST: usize = 2_000_000;

pub(super) fn function(proc: &Proc) -> Option<SetFunction> {
    Some(match &*proc.name {
        "generate_series" => series,
        "generate_subscripts" => subscripts,
        // The parts of other things than arrays are not told.
        "unnest" if proc.arguments != [Oid(2277)] => return None,
        "unnest" => unnest,
        "_pg_expandarray" => expand,
        "string_to_table" => split,
        "ts_token_type" => token_types,
        "pg_get_keywords" => |_| Ok(known("pg_get_keywords")),
        "pg_available_extensions" => |_| {
            let known = extensions(["name", "version", "comment", "is_default"]);
            let defaults = known.filter(|row| row.last().is_some_and(Datum::is_true));
            Ok(defaults.map(|row| row.into_iter().take(3).collect()).collect())
        },
        "pg_available_extension_versions" => |_| {
            Ok(extensions([
                "name",
                "version",
                "superuser",
                "trusted",
                "relocatable",
                "schema",
                "requires",
                "comment",
            ])
            .collect())
        },
        "pg_timezone_names" => zones,
        "pg_get_catalog_foreign_keys" => |_| Ok(known("pg_get_catalog_foreign_keys")),
        "pg_config" => super::control::configuration,
        "aclexplode" => super::acl::explode,
        "pg_partition_ancestors" => super::partition::ancestors,
        "pg_partition_tree" => super::partition::tree,
        "pg_options_to_table" => options,
        "pg_show_all_settings" => session::all_settings,
        "pg_cursor" => |call| Ok(listed(&call.run.world.cursors())),
        "pg_prepared_statement" => |call| Ok(listed(&call.run.world.prepared_statements())),
        "pg_listening_channels" => {
            |call| Ok(call.run.world.listening_channels().map(|channel| vec![channel]).collect())
        }
        // Nothing of the kind is known here.
        "pg_lock_status"
        | "pg_prepared_xact"
        | "pg_event_trigger_ddl_commands"
        | "pg_get_publication_tables"
        | "pg_get_wait_events"
        | "pg_stat_get_wal_senders"
        | "pg_get_replication_slots"
        | "pg_hba_file_rules"
        | "pg_show_all_file_settings"
        | "pg_show_replication_origin_status" => |_| Ok(Vec::new()),
        _ => return None,
    })
}

/// The rows that a function gives everywhere.
fn known(function: &str) -> Vec<Vec<Datum>> {
    let facts = crate::facts::facts(function);
    facts.map(|facts| listed(&facts.rows)).unwrap_or_default()
}

/// The extensions that come with PostgreSQL, each version with what these columns say of it.
fn extensions<const N: usize>(columns: [&str; N]) -> impl Iterator<Item = Vec<Datum>> {
    let facts = crate::facts::facts("pg_extension_versions");
    let rows = facts.map(|facts| (columns.map(|name| facts.column(name)), facts.rows.iter()));
    rows.into_iter().flat_map(|(places, rows)| {
        let cell = |row: &Row, place: usize| row.get(place).cloned().unwrap_or_default();
        rows.map(move |row| places.iter().map(|place| cell(row, *place)).collect())
    })
}

/// The zones by their names, each with what it is called and how far it is from Greenwich now.
fn zones(call: &Call<'_>) -> SetOfRows {
    let at = session::now();
    let mut rows = Vec::new();
    for name in TimeZone::names() {
        call.run.step()?;
        let Ok(zone) = TimeZone::parse(&name) else { continue };
        let micros = i64::from(zone.east_at(at)).saturating_mul(super::times::SECOND);
        let east = Interval { months: 0, days: 0, micros };
        rows.push(vec![
            Datum::text(name),
            Datum::text(zone.abbreviation_at(at)),
            Datum::Other(Arc::new(Value::Interval(east))),
            Datum::Bool(zone.is_summer_at(at)),
        ]);
    }
    Ok(rows)
}

fn listed(rows: &[Row]) -> Vec<Vec<Datum>> {
    rows.iter().map(|row| row.to_vec()).collect()
}

fn int(call: &Call<'_>, place: usize) -> Option<i64> {
    call.arguments.get(place)?.as_int()
}

fn series(call: &Call<'_>) -> SetOfRows {
    let [from, to, ..] = call.arguments else { return Ok(Vec::new()) };
    let zero = || crate::error::bad_argument("step size cannot equal zero");
    let (is_down, next): (bool, Box<Next<'_>>) = match call.result {
        Oid::INT4 | Oid::INT8 => {
            let step = int(call, 2).unwrap_or(1);
            if step == 0 {
                return Err(zero());
            }
            let next = move |at: &Datum| {
                Ok(at.as_int().and_then(|at| at.checked_add(step)).map(Datum::Int))
            };
            (step < 0, Box::new(next))
        }
        Oid::NUMERIC => {
            let step = call.arguments.get(2).cloned().unwrap_or(Datum::Int(1));
            let order = step.compare(&Datum::Int(0));
            if order.is_eq() {
                return Err(zero());
            }
            (
                order.is_lt(),
                Box::new(move |at: &Datum| super::math::add(at, &step, Oid::NUMERIC).map(Some)),
            )
        }
        Oid::TIMESTAMP | Oid::TIMESTAMPTZ => {
            let Some(step) = super::times::interval(call, 2) else { return Ok(Vec::new()) };
            let sign = i128::from(step.months) * 30 + i128::from(step.days);
            let sign = sign * i128::from(super::times::DAY) + i128::from(step.micros);
            if sign == 0 {
                return Err(zero());
            }
            let oid = call.result;
            let next = move |at: &Datum| {
                let at = at.as_int().unwrap_or(0);
                super::times::added(call, at, oid, step, 1).map(|at| Some(Datum::Int(at)))
            };
            (sign < 0, Box::new(next))
        }
        _ => return Err(crate::error::unsupported(0, "a series of these")),
    };
    let is_within = |at: &Datum| {
        let order = at.compare(to);
        order.is_eq() || order.is_gt() == is_down
    };
    let mut rows = Vec::new();
    let mut at = Some(from.clone());
    while let Some(value) = at.filter(is_within) {
        call.run.step()?;
        call.run.charge(64)?;
        if rows.len() >= MOST {
            return Err(PgError::new(
                SqlState::CONFIGURATION_LIMIT_EXCEEDED,
                "series is too long for a query of the catalogs",
            ));
        }
        at = next(&value)?;
        rows.push(vec![value]);
    }
    Ok(rows)
}

/// What comes behind a value; nothing if there is no such value.
type Next<'a> = dyn Fn(&Datum) -> Result<Option<Datum>> + 'a;

fn subscripts(call: &Call<'_>) -> SetOfRows {
    let Some(list) = call.arguments.first().and_then(Datum::as_list) else { return Ok(Vec::new()) };
    let number = int(call, 1).and_then(|number| usize::try_from(number - 1).ok());
    let Some((length, lower)) = number.and_then(|number| list.dimensions.get(number)) else {
        return Ok(Vec::new());
    };
    call.run.items(usize::try_from(*length).unwrap_or(0))?;
    let (length, lower) = (i64::from(*length), i64::from(*lower));
    let rows = lower..lower + length;
    let is_reverse = call.arguments.get(2).is_some_and(Datum::is_true);
    let row = |value| vec![Datum::Int(value)];
    Ok(if is_reverse { rows.rev().map(row).collect() } else { rows.map(row).collect() })
}

fn unnest(call: &Call<'_>) -> SetOfRows {
    let Some(list) = call.arguments.first().and_then(Datum::as_list) else { return Ok(Vec::new()) };
    call.run.items(list.items.len())?;
    Ok(list.items.iter().map(|item| vec![item.clone()]).collect())
}

/// The elements of an array of rows, each as its fields, of which there are as many as the second argument says.
pub(crate) fn unnest_rows(call: &Call<'_>) -> SetOfRows {
    let width = call.arguments.get(1).and_then(Datum::as_int);
    let width = width.and_then(|width| usize::try_from(width).ok()).unwrap_or(0);
    let rows = unnest(call)?.into_iter().flatten();
    let rows = rows.map(|item| match item {
        Datum::Record(record) => record.values.to_vec(),
        _ => vec![Datum::Null; width],
    });
    Ok(rows.collect())
}

/// Elements with their numbers.
fn expand(call: &Call<'_>) -> SetOfRows {
    let Some(list) = call.arguments.first().and_then(Datum::as_list) else { return Ok(Vec::new()) };
    call.run.items(list.items.len())?;
    Ok(list
        .items
        .iter()
        .zip(1..)
        .map(|(item, number)| vec![item.clone(), Datum::Int(number)])
        .collect())
}

/// `string_to_table`
fn split(call: &Call<'_>) -> SetOfRows {
    let parts = arrays::split(call)?.unwrap_or_default();
    Ok(parts.into_iter().map(|part| vec![part]).collect())
}

/// `name=value` of options.
fn options(call: &Call<'_>) -> SetOfRows {
    let Some(list) = call.arguments.first().and_then(Datum::as_list) else { return Ok(Vec::new()) };
    let pairs = list.items.iter().filter_map(Datum::as_str);
    Ok(pairs
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => vec![Datum::text(name), Datum::text(value)],
            None => vec![Datum::text(pair), Datum::Null],
        })
        .collect())
}

/// The kinds of tokens of the one parser for text search that there is.
///
/// Source: <https://www.postgresql.org/docs/18/textsearch-parsers.html>.
const TOKEN_TYPES: [(&str, &str); 23] = [
    ("asciiword", "Word, all ASCII"),
    ("word", "Word, all letters"),
    ("numword", "Word, letters and digits"),
    ("email", "Email address"),
    ("url", "URL"),
    ("host", "Host"),
    ("sfloat", "Scientific notation"),
    ("version", "Version number"),
    ("hword_numpart", "Hyphenated word part, letters and digits"),
    ("hword_part", "Hyphenated word part, all letters"),
    ("hword_asciipart", "Hyphenated word part, all ASCII"),
    ("blank", "Space symbols"),
    ("tag", "XML tag"),
    ("protocol", "Protocol head"),
    ("numhword", "Hyphenated word, letters and digits"),
    ("asciihword", "Hyphenated word, all ASCII"),
    ("hword", "Hyphenated word, all letters"),
    ("url_path", "URL path"),
    ("file", "File or path name"),
    ("float", "Decimal notation"),
    ("int", "Signed integer"),
    ("uint", "Unsigned integer"),
    ("entity", "XML entity"),
];

fn token_types(_: &Call<'_>) -> SetOfRows {
    let rows = (1..).zip(TOKEN_TYPES);
    let row = |(number, (alias, description))| {
        vec![Datum::Int(number), Datum::text(alias), Datum::text(description)]
    };
    Ok(rows.map(row).collect())
}
