//! DROP.

use sqlparser::ast::{ObjectName, ObjectType};
use trunkline_core::{PgError, Result, SqlState};

use super::dependency::{Dependency, Dependents};
use super::from::written;
use super::name::shown;
use super::sequence::dropped_sequence;
use super::{Done, Translator, unsupported};
use crate::sqlite::schema::{Origin, Relation};
use crate::sqlite::types::Type;

/// What a name in the schema can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Table,
    View,
    Index,
    Sequence,
    MaterializedView,
    ForeignTable,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::View => "view",
            Kind::Index => "index",
            Kind::Sequence => "sequence",
            Kind::MaterializedView => "materialized view",
            Kind::ForeignTable => "foreign table",
        }
    }

    pub(super) fn with_article(self) -> &'static str {
        match self {
            Kind::Table => "a table",
            Kind::View => "a view",
            Kind::Index => "an index",
            Kind::Sequence => "a sequence",
            Kind::MaterializedView => "a materialized view",
            Kind::ForeignTable => "a foreign table",
        }
    }

    /// `tables`
    pub(super) fn plural(self) -> &'static str {
        match self {
            Kind::Table => "tables",
            Kind::View => "views",
            Kind::Index => "indexes",
            Kind::Sequence => "sequences",
            Kind::MaterializedView => "materialized views",
            Kind::ForeignTable => "foreign tables",
        }
    }

    fn tag(self) -> &'static str {
        match self {
            Kind::Table => "DROP TABLE",
            Kind::View => "DROP VIEW",
            Kind::Index => "DROP INDEX",
            Kind::Sequence => "DROP SEQUENCE",
            Kind::MaterializedView => "DROP MATERIALIZED VIEW",
            Kind::ForeignTable => "DROP FOREIGN TABLE",
        }
    }

    fn missing(self) -> SqlState {
        match self {
            Kind::Index => SqlState::UNDEFINED_OBJECT,
            _ => SqlState::UNDEFINED_TABLE,
        }
    }
}

