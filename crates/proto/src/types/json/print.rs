//! How `jsonb` looks: members in order, each key once, numbers and strings as PostgreSQL has them.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::lex::{Bracket, Lexer, Token, unescape};
use super::parse::{Event, Parser};
use crate::types::error::ValueError;
use crate::types::{Numeric, array};

/// Objects whose members are not printed in the order in which they stand.
#[derive(Default)]
struct Order {
    objects: Vec<Object>,
    /// Where each member begins, object by object.
    members: Vec<usize>,
}

struct Object {
    start: usize,
    /// Behind its brace.
    end: usize,
    first: usize,
    count: usize,
}

/// An object that is still read.
struct Open {
    start: usize,
    /// The number of its first member among those of all open objects.
    first: usize,
    in_order: bool,
}

/// Appends JSON text as `jsonb` prints it.
pub(super) fn normalized(text: &str, out: &mut Vec<u8>) -> Result<(), ValueError> {
    let order = order(text)?;
    let start = out.len();
    let mut printer = Printer { text, order, stack: Vec::new(), start, out };
    printer.print()
}

fn order(text: &str) -> Result<Order, ValueError> {
    let mut order = Order::default();
    let mut parser = Parser::new(text, true)?;
    let (mut open, mut members): (Vec<Open>, Vec<usize>) = (Vec::new(), Vec::new());
    while let Some(event) = parser.next()? {
        match event {
            Event::Open(Bracket::Object) => {
                open.push(Open { start: parser.start, first: members.len(), in_order: true });
            }
            Event::Key => {
                if let Some(object) = open.last_mut() {
                    let before = members.last().filter(|_| members.len() > object.first);
                    let rises =
                        |before: &usize| compare(text, *before, parser.start) == Ordering::Less;
                    object.in_order &= before.is_none_or(rises);
                    members.push(parser.start);
                }
            }
            Event::Close(Bracket::Object) => {
                let Some(object) = open.pop() else { continue };
                if !object.in_order {
                    order.add(text, &object, parser.end, members.get_mut(object.first..));
                }
                members.truncate(object.first);
            }
            _ => {}
        }
    }
    order.objects.sort_by_key(|object| object.start);
    Ok(order)
}

impl Order {
    fn add(&mut self, text: &str, object: &Open, end: usize, members: Option<&mut [usize]>) {
        let members = members.unwrap_or_default();
        // The later of two of the same key comes first, and is the one that stays.
        members.sort_unstable_by(|one, other| {
            compare(text, *one, *other).then_with(|| other.cmp(one))
        });
        let first = self.members.len();
        for member in members {
            let before = self.members.get(first..).and_then(<[usize]>::last);
            if before.is_none_or(|before| compare(text, *before, *member) != Ordering::Equal) {
                self.members.push(*member);
            }
        }
        let count = self.members.len().saturating_sub(first);
        self.objects.push(Object { start: object.start, end, first, count });
    }

    fn find(&self, start: usize) -> Option<&Object> {
        let place = self.objects.binary_search_by_key(&start, |object| object.start).ok()?;
        self.objects.get(place)
    }
}

/// The shorter key comes first, then the smaller.
fn compare(text: &str, one: usize, other: usize) -> Ordering {
    let (one, other) = (key(text, one), key(text, other));
    one.len().cmp(&other.len()).then_with(|| one.cmp(&other))
}

/// The characters of the key that begins here.
fn key(text: &str, start: usize) -> Cow<'_, [u8]> {
    let from = text.get(start..).unwrap_or_default();
    let inner = from.get(1..).unwrap_or_default();
    let end = inner.find(['"', '\\']).unwrap_or(inner.len());
    if let Some(plain) = inner.get(..end).filter(|_| inner.as_bytes().get(end) == Some(&b'"')) {
        return Cow::Borrowed(plain.as_bytes());
    }
    let mut lexer = Lexer::new(from, true);
    let mut characters = Vec::new();
    if lexer.next().is_ok() {
        unescape(lexer.word(), &mut characters);
    }
    Cow::Owned(characters)
}

