//! `EXPLAIN`: what it is asked to tell, and of which statement.
//!
//! Source: <https://www.postgresql.org/docs/18/sql-explain.html>.

use trunkline_core::{Column, Oid, PgError, Result, SqlState};
use trunkline_sql::{Lexer, Token, TokenKind, character_position};

use super::unsupported;

/// What an EXPLAIN is to tell.
#[derive(Clone, Debug)]
pub(crate) struct Explain {
    /// Whether the statement is run, and what became of it told.
    pub(crate) analyze: bool,
    /// Whether that has times.
    pub(crate) timing: bool,
    /// Whether the times of planning and of running are told.
    pub(crate) summary: bool,
    pub(crate) is_json: bool,
    /// Whether parameters have no values.
    pub(super) is_generic: bool,
    /// What its first line says: `Insert on t`.
    pub(crate) heading: String,
}

impl Explain {
    /// The only column of what it gives.
    pub(crate) fn column(&self) -> Column {
        Column::new("QUERY PLAN", if self.is_json { Oid::JSON } else { Oid::TEXT })
    }
}

/// Reads an EXPLAIN: what it asks for, and the statement, which stands where it did with spaces before it;
/// `None` for any other statement.
///
/// # Errors
///
/// 42601 for an option that is none, or a statement that cannot be explained; 22023 for options that do not go
/// together; 0A000 for what this engine does not explain.
pub(super) fn explain(sql: &str) -> Result<Option<(Explain, String)>> {
    let mut lexer = Lexer::new(sql);
    if !lexer.next_significant().is_some_and(|token| token.is_word(sql, "explain")) {
        return Ok(None);
    }
    let mut options = Options::default();
    let mut token = lexer.next_significant();
    let is = |token: Option<Token>, word: &str| token.is_some_and(|one| one.is_word(sql, word));
    let mut behind = lexer.clone();
    let is_list = token.is_some_and(|one| one.kind == TokenKind::LeftParen)
        && !behind.next_significant().is_some_and(|one| begins_query(sql, one));
    if is_list {
        options.read_list(sql, &mut lexer)?;
        token = lexer.next_significant();
    } else {
        if is(token, "analyze") || is(token, "analyse") {
            options.analyze = true;
            token = lexer.next_significant();
        }
        if is(token, "verbose") {
            token = lexer.next_significant();
        }
    }
    let explain = options.checked()?;
    let Some(first) = token else { return Err(at_end(sql)) };
    check_first(sql, first)?;
    let (before, statement) = sql.split_at_checked(first.span.start).unwrap_or(("", sql));
    let blank = |one: char| if one == '\n' { '\n' } else { ' ' };
    Ok(Some((explain, before.chars().map(blank).chain(statement.chars()).collect())))
}

/// Whether a token begins a query, so that the parenthesis before it has no options.
fn begins_query(sql: &str, token: Token) -> bool {
    let words = ["select", "values", "with", "table"];
    token.kind == TokenKind::LeftParen || words.iter().any(|word| token.is_word(sql, word))
}

/// Refuses what is no query and changes no rows.
fn check_first(sql: &str, token: Token) -> Result<()> {
    let changes = ["insert", "update", "delete"];
    if begins_query(sql, token) || changes.iter().any(|word| token.is_word(sql, word)) {
        return Ok(());
    }
    let others = ["merge", "execute", "declare", "create", "refresh"];
    match others.iter().find(|word| token.is_word(sql, word)) {
        Some(word) => Err(unsupported(&format!("EXPLAIN {}", word.to_uppercase()))),
        None => Err(near(sql, token)),
    }
}

fn near(sql: &str, token: Token) -> PgError {
    let message = format!("syntax error at or near \"{}\"", token.text(sql));
    at(PgError::new(SqlState::SYNTAX_ERROR, message), sql, token)
}

fn at(error: PgError, sql: &str, token: Token) -> PgError {
    error.position(character_position(sql, token.span.start))
}

/// The options as they are read.
#[derive(Debug, Default)]
struct Options {
    analyze: bool,
    timing: Option<bool>,
    summary: Option<bool>,
    wal: bool,
    serialize: bool,
    generic_plan: bool,
    is_json: bool,
}

impl Options {
    /// `(name [value], …)`, behind its parenthesis.
    fn read_list(&mut self, sql: &str, lexer: &mut Lexer<'_>) -> Result<()> {
        loop {
            let Some(name) = lexer.next_significant() else { return Err(at_end(sql)) };
            let option = match name.kind {
                TokenKind::Word | TokenKind::QuotedIdentifier => name.identifier(sql),
                _ => return Err(near(sql, name)),
            };
            let option = option.map_err(|_| near(sql, name))?.into_owned();
            let Some(mut next) = lexer.next_significant() else { return Err(at_end(sql)) };
            let mut value = None;
            if !matches!(next.kind, TokenKind::Comma | TokenKind::RightParen) {
                value = Some(value_of(sql, next)?);
                next = lexer.next_significant().ok_or_else(|| at_end(sql))?;
            }
            self.set(&option, value.as_deref()).map_err(|error| match error {
                Refused::Here(error) => at(error, sql, name),
                Refused::Nowhere(error) => error,
            })?;
            match next.kind {
                TokenKind::RightParen => return Ok(()),
                TokenKind::Comma => {}
                _ => return Err(near(sql, next)),
            }
        }
    }

