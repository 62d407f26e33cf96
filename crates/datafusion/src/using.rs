//! Columns that a join merges by `USING`.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, JoinConstraint, JoinOperator, ObjectName, Query, Select, TableFactor, VisitMut,
    VisitorMut,
};

/// Says in WHERE which table a merged column is of: DataFusion finds it in two and in neither.
///
/// In an inner or left join the merged column is the left table's.
pub(crate) fn qualify(select: &mut Select) {
    let [from] = select.from.as_slice() else { return };
    let Some(left) = name(&from.relation) else { return };
    let mut merged = HashMap::new();
    for join in &from.joins {
        let (JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)) = &join.join_operator
        else {
            return;
        };
        if let JoinConstraint::Using(columns) = constraint {
            for column in columns.iter().filter_map(last) {
                merged
                    .insert(folded(&column), Expr::CompoundIdentifier(vec![left.clone(), column]));
            }
        }
    }
    if let (Some(condition), false) = (&mut select.selection, merged.is_empty()) {
        let _: ControlFlow<()> = condition.visit(&mut Qualifier { merged, subqueries: 0 });
    }
}

struct Qualifier {
    merged: HashMap<String, Expr>,
    /// How many subqueries we are in: theirs are other columns.
    subqueries: usize,
}

impl VisitorMut for Qualifier {
    type Break = ();

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.subqueries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.subqueries -= 1;
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let (Expr::Identifier(ident), 0) = (&*expr, self.subqueries)
            && let Some(qualified) = self.merged.get(&folded(ident))
        {
            *expr = qualified.clone();
        }
        ControlFlow::Continue(())
    }
}

/// What a table is called in its query.
fn name(table: &TableFactor) -> Option<Ident> {
    match table {
        TableFactor::Table { alias: Some(alias), .. }
        | TableFactor::Derived { alias: Some(alias), .. } => Some(alias.name.clone()),
        TableFactor::Table { name, .. } => last(name),
        _ => None,
    }
}

fn last(name: &ObjectName) -> Option<Ident> {
    name.0.last().and_then(|part| part.as_ident()).cloned()
}

/// The name that an identifier means.
fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}
