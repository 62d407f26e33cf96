//! Relations that are not the engine's: those of the catalogs, and what was declared without data.
//!
//! A statement is planned over their columns; their rows come when it runs, and take the place of these in its plan.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DataFusionError, TableReference};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::{LogicalPlan, TableSource};
use trunkline_arrow::{BatchBuilder, PgType, data_type_of, type_metadata};
use trunkline_core::types::{TextStyle, ToPg, Value};
use trunkline_core::{Column, Format, LentRelation, LentRows, Oid, PgError};

/// A relation without its rows.
pub(crate) struct LentSource {
    relation: LentRelation,
    /// Its place among those that the statement was lent.
    place: usize,
    schema: SchemaRef,
}

impl TableSource for LentSource {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

/// What a statement means by a name, if it was lent that.
pub(crate) fn source(lent: &[LentRelation], name: &TableReference) -> Option<Arc<dyn TableSource>> {
    let is_it = |one: &LentRelation| one.is_named(name.schema(), name.table());
    let place = lent.iter().position(is_it)?;
    let relation = lent.get(place)?.clone();
    let schema = Schema::new(relation.columns.iter().map(field).collect::<Vec<_>>());
    Some(Arc::new(LentSource { relation, place, schema: Arc::new(schema) }))
}

/// A column as Arrow has it; what it has no type for is a text.
fn field(column: &Column) -> Field {
    let data_type = match column.type_oid {
        Oid::INT2VECTOR | Oid::OIDVECTOR => DataType::Utf8,
        oid => data_type_of(oid).unwrap_or(DataType::Utf8),
    };
    let marked = PgType::from(column.type_oid).with_typmod(column.typmod);
    Field::new(&*column.name, data_type, true).with_metadata(type_metadata(marked))
}

/// A plan with the rows of what it was lent.
pub(crate) fn filled(plan: LogicalPlan, rows: &[LentRows]) -> Result<LogicalPlan, DataFusionError> {
    let mut tables: HashMap<usize, Arc<dyn TableSource>> = HashMap::new();
    let fill = |node: LogicalPlan| {
        let LogicalPlan::TableScan(mut scan) = node else { return Ok(Transformed::no(node)) };
        let Some(lent) = scan.source.as_ref().downcast_ref::<LentSource>() else {
            return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
        };
        let table = match tables.get(&lent.place) {
            Some(table) => table.clone(),
            None => {
                let rows = rows.get(lent.place).map(Vec::as_slice).unwrap_or_default();
                let table = table(lent, rows)?;
                tables.insert(lent.place, table.clone());
                table
            }
        };
        scan.source = table;
        Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
    };
    plan.transform_up_with_subqueries(fill).map(|plan| plan.data)
}

fn table(lent: &LentSource, rows: &[Vec<Value>]) -> Result<Arc<dyn TableSource>, DataFusionError> {
    let failed = |error: PgError| DataFusionError::External(Box::new(error));
    let mut builder =
        BatchBuilder::new(lent.schema.clone(), &lent.relation.name).map_err(failed)?;
    let (mut batches, style) = (Vec::new(), TextStyle::default());
    for (row, number) in rows.iter().zip(1..) {
        let cells = row.iter().zip(lent.relation.columns.iter());
        let cells = cells.map(|(value, column)| text(value, column.type_oid, &style));
        let cells = cells.collect::<Result<Vec<_>, PgError>>().map_err(failed)?;
        let fields = cells.iter().map(|cell| Ok::<_, PgError>(cell.as_deref()));
        batches.extend(builder.push(Format::Text, number, fields).map_err(failed)?);
    }
    while let Some(batch) = builder.finish().map_err(failed)? {
        batches.push(batch);
    }
    let table = MemTable::try_new(lent.schema.clone(), vec![batches])?;
    Ok(provider_as_source(Arc::new(table)))
}

fn text(value: &Value, oid: Oid, style: &TextStyle) -> Result<Option<Vec<u8>>, PgError> {
    let mut out = Vec::new();
    match value {
        Value::Null => return Ok(None),
        // `regproc` and its kin come by name.
        Value::Text(text) => out.extend_from_slice(text.as_bytes()),
        value => {
            let _ = value.encode(oid, Format::Text, style, &mut out)?;
        }
    }
    Ok(Some(out))
}
