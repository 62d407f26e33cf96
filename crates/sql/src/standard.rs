//! Backslashes in strings, where settings say something else of them than the standard.

use std::borrow::Cow;

use crate::error::{Flaw, SyntaxError};
use crate::lexer::Lexer;
use crate::token::{Token, TokenKind};

/// What the settings of a session say of backslashes in strings.
///
/// Source: <https://www.postgresql.org/docs/18/runtime-config-compatible.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backslashes {
    /// `standard_conforming_strings`: whether they are letters like any other in `'…'`.
    pub standard_conforming_strings: bool,
    /// `escape_string_warning`: whether those that are none are warned of.
    pub escape_string_warning: bool,
    /// `backslash_quote`: whether `\'` may stand for a quote.
    pub backslash_quote: bool,
}

/// What somebody is warned of who writes `'a\nb'` for `E'a\nb'`: 22P06.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonstandard {
    /// PostgreSQL's message.
    pub message: &'static str,
    /// PostgreSQL's hint.
    pub hint: &'static str,
    /// Where the string begins, in bytes.
    pub offset: usize,
}

impl Backslashes {
    /// Whether every text means what the standard says.
    pub fn are_standard(self) -> bool {
        self.standard_conforming_strings && self.backslash_quote
    }

    /// The text as it is written where all is standard: each token stays in its place, counted in
    /// characters.
    ///
    /// Says of strings with escapes what PostgreSQL warns of.
    ///
    /// # Errors
    ///
    /// 22P06 for `\'` where it may not stand for a quote, 22021 and 22025 for escapes that stand for
    /// nothing, 0A000 for `U&'…'`, 42601 for a string without an end.
    pub fn standardized<'a>(
        self,
        source: &'a str,
        warn: &mut dyn FnMut(Nonstandard),
    ) -> Result<Cow<'a, str>, SyntaxError> {
        let (mut text, mut copied) = (String::new(), 0);
        let lexer = Lexer::new(source);
        for token in lexer.standard_conforming_strings(self.standard_conforming_strings) {
            self.look(source, token, warn)?;
            let is_plain = token.text(source).starts_with('\'');
            if token.kind != TokenKind::EscapeString || !is_plain {
                continue;
            }
            text.push_str(source.get(copied..token.span.start).unwrap_or_default());
            let value = token.string(source)?;
            let written = format!("'{}'", value.replace('\'', "''"));
            let [was, is] = [token.text(source), &written].map(|text| text.chars().count());
            text.push_str(&written);
            text.push_str(&" ".repeat(was.saturating_sub(is)));
            copied = token.span.end;
        }
        if copied == 0 {
            return Ok(Cow::Borrowed(source));
        }
        text.push_str(source.get(copied..).unwrap_or_default());
        Ok(Cow::Owned(text))
    }

    /// Looks at the backslashes of a string.
    fn look(
        self,
        source: &str,
        token: Token,
        warn: &mut dyn FnMut(Nonstandard),
    ) -> Result<(), SyntaxError> {
        let is_string = match token.kind {
            TokenKind::EscapeString => true,
            TokenKind::Invalid(Flaw::UnterminatedString) => true,
            TokenKind::Invalid(Flaw::UnsafeUnicodeString) => {
                return Err(SyntaxError::at_token(source, token));
            }
            _ => false,
        };
        if !is_string {
            return Ok(());
        }
        let offset = token.span.start;
        let is_warned = self.escape_string_warning && token.text(source).starts_with('\'');
        let mut bytes = token.text(source).bytes();
        let mut is_first = true;
        while let Some(byte) = bytes.next() {
            if byte != b'\\' {
                continue;
            }
            let escaped = bytes.next();
            if escaped == Some(b'\'') && !self.backslash_quote {
                return Err(SyntaxError::at(UNSAFE, offset)
                    .with_sqlstate("22P06")
                    .with_hint(UNSAFE_HINT));
            }
            if std::mem::take(&mut is_first) && is_warned {
                warn(nonstandard(escaped, offset));
            }
        }
        match token.kind {
            TokenKind::EscapeString => Ok(()),
            _ => Err(SyntaxError::at_token(source, token)),
        }
    }
}

