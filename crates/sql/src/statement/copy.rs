//! COPY: its relation or query, its end point, its options.

use super::set::{plain_value, qualified_name};
use super::{QualifiedName, SessionStatement};
use crate::error::SyntaxError;
use crate::reader::Reader;
use crate::token::{Span, TokenKind};

/// `COPY … { FROM | TO } …`.
///
/// <https://www.postgresql.org/docs/18/sql-copy.html>
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copy {
    /// What is copied.
    pub source: CopySource,
    /// Into the source or out of it.
    pub direction: CopyDirection,
    /// The other end.
    pub endpoint: CopyEndpoint,
    /// The options in the order given, those of the old syntax under the names of the new one.
    /// Their names and values are not checked.
    pub options: Vec<CopyOption>,
    /// `WHERE condition`: an expression, as written.
    pub condition: Option<Span>,
}

/// What is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopySource {
    /// A table, or some of its columns.
    Table {
        /// The table.
        name: QualifiedName,
        /// The columns; `None` is all of them.
        columns: Option<Vec<String>>,
    },
    /// The rows of a query, or those that a data change returns.
    Query(Span),
}

/// Which way the rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopyDirection {
    /// `FROM`: into the table.
    From,
    /// `TO`: out of the table or query.
    To,
}

/// Where the rows come from or go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyEndpoint {
    /// `STDIN` or `STDOUT`, which mean the same: the client.
    Client,
    /// A file of the server.
    File(String),
    /// A program on the server.
    Program(String),
}

/// One option of COPY.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopyOption {
    /// Its name, such as `format`.
    pub name: String,
    /// Its value.
    pub value: CopyValue,
    /// Byte offset of the option in the text, for errors about it.
    pub offset: usize,
}

/// The value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyValue {
    /// None is given, which is `true` to a boolean option.
    Absent,
    /// A word or string, without quotes.
    Text(String),
    /// A number, as PostgreSQL prints it.
    Number(String),
    /// `*`.
    All,
    /// `( word, … )`.
    List(Vec<String>),
}

/// `COPY …`
pub(super) fn copy(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    let mut options = Vec::new();
    let source = if reader.eat_kind(TokenKind::LeftParen) {
        let query = reader.parenthesized_query()?;
        reader.expect_kind(TokenKind::RightParen)?;
        CopySource::Query(query)
    } else {
        legacy_flag(reader, &mut options, "binary", ("format", text("binary")));
        let name = qualified_name(reader)?;
        let columns =
            if reader.at_kind(TokenKind::LeftParen) { Some(columns(reader)?) } else { None };
        CopySource::Table { name, columns }
    };
    let is_table = matches!(source, CopySource::Table { .. });
    let direction_offset = reader.offset();
    let direction = if is_table && reader.eat("from") {
        CopyDirection::From
    } else {
        reader.expect("to")?;
        CopyDirection::To
    };
    let program = reader.eat("program");
    let endpoint = endpoint(reader, program)?;
    // PostgreSQL places an error about the program at its next clause, which need not be there.
    let mut program_offset = Some(direction_offset);
    if is_table {
        program_offset = delimiters(reader, &mut options)?;
    }
    reader.eat("with");
    if reader.at_kind(TokenKind::LeftParen) {
        generic_options(reader, &mut options)?;
    } else {
        while legacy_option(reader, &mut options)? {}
    }
    let where_offset = reader.offset();
    let filtered = is_table && reader.eat("where");
    if filtered && reader.at_end() {
        return Err(reader.unexpected());
    }
    if program && endpoint == CopyEndpoint::Client {
        let message = "STDIN/STDOUT not allowed with PROGRAM";
        return Err(match program_offset {
            Some(offset) => SyntaxError::at(message, offset),
            None => SyntaxError::unplaced("42601", message),
        });
    }
    if filtered && direction == CopyDirection::To {
        return Err(SyntaxError::at("WHERE clause not allowed with COPY TO", where_offset));
    }
    let condition = if filtered { Some(reader.rest()?) } else { None };
    let copy = Copy { source, direction, endpoint, options, condition };
    Ok(SessionStatement::Copy(Box::new(copy)))
}

fn endpoint(reader: &mut Reader<'_>, program: bool) -> Result<CopyEndpoint, SyntaxError> {
    if reader.at_any(&["stdin", "stdout"]) {
        reader.advance();
        return Ok(CopyEndpoint::Client);
    }
    let name = reader.string()?;
    Ok(if program { CopyEndpoint::Program(name) } else { CopyEndpoint::File(name) })
}

