//! Queries of WITH that are read many times, and are to have the same rows each time.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Query, TableFactor, Visit, Visitor};
use trunkline_core::{PgError, Result};

/// Refuses a query of WITH that draws at random and is named twice: DataFusion runs it each time.
///
/// # Errors
///
/// 0A000.
pub(super) fn check(query: &Query) -> Result<()> {
    for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
        let mut draws = Draws;
        if cte.query.visit(&mut draws).is_continue() {
            continue;
        }
        let mut named = Named { name: cte.alias.name.value.to_lowercase(), times: 0 };
        let _: ControlFlow<()> = query.visit(&mut named);
        if named.times > 1 {
            let message = "a query of WITH that draws at random cannot be named more than once";
            return Err(PgError::unsupported(message));
        }
    }
    Ok(())
}

struct Draws;

impl Visitor for Draws {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let Expr::Function(call) = expr else { return ControlFlow::Continue(()) };
        let name = call.name.to_string().to_lowercase();
        let name = name.strip_prefix("pg_catalog.").unwrap_or(&name);
        match name {
            "random" | "gen_random_uuid" | "uuidv4" | "uuidv7" => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

struct Named {
    name: String,
    times: usize,
}

impl Visitor for Named {
    type Break = ();

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, .. } = table
            && name.to_string().to_lowercase() == self.name
        {
            self.times = self.times.saturating_add(1);
        }
        ControlFlow::Continue(())
    }
}
