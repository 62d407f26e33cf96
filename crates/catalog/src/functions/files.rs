//! What a cluster has on disk, as functions tell of it: files of relations, tablespaces, databases.

use trunkline_core::{Notice, PgError, Result, SqlState};

use super::definitions::oid;
use super::strings::text;
use crate::datum::Datum;
use crate::facts::{PG_CATALOG, cell, rows_by};
use crate::plan::{Call, Function, SetFunction};

/// The tablespaces that every cluster has: of databases, and of what they share.
const DEFAULT: u32 = 1663;
const GLOBAL: u32 = 1664;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "pg_relation_filenode" => {
            |call| Ok(oid(call, 0).and_then(|of| file(call, of)).map_or(Datum::Null, Datum::Oid))
        }
        "pg_relation_filepath" => path,
        "pg_filenode_relation" => relation,
        "pg_database_size" => database_size,
        "pg_stat_file" => |call| missing(call, |name| format!("could not stat file \"{name}\"")),
        "pg_read_file" | "pg_read_binary_file" => read,
        _ => return None,
    })
}

pub(super) fn rows(name: &str) -> Option<SetFunction> {
    Some(match name {
        // There are none of these files.
        "pg_ls_waldir"
        | "pg_ls_tmpdir"
        | "pg_ls_archive_statusdir"
        | "pg_ls_summariesdir"
        | "pg_ls_logicalsnapdir"
        | "pg_ls_logicalmapdir"
        | "pg_ls_logdir" => |_| Ok(Vec::new()),
        "pg_ls_dir" => |call| {
            missing(call, |name| format!("could not open directory \"{name}\""))?;
            Ok(Vec::new())
        },
        "pg_tablespace_databases" => databases,
        _ => return None,
    })
}

/// A file or a directory of the server's: there is none, and the first Boolean says whether it may be missing.
fn missing(call: &Call<'_>, message: impl Fn(&str) -> String) -> Result<Datum> {
    let may_miss = call.arguments.iter().find(|one| matches!(one, Datum::Bool(_)));
    let name = text(call, 0).filter(|_| !may_miss.is_some_and(Datum::is_true));
    let Some(name) = name else { return Ok(Datum::Null) };
    let message = format!("{}: No such file or directory", message(name));
    Err(PgError::new(SqlState::UNDEFINED_FILE, message))
}

/// `pg_read_file` and its kin: a name, then perhaps where to begin and how much to read.
fn read(call: &Call<'_>) -> Result<Datum> {
    if matches!(call.arguments.get(2), Some(Datum::Int(length)) if *length < 0) {
        let message = "requested length cannot be negative";
        return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message));
    }
    missing(call, |name| format!("could not open file \"{name}\" for reading"))
}

/// The file that a relation is in; a view has none.
fn file(call: &Call<'_>, relation: u32) -> Option<u32> {
    let kind = match call.run.world.objects.class(relation) {
        Some(class) => class.kind,
        None => {
            let known = rows_by("pg_class", "oid", &Datum::Oid(relation));
            cell("pg_class", known.first()?, "relkind")?.as_str()?.chars().next()?
        }
    };
    matches!(kind, 'r' | 'i' | 'S' | 't' | 'm').then_some(relation)
}

/// Whether a relation is the same in all databases.
fn is_shared(relation: u32) -> bool {
    let known = rows_by("pg_class", "oid", &Datum::Oid(relation));
    let shared = known.first().and_then(|row| cell("pg_class", row, "relisshared"));
    shared.is_some_and(Datum::is_true)
}

/// `pg_relation_filepath`
fn path(call: &Call<'_>) -> Result<Datum> {
    let Some(file) = oid(call, 0).and_then(|of| file(call, of)) else { return Ok(Datum::Null) };
    Ok(Datum::text(match is_shared(file) {
        true => format!("global/{file}"),
        false => format!("base/{}/{file}", call.run.world.database().0),
    }))
}

/// `pg_filenode_relation(tablespace, file)`: 0 is the tablespace of the database.
fn relation(call: &Call<'_>) -> Result<Datum> {
    let (Some(space), Some(number)) = (oid(call, 0), oid(call, 1)) else { return Ok(Datum::Null) };
    let found = file(call, number).filter(|file| match space {
        0 | DEFAULT => !is_shared(*file),
        GLOBAL => is_shared(*file),
        _ => false,
    });
    Ok(found.map_or(Datum::Null, Datum::Oid))
}

/// `pg_database_size`: what is in a database is elsewhere.
fn database_size(call: &Call<'_>) -> Result<Datum> {
    let databases = call.run.world.table(PG_CATALOG, "pg_database")?;
    let is = |column: &str, value: &Datum| {
        databases.iter().any(|row| cell("pg_database", row, column) == Some(value))
    };
    match call.arguments.first() {
        Some(name @ Datum::Text(text)) if !is("datname", name) => {
            let message = format!("database \"{text}\" does not exist");
            Err(PgError::new(SqlState::UNDEFINED_DATABASE, message))
        }
        Some(number @ Datum::Oid(oid)) if !is("oid", number) => {
            let message = format!("database with OID {oid} does not exist");
            Err(PgError::new(SqlState::UNDEFINED_OBJECT, message))
        }
        _ => Ok(Datum::Int(0)),
    }
}

/// `pg_tablespace_databases(tablespace)`
fn databases(call: &Call<'_>) -> Result<Vec<Vec<Datum>>> {
    let warning = match oid(call, 0) {
        Some(DEFAULT) => None,
        Some(GLOBAL) => Some("global tablespace never has databases".to_owned()),
        other => Some(format!("{} is not a tablespace OID", other.unwrap_or(0))),
    };
    if let Some(warning) = warning {
        call.run.world.client.notify(Notice::warning(SqlState::WARNING, warning));
        return Ok(Vec::new());
    }
    let databases = call.run.world.table(PG_CATALOG, "pg_database")?;
    let number = |row| cell("pg_database", row, "oid").cloned().unwrap_or_default();
    Ok(databases.iter().map(|row| vec![number(row)]).collect())
}
