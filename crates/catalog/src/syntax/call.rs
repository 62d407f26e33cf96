//! What a text of an expression looks like from outside.

use trunkline_sql::{Lexer, TokenKind};

/// The name of the function if a text is a call and nothing else: `lower(a)`.
pub fn call_name(text: &str) -> Option<&str> {
    let (name, rest) = text.split_at_checked(text.find('(')?)?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!name.is_empty() && name.bytes().all(is_name) && is_enclosed(rest)).then_some(name)
}

/// Whether the parenthesis at the start is closed at the end.
pub(crate) fn is_enclosed(expression: &str) -> bool {
    let mut depth = 0_i32;
    let mut lexer = Lexer::new(expression);
    let mut is_first = true;
    while let Some(token) = lexer.next_significant() {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth -= 1,
            _ => {}
        }
        let is_last = lexer.clone().next_significant().is_none();
        if (is_first && depth != 1) || (depth == 0 && !is_last) {
            return false;
        }
        is_first = false;
    }
    !is_first && depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_call_is_a_call() {
        assert_eq!(call_name("lower(a)"), Some("lower"));
        assert_eq!(call_name("EXTRACT(year FROM d)"), Some("EXTRACT"));
        for other in ["a", "lower(a) || b", "(a)", "lower(a", "f(a) + f(b)", "a + f(b)", ""] {
            assert_eq!(call_name(other), None, "{other}");
        }
    }
}
