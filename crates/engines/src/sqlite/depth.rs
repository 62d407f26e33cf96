//! How deep a statement is, before anybody goes down into it.
//!
//! A chain of operators is a tree as deep as it is long: the parser makes it in a loop, but what
//! walks and drops the tree needs stack for each of them.

use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Lexer, TokenKind};

/// How many operators may be chained; SQLite itself stops there, too.
const MOST: usize = 1_000;

/// Words that make trees deeper without a parenthesis.
const WORDS: [&str; 13] = [
    "and",
    "or",
    "not",
    "is",
    "in",
    "like",
    "ilike",
    "between",
    "collate",
    "at",
    "union",
    "except",
    "intersect",
];

/// Refuses a statement that is too deep: 54001.
pub(super) fn check(sql: &str) -> Result<()> {
    // The operators since the last comma, in each parenthesis that is open.
    let mut levels = vec![0_usize];
    let mut depth = 0_usize;
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.next_significant() {
        let deepens = match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => {
                levels.push(0);
                true
            }
            TokenKind::RightParen | TokenKind::RightBracket if levels.len() > 1 => {
                depth = depth.saturating_sub(levels.pop().unwrap_or(0));
                false
            }
            TokenKind::Comma | TokenKind::Semicolon => {
                depth = depth.saturating_sub(levels.last_mut().map_or(0, std::mem::take));
                false
            }
            TokenKind::Operator | TokenKind::Typecast | TokenKind::Colon => true,
            TokenKind::Word => WORDS.iter().any(|word| token.is_word(sql, word)),
            _ => false,
        };
        if deepens && let Some(level) = levels.last_mut() {
            *level += 1;
            depth += 1;
        }
        if depth > MOST {
            let message = "stack depth limit exceeded";
            return Err(PgError::new(SqlState::STATEMENT_TOO_COMPLEX, message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_too_deep(sql: &str) -> bool {
        check(sql).is_err_and(|error| error.sqlstate() == SqlState::STATEMENT_TOO_COMPLEX)
    }

    #[test]
    fn chains_are_deep_and_lists_are_not() {
        for part in ["+ 1 ", "or x ", "|| 'a'", "::int ", "union select 1 ", "[1]"] {
            assert!(!is_too_deep(&format!("select 1 {}", part.repeat(900))), "{part}");
            assert!(
                is_too_deep(&format!("select 1 {}", part.repeat(1_001))) != (part == "[1]"),
                "{part}"
            );
        }
        assert!(is_too_deep(&format!("select {}1", "(".repeat(1_001))));
        assert!(is_too_deep(&format!("select {}1", "(1 + ".repeat(501))));
        assert!(is_too_deep(&format!("select {}1", "- ".repeat(1_001))));
        for list in ["(1 + 2), ", "x = 1, ", "f(a, b), ", "'a + b', "] {
            assert!(!is_too_deep(&format!("values {}(1)", list.repeat(20_000))), "{list}");
        }
        assert!(!is_too_deep(&format!("select 1 -- {}", "+".repeat(2_000))));
    }
}
