//! Everything between quotes: strings, identifiers, dollar quotes.

use super::class::is_space;
use super::{Text, invalid, is_newline};
use crate::error::Flaw;
use crate::token::TokenKind;

/// `'…'`, whose opening quote ends at `from`.
pub(super) fn plain_string(text: Text<'_>, from: usize) -> (TokenKind, usize) {
    let rules = Rules { doubled: true, backslash: false };
    close(text, from, rules, TokenKind::String, Flaw::UnterminatedString)
}

/// `E'…'`, whose opening quote ends at `from`.
pub(super) fn escape_string(text: Text<'_>, from: usize) -> (TokenKind, usize) {
    let rules = Rules { doubled: true, backslash: true };
    close(text, from, rules, TokenKind::EscapeString, Flaw::UnterminatedString)
}

/// `B'…'`, `E'…'` or `X'…'`, whose opening quote ends at `from`.
pub(super) fn prefixed_string(text: Text<'_>, prefix: u8, from: usize) -> (TokenKind, usize) {
    // `B'0''1'` is two tokens: a doubled quote means nothing among bits.
    let bits = Rules { doubled: false, backslash: false };
    match prefix {
        b'b' | b'B' => close(text, from, bits, TokenKind::BitString, Flaw::UnterminatedBitString),
        b'x' | b'X' => close(text, from, bits, TokenKind::HexString, Flaw::UnterminatedHexString),
        _ => escape_string(text, from),
    }
}

/// `U&'…'` or `U&"…"` at `start`; `None` if it is only the letter before an operator.
pub(super) fn unicode(
    text: Text<'_>,
    start: usize,
    standard_strings: bool,
) -> Option<(TokenKind, usize)> {
    let quote = start.saturating_add(2);
    let from = quote.saturating_add(1);
    match text.byte(quote) {
        b'"' => Some(identifier(text, from, TokenKind::UnicodeIdentifier)),
        b'\'' if standard_strings => {
            let rules = Rules { doubled: true, backslash: false };
            Some(close(text, from, rules, TokenKind::UnicodeString, Flaw::UnterminatedString))
        }
        b'\'' => Some(invalid(Flaw::UnsafeUnicodeString, from)),
        _ => None,
    }
}

/// `"…"`, whose opening quote ends at `from`.
pub(super) fn identifier(text: Text<'_>, from: usize, kind: TokenKind) -> (TokenKind, usize) {
    let mut at = from;
    loop {
        let Some(quote) = find(text, at, b'"') else {
            return invalid(Flaw::UnterminatedIdentifier, text.len());
        };
        at = quote.saturating_add(1);
        if text.byte(at) != b'"' {
            break;
        }
        at = at.saturating_add(1);
    }
    if at == from.saturating_add(1) { invalid(Flaw::EmptyIdentifier, at) } else { (kind, at) }
}

/// `$tag$…$tag$`: the opening delimiter is `start..body`.
pub(super) fn dollar_string(text: Text<'_>, start: usize, body: usize) -> (TokenKind, usize) {
    let delimiter = text.source.get(start..body).unwrap_or("$$");
    match text.source.get(body..).unwrap_or_default().find(delimiter) {
        Some(at) => {
            let end = body.saturating_add(at).saturating_add(delimiter.len());
            (TokenKind::DollarString, end)
        }
        None => invalid(Flaw::UnterminatedDollarString, text.len()),
    }
}

/// If only white space with a newline in it, and comments, stand between `from` and a quote: behind
/// that quote.
///
/// Such a quote continues the string before it.
pub(crate) fn continuation(bytes: &[u8], from: usize) -> Option<usize> {
    let mut newline = false;
    let mut at = from;
    loop {
        let byte = *bytes.get(at)?;
        at = at.saturating_add(1);
        match byte {
            b'\'' if newline => return Some(at),
            b'-' if bytes.get(at) == Some(&b'-') => {
                let rest = bytes.get(at..).unwrap_or_default();
                at = at.saturating_add(rest.iter().position(|&byte| is_newline(byte))?);
            }
            _ if is_space(byte) => newline |= is_newline(byte),
            _ => return None,
        }
    }
}

/// How a kind of string may contain its own quote.
#[derive(Clone, Copy)]
struct Rules {
    doubled: bool,
    backslash: bool,
}

fn close(
    text: Text<'_>,
    from: usize,
    rules: Rules,
    kind: TokenKind,
    unterminated: Flaw,
) -> (TokenKind, usize) {
    let mut at = from;
    loop {
        let quote = if rules.backslash { find_unescaped(text, at) } else { find(text, at, b'\'') };
        let Some(quote) = quote else {
            return invalid(unterminated, text.len());
        };
        let behind = quote.saturating_add(1);
        if rules.doubled && text.byte(behind) == b'\'' {
            at = behind.saturating_add(1);
        } else if let Some(next) = continuation(text.bytes, behind) {
            at = next;
        } else {
            return (kind, behind);
        }
    }
}

#[inline]
fn find(text: Text<'_>, from: usize, quote: u8) -> Option<usize> {
    let at = text.run(from, |byte| byte != quote);
    (at < text.len()).then_some(at)
}

fn find_unescaped(text: Text<'_>, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = text.run(at, |byte| byte != b'\'' && byte != b'\\');
        match text.byte(at) {
            b'\'' => return Some(at),
            b'\\' => at = at.saturating_add(2),
            _ => return None,
        }
    }
}
