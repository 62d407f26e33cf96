//! `tsquery`.

mod print;

use std::borrow::Cow;
use std::fmt;

use super::parse::Words;
use super::{Held, MAX_LEXEME, MAX_LEXEMES, internal};
use crate::SqlState;
use crate::types::array::take_i32;
use crate::types::error::ValueError;
use crate::types::int;
use crate::types::text;

/// The largest distance of a phrase.
const FARTHEST: u16 = 16_384;

/// How deep operands may lie on the right of one another; PostgreSQL's bound is its stack.
const MAX_DEPTH: usize = 1000;

/// What is looked for: lexemes, and how they are combined.
#[derive(Clone)]
pub struct TsQuery(
    /// An operator comes before its operands, and the right one of them before the left one.
    Held<Vec<Item>>,
);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Operand { lexeme: String, weights: u8, is_prefix: bool },
    Operator(Operator),
}

/// How operands are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `!`
    Not,
    /// `&`
    And,
    /// `|`
    Or,
    /// `<->`, or `<N>`: the right one so many lexemes behind the left one.
    Phrase(u16),
}

impl Operator {
    /// The higher binds the closer.
    fn priority(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Phrase(_) => 3,
            Operator::Not => 4,
        }
    }

    fn code(self) -> u8 {
        match self {
            Operator::Not => 1,
            Operator::And => 2,
            Operator::Or => 3,
            Operator::Phrase(_) => 4,
        }
    }
}

impl TsQuery {
    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Held::Made(items) => items.is_empty(),
            Held::Text(text) => text.bytes().all(text::is_space),
            // After the number of items.
            Held::Binary(bytes) => bytes.len() <= size_of::<i32>(),
        }
    }

    fn items(&self) -> Cow<'_, [Item]> {
        let mut items = Vec::new();
        let push = |item| items.push(item);
        // They were checked when they were received.
        let _ = match &self.0 {
            Held::Made(items) => return Cow::Borrowed(items),
            Held::Text(text) => parse_each(text, push),
            Held::Binary(bytes) => receive_each(bytes, push).map(drop),
        };
        if let Held::Text(_) = self.0 {
            items.reverse();
        }
        Cow::Owned(items)
    }

    /// Appends the query, with parentheses where they are needed: `'a' & !( 'b' | 'c':*A )`.
    pub fn text(&self, out: &mut Vec<u8>) {
        print::print(&self.items(), out);
    }

    /// Appends the number of lexemes and operators, and each of them.
    pub fn binary(&self, out: &mut Vec<u8>) {
        let items = self.items();
        let count = i32::try_from(items.len()).unwrap_or(i32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        for item in items.iter() {
            match item {
                Item::Operand { lexeme, weights, is_prefix } => {
                    out.extend_from_slice(&[1, *weights, u8::from(*is_prefix)]);
                    out.extend_from_slice(lexeme.as_bytes());
                    out.push(0);
                }
                Item::Operator(operator) => {
                    out.extend_from_slice(&[2, operator.code()]);
                    if let Operator::Phrase(distance) = operator {
                        out.extend_from_slice(&distance.to_be_bytes());
                    }
                }
            }
        }
    }

    /// Reads lexemes, in quotes or without, and operators between and before them.
    ///
    /// # Errors
    ///
    /// 42601 for other text, 22023 for a distance that is too large, 54000 for lexemes that are too long,
    /// 54001 for too many parentheses.
    pub fn parse(text: &str) -> Result<TsQuery, ValueError> {
        let mut tree = Tree::default();
        parse_each(text, |item| tree.add(&item))?;
        tree.end().map(|()| TsQuery(Held::Text(text.into())))
    }

    /// Reads the binary form.
    ///
    /// # Errors
    ///
    /// 08P01 for too few bytes, 22P03 for too many, 22021 for text that is none, 54001 for operands too deep,
    /// and XX000, as in PostgreSQL, for what cannot be.
    pub fn receive(bytes: &[u8]) -> Result<TsQuery, ValueError> {
        let mut slots = Slots::default();
        let rest = receive_each(bytes, |item| slots.fill(&item))?;
        slots.end()?;
        int::finish(TsQuery(Held::Binary(bytes.into())), rest)
    }
}

impl Default for TsQuery {
    fn default() -> TsQuery {
        TsQuery(Held::Made(Vec::new()))
    }
}

impl PartialEq for TsQuery {
    fn eq(&self, other: &TsQuery) -> bool {
        self.items() == other.items()
    }
}

impl Eq for TsQuery {}

impl fmt::Debug for TsQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TsQuery ")?;
        f.debug_list().entries(self.items().iter()).finish()
    }
}

