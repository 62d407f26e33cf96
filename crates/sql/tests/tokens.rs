//! The lexer against PostgreSQL's: every token where PostgreSQL 18 saw it.

mod golden;

use std::fmt::Write;

use trunkline_sql::{Flaw, Lexer, TokenKind, split};

#[test]
fn tokens_are_where_postgresql_sees_them() {
    golden::check("tokens.txt", |source| describe(Lexer::new(source)));
}

#[test]
fn strings_escape_when_they_do_not_conform() {
    golden::check("tokens_escaping.txt", |source| {
        describe(Lexer::new(source).standard_conforming_strings(false))
    });
    let source = "select 'a\\'; select 1', U&'b'";
    let statements = split(source).standard_conforming_strings(false);
    assert_eq!(statements.clone().count(), 1);
    assert_eq!(split(source).count(), 2);
    let kinds: Vec<_> =
        statements.flat_map(|statement| statement.lexer()).map(|t| t.kind).collect();
    assert!(kinds.contains(&TokenKind::EscapeString));
    assert!(kinds.contains(&TokenKind::Invalid(Flaw::UnsafeUnicodeString)));
}

fn describe(mut lexer: Lexer<'_>) -> String {
    let mut found = String::new();
    while let Some(token) = lexer.next_significant() {
        let space = if found.is_empty() { "" } else { " " };
        write!(found, "{space}{}..{}", token.span.start, token.span.end).unwrap();
        if let TokenKind::Invalid(flaw) = token.kind {
            // PostgreSQL stops here.
            write!(found, " {}", flaw.message()).unwrap();
            break;
        }
    }
    found
}
