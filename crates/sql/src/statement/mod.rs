//! Session statements: those that PostgreSQL answers from the session, not from the data.
//!
//! They are recognised by token and read by PostgreSQL's grammar; what is malformed gives
//! PostgreSQL's own syntax error. Queries and expressions inside them stay text: see [`Span`].

mod copy;
mod cursor;
mod model;
mod prepare;
mod reader;
mod set;
mod transaction;
mod type_name;

pub use copy::{Copy, CopyDirection, CopyEndpoint, CopyOption, CopySource, CopyValue};
pub use cursor::{Declare, Fetch, FetchCount, FetchDirection};
pub use model::{Discard, SessionStatement, Which};
pub use prepare::{Execute, Prepare};
pub use set::{Constraints, IntervalFields, QualifiedName, Scope, Set, SetValue};
pub use transaction::{IsolationLevel, TransactionModes};
pub use type_name::TypeName;

use crate::error::SyntaxError;
use crate::lexer::Lexer;
use crate::token::TokenKind;
use reader::Reader;

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
    let first = lexer.next_significant()?;
    if first.kind != TokenKind::Word {
        return None;
    }
    let read = grammar(first.text(lexer.source()))?;
    Some(read_with(lexer, read))
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
#[inline]
fn grammar(word: &str) -> Option<Grammar> {
    let mut buffer = [0; 10];
    let lower = buffer.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    let read: Grammar = match &*lower {
        b"abort" => transaction::rollback,
        b"begin" => transaction::begin,
        b"close" => cursor::close,
        b"commit" => transaction::commit,
        b"copy" => copy::copy,
        b"deallocate" => prepare::deallocate,
        b"declare" => cursor::declare,
        b"discard" => discard,
        b"end" => transaction::end,
        b"execute" => prepare::execute,
        b"fetch" => cursor::fetch,
        b"listen" => listen,
        b"move" => cursor::r#move,
        b"notify" => notify,
        b"prepare" => prepare::prepare,
        b"release" => transaction::release,
        b"reset" => set::reset,
        b"rollback" => transaction::rollback_or_more,
        b"savepoint" => transaction::savepoint,
        b"set" => set::set,
        b"show" => set::show,
        b"start" => transaction::start,
        b"unlisten" => unlisten,
        _ => return None,
    };
    Some(read)
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
