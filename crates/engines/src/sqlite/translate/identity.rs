//! Columns of tables that are there, and the sequences that number them.

use sqlparser::ast::{GeneratedAs, ObjectName, SequenceOptions};
use sqlparser::tokenizer::Location;
use trunkline_core::catalog::sequence_name;
use trunkline_core::{PgError, Result, SqlState};

use super::alter_sequence::{rewritten, sequence_steps};
use super::draft::Numbers;
use super::name::quoted;
use super::rebuild::Rebuilt;
use super::sequence::dropped_sequence;
use super::sequence_options::{SequenceOption, of_identity};
use super::utility::{AlterIdentity, IdentityChange};
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::{Column, Numbering, Relation, numbered, sequence_table};
use crate::sqlite::sequence::{Options, Sequence};
use crate::sqlite::types::Type;

impl<'a> Translator<'a> {
    /// Numbers the rows that are there, in their order, for a column that is added.
    pub(super) fn number_rows(
        &mut self,
        column: &str,
        numbers: &Numbers,
        changed: &mut Rebuilt<'_>,
    ) {
        let relation = changed.relation;
        let Some(name) = &numbers.sequence else { return };
        if numbers.kind == Numbering::NextVal {
            let found = self.schema.sequence(None, name);
            let next = found
                .as_ref()
                .map(|one| format!("pg_nextval({})", crate::sqlite::storage::quoted(&one.place())));
            changed.copied.extend(next.map(|next| (column.to_owned(), next)));
            self.sequences.extend(found);
            return;
        }
        let (table, database) = (super::from::written(relation), relation.database());
        let sequence = format!("{database}.{}", quoted(name));
        let Options { start, increment, .. } = numbers.options;
        changed
            .before
            .push(format!("CREATE TABLE {sequence} {}", sequence_table(&numbers.options)));
        changed.before.push(format!(
            "INSERT INTO {sequence} SELECT {start} + (max(count(*), 1) - 1) * {increment}, 0, \
             count(*) > 0 FROM {table}"
        ));
        let order = relation.rowid().map(|rowid| format!("ORDER BY {rowid}")).unwrap_or_default();
        let value = format!("{start} + (row_number() OVER ({order}) - 1) * {increment}");
        changed.copied.push((column.to_owned(), value));
    }

    /// A name for a sequence that nothing has where its table is, nor is about to have.
    pub(super) fn free_sequence(&self, base: &str, temporary: bool, taken: &[String]) -> String {
        let is_there = |name: &str| {
            let indexed = self.schema.indexed(name);
            self.schema.relation_of(Some(temporary), name).is_some()
                || self.schema.sequence(Some(temporary), name).is_some()
                || indexed.is_some_and(|table| table.temporary == temporary)
        };
        let more = (1..).map(|number| format!("{base}{number}"));
        let mut names = std::iter::once(base.to_owned()).chain(more);
        let found = names.find(|name| !taken.contains(name) && !is_there(name));
        found.unwrap_or_else(|| base.to_owned())
    }

    /// The sequence that SQLite counts and that has this name.
    pub(super) fn counted_sequence(&self, name: &ObjectName) -> Option<Sequence> {
        let plain = self.defined_name(name).ok()?.plain;
        let side = self.side(name).ok()?;
        let found = self.schema.sequence(side, &plain).filter(|one| one.key_of.is_some())?;
        self.is_visible(name, &plain).then_some(found)
    }

    /// A column keeps a sequence that it owns, but takes no numbers from it any more: 42601 for an identity
    /// column.
    pub(super) fn lose_numbers(&self, column: &Column, changed: &mut Rebuilt<'_>) -> Result<()> {
        let relation = changed.relation;
        if column.is_identity() {
            let (name, table) = (&column.name, &relation.name);
            let message =
                format!("column \"{name}\" of relation \"{table}\" is an identity column");
            return Err(PgError::new(SqlState::SYNTAX_ERROR, message));
        }
        let Some(sequence) = column.sequence.clone() else { return Ok(()) };
        self.unnumber(column, changed)?;
        if !column.serial() {
            return Ok(());
        }
        let owner = Some((relation.name.clone(), column.name.clone()));
        if [&relation.name, &column.name].iter().any(|name| name.contains("*/")) {
            return Err(unsupported("such a name of an owner"));
        }
        let options = Options { owner, ..sequence.options.clone() };
        changed.before.extend(match &sequence.key_of {
            Some(table) => self.detached(&sequence, table, &options),
            None => rewritten(&sequence, &options),
        });
        Ok(())
    }

