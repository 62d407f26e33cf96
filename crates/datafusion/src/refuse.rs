//! What the parser takes, and PostgreSQL or DataFusion does not.

mod volatile;

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Ident, ObjectName, Query, Select, SelectItem, Spanned, Statement,
    TableFactor, Value, Visit, Visitor,
};
use trunkline_core::{PgError, Result, SqlState};

use crate::error::position;

/// Refuses what would be planned to something else than it means.
///
/// # Errors
///
/// 42601 and 0A000.
pub(crate) fn check(statement: &Statement, sql: &str) -> Result<()> {
    match statement.visit(&mut Refuse { sql }) {
        ControlFlow::Break(error) => Err(*error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Refuse<'a> {
    sql: &'a str,
}

impl Refuse<'_> {
    /// A string is no name, though other databases take it for one: `select 'a' 'b'`.
    fn alias(&self, alias: &Ident) -> ControlFlow<Box<PgError>> {
        if alias.quote_style != Some('\'') {
            return ControlFlow::Continue(());
        }
        self.string(alias)
    }

    fn string(&self, name: &Ident) -> ControlFlow<Box<PgError>> {
        let text = format!("'{}'", name.value);
        let error =
            PgError::new(SqlState::SYNTAX_ERROR, format!("syntax error at or near \"{text}\""));
        // The parser forgets where it was.
        let place = self.sql.rfind(&text).and_then(|at| self.sql.get(..at));
        let place = place.map(|before| before.chars().count().saturating_add(1));
        ControlFlow::Break(Box::new(match place {
            Some(place) => error.position(place),
            None => error,
        }))
    }
}

fn is_string(name: &ObjectName) -> bool {
    let last = name.0.last().and_then(|part| part.as_ident());
    last.is_some_and(|last| last.quote_style == Some('\''))
}

fn is_subquery(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_subquery(inner),
        expr => matches!(expr, Expr::Subquery(_)),
    }
}

impl Visitor for Refuse<'_> {
    type Break = Box<PgError>;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Box<PgError>> {
        match volatile::check(query) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(Box::new(error)),
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Box<PgError>> {
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { alias, .. } = item {
                self.alias(alias)?;
            }
        }
        if let Err(error) = crate::using::check(select) {
            return ControlFlow::Break(Box::new(error));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<Box<PgError>> {
        match table {
            // Other databases open a file of that name.
            TableFactor::Table { name, .. } if is_string(name) => {
                match name.0.last().and_then(|part| part.as_ident()) {
                    Some(name) => self.string(name),
                    None => ControlFlow::Continue(()),
                }
            }
            TableFactor::Table { with_ordinality: true, .. }
            | TableFactor::UNNEST { with_ordinality: true, .. } => {
                let error = PgError::unsupported("WITH ORDINALITY is not supported");
                ControlFlow::Break(Box::new(error))
            }
            TableFactor::Table { sample: Some(_), .. } => {
                let error = PgError::unsupported("TABLESAMPLE is not supported");
                ControlFlow::Break(Box::new(error))
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Box<PgError>> {
        match expr {
            // DataFusion answers these wrongly; `= ANY` and `<> ALL` are made IN by the rewriter.
            Expr::AnyOp { compare_op, right, .. }
                if *compare_op != BinaryOperator::Eq && is_subquery(right) =>
            {
                let message = format!("{compare_op} ANY (subquery) is not supported");
                ControlFlow::Break(Box::new(PgError::unsupported(message)))
            }
            Expr::AllOp { compare_op, right, .. }
                if *compare_op != BinaryOperator::NotEq && is_subquery(right) =>
            {
                let message = format!("{compare_op} ALL (subquery) is not supported");
                ControlFlow::Break(Box::new(PgError::unsupported(message)))
            }
            // Made a regular expression by the rewriter, if it is known what it says.
            Expr::SimilarTo { pattern, .. }
                if !matches!(
                    &**pattern,
                    Expr::Value(value) if matches!(value.value, Value::SingleQuotedString(_))
                ) =>
            {
                let error =
                    PgError::unsupported("SIMILAR TO with a computed pattern is not supported");
                let start = pattern.span().start;
                let position = position(self.sql, start.line, start.column);
                ControlFlow::Break(Box::new(error.position(position)))
            }
            _ => ControlFlow::Continue(()),
        }
    }
}
