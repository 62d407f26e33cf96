//! Cursors: DECLARE, FETCH, MOVE and CLOSE.

use super::{SessionStatement, Which};
use crate::error::SyntaxError;
use crate::lexer::Lexer;
use crate::reader::Reader;
use crate::token::{Span, TokenKind};

/// `DECLARE name [ options ] CURSOR [ { WITH | WITHOUT } HOLD ] FOR query`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Declare {
    /// The name of the cursor.
    pub name: String,
    /// `BINARY`: FETCH returns the binary format.
    pub binary: bool,
    /// `SCROLL` or `NO SCROLL`; `None` if neither is said.
    pub scroll: Option<bool>,
    /// `INSENSITIVE` (`Some(true)`) or `ASENSITIVE`. All cursors of PostgreSQL are insensitive.
    pub insensitive: Option<bool>,
    /// `WITH HOLD`: it outlives its transaction.
    pub hold: bool,
    /// The query.
    pub query: Span,
}

impl Declare {
    /// How the query, which stands in `source`, locks its rows: `FOR UPDATE`, `FOR SHARE` and their like.
    pub fn locking(&self, source: &str) -> Option<&'static str> {
        const CLAUSES: [(&[&str], &str); 4] = [
            (&["for", "update"], "FOR UPDATE"),
            (&["for", "share"], "FOR SHARE"),
            (&["for", "no", "key", "update"], "FOR NO KEY UPDATE"),
            (&["for", "key", "share"], "FOR KEY SHARE"),
        ];
        let query = self.query.text(source);
        let (mut lexer, mut depth) = (Lexer::new(query), 0_usize);
        loop {
            let here = lexer.clone();
            match lexer.next_significant()?.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth = depth.saturating_sub(1),
                TokenKind::Word if depth == 0 => {
                    let is_here = |(words, _): &&(&[&str], &str)| {
                        let mut lexer = here.clone();
                        let mut next = || lexer.next_significant();
                        words
                            .iter()
                            .all(|word| next().is_some_and(|next| next.is_word(query, word)))
                    };
                    if let Some((_, words)) = CLAUSES.iter().find(is_here) {
                        return Some(words);
                    }
                }
                _ => {}
            }
        }
    }
}

/// `FETCH` or `MOVE`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetch {
    /// The name of the cursor.
    pub cursor: String,
    /// Which rows.
    pub direction: FetchDirection,
}

/// Where a cursor goes and how many rows it returns on its way.
///
/// `NEXT` is `Forward(Rows(1))`, `PRIOR` `Backward(Rows(1))`, `FIRST` `Absolute(1)`, `LAST`
/// `Absolute(-1)`. Negative counts turn the direction; 0 rows is the current row again.
/// <https://www.postgresql.org/docs/18/sql-fetch.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FetchDirection {
    /// The next rows.
    Forward(FetchCount),
    /// The rows before, from the nearest on.
    Backward(FetchCount),
    /// The row of this number; from the end, if it is negative.
    Absolute(i64),
    /// The row this far from the current one.
    Relative(i64),
}

/// How many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FetchCount {
    /// All that are left.
    All,
    /// At most so many.
    Rows(i64),
}

/// `DECLARE …`
pub(super) fn declare(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    let name = reader.name()?;
    let (mut binary, mut scroll, mut insensitive) = (false, None, None);
    let mut conflict = None;
    while !reader.eat("cursor") {
        if reader.eat("binary") {
            binary = true;
        } else if reader.eat("no") {
            reader.expect("scroll")?;
            conflict = conflict.or(specify(&mut scroll, false, SCROLL_CONFLICT));
        } else if reader.eat("scroll") {
            conflict = conflict.or(specify(&mut scroll, true, SCROLL_CONFLICT));
        } else if reader.eat("asensitive") {
            conflict = conflict.or(specify(&mut insensitive, false, SENSITIVITY_CONFLICT));
        } else if reader.eat("insensitive") {
            conflict = conflict.or(specify(&mut insensitive, true, SENSITIVITY_CONFLICT));
        } else {
            return Err(reader.unexpected());
        }
    }
    let hold = reader.eat("with");
    if hold || reader.eat("without") {
        reader.expect("hold")?;
    }
    reader.expect("for")?;
    reader.expect_query()?;
    let query = reader.query()?;
    // PostgreSQL parses the whole before it looks whether the options agree.
    if let Some(message) = conflict {
        return Err(SyntaxError::unplaced("42P11", message));
    }
    Ok(SessionStatement::Declare(Declare { name, binary, scroll, insensitive, hold, query }))
}

