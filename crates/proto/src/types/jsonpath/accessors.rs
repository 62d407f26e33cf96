//! What follows a value in a path: members, elements, filters and methods.

use super::lex::Token;
use super::parse::Parser;
use crate::SqlState;
use crate::types::error::ValueError;
use crate::types::int;

/// Methods without arguments.
const METHODS: [&[u8]; 13] = [
    b"abs",
    b"size",
    b"type",
    b"floor",
    b"double",
    b"ceiling",
    b"keyvalue",
    b"bigint",
    b"boolean",
    b"integer",
    b"number",
    b"string",
    b"date",
];

/// Those that may have a precision.
const TIMES: [&[u8]; 4] = [b"time", b"time_tz", b"timestamp", b"timestamp_tz"];

impl Parser<'_, '_> {
    /// What follows a dot, an opening bracket or a question mark; whether there was one.
    pub(super) fn accessor(&mut self) -> Result<bool, ValueError> {
        match self.token {
            Token::Symbol(".") => {
                self.advance()?;
                self.member()?;
            }
            Token::Symbol("[") => {
                self.advance()?;
                self.elements()?;
            }
            Token::Symbol("?") => {
                self.advance()?;
                self.expect("(")?;
                self.sink.push("?(");
                self.filters = self.filters.saturating_add(1);
                self.deeper(Self::predicate)?;
                self.filters = self.filters.saturating_sub(1);
                self.expect(")")?;
                self.sink.push(")");
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn elements(&mut self) -> Result<(), ValueError> {
        self.sink.push("[");
        if self.token == Token::Symbol("*") {
            self.advance()?;
            self.sink.push("*");
        } else {
            self.subscripts = self.subscripts.saturating_add(1);
            loop {
                self.deeper(Self::expression)?;
                if self.is_word(b"to") {
                    self.advance()?;
                    self.sink.push(" to ");
                    self.deeper(Self::expression)?;
                }
                if self.token != Token::Symbol(",") {
                    break;
                }
                self.advance()?;
                self.sink.push(",");
            }
            self.subscripts = self.subscripts.saturating_sub(1);
        }
        self.expect("]")?;
        self.sink.push("]");
        Ok(())
    }

    fn member(&mut self) -> Result<(), ValueError> {
        match self.token {
            Token::Symbol("*") => {
                self.sink.push(".*");
                self.advance()
            }
            Token::Symbol("**") => {
                self.advance()?;
                self.levels()
            }
            Token::String | Token::Name => {
                let is_name = self.token == Token::Name;
                let name = std::mem::take(&mut self.lexer.value);
                self.advance()?;
                if is_name && self.token == Token::Symbol("(") {
                    return self.method(&name.to_ascii_lowercase());
                }
                self.sink.push(".");
                self.sink.quoted(&name);
                Ok(())
            }
            _ => Err(self.lexer.syntax()),
        }
    }

    /// `**`, and how deep it goes.
    fn levels(&mut self) -> Result<(), ValueError> {
        const LAST: u32 = u32::MAX;
        let (mut first, mut last) = (0, LAST);
        if self.token == Token::Symbol("{") {
            self.advance()?;
            first = self.level()?;
            last = first;
            if self.is_word(b"to") {
                self.advance()?;
                last = self.level()?;
            }
            self.expect("}")?;
        }
        let level = |level: u32| match level {
            LAST => "last".to_owned(),
            level => level.to_string(),
        };
        let printed = match (first, last) {
            (0, LAST) => ".**".to_owned(),
            (first, last) if first == last => format!(".**{{{}}}", level(first)),
            (first, last) => format!(".**{{{} to {}}}", level(first), level(last)),
        };
        self.sink.push(&printed);
        Ok(())
    }

    fn level(&mut self) -> Result<u32, ValueError> {
        let level = match self.token {
            Token::Int => int::parse_i32(self.lexer.digits())?.cast_unsigned(),
            _ if self.is_word(b"last") => u32::MAX,
            _ => return Err(self.lexer.syntax()),
        };
        self.advance()?;
        Ok(level)
    }

    /// What stands between the parentheses of a method.
    fn method(&mut self, name: &[u8]) -> Result<(), ValueError> {
        let known = METHODS.contains(&name)
            || TIMES.contains(&name)
            || matches!(name, b"decimal" | b"datetime");
        if !known {
            return Err(self.lexer.syntax());
        }
        self.advance()?;
        self.sink.push(".");
        self.sink.push(std::str::from_utf8(name).unwrap_or_default());
        self.sink.push("(");
        match (name, self.token) {
            (_, Token::Symbol(")")) => {}
            (b"datetime", Token::String) => {
                self.sink.quoted(&self.lexer.value);
                self.advance()?;
            }
            (b"decimal", _) => {
                self.digits()?;
                let mut count: usize = 1;
                while self.token == Token::Symbol(",") {
                    self.advance()?;
                    self.sink.push(",");
                    self.digits()?;
                    count = count.saturating_add(1);
                }
                if count > 2 && self.token == Token::Symbol(")") {
                    let message = "invalid input syntax for type jsonpath";
                    return Err(ValueError::new(SqlState::SYNTAX_ERROR, message));
                }
            }
            (name, Token::Int) if TIMES.contains(&name) => {
                self.number()?;
                self.advance()?;
            }
            _ => return Err(self.lexer.syntax()),
        }
        self.expect(")")?;
        self.sink.push(")");
        Ok(())
    }

    /// An argument of `decimal`.
    fn digits(&mut self) -> Result<(), ValueError> {
        let start = self.sink.place();
        let sign = self.token;
        if matches!(sign, Token::Symbol("+" | "-")) {
            self.advance()?;
        }
        if self.token != Token::Int {
            return Err(self.lexer.syntax());
        }
        self.number()?;
        if sign == Token::Symbol("-") {
            self.sink.negate(start);
        }
        self.advance()
    }
}
