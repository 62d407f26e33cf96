//! Queries: WITH, set operations, VALUES, order and limits.

use std::sync::Arc;

use sqlparser::ast::{self, LimitClause, OrderByKind, SetExpr, SetOperator, SetQuantifier};
use trunkline_core::{Oid, Result};

use super::scope::Scope;
use super::select::{named_target, position, sort_column};
use super::tree::{Body, Cte, Kind, Lock, Node, Query, SetTree, Source, Target};
use super::{Analyzer, KnownCte, unknown};
use crate::bind::folded;
use crate::error::{mismatch, no_column, syntax};

impl Analyzer<'_> {
    /// A query within another one.
    pub(super) fn subquery(&mut self, query: &ast::Query) -> Result<Query> {
        self.query(query)
    }

    /// Analyzes a query.
    pub(super) fn query(&mut self, query: &ast::Query) -> Result<Query> {
        self.deeper(|analyzer| analyzer.query_within(query))
    }

    fn query_within(&mut self, query: &ast::Query) -> Result<Query> {
        let known = self.ctes.len();
        let mut ctes = Vec::new();
        let recursive = query.with.as_ref().is_some_and(|with| with.recursive);
        if let Some(with) = &query.with {
            // They are queries within this one, of which they see nothing.
            self.scopes.push(Scope::default());
            let done: Result<Vec<Cte>> =
                with.cte_tables.iter().map(|cte| self.cte(cte, recursive)).collect();
            self.scopes.pop();
            ctes = done?;
        }
        let order = match query.order_by.as_ref().map(|order| &order.kind) {
            None => &[],
            Some(OrderByKind::Expressions(order)) => order.as_slice(),
            Some(OrderByKind::All(_)) => return unknown("ORDER BY ALL"),
        };
        let mut done = self.body(&query.body, order)?;
        if !ctes.is_empty() {
            (done.recursive, done.ctes) = (recursive, ctes);
        }
        if let Some(limit) = &query.limit_clause {
            let (limit, offset) = match limit {
                LimitClause::LimitOffset { limit, offset, .. } => {
                    (limit.as_ref(), offset.as_ref().map(|offset| &offset.value))
                }
                LimitClause::OffsetCommaLimit { offset, limit } => (Some(limit), Some(offset)),
            };
            done.limit = limit.map(|limit| self.count(limit)).transpose()?;
            done.offset = offset.map(|offset| self.count(offset)).transpose()?;
        }
        if let Some(fetch) = &query.fetch {
            let quantity = fetch.quantity.as_ref().map(|limit| self.count(limit)).transpose()?;
            done.limit = match quantity {
                Some(quantity) => Some(quantity),
                None => Some(self.coerce(super::expression::number("1"), Oid::INT8)?),
            };
            done.with_ties = fetch.with_ties;
        }
        done.locks = locks(&query.locks, &done);
        self.ctes.truncate(known);
        Ok(done)
    }

    /// A number of rows.
    fn count(&mut self, expr: &ast::Expr) -> Result<Node> {
        self.scopes.push(Scope::default());
        let count = self.expression(expr).and_then(|count| self.coerce(count, Oid::INT8));
        self.scopes.pop();
        count
    }

    fn body(&mut self, body: &SetExpr, order: &[ast::OrderByExpr]) -> Result<Query> {
        match body {
            SetExpr::Select(select) => self.select(select, order),
            SetExpr::Query(query) if order.is_empty() => self.query(query),
            SetExpr::Query(_) => unknown("ORDER BY behind parentheses"),
            SetExpr::Values(values) => {
                let rows: Vec<&[ast::Expr]> =
                    values.rows.iter().map(|row| row.content.as_slice()).collect();
                let body = self.values(&rows)?;
                self.ordered(body, order)
            }
            SetExpr::SetOperation { .. } => {
                // Its parts are queries within it.
                self.scopes.push(Scope::default());
                let tree = self.set_tree(body);
                self.scopes.pop();
                let (tree, targets) = tree?;
                self.ordered(Body::Set(tree, targets), order)
            }
            SetExpr::Table(table) => {
                let Some(name) = &table.table_name else { return Err(syntax(0, "syntax error")) };
                let schema = table.schema_name.as_ref().map(|schema| format!("{schema}."));
                let sql = format!("SELECT * FROM {}{name}", schema.unwrap_or_default());
                let query = crate::parse::query(&sql)?;
                self.body(&query.body, order)
            }
            _ => unknown("a statement that changes something"),
        }
    }

    /// A set operation and its columns.
    fn set_tree(&mut self, body: &SetExpr) -> Result<(SetTree, Vec<Target>)> {
        let mut body = body;
        while let SetExpr::Query(query) = body
            && is_bare(query)
        {
            body = &query.body;
        }
        let SetExpr::SetOperation { left, op, set_quantifier, right } = body else {
            let mut query = self.body(body, &[])?;
            let targets = query.targets_mut();
            targets.iter_mut().for_each(|target| target.name = target.name.clone());
            let targets = targets.iter().filter(|target| !target.hidden).cloned().collect();
            return Ok((SetTree::Query(Box::new(query)), targets));
        };
        let word = match op {
            SetOperator::Union => "UNION",
            SetOperator::Intersect => "INTERSECT",
            SetOperator::Except | SetOperator::Minus => "EXCEPT",
        };
        let (mut left, left_columns) = self.deeper(|analyzer| analyzer.set_tree(left))?;
        let (mut right, right_columns) = self.deeper(|analyzer| analyzer.set_tree(right))?;
        if left_columns.len() != right_columns.len() {
            let message = format!("each {word} query must have the same number of columns");
            return Err(syntax(0, message));
        }
        let mut columns = Vec::new();
        for (place, (one, two)) in left_columns.into_iter().zip(right_columns).enumerate() {
            let oid = self.common(&[&one.node, &two.node], word)?;
            let same = one.node.oid == two.node.oid && one.node.typmod == two.node.typmod;
            let typmod = if same { one.node.typmod } else { -1 };
            for side in [&mut left, &mut right] {
                self.settle_column(side, place, oid)?;
            }
            let node = Node { kind: Kind::Const(None), oid, typmod };
            columns.push(Target { node, name: one.name, hidden: false });
        }
        let all = *set_quantifier == SetQuantifier::All;
        let (left, right) = (Box::new(left), Box::new(right));
        Ok((SetTree::Operation { word, all, left, right }, columns))
    }

    /// Reads a literal of one side as what the other side is.
    fn settle_column(&mut self, side: &mut SetTree, place: usize, oid: Oid) -> Result<()> {
        if let SetTree::Query(query) = side
            && let Some(target) = query.targets_mut().get_mut(place)
            && target.node.is_unknown()
        {
            target.node = self.coerce(target.node.clone(), oid)?;
        }
        Ok(())
    }

    /// A body whose order can only be by its columns.
    fn ordered(&mut self, body: Body, order: &[ast::OrderByExpr]) -> Result<Query> {
        let mut query = Query { body, ..Query::default() };
        let mut keys = Vec::new();
        for key in order {
            let targets = query.targets();
            let target = match position(&key.expr, targets)? {
                Some(place) => place,
                None => match &key.expr {
                    ast::Expr::Identifier(ident) => {
                        let name = folded(ident);
                        let missing = || no_column(0, &format!("\"{name}\""));
                        named_target(&name, targets).ok_or_else(missing)?
                    }
                    _ => return unknown("this ORDER BY"),
                },
            };
            keys.push(sort_column(target, &key.options));
        }
        query.order = keys;
        Ok(query)
    }

    fn values(&mut self, rows: &[&[ast::Expr]]) -> Result<Body> {
        let width = rows.first().map_or(0, |row| row.len());
        if rows.iter().any(|row| row.len() != width) {
            return Err(syntax(0, "VALUES lists must all be the same length"));
        }
        self.scopes.push(Scope::default());
        let done = self.values_within(rows, width);
        self.scopes.pop();
        done
    }

    fn values_within(&mut self, rows: &[&[ast::Expr]], width: usize) -> Result<Body> {
        let mut done = vec![Vec::new(); rows.len()];
        let mut targets = Vec::new();
        for column in 0..width {
            let cells = rows.iter().filter_map(|row| row.get(column));
            let cells = cells.map(|cell| self.expression(cell)).collect::<Result<Vec<_>>>()?;
            let (cells, oid, typmod) = self.unify(cells, "VALUES")?;
            for (row, cell) in done.iter_mut().zip(cells) {
                row.push(cell);
            }
            let node = Node { kind: Kind::Const(None), oid, typmod };
            let name = format!("column{}", column + 1).as_str().into();
            targets.push(Target { node, name, hidden: false });
        }
        Ok(Body::Values(done, targets))
    }

    fn cte(&mut self, cte: &ast::Cte, recursive: bool) -> Result<Cte> {
        let name: Arc<str> = folded(&cte.alias.name).into();
        let columns: Vec<Arc<str>> =
            cte.alias.columns.iter().map(|column| folded(&column.name).into()).collect();
        let known = self.ctes.len();
        if recursive && let SetExpr::SetOperation { left, .. } = &*cte.query.body {
            // Its first part says what its columns are.
            let mut first = self.body(left, &[])?;
            self.settle(&mut first)?;
            self.know(&name, &columns, &first);
        }
        let query = self.query(&cte.query);
        self.ctes.truncate(known);
        let mut query = query?;
        self.settle(&mut query)?;
        if columns.len() > query.targets().iter().filter(|target| !target.hidden).count() {
            return Err(mismatch(0, "too many columns"));
        }
        self.know(&name, &columns, &query);
        let materialized = cte.materialized.as_ref();
        let materialized =
            materialized.map(|how| matches!(how, ast::CteAsMaterialized::Materialized));
        Ok(Cte { name, columns, materialized, query })
    }

    /// Lets a query of WITH be named.
    fn know(&mut self, name: &Arc<str>, names: &[Arc<str>], query: &Query) {
        let shown = query.targets().iter().filter(|target| !target.hidden).enumerate();
        let columns = shown.map(|(place, target)| {
            let name = names.get(place).unwrap_or(&target.name).clone();
            (name, target.node.oid, target.node.typmod)
        });
        let columns = columns.collect();
        self.ctes.push(KnownCte { name: name.clone(), columns });
    }

    /// Makes text of the columns that are still unknown.
    pub(super) fn settle(&mut self, query: &mut Query) -> Result<()> {
        for target in query.targets_mut().iter_mut().filter(|target| target.node.is_unknown()) {
            target.node = self.coerce(target.node.clone(), Oid::TEXT)?;
        }
        Ok(())
    }
}