/// `FETCH [ direction ] [ FROM | IN ] cursor`
pub(super) fn fetch(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    Ok(SessionStatement::Fetch(arguments(reader)?))
}

/// `MOVE`, as FETCH
pub(super) fn r#move(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    Ok(SessionStatement::Move(arguments(reader)?))
}

/// `CLOSE { name | ALL }`
pub(super) fn close(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    let which = if reader.eat("all") { Which::All } else { Which::Named(reader.name()?) };
    Ok(SessionStatement::Close(which))
}

fn arguments(reader: &mut Reader<'_>) -> Result<Fetch, SyntaxError> {
    let direction = direction(reader)?;
    if !reader.eat("from") {
        reader.eat("in");
    }
    Ok(Fetch { cursor: reader.name()?, direction })
}

fn direction(reader: &mut Reader<'_>) -> Result<FetchDirection, SyntaxError> {
    let next = FetchDirection::Forward(FetchCount::Rows(1));
    if at_integer(reader) {
        return Ok(FetchDirection::Forward(FetchCount::Rows(signed_integer(reader)?)));
    }
    if reader.eat("all") {
        return Ok(FetchDirection::Forward(FetchCount::All));
    }
    // Every other word may also be the name of the cursor, if nothing follows it.
    if reader.next_is_end() {
        return Ok(next);
    }
    if reader.eat("next") {
        Ok(next)
    } else if reader.eat("prior") {
        Ok(FetchDirection::Backward(FetchCount::Rows(1)))
    } else if reader.eat("first") {
        Ok(FetchDirection::Absolute(1))
    } else if reader.eat("last") {
        Ok(FetchDirection::Absolute(-1))
    } else if reader.eat("absolute") {
        Ok(FetchDirection::Absolute(signed_integer(reader)?))
    } else if reader.eat("relative") {
        Ok(FetchDirection::Relative(signed_integer(reader)?))
    } else if reader.eat("forward") {
        Ok(FetchDirection::Forward(count(reader)?))
    } else if reader.eat("backward") {
        Ok(FetchDirection::Backward(count(reader)?))
    } else {
        Ok(next)
    }
}

fn count(reader: &mut Reader<'_>) -> Result<FetchCount, SyntaxError> {
    if reader.eat("all") {
        Ok(FetchCount::All)
    } else if at_integer(reader) {
        Ok(FetchCount::Rows(signed_integer(reader)?))
    } else {
        Ok(FetchCount::Rows(1))
    }
}

fn at_integer(reader: &Reader<'_>) -> bool {
    reader.at_kind(TokenKind::Integer) || reader.at_operator("+") || reader.at_operator("-")
}

fn signed_integer(reader: &mut Reader<'_>) -> Result<i64, SyntaxError> {
    let negative = reader.eat_operator("-");
    if !negative {
        reader.eat_operator("+");
    }
    let value = i64::from(reader.integer()?);
    Ok(if negative { -value } else { value })
}

/// Notes an option; if its opposite was given before, that is a conflict.
fn specify(option: &mut Option<bool>, value: bool, conflict: &'static str) -> Option<&'static str> {
    let given = option.replace(value);
    given.is_some_and(|given| given != value).then_some(conflict)
}

const SCROLL_CONFLICT: &str = "cannot specify both SCROLL and NO SCROLL";
const SENSITIVITY_CONFLICT: &str = "cannot specify both ASENSITIVE and INSENSITIVE";
