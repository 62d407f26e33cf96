//! The words of a path.

use crate::SqlState;
use crate::types::error::ValueError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `"a b"`
    String,
    /// A name without quotes; a key word is one, too.
    Name,
    /// `$name`
    Variable,
    /// A number without point and exponent.
    Int,
    /// Any other number.
    Numeric,
    /// `&&`, `||`, `**`, `==`, `!=`, `<=`, `>=`, or one character; `<>` is `!=`
    Symbol(&'static str),
    End,
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    rest: &'a [u8],
    /// The characters of the last string, name or variable.
    pub(super) value: Vec<u8>,
    /// Where the last word begins.
    start: usize,
}

const SYMBOLS: [(&str, &str); 31] = [
    ("&&", "&&"),
    ("||", "||"),
    ("**", "**"),
    ("==", "=="),
    ("=", "="),
    ("!=", "!="),
    ("<>", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("<", "<"),
    (">", ">"),
    ("!", "!"),
    ("?", "?"),
    ("%", "%"),
    ("$", "$"),
    (".", "."),
    ("[", "["),
    ("]", "]"),
    ("{", "{"),
    ("}", "}"),
    ("(", "("),
    (")", ")"),
    ("|", "|"),
    ("&", "&"),
    ("@", "@"),
    ("#", "#"),
    (",", ","),
    ("*", "*"),
    (":", ":"),
    ("-", "-"),
    ("+", "+"),
];

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, rest: text.as_bytes(), value: Vec::new(), start: 0 }
    }

    pub(super) fn next(&mut self) -> Result<Token, ValueError> {
        loop {
            let token = self.word()?;
            // A name is forgotten when a comment comes right behind it.
            if token != Token::Name || !self.rest.starts_with(b"/*") {
                return Ok(token);
            }
        }
    }

    fn word(&mut self) -> Result<Token, ValueError> {
        self.value.clear();
        self.skip_blanks()?;
        self.start = self.place();
        Ok(match self.rest {
            [] => Token::End,
            [b'"', rest @ ..] => {
                self.rest = rest;
                self.quoted()?;
                Token::String
            }
            [b'$', b'"', rest @ ..] => {
                self.rest = rest;
                self.quoted()?;
                Token::Variable
            }
            [b'$', first, ..] if is_other(*first) => {
                self.rest = self.rest.get(1..).unwrap_or_default();
                self.others();
                Token::Variable
            }
            [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..] => self.number()?,
            [b'/', rest @ ..] => {
                self.rest = rest;
                Token::Symbol("/")
            }
            [first, ..] if is_other(*first) || *first == b'\\' => {
                self.name()?;
                Token::Name
            }
            rest => {
                let found = SYMBOLS.iter().find_map(|(written, symbol)| {
                    Some((rest.strip_prefix(written.as_bytes())?, *symbol))
                });
                let (rest, symbol) = found.ok_or_else(|| self.syntax())?;
                self.rest = rest;
                Token::Symbol(symbol)
            }
        })
    }

    /// The last number.
    pub(super) fn digits(&self) -> &'a str {
        self.text.get(self.start..self.place()).unwrap_or_default()
    }

    /// What the last word is no part of.
    #[cold]
    pub(super) fn syntax(&self) -> ValueError {
        let word = self.text.get(self.start..self.place()).unwrap_or_default();
        let message = match word {
            "" => "syntax error at end of jsonpath input".to_owned(),
            word => ["syntax error at or near \"", word, "\" of jsonpath input"].concat(),
        };
        ValueError::new(SqlState::SYNTAX_ERROR, message)
    }

    #[cold]
    fn error(&self, what: &str) -> ValueError {
        let word = self.text.get(self.start..self.place()).unwrap_or_default();
        let message = [what, " at or near \"", word, "\" of jsonpath input"].concat();
        ValueError::new(SqlState::SYNTAX_ERROR, message)
    }

    fn place(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    fn skip_blanks(&mut self) -> Result<(), ValueError> {
        loop {
            self.rest = match self.rest {
                [b' ' | b'\t' | b'\n' | b'\r' | 0x0c, rest @ ..] => rest,
                [b'/', b'*', rest @ ..] => {
                    let end = rest.windows(2).position(|pair| pair == b"*/");
                    let after = end.and_then(|end| rest.get(end.saturating_add(2)..));
                    after.ok_or_else(|| self.error("unexpected end of comment"))?
                }
                _ => return Ok(()),
            };
        }
    }

    /// Characters that mean nothing else.
    fn others(&mut self) {
        let count = self.rest.iter().take_while(|byte| is_other(**byte)).count();
        let (others, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, &[]));
        self.value.extend_from_slice(others);
        self.rest = rest;
    }

    fn name(&mut self) -> Result<(), ValueError> {
        loop {
            self.others();
            match self.rest {
                [b'\\', ..] => self.escape()?,
                _ => return Ok(()),
            }
        }
    }

    fn quoted(&mut self) -> Result<(), ValueError> {
        loop {
            let count = self.rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\')).count();
            let (plain, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, &[]));
            self.value.extend_from_slice(plain);
            self.rest = rest;
            match rest {
                [b'"', rest @ ..] => {
                    self.rest = rest;
                    return Ok(());
                }
                [b'\\', ..] => self.escape()?,
                _ => return Err(self.error("unterminated quoted string")),
            }
        }
    }

    /// What begins with a backslash: one character, or a row of those in hexadecimal.
    fn escape(&mut self) -> Result<(), ValueError> {
        let (byte, rest) = match self.rest {
            [b'\\', b'u', ..] => return self.unicode(),
            [b'\\', b'x', rest @ ..] => {
                let Some((code, rest)) = hexadecimal(rest, 2, 2) else {
                    return Err(self.error("invalid hexadecimal character sequence"));
                };
                self.rest = rest;
                return self.character(code);
            }
            [b'\\', escaped, rest @ ..] if *escaped != b'\n' => (*escaped, rest),
            _ => return Err(self.error("unexpected end after backslash")),
        };
        self.rest = rest;
        self.value.push(match byte {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            itself => itself,
        });
        Ok(())
    }

    fn unicode(&mut self) -> Result<(), ValueError> {
        let mut high = None;
        while let [b'\\', b'u', rest @ ..] = self.rest {
            let read = match rest {
                [b'{', digits @ ..] => hexadecimal(digits, 1, 6)
                    .and_then(|(code, rest)| Some((code, rest.strip_prefix(b"}")?))),
                digits => hexadecimal(digits, 4, 4),
            };
            let Some((code, rest)) = read else {
                return Err(self.error("invalid Unicode escape sequence"));
            };
            self.rest = rest;
            high = match (high, code) {
                (None, 0xd800..0xdc00) => Some(code),
                (Some(high), 0xdc00..0xe000) => {
                    let high: u32 = high;
                    self.character(
                        (high & 0x3ff)
                            .wrapping_shl(10)
                            .wrapping_add(code & 0x3ff)
                            .wrapping_add(0x1_0000),
                    )?;
                    None
                }
                (None, 0xdc00..0xe000) | (Some(_), _) => return Err(surrogate()),
                (None, _) => {
                    self.character(code)?;
                    None
                }
            };
        }
        if high.is_some() { Err(surrogate()) } else { Ok(()) }
    }

    fn character(&mut self, code: u32) -> Result<(), ValueError> {
        match char::from_u32(code) {
            Some('\0') => Err(ValueError::new(
                SqlState::UNTRANSLATABLE_CHARACTER,
                "unsupported Unicode escape sequence",
            )),
            Some(character) => {
                let mut bytes = [0; 4];
                self.value.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
                Ok(())
            }
            None => Err(ValueError::new(SqlState::SYNTAX_ERROR, "invalid Unicode code point")),
        }
    }

    fn number(&mut self) -> Result<Token, ValueError> {
        let (length, token) = match self.rest {
            [b'0', b'x' | b'X', digits @ ..] => (based(digits, 16), Token::Int),
            [b'0', b'o' | b'O', digits @ ..] => (based(digits, 8), Token::Int),
            [b'0', b'b' | b'B', digits @ ..] => (based(digits, 2), Token::Int),
            text => decimal(text),
        };
        let junk = || "trailing junk after numeric literal";
        let end = self.rest.get(length..).unwrap_or_default();
        if length == 0 || end.first().is_some_and(|byte| is_other(*byte)) {
            return Err(self.error(junk()));
        }
        self.rest = end;
        Ok(token)
    }
}

