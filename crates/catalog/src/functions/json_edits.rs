//! JSON with another value at the end of a path.

use trunkline_core::{PgError, Result, SqlState};

use super::json_tree::Json;
use super::json_values::value;
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "jsonb_set" => |call| edited(call, Edit::Set),
        "jsonb_insert" => |call| edited(call, Edit::Insert),
        "jsonb_delete_path" => |call| edited(call, Edit::Delete),
        _ => return None,
    })
}

/// `jsonb #- text[]`
pub(super) fn without_path(call: &Call<'_>) -> Result<Datum> {
    edited(call, Edit::Delete)
}

/// What is done at the end of a path.
#[derive(Clone, Copy, PartialEq)]
enum Edit {
    Set,
    Insert,
    Delete,
}

/// An edit, its value, and whether it does what its last argument asks for: to make what is not there, or to insert
/// behind.
struct Change {
    edit: Edit,
    value: Json,
    flag: bool,
}

fn edited(call: &Call<'_>, edit: Edit) -> Result<Datum> {
    let (Some(mut target), Some(path)) = (value(call, 0)?, call.arguments.get(1)) else {
        return Ok(Datum::Null);
    };
    let Some(path) = path.as_list() else { return Ok(Datum::Null) };
    super::json_values::check_path(path)?;
    let value = value(call, 2)?.unwrap_or(Json::Null);
    let flag = call.arguments.get(3).map_or(edit == Edit::Set, Datum::is_true);
    call.run.parts(target.count().saturating_add(path.items.len()))?;
    let wrong = |message| PgError::new(SqlState::INVALID_PARAMETER_VALUE, message);
    match target {
        Json::List(_) | Json::Object(_) => {}
        _ if edit == Edit::Delete => return Err(wrong("cannot delete path in scalar")),
        _ => return Err(wrong("cannot set path in scalar")),
    }
    if !path.items.is_empty() {
        change(&mut target, &path.items, 1, &Change { edit, value, flag })?;
    }
    target.datum(call)
}

fn change(target: &mut Json, path: &[Datum], level: usize, change: &Change) -> Result<()> {
    let Some((step, rest)) = path.split_first() else { return Ok(()) };
    let Some(key) = step.as_str() else {
        let message = format!("path element at position {level} is null");
        return Err(PgError::new(SqlState::NULL_VALUE_NOT_ALLOWED, message));
    };
    match target {
        Json::Object(members) => {
            // Of several members of one name the last one counts.
            let place = members.iter().rposition(|(own, _)| own == key);
            match place.and_then(|place| Some((place, members.get_mut(place)?))) {
                Some((_, (_, inner))) if !rest.is_empty() => {
                    self::change(inner, rest, level + 1, change)?;
                }
                Some((_, (_, inner))) if change.edit == Edit::Set => {
                    inner.clone_from(&change.value)
                }
                Some((place, _)) if change.edit == Edit::Delete => {
                    members.remove(place);
                }
                Some(_) => {
                    let message = "cannot replace existing key";
                    return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message)
                        .hint("Try using the function jsonb_set to replace key value."));
                }
                None if rest.is_empty() && (change.edit == Edit::Insert || change.flag) => {
                    members.push((key.to_owned(), change.value.clone()));
                }
                None => {}
            }
        }
        Json::List(items) => {
            let Ok(number) = key.trim_start().parse::<i32>() else {
                let message =
                    format!("path element at position {level} is not an integer: \"{key}\"");
                return Err(PgError::new(SqlState::INVALID_TEXT_REPRESENTATION, message));
            };
            let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let place = i64::from(number) + if number < 0 { length } else { 0 };
            let found = usize::try_from(place).ok().filter(|place| *place < items.len());
            match found.and_then(|place| Some((place, items.get_mut(place)?))) {
                Some((_, inner)) if !rest.is_empty() => {
                    self::change(inner, rest, level + 1, change)?;
                }
                Some((_, inner)) if change.edit == Edit::Set => inner.clone_from(&change.value),
                Some((place, _)) if change.edit == Edit::Delete => {
                    items.remove(place);
                }
                Some((place, _)) => {
                    items.insert(place + usize::from(change.flag), change.value.clone());
                }
                None if rest.is_empty()
                    && change.edit != Edit::Delete
                    && (change.edit == Edit::Insert || change.flag) =>
                {
                    let end = if place < 0 { 0 } else { items.len() };
                    items.insert(end, change.value.clone());
                }
                None => {}
            }
        }
        _ => {}
    }
    Ok(())
}
