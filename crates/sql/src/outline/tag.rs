//! The verb of a statement and the command tag that goes with it.

use super::StatementKind;
use crate::lexer::Lexer;
use crate::statement::{SessionStatement, recognise_in};
use crate::token::{Token, TokenKind};

/// What the first words of a statement say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verb {
    pub(super) kind: StatementKind,
    pub(super) tag: &'static str,
    /// `EXPLAIN ANALYZE`, which runs what it explains.
    pub(super) analyze: bool,
}

pub(super) fn verb(lexer: Lexer<'_>) -> Verb {
    let mut words = Words { lexer: lexer.clone() };
    let Some(first) = words.next_token() else {
        return plain(StatementKind::Empty, "");
    };
    if first.kind == TokenKind::LeftParen {
        return plain(StatementKind::Select, "SELECT");
    }
    let first = words.lower(first);
    let kind = match first.as_str() {
        // What WITH introduces is found later.
        "select" | "values" | "table" | "with" => return plain(StatementKind::Select, "SELECT"),
        "insert" => return plain(StatementKind::Insert, "INSERT"),
        "update" => return plain(StatementKind::Update, "UPDATE"),
        "delete" => return plain(StatementKind::Delete, "DELETE"),
        "merge" => return plain(StatementKind::Merge, "MERGE"),
        "copy" => return plain(StatementKind::Copy, "COPY"),
        "truncate" => return plain(StatementKind::Truncate, "TRUNCATE TABLE"),
        "call" => return plain(StatementKind::Call, "CALL"),
        "do" => return plain(StatementKind::Do, "DO"),
        "explain" => {
            let analyze = words.explain_analyze();
            return Verb { analyze, ..plain(StatementKind::Explain, "EXPLAIN") };
        }
        "create" => return plain(StatementKind::Definition, words.object(|object| object.create)),
        "alter" => return plain(StatementKind::Definition, words.object(|object| object.alter)),
        "drop" => return plain(StatementKind::Definition, words.object(|object| object.drop)),
        "comment" | "grant" | "import" | "reassign" | "refresh" | "revoke" | "security" => {
            StatementKind::Definition
        }
        _ => StatementKind::Other,
    };
    if let Some(&(_, tag)) = SIMPLE_TAGS.iter().find(|(word, _)| *word == first) {
        let tag = match tag {
            "GRANT" if !words.has_on() => "GRANT ROLE",
            "REVOKE" if !words.has_on() => "REVOKE ROLE",
            _ => tag,
        };
        return plain(kind, tag);
    }
    match recognise_in(lexer) {
        Some(statement) => {
            let tag = statement.as_ref().map_or("", SessionStatement::command_tag);
            plain(StatementKind::Session, tag)
        }
        None => plain(kind, ""),
    }
}

fn plain(kind: StatementKind, tag: &'static str) -> Verb {
    Verb { kind, tag, analyze: false }
}

struct Words<'a> {
    lexer: Lexer<'a>,
}

impl Words<'_> {
    fn next_token(&mut self) -> Option<Token> {
        self.lexer.next_significant()
    }

    fn lower(&self, token: Token) -> String {
        match token.kind {
            TokenKind::Word => token.text(self.lexer.source()).to_ascii_lowercase(),
            _ => String::new(),
        }
    }

    fn next_word(&mut self) -> String {
        self.next_token().map(|token| self.lower(token)).unwrap_or_default()
    }

    /// The tag for the kind of object that follows CREATE, ALTER or DROP.
    fn object(&mut self, tag: impl Fn(&Object) -> &'static str) -> &'static str {
        // The words between the verb and the kind of object.
        const ADJECTIVES: [&str; 15] = [
            "or",
            "replace",
            "global",
            "local",
            "temp",
            "temporary",
            "unlogged",
            "unique",
            "trusted",
            "procedural",
            "constraint",
            "recursive",
            "default",
            "only",
            "large",
        ];
        let mut word = self.next_word();
        while ADJECTIVES.contains(&word.as_str()) {
            if word == "default" && self.clone_next_is("privileges") {
                break;
            }
            word = self.next_word();
        }
        let mut phrase = word;
        for _ in 0..3 {
            if let Some(object) = OBJECTS.iter().find(|object| object.words == phrase) {
                // `OPERATOR CLASS` is not an `OPERATOR`.
                let longer = format!("{phrase} {}", self.peek_word());
                let longer = OBJECTS.iter().find(|object| object.words == longer);
                return tag(longer.unwrap_or(object));
            }
            phrase = format!("{phrase} {}", self.next_word());
        }
        ""
    }

    fn peek_word(&self) -> String {
        Words { lexer: self.lexer.clone() }.next_word()
    }

    fn clone_next_is(&self, word: &str) -> bool {
        self.peek_word() == word
    }

    /// Whether `ON` follows somewhere: rights on an object, not membership of a role.
    fn has_on(&mut self) -> bool {
        let source = self.lexer.source();
        self.lexer.any(|token| token.is_word(source, "on"))
    }

    /// Whether EXPLAIN has the option ANALYZE, and does not turn it off.
    fn explain_analyze(&mut self) -> bool {
        let Some(first) = self.next_token() else { return false };
        if first.kind != TokenKind::LeftParen {
            return matches!(self.lower(first).as_str(), "analyze" | "analyse");
        }
        let mut found = false;
        loop {
            let Some(token) = self.next_token() else { return found };
            match (token.kind, self.lower(token).as_str()) {
                (TokenKind::RightParen, _) => return found,
                (_, "analyze" | "analyse") => {
                    let value = Words { lexer: self.lexer.clone() }.next_token();
                    let value = value.map(|token| token.text(self.lexer.source()));
                    found = !value.is_some_and(|value| {
                        ["off", "false", "0", "'off'", "'false'"]
                            .iter()
                            .any(|off| value.eq_ignore_ascii_case(off))
                    });
                }
                _ => {}
            }
        }
    }
}

