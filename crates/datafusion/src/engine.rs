//! The engine: one catalog, one memory pool, one runtime for all sessions.

use std::fmt;
use std::sync::Arc;

use datafusion::catalog::CatalogProvider;
use datafusion::execution::disk_manager::DiskManagerBuilder;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::optimizer::{Optimizer, OptimizerRule};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::prelude::SessionConfig;
use tokio::runtime::Handle;
use trunkline_core::{Client, Engine, PgError, Result, SqlState};

use crate::closed::ClosedRule;
use crate::folder::Database;
use crate::functions::{coalesce, sizes};
use crate::guards::GuardsFirst;
use crate::memory;
use crate::operators::Operators;
use crate::pushdown;
use crate::session::DataFusionSession;
use crate::swapped::FiltersFirst;
use crate::yielding::YieldingRule;

/// DataFusion behind a PostgreSQL server.
///
/// Queries run on a runtime of their own: a query that computes for seconds delays no other
/// connection's bytes.
pub struct DataFusion {
    shared: Arc<Shared>,
    /// Whether `postgres` is another name of the database.
    alias: bool,
}

/// What all sessions share.
pub(crate) struct Shared {
    pub(crate) database: Source,
    pub(crate) runtime: ComputeRuntime,
    /// For planning, and for what reads nothing: never kept busy by queries that compute.
    pub(crate) planning: ComputeRuntime,
    template: SessionState,
}

/// Where the tables come from.
pub(crate) enum Source {
    /// Files.
    Folder(Database),
    /// Tables of the embedding program.
    Catalog { name: String, catalog: Arc<dyn CatalogProvider> },
}

impl Source {
    pub(crate) fn name(&self) -> &str {
        match self {
            Source::Folder(database) => database.name(),
            Source::Catalog { name, .. } => name,
        }
    }

    pub(crate) fn catalog(&self) -> Arc<dyn CatalogProvider> {
        match self {
            Source::Folder(database) => database.catalog(),
            Source::Catalog { catalog, .. } => catalog.clone(),
        }
    }

    /// Looks whether files have come or gone.
    pub(crate) async fn refresh(&self) {
        if let Source::Folder(database) = self {
            database.refresh().await;
        }
    }
}

impl DataFusion {
    /// An engine over files. `memory` bounds what all queries together may hold for sorting,
    /// grouping and joining, in bytes; beyond it they spill to temporary files, of up to eight times
    /// that size. Without it, it is half of the memory that there is, and at most 4 GiB.
    ///
    /// # Errors
    ///
    /// When no threads or no temporary folder can be had.
    pub fn new(database: Database, memory: Option<usize>) -> std::io::Result<DataFusion> {
        DataFusion::build(Source::Folder(database), memory)
    }

    /// An engine over the tables of a program: its catalog under the name of the database.
    ///
    /// # Errors
    ///
    /// As for [`new`](DataFusion::new).
    pub fn from_catalog(
        name: impl Into<String>,
        catalog: Arc<dyn CatalogProvider>,
        memory: Option<usize>,
    ) -> std::io::Result<DataFusion> {
        DataFusion::build(Source::Catalog { name: name.into(), catalog }, memory)
    }

    fn build(database: Source, memory: Option<usize>) -> std::io::Result<DataFusion> {
        let memory = memory.unwrap_or_else(memory::default);
        let disk = u64::try_from(memory).unwrap_or(u64::MAX).saturating_mul(SPILLED);
        let mut runtime_env = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(memory)))
            .with_disk_manager_builder(
                DiskManagerBuilder::default().with_max_temp_directory_size(disk),
            );
        if let Source::Folder(folder) = &database {
            runtime_env = runtime_env.with_object_store_registry(folder.object_stores());
        }
        let runtime_env = runtime_env.build_arc().map_err(std::io::Error::other)?;
        let template = template(&database, runtime_env);
        let runtime = ComputeRuntime::new("trunkline-query")?;
        let planning = ComputeRuntime::new("trunkline-plan")?;
        let shared = Arc::new(Shared { database, runtime, planning, template });
        Ok(DataFusion { shared, alias: true })
    }

    /// Gives the database no other name than its own.
    ///
    /// Else it is `postgres`, too, for which programs ask that were given no database: rules that
    /// say who may reach which database would say nothing of that.
    #[must_use]
    pub fn without_alias(self) -> DataFusion {
        DataFusion { alias: false, ..self }
    }
}

