//! `EXPLAIN`: what it is asked to tell, and of which statement.

use trunkline_core::{Column, Oid, PgError, Result, SqlState};
use trunkline_sql::{Lexer, Token, TokenKind, character_position};

/// What an EXPLAIN is asked to tell.
#[derive(Clone, Copy, Debug)]
pub struct Explain {
    /// Whether the statement is run, and what became of it told.
    pub analyze: bool,
    /// Whether more is told, such as the columns that each step gives.
    pub verbose: bool,
    /// Whether what each step is thought to cost is told.
    pub costs: bool,
    /// Whether what became of it has times.
    pub timing: bool,
    /// Whether the times of planning and of running are told.
    pub summary: bool,
    /// What it is told in.
    pub format: ExplainFormat,
    /// Whether parameters have no values.
    pub is_generic: bool,
}

/// What a plan is told in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExplainFormat {
    /// A line a row, for people.
    #[default]
    Text,
    /// One document of JSON.
    Json,
    /// One document of XML.
    Xml,
    /// One document of YAML.
    Yaml,
}

impl Explain {
    /// Reads an EXPLAIN: what it asks for, and the statement, which stands where it did with spaces before it;
    /// `None` for any other statement.
    ///
    /// # Errors
    ///
    /// 42601 for an option that is none or no statement, 22023 for options that do not go together.
    ///
    /// Source: <https://www.postgresql.org/docs/18/sql-explain.html>.
    pub fn read(sql: &str) -> Result<Option<(Explain, String)>> {
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
                options.verbose = true;
                token = lexer.next_significant();
            }
        }
        let explain = options.checked()?;
        let Some(first) = token else { return Err(at_end(sql)) };
        Ok(Some((explain, from(sql, first))))
    }

    /// The statement that an EXPLAIN explains, whatever its options are, as [`read`](Self::read) gives it.
    pub(crate) fn statement(sql: &str) -> Option<String> {
        let mut lexer = Lexer::new(sql);
        lexer.next_significant().filter(|token| token.is_word(sql, "explain"))?;
        let mut token = lexer.next_significant()?;
        let mut behind = lexer.clone();
        if token.kind == TokenKind::LeftParen && !begins_query(sql, behind.next_significant()?) {
            // No value of an option has a parenthesis.
            lexer.find(|token| token.kind == TokenKind::RightParen)?;
            token = lexer.next_significant()?;
        } else {
            while ["analyze", "analyse", "verbose"].iter().any(|word| token.is_word(sql, word)) {
                token = lexer.next_significant()?;
            }
        }
        Some(from(sql, token))
    }

    /// The only column of what it gives.
    pub fn column(&self) -> Column {
        let oid = match self.format {
            ExplainFormat::Text | ExplainFormat::Yaml => Oid::TEXT,
            ExplainFormat::Json => Oid::JSON,
            ExplainFormat::Xml => Oid::XML,
        };
        Column::new("QUERY PLAN", oid)
    }
}

/// What stands from a token on, with spaces for what is before it.
fn from(sql: &str, first: Token) -> String {
    let (before, statement) = sql.split_at_checked(first.span.start).unwrap_or(("", sql));
    let blank = |one: char| if one == '\n' { '\n' } else { ' ' };
    before.chars().map(blank).chain(statement.chars()).collect()
}

/// Whether a token begins a query, so that the parenthesis before it has no options.
fn begins_query(sql: &str, token: Token) -> bool {
    let words = ["select", "values", "with", "table"];
    token.kind == TokenKind::LeftParen || words.iter().any(|word| token.is_word(sql, word))
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
    verbose: bool,
    costs: Option<bool>,
    timing: Option<bool>,
    summary: Option<bool>,
    wal: bool,
    serialize: bool,
    generic_plan: bool,
    format: ExplainFormat,
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
            "verbose" => self.verbose = is_on()?,
            "costs" => self.costs = Some(is_on()?),
            "timing" => self.timing = Some(is_on()?),
            "summary" => self.summary = Some(is_on()?),
            "wal" => self.wal = is_on()?,
            "generic_plan" => self.generic_plan = is_on()?,
            // What they would tell more is not known here.
            "buffers" | "settings" | "memory" => {
                is_on()?;
            }
            "serialize" => match value.unwrap_or("text") {
                word @ ("none" | "off" | "text" | "binary") => {
                    self.serialize = !matches!(word, "none" | "off");
                }
                other => return Err(Refused::Here(unrecognised(option, other))),
            },
            "format" => match value {
                Some("text") => self.format = ExplainFormat::Text,
                Some("json") => self.format = ExplainFormat::Json,
                Some("xml") => self.format = ExplainFormat::Xml,
                Some("yaml") => self.format = ExplainFormat::Yaml,
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
            verbose: self.verbose,
            costs: self.costs.unwrap_or(true),
            timing: self.timing.unwrap_or(self.analyze),
            summary: self.summary.unwrap_or(self.analyze),
            format: self.format,
            is_generic: self.generic_plan,
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
