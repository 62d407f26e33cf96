//! SET CONSTRAINTS: when foreign keys are looked at, until the end of the transaction.
//!
//! SQLite has two ways: a key waits for the end of the transaction if its table says so, and all keys do so
//! where `defer_foreign_keys` is on. What is to be looked at sooner than it does is looked at here, by
//! `foreign_key_check`, behind each statement; that goes through the whole table.

use std::collections::BTreeMap;

use trunkline_core::{Oid, PgError, Result, SqlState};
use trunkline_sql::statement::{Constraints, QualifiedName};

use super::super::errors::answer;
use super::super::schema::{ForeignKey, PUBLIC, Relation, Schema};
use super::super::translate::declared::Deferral;
use super::super::violation;
use super::Worker;

/// What SET CONSTRAINTS has said in a transaction.
#[derive(Clone, Debug, Default)]
struct Said {
    /// Of all constraints.
    all: Option<bool>,
    /// Of single ones since, by table and number.
    single: BTreeMap<(Oid, i64), bool>,
}

impl Said {
    /// Whether a key waits for the end of the transaction.
    fn defers(&self, child: &Relation, key: &ForeignKey) -> bool {
        let said = self.single.get(&(child.oid, key.id)).copied().or(self.all);
        match child.deferral_of(key) {
            Deferral::Never => false,
            Deferral::IfAsked => said == Some(true),
            Deferral::UnlessAsked => said != Some(false),
        }
    }

    /// Whether a key waits that would not wait by itself.
    fn defers_more(&self, schema: &Schema) -> bool {
        let is_late = |child: &Relation, key: &ForeignKey| {
            child.deferral_of(key) == Deferral::IfAsked && self.defers(child, key)
        };
        schema.relations().iter().any(|one| one.foreign_keys.iter().any(|key| is_late(one, key)))
    }

    fn is_silent(&self) -> bool {
        self.all.is_none() && self.single.is_empty()
    }
}

/// What SET CONSTRAINTS has said, now and before each savepoint.
#[derive(Debug, Default)]
pub(in super::super) struct Deferrals {
    now: Said,
    before: Vec<Said>,
}

impl Deferrals {
    pub(in super::super) fn savepoint(&mut self) {
        self.before.push(self.now.clone());
    }

    pub(in super::super) fn release(&mut self, place: usize) {
        self.before.truncate(place);
    }

    pub(in super::super) fn rollback_to(&mut self, place: usize) {
        if let Some(before) = self.before.get(place) {
            self.now = before.clone();
        }
        self.before.truncate(place.saturating_add(1));
    }

    /// Whether a key waits for the end of the transaction: what is wrong with a statement is not that key.
    pub(super) fn defers(&self, child: &Relation, key: &ForeignKey) -> bool {
        self.now.defers(child, key)
    }

    /// Whether keys are looked at when their tables say.
    pub(super) fn is_silent(&self) -> bool {
        self.now.is_silent()
    }
}

