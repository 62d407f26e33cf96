//! `json_to_record(…) AS x (a int)` and `json_populate_record(NULL::t, …)`: rows of JSON, by names and types of columns.

use std::sync::Arc;

use sqlparser::ast;
use trunkline_core::{Oid, Result};

use super::scope::folded;
use super::{Binder, Typed};
use crate::datum::Datum;
use crate::error::{syntax, unsupported};
use crate::facts::{CastContext, type_facts};
use crate::functions;
use crate::plan::{Expr, From, SetCall};

/// A column that JSON has a value for: its name, its type and the modifier of that.
type Wanted = (Arc<str>, Oid, i32);

impl Binder {
    /// A function that makes rows of JSON; `None` for any other.
    pub(super) fn json_records(
        &mut self,
        name: &str,
        arguments: &[Typed],
        alias: Option<&ast::TableAlias>,
        ordinality: bool,
        place: usize,
    ) -> Result<Option<From>> {
        let Some((kind, rest)) = name.split_once('_') else { return Ok(None) };
        let oid = match kind {
            "json" => Oid::JSON,
            "jsonb" => Oid::JSONB,
            _ => return Ok(None),
        };
        let (json, columns) = match (rest, arguments) {
            ("to_record" | "to_recordset", [json]) => (json, self.defined(alias, place)?),
            ("populate_record" | "populate_recordset", [base, json]) => {
                (json, self.columns_of(base)?)
            }
            _ => return Ok(None),
        };
        for (_, oid, _) in &columns {
            self.register(*oid)?;
            let world = self.world.as_ref().filter(|_| type_facts(*oid).is_none());
            if world.is_some_and(|world| world.is_constrained(*oid)) {
                return Err(unsupported(place, "JSON as a value of a domain with constraints"));
            }
        }
        let json = self.convert(json.clone(), oid, -1, CastContext::Implicit)?;
        let names = Datum::texts(columns.iter().map(|(name, ..)| name.clone()));
        let modifiers = columns.iter().map(|(_, _, typmod)| Datum::Int((*typmod).into()));
        let constants = [names, Datum::list(modifiers.collect()), Datum::text(name)];
        let mut given = vec![json.expr];
        given.extend(constants.map(Expr::Const));
        let mut types = vec![oid, Oid::TEXT_ARRAY, Oid::INT4_ARRAY, Oid::TEXT];
        types.extend(columns.iter().map(|(_, oid, _)| *oid));
        let call = SetCall {
            function: functions::json_records,
            arguments: given,
            types,
            result: Oid::RECORD,
            strict: false,
            width: columns.len(),
            fields: columns.iter().map(|(name, oid, _)| (name.clone(), *oid)).collect(),
        };
        let columns = columns.into_iter().map(|(name, oid, _)| (Some(name), oid)).collect();
        self.functions_leaf(vec![call], columns, ordinality, name, alias).map(Some)
    }

    /// The columns that an alias defines.
    fn defined(&mut self, alias: Option<&ast::TableAlias>, place: usize) -> Result<Vec<Wanted>> {
        let mut columns = Vec::new();
        for column in alias.map(|alias| alias.columns.as_slice()).unwrap_or_default() {
            let Some(data_type) = &column.data_type else {
                columns.clear();
                break;
            };
            let (oid, typmod) = self.data_type(data_type, self.place(column.name.span))?;
            columns.push((folded(&column.name).into(), oid, typmod));
        }
        if columns.is_empty() {
            let what = "a column definition list is required for functions returning \"record\"";
            return Err(syntax(place, what));
        }
        Ok(columns)
    }

    /// The columns of a composite type, of which NULL is given.
    fn columns_of(&mut self, base: &Typed) -> Result<Vec<Wanted>> {
        let fields = self.fields_of(base)?;
        match (fields, &base.expr) {
            (Some(fields), Expr::Const(Datum::Null)) => {
                Ok(fields.iter().map(|(name, oid)| (name.clone(), *oid, -1)).collect())
            }
            _ => Err(unsupported(base.place, "a row to begin with for what JSON lacks")),
        }
    }
}
