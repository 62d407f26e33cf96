//! `value.name` and `name(value)`: a column, a function of one argument or a cast, in whichever way it is written.
//!
//! Source: <https://www.postgresql.org/docs/18/rowtypes.html#ROWTYPES-USAGE>.

use trunkline_core::{Oid, PgError, Result, SqlState};

use super::scope::column_of;
use super::{Binder, Typed};
use crate::error::{at, no_column};
use crate::facts::{
    PG_CATALOG, PROCS, Proc, cast_context, element_of, is_cast_by_function, type_facts, type_named,
};
use crate::functions;
use crate::plan::Expr;
use crate::syntax::ALL_FIELDS;

impl Binder {
    /// `(value).name`
    pub(super) fn field(&mut self, value: Typed, name: &str) -> Result<Typed> {
        if name == ALL_FIELDS {
            return Err(no_expansion(value.place));
        }
        if let Some(index) = self.field_place(&value, name)? {
            return self.field_at(value, index);
        }
        match self.function_of(&value, name)? {
            Some(typed) => Ok(typed),
            None => Err(self.no_field(&value, name)?),
        }
    }

    /// The place of a field of a row; `None` if it has none of this name, or is no row.
    pub(super) fn field_place(&mut self, value: &Typed, name: &str) -> Result<Option<usize>> {
        let fields = self.fields_of(value)?.unwrap_or_default();
        Ok(fields.iter().position(|(own, _)| **own == *name))
    }

    pub(super) fn field_at(&mut self, value: Typed, index: usize) -> Result<Typed> {
        // A field of a row of FROM is a column, which may be grouped by.
        if let Expr::WholeRow { depth, leaf, .. } = value.expr
            && let Some(own) = self.scope_at(depth).leaves.get(leaf)
            && let Some(column) = own.columns.get(index)
        {
            let column = column_of(leaf, index, column);
            return Ok(self.mentioned(column, depth, value.place));
        }
        let fields = self.fields_of(&value)?.unwrap_or_default();
        let oid = fields.get(index).map_or(Oid::TEXT, |(_, oid)| self.types.base_of(*oid));
        Ok(Typed::new(Expr::Field(Box::new(value.expr), index), oid).placed(value.place))
    }

    /// `value.name`, where that is no column: what a function of this name makes of the value, or the value as one of the
    /// type of this name.
    pub(super) fn function_of(&mut self, value: &Typed, name: &str) -> Result<Option<Typed>> {
        let place = value.place;
        if !self.is_cast(value, name)? {
            let Some(chosen) = self.choose(None, name, &[value.oid], place)? else {
                return Ok(None);
            };
            if let Some(kind) = functions::aggregate(name) {
                return self.aggregate_of(value, kind, chosen, name, place).map(Some);
            }
        }
        self.call_named(None, name, vec![value.clone()], place).map(Some)
    }

    /// Whether a type's name stands for a cast of a value: one that needs no function, where none takes just that.
    pub(super) fn is_cast(&mut self, value: &Typed, name: &str) -> Result<bool> {
        let Some(to) = type_named(PG_CATALOG, name) else { return Ok(false) };
        let from = self.under_domain(value.oid);
        let takes_it = |proc: &Proc| proc.schema == PG_CATALOG && proc.arguments == [from];
        if PROCS.get(name).is_some_and(|procs| procs.iter().any(takes_it)) {
            return Ok(false);
        }
        let is_row = from == Oid::RECORD || self.fields_of(value)?.is_some();
        let are_arrays = element_of(from).is_some() && element_of(to).is_some();
        if is_row || are_arrays || type_facts(to).is_some_and(|known| known.kind == b'c') {
            return Ok(false);
        }
        let is_cast = cast_context(from, to).is_some() && !is_cast_by_function(from, to);
        Ok(from == Oid::UNKNOWN || from == to || is_cast)
    }

    fn no_field(&mut self, value: &Typed, name: &str) -> Result<PgError> {
        if let Expr::WholeRow { depth, leaf, .. } = value.expr
            && let Some(own) = self.scope_at(depth).leaves.get(leaf)
        {
            return Ok(no_column(value.place, &format!("{}.{name}", own.alias)));
        }
        let is_row = self.fields_of(value)?.is_some();
        let of = self.type_names(&[value.oid]);
        let (state, message) = match (value.oid, is_row) {
            (Oid::RECORD, _) => (
                SqlState::UNDEFINED_COLUMN,
                format!("could not identify column \"{name}\" in record data type"),
            ),
            (_, true) => (
                SqlState::UNDEFINED_COLUMN,
                format!("column \"{name}\" not found in data type {of}"),
            ),
            (_, false) => (
                SqlState::WRONG_OBJECT_TYPE,
                format!(
                    "column notation .{name} applied to type {of}, which is not a composite type"
                ),
            ),
        };
        Ok(at(value.place, state, message))
    }
}

fn no_expansion(place: usize) -> PgError {
    let message = "row expansion via \"*\" is not supported here";
    at(place, SqlState::FEATURE_NOT_SUPPORTED, message)
}
