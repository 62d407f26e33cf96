//! Whole numbers that are not decimal: `0x1F`, `0o17`, `0b101`.

use sqlparser::tokenizer::{Token, TokenWithSpan};
use trunkline_sql::{Lexer, TokenKind};

/// The tokens with a plain number for each of those, which the tokenizer takes for strings of bits, or for a zero
/// with a name behind it.
pub(crate) fn decimal(tokens: Vec<TokenWithSpan>, sql: &str) -> Vec<TokenWithSpan> {
    let mut hexadecimal = hexadecimal(sql).into_iter();
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for mut token in tokens {
        if let Token::HexStringLiteral(digits) = &token.token {
            if let Some(number) =
                hexadecimal.next().filter(|is| *is).and_then(|_| value(digits, 16))
            {
                token.token = number;
            }
        } else if let Token::Word(word) = &token.token
            && let Some(before) = out.last_mut()
            && before.span.end == token.span.start
            && matches!(&before.token, Token::Number(digits, _) if digits == "0")
        {
            let radix = match word.value.as_bytes().first() {
                Some(b'b' | b'B') => 2,
                Some(b'o' | b'O') => 8,
                _ => 0,
            };
            let digits = word.value.get(1..).filter(|_| radix > 0);
            if let Some(number) = digits.and_then(|digits| value(digits, radix)) {
                before.token = number;
                before.span.end = token.span.end;
                continue;
            }
        }
        out.push(token);
    }
    out
}

/// Of each constant that the tokenizer takes for hexadecimal bits, whether it is a number.
fn hexadecimal(sql: &str) -> Vec<bool> {
    let mut found = Vec::new();
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.next_significant() {
        let text = token.text(sql);
        match token.kind {
            TokenKind::HexString => found.push(false),
            TokenKind::Integer if text.starts_with("0x") || text.starts_with("0X") => {
                found.push(true);
            }
            _ => {}
        }
    }
    found
}

fn value(digits: &str, radix: u32) -> Option<Token> {
    let digits = digits.replace('_', "");
    let value = u128::from_str_radix(&digits, radix).ok()?;
    Some(Token::Number(value.to_string(), false))
}
