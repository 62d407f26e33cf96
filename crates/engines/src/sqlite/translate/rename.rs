//! ALTER INDEX … RENAME TO.

use sqlparser::ast::{AlterIndexOperation, ObjectName};
use trunkline_core::{PgError, Result, SqlState};
use trunkline_sql::{Lexer, Token, TokenKind};

use super::name::quoted;
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::{Index, Origin, Relation};

impl Translator<'_> {
    /// SQLite renames no index: it is made once more under its new name.
    pub(super) fn alter_index(
        &mut self,
        name: &ObjectName,
        operation: &AlterIndexOperation,
    ) -> Result<Done> {
        let AlterIndexOperation::RenameIndex { index_name } = operation;
        let (_, from) = self.defined_name(name).map_err(|error| self.at(error, name))?;
        let (_, to) = self.defined_name(index_name)?;
        let steps = match self.schema.index(&from) {
            Some((relation, index)) if index.origin == Origin::Create => {
                renamed(relation, index, &to)?
            }
            None if self.kind_of(&from).is_none() => {
                let message = format!("relation \"{from}\" does not exist");
                return Err(PgError::new(SqlState::UNDEFINED_TABLE, message));
            }
            _ => return Err(unsupported("renaming what is no index by itself")),
        };
        self.is_taken(&to, false)?;
        Ok(Done::definition("ALTER INDEX", steps))
    }
}

/// What drops an index and makes it anew, of the text that made it: `CREATE [UNIQUE] INDEX name ON …`.
fn renamed(relation: &Relation, index: &Index, to: &str) -> Result<Vec<String>> {
    let database = relation.database();
    let text = index.sql.as_deref().unwrap_or_default();
    let (mut lexer, mut before) = (Lexer::new(text), None);
    let name = std::iter::from_fn(|| lexer.next_significant()).find_map(|token| {
        let is_behind = before
            .replace(token)
            .is_some_and(|word: Token| word.is_word(text, "index") || word.is_word(text, "exists"));
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier);
        (is_behind && is_name && !token.is_word(text, "if")).then_some(token.span)
    });
    let Some((unique, rest)) =
        name.and_then(|span| Some((text.get(..span.start)?, text.get(span.end..)?)))
    else {
        return Err(unsupported("renaming this index"));
    };
    Ok(vec![
        format!("DROP INDEX {database}.{}", quoted(&index.name)),
        format!("{unique}{database}.{}{rest}", quoted(to)),
    ])
}
