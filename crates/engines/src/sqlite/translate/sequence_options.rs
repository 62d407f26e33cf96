//! The options of sequences, as CREATE and ALTER SEQUENCE and identity columns have them.

use sqlparser::ast::{DataType, ObjectName, SequenceOptions};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::Translator;
use crate::sqlite::sequence::Options;
use crate::sqlite::types::Type;

/// One option; numbers are as they are written.
#[derive(Clone, Debug)]
pub(super) enum SequenceOption {
    As(DataType),
    Increment(String),
    Minimum(Option<String>),
    Maximum(Option<String>),
    Start(String),
    Restart(Option<String>),
    Cache(String),
    Cycle(bool),
    /// `OWNED BY` a column, or NONE.
    Owned(Option<ObjectName>),
}

/// What options make of a sequence.
#[derive(Clone, Debug)]
pub(super) struct Altered {
    pub(super) options: Options,
    /// The number that it is to give next, if it begins again.
    pub(super) restart: Option<i64>,
}

/// Reads options in any order, each with where it stands.
pub(super) fn read_options(
    parser: &mut Parser<'_>,
) -> Result<Vec<(SequenceOption, Location)>, ParserError> {
    let mut options = Vec::new();
    loop {
        let place = parser.peek_token().span.start;
        match read_option(parser)? {
            Some(option) => options.push((option, place)),
            None => return Ok(options),
        }
    }
}

fn read_option(parser: &mut Parser<'_>) -> Result<Option<SequenceOption>, ParserError> {
    let keyword = super::arranged::keyword(&parser.peek_token().token);
    let is_no = keyword == Keyword::NO;
    if is_no {
        parser.next_token();
    }
    let token = parser.peek_token();
    let option = match super::arranged::keyword(&token.token) {
        Keyword::MINVALUE if is_no => SequenceOption::Minimum(None),
        Keyword::MAXVALUE if is_no => SequenceOption::Maximum(None),
        Keyword::CYCLE => SequenceOption::Cycle(!is_no),
        _ if is_no => return parser.expected("an option of a sequence", token),
        Keyword::AS => {
            parser.next_token();
            return Ok(Some(SequenceOption::As(parser.parse_data_type()?)));
        }
        Keyword::INCREMENT => {
            return counted(parser, Keyword::BY).map(SequenceOption::Increment).map(Some);
        }
        Keyword::MINVALUE => {
            return counted(parser, Keyword::NoKeyword)
                .map(|value| Some(SequenceOption::Minimum(Some(value))));
        }
        Keyword::MAXVALUE => {
            return counted(parser, Keyword::NoKeyword)
                .map(|value| Some(SequenceOption::Maximum(Some(value))));
        }
        Keyword::START => {
            return counted(parser, Keyword::WITH).map(SequenceOption::Start).map(Some);
        }
        Keyword::CACHE => {
            return counted(parser, Keyword::NoKeyword).map(SequenceOption::Cache).map(Some);
        }
        Keyword::RESTART => {
            parser.next_token();
            let is_said = parser.parse_keyword(Keyword::WITH)
                || matches!(
                    parser.peek_token().token,
                    Token::Number(..) | Token::Minus | Token::Plus
                );
            let value = if is_said { Some(number(parser)?) } else { None };
            return Ok(Some(SequenceOption::Restart(value)));
        }
        Keyword::OWNED => {
            parser.next_token();
            parser.expect_keyword(Keyword::BY)?;
            let is_none = parser.parse_keyword(Keyword::NONE);
            let column = if is_none { None } else { Some(parser.parse_object_name(false)?) };
            return Ok(Some(SequenceOption::Owned(column)));
        }
        _ => return Ok(None),
    };
    parser.next_token();
    Ok(Some(option))
}

/// A number behind a keyword, and perhaps another one.
fn counted(parser: &mut Parser<'_>, word: Keyword) -> Result<String, ParserError> {
    parser.next_token();
    let _ = parser.parse_keyword(word);
    number(parser)
}

fn number(parser: &mut Parser<'_>) -> Result<String, ParserError> {
    let sign = if parser.consume_token(&Token::Minus) {
        "-"
    } else {
        let _ = parser.consume_token(&Token::Plus);
        ""
    };
    let token = parser.next_token();
    match token.token {
        Token::Number(digits, _) => Ok(format!("{sign}{digits}")),
        _ => parser.expected("a number", token),
    }
}

/// The options of an identity column, which the parser has read.
pub(super) fn of_identity(given: &[SequenceOptions]) -> Vec<(SequenceOption, Location)> {
    let written = |expr: &sqlparser::ast::Expr| expr.to_string().replace(' ', "");
    let option = |option: &SequenceOptions| match option {
        SequenceOptions::IncrementBy(by, _) => SequenceOption::Increment(written(by)),
        SequenceOptions::MinValue(value) => SequenceOption::Minimum(value.as_ref().map(written)),
        SequenceOptions::MaxValue(value) => SequenceOption::Maximum(value.as_ref().map(written)),
        SequenceOptions::StartWith(at, _) => SequenceOption::Start(written(at)),
        SequenceOptions::Cache(numbers) => SequenceOption::Cache(written(numbers)),
        SequenceOptions::Cycle(without) => SequenceOption::Cycle(!without),
    };
    given.iter().map(|one| (option(one), Location::empty())).collect()
}

