//! `U&'…'` and `U&"…"`: Unicode escapes.

use std::borrow::Cow;

use crate::error::SyntaxError;

/// Whether `character` may follow `UESCAPE`: neither a hexadecimal digit, a plus sign, a quote nor
/// white space.
pub(crate) fn is_escape_character(character: char) -> bool {
    character.is_ascii()
        && !character.is_ascii_hexdigit()
        && !matches!(character, '+' | '\'' | '"' | ' ' | '\t' | '\n' | '\r' | '\u{B}' | '\u{C}')
}

/// Replaces `\XXXX` and `\+XXXXXX` in `quoted`, the text between the quotes of a token at `start`.
///
/// Like PostgreSQL, positions in errors do not count what was removed before: the second quote of a
/// doubled one, and the gaps of continued strings.
pub(super) fn decode(
    quoted: Cow<'_, str>,
    escape: char,
    start: usize,
) -> Result<Cow<'_, str>, SyntaxError> {
    if !quoted.contains(escape) {
        return Ok(quoted);
    }
    let mut value = String::with_capacity(quoted.len());
    let mut high: Option<u32> = None;
    let mut at = 0;
    loop {
        let rest = quoted.get(at..).unwrap_or_default();
        let offset = start + 3 + at;
        let mut chars = rest.chars();
        let Some(first) = chars.next() else { break };
        if first != escape || chars.next() == Some(escape) {
            if high.is_some() {
                return Err(SyntaxError::at("invalid Unicode surrogate pair", offset));
            }
            value.push(first);
            at += if first == escape { 2 * escape.len_utf8() } else { first.len_utf8() };
            continue;
        }
        let Some((code, length)) = code_point(rest.get(escape.len_utf8()..).unwrap_or_default())
        else {
            let error = SyntaxError::at("invalid Unicode escape", offset);
            return Err(error.with_hint("Unicode escapes must be \\XXXX or \\+XXXXXX."));
        };
        match (high.take(), code) {
            (Some(first), 0xDC00..0xE000) => {
                let pair = 0x10000 + ((first & 0x3FF) << 10) + (code & 0x3FF);
                value.extend(char::from_u32(pair));
            }
            (Some(_), _) | (None, 0xDC00..0xE000) => {
                return Err(SyntaxError::at("invalid Unicode surrogate pair", offset));
            }
            (None, 0xD800..0xDC00) => high = Some(code),
            (None, _) => match char::from_u32(code).filter(|&char| char != '\0') {
                Some(char) => value.push(char),
                None => return Err(SyntaxError::at("invalid Unicode escape value", offset)),
            },
        }
        at += escape.len_utf8() + length;
    }
    if high.is_some() {
        return Err(SyntaxError::at("invalid Unicode surrogate pair", start + 3 + at));
    }
    Ok(Cow::Owned(value))
}

/// The number behind an escape character, and how many bytes it takes.
fn code_point(text: &str) -> Option<(u32, usize)> {
    let (digits, length) = match text.strip_prefix('+') {
        Some(rest) => (rest.get(..6)?, 7),
        None => (text.get(..4)?, 4),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((u32::from_str_radix(digits, 16).ok()?, length))
}
