//! The lexer against PostgreSQL's: every token of `golden/tokens.txt` where PostgreSQL 18 saw it.

mod golden;

use std::fmt::Write;

use trunkline_sql::{Lexer, TokenKind};

#[test]
fn tokens_are_where_postgresql_sees_them() {
    golden::check("tokens.txt", |source| {
        let mut found = String::new();
        let mut lexer = Lexer::new(source);
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
    });
}
