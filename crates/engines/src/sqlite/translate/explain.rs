//! `EXPLAIN`: what it is asked to tell, and of which statement.

use trunkline_catalog::syntax::{Explain as Asked, ExplainFormat};
use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Lexer, Token, TokenKind, character_position};

use super::unsupported;

/// What an EXPLAIN is to tell.
#[derive(Clone, Debug)]
pub(crate) struct Explain {
    pub(crate) asked: Asked,
    /// What its first line says: `Insert on t`.
    pub(crate) heading: String,
}

impl Explain {
    pub(crate) fn is_json(&self) -> bool {
        self.asked.format == ExplainFormat::Json
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
    let Some((asked, statement)) = Asked::read(sql)? else { return Ok(None) };
    match asked.format {
        ExplainFormat::Text | ExplainFormat::Json => {}
        ExplainFormat::Xml => return Err(unsupported("EXPLAIN (FORMAT XML)")),
        ExplainFormat::Yaml => return Err(unsupported("EXPLAIN (FORMAT YAML)")),
    }
    if let Some(first) = Lexer::new(&statement).next_significant() {
        check_first(&statement, first)?;
    }
    Ok(Some((Explain { asked, heading: String::new() }, statement)))
}

/// Refuses what is no query and changes no rows.
fn check_first(sql: &str, token: Token) -> Result<()> {
    let explained = ["select", "values", "with", "table", "insert", "update", "delete"];
    let is = |word: &&str| token.is_word(sql, word);
    if token.kind == TokenKind::LeftParen || explained.iter().any(is) {
        return Ok(());
    }
    let others = ["merge", "execute", "declare", "create", "refresh"];
    match others.iter().find(|word| is(word)) {
        Some(word) => Err(unsupported(&format!("EXPLAIN {}", word.to_uppercase()))),
        None => {
            let message = format!("syntax error at or near \"{}\"", token.text(sql));
            let place = character_position(sql, token.span.start);
            Err(PgError::new(SqlState::SYNTAX_ERROR, message).position(place))
        }
    }
}
