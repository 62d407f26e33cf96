//! REFERENCES: what a foreign key may refer to.

use sqlparser::ast::{DeferrableInitial, ForeignKeyConstraint, ReferentialAction};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::Translator;
use super::name::{folded, quoted};
use crate::sqlite::schema::Relation;
use crate::sqlite::types::Type;

/// A foreign key and the table that it is of.
pub(super) struct Referring<'d> {
    /// The name of the table.
    pub(super) table: &'d str,
    /// All of its columns.
    pub(super) columns: &'d [(String, Type)],
    /// The name of the constraint.
    pub(super) name: &'d str,
    /// The columns that refer.
    pub(super) key: &'d [(String, Type)],
}

impl Translator<'_> {
    /// `REFERENCES …`
    ///
    /// 42P01 and 3F000 for a table that is not there, 42809 for a view, 42703 for columns, 42830 and
    /// 42704 where no key is of them, 42804 for types that cannot be compared.
    pub(super) fn references(
        &self,
        key: &ForeignKeyConstraint,
        own: &Referring<'_>,
    ) -> Result<String> {
        let table = self.defined_name(&key.foreign_table)?.plain;
        let named: Vec<String> = key.referred_columns.iter().map(folded).collect();
        let table = match self.found(&key.foreign_table)? {
            Some(parent) => {
                check(parent, &named, own)?;
                &parent.name
            }
            // Its keys are not known yet.
            None if table == own.table => {
                let missing =
                    named.iter().find(|name| !own.columns.iter().any(|(known, _)| known == *name));
                match missing {
                    Some(name) => return Err(no_column(name)),
                    None => &table,
                }
            }
            None => return Err(self.missing(&key.foreign_table)),
        };
        let mut sql = format!("REFERENCES {}", quoted(table));
        if !named.is_empty() {
            let names: Vec<String> = named.iter().map(|column| quoted(column)).collect();
            sql.push_str(&format!(" ({})", names.join(", ")));
        }
        for (event, action) in [("DELETE", &key.on_delete), ("UPDATE", &key.on_update)] {
            if let Some(action) = action {
                sql.push_str(&format!(" ON {event} {}", words(action)));
            }
        }
        if let Some(how) = &key.characteristics {
            let deferred = matches!(how.initially, Some(DeferrableInitial::Deferred));
            match (how.deferrable, deferred) {
                (_, true) => sql.push_str(" DEFERRABLE INITIALLY DEFERRED"),
                (Some(true), false) => sql.push_str(" DEFERRABLE INITIALLY IMMEDIATE"),
                _ => {}
            }
        }
        Ok(sql)
    }
}

fn check(parent: &Relation, named: &[String], own: &Referring<'_>) -> Result<()> {
    if parent.view {
        let message = format!("referenced relation \"{}\" is not a table", parent.name);
        return Err(PgError::new(SqlState::WRONG_OBJECT_TYPE, message));
    }
    let mut places = Vec::new();
    for name in named {
        places.push(parent.column(name).ok_or_else(|| no_column(name))?.0);
    }
    if named.is_empty() {
        places = parent.primary_key();
        if places.is_empty() {
            let message =
                format!("there is no primary key for referenced table \"{}\"", parent.name);
            return Err(PgError::new(SqlState::UNDEFINED_OBJECT, message));
        }
    }
    if places.len() != own.key.len() {
        let message = "number of referencing and referenced columns for foreign key disagree";
        return Err(PgError::new(SqlState::INVALID_FOREIGN_KEY, message));
    }
    if !parent.is_unique(&places) {
        let message = format!(
            "there is no unique constraint matching given keys for referenced table \"{}\"",
            parent.name
        );
        return Err(PgError::new(SqlState::INVALID_FOREIGN_KEY, message));
    }
    let columns = places.iter().filter_map(|place| parent.columns.get(*place));
    for ((name, ty), column) in own.key.iter().zip(columns) {
        if !comparable(*ty, column.ty) {
            let message = format!("foreign key constraint \"{}\" cannot be implemented", own.name);
            let detail = format!(
                "Key columns \"{name}\" of the referencing table and \"{}\" of the referenced \
                 table are of incompatible types: {} and {}.",
                column.name,
                ty.name(),
                column.ty.name()
            );
            return Err(PgError::new(SqlState::DATATYPE_MISMATCH, message).detail(detail));
        }
    }
    Ok(())
}

/// Whether PostgreSQL has an operator `=` of two types.
fn comparable(left: Type, right: Type) -> bool {
    left.oid == right.oid
        || (left.is_number() && right.is_number())
        || (left.is_string() && right.is_string())
        || (left.is_date_or_timestamp() && right.is_date_or_timestamp())
        || (left.is_integer() && right.oid == Oid::OID)
        || (left.oid == Oid::OID && right.is_integer())
}

/// 42703
pub(super) fn no_column(name: &str) -> PgError {
    let message = format!("column \"{name}\" referenced in foreign key constraint does not exist");
    PgError::new(SqlState::UNDEFINED_COLUMN, message)
}

pub(super) fn words(action: &ReferentialAction) -> &'static str {
    match action {
        ReferentialAction::Restrict => "RESTRICT",
        ReferentialAction::Cascade => "CASCADE",
        ReferentialAction::SetNull => "SET NULL",
        ReferentialAction::NoAction => "NO ACTION",
        ReferentialAction::SetDefault => "SET DEFAULT",
    }
}
