//! By which row a constraint is violated: the DETAIL of an error.
//!
//! SQLite tells the constraint, not the row. So the statement is run once more, within a savepoint that
//! is undone: with temporary triggers that note every row before it is looked at, the last of which is
//! the one; or with foreign keys looked at only afterwards, when those that are violated can be listed.
//! Whatever goes wrong on the way leaves the error as it was.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_catalog::syntax::call_name;
use trunkline_core::types::{TextStyle, ToPg};
use trunkline_core::{Format, PgError, Result, SqlState};
use trunkline_sql::quote_identifier;

use super::connect::Guarded;
use super::functions::raise::{MISSING, missing, null_in};
use super::schema::{ForeignKey, Relation, Schema, told};
use super::storage;
use super::translate::unquoted;
use super::translate::validation::Validation;
use super::translate::{quoted, written};
use super::types::Type;

/// The savepoint of the second run.
const SAVEPOINT: &str = "\"trunkline violation\"";

/// The function that notes rows.
const NOTE: &str = "pg_note";

/// The most columns that a row may have to be noted, with its table's name: a function takes no more.
const COLUMNS: usize = 99;

/// The bytes of a value in "Failing row contains (…)", after which it is cut.
const SHOWN: usize = 64;

/// What a trigger sees of a number that SQLite has still to give.
const UNNUMBERED: Stored = Stored::Integer(-1);

/// The rows that a statement was about to store.
#[derive(Debug, Default)]
struct Notes {
    last: Vec<Stored>,
    tables: BTreeSet<String>,
    /// The column that the row has no value for, though it needs one.
    missing: Option<String>,
}

type Shared = Arc<Mutex<Notes>>;

fn locked(notes: &Shared) -> MutexGuard<'_, Notes> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An error with what can be found out; `again` runs the statement that failed.
pub(super) fn explained(
    error: PgError,
    guarded: &Guarded,
    schema: &Schema,
    is_asked: Asked<'_>,
    again: impl FnOnce() -> Result<()>,
) -> PgError {
    let state = error.sqlstate();
    if state == SqlState::FOREIGN_KEY_VIOLATION {
        let children = schema.relations().iter().filter(|one| !one.foreign_keys.is_empty());
        let children: Vec<&Relation> = children.collect();
        let was_deferred = guarded.own(are_deferred).unwrap_or_default();
        let found = second_run(guarded, &children, |notes| {
            guarded.own(|c| defer(c, true))?;
            let _ = again();
            let tables = std::mem::take(&mut locked(notes).tables);
            let changed = |table: &str| tables.contains(table);
            let style = guarded.surroundings.style();
            guarded.own(|c| first_of(c, schema, &children, (&changed, is_asked), &style))
        });
        if !was_deferred {
            let _ = guarded.own(|c| defer(c, false));
        }
        return found.ok().flatten().unwrap_or(error);
    }
    let Some(relation) = error.get(b't').and_then(|table| schema.relation(table)) else {
        return error;
    };
    let row = second_run(guarded, &[relation], |notes| {
        // Meanwhile somebody may have changed what was in the way.
        let is_same = again().is_err_and(|now| now.message() == error.message());
        let noted = std::mem::take(&mut *locked(notes));
        let mut row = noted.last;
        if !is_same {
            return Ok(Vec::new());
        }
        if let Some(number) = relation.rowid_alias().and_then(|place| row.get_mut(place))
            && *number == UNNUMBERED
        {
            *number = match noted.missing {
                Some(_) => Stored::Null,
                None => Stored::Integer(guarded.own(|c| next_number(c, relation))?),
            };
        }
        Ok(row)
    });
    match row {
        Ok(row) if row.len() == relation.columns.len() => detailed(error, guarded, relation, &row),
        _ => error,
    }
}

/// The error of a definition that the rows which are there do not meet, with the first of these.
pub(super) fn of_definition(
    error: PgError,
    connection: &Connection,
    validations: &[Validation],
    style: &TextStyle,
) -> PgError {
    let asked = validations.iter().filter(|one| one.sqlstate() == error.sqlstate());
    let mut found = asked.filter_map(|one| {
        let row = first_row(connection, one).ok()??;
        let values = row.iter().zip(&one.key).map(|(value, (_, ty))| shown(value, *ty, style));
        let names: Vec<&str> = one.key.iter().map(|(name, _)| name.as_str()).collect();
        Some(one.error(&key(&names, &values.collect::<Vec<_>>())))
    });
    found.next().unwrap_or(error)
}

