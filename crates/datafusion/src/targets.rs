//! How many columns a select list may have.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Statement, TableFactor,
    Visit, Visitor,
};
use trunkline_core::{PgError, Result, SqlState};

use crate::planner::Planner;

/// PostgreSQL's `MaxTupleAttributeNumber`. Planning takes the square of it.
const MOST: usize = 1664;

/// Refuses select lists of more than 1,664 entries, `*` counted by the tables that it is of.
pub(crate) fn check(statement: &Statement, planner: &Planner<'_>) -> Result<()> {
    match statement.visit(&mut Lists { planner }) {
        ControlFlow::Break(()) => Err(too_many()),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Refuses a result of more than 1,664 columns.
pub(crate) fn check_result(columns: usize) -> Result<()> {
    if columns > MOST { Err(too_many()) } else { Ok(()) }
}

fn too_many() -> PgError {
    let message = format!("target lists can have at most {MOST} entries");
    PgError::new(SqlState::TOO_MANY_COLUMNS, message)
}

struct Lists<'a> {
    planner: &'a Planner<'a>,
}

impl Visitor for Lists<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.set(&query.body)
    }
}

impl Lists<'_> {
    /// Subqueries are visited by themselves.
    fn set(&self, set: &SetExpr) -> ControlFlow<()> {
        match set {
            SetExpr::Select(select) if self.entries(select) > MOST => ControlFlow::Break(()),
            SetExpr::SetOperation { left, right, .. } => {
                self.set(left)?;
                self.set(right)
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn entries(&self, select: &Select) -> usize {
        let entries = select.projection.iter().map(|item| match item {
            SelectItem::Wildcard(_) => self.columns(select, None),
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                let name = name.0.last().and_then(|part| part.as_ident());
                self.columns(select, name.map(|name| name.value.as_str()))
            }
            _ => 1,
        });
        entries.fold(0, usize::saturating_add)
    }

    /// The columns of the tables in FROM, or of the one that is called so.
    fn columns(&self, select: &Select, called: Option<&str>) -> usize {
        let joined = select.from.iter().flat_map(|from| {
            std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation))
        });
        let columns = joined.map(|factor| match factor {
            TableFactor::Table { name, alias, .. } => {
                let last = name.0.last().and_then(|part| part.as_ident());
                let alias = alias.as_ref().map(|alias| &alias.name).or(last);
                let is_wanted = called.is_none_or(|called| {
                    alias.is_some_and(|alias| alias.value.eq_ignore_ascii_case(called))
                });
                if is_wanted { self.planner.columns(name).unwrap_or(1) } else { 0 }
            }
            // At least one; how many exactly, the result tells.
            _ => 1,
        });
        columns.fold(0, usize::saturating_add)
    }
}
