//! From a text to a plan whose parameters and columns are known.

use std::sync::Arc;

use datafusion::arrow::datatypes::{Field, FieldRef, Schema};
use datafusion::common::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::ast;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Tokenizer;
use trunkline_catalog::syntax::Postgres;
use trunkline_core::types::TextStyle;
use trunkline_core::{Columns, Oid, PgError, Prepared, Result, SqlState};

use crate::error::{answer_in, position_of_literal, syntax};
use crate::parameters::{self, Parameter};
use crate::planner::{Planner, Tables};
use crate::session::Statement;
use crate::{
    calls, casts, explain, guards, meet, members, names, readonly, refuse, rewrite, sets,
    subqueries, targets, tokens,
};

/// How deeply a statement may be nested.
const DEPTH: usize = 50;

/// Parses, plans and describes one statement.
pub(crate) async fn prepare(
    state: Arc<SessionState>,
    tables: Tables,
    style: Arc<TextStyle>,
    sql: &str,
    hints: &[Oid],
) -> Result<Prepared<Statement>> {
    let mut statement = parse(sql)?;
    readonly::check(&statement)?;
    refuse::check(&statement, sql)?;
    // Names come from what was written.
    names::name_columns(&mut statement);
    rewrite::rewrite(&mut statement);
    let planner = Planner::new(&state, &tables, &statement, sql).await?;
    targets::check(&statement, &planner)?;
    let describe = Describe { state: &state, planner: &planner, statement: &statement, style };
    let (plan, parameters) = describe
        .plan_with_parameters(parameters::declared(&statement, hints)?)
        .map_err(|error| describe.failed(error, sql))?;
    let schema = match explain::schema(&plan) {
        Some(schema) => schema,
        None => Arc::new(announced(plan.schema().as_arrow())),
    };
    targets::check_result(schema.fields().len())?;
    let columns = trunkline_arrow::columns(&schema);
    let oids: Vec<Oid> = parameters.iter().map(|parameter| parameter.oid).collect();
    let statement =
        Statement { plan: Arc::new(plan), schema, columns: columns.clone(), parameters };
    Ok(Prepared::new(statement, Columns::Known(columns)).parameters(oids))
}

/// Whether a text is one statement.
pub(crate) fn check(sql: &str) -> Result<()> {
    parse(sql).map(drop)
}

/// Parses exactly one statement.
fn parse(sql: &str) -> Result<ast::Statement> {
    // The parser's own reads calls within calls 2^n times.
    let dialect = Postgres::new(sql);
    let tokens = Tokenizer::new(&dialect, sql)
        .tokenize_with_location()
        .map_err(|error| syntax(&error.into(), sql))?;
    let mut statements = Parser::new(&dialect)
        .with_recursion_limit(DEPTH)
        .with_tokens_with_locations(tokens::adapt(tokens, sql)?)
        .parse_statements()
        .map_err(|error| syntax(&error, sql))?;
    match (statements.pop(), statements.len()) {
        (Some(statement), 0) => Ok(statement),
        (Some(_), _) => Err(PgError::new(
            SqlState::SYNTAX_ERROR,
            "cannot insert multiple commands into a prepared statement",
        )),
        (None, _) => Err(PgError::new(SqlState::SYNTAX_ERROR, "syntax error at end of input")),
    }
}

/// The columns that a plan announces: those of its schema, under the names that were asked for.
fn announced(schema: &Schema) -> Schema {
    let field = |field: &FieldRef| {
        Field::clone(field).with_name(names::shown(field.name())).with_nullable(true)
    };
    Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>())
}

/// Adds where the literal stands that its type does not read.
fn place_of_literal(error: PgError, sql: &str) -> PgError {
    let unread = matches!(
        error.sqlstate(),
        SqlState::INVALID_TEXT_REPRESENTATION
            | SqlState::INVALID_DATETIME_FORMAT
            | SqlState::DATETIME_FIELD_OVERFLOW
            | SqlState::NUMERIC_VALUE_OUT_OF_RANGE
    );
    if !unread || error.get(b'P').is_some() {
        return error;
    }
    let quoted = error.message().split_once('"').and_then(|(_, rest)| rest.rsplit_once('"'));
    let place = quoted.and_then(|(text, _)| position_of_literal(sql, text));
    match place {
        Some(place) => error.position(place),
        None => error,
    }
}

struct Describe<'a> {
    state: &'a SessionState,
    planner: &'a Planner<'a>,
    statement: &'a ast::Statement,
    style: Arc<TextStyle>,
}

impl Describe<'_> {
    /// Plans with the types that are known, finds the others in the plan, and plans again.
    fn plan_with_parameters(
        &self,
        mut known: Vec<Option<Parameter>>,
    ) -> Result<(LogicalPlan, Vec<Parameter>), DataFusionError> {
        if known.iter().any(Option::is_none) {
            parameters::by_context(self.statement, self.planner, &mut known);
        }
        if known.iter().any(Option::is_none)
            && let Ok(plan) = self.plan(&known)
        {
            parameters::by_plan(&plan, &mut known)?;
        }
        if known.iter().all(Option::is_some) {
            let plan = self.analyzed(&known)?;
            return Ok((plan, known.into_iter().flatten().collect()));
        }
        // Nothing says what they are: text, or whatever else makes sense of the statement.
        let mut first_error = None;
        for guess in parameters::guesses() {
            let all: Vec<_> = known
                .iter()
                .map(|known| Some(known.clone().unwrap_or_else(|| guess.clone())))
                .collect();
            match self.analyzed(&all) {
                Ok(plan) => return Ok((plan, all.into_iter().flatten().collect())),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error.unwrap_or_else(|| DataFusionError::Plan("no plan".to_owned())))
    }

    fn failed(&self, error: DataFusionError, sql: &str) -> PgError {
        let error = place_of_literal(answer_in(error, sql), sql);
        let missing =
            error.message().strip_prefix("function ").and_then(|rest| rest.split_once(' '));
        let Some((function, "does not exist")) = missing else { return error };
        let Some(types) = calls::argument_types(self.statement, function, self.planner) else {
            return error;
        };
        let message = format!("function {function}({types}) does not exist");
        let answer = PgError::new(SqlState::UNDEFINED_FUNCTION, message).hint(
            "No function matches the given name and argument types. \
             You might need to add explicit type casts.",
        );
        match error.get(b'P').and_then(|position| position.parse().ok()) {
            Some(position) => answer.position(position),
            None => answer,
        }
    }

    fn plan(&self, parameters: &[Option<Parameter>]) -> Result<LogicalPlan, DataFusionError> {
        let fields = parameters.iter().map(|known| Some(known.as_ref()?.field()));
        self.planner.plan(self.statement.clone(), fields.collect())
    }

    /// A plan in which all casts are explicit: only then its columns have their final types.
    fn analyzed(&self, parameters: &[Option<Parameter>]) -> Result<LogicalPlan, DataFusionError> {
        let plan = sets::unite(self.plan(parameters)?)?;
        let plan = subqueries::rewrite(members::rewrite(plan)?)?;
        let plan = guards::filtered(meet::rewrite(plan, self.state)?)?;
        let options = self.state.config_options();
        let plan = self.state.analyzer().execute_and_check(plan, options, |_, _| {})?;
        casts::rewrite(plan, &self.style)
    }
}
