//! Transactions and savepoints.

use super::SessionStatement;
use crate::error::SyntaxError;
use crate::reader::Reader;
use crate::token::TokenKind;

/// What BEGIN, SET TRANSACTION and their kin say about a transaction; `None` is not said.
///
/// Said twice, the last one counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TransactionModes {
    /// `ISOLATION LEVEL …`.
    pub isolation: Option<IsolationLevel>,
    /// `READ ONLY` or `READ WRITE`.
    pub read_only: Option<bool>,
    /// `DEFERRABLE` or `NOT DEFERRABLE`.
    pub deferrable: Option<bool>,
}

/// The isolation levels of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IsolationLevel {
    /// `READ UNCOMMITTED`.
    ReadUncommitted,
    /// `READ COMMITTED`.
    ReadCommitted,
    /// `REPEATABLE READ`.
    RepeatableRead,
    /// `SERIALIZABLE`.
    Serializable,
}

impl IsolationLevel {
    /// The value of the setting `transaction_isolation`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadUncommitted => "read uncommitted",
            Self::ReadCommitted => "read committed",
            Self::RepeatableRead => "repeatable read",
            Self::Serializable => "serializable",
        }
    }
}

/// `BEGIN [ WORK | TRANSACTION ] [ modes ]`
pub(super) fn begin(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    work(reader);
    Ok(SessionStatement::Begin(optional_modes(reader)?))
}

/// `START TRANSACTION [ modes ]`
pub(super) fn start(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    reader.expect("transaction")?;
    Ok(SessionStatement::StartTransaction(optional_modes(reader)?))
}

/// `COMMIT [ WORK | TRANSACTION ] [ AND [ NO ] CHAIN ]`, or `COMMIT PREPARED 'id'`
pub(super) fn commit(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    if reader.eat("prepared") {
        return Ok(SessionStatement::CommitPrepared(reader.string()?));
    }
    end(reader)
}

/// `END [ WORK | TRANSACTION ] [ AND [ NO ] CHAIN ]`
pub(super) fn end(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    work(reader);
    Ok(SessionStatement::Commit { chain: chain(reader)? })
}

/// `ABORT [ WORK | TRANSACTION ] [ AND [ NO ] CHAIN ]`
pub(super) fn rollback(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    work(reader);
    Ok(SessionStatement::Rollback { chain: chain(reader)? })
}

/// `ROLLBACK` as ABORT, `ROLLBACK [ WORK | TRANSACTION ] TO [ SAVEPOINT ] name`, or
/// `ROLLBACK PREPARED 'id'`
pub(super) fn rollback_or_more(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    if reader.eat("prepared") {
        return Ok(SessionStatement::RollbackPrepared(reader.string()?));
    }
    work(reader);
    if reader.eat("to") {
        return Ok(SessionStatement::RollbackTo(savepoint_name(reader)?));
    }
    Ok(SessionStatement::Rollback { chain: chain(reader)? })
}

/// `SAVEPOINT name`
pub(super) fn savepoint(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    Ok(SessionStatement::Savepoint(reader.name()?))
}

/// `RELEASE [ SAVEPOINT ] name`
pub(super) fn release(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    Ok(SessionStatement::Release(savepoint_name(reader)?))
}

/// One mode or more, with or without commas between them.
pub(super) fn modes(reader: &mut Reader<'_>) -> Result<TransactionModes, SyntaxError> {
    let mut modes = TransactionModes::default();
    loop {
        mode(reader, &mut modes)?;
        let more = reader.eat_kind(TokenKind::Comma);
        if !more && reader.at_end() {
            return Ok(modes);
        }
    }
}

fn optional_modes(reader: &mut Reader<'_>) -> Result<TransactionModes, SyntaxError> {
    if reader.at_end() { Ok(TransactionModes::default()) } else { modes(reader) }
}

fn mode(reader: &mut Reader<'_>, modes: &mut TransactionModes) -> Result<(), SyntaxError> {
    if reader.eat("isolation") {
        reader.expect("level")?;
        modes.isolation = Some(isolation_level(reader)?);
    } else if reader.eat("read") {
        let read_only = reader.at("only");
        if !read_only && !reader.at("write") {
            return Err(reader.unexpected());
        }
        reader.advance();
        modes.read_only = Some(read_only);
    } else if reader.eat("not") {
        reader.expect("deferrable")?;
        modes.deferrable = Some(false);
    } else {
        reader.expect("deferrable")?;
        modes.deferrable = Some(true);
    }
    Ok(())
}

fn isolation_level(reader: &mut Reader<'_>) -> Result<IsolationLevel, SyntaxError> {
    if reader.eat("serializable") {
        return Ok(IsolationLevel::Serializable);
    }
    if reader.eat("repeatable") {
        reader.expect("read")?;
        return Ok(IsolationLevel::RepeatableRead);
    }
    reader.expect("read")?;
    if reader.eat("committed") {
        return Ok(IsolationLevel::ReadCommitted);
    }
    reader.expect("uncommitted")?;
    Ok(IsolationLevel::ReadUncommitted)
}

fn work(reader: &mut Reader<'_>) {
    if !reader.eat("work") {
        reader.eat("transaction");
    }
}

fn chain(reader: &mut Reader<'_>) -> Result<bool, SyntaxError> {
    if !reader.eat("and") {
        return Ok(false);
    }
    let chain = !reader.eat("no");
    reader.expect("chain")?;
    Ok(chain)
}

fn savepoint_name(reader: &mut Reader<'_>) -> Result<String, SyntaxError> {
    // A savepoint may itself be called "savepoint".
    if reader.at("savepoint") && !reader.next_is_end() {
        reader.advance();
    }
    reader.name()
}