/// Gives operands in their order, each operator behind its own.
fn parse_each(text: &str, mut each: impl FnMut(Item)) -> Result<(), ValueError> {
    let mut words = Words::new(text, "tsquery");
    // Operators that wait for their operands, or for a parenthesis to close.
    let mut waiting: Vec<Option<Operator>> = Vec::new();
    let mut is_first = true;
    let mut open = 0_usize;
    loop {
        // What an operator, or the beginning, is followed by.
        loop {
            words.skip_spaces();
            if let Some(rest) = words.rest.strip_prefix('!') {
                words.rest = rest;
                wait(&mut waiting, Operator::Not)?;
            } else if let Some(rest) = words.rest.strip_prefix('(') {
                words.rest = rest;
                waiting.push(None);
                open = open.saturating_add(1);
                if open > MAX_DEPTH {
                    return Err(too_deep());
                }
            } else {
                break;
            }
        }
        match words.rest.chars().next() {
            None if is_first && waiting.is_empty() => return Ok(()),
            None if matches!(waiting.last(), Some(Some(Operator::Phrase(_)))) => {
                return Err(words.syntax());
            }
            None => return Err(words.error("no operand in ")),
            Some(':' | '&' | '|' | ')' | '<') => return Err(words.syntax()),
            Some(_) => {}
        }
        let lexeme = words.lexeme(&['!', '&', '|', '(', ')', '<'])?;
        words.admit(&lexeme)?;
        let (weights, is_prefix) = marks(&mut words);
        is_first = false;
        each(Item::Operand { lexeme, weights, is_prefix });
        words.skip_spaces();
        while let Some(rest) = words.rest.strip_prefix(')') {
            words.rest = rest;
            open = open.checked_sub(1).ok_or_else(|| words.syntax())?;
            while let Some(Some(operator)) = waiting.pop() {
                each(Item::Operator(operator));
            }
            words.skip_spaces();
        }
        if words.rest.is_empty() {
            break;
        }
        let operator = infix(&mut words)?;
        while let Some(Some(before)) = waiting.last()
            && before.priority() >= operator.priority()
        {
            each(Item::Operator(*before));
            waiting.pop();
        }
        wait(&mut waiting, operator)?;
    }
    if open > 0 {
        return Err(words.syntax());
    }
    waiting.into_iter().rev().flatten().map(Item::Operator).for_each(each);
    Ok(())
}

