//! A script for psql, without what is psql's alone.

use std::borrow::Cow;

use trunkline_sql::{Lexer, Span, TokenKind, split};

/// A script in which psql's own commands (`\connect`, `\restrict`) are blank, and the data behind
/// `COPY … FROM stdin;` up to `\.`; every byte stays where it is.
pub(super) fn plain(script: &str) -> Cow<'_, str> {
    if !script.contains('\\') {
        return Cow::Borrowed(script);
    }
    let mut plain = String::with_capacity(script.len());
    while let Some(rest) = script.get(plain.len()..).filter(|rest| !rest.is_empty()) {
        let Some(first) = Lexer::new(rest).next_significant() else {
            plain.push_str(rest);
            break;
        };
        if first.kind == TokenKind::Unknown && first.text(rest) == "\\" {
            plain.push_str(rest.get(..first.span.start).unwrap_or_default());
            blank(&mut plain, line(rest, first.span.start));
            continue;
        }
        let Some(statement) = split(rest).next() else { break };
        let behind = Span::new(statement.span().end, rest.len());
        let semicolon = Lexer::new(rest).within(behind).next_significant();
        let end = semicolon.map_or(rest.len(), |token| token.span.end);
        let (text, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        plain.push_str(text);
        if is_copy(statement.text()) {
            let over = behind.find("\n\\.").map_or(behind.len(), |at| at + 3);
            blank(&mut plain, behind.get(..over).unwrap_or_default());
        }
    }
    Cow::Owned(plain)
}

/// What stands from an offset to the end of its line.
fn line(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    rest.split('\n').next().unwrap_or_default()
}

/// Appends a blank for each byte but the ends of lines.
fn blank(plain: &mut String, text: &str) {
    plain.extend(text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}

/// Whether data of the client follow a statement.
fn is_copy(statement: &str) -> bool {
    let mut lexer = Lexer::new(statement);
    let is_copy = lexer.next_significant().is_some_and(|first| first.is_word(statement, "copy"));
    let mut words = std::iter::from_fn(|| lexer.next_significant());
    is_copy && words.any(|token| token.is_word(statement, "stdin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_psqls_is_blank() {
        let script =
            "\\restrict x\nCREATE TABLE t (a int);\nCOPY t FROM stdin;\nä\\N\n\\.\nSELECT '\\';\n";
        let plain = plain(script);
        assert_eq!(plain.len(), script.len());
        let texts: Vec<_> = split(&plain).map(|one| one.text()).collect();
        assert_eq!(texts, ["CREATE TABLE t (a int)", "COPY t FROM stdin", "SELECT '\\'"]);
    }
}