impl Worker<'_> {
    /// Answers SET CONSTRAINTS.
    ///
    /// # Errors
    ///
    /// 3F000 and 42704 for names, 42809 to defer what is not deferrable, 23503 for what is violated.
    pub(in super::super) fn set_constraints(&mut self, constraints: &Constraints) -> Result<()> {
        self.check_kept()?;
        let (_, schema) = self.before_the_snapshot(Worker::schema)?;
        let mut said = self.deferrals.now.clone();
        match &constraints.names {
            None => said = Said { all: Some(constraints.deferred), ..Said::default() },
            Some(names) => {
                for name in names {
                    let keys = named(&schema, name, constraints.deferred)?;
                    said.single.extend(keys.into_iter().map(|key| (key, constraints.deferred)));
                }
            }
        }
        if !self.in_transaction {
            return Ok(());
        }
        let before = std::mem::replace(&mut self.deferrals.now, said);
        let said = &self.deferrals.now;
        let is_due = |child: &Relation, key: &ForeignKey| {
            before.defers(child, key) && !said.defers(child, key)
        };
        match violation::of_keys(self.guarded, &schema, &is_due) {
            Some(violated) if !constraints.deferred => Err(violated),
            _ => Ok(()),
        }
    }

    /// Has SQLite defer what is to be deferred, before a statement that writes.
    pub(in super::super) fn defer(&mut self) -> Result<()> {
        if self.deferrals.is_silent() {
            return Ok(());
        }
        self.defer_as_said()
    }

    /// Looks at the keys that do not wait, though SQLite has them wait: those of a table into which rows are
    /// copied, too.
    ///
    /// # Errors
    ///
    /// 23503
    pub(super) fn check_keys(&mut self, copied: Option<&Relation>) -> Result<()> {
        if self.deferrals.is_silent() && copied.is_none() {
            return Ok(());
        }
        let (_, schema) = self.schema()?;
        let said = &self.deferrals.now;
        let all_wait = said.defers_more(&schema);
        let is_overdue = |child: &Relation, key: &ForeignKey| {
            let waits = all_wait
                || copied.is_some_and(|table| table.oid == child.oid)
                || child.deferral_of(key) == Deferral::UnlessAsked;
            waits && !said.defers(child, key)
        };
        match violation::of_keys(self.guarded, &schema, &is_overdue) {
            Some(violated) => Err(violated),
            None => Ok(()),
        }
    }

    /// Has SQLite defer all keys while rows come that may refer to each other.
    pub(super) fn defer_all(&self) -> Result<()> {
        self.guarded.own(|connection| violation::defer(connection, true)).map_err(answer)
    }

    /// Has SQLite defer all keys, if one waits that would not wait by itself, or none.
    pub(super) fn defer_as_said(&mut self) -> Result<()> {
        let (_, schema) = self.schema()?;
        let deferred = self.deferrals.now.defers_more(&schema);
        self.guarded.own(|connection| violation::defer(connection, deferred)).map_err(answer)
    }

    /// An error at the end of a transaction with the row that refers to what is not there.
    pub(super) fn referring(&self, error: PgError) -> PgError {
        let is_foreign = error.sqlstate() == SqlState::FOREIGN_KEY_VIOLATION;
        let schema = self.schema.as_ref().filter(|_| is_foreign);
        let told =
            schema.and_then(|(_, schema)| violation::of_keys(self.guarded, schema, &|_, _| true));
        told.unwrap_or(error)
    }
}

/// The foreign keys of a name, by table and number; none if the name is of something that never waits.
fn named(schema: &Schema, name: &QualifiedName, deferred: bool) -> Result<Vec<(Oid, i64)>> {
    let known = ["pg_catalog", "pg_temp", "information_schema", PUBLIC];
    if let Some(unknown) = name.schema.as_deref().filter(|schema| !known.contains(schema)) {
        let message = format!("schema \"{unknown}\" does not exist");
        return Err(PgError::new(SqlState::INVALID_SCHEMA_NAME, message));
    }
    let name = &*name.name;
    let (mut keys, mut is_known, mut is_fixed) = (Vec::new(), false, false);
    for relation in schema.relations() {
        let is_named = |key: &&ForeignKey| relation.foreign_name(key) == name;
        let mut own = relation.foreign_keys.iter().filter(is_named).peekable();
        if own.peek().is_none() && relation.has_constraint(name) {
            (is_known, is_fixed) = (true, true);
        }
        for key in own {
            is_known = true;
            match relation.deferral_of(key) {
                Deferral::Never => is_fixed = true,
                Deferral::IfAsked | Deferral::UnlessAsked => keys.push((relation.oid, key.id)),
            }
        }
    }
    if is_fixed && deferred {
        let message = format!("constraint \"{name}\" is not deferrable");
        return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
    }
    if is_known { Ok(keys) } else { Err(PgError::no_constraint(name)) }
}
