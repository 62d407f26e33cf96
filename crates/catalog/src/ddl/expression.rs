//! Where expressions end: their texts are kept as they are written.

use trunkline_sql::{Reader, Span, TokenKind};

use super::{Loader, Read};

/// The words that go on behind the default of a column.
const BEHIND_DEFAULT: [&str; 12] = [
    "not",
    "null",
    "constraint",
    "check",
    "unique",
    "primary",
    "references",
    "generated",
    "collate",
    "deferrable",
    "initially",
    "default",
];

impl Loader<'_> {
    /// The text between parentheses, which are taken.
    pub(super) fn enclosed(&self, reader: &mut Reader<'_>) -> Read<String> {
        if !reader.at_kind(TokenKind::LeftParen) {
            return Err(reader.unexpected().into());
        }
        let start = reader.offset();
        reader.skip()?;
        Ok(self.within(Span::new(start, reader.taken())))
    }

    /// The text of what stands in parentheses at a span.
    fn within(&self, span: Span) -> String {
        Span::new(span.start + 1, span.end.saturating_sub(1)).text(self.sql).trim().to_owned()
    }

    /// The expression of a default.
    pub(super) fn default(&self, reader: &mut Reader<'_>) -> Read<String> {
        let start = reader.offset();
        let mut behind_is = false;
        while !reader.at_end()
            && !reader.at_kind(TokenKind::Comma)
            && !reader.at_kind(TokenKind::RightParen)
        {
            if reader.offset() != start && !behind_is && reader.at_any(&BEHIND_DEFAULT) {
                break;
            }
            behind_is = reader.at("is") || behind_is && reader.at("not");
            reader.skip()?;
        }
        if reader.offset() == start {
            return Err(reader.unexpected().into());
        }
        Ok(Span::new(start, reader.taken()).text(self.sql).to_owned())
    }

    /// What stands up to one of these words, or to the end.
    pub(super) fn up_to(&self, reader: &mut Reader<'_>, words: &[&str]) -> Read<String> {
        let start = reader.offset();
        while !reader.at_end() && !reader.at_any(words) {
            reader.skip()?;
        }
        Ok(Span::new(start, reader.taken().max(start)).text(self.sql).trim().to_owned())
    }

    /// `(a, b)`
    pub(super) fn name_list(reader: &mut Reader<'_>) -> Read<Vec<String>> {
        reader.expect_kind(TokenKind::LeftParen)?;
        let mut names = vec![reader.name()?];
        while reader.eat_kind(TokenKind::Comma) {
            names.push(reader.name()?);
        }
        reader.expect_kind(TokenKind::RightParen)?;
        Ok(names)
    }

    /// `(name = value, …)`, each as `name=value`.
    pub(super) fn options(&self, reader: &mut Reader<'_>) -> Read<Vec<String>> {
        reader.expect_kind(TokenKind::LeftParen)?;
        let mut options = Vec::new();
        loop {
            let mut name = reader.label()?;
            if reader.eat_kind(TokenKind::Dot) {
                name = format!("{name}.{}", reader.label()?);
            }
            let value = if reader.eat_operator("=") {
                if reader.at_string() { reader.string()? } else { self.default(reader)? }
            } else {
                "true".to_owned()
            };
            options.push(format!("{name}={value}"));
            if !reader.eat_kind(TokenKind::Comma) {
                break;
            }
        }
        reader.expect_kind(TokenKind::RightParen)?;
        Ok(options)
    }
}