/// Statements whose first word alone, or nearly so, gives the tag.
const SIMPLE_TAGS: [(&str, &str); 15] = [
    ("analyse", "ANALYZE"),
    ("analyze", "ANALYZE"),
    ("checkpoint", "CHECKPOINT"),
    ("cluster", "CLUSTER"),
    ("comment", "COMMENT"),
    ("grant", "GRANT"),
    ("import", "IMPORT FOREIGN SCHEMA"),
    ("load", "LOAD"),
    ("lock", "LOCK TABLE"),
    ("reassign", "REASSIGN OWNED"),
    ("refresh", "REFRESH MATERIALIZED VIEW"),
    ("reindex", "REINDEX"),
    ("revoke", "REVOKE"),
    ("security", "SECURITY LABEL"),
    ("vacuum", "VACUUM"),
];

/// A kind of object and its tags.
struct Object {
    words: &'static str,
    create: &'static str,
    alter: &'static str,
    drop: &'static str,
}

/// The kinds of objects. That not all of them can be created, altered and dropped does no harm.
#[rustfmt::skip]
const OBJECTS: [Object; 46] = [
    Object { words: "access method", create: "CREATE ACCESS METHOD", alter: "ALTER ACCESS METHOD", drop: "DROP ACCESS METHOD" },
    Object { words: "aggregate", create: "CREATE AGGREGATE", alter: "ALTER AGGREGATE", drop: "DROP AGGREGATE" },
    Object { words: "cast", create: "CREATE CAST", alter: "ALTER CAST", drop: "DROP CAST" },
    Object { words: "collation", create: "CREATE COLLATION", alter: "ALTER COLLATION", drop: "DROP COLLATION" },
    Object { words: "conversion", create: "CREATE CONVERSION", alter: "ALTER CONVERSION", drop: "DROP CONVERSION" },
    Object { words: "database", create: "CREATE DATABASE", alter: "ALTER DATABASE", drop: "DROP DATABASE" },
    Object { words: "default privileges", create: "CREATE DEFAULT PRIVILEGES", alter: "ALTER DEFAULT PRIVILEGES", drop: "DROP DEFAULT PRIVILEGES" },
    Object { words: "domain", create: "CREATE DOMAIN", alter: "ALTER DOMAIN", drop: "DROP DOMAIN" },
    Object { words: "event trigger", create: "CREATE EVENT TRIGGER", alter: "ALTER EVENT TRIGGER", drop: "DROP EVENT TRIGGER" },
    Object { words: "extension", create: "CREATE EXTENSION", alter: "ALTER EXTENSION", drop: "DROP EXTENSION" },
    Object { words: "foreign data wrapper", create: "CREATE FOREIGN DATA WRAPPER", alter: "ALTER FOREIGN DATA WRAPPER", drop: "DROP FOREIGN DATA WRAPPER" },
    Object { words: "foreign table", create: "CREATE FOREIGN TABLE", alter: "ALTER FOREIGN TABLE", drop: "DROP FOREIGN TABLE" },
    Object { words: "function", create: "CREATE FUNCTION", alter: "ALTER FUNCTION", drop: "DROP FUNCTION" },
    Object { words: "group", create: "CREATE ROLE", alter: "ALTER ROLE", drop: "DROP ROLE" },
    Object { words: "index", create: "CREATE INDEX", alter: "ALTER INDEX", drop: "DROP INDEX" },
    Object { words: "language", create: "CREATE LANGUAGE", alter: "ALTER LANGUAGE", drop: "DROP LANGUAGE" },
    Object { words: "materialized view", create: "CREATE MATERIALIZED VIEW", alter: "ALTER MATERIALIZED VIEW", drop: "DROP MATERIALIZED VIEW" },
    Object { words: "object", create: "CREATE LARGE OBJECT", alter: "ALTER LARGE OBJECT", drop: "DROP LARGE OBJECT" },
    Object { words: "operator", create: "CREATE OPERATOR", alter: "ALTER OPERATOR", drop: "DROP OPERATOR" },
    Object { words: "operator class", create: "CREATE OPERATOR CLASS", alter: "ALTER OPERATOR CLASS", drop: "DROP OPERATOR CLASS" },
    Object { words: "operator family", create: "CREATE OPERATOR FAMILY", alter: "ALTER OPERATOR FAMILY", drop: "DROP OPERATOR FAMILY" },
    Object { words: "owned", create: "CREATE OWNED", alter: "ALTER OWNED", drop: "DROP OWNED" },
    Object { words: "policy", create: "CREATE POLICY", alter: "ALTER POLICY", drop: "DROP POLICY" },
    Object { words: "procedure", create: "CREATE PROCEDURE", alter: "ALTER PROCEDURE", drop: "DROP PROCEDURE" },
    Object { words: "publication", create: "CREATE PUBLICATION", alter: "ALTER PUBLICATION", drop: "DROP PUBLICATION" },
    Object { words: "role", create: "CREATE ROLE", alter: "ALTER ROLE", drop: "DROP ROLE" },
    Object { words: "routine", create: "CREATE ROUTINE", alter: "ALTER ROUTINE", drop: "DROP ROUTINE" },
    Object { words: "rule", create: "CREATE RULE", alter: "ALTER RULE", drop: "DROP RULE" },
    Object { words: "schema", create: "CREATE SCHEMA", alter: "ALTER SCHEMA", drop: "DROP SCHEMA" },
    Object { words: "sequence", create: "CREATE SEQUENCE", alter: "ALTER SEQUENCE", drop: "DROP SEQUENCE" },
    Object { words: "server", create: "CREATE SERVER", alter: "ALTER SERVER", drop: "DROP SERVER" },
    Object { words: "statistics", create: "CREATE STATISTICS", alter: "ALTER STATISTICS", drop: "DROP STATISTICS" },
    Object { words: "subscription", create: "CREATE SUBSCRIPTION", alter: "ALTER SUBSCRIPTION", drop: "DROP SUBSCRIPTION" },
    Object { words: "system", create: "CREATE SYSTEM", alter: "ALTER SYSTEM", drop: "DROP SYSTEM" },
    Object { words: "table", create: "CREATE TABLE", alter: "ALTER TABLE", drop: "DROP TABLE" },
    Object { words: "tablespace", create: "CREATE TABLESPACE", alter: "ALTER TABLESPACE", drop: "DROP TABLESPACE" },
    Object { words: "text search configuration", create: "CREATE TEXT SEARCH CONFIGURATION", alter: "ALTER TEXT SEARCH CONFIGURATION", drop: "DROP TEXT SEARCH CONFIGURATION" },
    Object { words: "text search dictionary", create: "CREATE TEXT SEARCH DICTIONARY", alter: "ALTER TEXT SEARCH DICTIONARY", drop: "DROP TEXT SEARCH DICTIONARY" },
    Object { words: "text search parser", create: "CREATE TEXT SEARCH PARSER", alter: "ALTER TEXT SEARCH PARSER", drop: "DROP TEXT SEARCH PARSER" },
    Object { words: "text search template", create: "CREATE TEXT SEARCH TEMPLATE", alter: "ALTER TEXT SEARCH TEMPLATE", drop: "DROP TEXT SEARCH TEMPLATE" },
    Object { words: "transform", create: "CREATE TRANSFORM", alter: "ALTER TRANSFORM", drop: "DROP TRANSFORM" },
    Object { words: "trigger", create: "CREATE TRIGGER", alter: "ALTER TRIGGER", drop: "DROP TRIGGER" },
    Object { words: "type", create: "CREATE TYPE", alter: "ALTER TYPE", drop: "DROP TYPE" },
    Object { words: "user", create: "CREATE ROLE", alter: "ALTER ROLE", drop: "DROP ROLE" },
    Object { words: "user mapping", create: "CREATE USER MAPPING", alter: "ALTER USER MAPPING", drop: "DROP USER MAPPING" },
    Object { words: "view", create: "CREATE VIEW", alter: "ALTER VIEW", drop: "DROP VIEW" },
];