/// A row that does not meet a demand: its key.
fn first_row(
    connection: &Connection,
    validation: &Validation,
) -> rusqlite::Result<Option<Vec<Stored>>> {
    let mut query = connection.prepare(&validation.query)?;
    let mut rows = query.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    (0..validation.key.len()).map(|place| row.get(place)).collect::<rusqlite::Result<_>>().map(Some)
}

/// Which foreign keys are looked at.
pub(super) type Asked<'a> = &'a dyn Fn(&Relation, &ForeignKey) -> bool;

/// Whether SQLite has all foreign keys wait for the end of the transaction.
fn are_deferred(connection: &Connection) -> rusqlite::Result<bool> {
    connection.pragma_query_value(None, "defer_foreign_keys", |row| row.get(0))
}

/// Has SQLite look at all foreign keys at the end of the transaction only, or not: it forgets that with the
/// transaction.
pub(super) fn defer(connection: &Connection, deferred: bool) -> rusqlite::Result<()> {
    connection.pragma_update(None, "defer_foreign_keys", deferred)
}

/// What is wrong with foreign keys where many statements may have changed them.
pub(super) fn of_keys(guarded: &Guarded, schema: &Schema, is_asked: Asked<'_>) -> Option<PgError> {
    let has_any = |one: &&Relation| one.foreign_keys.iter().any(|key| is_asked(one, key));
    let children: Vec<&Relation> = schema.relations().iter().filter(has_any).collect();
    let style = guarded.surroundings.style();
    guarded.own(|c| first_of(c, schema, &children, (&|_| true, is_asked), &style)).ok().flatten()
}

/// Does something within a savepoint that is undone, while rows for these tables are noted.
fn second_run<T>(
    guarded: &Guarded,
    tables: &[&Relation],
    job: impl FnOnce(&Shared) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let notes = Shared::default();
    let noted = notes.clone();
    let key = tables.first().and_then(|table| table.rowid_alias());
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    guarded.connection.create_scalar_function(NOTE, -1, flags, move |context| {
        let values = (0..context.len()).map(|place| Stored::try_from(context.get_raw(place)));
        let mut values = values.filter_map(std::result::Result::ok);
        let mut notes = locked(&noted);
        if let Some(Stored::Text(table)) = values.next() {
            notes.tables.insert(table);
        }
        notes.last = values.collect();
        // SQLite may work out all rows before it stores the first one.
        let is_it = key.and_then(|key| notes.last.get(key)) == Some(&UNNUMBERED);
        match &notes.missing {
            Some(column) if is_it => Err(null_in(column)),
            _ => Ok(Stored::Null),
        }
    })?;
    guarded.own(|c| c.execute_batch(&format!("SAVEPOINT {SAVEPOINT}")))?;
    let triggers: String = tables
        .iter()
        .filter(|table| table.columns.len() <= COLUMNS)
        .enumerate()
        .map(|(number, table)| triggers(number, table))
        .collect();
    let done = guarded.own(|c| c.execute_batch(&triggers)).and_then(|()| {
        forgive_missing(guarded, &notes)?;
        job(&notes)
    });
    missing(&guarded.connection)?;
    let undo = format!("ROLLBACK TO {SAVEPOINT}; RELEASE {SAVEPOINT}");
    guarded.own(|c| c.execute_batch(&undo))?;
    guarded.connection.remove_function(NOTE, -1)?;
    done
}

/// Has a row without its number be noted before it is refused.
fn forgive_missing(guarded: &Guarded, notes: &Shared) -> rusqlite::Result<()> {
    let (notes, flags) =
        (notes.clone(), FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS);
    guarded.connection.create_scalar_function(MISSING, 1, flags, move |context| {
        locked(&notes).missing = Some(context.get(0)?);
        Ok(UNNUMBERED)
    })
}

