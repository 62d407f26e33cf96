//! Comparisons with `ANY` and `ALL` of an array or of a query, `IN (query)`, `LIKE ANY (array)`.

use sqlparser::ast::{BinaryOperator, Expr, Query};
use trunkline_core::types::{array_of, element_of};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::name::quoted;
use super::operator::comparison;
use super::query::Queried;
use super::scope::Scope;
use super::typed::Typed;
use super::{Translator, unsupported};
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// Whether a text is like one of the patterns of an array, or like all of them.
    fn like_any_or_all(
        &mut self,
        like: &str,
        (text, patterns): (&Expr, &Expr),
        any: bool,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        if matches!(patterns, Expr::Subquery(_)) {
            return Err(self.at(unsupported("LIKE with patterns of a query"), patterns));
        }
        let text = self.expression(text, scope)?;
        let text = self.settle_text(text)?;
        let (json, _, text) = self.elements_like(patterns, text, scope)?;
        let test = format!("{like}({}, value)", text.sql);
        let answer = of_all_rows(&test, &format!("json_each({json})"), any);
        Ok(Typed::boolean(format!("CASE WHEN {json} IS NULL THEN NULL ELSE {answer} END")))
    }

    /// A comparison with what is of a query, or of the elements of an array.
    pub(super) fn any_or_all(
        &mut self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        any: bool,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let Some(word) = comparison(op) else {
            let like = match op {
                BinaryOperator::PGLikeMatch => "pg_like",
                BinaryOperator::PGNotLikeMatch => "NOT pg_like",
                BinaryOperator::PGILikeMatch => "pg_ilike",
                BinaryOperator::PGNotILikeMatch => "NOT pg_ilike",
                _ => return Err(self.at(unsupported("ANY or ALL with such an operator"), left)),
            };
            return self.like_any_or_all(like, (left, right), any, scope);
        };
        // `= ANY` and `<> ALL` are IN and NOT IN, for which SQLite uses an index.
        let not = match (op, any) {
            (BinaryOperator::Eq, true) => Some(""),
            (BinaryOperator::NotEq, false) => Some("NOT "),
            _ => None,
        };
        let mut inner = right;
        while let Expr::Nested(nested) = inner {
            inner = nested;
        }
        match (inner, not) {
            (Expr::Subquery(query), Some(not)) => self.in_query(left, query, not, scope),
            (Expr::Subquery(query), None) => {
                let value = self.expression(left, scope)?;
                let (queried, value) = self.query_like(query, value, word, left, scope)?;
                let [output] = queried.outputs.as_slice() else {
                    let message = "subquery has too many columns";
                    return Err(self.at(PgError::new(SqlState::SYNTAX_ERROR, message), left));
                };
                let other = Typed::new(quoted(&output.inner), output.ty);
                let test = format!("{} {word} {}", value.ordered(), other.ordered());
                Ok(Typed::boolean(of_all_rows(&test, &format!("({})", queried.sql), any)))
            }
            (Expr::Array(array), Some(not)) if !array.elem.is_empty() => {
                self.in_list(left, &array.elem, !not.is_empty(), scope)
            }
            _ => {
                let value = self.expression(left, scope)?;
                let (json, element, value) = self.elements_like(right, value, scope)?;
                self.check_comparable(&value, element, word, left)?;
                let answer = match not {
                    Some(not) => {
                        format!("({} {not}IN (SELECT value FROM json_each({json})))", value.sql)
                    }
                    None => {
                        let other = Typed::new("value", element);
                        let test = format!("{} {word} {}", value.ordered(), other.ordered());
                        of_all_rows(&test, &format!("json_each({json})"), any)
                    }
                };
                // Of no array, there is no answer.
                Ok(Typed::boolean(format!("CASE WHEN {json} IS NULL THEN NULL ELSE {answer} END")))
            }
        }
    }

    /// `IN (query)`, or `NOT IN`.
    pub(super) fn in_query(
        &mut self,
        left: &Expr,
        query: &Query,
        not: &str,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let value = self.expression(left, scope)?;
        let (queried, value) = self.query_like(query, value, "=", left, scope)?;
        Ok(Typed::boolean(format!("({} {not}IN ({}))", value.sql, queried.sql)))
    }

    /// A query whose rows are compared with a value, and the value as one of their type.
    fn query_like(
        &mut self,
        query: &Query,
        value: Typed,
        word: &'static str,
        at: &Expr,
        scope: &Scope<'_>,
    ) -> Result<(Queried, Typed)> {
        let types = [value.ty];
        let expected = (!value.is_unknown()).then_some(&types[..]);
        let queried = self.query(query, Some(scope), expected)?;
        let first = queried.outputs.first().map_or(Type::TEXT, |output| output.ty);
        let value = self.settle(value, first)?;
        if let [output] = queried.outputs.as_slice()
            && value.ty.oid != Oid::RECORD
        {
            self.check_comparable(&value, output.ty, word, at)?;
        }
        Ok((queried, value))
    }

    /// The elements of an array as JSON, their type, and what they are compared with.
    pub(super) fn elements_like(
        &mut self,
        array: &Expr,
        value: Typed,
        scope: &Scope<'_>,
    ) -> Result<(String, Type, Typed)> {
        let typed = self.expression(array, scope)?;
        let of = value.ty.or_text();
        let wanted = array_of(of.oid).unwrap_or(Oid::TEXT_ARRAY);
        let typed = self.settle(typed, Type::of(wanted))?;
        let Some(element) = element_of(typed.ty.oid) else {
            let message = "op ANY/ALL (array) requires array on right side";
            return Err(self.at(PgError::new(SqlState::WRONG_OBJECT_TYPE, message), array));
        };
        let value = self.settle(value, Type::of(element))?;
        let json = format!("pg_elements({}, {})", typed.sql, typed.ty.oid.0);
        Ok((json, Type::of(element), value))
    }

    /// The elements of an array as JSON, and their type.
    pub(super) fn elements(&mut self, array: &Expr, scope: &Scope<'_>) -> Result<(String, Type)> {
        let none = Typed::new("NULL", Type::UNKNOWN);
        let (json, element, _) = self.elements_like(array, none, scope)?;
        Ok((json, element))
    }
}

/// Whether a test is true of one row (`ANY`), or of all rows (`ALL`): what is not known of a row, nothing
/// can be said of unless another row decides it.
fn of_all_rows(test: &str, rows: &str, any: bool) -> String {
    let (found, otherwise) = if any { ("max(\"test\") = 1", 0) } else { ("min(\"test\") = 0", 1) };
    format!(
        "(SELECT CASE WHEN {found} THEN {} WHEN count(*) > count(\"test\") THEN NULL \
         ELSE {otherwise} END FROM (SELECT {test} AS \"test\" FROM {rows}))",
        1 - otherwise
    )
}
