//! How lexemes are read.

use super::{MAX_LEXEME, MAX_LEXEMES};
use crate::SqlState;
use crate::types::error::ValueError;
use crate::types::text::is_space;

/// What can be read word by word.
pub(super) struct Words<'a> {
    pub(super) text: &'a str,
    pub(super) rest: &'a str,
    /// The type, for errors.
    pub(super) kind: &'static str,
    /// All bytes of lexemes so far.
    pub(super) total: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(text: &'a str, kind: &'static str) -> Words<'a> {
        Words { text, rest: text, kind, total: 0 }
    }

    pub(super) fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(space);
    }

    /// A lexeme in quotes or without, up to a colon, a space, or a character that ends one.
    pub(super) fn lexeme(&mut self, ends: &[char]) -> Result<String, ValueError> {
        let mut lexeme = String::new();
        let is_quoted = self.rest.starts_with('\'');
        let mut characters = self.rest.chars();
        if is_quoted {
            characters.next();
        }
        loop {
            let rest = characters.as_str();
            match characters.next() {
                Some('\\') => match characters.next() {
                    Some(character) => lexeme.push(character),
                    None => return Err(self.unescaped()),
                },
                Some('\'') if is_quoted => match characters.as_str().strip_prefix('\'') {
                    Some(after) => {
                        lexeme.push('\'');
                        characters = after.chars();
                    }
                    None => break self.rest = characters.as_str(),
                },
                None if is_quoted => return Err(self.syntax()),
                None => break self.rest = rest,
                // Where a word begins, a colon is part of it.
                Some(character)
                    if !is_quoted
                        && !lexeme.is_empty()
                        && (character == ':' || space(character) || ends.contains(&character)) =>
                {
                    break self.rest = rest;
                }
                Some(character) => lexeme.push(character),
            }
        }
        if lexeme.is_empty() {
            return Err(self.syntax());
        }
        Ok(lexeme)
    }

    /// Whether there is room for one more lexeme.
    pub(super) fn admit(&mut self, lexeme: &str) -> Result<(), ValueError> {
        let too_long = |what: &str, length: usize, most: usize| {
            let kind = if what == "string" { " for tsvector" } else { "" };
            let message = format!("{what} is too long{kind} ({length} bytes, max {most} bytes)");
            ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message)
        };
        if lexeme.len() >= MAX_LEXEME && self.kind == "tsquery" {
            let message = ["word is too long in tsquery: \"", self.text, "\""].concat();
            return Err(ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message));
        }
        if lexeme.len() >= MAX_LEXEME {
            return Err(too_long("word", lexeme.len(), MAX_LEXEME.saturating_sub(1)));
        }
        if self.total > MAX_LEXEMES {
            return Err(too_long("string", self.total, MAX_LEXEMES));
        }
        self.total = self.total.saturating_add(lexeme.len());
        Ok(())
    }

    #[cold]
    pub(super) fn syntax(&self) -> ValueError {
        self.error("syntax error in ")
    }

    #[cold]
    pub(super) fn error(&self, what: &str) -> ValueError {
        let message = [what, self.kind, ": \"", self.text, "\""].concat();
        ValueError::new(SqlState::SYNTAX_ERROR, message)
    }

    #[cold]
    fn unescaped(&self) -> ValueError {
        let message = ["there is no escaped character: \"", self.text, "\""].concat();
        ValueError::new(SqlState::SYNTAX_ERROR, message)
    }
}

pub(super) fn space(character: char) -> bool {
    u8::try_from(character).is_ok_and(is_space)
}
