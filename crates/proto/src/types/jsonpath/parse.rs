//! The grammar of paths.

use super::lex::{Lexer, Token};
use super::print::Sink;
use crate::SqlState;
use crate::types::Numeric;
use crate::types::error::ValueError;

/// How deep parentheses may lie in one another; PostgreSQL's bound is its stack.
const MAX_DEPTH: usize = 250;

/// Reads a path, and prints it on the way.
pub(super) struct Parser<'a, 'o> {
    text: &'a str,
    pub(super) lexer: Lexer<'a>,
    pub(super) token: Token,
    pub(super) sink: Sink<'o>,
    depth: usize,
    /// How many filters, and how many subscripts, are around.
    pub(super) filters: usize,
    pub(super) subscripts: usize,
    /// What is found to be wrong when all has been read.
    misplaced: Option<&'static str>,
}

/// An expression or a predicate that was read.
pub(super) struct Part {
    /// Where it was printed.
    start: usize,
    /// The higher binds the closer; only operators need parentheses.
    priority: u8,
    is_predicate: bool,
    /// Where the accessors behind it begin: parentheses do not go around these.
    accessors: Option<usize>,
    /// A number on its own, which takes a sign into itself, and parentheses before an accessor.
    is_number: bool,
    /// A `like_regex`, which needs parentheses where others do not.
    is_regex: bool,
}

impl Part {
    /// What needs no parentheses.
    fn atom(start: usize) -> Part {
        Part {
            start,
            priority: ATOM,
            is_predicate: false,
            accessors: None,
            is_number: false,
            is_regex: false,
        }
    }
}

const OR: u8 = 0;
const AND: u8 = 1;
const COMPARISON: u8 = 2;
const SUM: u8 = 3;
const PRODUCT: u8 = 4;
const SIGN: u8 = 5;
const ATOM: u8 = 6;

impl<'a, 'o> Parser<'a, 'o> {
    pub(super) fn new(text: &'a str, sink: Sink<'o>) -> Result<Parser<'a, 'o>, ValueError> {
        let mut lexer = Lexer::new(text);
        let token = lexer.next()?;
        Ok(Parser {
            text,
            lexer,
            token,
            sink,
            depth: 0,
            filters: 0,
            subscripts: 0,
            misplaced: None,
        })
    }

    pub(super) fn path(mut self) -> Result<(), ValueError> {
        if self.token == Token::End {
            return Err(ValueError::syntax("jsonpath", self.text));
        }
        if self.is_word(b"strict") {
            self.sink.push("strict ");
            self.advance()?;
        } else if self.is_word(b"lax") {
            self.advance()?;
        }
        let part = self.operators(OR)?;
        if self.token != Token::End {
            return Err(self.lexer.syntax());
        }
        if part.priority < ATOM || part.is_regex {
            self.enclose(&part);
        }
        match self.misplaced {
            Some(message) => Err(ValueError::new(SqlState::SYNTAX_ERROR, message)),
            None => Ok(()),
        }
    }

    fn enclose(&mut self, part: &Part) {
        let end = part.accessors.unwrap_or(self.sink.place());
        self.sink.enclose(part.start, end);
    }

    pub(super) fn advance(&mut self) -> Result<(), ValueError> {
        self.token = self.lexer.next()?;
        Ok(())
    }

    /// Whether the word is this key word, in any case; `true`, `false` and `null` are small.
    pub(super) fn is_word(&self, word: &[u8]) -> bool {
        let exact = matches!(word, b"true" | b"false" | b"null");
        self.token == Token::Name
            && match exact {
                true => self.lexer.value == word,
                false => self.lexer.value.eq_ignore_ascii_case(word),
            }
    }

    pub(super) fn expect(&mut self, symbol: &'static str) -> Result<(), ValueError> {
        if self.token != Token::Symbol(symbol) {
            return Err(self.lexer.syntax());
        }
        self.advance()
    }

