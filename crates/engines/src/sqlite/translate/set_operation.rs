//! `UNION`, `INTERSECT` and `EXCEPT`.

use sqlparser::ast::{Expr, SelectItem, SetExpr, SetOperator, SetQuantifier, Value};
use trunkline_core::types::element_of;
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::name::quoted;
use super::query::Queried;
use super::scope::{Output, Scope};
use super::typed::Typed;
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

impl Translator<'_> {
    pub(super) fn set_operation(
        &mut self,
        left: &SetExpr,
        op: SetOperator,
        quantifier: SetQuantifier,
        right: &SetExpr,
        outer: Option<&Scope<'_>>,
        expected: Option<&[Type]>,
    ) -> Result<Queried> {
        let wanted = match expected {
            None if has_untyped(left) => self.types_within(right, outer),
            _ => None,
        };
        let first = self.set_expression(left, outer, expected.or(wanted.as_deref()))?;
        let types: Vec<Type> = first.outputs.iter().map(|output| output.ty).collect();
        let second = self.set_expression(right, outer, expected.or(Some(&types)))?;
        if first.outputs.len() != second.outputs.len() {
            let message = format!("each {op} query must have the same number of columns");
            let error = PgError::new(SqlState::SYNTAX_ERROR, message);
            return Err(match items_of(right).first() {
                Some(item) => self.at(error, item),
                None => self.at(error, right),
            });
        }
        let outputs = self.outputs_of_both(first.outputs.clone(), &second.outputs, op, right)?;
        let (first, second) = (self.as_types(first, &outputs)?, self.as_types(second, &outputs)?);
        let is_all = quantifier == SetQuantifier::All;
        let is_kept_by_words = match op {
            SetOperator::Union => is_all || !outputs.iter().any(|one| is_spelled_freely(one.ty)),
            _ => !is_all && !outputs.iter().any(|one| is_spelled_freely(one.ty)),
        };
        if !is_kept_by_words {
            let sql = counted(&first, &second, op, is_all, &outputs)?;
            return Ok(Queried { sql, outputs, is_single: false });
        }
        let word = match op {
            SetOperator::Union if is_all => "UNION ALL",
            SetOperator::Union => "UNION",
            SetOperator::Intersect => "INTERSECT",
            _ => "EXCEPT",
        };
        // SQLite knows no precedence here: everything is done from the left.
        let second = match right {
            SetExpr::SetOperation { .. } => format!("SELECT * FROM ({})", second.sql),
            _ => second.sql,
        };
        let sql = format!("{} {word} {second}", first.sql);
        Ok(Queried { sql, outputs, is_single: false })
    }

    /// The columns that both queries have together: 42804 where their types do not go together.
    fn outputs_of_both(
        &self,
        first: Vec<Output>,
        second: &[Output],
        op: SetOperator,
        right: &SetExpr,
    ) -> Result<Vec<Output>> {
        let items = items_of(right);
        let both = first.into_iter().zip(second).enumerate().map(|(place, (output, other))| {
            let ty = match (output.ty, other.ty) {
                // Each string becomes the other: that of the first query stays what it is.
                (a, b) if a.is_string() && b.is_string() && a != b => Some(Type::of(a.oid)),
                (a, b) => self.common(a, b),
            };
            let Some(ty) = ty else {
                let (a, b) = (output.ty.name(), other.ty.name());
                let message = format!("{op} types {a} and {b} cannot be matched");
                let error = PgError::new(SqlState::DATATYPE_MISMATCH, message);
                return Err(match items.get(place) {
                    Some(item) => self.at(error, item),
                    None => error,
                });
            };
            Ok(Output { ty, origin: None, ..output })
        });
        both.collect()
    }

    /// A query whose columns are kept as those types are, where another type is kept otherwise.
    fn as_types(&mut self, queried: Queried, outputs: &[Output]) -> Result<Queried> {
        let differs = |(own, wanted): (&Output, &Output)| is_kept_otherwise(own.ty, wanted.ty);
        if !queried.outputs.iter().zip(outputs).any(differs) {
            return Ok(queried);
        }
        let mut items = Vec::new();
        for (own, wanted) in queried.outputs.iter().zip(outputs) {
            let name = quoted(&own.inner);
            let column = Typed::new(name.clone(), own.ty);
            let column = self.coerce(column, Type::of(wanted.ty.oid))?;
            items.push(format!("{} AS {name}", column.sql));
        }
        let sql = format!("SELECT {} FROM ({})", items.join(", "), queried.sql);
        Ok(Queried { sql, ..queried })
    }

    /// The types of the columns of a query, to which those of another are to become alike.
    fn types_within(&self, body: &SetExpr, outer: Option<&Scope<'_>>) -> Option<Vec<Type>> {
        let queried = self.trial().set_expression(body, outer, None).ok()?;
        Some(queried.outputs.into_iter().map(|output| output.ty).collect())
    }
}