const UNSAFE: &str = "unsafe use of \\' in a string literal";
const UNSAFE_HINT: &str =
    "Use '' to write quotes in strings. \\' is insecure in client-only encodings.";

/// What is said of the first escape of a string.
fn nonstandard(escaped: Option<u8>, offset: usize) -> Nonstandard {
    let (message, hint) = match escaped {
        Some(b'\'') => (
            "nonstandard use of \\' in a string literal",
            "Use '' to write quotes in strings, or use the escape string syntax (E'...').",
        ),
        Some(b'\\') => (
            "nonstandard use of \\\\ in a string literal",
            "Use the escape string syntax for backslashes, e.g., E'\\\\'.",
        ),
        _ => (
            "nonstandard use of escape in a string literal",
            "Use the escape string syntax for escapes, e.g., E'\\r\\n'.",
        ),
    };
    Nonstandard { message, hint, offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFF: Backslashes = Backslashes {
        standard_conforming_strings: false,
        escape_string_warning: true,
        backslash_quote: true,
    };

    type Read = (String, Vec<(usize, &'static str)>);

    /// The text as it is written then, and where it is warned of; as PostgreSQL 18 reads it.
    fn read(rules: Backslashes, sql: &str) -> Result<Read, String> {
        let mut warned = Vec::new();
        let mut warn = |said: Nonstandard| warned.push((said.offset, said.message));
        let text = rules.standardized(sql, &mut warn);
        let text = text.map_err(|error| format!("{} {error}", error.sqlstate()))?.into_owned();
        Ok((text, warned))
    }

    #[test]
    fn what_stands_behind_stays_in_its_place() {
        for (sql, standard) in [
            (r"select 'a\\b', 1", r"select 'a\b' , 1"),
            (r"select 'it\'s', 'a''b', 1", "select 'it''s', 'a''b', 1"),
            (r"select '\x41\101\u0041\q', 1", "select 'AAAq'            , 1"),
            (r"select '\047', 1", "select ''''  , 1"),
            (r#"select E'a\\b', $$a\b$$, "a\b", B'1' -- '\\'"#, ""),
        ] {
            let standard = if standard.is_empty() { sql } else { standard };
            let (text, _) = read(OFF, sql).expect("strings");
            assert_eq!(text, standard, "{sql}");
            assert_eq!(text.chars().count(), sql.chars().count(), "{sql}");
        }
    }

    #[test]
    fn the_first_escape_is_warned_of() {
        let (_, warned) =
            read(OFF, r"select 'it\'s\n', 'a\\b\n', 'x\ty\\', 'plain', E'\n'").unwrap();
        let said: Vec<&str> = warned.iter().map(|(_, message)| *message).collect();
        assert_eq!(
            said,
            [
                r"nonstandard use of \' in a string literal",
                r"nonstandard use of \\ in a string literal",
                "nonstandard use of escape in a string literal",
            ]
        );
        assert_eq!(warned.first().map(|(offset, _)| *offset), Some(7));
        let silent = Backslashes { escape_string_warning: false, ..OFF };
        assert_eq!(read(silent, r"select 'a\\b'").unwrap().1, []);
    }

    #[test]
    fn what_postgresql_refuses_is_refused() {
        let strict =
            Backslashes { standard_conforming_strings: true, backslash_quote: false, ..OFF };
        let refused =
            |rules, sql| read(rules, sql).expect_err(sql).split(' ').next().map(str::to_owned);
        assert_eq!(refused(strict, r"select E'it\'s'").as_deref(), Some("22P06"));
        assert_eq!(refused(OFF, r"select U&'\0041'").as_deref(), Some("0A000"));
        assert_eq!(refused(OFF, r"select 'abc\'").as_deref(), Some("42601"));
        assert_eq!(refused(OFF, r"select 'abc\000'").as_deref(), Some("22021"));
        let kept = r"select 'a\' , E'a\\b', E'a''b'";
        assert_eq!(read(strict, kept).unwrap(), (kept.to_owned(), vec![]));
    }
}
