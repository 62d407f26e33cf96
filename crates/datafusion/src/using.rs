//! Columns that a join merges by `USING`.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    ExcludeSelectItem, Expr, Ident, Join, JoinConstraint, JoinOperator, ObjectName, OrderByKind,
    Query, ReplaceSelectElement, ReplaceSelectItem, Select, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, TableFactor, TableWithJoins, VisitMut, VisitorMut,
    WildcardAdditionalOptions,
};
use trunkline_core::{PgError, Result};

/// Says which table a merged column is of: DataFusion takes it for the left table's, and finds it in
/// WHERE in two and in neither.
///
/// In an inner or left join it is the left table's, in a right join the right one's, and in a full
/// join that of either.
pub(crate) fn qualify(select: &mut Select) {
    let merged = of_outer_join(select);
    all_columns(select);
    if let Ok(Some(merged)) = merged {
        name(&mut select.projection, &merged);
        let _: ControlFlow<()> = select.visit(&mut Qualifier { merged, subqueries: 0 });
        return;
    }
    let [from] = select.from.as_slice() else { return };
    let Some(first) = table_name(&from.relation) else { return };
    let mut merged: HashMap<String, Expr> = HashMap::new();
    let mut again = false;
    for (place, join) in from.joins.iter().enumerate() {
        let (JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)) = &join.join_operator
        else {
            return;
        };
        let is_inner = matches!(join.join_operator, JoinOperator::Join(_) | JoinOperator::Inner(_));
        for column in columns(constraint) {
            // The left side is one of many tables; of an inner join, the right one is as good.
            let table = match (place, is_inner) {
                (0, _) => Some(first.clone()),
                (_, true) => table_name(&join.relation),
                _ => None,
            };
            match (merged.contains_key(&folded(&column)), table) {
                (true, _) => again = true,
                (false, Some(table)) => {
                    let qualified = Expr::CompoundIdentifier(vec![table, column.clone()]);
                    merged.insert(folded(&column), qualified);
                }
                (false, None) => {}
            }
        }
    }
    if merged.is_empty() {
        return;
    }
    // DataFusion finds what is merged once but in WHERE.
    if again {
        name(&mut select.projection, &merged);
        let _: ControlFlow<()> = select.visit(&mut Qualifier { merged, subqueries: 0 });
    } else if let Some(condition) = &mut select.selection {
        let _: ControlFlow<()> = condition.visit(&mut Qualifier { merged, subqueries: 0 });
    }
}

/// Does the same for ORDER BY, where a name is that of a result first.
pub(crate) fn qualify_order(query: &mut Query) {
    let (SetExpr::Select(select), Some(order)) = (&*query.body, &mut query.order_by) else {
        return;
    };
    let (Ok(Some(merged)), OrderByKind::Expressions(by)) = (of_outer_join(select), &mut order.kind)
    else {
        return;
    };
    // What the name of a result stands for.
    let result = |wanted: &Ident| {
        select.projection.iter().find_map(|item| match item {
            SelectItem::UnnamedExpr(Expr::Identifier(name))
            | SelectItem::ExprWithAlias { alias: name, .. } => {
                (folded(name) == folded(wanted)).then(|| Expr::Identifier(wanted.clone()))
            }
            SelectItem::UnnamedExpr(column @ Expr::CompoundIdentifier(parts)) => {
                let is_it = parts.last().is_some_and(|name| folded(name) == folded(wanted));
                is_it.then(|| column.clone())
            }
            SelectItem::Wildcard(_) => Some(Expr::Identifier(wanted.clone())),
            _ => None,
        })
    };
    let mut qualifier = Qualifier { merged, subqueries: 0 };
    for by in by {
        let named = match &by.expr {
            Expr::Identifier(name) => result(name),
            _ => None,
        };
        match named {
            Some(column) => by.expr = column,
            None => {
                let _: ControlFlow<()> = by.expr.visit(&mut qualifier);
            }
        }
    }
}

/// Refuses the joins whose merged columns cannot be told from those of their tables.
///
/// # Errors
///
/// 0A000.
pub(crate) fn check(select: &Select) -> Result<()> {
    of_outer_join(select)?;
    for from in &select.from {
        let tables = std::iter::once(&from.relation);
        for table in tables.chain(from.joins.iter().map(|join| &join.relation)) {
            if let TableFactor::NestedJoin { table_with_joins, .. } = table
                && has_merging_outer_join(table_with_joins)
            {
                return Err(unsupported());
            }
        }
    }
    Ok(())
}

fn unsupported() -> PgError {
    PgError::unsupported("RIGHT and FULL JOIN with USING or NATURAL is not supported here")
        .hint("Write the condition as ON, and coalesce(a.x, b.x) for a merged column.")
}

/// The merged columns of a right or full join; `None` for a SELECT without one that merges.
fn of_outer_join(select: &Select) -> Result<Option<HashMap<String, Expr>>> {
    if !select.from.iter().any(has_merging_outer_join) {
        return Ok(None);
    }
    let [TableWithJoins { relation, joins }] = select.from.as_slice() else {
        return Err(unsupported());
    };
    let Some((first, others)) = joins.split_first() else { return Ok(None) };
    let (Some(left), Some(right)) = (table_name(relation), table_name(&first.relation)) else {
        return Err(unsupported());
    };
    let mut merged = HashMap::new();
    for column in outer(first).map(columns).unwrap_or_default() {
        let of = |table: &Ident| Expr::CompoundIdentifier(vec![table.clone(), column.clone()]);
        let value = match &first.join_operator {
            JoinOperator::FullOuter(_) => {
                crate::rewrite::function("coalesce", vec![of(&left), of(&right)])
            }
            _ => of(&right),
        };
        merged.insert(folded(&column), value);
    }
    let wildcard = select.projection.iter().any(|item| matches!(item, SelectItem::Wildcard(_)));
    let merges = |join: &Join| constraint(join).is_some_and(is_merging);
    if merged.is_empty() || others.iter().any(merges) || wildcard && !others.is_empty() {
        return Err(unsupported());
    }
    Ok(Some(merged))
}