/// Gives each operator before its operands, and returns what follows the last.
fn receive_each(bytes: &[u8], mut each: impl FnMut(Item)) -> Result<&[u8], ValueError> {
    let mut rest = bytes;
    let count = take_i32(&mut rest)?;
    let count = usize::try_from(count).ok().filter(|count| *count < 0x3fff_ffff / 12);
    let count = count.ok_or_else(|| internal("invalid size of tsquery"))?;
    let mut total = 0_usize;
    for place in 0..count {
        each(match byte(&mut rest)? {
            1 => {
                let (weights, is_prefix) = (byte(&mut rest)?, byte(&mut rest)? != 0);
                let end = rest.iter().position(|byte| *byte == 0).ok_or_else(|| {
                    ValueError::new(SqlState::PROTOCOL_VIOLATION, "invalid string in message")
                })?;
                let (word, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
                let lexeme = text::receive(word)?.to_owned();
                rest = after.get(1..).unwrap_or_default();
                if weights > 0x0f {
                    return Err(internal("invalid tsquery: invalid weight bitmap"));
                }
                if lexeme.len() > MAX_LEXEME {
                    return Err(internal("invalid tsquery: operand too long"));
                }
                if total > MAX_LEXEMES {
                    return Err(internal("invalid tsquery: total operand length exceeded"));
                }
                total = total.saturating_add(lexeme.len()).saturating_add(1);
                Item::Operand { lexeme, weights, is_prefix }
            }
            2 => {
                let code = byte(&mut rest)?;
                if !(1..=4).contains(&code) {
                    let message = format!(
                        "invalid tsquery: unrecognized operator type {}",
                        code.cast_signed()
                    );
                    return Err(internal(message));
                }
                if place.saturating_add(1) == count {
                    return Err(internal("invalid pointer to right operand"));
                }
                Item::Operator(match code {
                    1 => Operator::Not,
                    2 => Operator::And,
                    3 => Operator::Or,
                    _ => {
                        let (distance, after) = int::leading(rest)?;
                        rest = after;
                        Operator::Phrase(u16::from_be_bytes(distance))
                    }
                })
            }
            kind => {
                return Err(internal(format!(
                    "unrecognized tsquery node type: {}",
                    kind.cast_signed()
                )));
            }
        });
    }
    Ok(rest)
}

/// Has an operator wait for its operands.
fn wait(waiting: &mut Vec<Option<Operator>>, operator: Operator) -> Result<(), ValueError> {
    /// So many may wait within one pair of parentheses, as in PostgreSQL.
    const MOST: usize = 32;
    if waiting.iter().rev().take(MOST).take_while(|operator| operator.is_some()).count() == MOST {
        return Err(internal("tsquery stack too small"));
    }
    waiting.push(Some(operator));
    Ok(())
}

/// How deep what was parsed lies: of each operand that no operator has got yet, how many times it goes
/// to the right.
#[derive(Default)]
struct Tree {
    depths: Vec<usize>,
    is_too_deep: bool,
}

impl Tree {
    fn add(&mut self, item: &Item) {
        let depth = match item {
            Item::Operand { .. } => 0,
            // It stays as deep.
            Item::Operator(Operator::Not) => return,
            Item::Operator(_) => {
                let right = self.depths.pop().unwrap_or(0).saturating_add(1);
                right.max(self.depths.pop().unwrap_or(0))
            }
        };
        self.is_too_deep |= depth > MAX_DEPTH;
        self.depths.push(depth);
    }

    fn end(&self) -> Result<(), ValueError> {
        if self.is_too_deep { Err(too_deep()) } else { Ok(()) }
    }
}

/// The operands that are still to come, by how many times it goes to the right to them.
struct Slots {
    open: Vec<usize>,
    is_too_deep: bool,
    has_more: bool,
}

impl Default for Slots {
    fn default() -> Slots {
        Slots { open: vec![0], is_too_deep: false, has_more: false }
    }
}

impl Slots {
    fn fill(&mut self, item: &Item) {
        let Some(depth) = self.open.pop() else { return self.has_more = true };
        self.is_too_deep |= depth > MAX_DEPTH;
        match item {
            Item::Operator(_) if self.is_too_deep => self.open.push(depth),
            Item::Operator(Operator::Not) => self.open.push(depth),
            Item::Operator(_) => self.open.extend([depth, depth.saturating_add(1)]),
            Item::Operand { .. } => {}
        }
    }

    /// Whether every operator has its operands, and none lies too deep.
    fn end(&self) -> Result<(), ValueError> {
        match (self.is_too_deep, self.open.as_slice(), self.has_more) {
            (true, ..) => Err(too_deep()),
            (_, [_, ..], _) => Err(internal("malformed tsquery: operand not found")),
            (_, [], true) => Err(internal("malformed tsquery: extra nodes")),
            (_, [], false) => Ok(()),
        }
    }
}

fn byte(rest: &mut &[u8]) -> Result<u8, ValueError> {
    let (first, after) = rest.split_first().ok_or_else(ValueError::truncated)?;
    *rest = after;
    Ok(*first)
}

/// What stands behind a colon: weights, as bits with that of A the highest, and a star.
fn marks(words: &mut Words<'_>) -> (u8, bool) {
    let (mut weights, mut is_prefix) = (0_u8, false);
    let Some(mut rest) = words.rest.strip_prefix(':') else { return (weights, is_prefix) };
    loop {
        let mut characters = rest.chars();
        match characters.next() {
            Some('a' | 'A') => weights |= 8,
            Some('b' | 'B') => weights |= 4,
            Some('c' | 'C') => weights |= 2,
            Some('d' | 'D') => weights |= 1,
            Some('*') => is_prefix = true,
            _ => break,
        }
        rest = characters.as_str();
    }
    words.rest = rest;
    (weights, is_prefix)
}

/// An operator between two operands.
fn infix(words: &mut Words<'_>) -> Result<Operator, ValueError> {
    let mut characters = words.rest.chars();
    let operator = match characters.next() {
        Some('&') => Operator::And,
        Some('|') => Operator::Or,
        Some('<') => {
            let (distance, rest) =
                characters.as_str().split_once('>').ok_or_else(|| words.syntax())?;
            characters = rest.chars();
            match distance {
                "-" => Operator::Phrase(1),
                digits if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                    let distance = digits.parse().ok().filter(|distance| *distance <= FARTHEST);
                    Operator::Phrase(distance.ok_or_else(too_far)?)
                }
                _ => return Err(words.syntax()),
            }
        }
        _ => return Err(words.syntax()),
    };
    words.rest = characters.as_str();
    Ok(operator)
}

#[cold]
fn too_deep() -> ValueError {
    ValueError::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
}

#[cold]
fn too_far() -> ValueError {
    ValueError::new(
        SqlState::INVALID_PARAMETER_VALUE,
        format!(
            "distance in phrase operator must be an integer value between zero and {FARTHEST} inclusive"
        ),
    )
}
