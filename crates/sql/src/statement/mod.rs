//! Session statements: those that PostgreSQL answers from the session, not from the data.
//!
//! They are recognised by token and read by PostgreSQL's grammar; what is malformed gives
//! PostgreSQL's own syntax error. Queries and expressions inside them stay text: see [`Span`](crate::Span).

mod body;
mod copy;
mod cursor;
mod model;
mod prepare;
mod rule;
mod set;
mod transaction;
mod type_name;

pub use body::select_into;
pub use copy::{Copy, CopyDirection, CopyEndpoint, CopyOption, CopySource, CopyValue};
pub use cursor::{Declare, Fetch, FetchCount, FetchDirection};
pub use model::{Discard, SessionStatement, Which};
pub use prepare::{Execute, Prepare};
pub use rule::BlockRule;
pub use set::{Constraints, IntervalFields, QualifiedName, Scope, Set, SetValue};
pub use transaction::{IsolationLevel, TransactionModes};
pub use type_name::TypeName;

use crate::error::SyntaxError;
use crate::lexer::Lexer;
use crate::reader::Reader;
use crate::token::TokenKind;

/// Reads a session statement.
///
/// `None` if the text begins with another key word: it belongs to the engine. `Err` if it begins a
/// session statement but is malformed. The text is one statement, with or without the semicolon
/// that ends it; spans and offsets are bytes of `source`.
///
/// ```
/// use trunkline_sql::{SessionStatement, recognise};
/// assert!(recognise("select 1").is_none());
/// let statement = recognise("rollback to savepoint a;").unwrap().unwrap();
/// assert_eq!(statement, SessionStatement::RollbackTo("a".into()));
/// let error = recognise("begin transactoin").unwrap().unwrap_err();
/// assert_eq!(error.message(), "syntax error at or near \"transactoin\"");
/// ```
#[inline]
pub fn recognise(source: &str) -> Option<Result<SessionStatement, SyntaxError>> {
    recognise_in(Lexer::new(source))
}

/// Reads the session statement that a lexer is about to read: see [`recognise`].
#[inline]
pub(crate) fn recognise_in(mut lexer: Lexer<'_>) -> Option<Result<SessionStatement, SyntaxError>> {
    lexer.skip_whitespace();
    if !may_be_session(lexer.rest()) {
        return None;
    }
    let first = lexer.next_significant()?;
    if first.kind != TokenKind::Word {
        return None;
    }
    let read = grammar(first.text(lexer.source()))?;
    Some(read_with(lexer, read))
}

/// Whether a text may begin with a session statement: a look at its first letters.
#[inline]
fn may_be_session(text: &str) -> bool {
    let [first, second, third, ..] = text.as_bytes() else { return false };
    let second = second.to_ascii_lowercase();
    match first.to_ascii_lowercase() {
        b'a' => second == b'b',
        b'b' | b'f' => second == b'e',
        b'c' => matches!(second, b'l' | b'o'),
        b'd' => matches!(second, b'e' | b'i'),
        b'e' => matches!(second, b'n' | b'x'),
        b'l' => second == b'i',
        b'm' | b'n' => second == b'o',
        b'p' => second == b'r',
        b'r' => matches!(second, b'e' | b'o'),
        b's' if second == b'e' => third.eq_ignore_ascii_case(&b't'),
        b's' => matches!(second, b'a' | b'h' | b't'),
        b'u' => second == b'n',
        // A comment may come first.
        b'-' | b'/' => true,
        _ => false,
    }
}

type Grammar = fn(&mut Reader<'_>) -> Result<SessionStatement, SyntaxError>;

#[cold]
fn read_with(lexer: Lexer<'_>, read: Grammar) -> Result<SessionStatement, SyntaxError> {
    let mut reader = Reader::new(lexer);
    let statement = read(&mut reader)?;
    reader.end()?;
    Ok(statement)
}

/// What reads a statement behind this first word.
///
/// Nearly every word is told apart from these by its length and first letter alone.
#[inline]
fn grammar(word: &str) -> Option<Grammar> {
    let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
    let first = word.bytes().next()?.to_ascii_lowercase();
    let (keyword, read): (&str, Grammar) = match (word.len(), first) {
        (5, b'a') => ("abort", transaction::rollback),
        (5, b'b') => ("begin", transaction::begin),
        (5, b'c') => ("close", cursor::close),
        (6, b'c') => ("commit", transaction::commit),
        (4, b'c') => ("copy", copy::copy),
        (10, b'd') => ("deallocate", prepare::deallocate),
        (7, b'd') if is("declare") => ("declare", cursor::declare),
        (7, b'd') => ("discard", discard),
        (3, b'e') => ("end", transaction::end),
        (7, b'e') => ("execute", prepare::execute),
        (5, b'f') => ("fetch", cursor::fetch),
        (6, b'l') => ("listen", listen),
        (4, b'm') => ("move", cursor::r#move),
        (6, b'n') => ("notify", notify),
        (7, b'p') => ("prepare", prepare::prepare),
        (7, b'r') => ("release", transaction::release),
        (5, b'r') => ("reset", set::reset),
        (8, b'r') => ("rollback", transaction::rollback_or_more),
        (9, b's') => ("savepoint", transaction::savepoint),
        (3, b's') => ("set", set::set),
        (4, b's') => ("show", set::show),
        (5, b's') => ("start", transaction::start),
        (8, b'u') => ("unlisten", unlisten),
        _ => return None,
    };
    is(keyword).then_some(read)
}

/// `DISCARD { ALL | PLANS | SEQUENCES | TEMPORARY | TEMP }`
fn discard(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    let what = if reader.at("all") {
        Discard::All
    } else if reader.at("plans") {
        Discard::Plans
    } else if reader.at("sequences") {
        Discard::Sequences
    } else if reader.at_any(&["temp", "temporary"]) {
        Discard::Temp
    } else {
        return Err(reader.unexpected());
    };
    reader.advance();
    Ok(SessionStatement::Discard(what))
}

/// `LISTEN channel`
fn listen(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    Ok(SessionStatement::Listen(reader.name()?))
}

/// `NOTIFY channel [ , payload ]`
fn notify(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    let channel = reader.name()?;
    let payload = if reader.eat_kind(TokenKind::Comma) { Some(reader.string()?) } else { None };
    Ok(SessionStatement::Notify { channel, payload })
}

/// `UNLISTEN { channel | * }`
fn unlisten(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    let channel = if reader.eat_operator("*") { Which::All } else { Which::Named(reader.name()?) };
    Ok(SessionStatement::Unlisten(channel))
}
