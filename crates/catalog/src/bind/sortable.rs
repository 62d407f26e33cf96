//! What can be sorted by, and what DISTINCT ON sorts by.

use std::collections::HashSet;
use std::sync::LazyLock;

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::{Binder, Typed};
use crate::datum::Datum;
use crate::error::at;
use crate::facts::{
    CastContext, Volatility, cast_context, cell, element_of, facts, is_cast_by_function, number,
    rows_by, type_facts,
};
use crate::functions;
use crate::plan::{Calling, Distinct, Effort, Expr, SortKey};

impl Binder {
    /// What a value is ordered by: itself, but for what looks otherwise than it is compared.
    pub(super) fn order_of(typed: &Typed) -> Option<Typed> {
        if typed.oid == Oid::BPCHAR {
            let of = Box::new(typed.expr.clone());
            let (from, to) = (Oid::BPCHAR, Oid::TEXT);
            // That leaves the blanks at its end out.
            let text = Expr::Cast { of, from, to, typmod: -1, is_explicit: false };
            return Some(Typed::new(text, to).placed(typed.place));
        }
        if typed.oid != Oid::JSONB {
            return None;
        }
        let call = Calling {
            function: functions::order_of_jsonb,
            arguments: vec![typed.expr.clone()],
            types: vec![Oid::JSONB],
            result: Oid::ANYARRAY,
            strict: true,
            volatility: Volatility::Immutable,
            effort: Effort::Long,
            is_equality: false,
        };
        Some(Typed::new(Expr::Call(Box::new(call)), Oid::ANYARRAY).placed(typed.place))
    }

    /// Refuses to order by what has no order.
    pub(super) fn check_ordered(&mut self, typed: &Typed, place: usize) -> Result<()> {
        match self.is_known(typed, &ORDERED)? {
            true => Ok(()),
            false => Err(self
                .no_order(typed, place)
                .hint("Use an explicit ordering operator or modify the query.")),
        }
    }

    /// Refuses an argument of an aggregate with DISTINCT that cannot be sorted.
    pub(super) fn check_distinct(&mut self, typed: &Typed) -> Result<()> {
        match self.is_known(typed, &ORDERED)? {
            true => Ok(()),
            false => Err(self
                .no_order(typed, typed.place)
                .detail("Aggregates with DISTINCT must be able to sort their inputs.")),
        }
    }

    /// Refuses to part a window by what cannot be sorted.
    pub(super) fn check_partition(&mut self, typed: &Typed) -> Result<()> {
        if self.is_known(typed, &ORDERED)? {
            return Ok(());
        }
        let message = "could not implement window PARTITION BY";
        Err(PgError::new(SqlState::FEATURE_NOT_SUPPORTED, message)
            .detail("Window partitioning columns must be of sortable datatypes."))
    }

    /// Refuses to group by what cannot be told apart.
    pub(super) fn check_grouped(&mut self, typed: &Typed) -> Result<()> {
        if self.is_known(typed, &DISTINCT)? {
            return Ok(());
        }
        let of = self.type_names(&[typed.oid]);
        let message = format!("could not identify an equality operator for type {of}");
        Err(at(typed.place, SqlState::UNDEFINED_FUNCTION, message))
    }

    fn no_order(&self, typed: &Typed, place: usize) -> PgError {
        let of = self.type_names(&[typed.oid]);
        let message = format!("could not identify an ordering operator for type {of}");
        at(place, SqlState::UNDEFINED_FUNCTION, message)
    }

    /// Whether values have an order, or can be told apart: rows of a relation where all of their columns have; of records PostgreSQL finds out
    /// when it compares them.
    fn is_known(&mut self, typed: &Typed, known: &HashSet<Oid>) -> Result<bool> {
        let fields = if typed.oid == Oid::RECORD { None } else { self.fields_of(typed)? };
        Ok(match fields {
            Some(fields) => fields.iter().all(|(_, oid)| is_among(known, *oid)),
            None => is_among(known, typed.oid),
        })
    }
}

/// The types that have a default operator class of btree.
static ORDERED: LazyLock<HashSet<Oid>> = LazyLock::new(|| default_of(&["btree"]));

/// Those that have one of hash, too: their values can at least be told apart.
static DISTINCT: LazyLock<HashSet<Oid>> = LazyLock::new(|| default_of(&["btree", "hash"]));

/// The types that have a default operator class of one of these access methods.
fn default_of(methods: &[&str]) -> HashSet<Oid> {
    let methods: Vec<u32> = methods
        .iter()
        .flat_map(|name| rows_by("pg_am", "amname", &Datum::text(*name)))
        .filter_map(|row| cell("pg_am", &row, "oid")?.as_oid())
        .collect();
    let Some(classes) = facts("pg_opclass") else { return HashSet::new() };
    let [method, of, is_default] =
        ["opcmethod", "opcintype", "opcdefault"].map(|name| classes.column(name));
    let rows = classes.rows.iter().filter(|row| {
        row.get(is_default).is_some_and(Datum::is_true) && methods.contains(&number(row, method))
    });
    rows.map(|row| Oid(number(row, of))).collect()
}

/// Whether a type is among some, or is taken for one of them as it is; types that somebody declared are.
fn is_among(of: &HashSet<Oid>, oid: Oid) -> bool {
    let oid = element_of(oid).unwrap_or(oid);
    let is_taken = |to: Oid| {
        cast_context(oid, to) == Some(CastContext::Implicit) && !is_cast_by_function(oid, to)
    };
    match type_facts(oid) {
        None => true,
        Some(known) if matches!(known.kind, b'r' | b'm') => true,
        _ if oid == Oid::UNKNOWN || of.contains(&oid) => oid != Oid::ANYARRAY,
        Some(known) => known.kind != b'p' && of.iter().any(|to| is_taken(*to)),
    }
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
