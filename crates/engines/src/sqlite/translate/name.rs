//! Names: folded as PostgreSQL does, quoted as SQLite wants, and where they stand.

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart, Spanned};
use sqlparser::tokenizer::Location;
use trunkline_core::{PgError, Result, SqlState};

use super::reading::Schema;
use super::{Translator, unsupported};
use crate::sqlite::schema::Relation;

/// A name as PostgreSQL has it: in lower case unless it was quoted.
pub(super) fn folded(ident: &Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        // Of other letters only encodings of one byte have small ones.
        None => ident.value.to_ascii_lowercase(),
    }
}

/// The name of a table, whatever schema it is in.
pub(in crate::sqlite) fn table_name(name: &ObjectName) -> Option<String> {
    parts(name).ok()?.pop()
}

/// A name as SQLite reads it back, which has no key words among quoted ones. A NUL would end the statement.
pub(in crate::sqlite) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\0', "").replace('"', "\"\""))
}

/// The parts of a qualified name, folded.
pub(super) fn parts(name: &ObjectName) -> Result<Vec<String>> {
    let part = |part: &ObjectNamePart| match part {
        ObjectNamePart::Identifier(ident) => Ok(folded(ident)),
        ObjectNamePart::Function(_) => Err(unsupported("such a name")),
    };
    name.0.iter().map(part).collect()
}

/// The name of a table, as it was written.
pub(super) struct TableName {
    /// Whether it says that the table is a temporary one.
    pub(super) in_temporary: bool,
    /// The name without its schema, folded.
    pub(super) plain: String,
}

impl<'a> Translator<'a> {
    /// Where something stands, in characters from 1.
    pub(super) fn place(&self, node: &impl Spanned) -> usize {
        self.place_at(node.span().start)
    }

    /// The character of a line and column; 0 for nowhere.
    pub(super) fn place_at(&self, at: Location) -> usize {
        place_in(&self.lines, at)
    }

    /// An error with the place of what it is about.
    pub(super) fn at(&self, error: PgError, node: &impl Spanned) -> PgError {
        error.position(self.place(node))
    }

    /// The name of a table without its schema, which must be one that there is.
    pub(super) fn table_name(&self, name: &ObjectName) -> Result<TableName> {
        let mut parts = parts(name)?;
        let plain = parts.pop().unwrap_or_default();
        let in_temporary = match parts.as_slice() {
            [] => false,
            [schema] if schema == "public" || schema == "main" => false,
            [schema] if schema == "pg_temp" || schema == "temp" => true,
            [schema, ..] => {
                return Err(self.at(no_relation(&format!("{schema}.{plain}")), name));
            }
        };
        if plain.to_ascii_lowercase().starts_with("sqlite_") {
            let message = format!("permission denied for table {plain}");
            return Err(PgError::new(SqlState::INSUFFICIENT_PRIVILEGE, message));
        }
        Ok(TableName { in_temporary, plain })
    }

    /// The same for a definition, whose errors have no place: 3F000 for a schema that is not there.
    pub(super) fn defined_name(&self, name: &ObjectName) -> Result<TableName> {
        self.table_name(name).map_err(|error| match missing_schema(name) {
            Some(error) => error,
            None => error.unplaced(),
        })
    }

    /// The table that a definition is about: 42P01 and 3F000, without a place.
    pub(super) fn defined(&self, name: &ObjectName) -> Result<Relation> {
        self.defined_name(name)?;
        self.relation(name).map_err(PgError::unplaced)
    }

    /// 42P01 for a relation that a definition is about.
    pub(super) fn missing(&self, name: &ObjectName) -> PgError {
        no_relation(&shown(name))
    }