struct Printer<'a, 'o> {
    text: &'a str,
    order: Order,
    stack: Vec<Frame>,
    /// Where the text begins.
    start: usize,
    out: &'o mut Vec<u8>,
}

/// What is open.
enum Frame {
    /// As it stands.
    AsIs,
    /// Members in another order: those from `next` to `last` are still to come.
    Ordered { next: usize, last: usize, end: usize },
}

impl Printer<'_, '_> {
    /// The text has been parsed before.
    fn print(&mut self) -> Result<(), ValueError> {
        let mut lexer = Lexer::new(self.text, true);
        loop {
            match lexer.next()? {
                Token::Open(Bracket::Array) => {
                    self.out.push(b'[');
                    self.stack.push(Frame::AsIs);
                }
                Token::Open(Bracket::Object) => {
                    self.out.push(b'{');
                    let frame = match self.order.find(lexer.start()) {
                        None => Frame::AsIs,
                        Some(Object { first, count, end, .. }) => {
                            lexer.jump(self.member(*first));
                            let (next, last) =
                                (first.saturating_add(1), first.saturating_add(*count));
                            Frame::Ordered { next, last, end: *end }
                        }
                    };
                    self.stack.push(frame);
                }
                token @ (Token::Comma | Token::Close(_)) => match self.stack.last_mut() {
                    Some(Frame::Ordered { next, last, .. }) if *next < *last => {
                        let member = *next;
                        *next = next.saturating_add(1);
                        self.out.extend_from_slice(b", ");
                        lexer.jump(self.member(member));
                    }
                    Some(Frame::Ordered { end, .. }) => {
                        lexer.jump(*end);
                        self.out.push(b'}');
                        self.stack.pop();
                    }
                    _ if token == Token::Comma => self.out.extend_from_slice(b", "),
                    _ => {
                        self.out.extend_from_slice(lexer.word().as_bytes());
                        self.stack.pop();
                    }
                },
                Token::Colon => self.out.extend_from_slice(b": "),
                Token::String => string(lexer.word(), self.out),
                Token::Number => {
                    number(lexer.word(), self.out)?;
                    // A few characters may become a hundred thousand.
                    array::check_length(self.start, self.out)?;
                }
                Token::Word => self.out.extend_from_slice(lexer.word().as_bytes()),
                Token::End => return Ok(()),
            }
        }
    }

    fn member(&self, place: usize) -> usize {
        self.order.members.get(place).copied().unwrap_or(self.text.len())
    }
}

/// Escapes what must be, and nothing else.
fn string(word: &str, out: &mut Vec<u8>) {
    if !word.contains('\\') {
        return out.extend_from_slice(word.as_bytes());
    }
    let mut characters = Vec::with_capacity(word.len());
    unescape(word, &mut characters);
    quoted(&characters, out);
}

/// Appends a string in quotes, as `jsonb` and `jsonpath` have it.
pub(in crate::types) fn quoted(characters: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in characters {
        let escape = match byte {
            b'"' | b'\\' => *byte,
            8 => b'b',
            12 => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..=0x1f => {
                let digit = |value: u8| {
                    if value < 10 {
                        b'0' | value
                    } else {
                        b'a'.wrapping_add(value.wrapping_sub(10))
                    }
                };
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[digit(byte.wrapping_shr(4)), digit(byte & 15)]);
                continue;
            }
            _ => {
                out.push(*byte);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', escape]);
    }
    out.push(b'"');
}

/// As `numeric` prints it: without an exponent, and zero without a sign.
fn number(word: &str, out: &mut Vec<u8>) -> Result<(), ValueError> {
    let is_plain = !word.contains(['e', 'E']) && !word.starts_with("-0");
    if is_plain {
        out.extend_from_slice(word.as_bytes());
    } else {
        Numeric::parse(word)?.text(out);
    }
    Ok(())
}
