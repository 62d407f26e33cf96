//! Comparisons with `ANY` and `ALL` of an array or of a query, `LIKE ANY (array)`.

use sqlparser::ast::{BinaryOperator, Expr};
use trunkline_core::{PgError, Result, SqlState};

use super::name::quoted;
use super::operator::comparison;
use super::scope::Scope;
use super::typed::Typed;
use super::{Translator, unsupported};

impl Translator<'_> {
    /// Whether a text is like one of the patterns of an array, or unlike one of them.
    pub(super) fn like_any(&mut self, like: &Expr, scope: &Scope<'_>) -> Result<Typed> {
        let (function, negated, text, pattern) = match like {
            Expr::Like { any: true, negated, expr, pattern, escape_char: None } => {
                ("pg_like", *negated, expr, pattern)
            }
            Expr::ILike { any: true, negated, expr, pattern, escape_char: None } => {
                ("pg_ilike", *negated, expr, pattern)
            }
            other => return Err(self.at(unsupported("such an expression"), other)),
        };
        let text = self.expression(text, scope)?;
        let text = self.settle_text(text)?;
        let (patterns, _, text) = self.elements_like(pattern, text, scope)?;
        let not = if negated { "NOT " } else { "" };
        Ok(Typed::boolean(format!(
            "(SELECT coalesce(max({not}{function}({}, value)), 0) FROM json_each({patterns}))",
            text.sql
        )))
    }

    /// Any other operator: whether a row with it exists, or one without it does not.
    pub(super) fn any_of_elements(
        &mut self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        any: bool,
        scope: &Scope<'_>,
    ) -> Result<Typed> {
        let Some(word) = comparison(op) else {
            return Err(self.at(unsupported("ANY or ALL with such an operator"), left));
        };
        let value = self.expression(left, scope)?;
        if let Expr::Subquery(query) = right {
            let types = [value.ty];
            let expected = (!value.is_unknown()).then_some(&types[..]);
            let queried = self.query(query, Some(scope), expected)?;
            let [output] = queried.outputs.as_slice() else {
                let message = "subquery has too many columns";
                return Err(self.at(PgError::new(SqlState::SYNTAX_ERROR, message), left));
            };
            let value = self.settle(value, output.ty)?;
            self.check_comparable(&value, output.ty, word, left)?;
            let other = Typed::new(quoted(&output.inner), output.ty);
            let test = format!("{} {word} {}", value.ordered(), other.ordered());
            return Ok(Typed::boolean(of_all_rows(&test, &format!("({})", queried.sql), any)));
        }
        let (json, element, value) = self.elements_like(right, value, scope)?;
        self.check_comparable(&value, element, word, left)?;
        let test = format!("{} {word} {}", value.ordered(), Typed::new("value", element).ordered());
        let answer = of_all_rows(&test, &format!("json_each({json})"), any);
        // Of no array, there is no answer.
        Ok(Typed::boolean(format!("CASE WHEN {json} IS NULL THEN NULL ELSE {answer} END")))
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
