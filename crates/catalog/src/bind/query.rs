//! Queries: WITH, set operations, VALUES, order and limits.

use std::sync::Arc;

use sqlparser::ast::{self, LimitClause, OrderByKind, SetExpr, SetOperator, SetQuantifier};
use trunkline_core::{Oid, Result, SqlState};

use super::resolve::common_type;
use super::scope::{Base, CteScope, Scope, folded};
use super::typed::type_name;
use super::{Binder, OutputColumn};
use crate::error::{MOST_COLUMNS, at, mismatch, syntax, too_many_columns, unsupported};
use crate::plan::{
    Body, Cte, CteKind, Distinct, Expr, Query, Recursive, SetOperation, Side, SortKey, Sub,
};

type BoundQuery = (Query, Vec<OutputColumn>);

impl Binder {
    /// A query within another one.
    pub(super) fn subquery(&mut self, query: &ast::Query) -> Result<(Arc<Sub>, Vec<OutputColumn>)> {
        self.bases.push(Base { level: self.scopes.len(), is_correlated: false });
        let bound = self.query(query);
        let base = self.bases.pop();
        let (query, columns) = bound?;
        let is_correlated = base.is_some_and(|base| base.is_correlated);
        Ok((Arc::new(Sub { id: self.id(), query, is_correlated }), columns))
    }

    /// Binds a query.
    pub(super) fn query(&mut self, query: &ast::Query) -> Result<BoundQuery> {
        self.deeper(|binder| binder.query_inner(query))
    }

    fn query_inner(&mut self, query: &ast::Query) -> Result<BoundQuery> {
        let known = self.ctes.len();
        let mut ctes = Vec::new();
        if let Some(with) = &query.with {
            for cte in &with.cte_tables {
                ctes.push(self.cte(cte, with.recursive)?);
            }
        }
        let order = match query.order_by.as_ref().map(|order| &order.kind) {
            None => &[],
            Some(OrderByKind::Expressions(order)) => order.as_slice(),
            Some(OrderByKind::All(_)) => return Err(unsupported(0, "ORDER BY ALL")),
        };
        let (mut bound, columns) = self.body(&query.body, order)?;
        if let Some(limit) = &query.limit_clause {
            let (limit, offset) = match limit {
                LimitClause::LimitOffset { limit, offset, .. } => {
                    (limit.as_ref(), offset.as_ref().map(|offset| &offset.value))
                }
                LimitClause::OffsetCommaLimit { offset, limit } => (Some(limit), Some(offset)),
            };
            bound.limit = limit.map(|limit| self.count(limit)).transpose()?;
            bound.offset = offset.map(|offset| self.count(offset)).transpose()?;
        }
        if let Some(fetch) = &query.fetch {
            if fetch.with_ties || fetch.percent {
                return Err(unsupported(0, "FETCH of what is not a number of rows"));
            }
            // FETCH FIRST ROW ONLY
            let one = || Ok(Expr::Const(crate::datum::Datum::Int(1)));
            bound.limit =
                Some(fetch.quantity.as_ref().map_or_else(one, |limit| self.count(limit))?);
        }
        let is_plain = match &bound.body {
            Body::Select(select) => select.group.is_none() && select.windows.is_empty(),
            Body::Values(_) => true,
            Body::Set { all, operation, .. } => *all && *operation == SetOperation::Union,
        };
        self.check_compared(!is_plain || bound.distinct != Distinct::No || !order.is_empty())?;
        ctes.append(&mut bound.ctes);
        bound.ctes = ctes;
        self.ctes.truncate(known);
        Ok((bound, columns))
    }

    /// A number of rows.
    fn count(&mut self, expr: &ast::Expr) -> Result<Expr> {
        self.scopes.push(Scope {
            no_aggregates: Some("LIMIT"),
            no_sets: Some("LIMIT"),
            ..Scope::default()
        });
        let bound = self.expr(expr).and_then(|count| self.coerce(count, Oid::INT8));
        self.scopes.pop();
        Ok(bound?.expr)
    }

