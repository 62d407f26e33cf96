//! Indexes, views, DROP and TRUNCATE, and what is not a table's.

use sqlparser::ast::{
    CreateIndex, CreateView, Expr, ObjectName, ObjectType, SchemaName, Statement, Truncate,
    TruncateIdentityOption,
};
use trunkline_core::{PgError, Result, SqlState};

use super::from::{table_source, written};
use super::name::{folded, quoted, shown};
use super::scope::Scope;
use super::sequence::{owned_tables, restarted};
use super::{Done, Translator, first_words, unsupported};
use crate::sqlite::schema::{Origin, Relation};

impl Translator<'_> {
    /// A statement that neither asks for rows nor changes them.
    pub(super) fn definition(&mut self, statement: &Statement) -> Result<Done> {
        match statement {
            Statement::CreateTable(create) => self.create_table(create),
            Statement::CreateIndex(create) => self.create_index(create),
            Statement::CreateSequence {
                temporary,
                if_not_exists,
                name,
                data_type,
                sequence_options,
                ..
            } => {
                let (data_type, options) = (data_type.as_ref(), sequence_options.as_slice());
                self.create_sequence(name, *temporary, *if_not_exists, data_type, options)
            }
            Statement::CreateView(create) => self.create_view(create),
            Statement::AlterTable(alter) => self.alter_table(alter),
            Statement::Truncate(truncate) => self.truncate(truncate),
            Statement::Drop { object_type, if_exists, names, cascade, .. } => match object_type {
                ObjectType::Table => self.drop_tables(names, *if_exists, *cascade),
                ObjectType::View => self.drop_views(names, *if_exists),
                ObjectType::Sequence => self.drop_sequences(names, *if_exists),
                ObjectType::Index => self.drop_indexes(names, *if_exists),
                _ if *if_exists => Ok(Done::definition(drop_tag(object_type), Vec::new())),
                other => Err(unsupported(&format!("DROP {other}"))),
            },
            Statement::CreateSchema { schema_name, if_not_exists: true, .. } => match schema_name {
                SchemaName::Simple(name) if shown(name) == "public" => {
                    Ok(Done::definition("CREATE SCHEMA", Vec::new()))
                }
                _ => Err(unsupported("a schema besides public")),
            },
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

    fn create_index(&mut self, create: &CreateIndex) -> Result<Done> {
        let relation = self.relation(&create.table_name)?;
        if !create.include.is_empty() || create.nulls_distinct == Some(false) {
            return Err(unsupported("an index with INCLUDE or NULLS NOT DISTINCT"));
        }
        let mut source = table_source(&relation, &relation.name);
        source.columns.iter_mut().for_each(|column| column.sql = quoted(&column.name));
        let scope = Scope::of(source);
        let (mut keys, mut names) = (Vec::new(), vec![relation.name.clone()]);
        for column in &create.columns {
            // The class of operators, such as varchar_pattern_ops, says how PostgreSQL compares.
            let key = &column.column;
            let mut expr = &key.expr;
            while let Expr::Nested(inner) = expr {
                expr = inner;
            }
            match expr {
                Expr::Identifier(ident) => names.push(folded(ident)),
                _ => names.push("expr".to_owned()),
            }
            let typed = self.expression(expr, &scope)?;
            let descending = if key.options.asc == Some(false) { " DESC" } else { "" };
            keys.push(format!("{}{descending}", typed.sql));
        }
        let condition = match &create.predicate {
            Some(condition) => format!(" WHERE {}", self.condition(condition, &scope, "WHERE")?),
            None => String::new(),
        };
        let name = match &create.name {
            Some(name) => self.table_name(name)?.1,
            None => {
                names.push("idx".to_owned());
                names.join("_")
            }
        };
        if self.schema.index(&name).is_some() || self.schema.relation(&name).is_some() {
            if create.if_not_exists {
                return Ok(Done::definition("CREATE INDEX", Vec::new()));
            }
            let message = format!("relation \"{name}\" already exists");
            return Err(PgError::new(SqlState::DUPLICATE_TABLE, message));
        }
        let database = if relation.temporary { "temp" } else { "main" };
        let unique = if create.unique { "UNIQUE " } else { "" };
        let sql = format!(
            "CREATE {unique}INDEX {database}.{} ON {} ({}){condition}",
            quoted(&name),
            quoted(&relation.name),
            keys.join(", ")
        );
        Ok(Done::definition("CREATE INDEX", vec![sql]))
    }

    fn create_view(&mut self, create: &CreateView) -> Result<Done> {
        if create.materialized {
            return Err(unsupported("CREATE MATERIALIZED VIEW"));
        }
        let (temporary, name) = self.table_name(&create.name)?;
        let temporary = temporary || create.temporary;
        let mut steps = Vec::new();
        let mut replaced = None;
        match self.schema.relation(&name) {
            Some(old) if create.or_replace && old.view => {
                replaced = Some(old);
                steps.push(format!("DROP VIEW {}", written(old)));
            }
            Some(_) => {
                let message = format!("relation \"{name}\" already exists");
                return Err(PgError::new(SqlState::DUPLICATE_TABLE, message));
            }
            None => {}
        }
        let queried = self.query(&create.query, None, None)?;
        if !self.parameters.is_empty() {
            let message = "there is no parameter $1";
            return Err(PgError::new(SqlState::UNDEFINED_PARAMETER, message));
        }
        let mut names: Vec<String> =
            create.columns.iter().map(|column| folded(&column.name)).collect();
        names.extend(queried.outputs.iter().skip(names.len()).map(|output| output.name.clone()));
        if let Some(old) = replaced {
            check_replacement(old, &names)?;
        }
        let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let word = if temporary { "TEMP VIEW" } else { "VIEW" };
        let place = if temporary { quoted(&name) } else { format!("main.{}", quoted(&name)) };
        // The original is kept beside it, for those who ask for the definition.
        let original = create.query.to_string().replace("*/", "* /");
        steps.push(format!(
            "CREATE {word} {place} ({}) AS /*pg {original} */ {}",
            names.join(", "),
            queried.sql
        ));
        Ok(Done::definition("CREATE VIEW", steps))
    }

    /// The relations of some names; those that are not there are left out, or 42P01.
    fn dropped(&self, names: &[ObjectName], if_exists: bool, view: bool) -> Result<Vec<Relation>> {
        let kind = if view { "view" } else { "table" };
        let mut found = Vec::new();
        for name in names {
            let (_, plain) = self.table_name(name)?;
            match self.schema.relation(&plain) {
                Some(relation) if relation.view == view && relation.sequence.is_none() => {
                    found.push(relation.clone());
                }
                Some(_) => {
                    let message = format!("\"{plain}\" is not a {kind}");
                    return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
                }
                None if if_exists => {}
                None => {
                    let message = format!("{kind} \"{plain}\" does not exist");
                    return Err(PgError::new(SqlState::UNDEFINED_TABLE, message));
                }
            }
        }
        Ok(found)
    }

    fn drop_views(&self, names: &[ObjectName], if_exists: bool) -> Result<Done> {
        let views = self.dropped(names, if_exists, true)?;
        let steps = views.iter().map(|view| format!("DROP VIEW {}", written(view))).collect();
        Ok(Done::definition("DROP VIEW", steps))
    }

    /// Tables that others refer to go only with CASCADE, which ends the reference.
    fn drop_tables(&self, names: &[ObjectName], if_exists: bool, cascade: bool) -> Result<Done> {
        let tables = self.dropped(names, if_exists, false)?;
        let mut steps = Vec::new();
        for table in &tables {
            for other in self.referrers(table) {
                if tables.iter().any(|dropped| dropped.name == other.name) {
                    continue;
                }
                if !cascade {
                    return Err(depended_upon(&table.name, other));
                }
                if tables.len() > 1 {
                    return Err(unsupported("DROP TABLE … CASCADE of several tables"));
                }
                let mut changed = self.unchanged(other)?;
                changed.text.unrefer(&table.name);
                steps.extend(self.rebuild(changed)?);
            }
        }
        let order = children_first(&tables);
        steps.extend(order.iter().map(|table| format!("DROP TABLE {}", written(table))));
        let sequences = order.iter().flat_map(|table| owned_tables(table));
        steps.extend(sequences.map(|sequence| format!("DROP TABLE IF EXISTS {sequence}")));
        Ok(Done::definition("DROP TABLE", steps))
    }

    /// The tables besides itself that refer to one.
    pub(super) fn referrers(&self, table: &Relation) -> Vec<&Relation> {
        let others = self.schema.relations().iter();
        others.filter(|other| other.name != table.name && refers(other, table)).collect()
    }

    fn drop_indexes(&self, names: &[ObjectName], if_exists: bool) -> Result<Done> {
        let mut steps = Vec::new();
        for name in names {
            let (_, plain) = self.table_name(name)?;
            match self.schema.index(&plain) {
                Some((relation, index)) if index.origin == Origin::Create => {
                    let database = if relation.temporary { "temp" } else { "main" };
                    steps.push(format!("DROP INDEX {database}.{}", quoted(&index.name)));
                }
                None if if_exists => {}
                _ => {
                    let message = format!("index \"{plain}\" does not exist");
                    return Err(PgError::new(SqlState::UNDEFINED_OBJECT, message));
                }
            }
        }
        Ok(Done::definition("DROP INDEX", steps))
    }

    fn truncate(&self, truncate: &Truncate) -> Result<Done> {
        let names: Vec<ObjectName> = truncate.table_names.iter().map(|t| t.name.clone()).collect();
        let mut tables = Vec::new();
        for name in &names {
            tables.push(self.relation(name)?);
        }
        let cascade = matches!(truncate.cascade, Some(sqlparser::ast::CascadeOption::Cascade));
        let mut next = 0;
        while let Some(table) = tables.get(next).cloned() {
            for other in self.referrers(&table) {
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
                tables.push(other.clone());
            }
            next += 1;
        }
        let mut steps = Vec::new();
        for table in children_first(&tables) {
            steps.push(format!("DELETE FROM {}", written(table)));
        }
        if matches!(truncate.identity, Some(TruncateIdentityOption::Restart)) {
            for table in &tables {
                let owned = table.columns.iter().filter(|column| column.serial());
                let names = owned.filter_map(|column| table.sequence_name(column));
                let sequences = names.filter_map(|name| self.schema.sequence(&name));
                steps.extend(sequences.map(|sequence| restarted(&sequence)));
            }
        }
        Ok(Done::definition("TRUNCATE TABLE", steps))
    }
}

/// A view may be replaced only by one that has its columns, and perhaps more: 42P16.
fn check_replacement(old: &Relation, names: &[String]) -> Result<()> {
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
    Ok(())
}

/// Whoever refers to another goes first: to drop a table is to delete its rows.
fn children_first(tables: &[Relation]) -> Vec<&Relation> {
    let mut left: Vec<&Relation> = tables.iter().collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let free = left.iter().position(|table| {
            !left.iter().any(|other| other.name != table.name && refers(other, table))
        });
        order.push(left.remove(free.unwrap_or(0)));
    }
    order
}

fn refers(other: &Relation, table: &Relation) -> bool {
    other.foreign_keys.iter().any(|key| key.table.eq_ignore_ascii_case(&table.name))
}

/// 2BP01
fn depended_upon(table: &str, other: &Relation) -> PgError {
    let message = format!("cannot drop table {table} because other objects depend on it");
    let detail = format!("foreign key constraint on table {} depends on table {table}", other.name);
    PgError::new(SqlState::DEPENDENT_OBJECTS_STILL_EXIST, message)
        .detail(detail)
        .hint("Use DROP ... CASCADE to drop the dependent objects too.")
}

fn drop_tag(kind: &ObjectType) -> &'static str {
    match kind {
        ObjectType::Schema => "DROP SCHEMA",
        ObjectType::Sequence => "DROP SEQUENCE",
        ObjectType::Type => "DROP TYPE",
        ObjectType::MaterializedView => "DROP MATERIALIZED VIEW",
        _ => "DROP",
    }
}
