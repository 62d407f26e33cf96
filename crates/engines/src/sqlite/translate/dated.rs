//! Dates and timestamps beside each other: what is kept as a text has the order of texts only from the year 1 to 9999.

use super::typed::{Form, Typed};
use crate::sqlite::storage;

/// Whether a date is known to be in the order of texts: a column's is, and most constants are.
pub(super) fn is_ordered(date: &Typed) -> bool {
    match date.form {
        Form::Column => date.origin.is_some(),
        Form::Number => storage::is_ordered(date.sql.trim_matches('\'')),
        _ => false,
    }
}

/// What dates are put in order by, the first beside each of the others: an index still helps beside a column.
pub(super) fn keys<const COUNT: usize>(dates: [&Typed; COUNT]) -> [String; COUNT] {
    let mut all = dates.iter().map(|date| is_ordered(date));
    let is_beside_ordered = all.next().unwrap_or_default() || all.all(|is_ordered| is_ordered);
    dates.map(|date| match (is_ordered(date), is_beside_ordered) {
        (true, true) => date.sql.clone(),
        (false, true) => format!("pg_edge({})", date.sql),
        (_, false) => format!("pg_order({}, {})", date.sql, date.ty.oid.0),
    })
}
