//! What the tables are, for the catalogs that describe them.

use datafusion::datasource::TableType;
use trunkline_arrow::PgType;
use trunkline_core::Column;
use trunkline_core::catalog::{Attribute, Relation, RelationKind, Schema, Snapshot};

use crate::planner::Tables;

/// Where a table is looked for that is named without a schema.
const PUBLIC: &str = "public";

/// The schemas, `public` first, with their tables and views; those that cannot be read are left out.
pub(crate) async fn snapshot(tables: &Tables) -> Snapshot {
    let mut names = tables.catalog.schema_names();
    names.sort_unstable_by_key(|name| (name != PUBLIC, name.clone()));
    let mut schemas = Vec::new();
    for name in names {
        let relations = relations(tables, &name).await;
        schemas.push(Schema { name, relations, ..Schema::default() });
    }
    Snapshot { schemas, ..Snapshot::default() }
}

async fn relations(tables: &Tables, schema: &str) -> Vec<Relation> {
    let Some(provider) = tables.catalog.schema(schema) else { return Vec::new() };
    let mut names = provider.table_names();
    names.sort_unstable();
    let mut relations = Vec::new();
    for name in names {
        // To query what cannot be read says why.
        let Ok(Some(table)) = provider.table(&name).await else { continue };
        let kind = match table.table_type() {
            TableType::View => RelationKind::View,
            TableType::Base | TableType::Temporary => RelationKind::Table,
        };
        let arrow = table.schema();
        let columns = arrow.fields().iter().map(|field| {
            let ty = PgType::of_field(field);
            let column = Column::new(field.name().as_str(), ty.oid).typmod(ty.typmod);
            let mut attribute = Attribute::new(column);
            attribute.not_null = !field.is_nullable();
            attribute
        });
        relations.push(Relation::new(name, kind, columns));
    }
    relations
}
