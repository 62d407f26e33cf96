//! Defaults of columns.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, visit_expressions};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::reading::PLAIN;
use super::scope::Scope;
use super::{Translator, syntax};
use crate::sqlite::schema::{Schema, marked, told};
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// A default as SQLite can keep it, with what PostgreSQL was told where that differs.
    pub(super) fn default(&mut self, default: &Expr, column: &str, ty: Type) -> Result<String> {
        let words = told_of(default);
        self.refuse_queries(default)?;
        self.is_default = true;
        let typed = self.expression(default, &Scope::default());
        self.is_default = false;
        let typed = self.assign(typed.map_err(of_default)?, column, ty).map_err(of_default)?;
        let sql = match std::mem::take(&mut self.calls_session) {
            true => NOTHING.to_owned(),
            false => stored_default(&typed.sql, ty).unwrap_or(typed.sql),
        };
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

/// A default as it is shown: the words of the standard that are no calls stand in capitals.
fn told_of(default: &Expr) -> String {
    let words = default.to_string();
    let standard =
        ["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP"];
    let found = standard.iter().find(|one| one.eq_ignore_ascii_case(&words));
    found.map_or(words, |one| (*one).to_owned())
}

/// What a default is worked out of here if other programs get the time of SQLite or NULL: they do not know the
/// session, its zone, and when its transaction began.
pub(in crate::sqlite) fn moment(default: &str, ty: Type) -> Option<String> {
    let words = told(default);
    let (_, kept) = default.split_once("*/")?;
    if !kept.contains(SQLITE_TIME) && kept.trim_matches([' ', ')']) != NOTHING {
        return None;
    }
    let expr = syntax::parse_expression(words).ok()?;
    let schema = Schema::default();
    let mut translator = Translator::new(words, &schema, &[], &PLAIN);
    translator.is_default = true;
    let typed = translator.expression(&expr, &Scope::default()).ok()?;
    translator.assign(typed, "", ty).ok().map(|typed| typed.sql)
}

/// What a default that tells something of the session is for other programs.
const NOTHING: &str = "NULL";

/// Begins what tells the time in SQLite's words.
const SQLITE_TIME: &str = "strftime('%";

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
        Oid::TIMESTAMPTZ => ("Y-%m-%d %H:%M:%f", " || '+00'"),
        Oid::TIMESTAMP => ("Y-%m-%d %H:%M:%f", ""),
        Oid::DATE => ("Y-%m-%d", ""),
        Oid::TIME => ("H:%M:%f", ""),
        _ => return None,
    };
    let plain = sql == "pg_now()"
        || (sql.starts_with("pg_local_cast(pg_now(), ") && sql.matches('(').count() == 2)
        || (sql.starts_with("pg_local_assign(pg_now(), ") && sql.matches('(').count() == 2);
    plain.then(|| format!("{SQLITE_TIME}{format}', 'now'){zone}"))
}
