//! SET, RESET and SHOW.

use super::type_name::interval_qualifier;
use super::{SessionStatement, Which, transaction};
use crate::error::SyntaxError;
use crate::reader::Reader;
use crate::token::TokenKind;

/// A setting and its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Set {
    /// How long it lasts.
    pub scope: Scope,
    /// The setting, with dots if it has any. PostgreSQL compares the names of settings without
    /// regard to case.
    pub name: String,
    /// Its value.
    pub value: SetValue,
}

/// How long a SET lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Until the session ends, unless the transaction is rolled back.
    Session,
    /// Until the transaction ends.
    Local,
}

/// What a setting is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetValue {
    /// `DEFAULT`; for the time zone also `LOCAL`.
    Default,
    /// One value or more, without quotes. Only list settings, such as `search_path`, take several.
    List(Vec<String>),
    /// `SET TIME ZONE INTERVAL '…'`: an offset from UTC.
    Interval {
        /// The text of the interval.
        value: String,
        /// How to read it.
        fields: IntervalFields,
    },
    /// `FROM CURRENT`: the value that it has.
    Current,
}

/// The field qualifier of `INTERVAL '…'`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntervalFields {
    /// None, or only a precision.
    All,
    /// `HOUR`.
    Hour,
    /// `MINUTE`.
    Minute,
    /// `HOUR TO MINUTE`.
    HourToMinute,
}

/// `SET CONSTRAINTS`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Constraints {
    /// The constraints named; `None` is `ALL`.
    pub names: Option<Vec<QualifiedName>>,
    /// `DEFERRED`, not `IMMEDIATE`.
    pub deferred: bool,
}

/// A name of up to three parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QualifiedName {
    /// The database, if three parts are given.
    pub catalog: Option<String>,
    /// The schema, if two parts or three are given.
    pub schema: Option<String>,
    /// The name itself.
    pub name: String,
}

/// `SET [ SESSION | LOCAL ] …`
pub(super) fn set(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    if reader.at("constraints") && !reader.next_assigns() {
        reader.advance();
        return constraints(reader);
    }
    let mut scope = Scope::Session;
    if reader.at("local") && !reader.next_assigns() {
        reader.advance();
        scope = Scope::Local;
    } else if reader.at("session") && !reader.next_assigns() && !at_session_clause(reader) {
        reader.advance();
    }
    if reader.next_assigns() {
        return assignment(reader, scope);
    }
    let list = |value| SetValue::List(vec![value]);
    let (name, value) = if reader.eat("transaction") {
        if reader.eat("snapshot") {
            return Ok(SessionStatement::SetTransactionSnapshot(reader.string()?));
        }
        return Ok(SessionStatement::SetTransaction(transaction::modes(reader)?));
    } else if reader.eat("session") {
        if reader.eat("characteristics") {
            reader.expect("as")?;
            reader.expect("transaction")?;
            return Ok(SessionStatement::SetSessionCharacteristics(transaction::modes(reader)?));
        }
        reader.expect("authorization")?;
        ("session_authorization", default_or(reader, word_or_string)?)
    } else if reader.eat("time") {
        reader.expect("zone")?;
        ("timezone", time_zone(reader)?)
    } else if reader.at("catalog") {
        let offset = reader.offset();
        reader.advance();
        let offset = if reader.at_string() { reader.offset() } else { offset };
        reader.string()?;
        let error = SyntaxError::at("current database cannot be changed", offset);
        return Err(error.with_sqlstate("0A000"));
    } else if reader.eat("schema") {
        ("search_path", list(reader.string()?))
    } else if reader.eat("names") {
        let value =
            if reader.at_end() { SetValue::Default } else { default_or(reader, Reader::string)? };
        ("client_encoding", value)
    } else if reader.eat("role") {
        ("role", list(word_or_string(reader)?))
    } else if reader.eat("xml") {
        reader.expect("option")?;
        let value = if reader.eat("document") {
            "DOCUMENT"
        } else {
            reader.expect("content")?;
            "CONTENT"
        };
        ("xmloption", list(value.to_owned()))
    } else {
        return assignment(reader, scope);
    };
    Ok(SessionStatement::Set(Set { scope, name: name.to_owned(), value }))
}

/// `RESET { name | ALL | TIME ZONE | TRANSACTION ISOLATION LEVEL | SESSION AUTHORIZATION }`
pub(super) fn reset(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    Ok(SessionStatement::Reset(setting(reader)?))
}

/// `SHOW`, as RESET
pub(super) fn show(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    Ok(SessionStatement::Show(setting(reader)?))
}

/// `name [ . name [ . name ] ]`
pub(super) fn qualified_name(reader: &mut Reader<'_>) -> Result<QualifiedName, SyntaxError> {
    let offset = reader.offset();
    let mut name = reader.name()?;
    let mut qualifiers = Vec::new();
    while reader.eat_kind(TokenKind::Dot) {
        qualifiers.push(std::mem::replace(&mut name, reader.label()?));
    }
    if qualifiers.len() > 2 {
        qualifiers.push(name);
        let name = qualifiers.join(".");
        let message = format!("improper qualified name (too many dotted names): {name}");
        return Err(SyntaxError::at(message, offset));
    }
    let schema = qualifiers.pop();
    Ok(QualifiedName { catalog: qualifiers.pop(), schema, name })
}