/// What is locked: the relations that are named, or all of them.
fn locks(clauses: &[ast::LockClause], query: &Query) -> Vec<Lock> {
    let Body::Select(select) = &query.body else { return Vec::new() };
    let mut locks = Vec::new();
    for clause in clauses {
        let of = clause.of.as_ref().and_then(|name| name.0.last()?.as_ident()).map(folded);
        let strength = match clause.lock_type {
            ast::LockType::Share => "FOR SHARE",
            ast::LockType::Update => "FOR UPDATE",
        };
        let wait = match clause.nonblock {
            Some(ast::NonBlock::Nowait) => " NOWAIT",
            Some(ast::NonBlock::SkipLocked) => " SKIP LOCKED",
            None => "",
        };
        for (item, one) in select.items.iter().enumerate() {
            let name = one.alias.as_ref().unwrap_or(&one.name);
            let is_meant = of.as_deref().is_none_or(|of| *of == **name);
            if is_meant && matches!(one.source, Source::Relation { .. }) {
                locks.push(Lock { item, strength, wait });
            }
        }
    }
    locks
}

/// Whether a query in parentheses is nothing but its body.
fn is_bare(query: &ast::Query) -> bool {
    query.with.is_none()
        && query.order_by.is_none()
        && query.limit_clause.is_none()
        && query.fetch.is_none()
        && query.locks.is_empty()
}
