//! One client's session.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::ParamValues;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::execute_stream;
use trunkline_arrow::rows_of_stream;
use trunkline_core::{Client, Column, Oid, PgError, Prepared, Reply, Result, Run, Session};

use crate::engine::Shared;
use crate::error::answer;
use crate::parameters::{self, Parameter};
use crate::planner::Tables;
use crate::rows::{Batches, Stopping};
use crate::{functions, prepare};

/// A session on DataFusion.
pub struct DataFusionSession {
    shared: Arc<Shared>,
    client: Client,
    /// Made for the first statement: many connections never send one.
    state: Option<Arc<SessionState>>,
    stopping: Stopping,
}

/// A statement with its plan.
#[derive(Debug)]
pub struct Statement {
    pub(crate) plan: LogicalPlan,
    pub(crate) schema: SchemaRef,
    pub(crate) columns: Arc<[Column]>,
    pub(crate) parameters: Vec<Parameter>,
}

impl DataFusionSession {
    pub(crate) fn new(shared: Arc<Shared>, client: Client) -> DataFusionSession {
        DataFusionSession { shared, client, state: None, stopping: Stopping::default() }
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

    fn tables(&self) -> Tables {
        Tables {
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
        self.shared.database.refresh().await;
        let (state, tables) = (self.state(), self.tables());
        // Boxed: a planner's future is large, and a connection is carried along by its task.
        Box::pin(prepare::prepare(state, tables, self.client.style(), sql, hints)).await
    }

    async fn execute(&mut self, statement: &Statement, run: Run) -> Result<Reply> {
        let state = self.state();
        Box::pin(self.run(state, statement, run)).await
    }

    async fn settle(&mut self) {
        self.stopping.settle().await;
    }
}

impl DataFusionSession {
    async fn run(
        &self,
        state: Arc<SessionState>,
        statement: &Statement,
        run: Run,
    ) -> Result<Reply> {
        if !run.params.is_bound() {
            return Err(PgError::internal("a statement with parameters was run without values"));
        }
        let values = parameters::values(&run, &statement.parameters)?;
        let plan = statement.plan.clone();
        let plan = match values.is_empty() {
            true => plan,
            false => plan.with_param_values(ParamValues::from(values)).map_err(answer)?,
        };
        let handle = self.shared.runtime.handle().clone();
        // Planning computes, too: it belongs to the threads of queries.
        let started = handle.spawn(async move {
            // What the time is gets fixed when a statement starts, not when its session did.
            let mut state = SessionState::clone(&state);
            let options = state.config_options().clone();
            state.execution_props_mut().mark_start_execution(options);
            let physical = state.create_physical_plan(&plan).await?;
            execute_stream(physical, state.task_ctx())
        });
        let stream = Batches::join(started).await?;
        let batches =
            Batches::new(&handle, stream, statement.schema.clone(), self.stopping.clone());
        Ok(Reply::Rows(rows_of_stream(statement.columns.clone(), batches)))
    }
}