    /// The table of a name, if there is one where it is looked for.
    pub(super) fn found(&self, name: &ObjectName) -> Result<Option<&'a Relation>> {
        let table = self.table_name(name)?.plain;
        let side = self.side(name)?;
        let finds_public = self.reading.path.finds_public;
        let found = self.schema.relation_of(side, &table);
        Ok(found.filter(|found| side.is_some() || found.temporary || finds_public))
    }

    /// Whether a name says that it is a temporary table's, or that it is not.
    pub(super) fn side(&self, name: &ObjectName) -> Result<Option<bool>> {
        let in_temporary = self.table_name(name)?.in_temporary;
        Ok((name.0.len() > 1).then_some(in_temporary))
    }

    /// Whether something of this name is looked for where it is: only what is temporary always is.
    pub(super) fn is_visible(&self, name: &ObjectName, plain: &str) -> bool {
        match self.found(name) {
            Ok(Some(_)) => true,
            // An index or a sequence.
            Ok(None) if self.schema.relation(plain).is_none() => {
                name.0.len() > 1 || self.reading.path.finds_public
            }
            _ => false,
        }
    }

    /// Whether something of a name may be made that is not temporary: 3F000 where no schema is to
    /// have it, 42501 where PostgreSQL's own is.
    pub(super) fn check_place(&self, name: &ObjectName) -> Result<()> {
        if name.0.len() > 1 {
            return Ok(());
        }
        match self.reading.path.creates_in {
            Some(Schema::Public) => Ok(()),
            Some(Schema::Own(schema)) => {
                let name = shown(name);
                let message = format!("permission denied to create \"{schema}.{name}\"");
                let error = PgError::new(SqlState::INSUFFICIENT_PRIVILEGE, message);
                Err(error.detail("System catalog modifications are currently disallowed."))
            }
            None => {
                let message = "no schema has been selected to create in";
                Err(self.at(PgError::new(SqlState::INVALID_SCHEMA_NAME, message), name))
            }
        }
    }

    /// The table of a name, or 42P01.
    pub(super) fn relation(&self, name: &ObjectName) -> Result<Relation> {
        let found = self.found(name)?.cloned();
        found.ok_or_else(|| self.at(self.missing(name), name))
    }
}

/// 42P01 for a relation, by its name as it was written.
pub(super) fn no_relation(name: &str) -> PgError {
    PgError::new(SqlState::UNDEFINED_TABLE, format!("relation \"{name}\" does not exist"))
}

/// 42703 for a column of a table that a statement changes or asks for.
pub(super) fn no_column_of(relation: &Relation, column: &str) -> PgError {
    let message = format!("column \"{column}\" of relation \"{}\" does not exist", relation.name);
    PgError::new(SqlState::UNDEFINED_COLUMN, message)
}

/// 3F000 if a name is in a schema that is not there.
pub(super) fn missing_schema(name: &ObjectName) -> Option<PgError> {
    let parts = parts(name).ok()?;
    let (_, before) = parts.split_last()?;
    let schema = before.last()?;
    let known = ["public", "main", "pg_temp", "temp", "pg_catalog", "information_schema"];
    (!known.contains(&schema.as_str())).then(|| {
        let message = format!("schema \"{schema}\" does not exist");
        PgError::new(SqlState::INVALID_SCHEMA_NAME, message)
    })
}

/// A qualified name as messages have it.
pub(super) fn shown(name: &ObjectName) -> String {
    parts(name).map(|parts| parts.join(".")).unwrap_or_default()
}

/// How many characters are before each line.
pub(super) fn lines_of(sql: &str) -> Vec<usize> {
    let mut before = 0_usize;
    let line = |line: &str| {
        let start = before;
        before = before.saturating_add(line.chars().count()).saturating_add(1);
        start
    };
    sql.split('\n').map(line).collect()
}

/// The character of a line and column, both from 1; 0 for nowhere.
pub(super) fn place_in(lines: &[usize], at: Location) -> usize {
    let (Ok(line), Ok(column)) = (usize::try_from(at.line), usize::try_from(at.column)) else {
        return 0;
    };
    let before = line.checked_sub(1).and_then(|line| lines.get(line));
    before.map_or(0, |before| before.saturating_add(column))
}
