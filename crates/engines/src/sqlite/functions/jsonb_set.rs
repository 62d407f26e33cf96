//! `jsonb_set` and `jsonb_insert`: a value at a path. And `#-`, which takes away what is there.
//!
//! Source: `setPath` in PostgreSQL's `jsonfuncs.c`.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Stored, ValueRef};
use trunkline_core::SqlState;

use super::json::{quote, steps, unescaped};
use super::jsonb::{Json, document, parsed, printed};
use super::raise::raise_with_hint;
use super::text::text;
use super::{Answer, pure, raise, refused};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    pure(connection, "pg_jsonb_set", 4, |context| {
        changed(context, |creates| if creates { Change::Create } else { Change::Replace })
    })?;
    pure(connection, "pg_jsonb_insert", 4, |context| {
        changed(context, |behind| if behind { Change::Behind } else { Change::Before })
    })?;
    pure(connection, "pg_jsonb_without_path", 2, without)
}

/// What becomes of the place that a path leads to.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    /// It gets the value if there is something.
    Replace,
    /// It gets the value.
    Create,
    /// The value comes before what is there, or behind it.
    Before,
    Behind,
}

/// A path, and the value that comes to its end.
struct Placing<'a> {
    path: &'a [Option<String>],
    value: &'a str,
    change: Change,
}

/// `pg_jsonb_set(document, path, value, flag)`
fn changed(context: &Context<'_>, change: fn(bool) -> Change) -> Answer {
    let (Some(whole), Some(path)) = (document(context, 0)?, text(context, 1)?) else {
        return Ok(Stored::Null);
    };
    let (Some(value), ValueRef::Integer(flag)) = (document(context, 2)?, context.get_raw(3)) else {
        return Ok(Stored::Null);
    };
    let path = steps(&path).map_err(refused)?;
    let placing = Placing { path: &path, value: &value, change: change(flag != 0) };
    let mut whole = parsed(&whole)?;
    if matches!(whole, Json::Scalar(_)) {
        return Err(raise(SqlState::INVALID_PARAMETER_VALUE, "cannot set path in scalar"));
    }
    let names: Vec<String> = path.iter().map(|step| quote(step.as_deref().unwrap_or(""))).collect();
    if !path.is_empty() {
        placing.place(&mut whole, 0, &names)?;
    }
    printed(&whole)
}

impl<'a> Placing<'a> {
    fn place(
        &self,
        within: &mut Json<'a>,
        level: usize,
        names: &'a [String],
    ) -> rusqlite::Result<()> {
        let (Some(step), Some(name)) = (self.path.get(level), names.get(level)) else {
            return Ok(());
        };
        let Some(step) = step else {
            return Err(is_null(level));
        };
        let is_last = level + 1 == self.path.len();
        let value = || Json::Scalar(self.value);
        match within {
            Json::Scalar(_) => Ok(()),
            Json::Object(members) => {
                let found = members.iter_mut().find(|(known, _)| unescaped(known) == *step);
                match found {
                    Some((_, member)) if !is_last => self.place(member, level + 1, names),
                    Some(_) if matches!(self.change, Change::Before | Change::Behind) => {
                        let message = "cannot replace existing key";
                        let hint = "Try using the function jsonb_set to replace key value.";
                        Err(raise_with_hint(SqlState::INVALID_PARAMETER_VALUE, message, hint))
                    }
                    Some((_, member)) => {
                        *member = value();
                        Ok(())
                    }
                    None => {
                        if is_last && self.change != Change::Replace {
                            members.push((name, value()));
                        }
                        Ok(())
                    }
                }
            }
            Json::Array(elements) => {
                let place = index(step, level)?;
                let count = i64::try_from(elements.len()).unwrap_or(i64::MAX);
                let place = if place < 0 { place.saturating_add(count) } else { place };
                // Before the beginning there is nothing, and behind the end there is one place.
                let index = usize::try_from(place).ok().map(|index| index.min(elements.len()));
                match index.and_then(|index| Some((index, elements.get_mut(index)?))) {
                    Some((_, element)) if !is_last => self.place(element, level + 1, names),
                    Some((index, element)) => {
                        match self.change {
                            Change::Before => elements.insert(index, value()),
                            Change::Behind => elements.insert(index + 1, value()),
                            Change::Create | Change::Replace => *element = value(),
                        }
                        Ok(())
                    }
                    None => {
                        if is_last && self.change != Change::Replace {
                            let end = if index.is_none() { 0 } else { elements.len() };
                            elements.insert(end, value());
                        }
                        Ok(())
                    }
                }
            }
        }
    }
}

/// `pg_jsonb_without_path(document, path)`
fn without(context: &Context<'_>) -> Answer {
    let (Some(whole), Some(path)) = (document(context, 0)?, text(context, 1)?) else {
        return Ok(Stored::Null);
    };
    let path = steps(&path).map_err(refused)?;
    let mut whole = parsed(&whole)?;
    match &whole {
        Json::Scalar(_) => {
            let message = "cannot delete path in scalar";
            return Err(raise(SqlState::INVALID_PARAMETER_VALUE, message));
        }
        Json::Array(elements) if elements.is_empty() => {}
        _ => remove(&mut whole, &path, 0)?,
    }
    printed(&whole)
}

/// Takes away what is at the end of a path, if there is something.
fn remove(within: &mut Json<'_>, path: &[Option<String>], level: usize) -> rusqlite::Result<()> {
    let Some(step) = path.get(level) else { return Ok(()) };
    let is_last = level + 1 == path.len();
    let step = step.as_deref().ok_or_else(|| is_null(level))?;
    match within {
        Json::Scalar(_) => Ok(()),
        Json::Object(members) => {
            match members.iter().position(|(known, _)| unescaped(known) == step) {
                Some(place) if is_last => {
                    members.remove(place);
                    Ok(())
                }
                Some(place) => match members.get_mut(place) {
                    Some((_, member)) => remove(member, path, level + 1),
                    None => Ok(()),
                },
                None => Ok(()),
            }
        }
        Json::Array(elements) => {
            let place = index(step, level)?;
            let count = i64::try_from(elements.len()).unwrap_or(i64::MAX);
            let place = if place < 0 { place.saturating_add(count) } else { place };
            let Ok(place) = usize::try_from(place) else { return Ok(()) };
            match elements.get_mut(place) {
                Some(_) if is_last => {
                    elements.remove(place);
                    Ok(())
                }
                Some(element) => remove(element, path, level + 1),
                None => Ok(()),
            }
        }
    }
}

fn is_null(level: usize) -> rusqlite::Error {
    let message = format!("path element at position {} is null", level + 1);
    raise(SqlState::NULL_VALUE_NOT_ALLOWED, &message)
}

/// A step as the place in an array.
fn index(step: &str, level: usize) -> rusqlite::Result<i64> {
    let read = step.trim().parse::<i32>().map(i64::from);
    read.map_err(|_| {
        let place = level + 1;
        let message = format!("path element at position {place} is not an integer: \"{step}\"");
        raise(SqlState::INVALID_TEXT_REPRESENTATION, &message)
    })
}
