//! `EXPLAIN EXECUTE`: the engine explains the prepared statement, with the arguments where its parameters were.

use trunkline_core::types::Types;
use trunkline_core::{Language, Oid, PgError, Result, Session, SqlState};
use trunkline_sql::statement::{Execute, SessionStatement};
use trunkline_sql::{Lexer, TokenKind, parameters, recognise};

use super::prepare::admit_argument;
use crate::connection::Connection;

/// What arguments may add to a statement, in bytes: one of them may stand in many places.
const LONGEST: usize = 1 << 20;

impl<S: Session> Connection<S> {
    /// The EXPLAIN of what an `EXPLAIN … EXECUTE` runs; `None` of any other text.
    ///
    /// # Errors
    ///
    /// 26000 for a statement that is not there, 42601 for a wrong number of arguments, 0A000 for a session's statement.
    pub(crate) fn explained(&self, sql: &str) -> Result<Option<String>> {
        if self.session.language() != Language::Sql {
            return Ok(None);
        }
        let Some((options, rest)) = explain_execute(sql) else { return Ok(None) };
        let Some(Ok(SessionStatement::Execute(execute))) = recognise(rest) else {
            return Ok(None);
        };
        let statement = self.statements.get(&execute.name)?;
        if statement.query().is_none() {
            let message = "EXPLAIN EXECUTE of a session's statement";
            return Err(PgError::unsupported(message));
        }
        super::prepare::check_count(&execute, &statement.parameters)?;
        let written = &*statement.origin.text;
        let body = match recognise(written) {
            Some(Ok(SessionStatement::Prepare(prepare))) => prepare.body.text(written),
            _ => written,
        };
        let types = &self.client.style().types;
        let body = with_arguments(body, &execute, rest, &statement.parameters, types)?;
        Ok(Some(format!("{options}{body}")))
    }
}

/// What stands before the EXECUTE of an EXPLAIN, and the text from there on.
fn explain_execute(sql: &str) -> Option<(&str, &str)> {
    let mut lexer = Lexer::new(sql);
    lexer.next_significant().filter(|token| token.is_word(sql, "explain"))?;
    let mut token = lexer.next_significant()?;
    if token.kind == TokenKind::LeftParen {
        // No value of an option has a parenthesis.
        lexer.find(|token| token.kind == TokenKind::RightParen)?;
        token = lexer.next_significant()?;
    } else {
        while ["analyze", "analyse", "verbose"].iter().any(|word| token.is_word(sql, word)) {
            token = lexer.next_significant()?;
        }
    }
    if !token.is_word(sql, "execute") {
        return None;
    }
    sql.split_at_checked(token.span.start)
}

/// A statement with expressions in the places of its parameters, each of its parameter's type.
fn with_arguments(
    body: &str,
    execute: &Execute,
    source: &str,
    of: &[Oid],
    types: &Types,
) -> Result<String> {
    let mut text = String::new();
    let mut behind = 0;
    let longest = body.len().saturating_add(LONGEST);
    for parameter in parameters(body) {
        let place = usize::try_from(parameter.number).ok().and_then(|number| number.checked_sub(1));
        let found = place.and_then(|place| execute.arguments.get(place).zip(of.get(place)));
        let Some((argument, oid)) = found else {
            let message = format!("there is no parameter ${}", parameter.number);
            return Err(PgError::new(SqlState::UNDEFINED_PARAMETER, message));
        };
        admit_argument(*argument, source)?;
        text.push_str(body.get(behind..parameter.span.start).unwrap_or_default());
        let value = argument.text(source);
        match type_name(*oid, types) {
            Some(name) => text.push_str(&format!("CAST({value} AS {name})")),
            None => text.push_str(&format!("({value})")),
        }
        behind = parameter.span.end;
        if text.len() > longest {
            let message = "the arguments of EXPLAIN EXECUTE make the statement too long";
            return Err(PgError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message));
        }
    }
    text.push_str(body.get(behind..).unwrap_or_default());
    Ok(text)
}

/// A type as a cast to it names it, without a length that it would have by itself.
fn type_name(oid: Oid, types: &Types) -> Option<String> {
    match oid {
        Oid::BPCHAR => Some("bpchar".to_owned()),
        oid => types.name_of(oid).map(|name| name.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_explained_is_found_behind_the_options() {
        let found = |sql: &'static str| explain_execute(sql).map(|(_, rest)| rest);
        assert_eq!(found("explain execute a"), Some("execute a"));
        assert_eq!(found("EXPLAIN ANALYZE VERBOSE Execute a(1)"), Some("Execute a(1)"));
        assert_eq!(found("explain (format json, costs off) execute a"), Some("execute a"));
        assert_eq!(found("explain (select 1)"), None);
        assert_eq!(found("explain select 'execute a'"), None);
        assert_eq!(found("execute a"), None);
    }

    #[test]
    fn arguments_stand_where_the_parameters_were() {
        let source = "execute a(NULL, lower('X)'))";
        let Some(Ok(SessionStatement::Execute(execute))) = recognise(source) else {
            panic!("it is an EXECUTE")
        };
        let body = "select '$1', $2 where x = $1 -- $1";
        let of = [Oid::INT4, Oid::BPCHAR];
        let text = with_arguments(body, &execute, source, &of, &Types::default()).unwrap();
        let expected =
            "select '$1', CAST(lower('X)') AS bpchar) where x = CAST(NULL AS integer) -- $1";
        assert_eq!(text, expected);
        let more = with_arguments("select $3", &execute, source, &of, &Types::default());
        assert_eq!(more.unwrap_err().sqlstate(), SqlState::UNDEFINED_PARAMETER);
    }

    #[test]
    fn arguments_make_no_statement_endless() {
        let source = format!("execute a('{}')", "x".repeat(100_000));
        let Some(Ok(SessionStatement::Execute(execute))) = recognise(&source) else {
            panic!("it is an EXECUTE")
        };
        let body = format!("select {}", "$1, ".repeat(100_000));
        let text = with_arguments(&body, &execute, &source, &[Oid::TEXT], &Types::default());
        assert_eq!(text.unwrap_err().sqlstate(), SqlState::PROGRAM_LIMIT_EXCEEDED);
    }
}
