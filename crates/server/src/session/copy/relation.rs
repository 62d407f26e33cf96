//! What a COPY has to know of its table before any row.

use std::sync::Arc;

use trunkline_core::catalog::{Attribute, Generated, Relation, RelationKind};
use trunkline_core::{Column, Columns, PgError, Result, Session, SqlState};
use trunkline_proto::copy::Options;
use trunkline_sql::quote_identifier;
use trunkline_sql::statement::{Copy, CopySource, QualifiedName};

use crate::connection::watch::watch;
use crate::connection::{Connection, Stop};

impl<S: Session> Connection<S> {
    /// All columns of a table; `None` if its engine cannot say.
    pub(super) async fn columns_of(
        &mut self,
        name: &QualifiedName,
    ) -> Result<Option<Arc<[Column]>>, Stop> {
        self.enter_statement().await?;
        let all = self.prepared(&format!("SELECT * FROM {}", quoted(name)), &[]).await;
        Ok(match all.map_err(Stop::unplaced)?.columns {
            Columns::Known(columns) => Some(columns),
            Columns::None | Columns::AfterBind => None,
        })
    }

    /// The columns that options may name beside those that are copied.
    pub(super) async fn columns_to_name(
        &mut self,
        copy: &Copy,
        options: &Options,
    ) -> Result<Arc<[Column]>, Stop> {
        match &copy.source {
            CopySource::Table { name, columns: Some(_) } if options.names_columns() => {
                Ok(self.columns_of(name).await?.unwrap_or_default())
            }
            _ => Ok(Arc::default()),
        }
    }

    /// What the engine tells of a table, if it tells of it. What is none is not copied: of a view PostgreSQL wants
    /// that said as a query.
    ///
    /// # Errors
    ///
    /// 42809 for a view or a sequence.
    pub(super) async fn table(&mut self, name: &QualifiedName) -> Result<Option<Relation>, Stop> {
        let seen = watch(&mut self.io, &self.entry, || self.session.snapshot()).await;
        let seen = self.settled(seen).await?;
        let is_here = |schema: &str| name.schema.as_deref().is_none_or(|given| given == schema);
        let schemas = || seen.schemas.iter().filter(|schema| is_here(&schema.name));
        let mut relations = schemas().flat_map(|schema| &schema.relations);
        let mut sequences = schemas().flat_map(|schema| &schema.sequences);
        let wrong = |kind: &str| {
            let message = format!("cannot copy from {kind} \"{}\"", name.name);
            PgError::new(SqlState::WRONG_OBJECT_TYPE, message)
        };
        match relations.find(|relation| relation.name == name.name) {
            Some(relation) if relation.kind == RelationKind::View => {
                Err(wrong("view").hint("Try the COPY (SELECT ...) TO variant.").into())
            }
            None if sequences.any(|sequence| sequence.name == name.name) => {
                Err(wrong("sequence").into())
            }
            found => Ok(found.cloned()),
        }
    }
}

/// The columns that are stored, as they are written in a statement, where others are not.
///
/// # Errors
///
/// 42P10 for a generated column that is named.
pub(super) fn stored_columns(
    relation: &Relation,
    named: Option<&[String]>,
) -> Result<Option<Vec<String>>> {
    let generated = |column: &&Arc<Attribute>| column.generated == Some(Generated::Stored);
    if let Some(named) = named {
        let found = relation
            .columns
            .iter()
            .filter(generated)
            .find(|one| named.iter().any(|name| **name == *one.column.name));
        return found.map_or(Ok(None), |column| {
            let message = format!("column \"{}\" is a generated column", column.column.name);
            Err(PgError::new(SqlState::INVALID_COLUMN_REFERENCE, message)
                .detail("Generated columns cannot be used in COPY."))
        });
    }
    if !relation.columns.iter().any(|column| generated(&column)) {
        return Ok(None);
    }
    let stored = relation.columns.iter().filter(|column| !generated(column));
    Ok(Some(stored.map(|column| quote_identifier(&column.column.name).into_owned()).collect()))
}

/// A name as it is written in a statement.
pub(super) fn quoted(name: &QualifiedName) -> String {
    let parts = name.catalog.iter().chain(&name.schema).chain([&name.name]);
    parts.map(|part| quote_identifier(part)).collect::<Vec<_>>().join(".")
}