    /// Goes one deeper for what is read.
    pub(super) fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ValueError>,
    ) -> Result<T, ValueError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            let message = "stack depth limit exceeded";
            return Err(ValueError::new(SqlState::STATEMENT_TOO_COMPLEX, message));
        }
        let read = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(read)
    }

    pub(super) fn predicate(&mut self) -> Result<Part, ValueError> {
        let part = self.operators(OR)?;
        if part.is_predicate { Ok(part) } else { Err(self.lexer.syntax()) }
    }

    pub(super) fn expression(&mut self) -> Result<Part, ValueError> {
        let part = self.operators(OR)?;
        if part.is_predicate { Err(self.lexer.syntax()) } else { Ok(part) }
    }

    /// Operands and the operators between them that bind as closely at least.
    fn operators(&mut self, least: u8) -> Result<Part, ValueError> {
        let mut left = self.signed()?;
        let start = left.start;
        // Parentheses that open before the first operand.
        let mut opened: usize = 0;
        loop {
            let (symbol, priority) = match self.token {
                Token::Symbol(symbol) => match symbol {
                    "||" => (symbol, OR),
                    "&&" => (symbol, AND),
                    "==" | "!=" | "<" | ">" | "<=" | ">=" => (symbol, COMPARISON),
                    "+" | "-" => (symbol, SUM),
                    "*" | "/" | "%" => (symbol, PRODUCT),
                    _ => break,
                },
                _ if self.is_word(b"starts") => ("starts", COMPARISON),
                _ if self.is_word(b"like_regex") => ("like_regex", COMPARISON),
                _ => break,
            };
            if priority < least {
                break;
            }
            if left.is_predicate != (priority < COMPARISON) {
                return Err(self.lexer.syntax());
            }
            let is_regex = symbol == "like_regex";
            if left.priority <= priority || (is_regex && (left.priority < ATOM || left.is_regex)) {
                opened = opened.saturating_add(1);
                self.sink.insert(left.accessors.unwrap_or(self.sink.place()), ")", 1);
            }
            self.advance()?;
            match symbol {
                "starts" => self.starts_with()?,
                "like_regex" => self.like_regex()?,
                symbol => {
                    self.sink.push(" ");
                    self.sink.push(symbol);
                    self.sink.push(" ");
                    let right = self.operators(priority.saturating_add(1))?;
                    if right.is_predicate != (priority < COMPARISON) {
                        return Err(self.lexer.syntax());
                    }
                    if right.priority <= priority {
                        self.enclose(&right);
                    }
                }
            }
            let is_predicate = priority <= COMPARISON;
            let priority = if is_regex { ATOM } else { priority };
            left = Part { priority, is_predicate, is_regex, ..Part::atom(start) };
        }
        self.sink.insert(start, "(", opened);
        Ok(left)
    }

    fn starts_with(&mut self) -> Result<(), ValueError> {
        if !self.is_word(b"with") {
            return Err(self.lexer.syntax());
        }
        self.advance()?;
        self.sink.push(" starts with ");
        match self.token {
            Token::String => {}
            Token::Variable => self.sink.push("$"),
            _ => return Err(self.lexer.syntax()),
        }
        self.sink.quoted(&self.lexer.value);
        self.advance()
    }

    fn like_regex(&mut self) -> Result<(), ValueError> {
        const FLAGS: &[u8] = b"ismxq";
        if self.token != Token::String {
            return Err(self.lexer.syntax());
        }
        self.sink.push(" like_regex ");
        self.sink.quoted(&self.lexer.value);
        self.advance()?;
        if !self.is_word(b"flag") {
            return Ok(());
        }
        self.advance()?;
        if self.token != Token::String {
            return Err(self.lexer.syntax());
        }
        let given = &self.lexer.value;
        if !given.iter().all(|flag| FLAGS.contains(flag)) {
            let message = "invalid input syntax for type jsonpath";
            return Err(ValueError::new(SqlState::SYNTAX_ERROR, message));
        }
        if given.contains(&b'x') && !given.contains(&b'q') {
            let message = "XQuery \"x\" flag (expanded regular expressions) is not implemented";
            return Err(ValueError::new(SqlState::FEATURE_NOT_SUPPORTED, message));
        }
        if !given.is_empty() {
            self.sink.push(" flag \"");
            for flag in FLAGS.iter().filter(|flag| given.contains(flag)) {
                self.sink.push(char::from(*flag).encode_utf8(&mut [0; 4]));
            }
            self.sink.push("\"");
        }
        self.advance()
    }

    /// An operand, perhaps after signs.
    fn signed(&mut self) -> Result<Part, ValueError> {
        match self.token {
            Token::Symbol(sign @ ("+" | "-")) => {
                self.advance()?;
                let mut part = self.deeper(Self::signed)?;
                if part.is_predicate {
                    return Err(self.lexer.syntax());
                }
                match (part.is_number, sign) {
                    (true, "+") => {}
                    (true, _) => self.sink.negate(part.start),
                    (false, sign) => {
                        if part.priority <= SIGN {
                            self.enclose(&part);
                        }
                        self.sink.insert(part.start, sign, 1);
                        part = Part { priority: SIGN, ..Part::atom(part.start) };
                    }
                }
                Ok(part)
            }
            Token::Symbol("!") => self.not(),
            _ => self.operand(),
        }
    }

    fn not(&mut self) -> Result<Part, ValueError> {
        let start = self.sink.place();
        self.sink.push("!(");
        self.advance()?;
        if self.is_word(b"exists") {
            self.exists()?;
        } else {
            self.expect("(")?;
            self.deeper(Self::predicate)?;
            self.expect(")")?;
        }
        self.sink.push(")");
        Ok(Part { is_predicate: true, ..Part::atom(start) })
    }

    fn exists(&mut self) -> Result<(), ValueError> {
        self.advance()?;
        self.expect("(")?;
        self.sink.push("exists (");
        self.deeper(Self::expression)?;
        self.expect(")")?;
        self.sink.push(")");
        Ok(())
    }

    fn operand(&mut self) -> Result<Part, ValueError> {
        let start = self.sink.place();
        let mut part = Part::atom(start);
        if self.is_word(b"exists") {
            self.exists()?;
            part.is_predicate = true;
            return Ok(part);
        }
        if self.token == Token::Symbol("(") {
            self.advance()?;
            part = self.deeper(|parser| parser.operators(OR))?;
            self.expect(")")?;
            if part.is_predicate && self.is_word(b"is") {
                self.advance()?;
                if !self.is_word(b"unknown") {
                    return Err(self.lexer.syntax());
                }
                self.advance()?;
                self.sink.enclose(part.start, self.sink.place());
                self.sink.push(" is unknown");
                return Ok(Part { is_predicate: true, ..Part::atom(part.start) });
            }
        } else {
            part.is_number = self.primary()?;
        }
        if matches!(self.token, Token::Symbol("." | "[" | "?")) {
            if part.is_number {
                self.enclose(&part);
            }
            part.accessors.get_or_insert(self.sink.place());
            (part.is_number, part.is_predicate) = (false, false);
            while self.accessor()? {}
        }
        Ok(part)
    }

    /// A scalar, or where a path begins; whether it is a number.
    fn primary(&mut self) -> Result<bool, ValueError> {
        let is_number = matches!(self.token, Token::Int | Token::Numeric);
        match self.token {
            Token::String => self.sink.quoted(&self.lexer.value),
            Token::Variable => {
                self.sink.push("$");
                self.sink.quoted(&self.lexer.value);
            }
            Token::Int | Token::Numeric => self.number()?,
            Token::Symbol("$") => self.sink.push("$"),
            Token::Symbol("@") => {
                if self.filters == 0 {
                    self.misplaced.get_or_insert("@ is not allowed in root expressions");
                }
                self.sink.push("@");
            }
            _ if self.is_word(b"last") => {
                if self.subscripts == 0 {
                    self.misplaced.get_or_insert("LAST is allowed only in array subscripts");
                }
                self.sink.push("last");
            }
            _ if self.is_word(b"null") => self.sink.push("null"),
            _ if self.is_word(b"true") => self.sink.push("true"),
            _ if self.is_word(b"false") => self.sink.push("false"),
            _ => return Err(self.lexer.syntax()),
        }
        self.advance()?;
        Ok(is_number)
    }

    pub(super) fn number(&mut self) -> Result<(), ValueError> {
        let text = self.lexer.digits();
        // What prints as itself.
        if text.len() < 1000 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            self.sink.push(text);
            return Ok(());
        }
        self.sink.number(&Numeric::parse(text)?)
    }
}
