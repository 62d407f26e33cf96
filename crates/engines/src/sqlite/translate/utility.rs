//! Statements that the parser does not know, or not as PostgreSQL has them.

use sqlparser::ast::{Ident, ObjectName};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token};
use trunkline_core::Result;
use trunkline_sql::Lexer;

use super::drop::Kind;
use super::grant::{Grant, grant};
use super::sequence_options::{SequenceOption, read_options};
use super::syntax::parse_statement;
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::Numbering;

/// A statement that is read here.
#[derive(Clone, Debug)]
pub(super) enum Utility {
    /// `COMMENT ON … IS …`
    Comment(Target, Option<String>),
    CreateSequence(CreateSequence),
    AlterSequence(AlterSequence),
    AlterIdentity(AlterIdentity),
    /// `ALTER INDEX [IF EXISTS] … RENAME TO …`
    RenameIndex {
        if_exists: bool,
        name: ObjectName,
        to: ObjectName,
    },
    /// `DROP INDEX CONCURRENTLY IF EXISTS …`
    DropIndexes {
        names: Vec<ObjectName>,
        cascade: bool,
    },
    /// `LOCK [TABLE] …`
    Lock(Vec<ObjectName>),
    /// `REINDEX …`, of a table, an index, or all.
    Reindex(Option<ObjectName>),
    /// `VACUUM (…) …`
    Vacuum,
    /// `CHECKPOINT`
    Checkpoint,
    CreateExtension {
        if_not_exists: bool,
        name: Ident,
    },
    DropExtension {
        if_exists: bool,
        names: Vec<Ident>,
    },
    /// `DO …`
    Do,
    Grant(Grant),
}

/// `ALTER TABLE t ALTER COLUMN c …` of what makes it an identity column.
#[derive(Clone, Debug)]
pub(super) struct AlterIdentity {
    pub(super) if_exists: bool,
    pub(super) table: ObjectName,
    pub(super) column: Ident,
    /// `DROP IDENTITY IF EXISTS`
    pub(super) may_be_none: bool,
    pub(super) changes: Vec<IdentityChange>,
}

/// What becomes of an identity column.
#[derive(Clone, Debug)]
pub(super) enum IdentityChange {
    /// `SET GENERATED`
    Kind(Numbering),
    Option((SequenceOption, Location)),
    Drop,
}

/// `CREATE [TEMP] SEQUENCE [IF NOT EXISTS] …`
#[derive(Clone, Debug)]
pub(super) struct CreateSequence {
    pub(super) temporary: bool,
    pub(super) if_not_exists: bool,
    pub(super) name: ObjectName,
    pub(super) options: Vec<(SequenceOption, Location)>,
}

/// `ALTER SEQUENCE [IF EXISTS] …`
#[derive(Clone, Debug)]
pub(super) struct AlterSequence {
    pub(super) if_exists: bool,
    pub(super) name: ObjectName,
    pub(super) change: SequenceChange,
}