    fn set(&mut self, option: &str, value: Option<&str>) -> Result<(), Refused> {
        let is_on = || boolean(option, value);
        match option {
            "analyze" | "analyse" => self.analyze = is_on()?,
            "timing" => self.timing = Some(is_on()?),
            "summary" => self.summary = Some(is_on()?),
            "wal" => self.wal = is_on()?,
            "generic_plan" => self.generic_plan = is_on()?,
            // What they would tell more is not known here.
            "verbose" | "costs" | "buffers" | "settings" | "memory" => {
                is_on()?;
            }
            "serialize" => match value.unwrap_or("text") {
                word @ ("none" | "off" | "text" | "binary") => {
                    self.serialize = !matches!(word, "none" | "off");
                }
                other => return Err(Refused::Here(unrecognised(option, other))),
            },
            "format" => match value {
                Some("text") => self.is_json = false,
                Some("json") => self.is_json = true,
                Some(other @ ("xml" | "yaml")) => {
                    let other = other.to_uppercase();
                    return Err(Refused::Here(unsupported(&format!("EXPLAIN (FORMAT {other})"))));
                }
                Some(other) => return Err(Refused::Here(unrecognised(option, other))),
                None => {
                    let message = format!("{option} requires a parameter");
                    return Err(Refused::Nowhere(PgError::new(SqlState::SYNTAX_ERROR, message)));
                }
            },
            other => {
                let message = format!("unrecognized EXPLAIN option \"{other}\"");
                return Err(Refused::Here(PgError::new(SqlState::SYNTAX_ERROR, message)));
            }
        }
        Ok(())
    }

    /// What is asked for: 22023 for options that do not go together.
    fn checked(self) -> Result<Explain> {
        let refused = |message: String| PgError::new(SqlState::INVALID_PARAMETER_VALUE, message);
        let asked = [
            ("WAL", self.wal),
            ("TIMING", self.timing == Some(true)),
            ("SERIALIZE", self.serialize),
        ];
        if let Some((option, _)) = asked.iter().find(|(_, asked)| *asked && !self.analyze) {
            return Err(refused(format!("EXPLAIN option {option} requires ANALYZE")));
        }
        if self.generic_plan && self.analyze {
            let message = "EXPLAIN options ANALYZE and GENERIC_PLAN cannot be used together";
            return Err(refused(message.to_owned()));
        }
        Ok(Explain {
            analyze: self.analyze,
            timing: self.timing.unwrap_or(self.analyze),
            summary: self.summary.unwrap_or(self.analyze),
            is_json: self.is_json,
            is_generic: self.generic_plan,
            heading: String::new(),
        })
    }
}

/// Why an option is refused, at its name or nowhere.
enum Refused {
    Here(PgError),
    Nowhere(PgError),
}

fn unrecognised(option: &str, value: &str) -> PgError {
    let message = format!("unrecognized value for EXPLAIN option \"{option}\": \"{value}\"");
    PgError::new(SqlState::INVALID_PARAMETER_VALUE, message)
}

fn boolean(option: &str, value: Option<&str>) -> Result<bool, Refused> {
    match value.map(str::to_ascii_lowercase).as_deref() {
        None | Some("true" | "on" | "1") => Ok(true),
        Some("false" | "off" | "0") => Ok(false),
        Some(_) => {
            let message = format!("{option} requires a Boolean value");
            Err(Refused::Nowhere(PgError::new(SqlState::SYNTAX_ERROR, message)))
        }
    }
}

/// A word, a string or a number.
fn value_of(sql: &str, token: Token) -> Result<String> {
    let read = match token.kind {
        TokenKind::Word | TokenKind::QuotedIdentifier => token.identifier(sql),
        TokenKind::String | TokenKind::EscapeString | TokenKind::DollarString => token.string(sql),
        TokenKind::Integer | TokenKind::Numeric => return Ok(token.text(sql).to_owned()),
        _ => return Err(near(sql, token)),
    };
    read.map(|value| value.into_owned()).map_err(|_| near(sql, token))
}

fn at_end(sql: &str) -> PgError {
    let place = sql.chars().count().saturating_add(1);
    PgError::new(SqlState::SYNTAX_ERROR, "syntax error at end of input").position(place)
}
