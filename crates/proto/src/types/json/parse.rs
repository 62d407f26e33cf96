//! The grammar of JSON.

use super::lex::{Bracket, Lexer, Token};
use super::refuse::unexpected;
use crate::SqlState;
use crate::types::Numeric;
use crate::types::error::ValueError;

/// How deep objects and arrays may lie in one another; PostgreSQL's bound is its stack, which ends at
/// about 14,000.
const MAX_DEPTH: usize = 10_000;

/// So many digits any `numeric` has.
const ALWAYS_FITS: usize = 1000;

/// Reads a text word by word, and complains where it is no JSON.
pub(super) struct Parser<'a> {
    pub(super) lexer: Lexer<'a>,
    is_jsonb: bool,
    open: Vec<Bracket>,
    /// The word after the last one that was given.
    ahead: Token,
    expected: Expected,
    /// Where the word that was given last begins and ends.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What may come next.
#[derive(Clone, Copy)]
pub(super) enum Expected {
    Value,
    /// Or the end of an array without elements.
    FirstElement,
    Key,
    /// Or the end of an object without members.
    FirstKey,
    Colon,
    /// A comma, or the end of what is open.
    More,
}

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Open(Bracket),
    Close(Bracket),
    Key,
    String,
    Number,
    Word,
    Comma,
    Colon,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, is_jsonb: bool) -> Result<Parser<'a>, ValueError> {
        let mut lexer = Lexer::new(text, is_jsonb);
        let ahead = lexer.next()?;
        let (open, expected) = (Vec::new(), Expected::Value);
        Ok(Parser { lexer, is_jsonb, open, ahead, expected, start: 0, end: 0 })
    }

    /// What is open around the last word.
    pub(super) fn inside(&self) -> Option<Bracket> {
        self.open.last().copied()
    }

    /// The next word; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Event>, ValueError> {
        let token = self.ahead;
        let event = match (self.expected, token) {
            (Expected::Value | Expected::FirstElement, Token::Open(bracket)) => {
                if self.open.len() >= MAX_DEPTH {
                    let message = "stack depth limit exceeded";
                    return Err(ValueError::new(SqlState::STATEMENT_TOO_COMPLEX, message));
                }
                self.open.push(bracket);
                self.expected = match bracket {
                    Bracket::Object => Expected::FirstKey,
                    Bracket::Array => Expected::FirstElement,
                };
                Event::Open(bracket)
            }
            (Expected::FirstElement, Token::Close(Bracket::Array)) => self.close(Bracket::Array)?,
            (Expected::FirstKey, Token::Close(Bracket::Object)) => self.close(Bracket::Object)?,
            (Expected::Value | Expected::FirstElement, Token::String) => {
                self.expected = Expected::More;
                Event::String
            }
            (Expected::Value | Expected::FirstElement, Token::Number) => {
                self.expected = Expected::More;
                Event::Number
            }
            (Expected::Value | Expected::FirstElement, Token::Word) => {
                self.expected = Expected::More;
                Event::Word
            }
            (Expected::Key | Expected::FirstKey, Token::String) => {
                self.expected = Expected::Colon;
                Event::Key
            }
            (Expected::Colon, Token::Colon) => {
                self.expected = Expected::Value;
                Event::Colon
            }
            (Expected::More, Token::Close(bracket)) => self.close(bracket)?,
            (Expected::More, Token::Comma) => {
                self.expected = match self.inside().ok_or_else(|| self.unexpected())? {
                    Bracket::Object => Expected::Key,
                    Bracket::Array => Expected::Value,
                };
                Event::Comma
            }
            (Expected::More, Token::End) if self.open.is_empty() => return Ok(None),
            _ => return Err(self.unexpected()),
        };
        (self.start, self.end) = (self.lexer.start(), self.lexer.end());
        let word = self.lexer.word();
        // As PostgreSQL does, the next word is looked at before the number.
        self.ahead = self.lexer.next()?;
        let may_overflow = word.len() > ALWAYS_FITS || word.contains(['e', 'E']);
        if self.is_jsonb && event == Event::Number && may_overflow {
            Numeric::parse(word)?;
        }
        Ok(Some(event))
    }

    /// The word ahead is not what may come next.
    #[cold]
    fn unexpected(&self) -> ValueError {
        let place = (self.lexer.start(), self.lexer.end());
        unexpected(self.lexer.text(), self.expected, self.inside(), place)
    }

    fn close(&mut self, bracket: Bracket) -> Result<Event, ValueError> {
        if self.inside() != Some(bracket) {
            return Err(self.unexpected());
        }
        self.open.pop();
        self.expected = Expected::More;
        Ok(Event::Close(bracket))
    }
}