/// Notes each row of a table before it is inserted or updated.
fn triggers(number: usize, relation: &Relation) -> String {
    let new = relation.columns.iter().map(|column| format!("NEW.{}", quoted(&column.name)));
    let values: Vec<String> = std::iter::once(storage::quoted(&relation.name)).chain(new).collect();
    let trigger = |event: &str| {
        let name = format!("\"trunkline note {number} {event}\"");
        let values = values.join(", ");
        let table = written(relation);
        format!(
            "CREATE TEMP TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT {NOTE}({values}); END;"
        )
    };
    trigger("INSERT") + &trigger("UPDATE")
}

/// The number that the next row of a table has, if it does not say.
fn next_number(connection: &Connection, relation: &Relation) -> rusqlite::Result<i64> {
    let table = written(relation);
    let highest = format!("SELECT coalesce(max(rowid), 0) FROM {table}");
    let mut last: i64 = connection.query_row(&highest, [], |row| row.get(0))?;
    if relation.autoincrement() {
        let given = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?1";
        last = last.max(connection.query_row(given, [&relation.name], |row| row.get(0))?);
    }
    Ok(last.saturating_add(1))
}

fn detailed(error: PgError, guarded: &Guarded, relation: &Relation, row: &[Stored]) -> PgError {
    let style = &*guarded.surroundings.style();
    if error.sqlstate() == SqlState::UNIQUE_VIOLATION {
        let columns = error.get(b'n').and_then(|name| relation.unique_columns(name));
        let Some(columns) = columns else {
            let key = error.get(b'n').and_then(|name| expressed_key(guarded, relation, name, row));
            return match key {
                Some(key) => error.detail(format!("Key {key} already exists.")),
                None => error,
            };
        };
        let values = columns.iter().filter_map(|place| {
            Some(shown(row.get(*place)?, relation.columns.get(*place)?.ty, style))
        });
        let values: Vec<String> = values.collect();
        let names = relation.names(&columns).into_iter().map(quote_identifier);
        let names: Vec<_> = names.collect();
        return error.detail(format!("Key {} already exists.", key(&names, &values)));
    }
    let values = row.iter().zip(&relation.columns);
    let values: Vec<String> =
        values.map(|(value, column)| clipped(shown(value, column.ty, style))).collect();
    error.detail(format!("Failing row contains ({}).", values.join(", ")))
}

/// The key of a row in an index that has expressions.
fn expressed_key(
    guarded: &Guarded,
    relation: &Relation,
    index: &str,
    row: &[Stored],
) -> Option<String> {
    let index = relation.indexes.iter().find(|one| one.name == index)?;
    let keys = index.text()?.keys;
    let columns = relation.columns.iter().enumerate();
    let columns = columns.map(|(at, column)| format!("?{} AS {}", at + 1, quoted(&column.name)));
    let columns: Vec<String> = columns.collect();
    let sql = format!("SELECT {} FROM (SELECT {})", keys.join(", "), columns.join(", "));
    let read = |own: &Connection| {
        own.query_row(&sql, rusqlite::params_from_iter(row), |found| {
            (0..keys.len()).map(|place| found.get(place)).collect::<rusqlite::Result<Vec<Stored>>>()
        })
    };
    let values = guarded.own(read).ok()?;
    let style = guarded.surroundings.style();
    let shown = values.iter().zip(&index.columns).map(|(value, column)| {
        let ty = column.and_then(|place| relation.columns.get(place)).map(|column| column.ty);
        match (ty, value) {
            (Some(ty), value) => shown(value, ty, &style),
            (None, Stored::Text(text)) => text.clone(),
            (None, value) => storage::written(value),
        }
    });
    let names: Vec<String> = keys.iter().map(|key| named_key(key)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Some(key(&names, &shown.collect::<Vec<_>>()))
}

/// A column or an expression of an index as messages tell of it: only a call needs no parentheses.
fn named_key(sql: &str) -> String {
    let words = told(sql);
    match words {
        _ if words == sql => unquoted(sql),
        _ if call_name(words).is_some() => words.to_owned(),
        _ => format!("({words})"),
    }
}

/// `(a, b)=(1, 2)`
fn key(columns: &[impl Borrow<str>], values: &[String]) -> String {
    format!("({})=({})", columns.join(", "), values.join(", "))
}

/// A value as PostgreSQL prints it in a DETAIL.
fn shown(value: &Stored, ty: Type, style: &TextStyle) -> String {
    let print = || {
        let value = storage::load(ValueRef::from(value), ty.oid).ok()?;
        let value = storage::fitted(value, ty, true).ok()?;
        let mut text = Vec::new();
        let _ = value.encode(ty.oid, Format::Text, style, &mut text).ok()?;
        String::from_utf8(text).ok()
    };
    match value {
        Stored::Null => "null".to_owned(),
        value => print().unwrap_or_else(|| storage::written(value)),
    }
}

fn clipped(text: String) -> String {
    if text.len() <= SHOWN {
        return text;
    }
    let end = (0..=SHOWN).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}...", text.get(..end).unwrap_or_default())
}

