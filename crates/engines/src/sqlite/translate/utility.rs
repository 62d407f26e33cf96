//! Statements that the parser does not know, or not as PostgreSQL has them.

use sqlparser::ast::{Ident, ObjectName};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;
use trunkline_core::Result;
use trunkline_sql::Lexer;

use super::drop::Kind;
use super::syntax::parse_statement;
use super::{Done, Translator};

/// A statement that is read here.
#[derive(Clone, Debug)]
pub(super) enum Utility {
    /// `COMMENT ON … IS …`
    Comment(Target, Option<String>),
}

/// What a comment is to be about.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Class(Kind, ObjectName),
    Column(ObjectName),
    Constraint(Ident, ObjectName),
    Schema(Ident),
    Database(Ident),
}

/// How a statement goes on behind its first word.
type Reading = fn(&mut Parser<'_>) -> Result<Utility, ParserError>;

impl Utility {
    /// Reads a statement, if it is one of these.
    pub(super) fn parse(sql: &str) -> Result<Option<Utility>> {
        let mut lexer = Lexer::new(sql);
        let mut word = || lexer.next_significant().map_or("", |token| token.text(sql));
        let mut at = |wanted: &str| word().eq_ignore_ascii_case(wanted);
        let reading: Reading = match () {
            () if at("comment") && at("on") && is_target(word()) => comment,
            () => return Ok(None),
        };
        parse_statement(sql, |parser| {
            parser.next_token();
            reading(parser)
        })
        .map(Some)
    }
}

/// Whether a word begins what comments are kept of.
fn is_target(word: &str) -> bool {
    let known = [
        "table",
        "view",
        "materialized",
        "foreign",
        "index",
        "sequence",
        "column",
        "constraint",
        "schema",
        "database",
    ];
    known.iter().any(|one| word.eq_ignore_ascii_case(one))
}

fn comment(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    parser.expect_keyword(Keyword::ON)?;
    let target = target(parser)?;
    parser.expect_keyword(Keyword::IS)?;
    let token = parser.next_token();
    let text = match token.token {
        Token::SingleQuotedString(text)
        | Token::EscapedStringLiteral(text)
        | Token::UnicodeStringLiteral(text) => Some(text),
        Token::DollarQuotedString(text) => Some(text.value),
        Token::Word(word) if word.keyword == Keyword::NULL => None,
        _ => return parser.expected("a string", token),
    };
    // An empty comment is none.
    Ok(Utility::Comment(target, text.filter(|text| !text.is_empty())))
}

fn target(parser: &mut Parser<'_>) -> Result<Target, ParserError> {
    let token = parser.next_token();
    let keyword = super::arranged::keyword(&token.token);
    let kind = match keyword {
        Keyword::TABLE => Kind::Table,
        Keyword::VIEW => Kind::View,
        Keyword::INDEX => Kind::Index,
        Keyword::SEQUENCE => Kind::Sequence,
        Keyword::MATERIALIZED => {
            parser.expect_keyword(Keyword::VIEW)?;
            Kind::MaterializedView
        }
        Keyword::FOREIGN => {
            parser.expect_keyword(Keyword::TABLE)?;
            Kind::ForeignTable
        }
        Keyword::COLUMN => return Ok(Target::Column(parser.parse_object_name(false)?)),
        Keyword::SCHEMA => return Ok(Target::Schema(parser.parse_identifier()?)),
        Keyword::DATABASE => return Ok(Target::Database(parser.parse_identifier()?)),
        Keyword::CONSTRAINT => {
            let name = parser.parse_identifier()?;
            parser.expect_keyword(Keyword::ON)?;
            return Ok(Target::Constraint(name, parser.parse_object_name(false)?));
        }
        _ => return parser.expected("what the comment is about", token),
    };
    Ok(Target::Class(kind, parser.parse_object_name(false)?))
}

impl Translator<'_> {
    pub(super) fn utility(&mut self, utility: &Utility) -> Result<Done> {
        match utility {
            Utility::Comment(target, text) => self.comment(target, text.as_deref()),
        }
    }
}
