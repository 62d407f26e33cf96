//! Functions that give rows.

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::{session, strings};
use crate::datum::{Datum, Row};
use crate::plan::{Call, SetFunction};

type SetOfRows = Result<Vec<Vec<Datum>>>;

/// How many rows a series may have.
const MOST: usize = 2_000_000;

pub(super) fn function(name: &str) -> Option<SetFunction> {
    Some(match name {
        "generate_series" => series,
        "generate_subscripts" => subscripts,
        "unnest" => unnest,
        "_pg_expandarray" => expand,
        "string_to_table" => split,
        "ts_token_type" => token_types,
        "pg_get_keywords" => |_| {
            let facts = crate::facts::facts("pg_get_keywords");
            let rows = facts.map(|facts| facts.rows.iter().map(|row| row.to_vec()).collect());
            Ok(rows.unwrap_or_default())
        },
        "aclexplode" => super::acl::explode,
        "pg_partition_ancestors" => super::partition::ancestors,
        "pg_partition_tree" => super::partition::tree,
        "pg_options_to_table" => options,
        "pg_show_all_settings" => session::all_settings,
        "pg_cursor" => |call| Ok(listed(call.run.world.cursors())),
        "pg_prepared_statement" => |call| Ok(listed(call.run.world.prepared_statements())),
        "pg_listening_channels" => {
            |call| Ok(call.run.world.listening_channels().map(|channel| vec![channel]).collect())
        }
        // Nothing of the kind is known here.
        "pg_lock_status"
        | "pg_prepared_xact"
        | "pg_event_trigger_ddl_commands"
        | "pg_get_publication_tables"
        | "pg_available_extensions"
        | "pg_available_extension_versions"
        | "pg_timezone_names"
        | "pg_timezone_abbrevs"
        | "pg_get_wait_events"
        | "pg_stat_get_wal_senders"
        | "pg_get_replication_slots"
        | "pg_blocking_pids"
        | "pg_hba_file_rules"
        | "pg_show_all_file_settings"
        | "pg_show_replication_origin_status" => |_| Ok(Vec::new()),
        _ => return None,
    })
}

fn listed(rows: Vec<Row>) -> Vec<Vec<Datum>> {
    rows.iter().map(|row| row.to_vec()).collect()
}

fn int(call: &Call<'_>, place: usize) -> Option<i64> {
    call.arguments.get(place)?.as_int()
}

fn series(call: &Call<'_>) -> SetOfRows {
    if !matches!(call.result, Oid::INT4 | Oid::INT8) {
        return Err(crate::error::unsupported(0, "a series that is not of integers"));
    }
    let (Some(from), Some(to)) = (int(call, 0), int(call, 1)) else { return Ok(Vec::new()) };
    let step = int(call, 2).unwrap_or(1);
    if step == 0 {
        return Err(crate::error::bad_argument("step size cannot equal zero"));
    }
    let mut rows = Vec::new();
    let mut at = Some(from);
    while let Some(value) = at.filter(|value| if step > 0 { *value <= to } else { *value >= to }) {
        call.run.step()?;
        call.run.charge(64)?;
        if rows.len() >= MOST {
            return Err(PgError::new(
                SqlState::CONFIGURATION_LIMIT_EXCEEDED,
                "series is too long for a query of the catalogs",
            ));
        }
        rows.push(vec![Datum::Int(value)]);
        at = value.checked_add(step);
    }
    Ok(rows)
}

fn subscripts(call: &Call<'_>) -> SetOfRows {
    let Some(list) = call.arguments.first().and_then(Datum::as_list) else { return Ok(Vec::new()) };
    let number = int(call, 1).and_then(|number| usize::try_from(number - 1).ok());
    let Some((length, lower)) = number.and_then(|number| list.dimensions.get(number)) else {
        return Ok(Vec::new());
    };
    let (length, lower) = (i64::from(*length), i64::from(*lower));
    let rows = lower..lower + length;
    let is_reverse = call.arguments.get(2).is_some_and(Datum::is_true);
    let row = |value| vec![Datum::Int(value)];
    Ok(if is_reverse { rows.rev().map(row).collect() } else { rows.map(row).collect() })
}

fn unnest(call: &Call<'_>) -> SetOfRows {
    let Some(list) = call.arguments.first().and_then(Datum::as_list) else { return Ok(Vec::new()) };
    Ok(list.items.iter().map(|item| vec![item.clone()]).collect())
}

/// Elements with their numbers.
fn expand(call: &Call<'_>) -> SetOfRows {
    let Some(list) = call.arguments.first().and_then(Datum::as_list) else { return Ok(Vec::new()) };
    Ok(list
        .items
        .iter()
        .zip(1..)
        .map(|(item, number)| vec![item.clone(), Datum::Int(number)])
        .collect())
}

fn split(call: &Call<'_>) -> SetOfRows {
    let (Some(text), Some(by)) = (strings::text(call, 0), strings::text(call, 1)) else {
        return Ok(Vec::new());
    };
    Ok(text.split(by).map(|part| vec![Datum::text(part)]).collect())
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
