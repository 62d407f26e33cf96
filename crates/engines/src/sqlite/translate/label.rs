//! What the columns of a result are called.

use sqlparser::ast::{AccessExpr, Expr, TrimWhereField};

use super::Translator;
use super::name::folded;

impl Translator<'_> {
    /// What a column of a result is called if nobody names it.
    pub(super) fn name_of(&self, expr: &Expr) -> String {
        self.figured(expr).map_or_else(|| "?column?".to_owned(), |(name, _)| name)
    }

    /// The name, and whether it is better than the name of a type.
    pub(super) fn figured(&self, expr: &Expr) -> Option<(String, bool)> {
        let strong = |name: &str| Some((name.to_owned(), true));
        match expr {
            Expr::Identifier(ident) => Some((folded(ident), true)),
            Expr::CompoundIdentifier(idents) => Some((folded(idents.last()?), true)),
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => self.figured(inner),
            Expr::Cast { expr, data_type, .. } => match self.figured(expr) {
                Some((name, true)) => Some((name, true)),
                _ => super::cast::type_word(&data_type.to_string()).map(|name| (name, false)),
            },
            Expr::TypedString(string) => {
                super::cast::type_word(&string.data_type.to_string()).map(|name| (name, false))
            }
            Expr::Interval(_) => Some(("interval".to_owned(), false)),
            Expr::Function(function) => {
                let name = super::name::parts(&function.name).ok()?.pop()?;
                Some((name, true))
            }
            Expr::Case { else_result, .. } => {
                match else_result.as_deref().and_then(|result| self.figured(result)) {
                    Some((name, true)) => Some((name, true)),
                    _ => Some(("case".to_owned(), false)),
                }
            }
            // A subscript has the name of what it is of, a field its own.
            Expr::CompoundFieldAccess { root, access_chain } => {
                let field = access_chain.iter().rev().find_map(|access| match access {
                    AccessExpr::Dot(Expr::Identifier(ident)) => Some((folded(ident), true)),
                    _ => None,
                });
                field.or_else(|| self.figured(root))
            }
            Expr::Exists { negated: false, .. } => strong("exists"),
            Expr::Array(_) => strong("array"),
            Expr::Tuple(_) => strong("row"),
            Expr::Extract { .. } => strong("extract"),
            Expr::Ceil { .. } => strong("ceil"),
            Expr::Floor { .. } => strong("floor"),
            Expr::Overlay { .. } => strong("overlay"),
            Expr::Position { .. } => strong("position"),
            Expr::Substring { shorthand: true, .. } => strong("substr"),
            Expr::Substring { .. } => strong("substring"),
            Expr::AtTimeZone { .. } => strong("timezone"),
            Expr::Trim { trim_where, .. } => strong(match trim_where {
                Some(TrimWhereField::Leading) => "ltrim",
                Some(TrimWhereField::Trailing) => "rtrim",
                _ => "btrim",
            }),
            Expr::Subquery(query) => match query.body.as_ref() {
                sqlparser::ast::SetExpr::Select(select) => match select.projection.first()? {
                    sqlparser::ast::SelectItem::UnnamedExpr(expr) => self.figured(expr),
                    sqlparser::ast::SelectItem::ExprWithAlias { alias, .. } => {
                        Some((folded(alias), true))
                    }
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}
