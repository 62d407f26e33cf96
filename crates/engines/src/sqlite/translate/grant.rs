//! `GRANT` and `REVOKE`, which change nothing: whoever may connect may do everything.

use sqlparser::ast::{Ident, ObjectName};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;
use trunkline_core::{PgError, Result, SqlState};

use super::name::{folded, missing_schema, no_column_of, shown};
use super::utility::Utility;
use super::{Done, Translator, unsupported};

/// Such a statement.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    is_revoke: bool,
    /// Each with the columns that it is about; none of them are all.
    privileges: Vec<(String, Vec<Ident>)>,
    on: Kind,
    names: Vec<ObjectName>,
    roles: Vec<Ident>,
}

/// What privileges are of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Table,
    Sequence,
    Database,
    Schema,
    /// Everything that is within schemas.
    Within,
    /// What this engine does not have.
    Other,
}

impl Kind {
    /// The name that messages have, and the privileges that there are.
    fn privileges(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Kind::Table => (
                "table",
                &[
                    "select",
                    "insert",
                    "update",
                    "delete",
                    "truncate",
                    "references",
                    "trigger",
                    "maintain",
                ],
            ),
            Kind::Sequence => ("sequence", &["usage", "select", "update"]),
            Kind::Database => ("database", &["create", "connect", "temporary", "temp"]),
            Kind::Schema => ("schema", &["create", "usage"]),
            Kind::Within | Kind::Other => ("", &[]),
        }
    }
}

/// The privileges of what this engine does not have.
const OTHERS: &[&str] = &["execute", "set", "alter system"];

/// Whether anything has such a privilege.
fn is_privilege(name: &str) -> bool {
    let kinds = [Kind::Table, Kind::Sequence, Kind::Database, Kind::Schema];
    OTHERS.contains(&name) || kinds.iter().any(|kind| kind.privileges().1.contains(&name))
}

/// Reads a statement from its first word on.
pub(super) fn grant(parser: &mut Parser<'_>) -> Result<Utility, ParserError> {
    let is_revoke = {
        parser.prev_token();
        parser.parse_keyword(Keyword::REVOKE)
    };
    if !is_revoke {
        parser.expect_keyword(Keyword::GRANT)?;
    } else if parser.parse_keywords(&[Keyword::GRANT, Keyword::OPTION]) {
        parser.expect_keyword(Keyword::FOR)?;
    }
    let privileges = privileges(parser)?;
    // Without ON roles are granted to roles.
    let is_on = parser.parse_keyword(Keyword::ON);
    let on = if is_on { kind(parser)? } else { Kind::Other };
    if on == Kind::Other {
        while !matches!(parser.next_token().token, Token::EOF) {}
        let (names, roles) = (Vec::new(), Vec::new());
        return Ok(Utility::Grant(Grant { is_revoke, privileges, on, names, roles }));
    }
    let names = parser.parse_comma_separated(|parser| parser.parse_object_name(false))?;
    parser.expect_keyword(if is_revoke { Keyword::FROM } else { Keyword::TO })?;
    let roles = parser.parse_comma_separated(|parser| {
        let _ = parser.parse_keyword(Keyword::GROUP);
        parser.parse_identifier()
    })?;
    let _ = parser.parse_keywords(&[Keyword::WITH, Keyword::GRANT, Keyword::OPTION]);
    if parser.parse_keywords(&[Keyword::GRANTED, Keyword::BY]) {
        parser.parse_identifier()?;
    }
    let _ = parser.parse_one_of_keywords(&[Keyword::CASCADE, Keyword::RESTRICT]);
    Ok(Utility::Grant(Grant { is_revoke, privileges, on, names, roles }))
}

fn privileges(parser: &mut Parser<'_>) -> Result<Vec<(String, Vec<Ident>)>, ParserError> {
    parser.parse_comma_separated(|parser| {
        let name = folded(&parser.parse_identifier()?);
        if name == "all" {
            let _ = parser.parse_keyword(Keyword::PRIVILEGES);
        }
        let mut columns = Vec::new();
        if parser.consume_token(&Token::LParen) {
            columns = parser.parse_comma_separated(Parser::parse_identifier)?;
            parser.expect_token(&Token::RParen)?;
        }
        Ok((name, columns))
    })
}

