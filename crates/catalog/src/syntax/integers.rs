//! Whole numbers that are not decimal: `0x1F`, `0o17`, `0b101`.

use sqlparser::tokenizer::{Location, Token, TokenWithSpan};
use trunkline_core::Result;
use trunkline_sql::{Lexer, TokenKind};

use crate::error::unsupported;

/// How many digits are read: no type holds many more.
const DIGITS: usize = 1_000;

/// A number, and where it stands.
struct Number {
    start: Location,
    end: Location,
    decimal: String,
}

/// The tokens with a decimal number for each of those, of which the tokenizer makes strings of bits, names and zeros.
///
/// # Errors
///
/// 0A000 for a number of too many digits.
pub(crate) fn decimal(tokens: Vec<TokenWithSpan>, sql: &str) -> Result<Vec<TokenWithSpan>> {
    let mut numbers = numbers(sql)?.into_iter().peekable();
    if numbers.peek().is_none() {
        return Ok(tokens);
    }
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut end = Location::empty();
    for mut token in tokens {
        // What the tokenizer makes of the rest of a number.
        if token.span.start < end && token.token != Token::EOF {
            continue;
        }
        while numbers.next_if(|number| number.start < token.span.start).is_some() {}
        if let Some(number) = numbers.next_if(|number| number.start == token.span.start) {
            token.token = Token::Number(number.decimal, false);
            token.span.end = number.end;
            end = number.end;
        }
        out.push(token);
    }
    Ok(out)
}

fn numbers(sql: &str) -> Result<Vec<Number>> {
    let (mut found, mut seen, mut at) = (Vec::new(), 0, Location::new(1, 1));
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.next_significant() {
        let text = token.text(sql);
        let radix = match text.as_bytes() {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'o' | b'O', ..] => 8,
            [b'0', b'b' | b'B', ..] => 2,
            _ => continue,
        };
        if token.kind != TokenKind::Integer {
            continue;
        }
        for one in sql.get(seen..token.span.start).unwrap_or_default().chars() {
            at = match one {
                '\n' => Location::new(at.line + 1, 1),
                _ => Location::new(at.line, at.column + 1),
            };
        }
        seen = token.span.start;
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        let end = Location::new(at.line, at.column.saturating_add(length));
        let digits = text.bytes().skip(2).filter(|byte| *byte != b'_');
        let digits: Vec<u32> = digits.filter_map(|byte| char::from(byte).to_digit(radix)).collect();
        if digits.len() > DIGITS {
            return Err(unsupported(0, "a number of so many digits"));
        }
        found.push(Number { start: at, end, decimal: decimal_of(&digits, radix) });
    }
    Ok(found)
}

/// Digits to another base as decimal ones.
fn decimal_of(digits: &[u32], radix: u32) -> String {
    const BASE: u64 = 1_000_000_000;
    // Groups of nine decimal digits, the lowest first.
    let mut groups = vec![0_u64];
    for digit in digits {
        let mut carry = u64::from(*digit);
        for group in &mut groups {
            let value = *group * u64::from(radix) + carry;
            (*group, carry) = (value % BASE, value / BASE);
        }
        if carry > 0 {
            groups.push(carry);
        }
    }
    let text: String = groups.iter().rev().map(|group| format!("{group:09}")).collect();
    match text.trim_start_matches('0') {
        "" => "0".to_owned(),
        text => text.to_owned(),
    }
}
