//! FOR UPDATE, FOR NO KEY UPDATE, FOR SHARE and FOR KEY SHARE.
//!
//! SQLite locks no rows: who locks some has the lock to write the whole file.

use sqlparser::ast::{
    GroupByExpr, LockClause, LockType, NonBlock, Query, Select, SetExpr, Statement, TableFactor,
};
use trunkline_core::{PgError, Result, SqlState};

use super::Translator;
use super::name::{folded, parts};

/// What a query says of the rows that it locks.
#[derive(Clone, Debug)]
pub(crate) struct Locking {
    /// `FOR UPDATE` or `FOR SHARE`.
    pub(crate) strength: &'static str,
    pub(crate) wait: Wait,
    /// The first of the relations whose rows they are.
    relation: String,
}

/// What to do about rows that others have locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Patiently,
    /// NOWAIT
    Never,
    /// SKIP LOCKED: while somebody writes, any row may be a locked one.
    Skipping,
}

impl Locking {
    /// 55P03 for who does not wait.
    pub(crate) fn refused(&self) -> PgError {
        let message = format!("could not obtain lock on row in relation \"{}\"", self.relation);
        PgError::new(SqlState::LOCK_NOT_AVAILABLE, message)
    }
}

impl Translator<'_> {
    /// Notes what a query locks; the outermost that does says how to wait.
    ///
    /// # Errors
    ///
    /// 0A000 where its rows are none of a table, 42P01 for a name that FROM has not.
    pub(super) fn locks(&mut self, query: &Query) -> Result<()> {
        for clause in &query.locks {
            let strength = match clause.lock_type {
                LockType::Update => "FOR UPDATE",
                LockType::Share => "FOR SHARE",
            };
            let select = match query.body.as_ref() {
                SetExpr::Select(select) => select,
                SetExpr::Query(_) => continue,
                SetExpr::Values(_) => {
                    return Err(not_allowed(strength, "cannot be applied to VALUES"));
                }
                _ => {
                    return Err(not_allowed(
                        strength,
                        "is not allowed with UNION/INTERSECT/EXCEPT",
                    ));
                }
            };
            if let Some(clause) = combines(select) {
                return Err(not_allowed(strength, &format!("is not allowed with {clause}")));
            }
            let relation = self.locked(select, clause, strength)?;
            let wait = match clause.nonblock {
                None => Wait::Patiently,
                Some(NonBlock::Nowait) => Wait::Never,
                Some(NonBlock::SkipLocked) => Wait::Skipping,
            };
            if let Some(relation) = relation {
                self.locking = Some(Locking { strength, wait, relation });
            }
        }
        Ok(())
    }

    /// What a statement locks: only rows of its outermost query can be skipped.
    pub(super) fn locking_of(&mut self, statement: &Statement) -> Option<Locking> {
        let locking = self.locking.take()?;
        let is_outermost = matches!(statement, Statement::Query(query) if !query.locks.is_empty());
        let wait = match locking.wait {
            Wait::Skipping if !is_outermost => Wait::Patiently,
            wait => wait,
        };
        Some(Locking { wait, ..locking })
    }

    /// The first relation whose rows a clause locks.
    fn locked(
        &self,
        select: &Select,
        clause: &LockClause,
        strength: &str,
    ) -> Result<Option<String>> {
        let joined = select.from.iter();
        let factors = joined.flat_map(|item| {
            std::iter::once(&item.relation).chain(item.joins.iter().map(|join| &join.relation))
        });
        let mut relations = Vec::new();
        for factor in factors {
            let (name, alias) = match factor {
                TableFactor::Table { name, alias, args: None, .. } => (parts(name)?.pop(), alias),
                TableFactor::Derived { alias, .. } => (None, alias),
                _ => continue,
            };
            let alias = alias.as_ref().map(|alias| folded(&alias.name));
            relations.push((alias.or_else(|| name.clone()), name));
        }
        let Some(wanted) = &clause.of else {
            return Ok(relations.into_iter().find_map(|(_, name)| name));
        };
        let named = parts(wanted)?.pop();
        match relations.into_iter().find(|(alias, _)| *alias == named) {
            Some((_, name)) => Ok(name.or(named)),
            None => {
                let message = format!(
                    "relation \"{}\" in {strength} clause not found in FROM clause",
                    named.unwrap_or_default()
                );
                Err(self.at(PgError::new(SqlState::UNDEFINED_TABLE, message), wanted))
            }
        }
    }
}

/// What makes rows of a SELECT that are no rows of its tables.
fn combines(select: &Select) -> Option<&'static str> {
    let is_grouped = match &select.group_by {
        GroupByExpr::All(_) => true,
        GroupByExpr::Expressions(keys, _) => !keys.is_empty(),
    };
    match select {
        _ if select.distinct.is_some() => Some("DISTINCT clause"),
        _ if is_grouped => Some("GROUP BY clause"),
        _ if select.having.is_some() => Some("HAVING clause"),
        _ => None,
    }
}

fn not_allowed(strength: &str, why: &str) -> PgError {
    PgError::unsupported(format!("{strength} {why}"))
}
