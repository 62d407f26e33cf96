//! How expressions and queries of the snapshot are shown.
//!
//! All of them come by here, so that what prints them as PostgreSQL does is asked in one place.

use trunkline_sql::{Lexer, TokenKind};

use super::World;
use crate::syntax::is_enclosed;

/// An expression as `pg_get_expr` shows it: in parentheses if it is an operator's, but not a pretty one.
///
/// `relation` is the number of the table whose columns it names; a check of a domain names none.
pub(crate) fn expression_text(
    _world: &World,
    _relation: Option<u32>,
    text: &str,
    pretty: bool,
) -> String {
    let text = text.trim();
    match (pretty, is_enclosed(text)) {
        (true, true) => {
            let inner = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
            inner.unwrap_or(text).to_owned()
        }
        (false, false) if has_operator(text) => format!("({text})"),
        _ => text.to_owned(),
    }
}

/// The query of a view as `pg_get_viewdef` shows it.
pub(crate) fn query_text(_world: &World, text: &str, _pretty: bool) -> String {
    let text = text.trim_end();
    if text.ends_with(';') { text.to_owned() } else { format!("{text};") }
}

/// Whether the outermost part of an expression is an operator.
fn has_operator(text: &str) -> bool {
    let mut lexer = Lexer::new(text);
    let mut depth = 0_i32;
    while let Some(token) = lexer.next_significant() {
        match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
            TokenKind::RightParen | TokenKind::RightBracket => depth -= 1,
            _ if depth > 0 => {}
            TokenKind::Operator => return true,
            _ if ["and", "or", "not", "is", "in", "like", "ilike", "between", "similar"]
                .iter()
                .any(|word| token.is_word(text, word)) =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_is_seen() {
        for text in ["a > 1", "a IS NULL", "NOT a", "lower(a) || b", "(a) and (b)"] {
            assert!(has_operator(text), "{text}");
        }
        for text in ["a", "'a > b'::text", "lower(a || b)", "(a > b)", "x[1 + 2]", "0.00"] {
            assert!(!has_operator(text), "{text}");
        }
    }
}