impl Translator<'_> {
    /// What options make of a sequence that is there, or of one of a type: 22023 for what cannot be, 42601 for
    /// one that is said twice.
    pub(super) fn sequence_options(
        &self,
        before: Option<&Options>,
        ty: Type,
        given: &[(SequenceOption, Location)],
    ) -> Result<Altered> {
        let mut seen = Vec::new();
        for (option, place) in given {
            let kind = std::mem::discriminant(option);
            if seen.contains(&kind) {
                let message = "conflicting or redundant options";
                let error = PgError::new(SqlState::SYNTAX_ERROR, message);
                let place = self.place_at(*place);
                return Err(if place > 0 { error.position(place) } else { error });
            }
            seen.push(kind);
        }
        let mut ty = ty;
        for (option, _) in given {
            if let SequenceOption::As(data_type) = option {
                ty = self.data_type(data_type)?;
            }
        }
        changed(before, ty, given)
    }
}

fn changed(
    before: Option<&Options>,
    ty: Type,
    given: &[(SequenceOption, Location)],
) -> Result<Altered> {
    if !matches!(ty.oid, Oid::INT2 | Oid::INT4 | Oid::INT8) {
        return Err(refused("sequence type must be smallint, integer, or bigint".to_owned()));
    }
    let mut options = before.cloned().unwrap_or_else(|| Options::of(ty.oid));
    let limits_before = Options::limits(options.type_oid);
    let (least, greatest) = Options::limits(ty.oid);
    // Limits that were those of the type are those of the new one.
    let (mut minimum, mut maximum) = (Some(options.minimum), Some(options.maximum));
    if before.is_none() || (options.type_oid != ty.oid && options.maximum == limits_before.1) {
        maximum = None;
    }
    if before.is_none() || (options.type_oid != ty.oid && options.minimum == limits_before.0) {
        minimum = None;
    }
    options.type_oid = ty.oid;
    let (mut start, mut restart) = (before.map(|before| before.start), None);
    for (option, _) in given {
        match option {
            SequenceOption::Increment(by) => options.increment = parsed(by)?,
            SequenceOption::Minimum(value) => minimum = value.as_deref().map(parsed).transpose()?,
            SequenceOption::Maximum(value) => maximum = value.as_deref().map(parsed).transpose()?,
            SequenceOption::Start(at) => start = Some(parsed(at)?),
            SequenceOption::Restart(at) => {
                restart = Some(at.as_deref().map(parsed).transpose()?);
            }
            SequenceOption::Cache(numbers) => options.cache = parsed(numbers)?,
            SequenceOption::Cycle(is_cycle) => options.cycle = *is_cycle,
            SequenceOption::As(_) | SequenceOption::Owned(_) => {}
        }
    }
    if options.increment == 0 {
        return Err(refused("INCREMENT must not be zero".to_owned()));
    }
    let (low, high) = if options.increment > 0 { (1, greatest) } else { (least, -1) };
    options.maximum = maximum.unwrap_or(high);
    options.minimum = minimum.unwrap_or(low);
    for (word, value) in [("MAXVALUE", options.maximum), ("MINVALUE", options.minimum)] {
        if !(least..=greatest).contains(&value) {
            let ty = ty.name();
            let message = format!("{word} ({value}) is out of range for sequence data type {ty}");
            return Err(refused(message));
        }
    }
    let Options { minimum, maximum, .. } = options;
    if minimum >= maximum {
        return Err(refused(format!(
            "MINVALUE ({minimum}) must be less than MAXVALUE ({maximum})"
        )));
    }
    options.start = start.unwrap_or(if options.increment > 0 { minimum } else { maximum });
    let restart = restart.map(|at| at.unwrap_or(options.start));
    let begins = [("START", Some(options.start)), ("RESTART", restart)];
    for (word, at) in begins.into_iter().filter_map(|(word, at)| Some((word, at?))) {
        if at < minimum {
            let message = format!("{word} value ({at}) cannot be less than MINVALUE ({minimum})");
            return Err(refused(message));
        }
        if at > maximum {
            let message =
                format!("{word} value ({at}) cannot be greater than MAXVALUE ({maximum})");
            return Err(refused(message));
        }
    }
    if options.cache < 1 {
        return Err(refused(format!("CACHE ({}) must be greater than zero", options.cache)));
    }
    Ok(Altered { options, restart })
}

/// 22023
fn refused(message: String) -> PgError {
    PgError::new(SqlState::INVALID_PARAMETER_VALUE, message)
}

fn parsed(written: &str) -> Result<i64> {
    written.parse().map_err(|_| {
        let message = format!("value \"{written}\" is out of range for type bigint");
        PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message)
    })
}
