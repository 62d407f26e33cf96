//! Operators and the comments that may begin inside them.

use super::class::is_operator;
use super::{Text, invalid};
use crate::error::Flaw;
use crate::token::TokenKind;

/// `NAMEDATALEN`: an operator must be shorter.
const NAME_LENGTH: usize = 64;

/// The operator at `start`, which is an operator character and begins no comment.
///
/// The longest run of operator characters, cut before `--` and `/*`. As the SQL standard wants
/// `a=-1` to work, a trailing `+` or `-` belongs to an operator of several characters only if that
/// also has one of ``~ ! @ # % ^ & | ` ?``.
/// <https://www.postgresql.org/docs/18/sql-syntax-lexical.html#SQL-SYNTAX-OPERATORS>
///
/// The signs that are cut off then stand alone, up to `signs`. To know that saves reading them
/// again and again: a long row of `+` would take quadratic time.
pub(super) fn operator(text: Text<'_>, start: usize, signs: &mut usize) -> (TokenKind, usize) {
    let run = text.run(start, is_operator);
    let mut name = text.bytes.get(start..run).unwrap_or_default();
    if let Some(comment) = name.windows(2).position(|pair| matches!(pair, b"--" | b"/*")) {
        name = name.get(..comment).unwrap_or_default();
    }
    *signs = start.saturating_add(name.len());
    let keeps_sign = name.split_last().is_some_and(|(_, before)| before.iter().any(is_unsql));
    if !keeps_sign {
        while let [before @ .., b'+' | b'-'] = name
            && !before.is_empty()
        {
            name = before;
        }
    }
    let end = start.saturating_add(name.len());
    match name {
        b"=>" => (TokenKind::EqualsGreater, end),
        _ if name.len() >= NAME_LENGTH => invalid(Flaw::OperatorTooLong, end),
        _ => (TokenKind::Operator, end),
    }
}

/// A comment whose `/*` ends at `from`.
pub(super) fn block_comment(text: Text<'_>, from: usize) -> (TokenKind, usize) {
    let mut depth = 1_usize;
    let mut at = from;
    while depth > 0 {
        at = text.run(at, |byte| byte != b'*' && byte != b'/');
        match (text.byte(at), text.byte(at.saturating_add(1))) {
            (b'*', b'/') => {
                depth = depth.saturating_sub(1);
                at = at.saturating_add(2);
            }
            (b'/', b'*') => {
                depth = depth.saturating_add(1);
                at = at.saturating_add(2);
            }
            _ if at >= text.len() => return invalid(Flaw::UnterminatedComment, text.len()),
            _ => at = at.saturating_add(1),
        }
    }
    (TokenKind::BlockComment, at)
}

/// The operator characters that the SQL standard does not use.
fn is_unsql(byte: &u8) -> bool {
    matches!(byte, b'~' | b'!' | b'@' | b'#' | b'%' | b'^' | b'&' | b'|' | b'`' | b'?')
}
