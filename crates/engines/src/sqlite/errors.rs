//! SQLite's errors in PostgreSQL's words.
//!
//! Source: <https://www.sqlite.org/rescode.html>. SQLite tells what is wrong in English only; of the
//! names in it the fields of the answer are made.

use rusqlite::{Error, ffi};
use trunkline_core::{PgError, SqlState};

use super::functions;
use super::schema::{Origin, Relation, Schema};
use super::translate::declared::Kind;
use super::translate::rebuild::lasting;

/// The answer to an error of SQLite.
pub(super) fn answer(error: Error) -> PgError {
    explained(error, None)
}

/// The same, with the names of constraints where the definitions are at hand.
pub(super) fn explained(error: Error, schema: Option<&Schema>) -> PgError {
    let (code, message) = match &error {
        Error::SqliteFailure(code, message) => {
            (*code, message.clone().unwrap_or_else(|| code.to_string()))
        }
        Error::SqlInputError { error: code, msg, .. } => (*code, msg.clone()),
        _ => return PgError::internal("SQLite failed").source(error),
    };
    if let Some(raised) = functions::raised(&message) {
        return raised;
    }
    let answer = told(code, &message, schema);
    // What is the client's own fault is no matter for the log.
    match answer.sqlstate().as_str().get(..2) {
        Some("53" | "58" | "XX") => answer.source(error),
        _ => answer,
    }
}

fn told(code: ffi::Error, message: &str, schema: Option<&Schema>) -> PgError {
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => unique(code.extended_code, after(message), schema),
        ffi::SQLITE_CONSTRAINT_NOTNULL => not_null(after(message)),
        ffi::SQLITE_CONSTRAINT_CHECK => check(after(message), schema),
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => PgError::new(
            SqlState::FOREIGN_KEY_VIOLATION,
            "insert, update or delete violates a foreign key constraint",
        ),
        // What a trigger of the file says by `RAISE (ABORT, …)`.
        ffi::SQLITE_CONSTRAINT_TRIGGER => {
            PgError::new(SqlState::RAISE_EXCEPTION, message.to_owned())
        }
        ffi::SQLITE_CONSTRAINT_DATATYPE => {
            PgError::new(SqlState::DATATYPE_MISMATCH, message.to_owned())
        }
        ffi::SQLITE_BUSY_SNAPSHOT => PgError::new(
            SqlState::T_R_SERIALIZATION_FAILURE,
            "could not serialize access due to concurrent update",
        ),
        _ => primary(code, message),
    }
}

fn primary(code: ffi::Error, message: &str) -> PgError {
    let (sqlstate, words) = match code.extended_code & 0xff {
        ffi::SQLITE_INTERRUPT => return PgError::canceled(),
        ffi::SQLITE_BUSY => {
            (SqlState::LOCK_NOT_AVAILABLE, "canceling statement due to lock timeout")
        }
        // Another statement of this very session stands in the way.
        ffi::SQLITE_LOCKED => (
            SqlState::OBJECT_IN_USE,
            "cannot change a table because it is being used by active queries in this session",
        ),
        ffi::SQLITE_AUTH => (SqlState::INSUFFICIENT_PRIVILEGE, "permission denied"),
        ffi::SQLITE_PERM => (SqlState::INSUFFICIENT_PRIVILEGE, "permission denied for database"),
        ffi::SQLITE_READONLY => {
            (SqlState::READ_ONLY_SQL_TRANSACTION, "cannot write: the database is read-only")
        }
        ffi::SQLITE_FULL => (SqlState::DISK_FULL, "could not extend the database: no space left"),
        ffi::SQLITE_CORRUPT => (SqlState::DATA_CORRUPTED, "the database file is corrupted"),
        ffi::SQLITE_NOTADB => (SqlState::DATA_CORRUPTED, "the file is not a SQLite database"),
        ffi::SQLITE_CANTOPEN => (SqlState::UNDEFINED_FILE, "could not open the database file"),
        ffi::SQLITE_IOERR => (SqlState::IO_ERROR, "could not read or write the database file"),
        ffi::SQLITE_NOMEM => (SqlState::OUT_OF_MEMORY, "out of memory"),
        ffi::SQLITE_TOOBIG => {
            (SqlState::PROGRAM_LIMIT_EXCEEDED, "a value or a statement is too long")
        }
        ffi::SQLITE_MISMATCH => (SqlState::DATATYPE_MISMATCH, "datatype mismatch"),
        ffi::SQLITE_CONSTRAINT => {
            (SqlState::INTEGRITY_CONSTRAINT_VIOLATION, "a constraint is violated")
        }
        ffi::SQLITE_SCHEMA => {
            (SqlState::FEATURE_NOT_SUPPORTED, "cached plan must not change result type")
        }
        _ => return spoken(message),
    };
    PgError::new(sqlstate, words)
}

