//! The row on which a cursor stands: its key in the cursor's query, and `WHERE CURRENT OF`.

use sqlparser::ast::{Distinct, Expr, GroupByExpr, Select, TableFactor};
use trunkline_core::{CurrentOf, PgError, Result, RowKey, SqlState};
use trunkline_sql::parameters;

use super::Translator;
use super::name::quoted;
use super::scope::Scope;
use super::select::Projection;
use super::typed::Typed;
use crate::sqlite::schema::Relation;
use crate::sqlite::types::Type;

/// What a statement has to do with a cursor.
#[derive(Clone, Default)]
pub(super) struct Current {
    /// Whether it is the query of one, whose list has not been come to yet.
    pub(super) is_query: bool,
    /// Whether there is an aggregate, whose rows are not a table's.
    pub(super) has_aggregate: bool,
    /// What the query gives for it.
    pub(super) key: Option<RowKey>,
    /// The cursor of WHERE CURRENT OF.
    pub(super) cursor: Option<String>,
    /// The row that the statement changes.
    pub(super) row: Option<CurrentOf>,
    /// The table whose rows it updates, if they keep their keys.
    pub(super) keeps_keys: Option<String>,
}

impl Translator<'_> {
    /// Adds the key of the table's row to the list of a cursor's query, if each of its rows is one of one table.
    pub(super) fn add_key(&mut self, select: &Select, scope: &Scope<'_>, list: &mut Projection) {
        let is_grouped = !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty())
            || select.having.is_some()
            || select.distinct.as_ref().is_some_and(|words| *words != Distinct::All)
            || self.current.has_aggregate;
        let ([item], [source]) = (select.from.as_slice(), scope.sources.as_slice()) else { return };
        let TableFactor::Table { name, args: None, .. } = &item.relation else { return };
        if is_grouped || !item.joins.is_empty() || list.outputs.is_empty() {
            return;
        }
        let Ok(relation) = self.relation(name) else { return };
        let key = row_key(&relation);
        if key.is_empty() {
            return;
        }
        self.current.key = Some(RowKey::new(relation.oid, key.len() + 1));
        for (number, (name, ty)) in key.iter().enumerate() {
            let sql = format!("{}.{name}", quoted(&source.alias));
            list.add(format!("key:{number}"), Typed::new(sql, *ty));
        }
        // When it was opened is said behind the values of the parameters.
        let opened = format!("?{}", self.first_beyond());
        list.add("key:opened".to_owned(), Typed::new(opened, Type::INT8));
    }

    /// The number of the first parameter that is neither the client's nor what is lent.
    fn first_beyond(&self) -> usize {
        let numbers = parameters(self.sql).filter_map(|one| usize::try_from(one.number).ok());
        numbers.max().unwrap_or(0).max(self.parameters.len()) + self.lent.len() + 1
    }

    /// ` WHERE …` of an UPDATE or a DELETE.
    pub(super) fn rows_to_change(
        &mut self,
        condition: Option<&Expr>,
        scope: &Scope<'_>,
        relation: &Relation,
        alias: &str,
    ) -> Result<String> {
        let Some(cursor) = self.current.cursor.take() else {
            return Ok(match condition {
                Some(condition) => format!(" WHERE {}", self.condition(condition, scope, "WHERE")?),
                None => String::new(),
            });
        };
        if condition.is_some() {
            let message = "syntax error at or near \"where\"";
            return Err(PgError::new(SqlState::SYNTAX_ERROR, message));
        }
        self.current.row = Some(CurrentOf::new(cursor, relation.oid, &*relation.name));
        // The key comes behind the values of the parameters.
        let parts = row_key(relation).into_iter().zip(self.first_beyond()..);
        let parts: Vec<_> = parts
            .map(|((name, _), number)| format!("{}.{name} = ?{number}", quoted(alias)))
            .collect();
        Ok(format!(" WHERE {}", parts.join(" AND ")))
    }
}

/// What tells the rows of a table apart, as SQLite writes it; nothing of a view, and where columns hide the
/// number of the row.
pub(super) fn row_key(relation: &Relation) -> Vec<(String, Type)> {
    if relation.without_rowid {
        let columns = relation.primary_key().into_iter();
        let columns = columns.filter_map(|place| relation.columns.get(place));
        return columns.map(|column| (quoted(&column.name), column.ty)).collect();
    }
    let number = relation.rowid().into_iter();
    number.map(|name| (name.to_owned(), Type::INT8)).collect()
}
