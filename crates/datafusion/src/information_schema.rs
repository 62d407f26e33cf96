//! `information_schema`: the tables and columns of the catalog, as PostgreSQL describes them.
//!
//! Source: <https://www.postgresql.org/docs/18/information-schema.html>. Columns that mean nothing
//! here are NULL, as they are in PostgreSQL when it has nothing to say.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::datasource::{MemTable, TableType};
use trunkline_arrow::PgType;
use trunkline_core::{Oid, types};

use crate::planner::Tables;

mod described;

use described::Described;

/// The schema, computed whenever it is asked.
#[derive(Debug)]
pub(crate) struct InformationSchema(Tables);

impl InformationSchema {
    pub(crate) const NAME: &str = "information_schema";

    pub(crate) fn new(tables: Tables) -> InformationSchema {
        InformationSchema(tables)
    }
}

#[async_trait]
impl SchemaProvider for InformationSchema {
    fn table_names(&self) -> Vec<String> {
        ["tables", "columns", "schemata", "views"].map(str::to_owned).to_vec()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        let (columns, rows) = match name {
            "tables" => (TABLES, tables(&self.0).await?),
            "columns" => (COLUMNS, columns(&self.0).await?),
            "schemata" => (SCHEMATA, schemata(&self.0)),
            "views" => (VIEWS, Vec::new()),
            _ => return Ok(None),
        };
        let batch = batch(columns, &rows)?;
        Ok(Some(Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?)))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.table_names().iter().any(|known| known == name)
    }
}

/// One cell; NULL is what a column has that a row does not name.
enum Cell {
    Text(String),
    Int(i32),
}