    fn body(&mut self, body: &SetExpr, order: &[ast::OrderByExpr]) -> Result<BoundQuery> {
        match body {
            SetExpr::Select(select) => self.select(select, order),
            SetExpr::Query(query) if order.is_empty() => self.query(query),
            SetExpr::Query(query) => {
                // ORDER BY behind parentheses is that of what is in them, if it has none.
                let (bound, columns) = self.query(query)?;
                let casts = vec![None; columns.len()];
                let side = |query| Box::new(Side { query, casts: casts.clone() });
                let nothing = Query {
                    ctes: Vec::new(),
                    body: Body::Values(Vec::new()),
                    distinct: Distinct::No,
                    order: Vec::new(),
                    limit: None,
                    offset: None,
                    width: columns.len(),
                };
                let (left, right) = (side(bound), side(nothing));
                let body = Body::Set { operation: SetOperation::Union, all: true, left, right };
                self.ordered(body, columns, order)
            }
            SetExpr::Values(values) => {
                let rows: Vec<&[ast::Expr]> =
                    values.rows.iter().map(|row| row.content.as_slice()).collect();
                self.values(&rows, order)
            }
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let (left, left_columns) = self.deeper(|binder| binder.body(left, &[]))?;
                let (right, right_columns) = self.deeper(|binder| binder.body(right, &[]))?;
                let operation = match op {
                    SetOperator::Union => SetOperation::Union,
                    SetOperator::Intersect => SetOperation::Intersect,
                    SetOperator::Except | SetOperator::Minus => SetOperation::Except,
                };
                let all = *set_quantifier == SetQuantifier::All;
                let (left, right, columns) =
                    self.matched((left, left_columns), (right, right_columns), operation)?;
                let body =
                    Body::Set { operation, all, left: Box::new(left), right: Box::new(right) };
                self.ordered(body, columns, order)
            }
            SetExpr::Table(table) => {
                let sql = match (&table.schema_name, &table.table_name) {
                    (Some(schema), Some(name)) => (Some(schema.as_str()), name.as_str()),
                    (None, Some(name)) => (None, name.as_str()),
                    _ => return Err(syntax(0, "syntax error")),
                };
                self.whole_relation(sql.0, sql.1, order)
            }
            _ => Err(unsupported(0, "a statement that changes something")),
        }
    }

    /// The columns that both sides of a set operation have in common.
    fn matched(
        &mut self,
        (left, left_columns): BoundQuery,
        (right, right_columns): BoundQuery,
        operation: SetOperation,
    ) -> Result<(Side, Side, Vec<OutputColumn>)> {
        let word = match operation {
            SetOperation::Union => "UNION",
            SetOperation::Intersect => "INTERSECT",
            SetOperation::Except => "EXCEPT",
        };
        if left_columns.len() != right_columns.len() {
            return Err(syntax(
                0,
                format!("each {word} query must have the same number of columns"),
            ));
        }
        let (mut casts, mut columns) = ((Vec::new(), Vec::new()), Vec::new());
        for (one, two) in left_columns.iter().zip(&right_columns) {
            let types = self.common_candidates(vec![one.oid, two.oid]);
            let Some(oid) = common_type(&types) else {
                let (one, two) = (type_name(one.oid), type_name(two.oid));
                return Err(mismatch(0, format!("{word} types {one} and {two} cannot be matched")));
            };
            let cast = |from: Oid| (from != oid).then_some((from, oid));
            casts.0.push(cast(one.oid));
            casts.1.push(cast(two.oid));
            let typmod = if one.typmod == two.typmod { one.typmod } else { -1 };
            columns.push(OutputColumn { oid, typmod, origin: None, ..one.clone() });
        }
        for (query, columns) in [(&left, &left_columns), (&right, &right_columns)] {
            for (index, column) in columns.iter().enumerate() {
                if column.oid == Oid::UNKNOWN {
                    self.name_parameter(query, index);
                }
            }
        }
        Ok((Side { query: left, casts: casts.0 }, Side { query: right, casts: casts.1 }, columns))
    }

    /// A body whose order can only be by its columns.
    pub(super) fn ordered(
        &mut self,
        body: Body,
        columns: Vec<OutputColumn>,
        order: &[ast::OrderByExpr],
    ) -> Result<BoundQuery> {
        let mut keys = Vec::new();
        for key in order {
            let column = match &key.expr {
                ast::Expr::Identifier(ident) => {
                    let name = folded(ident);
                    columns.iter().position(|column| *column.name == *name).ok_or_else(|| {
                        crate::error::no_column(self.place(ident.span), &format!("\"{name}\""))
                    })?
                }
                one => match self.position(one, "ORDER BY", columns.len())? {
                    Some(column) => column,
                    None => {
                        let message = "invalid UNION/INTERSECT/EXCEPT ORDER BY clause";
                        return Err(at(0, SqlState::FEATURE_NOT_SUPPORTED, message).detail(
                            "Only result column names can be used, not expressions or functions.",
                        ));
                    }
                },
            };
            if columns.get(column).is_some_and(|column| column.oid == Oid::JSONB) {
                return Err(unsupported(0, "an order of jsonb by UNION and its kin"));
            }
            let descending = key.options.asc == Some(false);
            let nulls_first = key.options.nulls_first.unwrap_or(descending);
            keys.push(SortKey { column, descending, nulls_first });
        }
        let query = Query {
            ctes: Vec::new(),
            body,
            distinct: Distinct::No,
            order: keys,
            limit: None,
            offset: None,
            width: columns.len(),
        };
        Ok((query, columns))
    }

    fn values(&mut self, rows: &[&[ast::Expr]], order: &[ast::OrderByExpr]) -> Result<BoundQuery> {
        let width = rows.first().map_or(0, |row| row.len());
        if width > MOST_COLUMNS {
            return Err(too_many_columns());
        }
        if rows.iter().any(|row| row.len() != width) {
            return Err(syntax(0, "VALUES lists must all be the same length"));
        }
        self.scopes.push(Scope {
            no_aggregates: Some("VALUES"),
            no_sets: Some("VALUES"),
            ..Scope::default()
        });
        let bound = self.values_within(rows, width);
        self.scopes.pop();
        let (rows, columns) = bound?;
        self.ordered(Body::Values(rows), columns, order)
    }

    fn values_within(
        &mut self,
        rows: &[&[ast::Expr]],
        width: usize,
    ) -> Result<(Vec<Vec<Expr>>, Vec<OutputColumn>)> {
        let mut bound = vec![Vec::new(); rows.len()];
        let mut columns = Vec::new();
        for column in 0..width {
            let cells = rows.iter().filter_map(|row| row.get(column));
            let cells = cells.map(|cell| self.expr(cell)).collect::<Result<Vec<_>>>()?;
            let fields = cells.first().and_then(|cell| cell.fields.clone());
            let (cells, oid) = self.unify(cells, "VALUES")?;
            for (row, cell) in bound.iter_mut().zip(cells) {
                row.push(cell);
            }
            let name = format!("column{}", column + 1).into();
            columns.push(OutputColumn { name, oid, typmod: -1, fields, origin: None });
        }
        Ok((bound, columns))
    }

    fn cte(&mut self, cte: &ast::Cte, recursive: bool) -> Result<Cte> {
        let name: Arc<str> = folded(&cte.alias.name).into();
        let id = self.id();
        let bases = self.bases.len();
        let scope =
            |columns, is_working| CteScope { name: name.clone(), id, columns, bases, is_working };
        let parts = match &*cte.query.body {
            SetExpr::SetOperation { left, op: SetOperator::Union, set_quantifier, right }
                if recursive =>
            {
                Some((left, right, *set_quantifier == SetQuantifier::All))
            }
            _ => None,
        };
        // The scopes of the query around it are those of its rows, not of WITH.
        let Some((left, right, all)) = parts.filter(|_| mentions(&cte.query.body, &name)) else {
            let (query, columns) = self.query(&cte.query)?;
            let columns = renamed(settled(columns), &cte.alias);
            self.ctes.push(scope(columns, false));
            return Ok(Cte { id, kind: CteKind::Plain(Box::new(query)) });
        };
        let inner = self.ctes.len();
        let mut before = Vec::new();
        if let Some(with) = &cte.query.with {
            for cte in &with.cte_tables {
                before.push(self.cte(cte, with.recursive)?);
            }
        }
        let (mut first, columns) = self.body(left, &[])?;
        first.ctes = before;
        let columns = renamed(settled(columns), &cte.alias);
        self.ctes.push(scope(columns.clone(), true));
        let (next, next_columns) = self.body(right, &[])?;
        self.ctes.truncate(inner);
        if columns.len() != next_columns.len() {
            return Err(syntax(0, "each UNION query must have the same number of columns"));
        }
        let casts = columns.iter().zip(&next_columns);
        let casts =
            casts.map(|(to, from)| (from.oid != to.oid).then_some((from.oid, to.oid))).collect();
        self.ctes.push(scope(columns, false));
        Ok(Cte { id, kind: CteKind::Recursive(Box::new(Recursive { first, next, casts, all })) })
    }
}

/// Columns that are still unknown are text.
pub(super) fn settled(mut columns: Vec<OutputColumn>) -> Vec<OutputColumn> {
    for column in columns.iter_mut().filter(|column| column.oid == Oid::UNKNOWN) {
        column.oid = Oid::TEXT;
    }
    columns
}

/// Columns under the names of an alias.
pub(super) fn renamed(
    mut columns: Vec<OutputColumn>,
    alias: &ast::TableAlias,
) -> Vec<OutputColumn> {
    for (column, name) in columns.iter_mut().zip(&alias.columns) {
        column.name = folded(&name.name).into();
    }
    columns
}

/// Whether a query names a relation, so that it is recursive.
fn mentions(body: &SetExpr, name: &str) -> bool {
    use std::ops::ControlFlow;
    let found = ast::visit_relations(body, |relation| match relation.0.as_slice() {
        [part] if part.as_ident().is_some_and(|ident| folded(ident) == name) => {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}
