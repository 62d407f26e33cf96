//! Rows of JSON: a value for each column by its name.

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::json_tree::{Json, read};
use crate::datum::Datum;
use crate::error::unsupported;
use crate::facts::element_of;
use crate::plan::Call;
use crate::run::Run;

/// The rows of JSON; behind it are the names of the columns, their modifiers, and the name of the function, and their
/// types are behind those of the arguments.
pub(crate) fn json_records(call: &Call<'_>) -> Result<Vec<Vec<Datum>>> {
    let [json, names, modifiers, function] = call.arguments else { return Ok(Vec::new()) };
    let function = function.as_str().unwrap_or_default();
    let is_set = function.ends_with("recordset");
    let names = names.as_list().map(|list| list.items.as_slice()).unwrap_or_default();
    let modifiers = modifiers.as_list().map(|list| list.items.as_slice()).unwrap_or_default();
    let refused = |message: String| PgError::new(SqlState::INVALID_PARAMETER_VALUE, message);
    let Some(text) = json.as_str() else {
        let nothing = vec![Datum::Null; names.len()];
        return Ok(if is_set { Vec::new() } else { vec![nothing] });
    };
    let rows = match (read(text)?, is_set) {
        (Json::List(rows), true) => rows,
        (row @ Json::Object(_), false) => vec![row],
        (other, _) => {
            let what = match other {
                Json::Object(_) => "an object",
                Json::List(_) => "an array",
                _ => "a scalar",
            };
            // PostgreSQL names what it calls for one record.
            let called = if is_set { function } else { "populate_composite" };
            return Err(refused(format!("cannot call {called} on {what}")));
        }
    };
    call.run.items(rows.len().saturating_mul(names.len()))?;
    let row = |row: Json| {
        let Json::Object(members) = row else {
            let message = format!("argument of {function} must be an array of objects");
            return Err(refused(message));
        };
        let columns = names.iter().zip(modifiers).zip(call.types.iter().skip(4));
        let value = |((name, typmod), oid): ((&Datum, &Datum), &Oid)| {
            call.run.steps(members.len())?;
            // Of several members of one name the last counts.
            let named = |(own, _): &&(String, Json)| Some(&**own) == name.as_str();
            let found = members.iter().rev().find(named);
            let typmod = typmod.as_int().and_then(|typmod| i32::try_from(typmod).ok());
            let kept = call.types.first() == Some(&Oid::JSON);
            found.map_or(Ok(Datum::Null), |(_, json)| {
                value_of(call.run, json, (*oid, typmod.unwrap_or(-1)), kept)
            })
        };
        columns.map(value).collect()
    };
    rows.into_iter().map(row).collect()
}

/// A value of a type; `kept` says that the JSON was written by somebody, whose blanks are not known any more.
fn value_of(run: &Run, json: &Json, of: (Oid, i32), kept: bool) -> Result<Datum> {
    let (oid, typmod) = of;
    let is_json = matches!(oid, Oid::JSON | Oid::JSONB);
    match json {
        Json::Null => return Ok(Datum::Null),
        Json::List(items) if !is_json && let Some(element) = array_of_what(run, oid) => {
            let items = items.iter().map(|item| match item {
                Json::List(_) => value_of(run, item, of, kept),
                item => value_of(run, item, (element, typmod), kept),
            });
            return run.list(items.collect::<Result<_>>()?);
        }
        Json::Object(_) if array_of_what(run, oid).is_some() => {
            let state = SqlState::INVALID_TEXT_REPRESENTATION;
            return Err(PgError::new(state, "expected JSON array"));
        }
        Json::List(_) | Json::Object(_) if kept && oid != Oid::JSONB => {
            return Err(unsupported(0, "JSON within JSON as it was written"));
        }
        _ => {}
    }
    let text = match json {
        Json::Text(text) if !is_json => text.clone(),
        json => {
            let mut out = String::new();
            json.push(&mut out);
            out
        }
    };
    run.world.cast(Datum::text(text), Oid::UNKNOWN, oid, typmod, false)
}

fn array_of_what(run: &Run, oid: Oid) -> Option<Oid> {
    element_of(oid).or_else(|| run.world.style.types.element_of(oid))
}