fn has_merging_outer_join(from: &TableWithJoins) -> bool {
    from.joins.iter().filter_map(outer).any(is_merging)
}

/// The constraint of a right or full join.
fn outer(join: &Join) -> Option<&JoinConstraint> {
    match &join.join_operator {
        JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint) => Some(constraint),
        _ => None,
    }
}

fn constraint(join: &Join) -> Option<&JoinConstraint> {
    match &join.join_operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint) => Some(constraint),
        _ => outer(join),
    }
}

fn is_merging(constraint: &JoinConstraint) -> bool {
    matches!(constraint, JoinConstraint::Using(_) | JoinConstraint::Natural)
}

fn columns(constraint: &JoinConstraint) -> Vec<Ident> {
    match constraint {
        JoinConstraint::Using(columns) => columns.iter().filter_map(last).collect(),
        _ => Vec::new(),
    }
}

/// Keeps the names of merged columns, alone or among all columns.
fn name(items: &mut [SelectItem], merged: &HashMap<String, Expr>) {
    for item in items {
        match item {
            SelectItem::UnnamedExpr(Expr::Identifier(alias))
                if merged.contains_key(&folded(alias)) =>
            {
                let expr = Expr::Identifier(alias.clone());
                *item = SelectItem::ExprWithAlias { expr, alias: alias.clone() };
            }
            SelectItem::Wildcard(options) => {
                let element = |(name, value): (&String, &Expr)| {
                    let column_name = Ident::with_quote('"', name.clone());
                    let expr = value.clone();
                    Box::new(ReplaceSelectElement { expr, column_name, as_keyword: true })
                };
                let items = merged.iter().map(element).collect();
                options.opt_replace = Some(ReplaceSelectItem { items });
            }
            _ => {}
        }
    }
}

/// The merged columns come first in `*`, those of the last join before the others.
///
/// Of many joins that merge several columns, or only some of which merge, it stays unknown here
/// which table has a column.
fn all_columns(select: &mut Select) {
    let [from] = select.from.as_slice() else { return };
    let is_all = |item: &SelectItem| match item {
        SelectItem::Wildcard(options) => options.opt_replace.is_none(),
        _ => false,
    };
    let Some(place) = select.projection.iter().position(is_all) else { return };
    let merged: Option<Vec<Vec<Ident>>> = from
        .joins
        .iter()
        .map(|join| constraint(join).map(columns).filter(|columns| !columns.is_empty()))
        .collect();
    let tables =
        std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation));
    let tables: Option<Vec<Ident>> = tables.map(table_name).collect();
    let (Some(merged), Some(tables)) = (merged, tables) else { return };
    let ([first, others @ ..], [left, right, ..]) = (merged.as_slice(), tables.as_slice()) else {
        return;
    };
    let is_first = |column: &Ident| first.iter().any(|known| folded(known) == folded(column));
    let same = others.iter().all(|columns| columns.len() == 1 && columns.iter().all(is_first));
    if !others.is_empty() && (first.len() > 1 || !same) {
        return;
    }
    let value = |column: &Ident| {
        let of = |table: &Ident| Expr::CompoundIdentifier(vec![table.clone(), column.clone()]);
        match from.joins.first().map(|join| &join.join_operator) {
            Some(JoinOperator::FullOuter(_)) => {
                crate::rewrite::function("coalesce", vec![of(left), of(right)])
            }
            Some(JoinOperator::Right(_) | JoinOperator::RightOuter(_)) => of(right),
            _ => of(left),
        }
    };
    let named = |column: &Ident| SelectItem::ExprWithAlias {
        expr: value(column),
        alias: Ident::with_quote('"', folded(column)),
    };
    let names = || first.iter().map(|column| ObjectName::from(vec![column.clone()])).collect();
    let rest = |table: &Ident| {
        let name = ObjectName::from(vec![table.clone()]);
        let options = WildcardAdditionalOptions {
            opt_exclude: Some(ExcludeSelectItem::Multiple(names())),
            ..WildcardAdditionalOptions::default()
        };
        SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options)
    };
    let items: Vec<SelectItem> = first.iter().map(named).chain(tables.iter().map(rest)).collect();
    select.projection.splice(place..=place, items);
}

struct Qualifier {
    merged: HashMap<String, Expr>,
    /// How many subqueries we are in: theirs are other columns.
    subqueries: usize,
}

impl VisitorMut for Qualifier {
    type Break = ();

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.subqueries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.subqueries -= 1;
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let (Expr::Identifier(ident), 0) = (&*expr, self.subqueries)
            && let Some(qualified) = self.merged.get(&folded(ident))
        {
            *expr = qualified.clone();
        }
        ControlFlow::Continue(())
    }
}

/// What a table is called in its query.
fn table_name(table: &TableFactor) -> Option<Ident> {
    match table {
        TableFactor::Table { alias: Some(alias), .. }
        | TableFactor::Derived { alias: Some(alias), .. } => Some(alias.name.clone()),
        TableFactor::Table { name, .. } => last(name),
        _ => None,
    }
}

fn last(name: &ObjectName) -> Option<Ident> {
    name.0.last().and_then(|part| part.as_ident()).cloned()
}

/// The name that an identifier means.
fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}
