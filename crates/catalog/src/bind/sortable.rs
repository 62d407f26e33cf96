//! Types whose values have no order, by which nothing can be sorted.

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::{Binder, Typed};
use crate::error::{at, unsupported};
use crate::facts::{element_of, type_facts};

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
