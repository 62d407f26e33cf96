//! Defaults of columns.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, visit_expressions};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::Translator;
use super::scope::Scope;
use crate::sqlite::schema::marked;
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// A default as SQLite can keep it, with what PostgreSQL was told where that differs.
    pub(super) fn default(&mut self, default: &Expr, column: &str, ty: Type) -> Result<String> {
        let words = default.to_string();
        self.refuse_queries(default)?;
        let typed = self.expression(default, &Scope::default()).map_err(of_default)?;
        let typed = self.assign(typed, column, ty).map_err(of_default)?;
        let sql = stored_default(&typed.sql, ty).unwrap_or(typed.sql);
        if sql == words { Ok(format!("({sql})")) } else { Ok(marked(&words, &sql)) }
    }

    /// 0A000 for a query within a default.
    fn refuse_queries(&self, default: &Expr) -> Result<()> {
        let found = visit_expressions(default, |part: &Expr| match part {
            Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
                let error = PgError::unsupported("cannot use subquery in DEFAULT expression");
                ControlFlow::Break(self.at(error, part))
            }
            _ => ControlFlow::Continue(()),
        });
        match found {
            ControlFlow::Break(error) => Err(error),
            ControlFlow::Continue(()) => Ok(()),
        }
    }
}

/// An error of an expression as it is worded for a default.
fn of_default(error: PgError) -> PgError {
    match error.sqlstate() {
        // There is nothing that a name could be of.
        SqlState::UNDEFINED_COLUMN | SqlState::UNDEFINED_TABLE => {
            let answer = PgError::unsupported("cannot use column reference in DEFAULT expression");
            match error.get(b'P').and_then(|place| place.parse().ok()) {
                Some(place) => answer.position(place),
                None => answer,
            }
        }
        SqlState::DATATYPE_MISMATCH => {
            let words = error.message();
            let words = words.replace("but expression is", "but default expression is");
            PgError::new(SqlState::DATATYPE_MISMATCH, words)
                .hint("You will need to rewrite or cast the expression.")
        }
        _ => error,
    }
}

/// The time of an insert, told by SQLite itself: other programs write to the table, too.
fn stored_default(sql: &str, ty: Type) -> Option<String> {
    if !sql.contains("pg_now()") {
        return None;
    }
    let (format, zone) = match ty.oid {
        Oid::TIMESTAMPTZ => ("%Y-%m-%d %H:%M:%f", " || '+00'"),
        Oid::TIMESTAMP => ("%Y-%m-%d %H:%M:%f", ""),
        Oid::DATE => ("%Y-%m-%d", ""),
        Oid::TIME => ("%H:%M:%f", ""),
        _ => return None,
    };
    let plain = sql == "pg_now()"
        || (sql.starts_with("pg_local_cast(pg_now(), ") && sql.matches('(').count() == 2)
        || (sql.starts_with("pg_local_assign(pg_now(), ") && sql.matches('(').count() == 2);
    plain.then(|| format!("strftime('{format}', 'now'){zone}"))
}
