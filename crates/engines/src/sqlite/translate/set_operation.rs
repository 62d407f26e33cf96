//! `UNION`, `INTERSECT` and `EXCEPT`.

use sqlparser::ast::{Expr, SelectItem, SetExpr, SetOperator, SetQuantifier, Value};
use trunkline_core::{PgError, Result, SqlState};

use super::query::Queried;
use super::scope::{Output, Scope};
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
            return Err(self.at(PgError::new(SqlState::SYNTAX_ERROR, message), right));
        }
        let word = match (op, quantifier) {
            (SetOperator::Union, SetQuantifier::All) => "UNION ALL",
            (SetOperator::Union, _) => "UNION",
            (_, SetQuantifier::All) => return Err(unsupported(&format!("{op} ALL"))),
            (SetOperator::Intersect, _) => "INTERSECT",
            _ => "EXCEPT",
        };
        let outputs = first.outputs.into_iter().zip(&second.outputs).map(|(output, other)| {
            let ty = self.common(output.ty, other.ty).unwrap_or(output.ty);
            Output { ty, origin: None, ..output }
        });
        let outputs = outputs.collect();
        // SQLite knows no precedence here: everything is done from the left.
        let second = match right {
            SetExpr::SetOperation { .. } => format!("SELECT * FROM ({})", second.sql),
            _ => second.sql,
        };
        let sql = format!("{} {word} {second}", first.sql);
        Ok(Queried { sql, outputs, is_single: false })
    }

    /// The types of the columns of a query, to which those of another are to become alike.
    fn types_within(&self, body: &SetExpr, outer: Option<&Scope<'_>>) -> Option<Vec<Type>> {
        let queried = self.trial().set_expression(body, outer, None).ok()?;
        Some(queried.outputs.into_iter().map(|output| output.ty).collect())
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
