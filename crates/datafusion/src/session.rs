//! One client's session.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::ParamValues;
use datafusion::common::tree_node::TreeNode;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::execute_stream;
use trunkline_arrow::rows_of_stream;
use trunkline_core::catalog::Snapshot;
use trunkline_core::{
    Client, Column, LentRelation, Oid, PgError, Prepared, Reply, Result, Run, Session,
};

use crate::engine::Shared;
use crate::error::answer;
use crate::parameters::{self, Parameter};
use crate::planner::Tables;
use crate::rows::{Batches, Stopping};
use crate::{closed, explain, functions, guards, lent, prepare, snapshot};

/// How long a client waits for its query to stop.
const PATIENCE: Duration = Duration::from_secs(2);

/// A session on DataFusion.
pub struct DataFusionSession {
    shared: Arc<Shared>,
    client: Client,
    /// Made for the first statement: many connections never send one.
    state: Option<Arc<SessionState>>,
    /// What the tables were when the catalogs last asked.
    described: Arc<Snapshot>,
    stopping: Stopping,
}

/// A statement with its plan.
#[derive(Debug)]
pub struct Statement {
    /// Shared, for a copy is as deep as the statement, and made where the stack is.
    pub(crate) plan: Arc<LogicalPlan>,
    pub(crate) schema: SchemaRef,
    pub(crate) columns: Arc<[Column]>,
    pub(crate) parameters: Vec<Parameter>,
}

impl DataFusionSession {
    pub(crate) fn new(shared: Arc<Shared>, client: Client) -> DataFusionSession {
        let (described, stopping) = (Arc::default(), Stopping::default());
        DataFusionSession { shared, client, state: None, described, stopping }
    }

    fn state(&mut self) -> Arc<SessionState> {
        let (shared, client) = (&self.shared, &self.client);
        let state = self.state.get_or_insert_with(|| {
            let mut state = shared.state();
            functions::register(&mut state, shared.database.name(), client);
            Arc::new(state)
        });
        state.clone()
    }

    fn tables(&self, lent: &Arc<[LentRelation]>) -> Tables {
        Tables {
            lent: lent.clone(),
            database: self.shared.database.name().to_owned(),
            catalog: self.shared.database.catalog(),
            search_path: functions::search_path(&self.client),
        }
    }
}

impl fmt::Debug for DataFusionSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataFusionSession").field("client", &self.client).finish_non_exhaustive()
    }
}

impl Session for DataFusionSession {
    type Statement = Statement;

    async fn prepare(&mut self, sql: &str, hints: &[Oid]) -> Result<Prepared<Statement>> {
        self.prepare_lent(sql, hints, false, &Arc::default()).await
    }

    async fn prepare_lent(
        &mut self,
        sql: &str,
        hints: &[Oid],
        _: bool,
        lent: &Arc<[LentRelation]>,
    ) -> Result<Prepared<Statement>> {
        self.shared.database.refresh().await;
        let (state, tables) = (self.state(), self.tables(lent));
        let (style, sql, hints) = (self.client.style(), sql.to_owned(), hints.to_vec());
        // Planning computes: it has threads, where a cancel can leave it, and does not wait for
        // those of queries.
        let planning = self
            .shared
            .planning
            .handle()
            .spawn(async move { prepare::prepare(state, tables, style, &sql, &hints).await });
        let mut prepared = Batches::join(planning).await??;
        prepared.terms.borrows = !lent.is_empty();
        Ok(prepared)
    }

    async fn check_syntax(&mut self, sql: &str) -> Result<()> {
        let sql = sql.to_owned();
        let parsing = self.shared.planning.handle().spawn(async move { prepare::check(&sql) });
        Batches::join(parsing).await?
    }

    async fn execute(&mut self, statement: &Statement, run: Run) -> Result<Reply> {
        let state = self.state();
        Box::pin(self.run(state, statement, run)).await
    }

    async fn snapshot(&mut self) -> Result<Arc<Snapshot>> {
        self.shared.database.refresh().await;
        let snapshot = snapshot::snapshot(&self.tables(&Arc::default())).await;
        // Who has seen this one knows it by its address.
        if snapshot != *self.described {
            self.described = Arc::new(snapshot);
        }
        Ok(self.described.clone())
    }

