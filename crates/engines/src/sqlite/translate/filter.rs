//! The condition of COPY FROM.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, visit_expressions};
use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Lexer, Token, TokenKind, character_position};

use super::from::table_source;
use super::name::folded;
use super::reading::Reading;
use super::scope::Scope;
use super::{Translator, syntax};
use crate::sqlite::schema::{Relation, Schema};

/// Translates the condition that rows have to meet which are copied into a table.
///
/// Errors are PostgreSQL's: those of any condition, 0A000 for a query in it, 42P10 for a column that is generated.
pub(crate) fn filter(
    sql: &str,
    schema: &Schema,
    reading: &Reading,
    relation: &Relation,
) -> Result<String> {
    let condition = syntax::parse_expression(sql)?;
    let mut translator = Translator::new(sql, schema, &[], reading);
    let refused = visit_expressions(&condition, |part| match refuse(part, relation) {
        Some(error) => ControlFlow::Break(error),
        None => ControlFlow::Continue(()),
    });
    if let ControlFlow::Break(error) = refused {
        let place = match error.sqlstate() {
            SqlState::FEATURE_NOT_SUPPORTED => place_of_query(sql),
            _ => None,
        };
        return Err(place.into_iter().fold(error, PgError::position));
    }
    let scope = Scope::of(table_source(relation, &relation.name));
    let translated = translator.condition(&condition, &scope, "WHERE")?;
    scope.grouping.end_clause("COPY FROM WHERE conditions", 0)?;
    match translator.parameters.is_empty() {
        true => Ok(translated),
        false => Err(PgError::new(SqlState::UNDEFINED_PARAMETER, "there is no parameter $1")),
    }
}

/// What cannot be known of a row that is not stored yet.
fn refuse(part: &Expr, relation: &Relation) -> Option<PgError> {
    let name = match part {
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
            return Some(PgError::unsupported("cannot use subquery in COPY FROM WHERE condition"));
        }
        Expr::Identifier(name) => folded(name),
        Expr::CompoundIdentifier(names) => folded(names.last()?),
        _ => return None,
    };
    let (_, column) = relation.column(&name).filter(|(_, column)| column.generated)?;
    let message = "generated columns are not supported in COPY FROM WHERE conditions";
    let error = PgError::new(SqlState::INVALID_COLUMN_REFERENCE, message);
    Some(error.detail(format!("Column \"{}\" is a generated column.", column.name)))
}

/// Where PostgreSQL sees the first query of an expression: at its parenthesis, or at the operator before that.
fn place_of_query(sql: &str) -> Option<usize> {
    let mut lexer = Lexer::new(sql);
    let tokens: Vec<Token> = std::iter::from_fn(|| lexer.next_significant()).collect();
    let is = |place: Option<usize>, words: &[&str]| {
        let token = place.and_then(|place| tokens.get(place));
        token.is_some_and(|token| words.iter().any(|word| token.is_word(sql, word)))
    };
    let open = (0..tokens.len()).find(|place| {
        tokens.get(*place).is_some_and(|token| token.kind == TokenKind::LeftParen)
            && is(place.checked_add(1), &["select", "with", "values", "table"])
    })?;
    let (before, earlier) = (open.checked_sub(1), open.checked_sub(2));
    let place =
        if is(before, &["any", "some", "all"]) || (is(before, &["in"]) && is(earlier, &["not"])) {
            earlier?
        } else if is(before, &["in", "exists", "array"]) {
            before?
        } else {
            open
        };
    tokens.get(place).map(|token| character_position(sql, token.span.start))
}
