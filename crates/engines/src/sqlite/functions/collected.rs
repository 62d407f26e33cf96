//! Aggregates that keep all of their values: `array_agg`, `json_agg`, `json_object_agg`.
//!
//! What they are given is already in the words of the result, so that DISTINCT, which SQLite has of one
//! argument only, goes with them.

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::types::{Array, Value};
use trunkline_core::{Oid, SqlState};

use super::super::output::KEPT;
use super::super::storage;
use super::json_made::words;
use super::text::text;
use super::{PURE, pure, raise, refused};

/// How large a list may become: nobody can stop a function that grows.
const LARGEST: usize = 1 << 28;

/// The words of one element, and how they stand together.
struct Listed {
    word: fn(&Context<'_>) -> rusqlite::Result<String>,
    open: &'static str,
    between: &'static str,
    close: &'static str,
}

impl Aggregate<String, Stored> for Listed {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<String> {
        Ok(String::new())
    }

    fn step(&self, context: &mut Context<'_>, list: &mut String) -> rusqlite::Result<()> {
        let word = (self.word)(context)?;
        if list.len().saturating_add(word.len()) > LARGEST {
            let message = "the result of an aggregate is too large";
            return Err(raise(SqlState::PROGRAM_LIMIT_EXCEEDED, message));
        }
        list.push_str(if list.is_empty() { self.open } else { self.between });
        list.push_str(&word);
        Ok(())
    }

    /// Of no rows it is NULL.
    fn finalize(&self, _: &mut Context<'_>, list: Option<String>) -> rusqlite::Result<Stored> {
        let list = list.filter(|list| !list.is_empty());
        Ok(list.map_or(Stored::Null, |list| Stored::Text(list + self.close)))
    }
}

fn member(context: &Context<'_>) -> rusqlite::Result<String> {
    match text(context, 0)? {
        Some(name) => Ok(format!("{} : {}", super::json::quote(&name), words(context, 1)?)),
        None => {
            Err(raise(SqlState::NULL_VALUE_NOT_ALLOWED, "null value not allowed for object key"))
        }
    }
}

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let first = |context: &Context<'_>| words(context, 0);
    let json = Listed { word: first, open: "[", between: ", ", close: "]" };
    connection.create_aggregate_function("pg_json_agg", 1, PURE, json)?;
    let rows = Listed { word: first, open: "[", between: ", \n ", close: "]" };
    connection.create_aggregate_function("pg_json_agg_rows", 1, PURE, rows)?;
    let members = Listed { word: member, open: "{ ", between: ", ", close: " }" };
    connection.create_aggregate_function("pg_json_object_agg", 2, PURE, members)?;
    let array = Listed { word: element, open: "{", between: ",", close: "}" };
    connection.create_aggregate_function("pg_array_agg", 1, PURE, array)?;
    pure(connection, "pg_array_element_text", 2, |context| {
        let oid = Oid(context.get(1)?);
        if matches!(context.get_raw(0), ValueRef::Null) {
            return Ok(Stored::Null);
        }
        let words = || {
            let array = Array::new(oid, vec![storage::load(context.get_raw(0), oid)?]);
            let of = trunkline_core::types::array_of(oid).unwrap_or(Oid::TEXT_ARRAY);
            storage::print(&Value::Array(array), of, &KEPT)
        };
        let words = words().map_err(refused)?;
        let inside = words.strip_prefix('{').and_then(|words| words.strip_suffix('}'));
        Ok(Stored::Text(inside.unwrap_or(&words).to_owned()))
    })
}

/// An element in the words of an array.
fn element(context: &Context<'_>) -> rusqlite::Result<String> {
    Ok(text(context, 0)?.unwrap_or_else(|| "NULL".to_owned()))
}
