//! Numbers, and what begins with a dollar sign: parameters and dollar quotes.

use super::class::{is_ident_cont, is_ident_start};
use super::{Text, invalid, quoted};
use crate::error::Flaw;
use crate::token::TokenKind;

/// A number at `start`, which is a digit, or a point before a digit.
pub(super) fn number(text: Text<'_>, start: usize) -> (TokenKind, usize) {
    if let Some(found) = radix_integer(text, start) {
        return found;
    }
    let mut kind = TokenKind::Integer;
    let mut end = digits(text, start, u8::is_ascii_digit);
    if text.byte(end) != b'.' && !is_ident_start(text.byte(end)) {
        return (kind, end);
    }
    if text.byte(end) == b'.' {
        let point = end.saturating_add(1);
        if text.byte(point) == b'.' && end > start {
            // `1..10` is a range in PL/pgSQL, not the number `1.`.
            return (kind, end);
        }
        kind = TokenKind::Numeric;
        end = digits(text, point, u8::is_ascii_digit);
    }
    if matches!(text.byte(end), b'e' | b'E') {
        let mut exponent = end.saturating_add(1);
        let signed = matches!(text.byte(exponent), b'+' | b'-');
        if signed {
            exponent = exponent.saturating_add(1);
        }
        if text.byte(exponent).is_ascii_digit() {
            kind = TokenKind::Numeric;
            end = digits(text, exponent, u8::is_ascii_digit);
        } else if signed {
            return invalid(Flaw::NumberJunk, exponent);
        }
    }
    if is_ident_start(text.byte(end)) {
        return invalid(Flaw::NumberJunk, text.run(end, is_ident_cont));
    }
    (kind, end)
}

/// `$1`, `$tag$…$tag$`, or a lone `$`.
pub(super) fn dollar(text: Text<'_>, start: usize) -> (TokenKind, usize) {
    let one = start.saturating_add(1);
    let next = text.byte(one);
    if next.is_ascii_digit() {
        return parameter(text, one);
    }
    let tag_end = if is_ident_start(next) {
        text.run(one, |byte| is_ident_cont(byte) && byte != b'$')
    } else {
        one
    };
    if text.byte(tag_end) == b'$' {
        return quoted::dollar_string(text, start, tag_end.saturating_add(1));
    }
    (TokenKind::Unknown, one)
}

fn parameter(text: Text<'_>, digits: usize) -> (TokenKind, usize) {
    let end = text.run(digits, |byte| byte.is_ascii_digit());
    if is_ident_start(text.byte(end)) {
        return invalid(Flaw::ParameterJunk, text.run(end, is_ident_cont));
    }
    let number = text.source.get(digits..end).unwrap_or_default();
    match number.parse::<i32>() {
        Ok(_) => (TokenKind::Parameter, end),
        Err(_) => invalid(Flaw::ParameterTooLarge, end),
    }
}

/// `0x…`, `0o…` and `0b…`; `None` if it is a decimal number.
fn radix_integer(text: Text<'_>, start: usize) -> Option<(TokenKind, usize)> {
    if text.byte(start) != b'0' {
        return None;
    }
    let letter = start.saturating_add(1);
    let (is_digit, flaw): (fn(&u8) -> bool, Flaw) = match text.byte(letter) {
        b'x' | b'X' => (u8::is_ascii_hexdigit, Flaw::InvalidHexInteger),
        b'o' | b'O' => (|byte| matches!(byte, b'0'..=b'7'), Flaw::InvalidOctalInteger),
        b'b' | b'B' => (|byte| matches!(byte, b'0' | b'1'), Flaw::InvalidBinaryInteger),
        _ => return None,
    };
    let first = letter.saturating_add(1);
    // Unlike a decimal number, these may have an underscore before the first digit.
    let bare = underscore(text, first);
    let last = digits(text, bare, is_digit);
    let end = if last == bare { first } else { last };
    // The longest match wins, and digits, letters and `$` behind it are junk in any case.
    let word = text.run(first, is_ident_cont);
    Some(if word > end && !(end == first && word == bare) {
        invalid(Flaw::NumberJunk, word)
    } else if end == first {
        invalid(flaw, word)
    } else {
        (TokenKind::Integer, end)
    })
}

/// The end of `digit (_? digit)*`, or `from` if no digit stands there.
fn digits(text: Text<'_>, from: usize, is_digit: impl Fn(&u8) -> bool) -> usize {
    let mut end = from;
    let mut next = from;
    while is_digit(&text.byte(next)) {
        end = text.run(next, |byte| is_digit(&byte));
        next = underscore(text, end);
    }
    end
}

/// Behind the underscore at `at`, or `at` itself if there is none.
fn underscore(text: Text<'_>, at: usize) -> usize {
    if text.byte(at) == b'_' { at.saturating_add(1) } else { at }
}