fn kind(parser: &mut Parser<'_>) -> Result<Kind, ParserError> {
    if parser.parse_keyword(Keyword::ALL) {
        let kinds = [Keyword::TABLES, Keyword::SEQUENCES, Keyword::FUNCTIONS];
        parser.expect_one_of_keywords(&kinds)?;
        parser.expect_keywords(&[Keyword::IN, Keyword::SCHEMA])?;
        return Ok(Kind::Within);
    }
    let kinds = [
        (Keyword::TABLE, Kind::Table),
        (Keyword::SEQUENCE, Kind::Sequence),
        (Keyword::DATABASE, Kind::Database),
        (Keyword::SCHEMA, Kind::Schema),
        (Keyword::FUNCTION, Kind::Other),
        (Keyword::PROCEDURE, Kind::Other),
        (Keyword::LANGUAGE, Kind::Other),
        (Keyword::TYPE, Kind::Other),
        (Keyword::DOMAIN, Kind::Other),
        (Keyword::TABLESPACE, Kind::Other),
    ];
    let known = kinds.iter().find(|(word, _)| parser.parse_keyword(*word));
    Ok(known.map_or(Kind::Table, |(_, kind)| *kind))
}

impl Translator<'_> {
    /// Looks whether everything that is named is there, as PostgreSQL does in this order.
    pub(super) fn granted(&mut self, grant: &Grant) -> Result<Done> {
        let word = if grant.is_revoke { "REVOKE" } else { "GRANT" };
        if grant.on == Kind::Other {
            return Err(unsupported(&format!("{word} of this kind")));
        }
        for name in &grant.names {
            self.check_granted(grant, name)?;
        }
        for role in &grant.roles {
            self.check_role(role)?;
        }
        let (what, known) = grant.on.privileges();
        for (privilege, columns) in &grant.privileges {
            let privilege = privilege.as_str();
            if privilege == "all" {
                continue;
            }
            if !is_privilege(privilege) {
                let message = format!("unrecognized privilege type \"{privilege}\"");
                return Err(PgError::new(SqlState::SYNTAX_ERROR, message));
            }
            if !known.is_empty() && !known.contains(&privilege) {
                let privilege = privilege.to_uppercase();
                let message = format!("invalid privilege type {privilege} for {what}");
                return Err(PgError::new(SqlState::INVALID_GRANT_OPERATION, message));
            }
            for (name, column) in
                grant.names.iter().flat_map(|name| columns.iter().map(move |c| (name, c)))
            {
                let (relation, column) = (self.defined(name)?, folded(column));
                if !relation.columns.iter().any(|known| known.name == column) {
                    return Err(no_column_of(&relation, &column));
                }
            }
        }
        Ok(Done::definition(word, Vec::new()))
    }

    fn check_granted(&self, grant: &Grant, name: &ObjectName) -> Result<()> {
        match grant.on {
            Kind::Table => self.defined(name).map(drop),
            Kind::Sequence => match self.defined(name) {
                Ok(relation) if relation.sequence.is_none() => {
                    let message = format!("\"{}\" is not a sequence", relation.name);
                    Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message))
                }
                Ok(_) => Ok(()),
                Err(error) => {
                    let plain = self.defined_name(name)?.plain;
                    let is_counted = self.schema.sequences().any(|one| one.name == plain);
                    if is_counted { Ok(()) } else { Err(error) }
                }
            },
            Kind::Schema | Kind::Within => {
                let mut within = name.clone();
                within.0.extend(name.0.last().cloned());
                missing_schema(&within).map_or(Ok(()), Err)
            }
            Kind::Database if self.schema.databases.has(&shown(name)) => Ok(()),
            Kind::Database => {
                let message = format!("database \"{}\" does not exist", shown(name));
                Err(PgError::new(SqlState::INVALID_CATALOG_NAME, message))
            }
            Kind::Other => Ok(()),
        }
    }

    /// 42704 for a role that nobody is known by.
    pub(super) fn check_role(&self, role: &Ident) -> Result<()> {
        let name = folded(role);
        let is_word = role.quote_style.is_none()
            && matches!(name.as_str(), "public" | "current_user" | "current_role" | "session_user");
        if is_word || name == "postgres" || name == *self.reading.role {
            return Ok(());
        }
        let message = format!("role \"{name}\" does not exist");
        Err(PgError::new(SqlState::UNDEFINED_OBJECT, message))
    }
}
