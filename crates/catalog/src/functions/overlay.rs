//! `overlay(text placing text from 2 for 1)`.

use trunkline_core::{PgError, Result, SqlState};

use super::math::whole;
use super::strings::text;
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str, types: &[trunkline_core::Oid]) -> Option<Function> {
    let is_text = types.first() == Some(&trunkline_core::Oid::TEXT);
    (name == "overlay" && is_text).then_some(overlay as Function)
}

fn overlay(call: &Call<'_>) -> Result<Datum> {
    let Some((own, new)) = text(call, 0).zip(text(call, 1)) else { return Ok(Datum::Null) };
    call.run.steps((own.len() + new.len()) / 16)?;
    let from = whole(call, 2).unwrap_or(1);
    if from <= 0 {
        let message = "negative substring length not allowed";
        return Err(PgError::new(SqlState::SUBSTRING_ERROR, message));
    }
    let length = i64::try_from(new.chars().count()).unwrap_or(i64::MAX);
    let behind = from.saturating_add(whole(call, 3).unwrap_or(length));
    // Where the character of this number, counted from one, begins.
    let at = |number: i64| {
        let number = usize::try_from(number - 1).unwrap_or(0);
        own.char_indices().nth(number).map_or(own.len(), |(at, _)| at)
    };
    let start = own.get(..at(from)).unwrap_or_default();
    let end = own.get(at(behind.max(1))..).unwrap_or_default();
    call.run.admit_text(start.len() + new.len() + end.len())?;
    Ok(Datum::text(format!("{start}{new}{end}")))
}