/// What stands behind `… constraint failed: `.
fn after(message: &str) -> &str {
    message.split_once(": ").map_or(message, |(_, rest)| rest)
}

/// `t.a, t.b`, or `index 'name'` where it is one of expressions.
fn unique(code: i32, what: &str, schema: Option<&Schema>) -> PgError {
    let index = what.strip_prefix("index '").and_then(|name| name.strip_suffix('\''));
    let (table, name) = match index {
        Some(name) => {
            let table = schema.and_then(|schema| schema.index(name));
            (table.map(|(relation, _)| relation.name.clone()), name.to_owned())
        }
        None => {
            let columns: Vec<(&str, &str)> =
                what.split(", ").filter_map(|name| name.split_once('.')).collect();
            let table = columns.first().map_or("", |(table, _)| lasting(table)).to_owned();
            let columns: Vec<&str> = columns.iter().map(|(_, column)| *column).collect();
            let relation = schema.and_then(|schema| schema.relation(&table));
            let name = match relation.and_then(|relation| made_index(relation, &columns)) {
                Some(name) => name,
                None => {
                    let is_unique = code == ffi::SQLITE_CONSTRAINT_UNIQUE;
                    let kind = if is_unique { Kind::Unique } else { Kind::Primary };
                    match relation.and_then(|relation| relation.name_of(&kind, &columns)) {
                        Some(name) => name.to_owned(),
                        None if is_unique => format!("{table}_{}_key", columns.join("_")),
                        None => format!("{table}_pkey"),
                    }
                }
            };
            (Some(table), name)
        }
    };
    let message = format!("duplicate key value violates unique constraint \"{name}\"");
    let error = PgError::new(SqlState::UNIQUE_VIOLATION, message);
    within(error, table).field(b'n', name)
}

/// The name of the index that somebody made of these columns.
fn made_index(relation: &Relation, columns: &[&str]) -> Option<String> {
    let is_of = |places: &[Option<usize>]| {
        let names = places.iter().map(|place| {
            let column = relation.columns.get((*place)?)?;
            Some(column.name.as_str())
        });
        names.eq(columns.iter().map(|name| Some(*name)))
    };
    let mut made = relation
        .indexes
        .iter()
        .filter(|index| index.unique && index.origin == Origin::Create && is_of(&index.columns));
    made.next().map(|index| index.name.clone())
}

fn not_null(what: &str) -> PgError {
    let (table, column) = what.split_once('.').unwrap_or(("", what));
    let table = lasting(table);
    let message = format!(
        "null value in column \"{column}\" of relation \"{table}\" violates not-null constraint"
    );
    let error = PgError::new(SqlState::NOT_NULL_VIOLATION, message).field(b'c', column.to_owned());
    within(error, Some(table.to_owned()))
}

/// The name of a constraint, or its expression.
fn check(what: &str, schema: Option<&Schema>) -> PgError {
    let has = |relation: &&Relation| relation.sql.contains(what);
    let mut having = schema.into_iter().flat_map(Schema::relations).filter(has);
    let table = having.next().filter(|_| having.next().is_none());
    let is_name = what.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let name = match table {
        Some(table) if !is_name => name_of_check(table, what),
        _ => what.to_owned(),
    };
    let row = match table {
        Some(table) => format!("new row for relation \"{}\"", table.name),
        None => "new row".to_owned(),
    };
    let message = format!("{row} violates check constraint \"{name}\"");
    let error = PgError::new(SqlState::CHECK_VIOLATION, message);
    within(error, table.map(|table| table.name.clone())).field(b'n', name)
}