impl Translator<'_> {
    /// What has a name already: tables, views and indexes share theirs.
    pub(super) fn kind_of(&self, name: &str) -> Option<Kind> {
        match self.schema.relation(name) {
            Some(relation) if relation.view => Some(Kind::View),
            Some(relation) if relation.sequence.is_some() => Some(Kind::Sequence),
            Some(_) => Some(Kind::Table),
            None if self.schema.sequence(None, name).is_some() => Some(Kind::Sequence),
            None => self.schema.indexed(name).map(|_| Kind::Index),
        }
    }

    /// DROP of what cannot be made here: what there is stays.
    pub(super) fn drop_other(
        &mut self,
        kind: &ObjectType,
        names: &[ObjectName],
        if_exists: bool,
    ) -> Result<Done> {
        let (word, tag, missing) = match kind {
            ObjectType::Schema => ("schema", "DROP SCHEMA", SqlState::INVALID_SCHEMA_NAME),
            ObjectType::Type => ("type", "DROP TYPE", SqlState::UNDEFINED_OBJECT),
            other => return Err(unsupported(&format!("DROP {other}"))),
        };
        for name in names.iter().map(shown) {
            let is_there = match kind {
                ObjectType::Schema => {
                    matches!(name.as_str(), "public" | "information_schema")
                        || name.starts_with("pg_")
                }
                _ => Type::parse(&name).is_some(),
            };
            let message = format!("{word} \"{name}\" does not exist");
            match if_exists {
                _ if is_there => return Err(unsupported(tag)),
                true => self.skip(SqlState::SUCCESSFUL_COMPLETION, &message),
                false => return Err(PgError::new(missing, message)),
            }
        }
        Ok(Done::definition(tag, Vec::new()))
    }

    /// Whether a relation of this name is there already: 42P07, or a notice where that is no mistake.
    pub(super) fn is_taken(&mut self, name: &str, if_not_exists: bool) -> Result<bool> {
        if self.kind_of(name).is_none() {
            return Ok(false);
        }
        let message = format!("relation \"{name}\" already exists");
        if if_not_exists {
            self.skip(SqlState::DUPLICATE_TABLE, &message);
            return Ok(true);
        }
        Err(PgError::new(SqlState::DUPLICATE_TABLE, message))
    }

    pub(super) fn drop(
        &mut self,
        kind: Kind,
        names: &[ObjectName],
        if_exists: bool,
        cascade: bool,
    ) -> Result<Done> {
        let (mut found, mut sides): (Vec<String>, Vec<Option<bool>>) = (Vec::new(), Vec::new());
        for name in names {
            match self.named(kind, name) {
                Ok(plain) if found.contains(&plain) => {}
                Ok(plain) => {
                    found.push(plain);
                    sides.push(self.side(name)?);
                }
                Err(error)
                    if if_exists
                        && [SqlState::INVALID_SCHEMA_NAME, kind.missing()]
                            .contains(&error.sqlstate()) =>
                {
                    self.skip(SqlState::SUCCESSFUL_COMPLETION, error.message());
                }
                Err(error) => return Err(error),
            }
        }
        let steps = match kind {
            Kind::Sequence => self.sequence_drops(&found, &sides, cascade)?,
            Kind::Index => self.index_drops(&found, cascade)?,
            _ => self.relation_drops(kind, &found, &sides, cascade)?,
        };
        Ok(Done::definition(kind.tag(), steps))
    }

    /// The name of something of this kind: 42809 if it is of another, 42P01, 42704 and 3F000 if it is
    /// not there.
    fn named(&self, kind: Kind, name: &ObjectName) -> Result<String> {
        let plain = self.defined_name(name)?.plain;
        match self.kind_of(&plain).filter(|_| self.is_visible(name, &plain)) {
            Some(found) if found == kind => Ok(plain),
            Some(found) => {
                let message = format!("\"{plain}\" is not {}", kind.with_article());
                let hint = format!("Use {} to remove {}.", found.tag(), found.with_article());
                Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message).hint(hint))
            }
            None => {
                let message = format!("{} \"{plain}\" does not exist", kind.word());
                Err(PgError::new(kind.missing(), message))
            }
        }
    }

    fn index_drops(&mut self, names: &[String], cascade: bool) -> Result<Vec<String>> {
        let mut steps = Vec::new();
        for name in names {
            match self.schema.index(name) {
                Some((relation, index)) if index.origin == Origin::Create => {
                    let what = format!("index {}", index.name);
                    steps.extend(self.drop_index(relation, index, &what, cascade)?);
                }
                _ => return Err(self.required(name)),
            }
        }
        Ok(steps)
    }

    /// 2BP01 for an index that is a constraint's.
    fn required(&self, index: &str) -> PgError {
        let table = self.schema.indexed(index).map_or("", |relation| relation.name.as_str());
        let constraint = format!("constraint {index} on table {table}");
        let message = format!("cannot drop index {index} because {constraint} requires it");
        PgError::new(SqlState::DEPENDENT_OBJECTS_STILL_EXIST, message)
            .hint(format!("You can drop {constraint} instead."))
    }

    fn relation_drops(
        &mut self,
        kind: Kind,
        names: &[String],
        sides: &[Option<bool>],
        cascade: bool,
    ) -> Result<Vec<String>> {
        let schema = self.schema;
        let dropped: Vec<&Relation> = names
            .iter()
            .zip(sides)
            .filter_map(|(name, side)| schema.relation_of(*side, name))
            .collect();
        let mut dependents = Dependents::of(schema, &dropped);
        for relation in &dropped {
            dependents.gather(relation);
        }
        let dependents = dependents.found();
        let what = match names {
            [only] => format!("{} {only}", kind.word()),
            _ => "desired object(s)".to_owned(),
        };
        self.cascade(&what, &dependents, cascade)?;
        let mut steps = self.release(&dependents, Vec::new())?;
        match kind {
            Kind::View => steps.extend(dropped.iter().map(|view| drop_view(view))),
            _ => {
                let order = super::definition::children_first(&dropped);
                dropped.iter().for_each(|table| self.redefines("DROP TABLE", table));
                steps.extend(order.iter().map(|table| format!("DROP TABLE {}", written(table))));
                let owned = order.iter().flat_map(|table| schema.owned_by(table, None));
                steps.extend(owned.filter_map(|sequence| dropped_sequence(&sequence)));
            }
        }
        Ok(steps)
    }

    /// Tells what goes along with something that is dropped: 2BP01 unless it is said that it may.
    pub(super) fn cascade(
        &mut self,
        what: &str,
        dependents: &[Dependency<'_>],
        cascade: bool,
    ) -> Result<()> {
        let lines = |line: &dyn Fn(&Dependency<'_>) -> String| -> String {
            dependents.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        match dependents {
            [] => {}
            _ if !cascade => {
                let objects = if what.starts_with("desired") { "them" } else { "it" };
                let message =
                    format!("cannot drop {what} because other objects depend on {objects}");
                let detail = lines(&|one| format!("{} depends on {}", one.what, one.on));
                return Err(PgError::new(SqlState::DEPENDENT_OBJECTS_STILL_EXIST, message)
                    .detail(detail)
                    .hint("Use DROP ... CASCADE to drop the dependent objects too."));
            }
            [only] => {
                let message = format!("drop cascades to {}", only.what);
                self.notice(SqlState::SUCCESSFUL_COMPLETION, message);
            }
            several => {
                let message = format!("drop cascades to {} other objects", several.len());
                let detail = lines(&|one| format!("drop cascades to {}", one.what));
                self.detailed_notice(message, detail);
            }
        }
        Ok(())
    }
}

pub(super) fn drop_view(view: &Relation) -> String {
    format!("DROP VIEW {}", written(view))
}
