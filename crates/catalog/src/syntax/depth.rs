//! How deep a statement is, before anybody goes down into it.
//!
//! A chain of operators is a tree as deep as it is long: the parser makes it in a loop, but what
//! walks and drops the tree needs stack for each of them.

use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Lexer, TokenKind};

/// How many operators may be chained; SQLite itself stops there, too, and one limit serves all.
const MOST: usize = 1_000;

/// Words that make trees deeper without a parenthesis.
const WORDS: [&str; 10] =
    ["and", "or", "not", "is", "in", "like", "ilike", "between", "collate", "at"];

/// Words that chain queries, and how many operators one of them counts as.
const SETS: [&str; 3] = ["union", "except", "intersect"];
const QUERY: usize = 5;

/// How many of the parentheses that are open may stand behind such a word, or be brackets: where something
/// is wrong within, the parser reads all of it twice, once as what the word means and once as a call.
const RETRIED: usize = 8;

/// Words that the parser tries as more than one thing.
const TRIED: [&str; 24] = [
    "array",
    "case",
    "cast",
    "ceil",
    "convert",
    "exists",
    "extract",
    "floor",
    "from",
    "in",
    "interval",
    "join",
    "lambda",
    "map",
    "match",
    "not",
    "overlay",
    "position",
    "prior",
    "safe_cast",
    "struct",
    "substring",
    "trim",
    "try_cast",
];

/// A parenthesis that is open.
#[derive(Default)]
struct Level {
    /// The operators in it since the last comma.
    operators: usize,
    is_retried: bool,
}

/// Refuses a statement that is too deep for a parser and for those who walk its tree.
///
/// Chains of operators, parentheses and queries of a set count; lists of any length do not. Its time is
/// linear in the text.
///
/// # Errors
///
/// 54001 (`statement_too_complex`).
pub fn check(sql: &str) -> Result<()> {
    let mut levels = vec![Level::default()];
    let (mut depth, mut retried) = (0_usize, 0_usize);
    let mut lexer = Lexer::new(sql);
    let mut is_tried = false;
    while let Some(token) = lexer.next_significant() {
        let deepens = match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => {
                let is_retried = is_tried || token.kind == TokenKind::LeftBracket;
                retried += usize::from(is_retried);
                levels.push(Level { operators: 0, is_retried });
                true
            }
            TokenKind::RightParen | TokenKind::RightBracket if levels.len() > 1 => {
                let closed = levels.pop().unwrap_or_default();
                depth = depth.saturating_sub(closed.operators);
                retried = retried.saturating_sub(usize::from(closed.is_retried));
                // Subscripts are a chain, too: `x[1][1]` may be the name of a type.
                token.kind == TokenKind::RightBracket
            }
            TokenKind::Comma | TokenKind::Semicolon => {
                let ended = levels.last_mut().map(|level| std::mem::take(&mut level.operators));
                depth = depth.saturating_sub(ended.unwrap_or(0));
                false
            }
            TokenKind::Operator | TokenKind::Typecast | TokenKind::Colon => true,
            TokenKind::Word => WORDS.iter().any(|word| token.is_word(sql, word)),
            _ => false,
        };
        // A query takes more stack than an operator.
        let is_query = SETS.iter().any(|word| token.is_word(sql, word));
        let weight = if is_query { QUERY } else { usize::from(deepens) };
        if let Some(level) = levels.last_mut() {
            level.operators += weight;
            depth += weight;
        }
        is_tried = TRIED.iter().any(|word| token.is_word(sql, word));
        if depth > MOST || retried > RETRIED {
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
        for part in ["+ 1 ", "or x ", "|| 'a'", "::int ", "[1]"] {
            assert!(!is_too_deep(&format!("select 1 {}", part.repeat(900))), "{part}");
            assert!(is_too_deep(&format!("select 1 {}", part.repeat(1_001))), "{part}");
        }
        assert!(is_too_deep(&format!("select {}1", "(".repeat(1_001))));
        for part in ["cast(", "array[", "not (", "x in (", "["] {
            assert!(is_too_deep(&format!("select {}1", part.repeat(9))), "{part}");
            assert!(!is_too_deep(&format!("select {}1", part.repeat(8))), "{part}");
        }
        assert!(!is_too_deep(&format!("select {}1", "abs(".repeat(60))));
        assert!(is_too_deep(&format!("select {}1", "(1 + ".repeat(501))));
        assert!(is_too_deep(&format!("select {}1", "- ".repeat(1_001))));
        assert!(!is_too_deep(&format!("select 1 {}", "union select 1 ".repeat(199))));
        assert!(is_too_deep(&format!("select 1 {}", "union select 1 ".repeat(201))));
        for list in ["(1 + 2), ", "x = 1, ", "f(a, b), ", "'a + b', "] {
            assert!(!is_too_deep(&format!("values {}(1)", list.repeat(20_000))), "{list}");
        }
        assert!(!is_too_deep(&format!("select 1 -- {}", "+".repeat(2_000))));
    }
}
