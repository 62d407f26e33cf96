//! The name of a column that has none, as PostgreSQL makes it up.

use sqlparser::ast::{self, Expr, SelectItem, SetExpr};
use trunkline_sql::TypeName;

use super::scope::folded;

/// How sure a name is: that of a type gives way to any other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strength {
    Weak,
    Strong,
}

/// The name of a column.
pub(crate) fn column_name(expr: &Expr) -> String {
    named(expr).map_or_else(|| "?column?".to_owned(), |(name, _)| name)
}

fn named(expr: &Expr) -> Option<(String, Strength)> {
    use Strength::{Strong, Weak};
    let strong = |name: &str| Some((name.to_owned(), Strong));
    match expr {
        Expr::Identifier(ident) => {
            let keyword = super::call::keyword_function(&ident.value);
            let is_keyword = keyword.is_some() && ident.quote_style.is_none();
            Some((
                if is_keyword { ident.value.to_ascii_lowercase() } else { folded(ident) },
                Strong,
            ))
        }
        Expr::CompoundIdentifier(parts) => parts.last().map(|part| (folded(part), Strong)),
        Expr::QualifiedWildcard(name, _) => {
            let last = name.0.last().and_then(|part| part.as_ident());
            last.map(|part| (folded(part), Strong))
        }
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => named(inner),
        Expr::CompoundFieldAccess { root, access_chain } => {
            let field = access_chain.iter().rev().find_map(|access| match access {
                ast::AccessExpr::Dot(Expr::Identifier(ident)) => Some((folded(ident), Strong)),
                _ => None,
            });
            field.or_else(|| named(root))
        }
        Expr::Function(call) => {
            let name = call.name.0.last().and_then(|part| part.as_ident());
            name.map(|name| (folded(name), Strong))
        }
        Expr::Cast { expr, data_type, .. } => match named(expr) {
            Some((name, Strong)) => Some((name, Strong)),
            other => type_name(data_type).map(|name| (name, Weak)).or(other),
        },
        Expr::TypedString(typed) => type_name(&typed.data_type).map(|name| (name, Weak)),
        Expr::Interval(_) => Some(("interval".to_owned(), Weak)),
        Expr::Case { else_result, .. } => match else_result.as_deref().and_then(named) {
            Some((name, Strong)) => Some((name, Strong)),
            _ => Some(("case".to_owned(), Weak)),
        },
        Expr::Exists { negated: false, .. } => strong("exists"),
        Expr::Array(_) => strong("array"),
        Expr::Tuple(_) => strong("row"),
        Expr::BinaryOp { op: ast::BinaryOperator::Overlaps, .. } => strong("overlaps"),
        Expr::Extract { .. } => strong("extract"),
        Expr::AtTimeZone { .. } => strong("timezone"),
        Expr::Ceil { .. } => strong("ceil"),
        Expr::Floor { .. } => strong("floor"),
        Expr::Overlay { .. } => strong("overlay"),
        Expr::Substring { shorthand: true, .. } => strong("substr"),
        Expr::Substring { .. } => strong("substring"),
        Expr::Position { .. } => strong("position"),
        Expr::Trim { trim_where, .. } => strong(match trim_where {
            Some(ast::TrimWhereField::Leading) => "ltrim",
            Some(ast::TrimWhereField::Trailing) => "rtrim",
            _ => "btrim",
        }),
        Expr::Subquery(query) => of_query(&query.body),
        _ => None,
    }
}

fn type_name(data_type: &ast::DataType) -> Option<String> {
    let text = data_type.to_string();
    let Ok((oid, _)) = super::types::named_type(&text, 0) else {
        // One that is declared is called as it is written.
        return TypeName::parse(&text).ok().map(|parsed| parsed.name);
    };
    let known = crate::facts::type_facts(oid)?;
    Some(known.name.trim_start_matches('_').to_owned())
}

/// The first column of a query; of a set operation, that of its first side.
fn of_query(body: &SetExpr) -> Option<(String, Strength)> {
    match body {
        SetExpr::Select(select) => match select.projection.first()? {
            SelectItem::ExprWithAlias { alias, .. } => Some((folded(alias), Strength::Strong)),
            SelectItem::UnnamedExpr(expr) => Some((column_name(expr), Strength::Strong)),
            _ => None,
        },
        SetExpr::SetOperation { left, .. } => of_query(left),
        SetExpr::Query(query) => of_query(&query.body),
        SetExpr::Values(_) => Some(("column1".to_owned(), Strength::Strong)),
        _ => None,
    }
}