/// `[ USING ] DELIMITERS 'x'`, older than the old syntax; where it begins.
fn delimiters(
    reader: &mut Reader<'_>,
    options: &mut Vec<CopyOption>,
) -> Result<Option<usize>, SyntaxError> {
    let offset = reader.offset();
    if reader.eat("using") && !reader.at("delimiters") {
        return Err(reader.unexpected());
    }
    if !reader.eat("delimiters") {
        return Ok(None);
    }
    let value = CopyValue::Text(reader.string()?);
    options.push(CopyOption { name: "delimiter".to_owned(), value, offset });
    Ok(Some(offset))
}

/// `( name [ value ], … )`
fn generic_options(
    reader: &mut Reader<'_>,
    options: &mut Vec<CopyOption>,
) -> Result<(), SyntaxError> {
    reader.expect_kind(TokenKind::LeftParen)?;
    loop {
        let offset = reader.offset();
        let name = reader.label()?;
        options.push(CopyOption { name, value: generic_value(reader)?, offset });
        if !reader.eat_kind(TokenKind::Comma) {
            return reader.expect_kind(TokenKind::RightParen);
        }
    }
}

fn generic_value(reader: &mut Reader<'_>) -> Result<CopyValue, SyntaxError> {
    if reader.at_kind(TokenKind::Comma) || reader.at_kind(TokenKind::RightParen) {
        return Ok(CopyValue::Absent);
    }
    if reader.eat_operator("*") {
        return Ok(CopyValue::All);
    }
    if reader.eat("default") {
        return Ok(text("default"));
    }
    if reader.eat_kind(TokenKind::LeftParen) {
        let mut list = vec![word(reader)?];
        while reader.eat_kind(TokenKind::Comma) {
            list.push(word(reader)?);
        }
        reader.expect_kind(TokenKind::RightParen)?;
        return Ok(CopyValue::List(list));
    }
    let is_number = !reader.at_string() && reader.word().is_empty();
    let is_quoted = reader.kind().is_some_and(TokenKind::is_identifier);
    let value = plain_value(reader)?;
    Ok(if is_number && !is_quoted { CopyValue::Number(value) } else { CopyValue::Text(value) })
}

fn word(reader: &mut Reader<'_>) -> Result<String, SyntaxError> {
    let is_number = matches!(reader.kind(), Some(TokenKind::Integer | TokenKind::Numeric));
    if is_number || reader.at_operator("+") || reader.at_operator("-") {
        return Err(reader.unexpected());
    }
    plain_value(reader)
}

/// One option of the syntax before PostgreSQL 9.0; `false` if there is none.
fn legacy_option(
    reader: &mut Reader<'_>,
    options: &mut Vec<CopyOption>,
) -> Result<bool, SyntaxError> {
    if legacy_flag(reader, options, "binary", ("format", text("binary")))
        || legacy_flag(reader, options, "csv", ("format", text("csv")))
        || legacy_flag(reader, options, "freeze", ("freeze", text("true")))
        || legacy_flag(reader, options, "header", ("header", text("true")))
    {
        return Ok(true);
    }
    let offset = reader.offset();
    let (name, value) = if reader.at_any(&["delimiter", "null", "quote", "escape"]) {
        let name = reader.word().to_ascii_lowercase();
        reader.advance();
        reader.eat("as");
        (name, CopyValue::Text(reader.string()?))
    } else if reader.eat("encoding") {
        ("encoding".to_owned(), CopyValue::Text(reader.string()?))
    } else if reader.eat("force") {
        let name = if reader.eat("quote") {
            "force_quote"
        } else if reader.eat("not") {
            reader.expect("null")?;
            "force_not_null"
        } else {
            reader.expect("null")?;
            "force_null"
        };
        let all = reader.eat_operator("*");
        let value = if all { CopyValue::All } else { CopyValue::List(names(reader)?) };
        (name.to_owned(), value)
    } else {
        return Ok(false);
    };
    options.push(CopyOption { name, value, offset });
    Ok(true)
}

fn legacy_flag(
    reader: &mut Reader<'_>,
    options: &mut Vec<CopyOption>,
    keyword: &str,
    (name, value): (&str, CopyValue),
) -> bool {
    let offset = reader.offset();
    let found = reader.eat(keyword);
    if found {
        options.push(CopyOption { name: name.to_owned(), value, offset });
    }
    found
}

/// `( column, … )`
fn columns(reader: &mut Reader<'_>) -> Result<Vec<String>, SyntaxError> {
    reader.expect_kind(TokenKind::LeftParen)?;
    let columns = names(reader)?;
    reader.expect_kind(TokenKind::RightParen)?;
    Ok(columns)
}

fn names(reader: &mut Reader<'_>) -> Result<Vec<String>, SyntaxError> {
    let mut names = vec![reader.name()?];
    while reader.eat_kind(TokenKind::Comma) {
        names.push(reader.name()?);
    }
    Ok(names)
}

fn text(value: &str) -> CopyValue {
    CopyValue::Text(value.to_owned())
}
