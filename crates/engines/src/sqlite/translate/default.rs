//! Defaults of columns.

use sqlparser::ast::Expr;
use trunkline_core::{Oid, Result};

use super::Translator;
use super::scope::Scope;
use crate::sqlite::schema::marked;
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// A default as SQLite can keep it, with what PostgreSQL was told where that differs.
    pub(super) fn default(&mut self, default: &Expr, column: &str, ty: Type) -> Result<String> {
        let words = default.to_string();
        let typed = self.expression(default, &Scope::default())?;
        let typed = self.assign(typed, column, ty)?;
        let sql = stored_default(&typed.sql, ty).unwrap_or(typed.sql);
        if sql == words { Ok(format!("({sql})")) } else { Ok(marked(&words, &sql)) }
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