impl fmt::Debug for DataFusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataFusion")
            .field("database", &self.shared.database.name())
            .finish_non_exhaustive()
    }
}

impl Engine for DataFusion {
    type Session = DataFusionSession;

    async fn open(&self, client: Client) -> Result<DataFusionSession> {
        let asked = &client.identity().database;
        let name = self.shared.database.name();
        // Programs that were given no database ask for the one that every PostgreSQL has.
        if **asked != *name && !(self.alias && **asked == *"postgres") {
            return Err(PgError::new(
                SqlState::INVALID_CATALOG_NAME,
                format!("database \"{asked}\" does not exist"),
            ));
        }
        Ok(DataFusionSession::new(self.shared.clone(), client))
    }
}

impl Shared {
    /// A state for one session, without its functions.
    pub(crate) fn state(&self) -> SessionState {
        self.template.clone()
    }
}

/// What a session starts from; made once, for it holds hundreds of functions.
fn template(database: &Source, runtime_env: Arc<RuntimeEnv>) -> SessionState {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(database.name(), "public")
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(false)
        .with_batch_size(8192);
    let options = config.options_mut();
    options.sql_parser.dialect = datafusion::config::Dialect::PostgreSQL;
    options.sql_parser.parse_float_as_decimal = true;
    options.sql_parser.collect_spans = true;
    // What counts on the order of a subquery gets it, and so does who reads the rows.
    options.sql_parser.enable_subquery_sort_elimination = false;
    // What a simplified expression cannot be NULL for may still be called nullable below.
    options.execution.skip_physical_aggregate_schema_check = true;
    // Dates print by the session's zone on the way out; within, everything is UTC.
    options.execution.time_zone = Some("UTC".to_owned());
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime_env)
        .with_default_features()
        .with_optimizer_rules(logical_rules())
        .with_physical_optimizer_rules(physical_rules())
        .build();
    // They make a list of all their values at once, be it of a billion.
    for unbounded in ["generate_series", "range"] {
        let _ = state.deregister_udf(unbounded);
    }
    sizes::bound(&mut state);
    coalesce::replace(&mut state);
    // Only a registry that is read-only refuses.
    let _ = state.register_expr_planner(Arc::new(Operators));
    state.catalog_list().register_catalog(database.name().to_owned(), database.catalog());
    state
}

/// DataFusion's rules, and those of ours that stand among them.
fn logical_rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let mut rules = Optimizer::new().rules;
    let common = rules.iter().position(|rule| rule.name() == "common_sub_expression_eliminate");
    rules.insert(common.unwrap_or(rules.len()), Arc::new(GuardsFirst));
    rules
}

fn physical_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules: Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> = vec![Arc::new(ClosedRule)];
    rules.extend(pushdown::rules());
    rules.push(Arc::new(FiltersFirst));
    rules.push(Arc::new(YieldingRule));
    rules
}

/// Temporary files may take so many times the memory.
const SPILLED: u64 = 8;

/// Threads for queries alone.
pub(crate) struct ComputeRuntime(Option<tokio::runtime::Runtime>, Handle);

/// Room for the deepest statement that is let in; only what is touched takes memory.
const STACK: usize = 64 << 20;

impl ComputeRuntime {
    fn new(thread_name: &str) -> std::io::Result<ComputeRuntime> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name(thread_name)
            .thread_stack_size(STACK)
            .enable_time()
            .build()?;
        let handle = runtime.handle().clone();
        Ok(ComputeRuntime(Some(runtime), handle))
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.1
    }
}

impl Drop for ComputeRuntime {
    fn drop(&mut self) {
        // Not awaited: the last session may end on a thread that must not block.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
