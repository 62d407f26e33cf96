//! Aggregates over values in their order: `percentile_cont(0.5) WITHIN GROUP (ORDER BY x)`.

use std::sync::Arc;

use trunkline_core::types::{Numeric, TextStyle};
use trunkline_core::{Oid, PgError, Result, SqlState};

use crate::datum::{Datum, List};
use crate::error::unsupported;
use crate::io;

/// The value that is there most often, the first of several.
pub(super) fn mode(sorted: &[Datum]) -> Datum {
    let (mut best, mut most) = (Datum::Null, 0);
    for run in sorted.chunk_by(|one, two| one == two) {
        if let (Some(first), true) = (run.first(), run.len() > most) {
            (best, most) = (first.clone(), run.len());
        }
    }
    best
}

/// The value below which a share of the others is, or one for each of a list of shares.
///
/// # Errors
///
/// 22003 for what is no share, 0A000 between values that are no numbers.
pub(super) fn percentile(share: &Datum, sorted: &[Datum], is_between: bool) -> Result<Datum> {
    let one = |share: &Datum| -> Result<Datum> {
        let Some(share) = share.as_float() else { return Ok(Datum::Null) };
        if !(0.0..=1.0).contains(&share) {
            let message = format!("percentile value {} is not between 0 and 1", general(share));
            return Err(PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message));
        }
        if is_between { between(share, sorted) } else { Ok(at(share, sorted)) }
    };
    match share {
        Datum::Array(_) if sorted.is_empty() => Ok(Datum::Null),
        Datum::Array(shares) => {
            let items = shares.items.iter().map(one).collect::<Result<Vec<_>>>()?;
            Ok(Datum::Array(Arc::new(List { dimensions: shares.dimensions.clone(), items })))
        }
        share => one(share),
    }
}

/// A number as messages print it: in six digits, with an exponent where zeros would have to be written.
fn general(number: f64) -> String {
    let shown = format!("{number:.5e}");
    let Some((digits, exponent)) = shown.split_once('e') else {
        return io::text_plain(&Datum::Float(number), Oid::FLOAT8, &TextStyle::default())
            .unwrap_or_default();
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..6).contains(&exponent) {
        return trimmed(&format!("{number:.*}", usize::try_from(5 - exponent).unwrap_or(0)));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trimmed(digits), exponent.unsigned_abs())
}

fn float(count: usize) -> f64 {
    i64::try_from(count).ok().and_then(|count| Datum::Int(count).as_float()).unwrap_or(0.0)
}

fn place(at: f64) -> usize {
    let whole = Numeric::from_f64(at).to_i64().unwrap_or(0);
    usize::try_from(whole).unwrap_or(0)
}

/// The first value with that share of all at or before it.
fn at(share: f64, sorted: &[Datum]) -> Datum {
    let rank = place((share * float(sorted.len())).ceil()).max(1);
    sorted.get(rank - 1).cloned().unwrap_or_default()
}

/// What lies there between two values.
fn between(share: f64, sorted: &[Datum]) -> Result<Datum> {
    if sorted.is_empty() {
        return Ok(Datum::Null);
    }
    let position = share * float(sorted.len().saturating_sub(1));
    let value = |at: f64| match sorted.get(place(at)) {
        Some(Datum::Float(value)) => Ok(*value),
        _ => Err(unsupported(0, "percentile_cont() of what is no number")),
    };
    let low = value(position.floor())?;
    let high = value(position.ceil())?;
    if position.floor() == position.ceil() {
        return Ok(Datum::Float(low));
    }
    Ok(Datum::Float(low + (position - position.floor()) * (high - low)))
}