/// The name that PostgreSQL makes up: with the column's, if it is one that the expression is about.
fn name_of_check(table: &Relation, expression: &str) -> String {
    let mut words: Vec<&str> = expression
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| table.columns.iter().any(|column| column.name == *word))
        .collect();
    words.sort_unstable();
    words.dedup();
    match words.as_slice() {
        [column] => format!("{}_{column}_check", table.name),
        _ => format!("{}_check", table.name),
    }
}

fn within(error: PgError, table: Option<String>) -> PgError {
    match table {
        Some(table) => error.field(b's', "public").field(b't', table),
        None => error,
    }
}

/// What SQLite says without a code of its own.
fn spoken(message: &str) -> PgError {
    let begins = |start: &str| message.strip_prefix(start);
    if let Some(column) = begins(functions::raise::NULL_IN) {
        return not_null(column);
    }
    if let Some(table) = begins("no such table: ") {
        let table = table.strip_prefix("main.").unwrap_or(table);
        let words = format!("relation \"{table}\" does not exist");
        return PgError::new(SqlState::UNDEFINED_TABLE, words);
    }
    if let Some(column) = begins("no such column: ") {
        let words = match column.contains('.') {
            true => format!("column {column} does not exist"),
            false => format!("column \"{}\" does not exist", column.trim_matches('"')),
        };
        return PgError::new(SqlState::UNDEFINED_COLUMN, words);
    }
    if let Some(column) = begins("ambiguous column name: ") {
        let words = format!("column reference \"{column}\" is ambiguous");
        return PgError::new(SqlState::AMBIGUOUS_COLUMN, words);
    }
    if let Some(function) = begins("no such function: ") {
        let words = format!("function {function} does not exist");
        return PgError::new(SqlState::UNDEFINED_FUNCTION, words);
    }
    if begins("unsafe use of ").is_some() || message.starts_with("access to ") {
        return PgError::new(SqlState::INSUFFICIENT_PRIVILEGE, "permission denied");
    }
    if begins("wrong number of arguments to function ").is_some() {
        return PgError::new(SqlState::UNDEFINED_FUNCTION, message.to_owned());
    }
    if let Some((near, _)) = begins("near \"").and_then(|rest| rest.split_once("\": syntax error"))
    {
        let words = format!("syntax error at or near \"{near}\"");
        return PgError::new(SqlState::SYNTAX_ERROR, words);
    }
    if message == "incomplete input" {
        return PgError::new(SqlState::SYNTAX_ERROR, "syntax error at end of input");
    }
    if let Some(name) = begins("table ").or_else(|| begins("index ")).or_else(|| begins("view "))
        && let Some(name) = name.strip_suffix(" already exists")
    {
        let words = format!("relation \"{}\" already exists", name.trim_matches('"'));
        return PgError::new(SqlState::DUPLICATE_TABLE, words);
    }
    if let Some(name) = begins("duplicate column name: ") {
        let words = format!("column \"{name}\" specified more than once");
        return PgError::new(SqlState::DUPLICATE_COLUMN, words);
    }
    if let Some(view) = begins("cannot modify ")
        && let Some(view) = view.strip_suffix(" because it is a view")
    {
        let words = format!("cannot change relation \"{view}\"");
        return PgError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, words)
            .detail("It is a view.");
    }
    if message == "integer overflow" {
        return PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range");
    }
    let sqlstate = match message {
        _ if message.contains("too large") || message.contains("too many") => {
            SqlState::PROGRAM_LIMIT_EXCEEDED
        }
        "parser stack overflow" => SqlState::STATEMENT_TOO_COMPLEX,
        _ if message.starts_with("LIKE or GLOB pattern too complex") => {
            SqlState::PROGRAM_LIMIT_EXCEEDED
        }
        _ if message.contains("malformed JSON") => SqlState::INVALID_TEXT_REPRESENTATION,
        _ => SqlState::SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION,
    };
    PgError::new(sqlstate, message.to_owned())
}
