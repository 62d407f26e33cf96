//! What can be sorted by, and what DISTINCT ON sorts by.

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::{Binder, Typed};
use crate::error::{at, unsupported};
use crate::facts::{element_of, type_facts};
use crate::plan::{Distinct, SortKey};

impl Binder {
    /// Refuses to order by what has no order, and by what has one that is not known here.
    pub(super) fn check_ordered(&mut self, typed: &Typed, place: usize) -> Result<()> {
        if typed.oid == Oid::JSONB {
            return Err(unsupported(place, "an order of jsonb"));
        }
        match self.is_ordered(typed)? {
            true => Ok(()),
            false => Err(self
                .no_order(typed, place)
                .hint("Use an explicit ordering operator or modify the query.")),
        }
    }

    /// Refuses an argument of an aggregate with DISTINCT that cannot be sorted.
    pub(super) fn check_distinct(&mut self, typed: &Typed) -> Result<()> {
        match self.is_ordered(typed)? {
            true => Ok(()),
            false => Err(self
                .no_order(typed, typed.place)
                .detail("Aggregates with DISTINCT must be able to sort their inputs.")),
        }
    }

    /// Refuses to part a window by what cannot be sorted.
    pub(super) fn check_partition(&mut self, typed: &Typed) -> Result<()> {
        if self.is_ordered(typed)? {
            return Ok(());
        }
        let message = "could not implement window PARTITION BY";
        Err(PgError::new(SqlState::FEATURE_NOT_SUPPORTED, message)
            .detail("Window partitioning columns must be of sortable datatypes."))
    }

    fn no_order(&self, typed: &Typed, place: usize) -> PgError {
        let of = self.type_names(&[typed.oid]);
        let message = format!("could not identify an ordering operator for type {of}");
        at(place, SqlState::UNDEFINED_FUNCTION, message)
    }

    /// Whether values have an order: rows of a relation where all of their columns have; of records PostgreSQL finds out
    /// when it compares them.
    fn is_ordered(&mut self, typed: &Typed) -> Result<bool> {
        let fields = if typed.oid == Oid::RECORD { None } else { self.fields_of(typed)? };
        Ok(match fields {
            Some(fields) => fields.iter().all(|(_, oid)| has_order(*oid)),
            None => has_order(typed.oid),
        })
    }
}

fn has_order(oid: Oid) -> bool {
    let oid = element_of(oid).unwrap_or(oid);
    let is_figure = type_facts(oid).is_some_and(|known| known.category == b'G');
    !is_figure
        && !matches!(oid, Oid::JSON | Oid::XML | Oid::XID | Oid::CID | Oid::ACLITEM | Oid::ANYARRAY)
}

/// The columns of DISTINCT ON, each with its place in the text: the rows come in their order, behind what ORDER BY says of
/// them, which has to begin with them.
pub(super) fn distinct_on(columns: &[(usize, usize)], sort: &mut Vec<SortKey>) -> Result<Distinct> {
    let others = |key: &SortKey| columns.iter().all(|(column, _)| *column != key.column);
    let other = sort.iter().position(others);
    let leading = other.unwrap_or(sort.len());
    for (column, place) in columns {
        if sort.iter().take(leading).any(|key| key.column == *column) {
            continue;
        }
        if other.is_some() {
            let message = "SELECT DISTINCT ON expressions must match initial ORDER BY expressions";
            return Err(at(*place, SqlState::INVALID_COLUMN_REFERENCE, message));
        }
        sort.push(SortKey { column: *column, descending: false, nulls_first: false });
    }
    Ok(Distinct::On(columns.iter().map(|(column, _)| *column).collect()))
}
