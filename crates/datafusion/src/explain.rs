//! EXPLAIN as PostgreSQL prints it: one column, a line a row.

use std::sync::Arc;

use datafusion::arrow::array::{AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt;

/// What EXPLAIN announces; `None` for another statement.
pub(crate) fn schema(plan: &LogicalPlan) -> Option<SchemaRef> {
    let explains = matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_));
    let column = Field::new("QUERY PLAN", DataType::Utf8, true);
    explains.then(|| Arc::new(Schema::new(vec![column])))
}

/// The lines of the plan that runs; the plans before it are DataFusion's own affair.
pub(crate) fn lines(
    stream: SendableRecordBatchStream,
    schema: SchemaRef,
) -> SendableRecordBatchStream {
    let of_schema = schema.clone();
    let batches = stream.map(move |batch| lines_of(&batch?, &of_schema));
    Box::pin(RecordBatchStreamAdapter::new(schema, batches))
}

fn lines_of(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, DataFusionError> {
    let texts = |index: usize| -> Vec<String> {
        let column = batch.columns().get(index).and_then(|column| column.as_string_opt::<i32>());
        let texts = column.into_iter().flatten();
        texts.map(|text| text.unwrap_or_default().to_owned()).collect()
    };
    let (kinds, plans) = (texts(0), texts(1));
    let runs = |kind: &str| matches!(kind, "physical_plan" | "Plan with Metrics");
    let wanted = kinds.iter().zip(&plans).filter(|(kind, _)| runs(kind));
    let lines: Vec<&str> = wanted.flat_map(|(_, plan)| plan.lines()).collect();
    Ok(RecordBatch::try_new(schema.clone(), vec![Arc::new(StringArray::from(lines))])?)
}
