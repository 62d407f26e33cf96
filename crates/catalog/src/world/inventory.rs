//! What the session has by name: `pg_cursors`, `pg_prepared_statements` and `pg_listening_channels()`.

use std::sync::Arc;

use trunkline_core::Oid;
use trunkline_sql::{Lexer, TokenKind};

use super::World;
use crate::datum::{Datum, List, Row};

/// What shows it, by name.
const SHOWN_BY: [&str; 5] = [
    "pg_cursor",
    "pg_cursors",
    "pg_listening_channels",
    "pg_prepared_statement",
    "pg_prepared_statements",
];

/// Whether a text names something that shows it.
pub(crate) fn is_shown_by(sql: &str) -> bool {
    let mut lexer = Lexer::new(sql);
    // To be told that what is no name is none takes longer than to look.
    std::iter::from_fn(|| lexer.next_significant())
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier))
        .filter_map(|token| token.identifier(sql).ok())
        .any(|name| SHOWN_BY.contains(&&*name))
}

impl World {
    /// The rows of `pg_cursors`, with all of its columns in order.
    pub(crate) fn cursors(&self) -> Vec<Row> {
        let cursors = self.inventory.cursors.iter();
        let row = |cursor: &trunkline_core::OpenCursor| -> Row {
            Arc::new([
                Datum::text(cursor.name.clone()),
                Datum::Text(cursor.statement.clone()),
                Datum::Bool(cursor.is_holdable),
                Datum::Bool(cursor.is_binary),
                Datum::Bool(cursor.is_scrollable),
                Datum::Int(cursor.created),
            ])
        };
        cursors.map(row).collect()
    }

    /// The rows of `pg_prepared_statements`, with all of its columns in order.
    pub(crate) fn prepared_statements(&self) -> Vec<Row> {
        let statements = self.inventory.statements.iter();
        let row = |statement: &trunkline_core::PreparedStatement| -> Row {
            Arc::new([
                Datum::text(statement.name.clone()),
                Datum::Text(statement.statement.clone()),
                Datum::Int(statement.prepared),
                types(&statement.parameters),
                statement.results.as_deref().map_or(Datum::Null, types),
                Datum::Bool(statement.from_sql),
                count(statement.generic_plans),
                count(statement.custom_plans),
            ])
        };
        statements.map(row).collect()
    }

    /// The channels that the session listens to.
    pub(crate) fn listening_channels(&self) -> impl Iterator<Item = Datum> {
        self.inventory.channels.iter().map(|channel| Datum::text(channel.clone()))
    }
}

/// `regtype[]`
fn types(types: &[Oid]) -> Datum {
    Datum::Array(Arc::new(List::new(types.iter().map(|oid| Datum::Oid(oid.0)).collect())))
}

fn count(number: u64) -> Datum {
    Datum::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
