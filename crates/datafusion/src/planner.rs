//! Names to tables and functions, for DataFusion's SQL planner.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, FieldRef, SchemaRef};
use datafusion::catalog::cte_worktable::CteWorkTable;
use datafusion::catalog::{CatalogProvider, SchemaProvider, TableFunctionArgs};
use datafusion::common::config::ConfigOptions;
use datafusion::common::{DataFusionError, ScalarValue, TableReference};
use datafusion::datasource::provider_as_source;
use datafusion::execution::SessionState;
use datafusion::logical_expr::planner::{ContextProvider, ExprPlanner};
use datafusion::logical_expr::{
    AggregateUDF, Expr, HigherOrderUDF, LogicalPlan, ScalarUDF, TableSource, WindowUDF,
};
use datafusion::sql::planner::{ParserOptions, PlannerContext, SqlToRel};
use datafusion::sql::sqlparser::ast;
use trunkline_core::types::TextStyle;
use trunkline_core::{LentRelation, PgError, Result, SqlState};

use crate::casts::literal;
use crate::error::{answer_in, position_of_relation};
use crate::information_schema::InformationSchema;
use crate::lent;

/// The tables that a session sees.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    /// The name of the database.
    pub(crate) database: String,
    pub(crate) catalog: Arc<dyn CatalogProvider>,
    /// The schemas in which a table without a schema is looked for.
    pub(crate) search_path: Vec<String>,
    /// What the statement was lent.
    pub(crate) lent: Arc<[LentRelation]>,
}

impl Tables {
    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        if name == InformationSchema::NAME {
            return Some(Arc::new(InformationSchema::new(self.clone())));
        }
        self.catalog.schema(name)
    }

    async fn find(
        &self,
        name: &TableReference,
    ) -> Result<Option<Arc<dyn TableSource>>, DataFusionError> {
        if name.catalog().is_some_and(|catalog| catalog != self.database) {
            let error = PgError::unsupported(format!(
                "cross-database references are not implemented: \"{}\"",
                dotted(name)
            ));
            return Err(DataFusionError::External(Box::new(error)));
        }
        if let Some(lent) = lent::source(&self.lent, name) {
            return Ok(Some(lent));
        }
        let path = match name.schema() {
            Some(schema) => std::slice::from_ref(&schema.to_owned()).to_vec(),
            None => self.search_path.clone(),
        };
        for schema in path {
            if let Some(schema) = self.schema(&schema)
                && let Some(table) = schema.table(name.table()).await?
            {
                return Ok(Some(provider_as_source(table)));
            }
        }
        Ok(None)
    }
}

/// Plans statements over tables that were looked up before.
pub(crate) struct Planner<'a> {
    state: &'a SessionState,
    tables: HashMap<TableReference, Arc<dyn TableSource>>,
    /// What tables are called in the statement.
    aliases: HashMap<String, TableReference>,
}

impl<'a> Planner<'a> {
    /// Looks up the tables of a statement; one that does not exist is 42P01.
    pub(crate) async fn new(
        state: &'a SessionState,
        tables: &Tables,
        statement: &ast::Statement,
        sql: &str,
    ) -> Result<Planner<'a>> {
        let wrapped = datafusion::sql::parser::Statement::Statement(Box::new(statement.clone()));
        let references = state.resolve_table_references(&wrapped);
        let mut found = HashMap::new();
        for reference in references.map_err(|error| answer_in(error, sql))? {
            match tables.find(&reference).await.map_err(|error| answer_in(error, sql))? {
                Some(table) => drop(found.insert(reference, table)),
                // Functions in FROM are among the references.
                None if state.table_functions().contains_key(reference.table()) => {}
                None => return Err(missing(&reference, statement, sql)),
            }
        }
        let mut aliases = Aliases(HashMap::new());
        let _: ControlFlow<()> = ast::Visit::visit(statement, &mut aliases);
        Ok(Planner { state, tables: found, aliases: aliases.0 })
    }

    /// A column of a table, by its alias or name if there is one; `None` where tables have columns of
    /// that name with several types.
    pub(crate) fn field(&self, table: Option<&str>, name: &str) -> Option<FieldRef> {
        let wanted = |reference: &&TableReference| match table {
            Some(table) => match self.aliases.get(table) {
                Some(aliased) => aliased == *reference,
                None => reference.table() == table,
            },
            None => true,
        };
        let tables = self.tables.keys().filter(wanted).filter_map(|name| self.tables.get(name));
        let mut fields =
            tables.filter_map(|table| table.schema().field_with_name(name).ok().cloned());
        let first = fields.next()?;
        let same = fields.all(|field| field.data_type() == first.data_type());
        same.then(|| Arc::new(first))
    }

    /// How many columns a table has.
    pub(crate) fn columns(&self, name: &ast::ObjectName) -> Option<usize> {
        Some(self.tables.get(&reference(name)?)?.schema().fields().len())
    }

    /// Plans a statement whose parameters have these types.
    pub(crate) fn plan(
        &self,
        statement: ast::Statement,
        parameters: Vec<Option<FieldRef>>,
    ) -> Result<LogicalPlan, DataFusionError> {
        let options = ParserOptions::from(&self.state.config_options().sql_parser);
        let mut context = PlannerContext::new().with_prepare_param_data_types(parameters);
        SqlToRel::new_with_options(self, options)
            .sql_statement_to_plan_with_context(statement, &mut context)
    }
}

/// Finds the tables that have another name in a statement.
struct Aliases(HashMap<String, TableReference>);

impl ast::Visitor for Aliases {
    type Break = ();

