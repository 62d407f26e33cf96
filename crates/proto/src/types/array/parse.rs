//! How an array is read.

use super::{Dimension, MAX_DIMENSIONS, Parts, check_size};
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
    read: impl FnMut(Option<&str>) -> Result<T, ValueError>,
) -> Result<Parts<T>, ValueError> {
    let mut parser = Parser { text, rest: text.as_bytes(), delimiter };
    let bounds = parser.dimensions()?;
    if !matches!(parser.rest, [b'{', ..]) {
        return Err(parser.malformed(if bounds.is_empty() {
            "Array value must start with \"{\" or dimension information."
        } else {
            "Array contents must start with \"{\"."
        }));
    }
    let mut shape = Shape::new(&bounds);
    let elements = parser.contents(&mut shape, read)?;
    if !parser.rest.iter().all(|byte| is_space(*byte)) {
        return Err(parser.malformed("Junk after closing right brace."));
    }
    if elements.is_empty() {
        return Ok(Parts { dimensions: Vec::new(), elements });
    }
    let lower = bounds.iter().map(|bound| bound.lower).chain(std::iter::repeat(1));
    let lengths = shape.lengths.iter().take(shape.depth);
    let dimensions: Vec<Dimension> = lengths
        .zip(lower)
        .map(|(length, lower)| Dimension { length: length.unwrap_or(0), lower })
        .collect();
    check_size(&dimensions)?;
    Ok(Parts { dimensions, elements })
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a [u8],
    delimiter: u8,
}

enum Token {
    Open,
    Close,
    Delimiter,
    Element(Option<String>),
}

/// What is known of the dimensions so far.
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

impl Parser<'_> {
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
            let mut upper = self.bound()?;
            if let [b':', rest @ ..] = self.rest {
                self.rest = rest;
                lower = upper;
                upper = self.bound()?;
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
            let length = upper
                .checked_sub(lower)
                .and_then(|length| length.checked_add(1))
                .filter(|_| upper != i32::MAX);
            let length = length.ok_or_else(|| {
                ValueError::new(
                    SqlState::PROGRAM_LIMIT_EXCEEDED,
                    format!("array upper bound is too large: {upper}"),
                )
            })?;
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

    fn bound(&mut self) -> Result<i32, ValueError> {
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
            Err(_) => {
                Err(self.malformed("\"[\" must introduce explicitly-specified array dimensions."))
            }
        }
    }

    fn contents<T>(
        &mut self,
        shape: &mut Shape,
        mut read: impl FnMut(Option<&str>) -> Result<T, ValueError>,
    ) -> Result<Vec<T>, ValueError> {
        let mut elements = Vec::new();
        let mut level: usize = 0;
        let mut expect_delimiter = false;
        loop {
            match self.token()? {
                Token::Open => {
                    if expect_delimiter {
                        return Err(self.unexpected(b'{'));
                    }
                    let Some(count) = shape.counts.get_mut(level) else {
                        return Err(too_many_dimensions());
                    };
                    *count = 0;
                    level = level.saturating_add(1);
                    if level > shape.depth {
                        if shape.frozen {
                            return Err(self.uneven(shape));
                        }
                        shape.depth = level;
                    }
                }
                Token::Close => {
                    level = level.saturating_sub(1);
                    let count = shape.counts.get(level).copied().unwrap_or(0);
                    if count > 0 && !expect_delimiter {
                        return Err(self.unexpected(b'}'));
                    }
                    shape.count(level);
                    match shape.lengths.get_mut(level) {
                        Some(Some(length)) if *length != count => {
                            return Err(self.uneven(shape));
                        }
                        Some(length) => *length = Some(count),
                        None => {}
                    }
                    expect_delimiter = true;
                }
                Token::Delimiter => {
                    if !expect_delimiter {
                        return Err(self.unexpected(self.delimiter));
                    }
                    expect_delimiter = false;
                }
                Token::Element(element) => {
                    if expect_delimiter {
                        return Err(self.malformed("Unexpected array element."));
                    }
                    elements.push(read(element.as_deref())?);
                    // All elements lie at the same depth as the first.
                    shape.frozen = true;
                    if level != shape.depth {
                        return Err(self.uneven(shape));
                    }
                    shape.count(level);
                    expect_delimiter = true;
                }
            }
            if level == 0 {
                return Ok(elements);
            }
        }
    }

    fn token(&mut self) -> Result<Token, ValueError> {
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

    fn quoted(&mut self) -> Result<Token, ValueError> {
        let mut element = Vec::new();
        loop {
            match self.rest {
                [] | [b'\\'] => return Err(self.ended()),
                [b'\\', byte, rest @ ..] => {
                    element.push(*byte);
                    self.rest = rest;
                }
                [b'"', rest @ ..] => {
                    self.rest = rest;
                    break;
                }
                [byte, rest @ ..] => {
                    element.push(*byte);
                    self.rest = rest;
                }
            }
        }
        self.skip_spaces();
        match self.rest {
            [] => Err(self.ended()),
            [b'{' | b'}', ..] => Ok(Token::Element(Some(string(element)))),
            [byte, ..] if *byte == self.delimiter => Ok(Token::Element(Some(string(element)))),
            _ => Err(self.malformed("Incorrectly quoted array element.")),
        }
    }

    fn bare(&mut self) -> Result<Token, ValueError> {
        let mut element = Vec::new();
        // How much of it counts: spaces at the end do not.
        let mut length = 0;
        let mut escaped = false;
        loop {
            match self.rest {
                [] | [b'\\'] => return Err(self.ended()),
                [b'{', ..] => return Err(self.unexpected(b'{')),
                [b'"', ..] => return Err(self.malformed("Incorrectly quoted array element.")),
                [b'\\', byte, rest @ ..] => {
                    element.push(*byte);
                    length = element.len();
                    escaped = true;
                    self.rest = rest;
                }
                [byte, ..] if *byte == self.delimiter || *byte == b'}' => break,
                [byte, rest @ ..] => {
                    element.push(*byte);
                    if !is_space(*byte) {
                        length = element.len();
                    }
                    self.rest = rest;
                }
            }
        }
        element.truncate(length);
        let is_null = !escaped && element.eq_ignore_ascii_case(b"NULL");
        Ok(Token::Element((!is_null).then(|| string(element))))
    }

    fn skip_spaces(&mut self) {
        self.rest = crate::types::text::trim_start(self.rest);
    }

    #[cold]
    fn malformed(&self, detail: &str) -> ValueError {
        ValueError::new(
            SqlState::INVALID_TEXT_REPRESENTATION,
            format!("malformed array literal: \"{}\"", self.text),
        )
        .with_detail(detail)
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
    fn uneven(&self, shape: &Shape) -> ValueError {
        self.malformed(if shape.given {
            "Specified array dimensions do not match array contents."
        } else {
            "Multidimensional arrays must have sub-arrays with matching dimensions."
        })
    }
}

/// Whole bytes of a string were copied, or with an escape whole characters' bytes.
fn string(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

#[cold]
fn too_many_dimensions() -> ValueError {
    ValueError::new(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!("number of array dimensions exceeds the maximum allowed ({MAX_DIMENSIONS})"),
    )
}