/// What becomes of a sequence.
#[derive(Clone, Debug)]
pub(super) enum SequenceChange {
    Options(Vec<(SequenceOption, Location)>),
    Rename(Ident),
    /// Another role owns it: nobody owns anything here.
    Owner,
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
        let mut word =
            || lexer.next_significant().map_or("", |token| token.text(sql)).to_ascii_lowercase();
        let reading: Reading = match (word().as_str(), word().as_str()) {
            ("comment", "on") if is_target(&word()) => comment,
            ("create", "sequence") => create_sequence,
            ("create", "temp" | "temporary" | "unlogged") if word() == "sequence" => {
                create_sequence
            }
            ("alter", "sequence") => alter_sequence,
            ("alter", "table") if changes_identity(sql) => alter_identity,
            ("alter", "index") => rename_index,
            ("drop", "index") if word() == "concurrently" && word() == "if" => drop_indexes,
            ("lock", _) => lock,
            ("reindex", _) => reindex,
            ("vacuum", "(") => vacuum,
            ("checkpoint", "" | ";") => |_| Ok(Utility::Checkpoint),
            ("create", "extension") => create_extension,
            ("drop", "extension") => drop_extension,
            ("grant" | "revoke", _) => grant,
            ("do", _) => |parser| {
                while parser.next_token().token != Token::EOF {}
                Ok(Utility::Do)
            },
            _ => return Ok(None),
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

fn create_sequence(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    let temporary = [Keyword::TEMP, Keyword::TEMPORARY];
    let temporary = parser.parse_one_of_keywords(&temporary).is_some();
    let _ = parser.parse_keyword(Keyword::UNLOGGED);
    parser.expect_keyword(Keyword::SEQUENCE)?;
    let if_not_exists = parser.parse_keywords(&[Keyword::IF, Keyword::NOT, Keyword::EXISTS]);
    let (name, options) = (parser.parse_object_name(false)?, read_options(parser)?);
    Ok(Utility::CreateSequence(CreateSequence { temporary, if_not_exists, name, options }))
}

fn alter_sequence(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    parser.expect_keyword(Keyword::SEQUENCE)?;
    let if_exists = parser.parse_keywords(&[Keyword::IF, Keyword::EXISTS]);
    let name = parser.parse_object_name(false)?;
    let change = match () {
        () if parser.parse_keywords(&[Keyword::RENAME, Keyword::TO]) => {
            SequenceChange::Rename(parser.parse_identifier()?)
        }
        () if parser.parse_keywords(&[Keyword::OWNER, Keyword::TO]) => {
            parser.parse_identifier()?;
            SequenceChange::Owner
        }
        () => SequenceChange::Options(read_options(parser)?),
    };
    if matches!(&change, SequenceChange::Options(options) if options.is_empty()) {
        return parser.expected("an option of a sequence", parser.peek_token());
    }
    Ok(Utility::AlterSequence(AlterSequence { if_exists, name, change }))
}

fn rename_index(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    parser.expect_keyword(Keyword::INDEX)?;
    let if_exists = parser.parse_keywords(&[Keyword::IF, Keyword::EXISTS]);
    let name = parser.parse_object_name(false)?;
    parser.expect_keywords(&[Keyword::RENAME, Keyword::TO])?;
    Ok(Utility::RenameIndex { if_exists, name, to: parser.parse_object_name(false)? })
}

fn drop_indexes(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    let words = [Keyword::INDEX, Keyword::CONCURRENTLY, Keyword::IF, Keyword::EXISTS];
    parser.expect_keywords(&words)?;
    let names = parser.parse_comma_separated(|parser| parser.parse_object_name(false))?;
    let cascade = parser.parse_keyword(Keyword::CASCADE);
    let _ = parser.parse_keyword(Keyword::RESTRICT);
    Ok(Utility::DropIndexes { names, cascade })
}

fn lock(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    let _ = parser.parse_keyword(Keyword::TABLE);
    let tables = parser.parse_comma_separated(|parser| {
        let _ = parser.parse_keyword(Keyword::ONLY);
        parser.parse_object_name(false)
    })?;
    if parser.parse_keyword(Keyword::IN) {
        let modes = [Keyword::ACCESS, Keyword::ROW, Keyword::SHARE, Keyword::EXCLUSIVE];
        let modes = [&modes[..], &[Keyword::UPDATE]].concat();
        while parser.parse_one_of_keywords(&modes).is_some() {}
        parser.expect_keyword(Keyword::MODE)?;
    }
    let _ = parser.parse_keyword(Keyword::NOWAIT);
    Ok(Utility::Lock(tables))
}

fn reindex(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    options_in_parentheses(parser)?;
    let kinds = [Keyword::TABLE, Keyword::INDEX, Keyword::SCHEMA, Keyword::DATABASE];
    let kind = parser.expect_one_of_keywords(&kinds)?;
    let _ = parser.parse_keyword(Keyword::CONCURRENTLY);
    let is_named = parser.peek_token().token != Token::EOF;
    let name = if is_named { Some(parser.parse_object_name(false)?) } else { None };
    let name = name.filter(|_| matches!(kind, Keyword::TABLE | Keyword::INDEX));
    Ok(Utility::Reindex(name))
}

fn vacuum(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    options_in_parentheses(parser)?;
    if !matches!(parser.peek_token().token, Token::EOF | Token::SemiColon) {
        parser.parse_comma_separated(|parser| parser.parse_object_name(false))?;
    }
    Ok(Utility::Vacuum)
}

/// What stands in parentheses, if anything does, is nothing to SQLite.
fn options_in_parentheses(parser: &mut Parser<'_>) -> Result<(), ParserError> {
    if !parser.consume_token(&Token::LParen) {
        return Ok(());
    }
    loop {
        let token = parser.next_token();
        match token.token {
            Token::RParen => return Ok(()),
            Token::EOF => return parser.expected(")", token),
            _ => {}
        }
    }
}

fn create_extension(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    parser.expect_keyword(Keyword::EXTENSION)?;
    let if_not_exists = parser.parse_keywords(&[Keyword::IF, Keyword::NOT, Keyword::EXISTS]);
    let name = parser.parse_identifier()?;
    // Which version, and where, says nothing of one that is not there.
    while !matches!(parser.peek_token().token, Token::EOF | Token::SemiColon) {
        parser.next_token();
    }
    Ok(Utility::CreateExtension { if_not_exists, name })
}

fn drop_extension(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    parser.expect_keyword(Keyword::EXTENSION)?;
    let if_exists = parser.parse_keywords(&[Keyword::IF, Keyword::EXISTS]);
    let names = parser.parse_comma_separated(Parser::parse_identifier)?;
    let _ = parser.parse_one_of_keywords(&[Keyword::CASCADE, Keyword::RESTRICT]);
    Ok(Utility::DropExtension { if_exists, names })
}

/// Whether an ALTER TABLE says of one column what only an identity column can be told.
fn changes_identity(sql: &str) -> bool {
    let mut lexer = Lexer::new(sql);
    let mut words = Vec::new();
    while let Some(token) = lexer.next_significant() {
        words.push(token.text(sql).to_ascii_lowercase());
    }
    let options = [
        "generated",
        "increment",
        "minvalue",
        "maxvalue",
        "start",
        "restart",
        "cycle",
        "cache",
        "no",
    ];
    words.windows(4).any(|words| match words {
        [before, _, word, next] if matches!(before.as_str(), "alter" | "column") => {
            match word.as_str() {
                "drop" => next == "identity",
                "set" => options.contains(&next.as_str()),
                _ => false,
            }
        }
        _ => false,
    }) || words.windows(3).any(|words| match words {
        [before, _, word] => matches!(before.as_str(), "alter" | "column") && word == "restart",
        _ => false,
    })
}

fn alter_identity(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    parser.expect_keyword(Keyword::TABLE)?;
    let if_exists = parser.parse_keywords(&[Keyword::IF, Keyword::EXISTS]);
    let _ = parser.parse_keyword(Keyword::ONLY);
    let table = parser.parse_object_name(false)?;
    parser.expect_keyword(Keyword::ALTER)?;
    let _ = parser.parse_keyword(Keyword::COLUMN);
    let column = parser.parse_identifier()?;
    let mut changes = Vec::new();
    let mut may_be_none = false;
    loop {
        match () {
            () if parser.parse_keywords(&[Keyword::DROP, Keyword::IDENTITY]) => {
                may_be_none = parser.parse_keywords(&[Keyword::IF, Keyword::EXISTS]);
                changes.push(IdentityChange::Drop);
            }
            () if parser.parse_keywords(&[Keyword::SET, Keyword::GENERATED]) => {
                let is_always = parser.parse_keyword(Keyword::ALWAYS);
                if !is_always {
                    parser.expect_keywords(&[Keyword::BY, Keyword::DEFAULT])?;
                }
                let kind = if is_always { Numbering::Always } else { Numbering::ByDefault };
                changes.push(IdentityChange::Kind(kind));
            }
            () if parser.parse_keyword(Keyword::SET) => {
                changes.extend(changes_of(read_options(parser)?))
            }
            () => {
                let read = read_options(parser)?;
                if read.is_empty() {
                    break;
                }
                changes.extend(changes_of(read));
            }
        }
    }
    Ok(Utility::AlterIdentity(AlterIdentity { if_exists, table, column, may_be_none, changes }))
}

fn changes_of(options: Vec<(SequenceOption, Location)>) -> impl Iterator<Item = IdentityChange> {
    options.into_iter().map(IdentityChange::Option)
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
            Utility::CreateSequence(create) => self.create_sequence(create),
            Utility::AlterSequence(alter) => self.alter_sequence(alter),
            Utility::AlterIdentity(alter) => self.alter_identity(alter),
            Utility::RenameIndex { if_exists, name, to } => self.alter_index(name, to, *if_exists),
            Utility::DropIndexes { names, cascade } => {
                self.drop(Kind::Index, names, true, *cascade)
            }
            Utility::Lock(tables) => self.lock_tables(tables),
            Utility::Reindex(name) => self.reindex(name.as_ref()),
            // SQLite gives the room of rows that are gone to others by itself.
            Utility::Vacuum => Ok(Done::definition("VACUUM", Vec::new())),
            // What is committed is in the file, or in the log beside it, already.
            Utility::Checkpoint => Ok(Done::definition("CHECKPOINT", Vec::new())),
            Utility::CreateExtension { if_not_exists, name } => {
                self.create_extension(name, *if_not_exists)
            }
            Utility::DropExtension { if_exists, names } => self.drop_extension(names, *if_exists),
            Utility::Grant(grant) => self.granted(grant),
            Utility::Do => Err(unsupported("DO")),
        }
    }
}
