//! Indexes, views, DROP and TRUNCATE, and what is not a table's.

use std::collections::BTreeSet;

use sqlparser::ast::{
    CreateView, ObjectType, SchemaName, Statement, Truncate, TruncateIdentityOption,
};
use trunkline_core::{PgError, Result, SqlState};

use super::create_table::twice;
use super::drop::Kind;
use super::from::written;
use super::name::{TableName, folded, quoted, shown};
use super::scope::Output;
use super::sequence::restarted;
use super::{Done, Translator, first_words, unsupported};
use crate::sqlite::schema::{Relation, mark, marked_types};
use crate::sqlite::types::Type;

impl Translator<'_> {
    /// A statement that neither asks for rows nor changes them.
    pub(super) fn definition(&mut self, statement: &Statement) -> Result<Done> {
        match statement {
            Statement::CreateTable(create) => self.create_table(create),
            Statement::CreateIndex(create) => self.create_index(create),
            Statement::CreateView(create) => self.create_view(create),
            Statement::AlterTable(alter) => self.alter_table(alter),
            Statement::Truncate(truncate) => self.truncate(truncate),
            Statement::Drop { object_type, if_exists, names, cascade, .. } => match object_type {
                ObjectType::Table => self.drop(Kind::Table, names, *if_exists, *cascade),
                ObjectType::View => self.drop(Kind::View, names, *if_exists, *cascade),
                ObjectType::Index => self.drop(Kind::Index, names, *if_exists, *cascade),
                ObjectType::Sequence => self.drop(Kind::Sequence, names, *if_exists, *cascade),
                ObjectType::MaterializedView => {
                    self.drop(Kind::MaterializedView, names, *if_exists, *cascade)
                }
                other => self.drop_other(other, names, *if_exists),
            },
            Statement::CreateSchema { schema_name, if_not_exists, .. } => {
                self.create_schema(schema_name, *if_not_exists)
            }
            Statement::CreateDatabase { db_name, .. }
                if self.schema.databases.has(&shown(db_name)) =>
            {
                let message = format!("database \"{}\" already exists", shown(db_name));
                Err(PgError::new(SqlState::DUPLICATE_DATABASE, message))
            }
            // SQLite gives the room of rows that are gone to others by itself.
            Statement::Vacuum(_) => Ok(Done::definition("VACUUM", Vec::new())),
            Statement::Analyze(_) => Ok(Done::definition("ANALYZE", vec!["ANALYZE".to_owned()])),
            Statement::AttachDatabase { .. } | Statement::Pragma { .. } => {
                let message =
                    format!("permission denied for {}", first_words(&statement.to_string()));
                Err(PgError::new(SqlState::INSUFFICIENT_PRIVILEGE, message))
            }
            other => Err(unsupported(&first_words(&other.to_string()))),
        }
    }

    /// There is the schema `public`, and no other can be made.
    fn create_schema(&mut self, schema: &SchemaName, if_not_exists: bool) -> Result<Done> {
        let name = match schema {
            SchemaName::Simple(name) => shown(name),
            SchemaName::NamedAuthorization(name, _) => shown(name),
            SchemaName::UnnamedAuthorization(role) => folded(role),
        };
        if name.starts_with("pg_") {
            let message = format!("unacceptable schema name \"{name}\"");
            return Err(PgError::new(SqlState::RESERVED_NAME, message)
                .detail("The prefix \"pg_\" is reserved for system schemas."));
        }
        if !matches!(name.as_str(), "public" | "information_schema") {
            return Err(unsupported("a schema besides public"));
        }
        let message = format!("schema \"{name}\" already exists");
        if !if_not_exists {
            return Err(PgError::new(SqlState::DUPLICATE_SCHEMA, message));
        }
        self.skip(SqlState::DUPLICATE_SCHEMA, &message);
        Ok(Done::definition("CREATE SCHEMA", Vec::new()))
    }

    fn create_view(&mut self, create: &CreateView) -> Result<Done> {
        if create.materialized {
            return Err(unsupported("CREATE MATERIALIZED VIEW"));
        }
        let TableName { in_temporary, plain: name } = self.defined_name(&create.name)?;
        let temporary = create.temporary || in_temporary;
        if !temporary {
            self.check_place(&create.name)?;
        }
        let mut steps = Vec::new();
        let mut replaced = None;
        match self.schema.relation(&name) {
            Some(old) if create.or_replace && old.view => {
                replaced = Some(old);
                steps.push(format!("DROP VIEW {}", written(old)));
            }
            Some(_) if create.or_replace => {
                let message = format!("\"{name}\" is not a view");
                return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
            }
            _ => drop(self.is_taken(&name, false)?),
        }
        let queried = self.query(&create.query, None, None)?;
        if !self.parameters.is_empty() {
            let message = "there is no parameter $1";
            return Err(PgError::new(SqlState::UNDEFINED_PARAMETER, message));
        }
        self.refuse_what_cannot_stay("a view")?;
        let given = create.columns.iter().map(|column| folded(&column.name)).collect();
        let too_many = "CREATE VIEW specifies more column names than columns";
        let names = output_names(given, &queried.outputs, too_many)?;
        if let Some(old) = replaced {
            let types: Vec<Type> = queried.outputs.iter().map(|o| o.ty.as_announced()).collect();
            check_replacement(old, &names, &types)?;
        }
        let types = marked_types(queried.outputs.iter().map(|output| output.ty.as_announced()));
        let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let word = if temporary { "TEMP VIEW" } else { "VIEW" };
        let place = if temporary { quoted(&name) } else { format!("main.{}", quoted(&name)) };
        // The original is kept beside it, for those who ask for the definition.
        steps.push(format!(
            "CREATE {word} {place} ({}) AS {} {types} {}",
            names.join(", "),
            mark(&create.query.to_string()),
            queried.sql
        ));
        Ok(Done::definition("CREATE VIEW", steps))
    }

    fn truncate(&mut self, truncate: &Truncate) -> Result<Done> {
        let schema = self.schema;
        let mut tables: Vec<&Relation> = Vec::new();
        for target in &truncate.table_names {
            let name = self.defined_name(&target.name)?.plain;
            match self.found(&target.name)? {
                Some(table) if !table.view && table.sequence.is_none() => tables.push(table),
                _ if self.kind_of(&name).is_some() && self.is_visible(&target.name, &name) => {
                    let message = format!("\"{name}\" is not a table");
                    return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
                }
                _ => return Err(self.missing(&target.name)),
            }
        }
        let cascade = matches!(truncate.cascade, Some(sqlparser::ast::CascadeOption::Cascade));
        let mut next = 0;
        while let Some(table) = tables.get(next).copied() {
            for other in schema.referrers(table) {
                if tables.iter().any(|known| known.name == other.name) {
                    continue;
                }
                if !cascade {
                    let message = "cannot truncate a table referenced in a foreign key constraint";
                    let detail = format!("Table \"{}\" references \"{}\".", other.name, table.name);
                    return Err(PgError::unsupported(message).detail(detail).hint(format!(
                        "Truncate table \"{}\" at the same time, or use TRUNCATE ... CASCADE.",
                        other.name
                    )));
                }
                let message = format!("truncate cascades to table \"{}\"", other.name);
                self.notice(SqlState::SUCCESSFUL_COMPLETION, message);
                tables.push(other);
            }
            next += 1;
        }
        tables.iter().for_each(|table| self.redefines("TRUNCATE", table));
        let mut steps = Vec::new();
        for table in children_first(&tables) {
            steps.push(format!("DELETE FROM {}", written(table)));
        }
        if matches!(truncate.identity, Some(TruncateIdentityOption::Restart)) {
            for table in &tables {
                let sequences = self.schema.owned_by(table, None);
                steps.extend(sequences.iter().map(restarted));
            }
        }
        Ok(Done::definition("TRUNCATE TABLE", steps))
    }
}