/// The first row that refers to what is not there, by the keys that are asked for; `is_changed` tells of a
/// table whether the statement has changed its rows, rather than those that they refer to.
fn first_of(
    connection: &Connection,
    schema: &Schema,
    children: &[&Relation],
    (is_changed, is_asked): (&dyn Fn(&str) -> bool, Asked<'_>),
    style: &TextStyle,
) -> rusqlite::Result<Option<PgError>> {
    for child in children {
        let list =
            format!("PRAGMA {}.foreign_key_check({})", child.database(), quoted(&child.name));
        let mut listed = connection.prepare(&list)?;
        let mut rows = listed.query([])?;
        let found = loop {
            let Some(row) = rows.next()? else { break None };
            let (rowid, id): (Option<i64>, i64) = (row.get(1)?, row.get(3)?);
            let foreign = child.foreign_keys.iter().find(|one| one.id == id);
            if let Some(foreign) = foreign.filter(|foreign| is_asked(child, foreign)) {
                break Some((rowid, foreign));
            }
        };
        let Some((rowid, foreign)) = found else { continue };
        let values = match rowid {
            Some(rowid) => Some(values_of(connection, child, foreign, rowid, style)?),
            None => None,
        };
        let error = refused(schema, child, foreign, is_changed(&child.name));
        let Some(values) = values else { return Ok(Some(error)) };
        let parent = schema.relation(&foreign.table);
        let detail = if is_changed(&child.name) {
            let key = key(&child.names(&foreign.columns), &values);
            format!("Key {key} is not present in table \"{}\".", foreign.table)
        } else {
            let referred = foreign.referred(parent);
            let names: Vec<&str> = referred.iter().map(String::as_str).collect();
            format!(
                "Key {} is still referenced from table \"{}\".",
                key(&names, &values),
                child.name
            )
        };
        return Ok(Some(error.detail(detail)));
    }
    Ok(None)
}

/// What a row refers to.
fn values_of(
    connection: &Connection,
    child: &Relation,
    key: &ForeignKey,
    rowid: i64,
    style: &TextStyle,
) -> rusqlite::Result<Vec<String>> {
    let names: Vec<String> = child.names(&key.columns).into_iter().map(quoted).collect();
    let sql = format!("SELECT {} FROM {} WHERE rowid = ?1", names.join(", "), written(child));
    connection.query_row(&sql, [rowid], |row| {
        let columns = key.columns.iter().filter_map(|place| child.columns.get(*place));
        columns
            .enumerate()
            .map(|(place, column)| Ok(shown(&row.get(place)?, column.ty, style)))
            .collect()
    })
}

fn refused(schema: &Schema, child: &Relation, key: &ForeignKey, is_changed: bool) -> PgError {
    let name = child.foreign_name(key);
    let constraint = format!("violates foreign key constraint \"{name}\"");
    let message = if is_changed {
        format!("insert or update on table \"{}\" {constraint}", child.name)
    } else {
        let parent = schema.relation(&key.table).map_or(&key.table, |parent| &parent.name);
        let child = &child.name;
        format!("update or delete on table \"{parent}\" {constraint} on table \"{child}\"")
    };
    PgError::new(SqlState::FOREIGN_KEY_VIOLATION, message)
        .field(b's', super::schema::PUBLIC)
        .field(b't', child.name.clone())
        .field(b'n', name)
}