    async fn settle(&mut self) {
        // What is deep in one batch takes its time: nobody has to wait for that. The clock is the
        // caller's: the threads of queries may all be busy.
        let _ = tokio::time::timeout(PATIENCE, self.stopping.settle()).await;
    }
}

/// Whether rows go through as they come, so that they are read as fast by one as by many.
fn is_plain(plan: &LogicalPlan) -> bool {
    let gathers = plan.exists(|node| {
        let gathers = matches!(
            node,
            LogicalPlan::Aggregate(_)
                | LogicalPlan::Join(_)
                | LogicalPlan::Sort(_)
                | LogicalPlan::Window(_)
                | LogicalPlan::Distinct(_)
                | LogicalPlan::RecursiveQuery(_)
                | LogicalPlan::Explain(_)
                | LogicalPlan::Analyze(_)
        );
        Ok(gathers)
    });
    !gathers.unwrap_or(true)
}

/// Whether a statement has rows other than those that it writes out itself.
fn reads(plan: &LogicalPlan) -> bool {
    let reads = plan.exists(|node| {
        let is_plain = matches!(
            node,
            LogicalPlan::Projection(_)
                | LogicalPlan::EmptyRelation(_)
                | LogicalPlan::SubqueryAlias(_)
                | LogicalPlan::Limit(_)
        );
        Ok(!is_plain || node.expressions().iter().any(has_subquery))
    });
    reads.unwrap_or(true)
}

fn has_subquery(expr: &Expr) -> bool {
    let is_subquery = |expr: &Expr| {
        Ok(matches!(
            expr,
            Expr::ScalarSubquery(_)
                | Expr::Exists(_)
                | Expr::InSubquery(_)
                | Expr::SetComparison(_)
                | Expr::Unnest(_)
        ))
    };
    expr.exists(is_subquery).unwrap_or(true)
}

impl DataFusionSession {
    async fn run(
        &self,
        state: Arc<SessionState>,
        statement: &Statement,
        run: Run,
    ) -> Result<Reply> {
        if !run.params.is_bound() && !statement.parameters.is_empty() {
            return Err(PgError::internal("a statement with parameters was run without values"));
        }
        let values = parameters::values(&run, &statement.parameters)?;
        let (plan, lent) = (statement.plan.clone(), run.lent.clone());
        // What reads nothing is done where it is planned: it does not wait for other queries.
        let runtime = match reads(&plan) {
            true => &self.shared.runtime,
            false => &self.shared.planning,
        };
        let handle = runtime.handle().clone();
        let planned = self.shared.planning.handle().spawn(async move {
            let mut plan = LogicalPlan::clone(&plan);
            if !lent.is_empty() {
                plan = lent::filled(plan, &lent)?;
            }
            if !values.is_empty() {
                plan = plan.with_param_values(ParamValues::from(values))?;
            }
            // What the time is gets fixed when a statement starts, not when its session did.
            let mut state = SessionState::clone(&state);
            let options = state.config_options().clone();
            state.execution_props_mut().mark_start_execution(options);
            if is_plain(&plan) || closed::needs_order(&plan) {
                // One reader: the rows come in the order of the file, and take little memory.
                state.config_mut().options_mut().execution.target_partitions = 1;
            }
            let optimized = guards::rewrite(state.optimize(&plan)?)?;
            let physical = state.query_planner().create_physical_plan(&optimized, &state).await?;
            Ok((plan, physical, state.task_ctx()))
        });
        let (plan, physical, context) = Batches::join(planned).await?.map_err(answer)?;
        let start = move || {
            let stream = execute_stream(physical, context)?;
            Ok(match explain::schema(&plan) {
                Some(schema) => explain::lines(stream, schema),
                None => stream,
            })
        };
        let batches = Batches::new(&handle, start, statement.schema.clone(), self.stopping.clone());
        Ok(Reply::Rows(rows_of_stream(statement.columns.clone(), batches)))
    }
}
