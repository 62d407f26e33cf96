//! CREATE, ALTER and DROP SEQUENCE.

use sqlparser::ast::Ident;
use sqlparser::tokenizer::Location;
use trunkline_core::{PgError, Result, SqlState};

use super::drop::Kind;
use super::name::{TableName, folded, parts, quoted};
use super::rebuild::Rebuilt;
use super::sequence::restarted;
use super::sequence_options::{Altered, SequenceOption};
use super::utility::{AlterSequence, CreateSequence, SequenceChange};
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::{Column, Numbering, Relation, numbered, sequence_table};
use crate::sqlite::sequence::{Options, Sequence};
use crate::sqlite::storage;
use crate::sqlite::types::Type;

impl<'a> Translator<'a> {
    pub(super) fn create_sequence(&mut self, create: &CreateSequence) -> Result<Done> {
        let TableName { in_temporary, plain: name } =
            self.defined_name(&create.name).map_err(|error| self.at(error, &create.name))?;
        let temporary = create.temporary || in_temporary;
        if !temporary {
            self.check_place(&create.name)?;
        }
        // A temporary sequence may stand before another, and another behind it.
        let known = self.schema.relation(&name);
        let is_elsewhere = known.is_some_and(|known| known.temporary != temporary);
        if !is_elsewhere && self.is_taken(&name, create.if_not_exists)? {
            return Ok(Done::definition("CREATE SEQUENCE", Vec::new()));
        }
        let Altered { mut options, .. } =
            self.sequence_options(None, Type::INT8, &create.options)?;
        options.owner = self.owner(&create.options)?.flatten();
        let database = if temporary { "temp" } else { "main" };
        Ok(Done::definition("CREATE SEQUENCE", sequence_steps(database, &name, &options)))
    }

