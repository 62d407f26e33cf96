//! Queries that let themselves be stopped.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::{RecordBatchStream, SendableRecordBatchStream, TaskContext};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::execution_plan::{ChildrenPropertiesMode, ReplaceChildrenOptions};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, PhysicalExpr, PlanProperties,
};
use futures::Stream;

/// How long a query may compute before it looks whether it is still wanted.
const SLICE: Duration = Duration::from_millis(20);

/// A nested loop compares so many rows with all of the other side before it looks.
const PROBED: usize = 64;

/// Lets every node yield that makes many rows of few, joins and unnests, and every leaf.
///
/// A task is aborted where it waits. DataFusion's own checks sit at the leaves of a plan, where a
/// join comes by rarely, and count batches, however long a batch takes.
#[derive(Debug)]
pub(crate) struct YieldingRule;

impl PhysicalOptimizerRule for YieldingRule {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let wrap = |node: Arc<dyn ExecutionPlan>| {
            if node.children().len() == 1 && node.name() != "UnnestExec" {
                return Ok(Transformed::no(node));
            }
            let node = probed_in_pieces(node)?;
            let yielding: Arc<dyn ExecutionPlan> = Arc::new(Yielding::of(node));
            Ok(Transformed::yes(yielding))
        };
        plan.transform_up(wrap).map(|plan| plan.data)
    }

    fn name(&self) -> &str {
        "yielding"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// A nested loop yields with its right side alone, and takes each batch of that as one.
fn probed_in_pieces(node: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    if node.name() != "NestedLoopJoinExec" {
        return Ok(node);
    }
    let sides: Vec<_> = node.children().into_iter().cloned().collect();
    match <[_; 2]>::try_from(sides) {
        Ok([left, input]) => {
            let sides = vec![left, Arc::new(Yielding { input, rows: PROBED }) as _];
            node.replace_children(sides, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep))
        }
        Err(_) => Ok(node),
    }
}

/// A node that passes on what its input makes, so many rows at a time.
#[derive(Debug)]
struct Yielding {
    input: Arc<dyn ExecutionPlan>,
    rows: usize,
}

impl Yielding {
    fn of(input: Arc<dyn ExecutionPlan>) -> Yielding {
        Yielding { input, rows: usize::MAX }
    }
}

impl DisplayAs for Yielding {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Yielding")
    }
}

impl ExecutionPlan for Yielding {
    fn name(&self) -> &str {
        "Yielding"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match <[_; 1]>::try_from(children) {
            Ok([input]) => Ok(Arc::new(Yielding { input, rows: self.rows })),
            Err(_) => Err(DataFusionError::Internal("Yielding has one child".to_owned())),
        }
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context)?;
        let (since, rows) = (Instant::now(), self.rows);
        Ok(Box::pin(YieldingStream { input, since, rows, rest: None }))
    }
}

struct YieldingStream {
    input: SendableRecordBatchStream,
    since: Instant,
    rows: usize,
    rest: Option<RecordBatch>,
}

impl Stream for YieldingStream {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.since.elapsed() > SLICE {
            self.since = Instant::now();
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let batch = match self.rest.take() {
            Some(rest) => rest,
            None => match ready!(self.input.as_mut().poll_next(cx)) {
                Some(Ok(batch)) => batch,
                other => return Poll::Ready(other),
            },
        };
        let Some(left) = batch.num_rows().checked_sub(self.rows).filter(|left| *left > 0) else {
            return Poll::Ready(Some(Ok(batch)));
        };
        self.rest = Some(batch.slice(self.rows, left));
        Poll::Ready(Some(Ok(batch.slice(0, self.rows))))
    }
}

impl RecordBatchStream for YieldingStream {
    fn schema(&self) -> SchemaRef {
        self.input.schema()
    }
}
