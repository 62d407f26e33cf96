//! How an array is read.

use std::borrow::Cow;

use super::{Dimension, MAX_DIMENSIONS, Parts, check_size, too_large};
use crate::SqlState;
use crate::types::error::ValueError;
use crate::types::text::is_space;

/// Reads an array: `{1,NULL,"a b"}`, `{{1,2},{3,4}}`, `[0:1]={5,6}`.
///
/// `read` gets each element's text, without quotes and escapes, or NULL.
///
/// # Errors
///
/// 22P02 for other text, 54000 for more than six dimensions or too many elements, 2202E for an
/// upper bound below the lower; and those of `read`.
pub fn parse<T>(
    text: &str,
    delimiter: u8,
    mut read: impl FnMut(Option<&str>) -> Result<T, ValueError>,
) -> Result<Parts<T>, ValueError> {
    let mut parser = Parser::new(text, delimiter);
    let mut elements = Vec::new();
    while let Some(element) = parser.element()? {
        elements.push(read(element.as_deref())?);
    }
    if !parser.rest.iter().all(|byte| is_space(*byte)) {
        return Err(parser.malformed("Junk after closing right brace."));
    }
    if elements.is_empty() {
        return Ok(Parts { dimensions: Vec::new(), elements });
    }
    let lower = parser.bounds.iter().map(|bound| bound.lower).chain(std::iter::repeat(1));
    let lengths = parser.shape.lengths.iter().take(parser.shape.depth);
    let dimensions: Vec<Dimension> = lengths
        .zip(lower)
        .map(|(length, lower)| Dimension { length: length.unwrap_or(0), lower })
        .collect();
    check_size(&dimensions)?;
    Ok(Parts { dimensions, elements })
}

/// Reads an array element by element.
#[derive(Clone)]
pub(in crate::types) struct Parser<'a> {
    text: &'a str,
    rest: &'a [u8],
    delimiter: u8,
    stage: Stage,
    bounds: Vec<Dimension>,
    shape: Shape,
    /// How many braces are open.
    level: usize,
    expect_delimiter: bool,
}

#[derive(Clone, PartialEq)]
enum Stage {
    Before,
    Within,
    /// Behind the last brace, or an error.
    After,
}

/// NULL is nothing.
type Element<'a> = Option<Cow<'a, str>>;

enum Token<'a> {
    Open,
    Close,
    Delimiter,
    Element(Element<'a>),
}

/// What is known of the dimensions so far.
#[derive(Clone)]
struct Shape {
    /// The number of dimensions.
    depth: usize,
    /// Whether there can be no more of them.
    frozen: bool,
    given: bool,
    lengths: [Option<i32>; MAX_DIMENSIONS],
    counts: [i32; MAX_DIMENSIONS],
}

impl Shape {
    fn new(bounds: &[Dimension]) -> Shape {
        let mut lengths = [None; MAX_DIMENSIONS];
        for (length, bound) in lengths.iter_mut().zip(bounds) {
            *length = Some(bound.length);
        }
        let given = !bounds.is_empty();
        Shape { depth: bounds.len(), frozen: given, given, lengths, counts: [0; MAX_DIMENSIONS] }
    }

    /// Counts one more element or sub-array of a level; levels count from 1.
    fn count(&mut self, level: usize) {
        if let Some(count) = level.checked_sub(1).and_then(|level| self.counts.get_mut(level)) {
            *count = count.saturating_add(1);
        }
    }
}

impl<'a> Parser<'a> {
    pub(in crate::types) fn new(text: &'a str, delimiter: u8) -> Parser<'a> {
        Parser {
            text,
            rest: text.as_bytes(),
            delimiter,
            stage: Stage::Before,
            bounds: Vec::new(),
            shape: Shape::new(&[]),
            level: 0,
            expect_delimiter: false,
        }
    }

    /// The next element, or nothing after the last one and after an error.
    pub(in crate::types) fn element(&mut self) -> Result<Option<Element<'a>>, ValueError> {
        let element = match self.stage {
            Stage::Before => self.start().and_then(|()| self.next_element()),
            Stage::Within => self.next_element(),
            Stage::After => Ok(None),
        };
        if !matches!(element, Ok(Some(_))) {
            self.stage = Stage::After;
        }
        element
    }

