//! PREPARE, EXECUTE and DEALLOCATE.

use super::type_name::{TypeName, type_name};
use super::{SessionStatement, Which};
use crate::error::SyntaxError;
use crate::reader::Reader;
use crate::token::{Span, TokenKind};

/// `PREPARE name [ ( type, … ) ] AS statement`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prepare {
    /// The name of the prepared statement.
    pub name: String,
    /// The types of its parameters.
    pub types: Vec<TypeName>,
    /// The statement: SELECT, VALUES, TABLE, WITH, INSERT, UPDATE, DELETE or MERGE.
    pub body: Span,
}

/// `EXECUTE name [ ( expression, … ) ]`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Execute {
    /// The name of the prepared statement.
    pub name: String,
    /// The values of its parameters: expressions, as written.
    pub arguments: Vec<Span>,
}

/// `PREPARE name …`, or `PREPARE TRANSACTION 'id'`
pub(super) fn prepare(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    if reader.at("transaction") && reader.next().is_some_and(|next| next.kind.is_string()) {
        reader.advance();
        return Ok(SessionStatement::PrepareTransaction(reader.string()?));
    }
    let name = reader.name()?;
    let mut types = Vec::new();
    if reader.eat_kind(TokenKind::LeftParen) {
        types.push(type_name(reader)?);
        while reader.eat_kind(TokenKind::Comma) {
            types.push(type_name(reader)?);
        }
        reader.expect_kind(TokenKind::RightParen)?;
    }
    reader.expect("as")?;
    reader.expect_preparable()?;
    Ok(SessionStatement::Prepare(Prepare { name, types, body: reader.rest()? }))
}

/// `EXECUTE name [ ( expression, … ) ]`
pub(super) fn execute(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    let name = reader.name()?;
    let arguments =
        if reader.at_kind(TokenKind::LeftParen) { reader.expressions()? } else { Vec::new() };
    Ok(SessionStatement::Execute(Execute { name, arguments }))
}

/// `DEALLOCATE [ PREPARE ] { name | ALL }`
pub(super) fn deallocate(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    // A prepared statement may itself be called "prepare".
    if reader.at("prepare") && !reader.next_is_end() {
        reader.advance();
    }
    let which = if reader.eat("all") { Which::All } else { Which::Named(reader.name()?) };
    Ok(SessionStatement::Deallocate(which))
}