    pub(super) fn alter_sequence(&mut self, alter: &AlterSequence) -> Result<Done> {
        let name = &alter.name;
        let plain = self.defined_name(name)?.plain;
        let is_visible = self.is_visible(name, &plain);
        let found = self.schema.sequence(self.side(name)?, &plain).filter(|_| is_visible);
        let sequence = match self.kind_of(&plain).filter(|_| found.is_none() && is_visible) {
            None | Some(Kind::Sequence) => found,
            Some(other) => {
                let message = format!("cannot open relation \"{plain}\"");
                return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message)
                    .detail(format!("This operation is not supported for {}.", other.plural())));
            }
        };
        let Some(sequence) = sequence else {
            let missing = self.missing(name);
            if !alter.if_exists {
                return Err(missing);
            }
            self.skip(SqlState::SUCCESSFUL_COMPLETION, missing.message());
            return Ok(Done::definition("ALTER SEQUENCE", Vec::new()));
        };
        let steps = match &alter.change {
            SequenceChange::Rename(to) => self.rename_sequence(&sequence, &folded(to))?,
            SequenceChange::Owner => Vec::new(),
            SequenceChange::Options(given) => self.change_sequence(&sequence, given)?,
        };
        Ok(Done::definition("ALTER SEQUENCE", steps))
    }

    /// What gives a sequence other options, or another place among its numbers.
    pub(super) fn change_sequence(
        &mut self,
        sequence: &Sequence,
        given: &[(SequenceOption, Location)],
    ) -> Result<Vec<String>> {
        let ty = Type::of(sequence.options.type_oid);
        let Altered { mut options, restart } =
            self.sequence_options(Some(&sequence.options), ty, given)?;
        let restart = restart.map(|at| begun_at(sequence, at));
        let mut changed = Vec::new();
        if let Some(owner) = self.owner(given)? {
            let columns = self.schema.numbered_by(sequence);
            let own = columns.iter().find(|(_, column)| column.serial());
            let is_same = own.map(|(table, column)| (table.name.clone(), column.name.clone()));
            if is_same != owner {
                options.owner = owner;
                if let Some((table, column)) = own {
                    self.give_up(table, column, sequence, &mut changed)?;
                }
            }
        }
        if options == sequence.options && changed.is_empty() {
            return Ok(restart.into_iter().collect());
        }
        let mut steps = match &sequence.key_of {
            None => rewritten(sequence, &options),
            Some(table) => {
                let steps = self.detached(sequence, table, &options);
                if changed.is_empty() {
                    self.detach(sequence, &mut changed)?;
                }
                steps
            }
        };
        let own = Sequence { key_of: None, ..sequence.clone() };
        let restart = given.iter().any(|(one, _)| matches!(one, SequenceOption::Restart(_)));
        let at = self.sequence_options(Some(&sequence.options), ty, given)?.restart;
        steps.extend(at.filter(|_| restart).map(|at| begun_at(&own, at)));
        if !changed.is_empty() {
            steps.extend(self.rebuild(changed)?);
        }
        Ok(steps)
    }

    /// The table and the column that are to own a sequence, if anything is said of that.
    fn owner(
        &self,
        given: &[(SequenceOption, Location)],
    ) -> Result<Option<Option<(String, String)>>> {
        let said = given.iter().find_map(|(option, _)| match option {
            SequenceOption::Owned(column) => Some(column),
            _ => None,
        });
        let Some(said) = said else { return Ok(None) };
        let Some(name) = said else { return Ok(Some(None)) };
        let mut table = name.clone();
        table.0.pop();
        if table.0.is_empty() {
            let message = "invalid OWNED BY option";
            return Err(PgError::new(SqlState::SYNTAX_ERROR, message)
                .hint("Specify OWNED BY table.column or OWNED BY NONE."));
        }
        let relation = self.defined_name(&table).and_then(|_| self.found(&table))?;
        let relation = relation.ok_or_else(|| self.missing(&table))?;
        let column = parts(name)?.pop().unwrap_or_default();
        let column = self.altered(relation, &Ident::with_quote('"', column))?;
        if [&relation.name, &column.name].iter().any(|name| name.contains("*/")) {
            return Err(unsupported("such a name of an owner"));
        }
        Ok(Some(Some((relation.name.clone(), column.name.clone()))))
    }

    /// A column does not own its sequence any more, but takes its numbers from it.
    fn give_up(
        &self,
        table: &'a Relation,
        column: &Column,
        sequence: &Sequence,
        changed: &mut Vec<Rebuilt<'a>>,
    ) -> Result<()> {
        if column.numbers().is_some_and(|numbers| numbers.kind != Numbering::Serial) {
            let message = "cannot change ownership of identity sequence";
            let name = &sequence.name;
            return Err(PgError::unsupported(message)
                .detail(format!("Sequence \"{name}\" is linked to table \"{}\".", table.name)));
        }
        let mut rebuilt = self.unchanged(table)?;
        self.number_by(column, Numbering::NextVal, &sequence.name, &mut rebuilt)?;
        changed.push(rebuilt);
        Ok(())
    }

    /// Says anew where the numbers of a column come from, other than what SQLite counts.
    pub(super) fn number_by(
        &self,
        column: &Column,
        kind: Numbering,
        sequence: &str,
        changed: &mut Rebuilt<'_>,
    ) -> Result<()> {
        let item = self.item(column, changed)?;
        item.remove("AUTOINCREMENT");
        item.remove("DEFAULT");
        item.append(&format!("DEFAULT {}", numbered(kind, column.ty, Some(sequence))));
        Ok(())
    }

    /// A sequence that SQLite counts gets a table of its own: the column's own words.
    pub(super) fn detach(&self, sequence: &Sequence, changed: &mut Vec<Rebuilt<'a>>) -> Result<()> {
        for (table, column) in self.schema.numbered_by(sequence) {
            let kind = column.numbers().map_or(Numbering::Serial, |numbers| numbers.kind);
            let mut rebuilt = self.unchanged(table)?;
            self.number_by(column, kind, &sequence.name, &mut rebuilt)?;
            changed.push(rebuilt);
        }
        Ok(())
    }

    /// The table of a sequence that SQLite has counted so far.
    pub(super) fn detached(&self, sequence: &Sequence, of: &str, options: &Options) -> Vec<String> {
        let Sequence { name, database, .. } = sequence;
        let (new, of) = (format!("{database}.{}", quoted(name)), storage::quoted(of));
        vec![
            format!("CREATE TABLE {new} {}", sequence_table(options)),
            format!(
                "INSERT INTO {new} SELECT coalesce(nullif(max(seq), 0), {}), 0, \
                 coalesce(max(seq), 0) <> 0 FROM {database}.sqlite_sequence WHERE name = {of}",
                options.start
            ),
        ]
    }

    /// What gives a sequence another name, by which columns know it from then on.
    pub(super) fn rename_sequence(&mut self, sequence: &Sequence, to: &str) -> Result<Vec<String>> {
        self.is_taken(to, false)?;
        if to.contains("*/") {
            return Err(unsupported("such a name of a sequence"));
        }
        let mut changed: Vec<Rebuilt<'a>> = Vec::new();
        for (table, column) in self.schema.numbered_by(sequence) {
            let known = changed.iter().position(|one| one.relation.oid == table.oid);
            let mut rebuilt = match known {
                Some(place) => changed.remove(place),
                None => self.unchanged(table)?,
            };
            let kind = column.numbers().map_or(Numbering::Serial, |numbers| numbers.kind);
            let item = self.item(column, &mut rebuilt)?;
            item.remove("DEFAULT");
            item.append(&format!("DEFAULT {}", numbered(kind, column.ty, Some(to))));
            changed.push(rebuilt);
        }
        self.rename_comments(sequence.database == "temp", &sequence.name, to);
        let mut steps = self.comment_steps();
        if sequence.key_of.is_none() {
            let (database, from) = (sequence.database, quoted(&sequence.name));
            steps.push(format!("ALTER TABLE {database}.{from} RENAME TO {}", quoted(to)));
        }
        if !changed.is_empty() {
            steps.extend(self.rebuild(changed)?);
        }
        Ok(steps)
    }

    /// What has the sequences know that their owner is called otherwise from now on.
    pub(super) fn renamed_owner(
        &self,
        relation: &Relation,
        rename: impl Fn(&str, &str) -> (String, String),
    ) -> Vec<String> {
        let owned = self.schema.owned_by(relation, None).into_iter();
        let renamed = owned.filter_map(|sequence| {
            let (table, column) = sequence.options.owner.as_ref()?;
            let owner = Some(rename(table, column));
            let options = Options { owner, ..sequence.options.clone() };
            (options != sequence.options).then(|| rewritten(&sequence, &options))
        });
        renamed.flatten().collect()
    }

    /// What drops sequences: 2BP01 for one that a column takes its numbers from, which loses its default by CASCADE.
    pub(super) fn sequence_drops(
        &mut self,
        names: &[String],
        sides: &[Option<bool>],
        cascade: bool,
    ) -> Result<Vec<String>> {
        let schema = self.schema;
        let mut steps = Vec::new();
        for (name, side) in names.iter().zip(sides) {
            let Some(sequence) = schema.sequence(*side, name) else { continue };
            let users = schema.numbered_by(&sequence);
            if let Some((table, column)) = users.iter().find(|(_, column)| column.is_identity()) {
                let of = format!("column {} of table {}", column.name, table.name);
                let message = format!("cannot drop sequence {name} because {of} requires it");
                return Err(PgError::new(SqlState::DEPENDENT_OBJECTS_STILL_EXIST, message)
                    .hint(format!("You can drop {of} instead.")));
            }
            let lost = |(table, column): &(&Relation, &Column)| {
                format!("default value for column {} of table {}", column.name, table.name)
            };
            let lost: Vec<String> = users.iter().map(lost).collect();
            if !lost.is_empty() && !cascade {
                let message =
                    format!("cannot drop sequence {name} because other objects depend on it");
                let lines = lost.iter().map(|one| format!("{one} depends on sequence {name}"));
                return Err(PgError::new(SqlState::DEPENDENT_OBJECTS_STILL_EXIST, message)
                    .detail(lines.collect::<Vec<_>>().join("\n"))
                    .hint("Use DROP ... CASCADE to drop the dependent objects too."));
            }
            match lost.as_slice() {
                [] => {}
                [only] => {
                    let message = format!("drop cascades to {only}");
                    self.notice(SqlState::SUCCESSFUL_COMPLETION, message);
                }
                several => {
                    let message = format!("drop cascades to {} other objects", several.len());
                    let lines = several.iter().map(|one| format!("drop cascades to {one}"));
                    self.detailed_notice(message, lines.collect::<Vec<_>>().join("\n"));
                }
            }
            let mut changed: Vec<Rebuilt<'a>> = Vec::new();
            for (table, column) in users {
                let known = changed.iter().position(|one| one.relation.oid == table.oid);
                let mut rebuilt = match known {
                    Some(place) => changed.remove(place),
                    None => self.unchanged(table)?,
                };
                self.unnumber(column, &mut rebuilt)?;
                changed.push(rebuilt);
            }
            if !changed.is_empty() {
                steps.extend(self.rebuild(changed)?);
            }
            steps.extend(super::sequence::dropped_sequence(&sequence));
        }
        Ok(steps)
    }

    /// A column takes its numbers from nowhere any more.
    pub(super) fn unnumber(&self, column: &Column, changed: &mut Rebuilt<'_>) -> Result<()> {
        let place = changed.relation.column(&column.name).map(|(place, _)| place);
        let is_row_number = place.is_some() && changed.relation.rowid_alias() == place;
        let item = self.item(column, changed)?;
        item.remove("AUTOINCREMENT");
        item.remove("DEFAULT");
        if is_row_number {
            // SQLite would number it.
            item.append(&format!("DEFAULT {}", numbered(Numbering::Key, column.ty, None)));
        }
        Ok(())
    }
}