/// The length of a number in another base, with its prefix; 0 if it has no digits.
fn based(digits: &[u8], radix: u32) -> usize {
    match digits_length(digits, radix) {
        0 => 0,
        length => length.saturating_add(2),
    }
}

/// The length of a decimal number, and whether it is an integer.
fn decimal(text: &[u8]) -> (usize, Token) {
    let whole = match text {
        [b'0', ..] => 1,
        _ => digits_length(text, 10),
    };
    let from = |place: usize| text.get(place..).unwrap_or_default();
    let (mut end, mut token) = (whole, Token::Int);
    if from(end).first() == Some(&b'.') {
        let point = end.saturating_add(1);
        end = point.saturating_add(digits_length(from(point), 10));
        token = Token::Numeric;
    }
    if let [b'e' | b'E', rest @ ..] = from(end) {
        let sign = usize::from(matches!(rest, [b'+' | b'-', ..]));
        let digits = end.saturating_add(1).saturating_add(sign);
        match digits_length(from(digits), 10) {
            0 if sign > 0 => return (0, token),
            // What follows is no part of the number.
            0 => {}
            length => return (digits.saturating_add(length), Token::Numeric),
        }
    }
    (end, token)
}

/// How many digits there are, with single underscores between them.
fn digits_length(text: &[u8], radix: u32) -> usize {
    let is_digit = |byte: &u8| char::from(*byte).is_digit(radix);
    let mut length: usize = 0;
    loop {
        let more = match text.get(length..).unwrap_or_default() {
            [digit, ..] if is_digit(digit) => 1,
            [b'_', digit, ..] if length > 0 && is_digit(digit) => 2,
            _ => return length,
        };
        length = length.saturating_add(more);
    }
}

fn hexadecimal(text: &[u8], least: usize, most: usize) -> Option<(u32, &[u8])> {
    let count = text.iter().take(most).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (digits, rest) = text.split_at_checked(count).filter(|_| count >= least)?;
    let code = digits.iter().try_fold(0_u32, |code, byte| {
        Some(code.wrapping_shl(4) | char::from(*byte).to_digit(16)?)
    })?;
    Some((code, rest))
}

/// Whether a byte has no meaning of its own.
fn is_other(byte: u8) -> bool {
    !matches!(
        byte,
        b'?' | b'%'
            | b'$'
            | b'.'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'('
            | b')'
            | b'|'
            | b'&'
            | b'!'
            | b'='
            | b'<'
            | b'>'
            | b'@'
            | b'#'
            | b','
            | b'*'
            | b':'
            | b'-'
            | b'+'
            | b'/'
            | b'\\'
            | b'"'
            | b' '
            | b'\t'
            | b'\n'
            | b'\r'
            | 0x0c
    )
}

#[cold]
fn surrogate() -> ValueError {
    ValueError::new(SqlState::INVALID_TEXT_REPRESENTATION, "invalid input syntax for type jsonpath")
}
