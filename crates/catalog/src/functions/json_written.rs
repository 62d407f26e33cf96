//! What is taken out of `json`: it stays as it is written.

use trunkline_core::Result;

use super::json_tree::{self, Parts};
use crate::datum::Datum;
use crate::plan::Call;

/// The parts of a text, whose reading is counted.
pub(super) fn parts<'a>(call: &Call<'_>, text: &'a str) -> Result<Parts<&'a str>> {
    call.run.steps(text.len() / 16)?;
    if text.len() > 64 << 10 {
        call.run.charge(text.len().saturating_mul(32))?;
    }
    json_tree::parts(text)
}

/// A part as it is written, or as a text: without quotes, and NULL for null.
pub(super) fn shown(written: &str, as_text: bool) -> Result<Datum> {
    Ok(match json_tree::parts(written)? {
        Parts::Scalar(scalar) if as_text => scalar.as_text(),
        _ => Datum::text(written),
    })
}

/// The part of a name or a number, of which a negative one counts from the end.
fn part<'a>(parts: &Parts<&'a str>, key: &Datum) -> Option<&'a str> {
    match (parts, key) {
        // The last one of a name counts.
        (Parts::Object(members), Datum::Text(key)) => {
            members.iter().rev().find(|(own, _)| **own == **key).map(|(_, value)| *value)
        }
        (Parts::List(items), Datum::Int(number)) => {
            let length = i64::try_from(items.len()).ok()?;
            let place = if *number < 0 { length.checked_add(*number)? } else { *number };
            items.get(usize::try_from(place).ok()?).copied()
        }
        _ => None,
    }
}

/// `json -> key`
pub(super) fn member(call: &Call<'_>, text: &str, key: &Datum, as_text: bool) -> Result<Datum> {
    match part(&parts(call, text)?, key) {
        Some(found) => shown(found, as_text),
        None => Ok(Datum::Null),
    }
}

/// `json #> steps`: without any step it is all of it.
pub(super) fn path(call: &Call<'_>, text: &str, steps: &[Datum], as_text: bool) -> Result<Datum> {
    let mut found = text;
    for step in steps {
        let parts = parts(call, found)?;
        let number = step.as_str().and_then(|step| step.trim_start().parse::<i32>().ok());
        let number = number.map(|number| Datum::Int(number.into()));
        let key = if matches!(parts, Parts::List(_)) { number.as_ref() } else { Some(step) };
        match key.and_then(|key| part(&parts, key)) {
            Some(inner) => found = inner,
            None => return Ok(Datum::Null),
        }
    }
    shown(found, as_text)
}
