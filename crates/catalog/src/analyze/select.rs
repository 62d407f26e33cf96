//! SELECT.

use std::sync::Arc;

use sqlparser::ast::{self, GroupByExpr, SelectItem, SelectItemQualifiedWildcardKind};
use trunkline_core::{Oid, Result, SqlState};

use super::scope::{Scope, column_of};
use super::tree::{Body, Distinct, Grouping, Kind, Node, Query, Select, SortColumn, Target};
use super::{Analyzer, unknown};
use crate::bind::{column_name, folded};
use crate::error::{MOST_COLUMNS, at, no_item, too_many_columns};

impl Analyzer<'_> {
    /// Analyzes a SELECT; `order` is that of the query it is all of.
    pub(super) fn select(
        &mut self,
        select: &ast::Select,
        order: &[ast::OrderByExpr],
    ) -> Result<Query> {
        if select.into.is_some() || select.qualify.is_some() || !select.lateral_views.is_empty() {
            return unknown("this form of SELECT");
        }
        self.scopes.push(Scope::default());
        let done = self.select_within(select, order);
        let scope = self.scopes.pop().unwrap_or_default();
        let (mut done, order) = done?;
        done.items = scope.items;
        Ok(Query { body: Body::Select(Box::new(done)), order, ..Query::default() })
    }

    fn select_within(
        &mut self,
        select: &ast::Select,
        order: &[ast::OrderByExpr],
    ) -> Result<(Select, Vec<SortColumn>)> {
        let from = self.from(&select.from)?;
        let mut targets = self.targets(&select.projection)?;
        let filter = match &select.selection {
            Some(filter) => Some(self.filter(filter, "WHERE")?),
            None => None,
        };
        let having = match &select.having {
            Some(having) => Some(self.filter(having, "HAVING")?),
            None => None,
        };
        let mut sort = Vec::new();
        for key in order {
            let target = self.sort_target(&key.expr, &mut targets)?;
            sort.push(sort_column(target, &key.options));
        }
        let group = self.grouping(&select.group_by, &mut targets)?;
        let distinct = match &select.distinct {
            None | Some(ast::Distinct::All) => Distinct::No,
            Some(ast::Distinct::Distinct) => Distinct::All,
            Some(ast::Distinct::On(by)) => {
                let by = by.iter().map(|one| self.sort_target(one, &mut targets));
                Distinct::On(by.collect::<Result<_>>()?)
            }
        };
        let mut windows = Vec::new();
        for window in &select.named_window {
            let ast::NamedWindowExpr::WindowSpec(spec) = &window.1 else {
                return unknown("this window");
            };
            windows.push((Arc::from(folded(&window.0)), self.window(spec)?));
        }
        let items = Vec::new();
        let done = Select { distinct, targets, items, from, filter, group, having, windows };
        Ok((done, sort))
    }

    fn targets(&mut self, items: &[SelectItem]) -> Result<Vec<Target>> {
        let mut targets = Vec::new();
        let shown = |node, name: &str| Target { node, name: name.into(), hidden: false };
        for item in items {
            match item {
                // A list without columns.
                SelectItem::UnnamedExpr(ast::Expr::Tuple(none))
                    if none.is_empty() && items.len() == 1 => {}
                SelectItem::UnnamedExpr(ast::Expr::CompoundFieldAccess { root, access_chain })
                    if matches!(
                        access_chain.last(),
                        Some(ast::AccessExpr::Dot(ast::Expr::Wildcard(_)))
                    ) =>
                {
                    let mut value = self.expression(root)?;
                    for access in access_chain {
                        if let ast::AccessExpr::Dot(ast::Expr::Identifier(ident)) = access {
                            value = self.field(value, ident)?;
                        }
                    }
                    self.expand(&value, &mut targets)?;
                }
                SelectItem::UnnamedExpr(expr) => {
                    let name = column_name(expr);
                    targets.push(shown(self.target(expr)?, &name));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    targets.push(shown(self.target(expr)?, &folded(alias)));
                }
                SelectItem::Wildcard(_) => self.star(&mut targets),
                SelectItem::QualifiedWildcard(
                    SelectItemQualifiedWildcardKind::ObjectName(name),
                    _,
                ) => {
                    let alias = name.0.last().and_then(|part| part.as_ident()).map(folded);
                    self.qualified_star(&alias.unwrap_or_default(), &mut targets)?;
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(expr), _) => {
                    let value = self.expression(expr)?;
                    self.expand(&value, &mut targets)?;
                }
                SelectItem::ExprWithAliases { .. } => return unknown("several names of a column"),
            }
            if targets.len() > MOST_COLUMNS {
                return Err(too_many_columns());
            }
        }
        Ok(targets)
    }

    fn target(&mut self, expr: &ast::Expr) -> Result<Node> {
        let found = self.expression(expr);
        self.forgiven(found)
    }

    /// A condition, which has no part in the types of the list.
    fn filter(&mut self, expr: &ast::Expr, clause: &str) -> Result<Node> {
        let found = self.expression(expr).and_then(|node| self.condition(node, clause));
        self.forgiven(found)
    }

    /// `*`
    fn star(&mut self, targets: &mut Vec<Target>) {
        let scope = self.scope();
        for (name, node) in &scope.merged {
            targets.push(Target { node: node.clone(), name: name.clone(), hidden: false });
        }
        for item in &scope.visible {
            let Some(of) = scope.items.get(*item) else { continue };
            for (index, column) in of.columns.iter().enumerate() {
                if !column.merged
                    && let Some(node) = column_of(*item, index, of)
                {
                    targets.push(Target { node, name: column.name.clone(), hidden: false });
                }
            }
        }
    }

    /// `item.*`
    fn qualified_star(&mut self, alias: &str, targets: &mut Vec<Target>) -> Result<()> {
        let Some((level, item)) = self.find_item(alias)? else {
            return Err(no_item(0, alias));
        };
        let place = self.scopes.len().checked_sub(1 + level);
        let of = place.and_then(|place| self.scopes.get(place)?.items.get(item));
        for (index, column) in
            of.map(|of| of.columns.as_slice()).unwrap_or_default().iter().enumerate()
        {
            let kind = Kind::Column { level, item, column: index };
            let node = Node { kind, oid: column.oid, typmod: column.typmod };
            targets.push(Target { node, name: column.name.clone(), hidden: false });
        }
        Ok(())
    }

    /// `(row).*`
    fn expand(&mut self, value: &Node, targets: &mut Vec<Target>) -> Result<()> {
        let fields = self.names.fields_of(value.oid);
        if fields.is_empty() {
            return unknown("this row");
        }
        for (name, oid, typmod) in fields {
            let kind = Kind::Field { of: Box::new(value.clone()), name: name.clone() };
            targets.push(Target { node: Node { kind, oid, typmod }, name, hidden: false });
        }
        Ok(())
    }

    /// The column of the list that an expression of ORDER BY means; a new one if it is none.
    fn sort_target(&mut self, expr: &ast::Expr, targets: &mut Vec<Target>) -> Result<usize> {
        if let Some(place) = position(expr, targets)? {
            return Ok(place);
        }
        if let ast::Expr::Identifier(ident) = expr {
            let name = folded(ident);
            if let Some(place) = named_target(&name, targets) {
                return Ok(place);
            }
        }
        let node = self.target(expr)?;
        self.target_of(node, targets)
    }

    /// The column of the list that is this expression.
    fn target_of(&mut self, node: Node, targets: &mut Vec<Target>) -> Result<usize> {
        let node = if node.is_unknown() { self.coerce(node, Oid::TEXT)? } else { node };
        if let Some(place) = targets.iter().position(|target| target.node == node) {
            return Ok(place);
        }
        targets.push(Target { node, name: "".into(), hidden: true });
        Ok(targets.len() - 1)
    }

    fn grouping(&mut self, by: &GroupByExpr, targets: &mut Vec<Target>) -> Result<Vec<Grouping>> {
        let GroupByExpr::Expressions(by, modifiers) = by else { return unknown("GROUP BY ALL") };
        if !modifiers.is_empty() {
            return unknown("this GROUP BY");
        }
        let mut group = Vec::new();
        for one in by {
            match one {
                ast::Expr::Rollup(sets) => {
                    group.push(Grouping::Sets("ROLLUP", self.sets(sets, targets)?));
                }
                ast::Expr::Cube(sets) => {
                    group.push(Grouping::Sets("CUBE", self.sets(sets, targets)?));
                }
                ast::Expr::GroupingSets(sets) => {
                    group.push(Grouping::Sets("GROUPING SETS", self.sets(sets, targets)?));
                }
                ast::Expr::Tuple(items) if items.is_empty() => {
                    group.push(Grouping::Sets("", Vec::new()));
                }
                ast::Expr::Tuple(items) => {
                    for item in items {
                        group.push(Grouping::Column(self.group_target(item, targets)?));
                    }
                }
                one => group.push(Grouping::Column(self.group_target(one, targets)?)),
            }
        }
        Ok(group)
    }

    fn sets(
        &mut self,
        sets: &[Vec<ast::Expr>],
        targets: &mut Vec<Target>,
    ) -> Result<Vec<Vec<usize>>> {
        let mut done = Vec::new();
        for set in sets {
            let set = set.iter().map(|one| self.group_target(one, targets));
            done.push(set.collect::<Result<_>>()?);
        }
        Ok(done)
    }

    /// What is grouped by: a name is a column of FROM first, then one of the list.
    fn group_target(&mut self, expr: &ast::Expr, targets: &mut Vec<Target>) -> Result<usize> {
        if let Some(place) = position(expr, targets)? {
            return Ok(place);
        }
        match (self.target(expr), expr) {
            (Ok(node), _) => self.target_of(node, targets),
            (Err(error), ast::Expr::Identifier(ident)) => {
                named_target(&folded(ident), targets).ok_or(error)
            }
            (Err(error), _) => Err(error),
        }
    }
}

/// A key of ORDER BY.
pub(super) fn sort_column(target: usize, options: &ast::OrderByOptions) -> SortColumn {
    let descending = options.asc == Some(false);
    let nulls_first = options.nulls_first.unwrap_or(descending);
    SortColumn { target, descending, nulls_first }
}

/// The column of the list that has a name.
pub(super) fn named_target(name: &str, targets: &[Target]) -> Option<usize> {
    targets.iter().position(|target| !target.hidden && *target.name == *name)
}

/// The column of the list that a number means.
pub(super) fn position(expr: &ast::Expr, targets: &[Target]) -> Result<Option<usize>> {
    let ast::Expr::Value(ast::ValueWithSpan { value: ast::Value::Number(number, _), .. }) = expr
    else {
        return Ok(None);
    };
    let shown = targets.iter().filter(|target| !target.hidden).count();
    let place = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    match place.filter(|place| *place < shown) {
        Some(place) => Ok(Some(place)),
        None => {
            let message = format!("ORDER BY position {number} is not in select list");
            Err(at(0, SqlState::INVALID_COLUMN_REFERENCE, message))
        }
    }
}
