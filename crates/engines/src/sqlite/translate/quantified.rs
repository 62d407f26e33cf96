//! `LIKE ANY (array)` and `ILIKE ANY (array)`.

use sqlparser::ast::Expr;
use trunkline_core::Result;

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
}