    fn pre_visit_table_factor(&mut self, table: &ast::TableFactor) -> ControlFlow<()> {
        if let ast::TableFactor::Table { name, alias: Some(alias), args: None, .. } = table
            && let Some(reference) = reference(name)
        {
            self.0.insert(folded(&alias.name), reference);
        }
        ControlFlow::Continue(())
    }
}

fn folded(ident: &ast::Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_lowercase(),
    }
}

fn reference(name: &ast::ObjectName) -> Option<TableReference> {
    let parts = name.0.iter().map(|part| part.as_ident().map(folded));
    Some(match parts.collect::<Option<Vec<_>>>()?.as_slice() {
        [table] => TableReference::bare(table.as_str()),
        [schema, table] => TableReference::partial(schema.as_str(), table.as_str()),
        [catalog, schema, table] => {
            TableReference::full(catalog.as_str(), schema.as_str(), table.as_str())
        }
        _ => return None,
    })
}

fn missing(reference: &TableReference, statement: &ast::Statement, sql: &str) -> PgError {
    let error = PgError::new(
        SqlState::UNDEFINED_TABLE,
        format!("relation \"{}\" does not exist", dotted(reference)),
    );
    match position_of_relation(statement, reference, sql) {
        Some(position) => error.position(position),
        None => error,
    }
}

/// A name as PostgreSQL prints it in errors: without quotes.
fn dotted(name: &TableReference) -> String {
    let parts = [name.catalog(), name.schema(), Some(name.table())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(".")
}

/// DataFusion's series of moments count nanoseconds.
fn of_nanoseconds(arg: Expr) -> Expr {
    match arg {
        Expr::Literal(ScalarValue::TimestampMicrosecond(Some(micros), zone), metadata) => {
            let nanos = ScalarValue::TimestampNanosecond(micros.checked_mul(1_000), zone);
            Expr::Literal(nanos, metadata)
        }
        arg => arg,
    }
}

impl ContextProvider for Planner<'_> {
    fn get_table_source(
        &self,
        name: TableReference,
    ) -> Result<Arc<dyn TableSource>, DataFusionError> {
        self.tables.get(&name).cloned().ok_or_else(|| {
            DataFusionError::External(Box::new(PgError::new(
                SqlState::UNDEFINED_TABLE,
                format!("relation \"{}\" does not exist", dotted(&name)),
            )))
        })
    }

    fn get_table_function_source(
        &self,
        name: &str,
        args: Vec<Expr>,
    ) -> Result<Arc<dyn TableSource>, DataFusionError> {
        let Some(function) = self.state.table_functions().get(name) else {
            return Err(DataFusionError::External(Box::new(PgError::new(
                SqlState::UNDEFINED_FUNCTION,
                format!("function {name} does not exist"),
            ))));
        };
        let simplified = args.into_iter().map(|arg| Ok(of_nanoseconds(self.constant(arg)?)));
        let args = simplified.collect::<Result<Vec<_>, DataFusionError>>()?;
        let args = TableFunctionArgs::new(&args, self.state);
        Ok(provider_as_source(function.create_table_provider_with_args(args)?))
    }

    fn create_cte_work_table(
        &self,
        name: &str,
        schema: SchemaRef,
    ) -> Result<Arc<dyn TableSource>, DataFusionError> {
        Ok(provider_as_source(Arc::new(CteWorkTable::new(name, schema))))
    }

    fn get_expr_planners(&self) -> &[Arc<dyn ExprPlanner>] {
        self.state.expr_planners()
    }

    fn get_function_meta(&self, name: &str) -> Option<Arc<ScalarUDF>> {
        self.state.scalar_functions().get(name).cloned()
    }

    fn get_higher_order_meta(&self, name: &str) -> Option<Arc<HigherOrderUDF>> {
        datafusion::catalog::Session::higher_order_functions(self.state).get(name).cloned()
    }

    fn get_aggregate_meta(&self, name: &str) -> Option<Arc<AggregateUDF>> {
        self.state.aggregate_functions().get(name).cloned()
    }

    fn get_window_meta(&self, name: &str) -> Option<Arc<WindowUDF>> {
        self.state.window_functions().get(name).cloned()
    }

    fn get_variable_type(&self, _: &[String]) -> Option<DataType> {
        None
    }

    fn options(&self) -> &ConfigOptions {
        self.state.config_options()
    }

    fn udf_names(&self) -> Vec<String> {
        self.state.scalar_functions().keys().cloned().collect()
    }

    fn higher_order_function_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn udaf_names(&self) -> Vec<String> {
        self.state.aggregate_functions().keys().cloned().collect()
    }

    fn udwf_names(&self) -> Vec<String> {
        self.state.window_functions().keys().cloned().collect()
    }
}

impl Planner<'_> {
    fn constant(&self, arg: Expr) -> Result<Expr, DataFusionError> {
        use datafusion::common::DFSchema;
        use datafusion::logical_expr::simplify::SimplifyContext;
        use datafusion::optimizer::simplify_expressions::ExprSimplifier;

        let context = SimplifyContext::builder()
            .with_config_options(self.state.config_options().clone())
            .build();
        let simplifier = ExprSimplifier::new(context);
        let arg = match &arg {
            Expr::Cast(cast) => match (&*cast.expr, cast.field.data_type()) {
                (Expr::Literal(text, _), wanted) if wanted.is_temporal() => {
                    let text = text.try_as_str().flatten();
                    let read = text.map(|text| literal(text, wanted, &TextStyle::default()));
                    read.transpose()?.map_or(arg.clone(), |value| Expr::Literal(value, None))
                }
                _ => arg,
            },
            _ => arg,
        };
        let typed = simplifier.coerce(arg, &DFSchema::empty())?;
        simplifier.simplify(typed)
    }
}