/// `BooleanOrString | NumericOnly`
pub(super) fn plain_value(reader: &mut Reader<'_>) -> Result<String, SyntaxError> {
    // Reserved words, but values all the same; "on" means the truth, not a join.
    for word in ["true", "false", "on"] {
        if reader.eat(word) {
            return Ok(word.to_owned());
        }
    }
    let is_number = matches!(reader.kind(), Some(TokenKind::Integer | TokenKind::Numeric));
    if is_number || reader.at_operator("+") || reader.at_operator("-") {
        reader.number()
    } else {
        word_or_string(reader)
    }
}

fn word_or_string(reader: &mut Reader<'_>) -> Result<String, SyntaxError> {
    if reader.at_string() { reader.string() } else { reader.non_reserved_word() }
}

fn assignment(reader: &mut Reader<'_>, scope: Scope) -> Result<SessionStatement, SyntaxError> {
    let name = setting_name(reader)?;
    let value = if reader.eat("from") {
        reader.expect("current")?;
        SetValue::Current
    } else {
        if !reader.eat_operator("=") {
            reader.expect("to")?;
        }
        if reader.eat("default") {
            SetValue::Default
        } else {
            let mut list = vec![plain_value(reader)?];
            while reader.eat_kind(TokenKind::Comma) {
                list.push(plain_value(reader)?);
            }
            SetValue::List(list)
        }
    };
    Ok(SessionStatement::Set(Set { scope, name, value }))
}

fn setting_name(reader: &mut Reader<'_>) -> Result<String, SyntaxError> {
    let mut name = reader.name()?;
    while reader.eat_kind(TokenKind::Dot) {
        name.push('.');
        name.push_str(&reader.name()?);
    }
    Ok(name)
}

fn setting(reader: &mut Reader<'_>) -> Result<Which, SyntaxError> {
    if reader.eat("all") {
        return Ok(Which::All);
    }
    let name = if reader.at("time") && reader.next_is(&["zone"]) {
        reader.advance();
        reader.advance();
        "timezone"
    } else if reader.at("transaction") && reader.next_is(&["isolation"]) {
        reader.advance();
        reader.advance();
        reader.expect("level")?;
        "transaction_isolation"
    } else if reader.at("session") && reader.next_is(&["authorization"]) {
        reader.advance();
        reader.advance();
        "session_authorization"
    } else {
        return Ok(Which::Named(setting_name(reader)?));
    };
    Ok(Which::Named(name.to_owned()))
}

/// Whether `SESSION` begins a clause of its own here, and is not the scope of what follows.
fn at_session_clause(reader: &Reader<'_>) -> bool {
    let mut behind = reader.lookahead();
    match behind.next_significant() {
        Some(next) if next.is_word(behind.source(), "authorization") => true,
        // `SET SESSION characteristics = 1` sets a setting of that name.
        Some(next) if next.is_word(behind.source(), "characteristics") => {
            let after = behind.next_significant();
            !after.is_some_and(|after| reader.assigns(after))
        }
        _ => false,
    }
}

fn default_or<'a>(
    reader: &mut Reader<'a>,
    value: impl FnOnce(&mut Reader<'a>) -> Result<String, SyntaxError>,
) -> Result<SetValue, SyntaxError> {
    if reader.eat("default") {
        Ok(SetValue::Default)
    } else {
        Ok(SetValue::List(vec![value(reader)?]))
    }
}

/// What follows `SET TIME ZONE`.
fn time_zone(reader: &mut Reader<'_>) -> Result<SetValue, SyntaxError> {
    if reader.eat("default") || reader.eat("local") {
        return Ok(SetValue::Default);
    }
    if reader.eat("interval") {
        if reader.eat_kind(TokenKind::LeftParen) {
            reader.integer()?;
            reader.expect_kind(TokenKind::RightParen)?;
            let value = reader.string()?;
            return Ok(SetValue::Interval { value, fields: IntervalFields::All });
        }
        let value = reader.string()?;
        return Ok(SetValue::Interval { value, fields: interval_fields(reader)? });
    }
    let value = if reader.at_string() {
        reader.string()?
    } else if reader.kind().is_some_and(TokenKind::is_identifier) {
        // Unlike elsewhere, no key word will do.
        reader.plain_identifier()?
    } else {
        reader.number()?
    };
    Ok(SetValue::List(vec![value]))
}

fn interval_fields(reader: &mut Reader<'_>) -> Result<IntervalFields, SyntaxError> {
    let offset = reader.offset();
    match interval_qualifier(reader)? {
        None => Ok(IntervalFields::All),
        Some(("hour", "hour")) => Ok(IntervalFields::Hour),
        Some(("minute", "minute")) => Ok(IntervalFields::Minute),
        Some(("hour", "minute")) => Ok(IntervalFields::HourToMinute),
        Some(_) => {
            Err(SyntaxError::at("time zone interval must be HOUR or HOUR TO MINUTE", offset))
        }
    }
}

/// `SET CONSTRAINTS { ALL | name [, …] } { DEFERRED | IMMEDIATE }`
fn constraints(reader: &mut Reader<'_>) -> Result<SessionStatement, SyntaxError> {
    let names = if reader.eat("all") {
        None
    } else {
        let mut names = vec![qualified_name(reader)?];
        while reader.eat_kind(TokenKind::Comma) {
            names.push(qualified_name(reader)?);
        }
        Some(names)
    };
    let deferred = reader.eat("deferred");
    if !deferred {
        reader.expect("immediate")?;
    }
    Ok(SessionStatement::SetConstraints(Constraints { names, deferred }))
}