/// What makes the table of a sequence.
pub(super) fn sequence_steps(database: &str, name: &str, options: &Options) -> Vec<String> {
    let table = format!("{database}.{}", quoted(name));
    vec![
        format!("CREATE TABLE {table} {}", sequence_table(options)),
        format!("INSERT INTO {table} VALUES ({}, 0, 0)", options.start),
    ]
}

/// What makes the table of a sequence anew, with other options.
pub(super) fn rewritten(sequence: &Sequence, options: &Options) -> Vec<String> {
    let Sequence { name, database, .. } = sequence;
    let (old, interim) = (quoted(name), quoted(&format!("{name}:new")));
    vec![
        format!("CREATE TABLE {database}.{interim} {}", sequence_table(options)),
        format!("INSERT INTO {database}.{interim} SELECT * FROM {database}.{old}"),
        format!("DROP TABLE {database}.{old}"),
        format!("ALTER TABLE {database}.{interim} RENAME TO {old}"),
    ]
}

/// What has a sequence give a number next.
fn begun_at(sequence: &Sequence, at: i64) -> String {
    let options = Options { start: at, ..sequence.options.clone() };
    match &sequence.key_of {
        Some(table) => {
            // SQLite knows only numbers that were given.
            let (database, table) = (sequence.database, storage::quoted(table));
            let last = at.saturating_sub(1);
            format!(
                "INSERT OR REPLACE INTO {database}.sqlite_sequence (rowid, name, seq) \
                 VALUES ((SELECT rowid FROM {database}.sqlite_sequence WHERE name = {table}), {table}, {last})"
            )
        }
        None => restarted(&Sequence { options, ..sequence.clone() }),
    }
}
