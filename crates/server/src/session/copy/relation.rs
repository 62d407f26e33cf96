//! What a COPY has to know of its table before any row.

use std::sync::Arc;

use trunkline_core::catalog::RelationKind;
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

    /// Refuses to copy from a view: PostgreSQL wants that said as a query.
    ///
    /// # Errors
    ///
    /// 42809.
    pub(super) async fn refuse_view(&mut self, name: &QualifiedName) -> Result<(), Stop> {
        let seen = watch(&mut self.io, &self.entry, || self.session.snapshot()).await;
        let seen = self.settled(seen).await?;
        let is_here = |schema: &str| name.schema.as_deref().is_none_or(|given| given == schema);
        let mut relations = seen
            .schemas
            .iter()
            .filter(|schema| is_here(&schema.name))
            .flat_map(|schema| &schema.relations);
        match relations.find(|relation| relation.name == name.name) {
            Some(relation) if relation.kind == RelationKind::View => {
                let message = format!("cannot copy from view \"{}\"", name.name);
                let error = PgError::new(SqlState::WRONG_OBJECT_TYPE, message);
                Err(error.hint("Try the COPY (SELECT ...) TO variant.").into())
            }
            _ => Ok(()),
        }
    }
}

/// A name as it is written in a statement.
pub(super) fn quoted(name: &QualifiedName) -> String {
    let parts = name.catalog.iter().chain(&name.schema).chain([&name.name]);
    parts.map(|part| quote_identifier(part)).collect::<Vec<_>>().join(".")
}