    /// `ALTER COLUMN … ADD GENERATED … AS IDENTITY`: 55000 for a column that cannot be one, 22023 for its type.
    pub(super) fn add_identity(
        &self,
        column: &Column,
        kind: Option<&GeneratedAs>,
        given: &[SequenceOptions],
        changed: &mut Rebuilt<'_>,
    ) -> Result<()> {
        let relation = changed.relation;
        let (name, table) = (&column.name, &relation.name);
        let of = format!("column \"{name}\" of relation \"{table}\"");
        let refused = |what: String| {
            Err(PgError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, format!("{of} {what}")))
        };
        if !column.ty.is_integer() {
            let message = "identity column type must be smallint, integer, or bigint";
            return Err(PgError::new(SqlState::INVALID_PARAMETER_VALUE, message));
        }
        if !column.not_null && column.key == 0 {
            return refused("must be declared NOT NULL before identity can be added".to_owned());
        }
        if column.is_identity() {
            return refused("is already an identity column".to_owned());
        }
        let has_none =
            column.numbers().map_or(column.default.is_none(), |one| one.kind == Numbering::Key);
        if !has_none {
            return refused("already has a default value".to_owned());
        }
        let kind = match kind {
            Some(GeneratedAs::Always) => Numbering::Always,
            _ => Numbering::ByDefault,
        };
        let made = self.sequence_options(None, column.ty, &of_identity(given))?;
        let sequence = sequence_name(table, name);
        let sequence = self.free_sequence(&sequence, relation.temporary, &[]);
        if sequence.contains("*/") {
            return Err(unsupported("such a name of a sequence"));
        }
        changed.before.extend(sequence_steps(relation.database(), &sequence, &made.options));
        self.number_by(column, kind, &sequence, changed)
    }

    /// `ALTER TABLE … ALTER COLUMN …` of what an identity column is.
    pub(super) fn alter_identity(&mut self, alter: &AlterIdentity) -> Result<Done> {
        let name = &alter.table;
        let found = self.defined_name(name).and_then(|_| self.found(name));
        let Some(relation) = found? else {
            let missing = self.missing(name);
            if !alter.if_exists {
                return Err(missing);
            }
            self.skip(SqlState::SUCCESSFUL_COMPLETION, missing.message());
            return Ok(Done::definition("ALTER TABLE", Vec::new()));
        };
        self.redefines("ALTER TABLE", relation);
        let column = self.altered(relation, &alter.column)?;
        if !column.is_identity() {
            let what = format!("column \"{}\" of relation \"{}\"", column.name, relation.name);
            let message = format!("{what} is not an identity column");
            if alter.may_be_none {
                self.skip(SqlState::SUCCESSFUL_COMPLETION, &message);
                return Ok(Done::definition("ALTER TABLE", Vec::new()));
            }
            return Err(PgError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message));
        }
        let sequence =
            column.sequence.clone().ok_or_else(|| unsupported("ALTER TABLE of such a column"))?;
        let steps = self.changed_identity(relation, column, &sequence, &alter.changes)?;
        Ok(Done::definition("ALTER TABLE", steps))
    }

    fn changed_identity(
        &mut self,
        relation: &'a Relation,
        column: &Column,
        sequence: &Sequence,
        changes: &[IdentityChange],
    ) -> Result<Vec<String>> {
        let mut options: Vec<(SequenceOption, Location)> = Vec::new();
        let mut changed = None;
        for change in changes {
            match change {
                IdentityChange::Option(option) => options.push(option.clone()),
                IdentityChange::Kind(kind) => {
                    let mut rebuilt = self.unchanged(relation)?;
                    let item = self.item(column, &mut rebuilt)?;
                    item.remove("DEFAULT");
                    let mark = numbered(*kind, column.ty, Some(&sequence.name));
                    item.append(&format!("DEFAULT {mark}"));
                    changed = Some(rebuilt);
                }
                IdentityChange::Drop => {
                    let mut rebuilt = self.unchanged(relation)?;
                    self.unnumber(column, &mut rebuilt)?;
                    rebuilt.after.extend(dropped_sequence(sequence));
                    changed = Some(rebuilt);
                }
            }
        }
        let mut steps = match options.as_slice() {
            [] => Vec::new(),
            given => self.change_sequence(sequence, given)?,
        };
        if let Some(rebuilt) = changed {
            if !steps.is_empty() && sequence.key_of.is_some() {
                return Err(unsupported("SET GENERATED with other changes of a sequence"));
            }
            steps.extend(self.rebuild(vec![rebuilt])?);
        }
        Ok(steps)
    }
}

/// The default of a key that is the row's number, of another type.
pub(super) fn rowid_default(column: &Column, ty: Type) -> String {
    let numbers = column.numbers();
    let kind = numbers.map_or(Numbering::Key, |numbers| numbers.kind);
    numbered(kind, ty, numbers.and_then(|numbers| numbers.sequence))
}