/// The names of the columns that a query makes: those that are given, then its own.
///
/// 42601 with this message if more are given than there are, 42701 for one that is there twice.
pub(super) fn output_names(
    given: Vec<String>,
    outputs: &[Output],
    too_many: &'static str,
) -> Result<Vec<String>> {
    if given.len() > outputs.len() {
        return Err(PgError::new(SqlState::SYNTAX_ERROR, too_many));
    }
    let mut names = given;
    names.extend(outputs.iter().skip(names.len()).map(|output| output.name.clone()));
    let mut known = BTreeSet::new();
    match names.iter().find(|name| !known.insert(*name)) {
        Some(name) => Err(twice(name)),
        None => Ok(names),
    }
}

/// A view may be replaced only by one that has its columns, and perhaps more: 42P16.
fn check_replacement(old: &Relation, names: &[String], types: &[Type]) -> Result<()> {
    if names.len() < old.columns.len() {
        let message = "cannot drop columns from view";
        return Err(PgError::new(SqlState::INVALID_TABLE_DEFINITION, message));
    }
    let mut pairs = old.columns.iter().zip(names);
    if let Some((column, name)) = pairs.find(|(column, name)| column.name != **name) {
        let message =
            format!("cannot change name of view column \"{}\" to \"{name}\"", column.name);
        return Err(PgError::new(SqlState::INVALID_TABLE_DEFINITION, message)
            .hint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead."));
    }
    let mut pairs = old.columns.iter().zip(types);
    if let Some((column, ty)) = pairs.find(|(column, ty)| column.ty.oid != ty.oid) {
        let message = format!(
            "cannot change data type of view column \"{}\" from {} to {}",
            column.name,
            with_modifiers(column.ty),
            with_modifiers(*ty)
        );
        return Err(PgError::new(SqlState::INVALID_TABLE_DEFINITION, message));
    }
    Ok(())
}

/// `numeric(10,2)`, `timestamp(3) without time zone`
pub(super) fn with_modifiers(ty: Type) -> String {
    let name = ty.name();
    match (ty.modifiers(), name.split_once(' ')) {
        (None, _) => name.to_owned(),
        (Some(digits), Some((first, rest))) if first.starts_with("time") => {
            format!("{first}({digits}) {rest}")
        }
        (Some(modifiers), _) => format!("{name}({modifiers})"),
    }
}

/// Whoever refers to another goes first: to drop a table is to delete its rows.
pub(super) fn children_first<'r>(tables: &[&'r Relation]) -> Vec<&'r Relation> {
    let mut left: Vec<&Relation> = tables.to_vec();
    let mut order = Vec::new();
    while !left.is_empty() {
        let free = left.iter().position(|table| {
            !left.iter().any(|other| other.name != table.name && other.refers_to(table))
        });
        order.push(left.remove(free.unwrap_or(0)));
    }
    order
}
