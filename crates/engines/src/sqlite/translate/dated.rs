//! Dates and timestamps beside each other: what is kept as a text has the order of texts only from the year 1 to 9999.

use super::Translator;
use super::typed::{Form, Typed};
use crate::sqlite::storage;

/// Whether a date is known to be in the order of texts: a column's is, and most constants are.
fn is_ordered(date: &Typed) -> bool {
    match date.form {
        Form::Column => date.origin.is_some(),
        Form::Number => storage::is_ordered(date.sql.trim_matches('\'')),
        Form::Computed => is_present(&date.sql),
        _ => false,
    }
}

/// Whether it is what the clock says, by itself or as another type.
fn is_present(sql: &str) -> bool {
    let is_told = ["pg_now()", "pg_clock()"].iter().any(|told| sql.contains(told));
    let is_cast = sql.starts_with("pg_local_cast(pg_") && sql.matches('(').count() == 2;
    is_told && (is_cast || sql.matches('(').count() == 1)
}

impl Translator<'_> {
    /// What dates are put in order by, the first beside each of the others: an index still helps beside a column.
    ///
    /// What other programs are to evaluate, too, compares the texts.
    pub(super) fn date_keys<const COUNT: usize>(&self, dates: [&Typed; COUNT]) -> [String; COUNT] {
        if !self.is_checked {
            return dates.map(|date| date.sql.clone());
        }
        let mut all = dates.iter().map(|date| is_ordered(date));
        let is_beside_ordered = all.next().unwrap_or_default() || all.all(|is_ordered| is_ordered);
        dates.map(|date| match (is_ordered(date), is_beside_ordered) {
            (true, true) => date.sql.clone(),
            (false, true) => format!("pg_edge({})", date.sql),
            (_, false) => format!("pg_order({}, {})", date.sql, date.ty.oid.0),
        })
    }

    /// Whether a date that is put into a column has to be looked at.
    pub(super) fn may_be_unordered(&self, date: &Typed) -> bool {
        self.is_checked && !is_ordered(date)
    }
}