fn items_of(body: &SetExpr) -> &[SelectItem] {
    match body {
        SetExpr::Select(select) => &select.projection,
        _ => &[],
    }
}

/// Whether a column of a query is a constant without a type, which the other query gives one.
fn has_untyped(body: &SetExpr) -> bool {
    let is_untyped = |expr: &Expr| match expr {
        Expr::Value(value) => matches!(value.value, Value::Null | Value::SingleQuotedString(_)),
        _ => false,
    };
    match body {
        SetExpr::Select(select) => select.projection.iter().any(|item| match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                is_untyped(expr)
            }
            _ => false,
        }),
        _ => false,
    }
}

/// The operation by counting equal rows, which SQLite does not do of `ALL`, nor of equal values that are
/// kept in other words.
///
/// Rows of both queries stand together, those of the first before those of the second.
fn counted(
    first: &Queried,
    second: &Queried,
    op: SetOperator,
    is_all: bool,
    outputs: &[Output],
) -> Result<String> {
    let names: Vec<String> = outputs.iter().map(|output| quoted(&output.inner)).collect();
    if names.is_empty() {
        return Err(unsupported(&format!("{op} of queries without columns")));
    }
    let names = names.join(", ");
    let keys = keys_of(outputs);
    let condition = match (op, is_all) {
        (SetOperator::Union, _) => "\"set:place\" = 1",
        (SetOperator::Intersect, true) => "\"set:place\" <= \"set:others\"",
        (SetOperator::Intersect, false) => "\"set:place\" = 1 AND \"set:others\" > 0",
        (_, true) => "\"set:place\" > \"set:others\"",
        (_, false) => "\"set:place\" = 1 AND \"set:others\" = 0",
    };
    let side = if op == SetOperator::Union { "" } else { " AND \"set:side\" = 0" };
    Ok(format!(
        "SELECT {names} FROM (SELECT *, \
         row_number() OVER (PARTITION BY {keys} ORDER BY \"set:side\") AS \"set:place\", \
         sum(\"set:side\") OVER (PARTITION BY {keys}) AS \"set:others\" \
         FROM (SELECT *, 0 AS \"set:side\" FROM ({}) UNION ALL SELECT *, 1 FROM ({}))) \
         WHERE {condition}{side}",
        first.sql, second.sql
    ))
}

/// What the columns of a query are compared by.
pub(super) fn keys_of(outputs: &[Output]) -> String {
    let key = |output: &Output| Typed::new(quoted(&output.inner), output.ty).ordered();
    outputs.iter().map(key).collect::<Vec<_>>().join(", ")
}

/// Whether equal values of a type may be kept in other words: an interval of a day and one of 24 hours.
pub(super) fn is_spelled_freely(ty: Type) -> bool {
    let oid = element_of(ty.oid).unwrap_or(ty.oid);
    let is_array = oid != ty.oid;
    match oid {
        Oid::INTERVAL | Oid::JSONB => true,
        Oid::NUMERIC | Oid::FLOAT4 | Oid::FLOAT8 | Oid::BPCHAR => is_array,
        _ => false,
    }
}

/// Whether a value of one type is kept otherwise when it is of another.
fn is_kept_otherwise(own: Type, wanted: Type) -> bool {
    own.oid != wanted.oid
        && (own.is_date_or_timestamp() || (own.oid == Oid::BPCHAR && wanted.is_string()))
}