    /// Reads what comes before the first brace.
    fn start(&mut self) -> Result<(), ValueError> {
        self.bounds = self.dimensions()?;
        self.shape = Shape::new(&self.bounds);
        self.stage = Stage::Within;
        match self.rest {
            [b'{', ..] => Ok(()),
            _ if self.bounds.is_empty() => {
                Err(self.malformed("Array value must start with \"{\" or dimension information."))
            }
            _ => Err(self.malformed("Array contents must start with \"{\".")),
        }
    }

    /// `[1:2][0:3]=`
    fn dimensions(&mut self) -> Result<Vec<Dimension>, ValueError> {
        let mut dimensions = Vec::new();
        loop {
            self.skip_spaces();
            let [b'[', rest @ ..] = self.rest else { break };
            self.rest = rest;
            if dimensions.len() >= MAX_DIMENSIONS {
                return Err(too_many_dimensions());
            }
            let mut lower = 1;
            let introduced = "\"[\" must introduce explicitly-specified array dimensions.";
            let mut upper = self.bound(introduced)?;
            if let [b':', rest @ ..] = self.rest {
                self.rest = rest;
                lower = upper;
                upper = self.bound("Missing array dimension value.")?;
            }
            let [b']', rest @ ..] = self.rest else {
                return Err(self.malformed("Missing \"]\" after array dimensions."));
            };
            self.rest = rest;
            if upper < lower {
                return Err(ValueError::new(
                    SqlState::ARRAY_SUBSCRIPT_ERROR,
                    "upper bound cannot be less than lower bound",
                ));
            }
            if upper == i32::MAX {
                let message = format!("array upper bound is too large: {upper}");
                return Err(ValueError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message));
            }
            let length = upper.checked_sub(lower).and_then(|length| length.checked_add(1));
            let length = length.ok_or_else(too_large)?;
            dimensions.push(Dimension { length, lower });
        }
        if !dimensions.is_empty() {
            let [b'=', rest @ ..] = self.rest else {
                return Err(self.malformed("Missing \"=\" after array dimensions."));
            };
            self.rest = rest;
            self.skip_spaces();
        }
        Ok(dimensions)
    }

    fn bound(&mut self, missing: &str) -> Result<i32, ValueError> {
        let end = self
            .rest
            .iter()
            .enumerate()
            .position(|(place, byte)| {
                !(byte.is_ascii_digit() || (place == 0 && matches!(byte, b'-' | b'+')))
            })
            .unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, &[]));
        self.rest = rest;
        let number = std::str::from_utf8(number).unwrap_or_default();
        match number.parse::<i32>() {
            Ok(number) => Ok(number),
            Err(_) if number.ends_with(|last: char| last.is_ascii_digit()) => Err(ValueError::new(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                "array bound is out of integer range",
            )),
            Err(_) => Err(self.malformed(missing)),
        }
    }

    fn next_element(&mut self) -> Result<Option<Element<'a>>, ValueError> {
        // All elements lie at the same depth as the first; one that does not was read before that
        // is said, for it may itself be wrong.
        if self.expect_delimiter && self.level != self.shape.depth {
            return Err(self.uneven());
        }
        loop {
            match self.token()? {
                Token::Open => self.open()?,
                Token::Close => self.close()?,
                Token::Delimiter if self.expect_delimiter => self.expect_delimiter = false,
                Token::Delimiter => return Err(self.unexpected(self.delimiter)),
                Token::Element(_) if self.expect_delimiter => {
                    return Err(self.malformed("Unexpected array element."));
                }
                Token::Element(element) => {
                    self.shape.frozen = true;
                    self.shape.count(self.level);
                    self.expect_delimiter = true;
                    return Ok(Some(element));
                }
            }
            if self.level == 0 {
                return Ok(None);
            }
        }
    }

    fn open(&mut self) -> Result<(), ValueError> {
        if self.expect_delimiter {
            return Err(self.unexpected(b'{'));
        }
        let Some(count) = self.shape.counts.get_mut(self.level) else {
            return Err(too_many_dimensions());
        };
        *count = 0;
        self.level = self.level.saturating_add(1);
        if self.level > self.shape.depth {
            if self.shape.frozen {
                return Err(self.uneven());
            }
            self.shape.depth = self.level;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), ValueError> {
        self.level = self.level.saturating_sub(1);
        let count = self.shape.counts.get(self.level).copied().unwrap_or(0);
        if count > 0 && !self.expect_delimiter {
            return Err(self.unexpected(b'}'));
        }
        self.shape.count(self.level);
        match self.shape.lengths.get_mut(self.level) {
            Some(Some(length)) if *length != count => return Err(self.uneven()),
            Some(length) => *length = Some(count),
            None => {}
        }
        self.expect_delimiter = true;
        Ok(())
    }

    fn token(&mut self) -> Result<Token<'a>, ValueError> {
        self.skip_spaces();
        match self.rest {
            [] => Err(self.ended()),
            [b'{', rest @ ..] => {
                self.rest = rest;
                Ok(Token::Open)
            }
            [b'}', rest @ ..] => {
                self.rest = rest;
                Ok(Token::Close)
            }
            [b'"', rest @ ..] => {
                self.rest = rest;
                self.quoted()
            }
            [byte, rest @ ..] if *byte == self.delimiter => {
                self.rest = rest;
                Ok(Token::Delimiter)
            }
            _ => self.bare(),
        }
    }

    /// What follows a quote, up to the next and what must come behind it.
    fn quoted(&mut self) -> Result<Token<'a>, ValueError> {
        let start = self.rest;
        let mut escapes: usize = 0;
        let length = loop {
            match self.rest {
                [] | [b'\\'] => return Err(self.ended()),
                [b'\\', _, rest @ ..] => {
                    escapes = escapes.saturating_add(1);
                    self.rest = rest;
                }
                [b'"', rest @ ..] => {
                    let length = start.len().saturating_sub(self.rest.len());
                    self.rest = rest;
                    break length;
                }
                [_, rest @ ..] => self.rest = rest,
            }
        };
        let element = self.without_escapes(start, length, escapes);
        self.skip_spaces();
        match self.rest {
            [] => Err(self.ended()),
            [b'{' | b'}', ..] => Ok(Token::Element(Some(element))),
            [byte, ..] if *byte == self.delimiter => Ok(Token::Element(Some(element))),
            _ => Err(self.malformed("Incorrectly quoted array element.")),
        }
    }

    fn bare(&mut self) -> Result<Token<'a>, ValueError> {
        let start = self.rest;
        // How much of it counts: spaces at the end do not.
        let mut length: usize = 0;
        let mut escapes: usize = 0;
        loop {
            let (counts, rest) = match self.rest {
                [] | [b'\\'] => return Err(self.ended()),
                [b'{', ..] => return Err(self.unexpected(b'{')),
                [b'"', ..] => return Err(self.malformed("Incorrectly quoted array element.")),
                [b'\\', _, rest @ ..] => {
                    escapes = escapes.saturating_add(1);
                    (true, rest)
                }
                [byte, ..] if *byte == self.delimiter || *byte == b'}' => break,
                [byte, rest @ ..] => (!is_space(*byte), rest),
            };
            self.rest = rest;
            if counts {
                length = start.len().saturating_sub(rest.len());
            }
        }
        let element = self.without_escapes(start, length, escapes);
        let is_null = escapes == 0 && element.eq_ignore_ascii_case("NULL");
        Ok(Token::Element((!is_null).then_some(element)))
    }

    /// The beginning of a rest of the text, which ends between characters, without its backslashes.
    fn without_escapes(&self, rest: &[u8], length: usize, escapes: usize) -> Cow<'a, str> {
        let start = self.text.len().saturating_sub(rest.len());
        let raw = self.text.get(start..start.saturating_add(length)).unwrap_or_default();
        if escapes == 0 {
            return Cow::Borrowed(raw);
        }
        let mut element = String::with_capacity(raw.len().saturating_sub(escapes));
        let mut characters = raw.chars();
        while let Some(character) = characters.next() {
            element.extend(if character == '\\' { characters.next() } else { Some(character) });
        }
        Cow::Owned(element)
    }

    fn skip_spaces(&mut self) {
        self.rest = crate::types::text::trim_start(self.rest);
    }

    #[cold]
    fn malformed(&self, detail: &str) -> ValueError {
        ValueError::malformed("array", self.text, detail)
    }

    #[cold]
    fn ended(&self) -> ValueError {
        self.malformed("Unexpected end of input.")
    }

    #[cold]
    fn unexpected(&self, byte: u8) -> ValueError {
        self.malformed(&format!("Unexpected \"{}\" character.", char::from(byte)))
    }

    #[cold]
    fn uneven(&self) -> ValueError {
        self.malformed(if self.shape.given {
            "Specified array dimensions do not match array contents."
        } else {
            "Multidimensional arrays must have sub-arrays with matching dimensions."
        })
    }
}

#[cold]
fn too_many_dimensions() -> ValueError {
    ValueError::new(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!("number of array dimensions exceeds the maximum allowed ({MAX_DIMENSIONS})"),
    )
}
