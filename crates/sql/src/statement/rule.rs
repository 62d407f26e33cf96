//! What a statement asks of the transaction around it, whoever answers it.
//!
//! Source: the calls of `PreventInTransactionBlock` and `RequireTransactionBlock` in PostgreSQL 18.

use crate::lexer::Lexer;

/// Whether a statement has to be a transaction of its own, or to be within one of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockRule {
    /// It cannot run inside a transaction block; the command, as the error calls it.
    Outside(&'static str),
    /// It can only be used in transaction blocks; the command, as the error calls it.
    Within(&'static str),
}

impl BlockRule {
    /// The rule of a statement that is no [session statement](super::SessionStatement), if it has one.
    ///
    /// ```
    /// use trunkline_sql::statement::BlockRule;
    /// assert_eq!(BlockRule::of("vacuum items"), Some(BlockRule::Outside("VACUUM")));
    /// assert_eq!(BlockRule::of("lock items"), Some(BlockRule::Within("LOCK TABLE")));
    /// assert_eq!(BlockRule::of("select 1"), None);
    /// ```
    #[inline]
    pub fn of(source: &str) -> Option<BlockRule> {
        let first = source.bytes().find(|byte| !byte.is_ascii_whitespace())?;
        // A comment may come first.
        let may_have_one = matches!(
            first.to_ascii_lowercase(),
            b'a' | b'c' | b'd' | b'l' | b'r' | b'v' | b'-' | b'/'
        );
        if may_have_one { Words(Lexer::new(source)).rule() } else { None }
    }
}

/// The first words of a statement.
struct Words<'a>(Lexer<'a>);

impl Words<'_> {
    fn next(&mut self) -> String {
        let token = self.0.next_significant();
        token.map_or("", |token| token.text(self.0.source())).to_ascii_lowercase()
    }

    fn rule(mut self) -> Option<BlockRule> {
        let command = match (self.next().as_str(), self.next().as_str()) {
            ("lock", _) => return Some(BlockRule::Within("LOCK TABLE")),
            ("vacuum", _) => "VACUUM",
            ("create", "database") => "CREATE DATABASE",
            ("drop", "database") => "DROP DATABASE",
            ("create", "tablespace") => "CREATE TABLESPACE",
            ("drop", "tablespace") => "DROP TABLESPACE",
            ("alter", "system") => "ALTER SYSTEM",
            ("create", "index") if self.next() == "concurrently" => "CREATE INDEX CONCURRENTLY",
            ("create", "unique") if self.next() == "index" && self.next() == "concurrently" => {
                "CREATE INDEX CONCURRENTLY"
            }
            ("drop", "index") if self.next() == "concurrently" => "DROP INDEX CONCURRENTLY",
            // Of every table.
            ("cluster", "" | ";") => "CLUSTER",
            ("reindex", kind) => self.reindex(kind)?,
            _ => return None,
        };
        Some(BlockRule::Outside(command))
    }

    fn reindex(&mut self, kind: &str) -> Option<&'static str> {
        let mut kind = kind.to_owned();
        let mut concurrently = false;
        if kind == "(" {
            loop {
                match self.next().as_str() {
                    ")" => break,
                    "" => return None,
                    word => concurrently |= word == "concurrently",
                }
            }
            kind = self.next();
        }
        if concurrently || self.next() == "concurrently" {
            return Some("REINDEX CONCURRENTLY");
        }
        match kind.as_str() {
            "schema" => Some("REINDEX SCHEMA"),
            "system" => Some("REINDEX SYSTEM"),
            "database" => Some("REINDEX DATABASE"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BlockRule;

    #[test]
    fn what_is_a_transaction_of_its_own() {
        for (sql, command) in [
            ("VACUUM", "VACUUM"),
            ("/* now */ vacuum (full) items", "VACUUM"),
            ("create unique index concurrently i on t (a)", "CREATE INDEX CONCURRENTLY"),
            ("drop index concurrently if exists i", "DROP INDEX CONCURRENTLY"),
            ("reindex (verbose, concurrently) table t", "REINDEX CONCURRENTLY"),
            ("reindex table concurrently t", "REINDEX CONCURRENTLY"),
            ("reindex database", "REINDEX DATABASE"),
            ("cluster;", "CLUSTER"),
            ("alter system reset all", "ALTER SYSTEM"),
        ] {
            assert_eq!(BlockRule::of(sql), Some(BlockRule::Outside(command)), "{sql}");
        }
        for sql in
            ["", "reindex table t", "reindex (", "create index i on t (a)", "cluster t", "analyze"]
        {
            assert_eq!(BlockRule::of(sql), None, "{sql}");
        }
    }
}
