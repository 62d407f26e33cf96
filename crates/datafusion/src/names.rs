//! The names of columns that have no alias, as PostgreSQL chooses them (`FigureColname`).

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    AccessExpr, CeilFloorKind, Expr, FunctionArguments, Ident, ObjectName, Query, Select,
    SelectItem, SetExpr, Statement, TrimWhereField, VisitMut, VisitorMut,
};

use crate::types::internal_name;

/// Stands between a name and its number where DataFusion wants distinct names and PostgreSQL takes
/// the same name twice; no identifier has it.
const MARK: char = '\u{1f}';

/// Gives every column of every SELECT a name.
pub(crate) fn name_columns(statement: &mut Statement) {
    let _: ControlFlow<()> = statement.visit(&mut Namer);
}

/// The name without the number that makes it distinct.
pub(crate) fn shown(name: &str) -> &str {
    name.split(MARK).next().unwrap_or(name)
}

struct Namer;

impl VisitorMut for Namer {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        name_items(&mut select.projection);
        ControlFlow::Continue(())
    }
}

fn name_items(items: &mut [SelectItem]) {
    let mut taken = HashSet::new();
    // What a wildcard yields is not known yet: nothing beside it may have a plain column's name.
    let wildcard = items
        .iter()
        .any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)));
    for (place, item) in items.iter_mut().enumerate() {
        let (expr, given) = match item {
            SelectItem::UnnamedExpr(expr) => (expr, None),
            SelectItem::ExprWithAlias { expr, alias } => (expr, Some(alias.clone())),
            _ => continue,
        };
        let named = given.is_some();
        let ident =
            given.unwrap_or_else(|| figure(expr).map_or_else(|| quoted("?column?"), |f| f.0));
        let name = normal(&ident);
        let first = taken.insert(name.clone());
        let plain = match &*expr {
            // Becomes a call.
            Expr::Identifier(ident) => ident.quote_style.is_some() || !is_word(&ident.value),
            expr => matches!(expr, Expr::CompoundIdentifier(_)),
        };
        let distinct = match (first, wildcard && plain && !named) {
            (true, false) if plain && !named => continue,
            (true, false) => ident,
            _ => Ident { span: ident.span, ..quoted(&format!("{name}{MARK}{place}")) },
        };
        let expr = std::mem::replace(expr, Expr::Identifier(Ident::new("")));
        *item = SelectItem::ExprWithAlias { expr, alias: distinct };
    }
}

/// Words that are no columns.
fn is_word(name: &str) -> bool {
    ["current_role", "current_schema"].iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// How good a name is: one of a cast gives way to one of a column below it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Weak,
    Strong,
}

fn figure(expr: &Expr) -> Option<(Ident, Strength)> {
    use Strength::{Strong, Weak};
    let strong = |name: &str| Some((quoted(name), Strong));
    match expr {
        Expr::Identifier(ident) => Some((ident.clone(), Strong)),
        Expr::CompoundIdentifier(idents) => Some((idents.last()?.clone(), Strong)),
        Expr::CompoundFieldAccess { root, access_chain } => {
            let field = access_chain.iter().rev().find_map(|access| match access {
                AccessExpr::Dot(Expr::Identifier(ident)) => Some(ident.clone()),
                _ => None,
            });
            field.map(|ident| (ident, Strong)).or_else(|| figure(root))
        }
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => figure(inner),
        Expr::Function(function) => {
            let name = last(&function.name)?;
            // Words without parentheses have names of their own in PostgreSQL, too.
            match function.args {
                FunctionArguments::None => Some((quoted(&normal(&name)), Strong)),
                _ => Some((name, Strong)),
            }
        }
        Expr::Cast { expr, data_type, .. } => match figure(expr) {
            Some((ident, Strong)) => Some((ident, Strong)),
            _ => Some((quoted(&internal_name(data_type)), Weak)),
        },
        Expr::TypedString(typed) => Some((quoted(&internal_name(&typed.data_type)), Weak)),
        Expr::Interval(_) => Some((quoted("interval"), Weak)),
        Expr::Case { else_result, .. } => match else_result.as_deref().and_then(figure) {
            Some((ident, Strong)) => Some((ident, Strong)),
            _ => Some((quoted("case"), Weak)),
        },
        Expr::Extract { .. } => strong("extract"),
        Expr::Position { .. } => strong("position"),
        Expr::Substring { shorthand: true, .. } => strong("substr"),
        Expr::Substring { .. } => strong("substring"),
        Expr::Overlay { .. } => strong("overlay"),
        Expr::AtTimeZone { .. } => strong("timezone"),
        Expr::Trim { trim_where, .. } => strong(match trim_where {
            Some(TrimWhereField::Leading) => "ltrim",
            Some(TrimWhereField::Trailing) => "rtrim",
            _ => "btrim",
        }),
        Expr::Ceil { field: CeilFloorKind::Scale(_), .. } => None,
        Expr::Ceil { .. } => strong("ceil"),
        Expr::Floor { .. } => strong("floor"),
        Expr::Array(_) => strong("array"),
        Expr::Exists { negated: false, .. } => strong("exists"),
        Expr::Tuple(_) => strong("row"),
        Expr::Subquery(query) => first_column(query),
        _ => None,
    }
}

/// The name of a subquery is that of its only column.
fn first_column(query: &Query) -> Option<(Ident, Strength)> {
    let SetExpr::Select(select) = &*query.body else { return None };
    match select.projection.first()? {
        SelectItem::UnnamedExpr(expr) => figure(expr),
        SelectItem::ExprWithAlias { alias, .. } => Some((alias.clone(), Strength::Strong)),
        _ => None,
    }
}

fn last(name: &ObjectName) -> Option<Ident> {
    name.0.last()?.as_ident().cloned()
}

fn quoted(name: &str) -> Ident {
    Ident::with_quote('"', name)
}

/// The name as it is stored: in lower case unless it was quoted.
fn normal(ident: &Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_ascii_lowercase(),
    }
}