/// The cells of a row by the names of their columns.
type Row = Vec<(&'static str, Cell)>;

fn word(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

async fn tables(tables: &Tables) -> Result<Vec<Row>, DataFusionError> {
    let mut rows = Vec::new();
    for schema in schema_names(tables) {
        let Some(provider) = tables.catalog.schema(&schema) else { continue };
        for table in sorted(provider.table_names()) {
            let is_view = matches!(provider.table_type(&table).await, Ok(Some(TableType::View)));
            rows.push(vec![
                ("table_catalog", word(&tables.database)),
                ("table_schema", word(&schema)),
                ("table_name", word(table)),
                ("table_type", word(if is_view { "VIEW" } else { "BASE TABLE" })),
                ("is_insertable_into", word("NO")),
                ("is_typed", word("NO")),
            ]);
        }
    }
    Ok(rows)
}

async fn columns(tables: &Tables) -> Result<Vec<Row>, DataFusionError> {
    let mut rows = Vec::new();
    for schema in schema_names(tables) {
        let Some(provider) = tables.catalog.schema(&schema) else { continue };
        for table in sorted(provider.table_names()) {
            // A table that cannot be read has no columns to show; to query it says why.
            let Ok(Some(found)) = provider.table(&table).await else { continue };
            for (index, field) in found.schema().fields().iter().enumerate() {
                let ordinal = i32::try_from(index).unwrap_or(i32::MAX).saturating_add(1);
                let mut row = vec![
                    ("table_catalog", word(&tables.database)),
                    ("table_schema", word(&schema)),
                    ("table_name", word(&table)),
                    ("column_name", word(field.name())),
                    ("ordinal_position", Cell::Int(ordinal)),
                    ("is_nullable", word(if field.is_nullable() { "YES" } else { "NO" })),
                    ("udt_catalog", word(&tables.database)),
                    ("udt_schema", word("pg_catalog")),
                    ("dtd_identifier", word(ordinal.to_string())),
                    ("is_self_referencing", word("NO")),
                    ("is_identity", word("NO")),
                    ("identity_cycle", word("NO")),
                    ("is_generated", word("NEVER")),
                    ("is_updatable", word("NO")),
                ];
                row.extend(Described::of(PgType::of_field(field)).cells());
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

fn schemata(tables: &Tables) -> Vec<Row> {
    let row = |name: String| {
        vec![
            ("catalog_name", word(&tables.database)),
            ("schema_name", word(name)),
            ("schema_owner", word("postgres")),
        ]
    };
    let own = [InformationSchema::NAME.to_owned()];
    schema_names(tables).into_iter().chain(own).map(row).collect()
}

fn schema_names(tables: &Tables) -> Vec<String> {
    sorted(tables.catalog.schema_names())
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

fn batch(columns: &[&'static str], rows: &[Row]) -> Result<RecordBatch, DataFusionError> {
    let cells = |name: &'static str| rows.iter().map(move |row| row.iter().find(|c| c.0 == name));
    let column = |name: &&'static str| -> (Field, ArrayRef) {
        if INTEGERS.contains(name) {
            let values = cells(name).map(|cell| match cell {
                Some((_, Cell::Int(value))) => Some(*value),
                _ => None,
            });
            let array: Int32Array = values.collect();
            return (Field::new(*name, DataType::Int32, true), Arc::new(array));
        }
        let values = cells(name).map(|cell| match cell {
            Some((_, Cell::Text(value))) => Some(value.as_str()),
            _ => None,
        });
        let array: StringArray = values.collect();
        (Field::new(*name, DataType::Utf8, true), Arc::new(array))
    };
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.iter().map(column).unzip();
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    Ok(RecordBatch::try_new(schema, arrays)?)
}

/// The columns that are numbers; all others are texts.
const INTEGERS: [&str; 9] = [
    "ordinal_position",
    "character_maximum_length",
    "character_octet_length",
    "numeric_precision",
    "numeric_precision_radix",
    "numeric_scale",
    "datetime_precision",
    "interval_precision",
    "maximum_cardinality",
];

/// The columns of `information_schema.columns`.
const COLUMNS: &[&str] = &[
    "table_catalog",
    "table_schema",
    "table_name",
    "column_name",
    "ordinal_position",
    "column_default",
    "is_nullable",
    "data_type",
    "character_maximum_length",
    "character_octet_length",
    "numeric_precision",
    "numeric_precision_radix",
    "numeric_scale",
    "datetime_precision",
    "interval_type",
    "interval_precision",
    "character_set_catalog",
    "character_set_schema",
    "character_set_name",
    "collation_catalog",
    "collation_schema",
    "collation_name",
    "domain_catalog",
    "domain_schema",
    "domain_name",
    "udt_catalog",
    "udt_schema",
    "udt_name",
    "scope_catalog",
    "scope_schema",
    "scope_name",
    "maximum_cardinality",
    "dtd_identifier",
    "is_self_referencing",
    "is_identity",
    "identity_generation",
    "identity_start",
    "identity_increment",
    "identity_maximum",
    "identity_minimum",
    "identity_cycle",
    "is_generated",
    "generation_expression",
    "is_updatable",
];

/// The columns of `information_schema.schemata`.
const SCHEMATA: &[&str] = &[
    "catalog_name",
    "schema_name",
    "schema_owner",
    "default_character_set_catalog",
    "default_character_set_schema",
    "default_character_set_name",
    "sql_path",
];

/// The columns of `information_schema.tables`.
const TABLES: &[&str] = &[
    "table_catalog",
    "table_schema",
    "table_name",
    "table_type",
    "self_referencing_column_name",
    "reference_generation",
    "user_defined_type_catalog",
    "user_defined_type_schema",
    "user_defined_type_name",
    "is_insertable_into",
    "is_typed",
    "commit_action",
];

/// The columns of `information_schema.views`.
const VIEWS: &[&str] = &[
    "table_catalog",
    "table_schema",
    "table_name",
    "view_definition",
    "check_option",
    "is_updatable",
    "is_insertable_into",
    "is_trigger_updatable",
    "is_trigger_deletable",
    "is_trigger_insertable_into",
];
