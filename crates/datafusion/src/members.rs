//! `x IN (SELECT …)` where it matters that it may be NULL.
//!
//! DataFusion knows NULL only where the whole condition is `column NOT IN (SELECT …)`; anywhere else
//! a row that does not match is false to it.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, DataFusionError, ExprSchema, ScalarValue};
use datafusion::logical_expr::expr::{Case, Exists, InSubquery};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{conjunction, merge_schema, split_conjunction_owned};
use datafusion::logical_expr::{
    Expr, ExprSchemable, Filter, LogicalPlan, LogicalPlanBuilder, Subquery, lit,
};

use crate::subqueries::counted;

type Result<T> = std::result::Result<T, DataFusionError>;

/// Spells out when `x IN (SELECT …)` is NULL.
///
/// # Errors
///
/// 0A000 for a value that DataFusion cannot count.
pub(crate) fn rewrite(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_up_with_subqueries(node).map(|plan| plan.data)
}

fn node(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    match plan {
        LogicalPlan::Filter(filter) => {
            if !has_member(&filter.predicate) {
                return Ok(Transformed::no(LogicalPlan::Filter(filter)));
            }
            let schema = Arc::clone(filter.input.schema());
            let place = Place { schema: &schema, is_condition: true };
            let parts = split_conjunction_owned(filter.predicate).into_iter();
            let parts = parts.map(|part| match is_plain(&part) {
                true => Ok(part),
                false => place.spelled(part),
            });
            let parts = parts.collect::<Result<Vec<_>>>()?;
            let predicate = conjunction(parts).unwrap_or_else(|| lit(true));
            let filter = Filter::try_new(predicate, filter.input)?;
            Ok(Transformed::yes(LogicalPlan::Filter(filter)))
        }
        plan @ (LogicalPlan::Projection(_) | LogicalPlan::Aggregate(_))
            if plan.expressions().iter().any(has_member) =>
        {
            let schema = merge_schema(&plan.inputs());
            let place = Place { schema: &schema, is_condition: false };
            let names = NamePreserver::new(&plan);
            let rewritten = plan.map_expressions(|expr| {
                if !has_member(&expr) {
                    return Ok(Transformed::no(expr));
                }
                let name = names.save(&expr);
                Ok(Transformed::yes(name.restore(place.spelled(expr)?)))
            })?;
            rewritten.map_data(LogicalPlan::recompute_schema)
        }
        plan => Ok(Transformed::no(plan)),
    }
}

fn has_member(expr: &Expr) -> bool {
    expr.exists(|expr| Ok(matches!(expr, Expr::InSubquery(_)))).unwrap_or(true)
}

/// Whether DataFusion decides a condition of WHERE as PostgreSQL does.
fn is_plain(condition: &Expr) -> bool {
    let decides = |member: &InSubquery, negated: bool| {
        let is_null_aware = member.expr.any_column_refs()
            && !member.expr.contains_outer()
            && member.subquery.outer_ref_columns.is_empty();
        !has_member(&member.expr) && (!negated || is_null_aware)
    };
    match condition {
        Expr::InSubquery(member) => decides(member, member.negated),
        Expr::Not(inner) => match &**inner {
            Expr::InSubquery(member) => decides(member, !member.negated),
            _ => false,
        },
        other => !has_member(other),
    }
}

struct Place<'a> {
    schema: &'a DFSchema,
    /// Whether this is WHERE or HAVING, where DataFusion finds matches itself.
    is_condition: bool,
}

impl Place<'_> {
    fn spelled(&self, expr: Expr) -> Result<Expr> {
        let spelled = expr.transform_up(|expr| match expr {
            Expr::InSubquery(member) => self.of_member(member).map(Transformed::yes),
            other => Ok(Transformed::no(other)),
        });
        spelled.map(|spelled| spelled.data)
    }

    /// `CASE WHEN a row matches THEN true WHEN one may THEN NULL ELSE false END`.
    fn of_member(&self, member: InSubquery) -> Result<Expr> {
        let InSubquery { expr: value, subquery, negated } = member;
        let column = Expr::Column(Column::from(subquery.subquery.schema().qualified_field(0)));
        let field = subquery.subquery.schema().field(0);
        let is_null = match field.is_nullable() {
            true => Some(self.exists(&subquery, Some(column.clone().is_null()))?),
            false => None,
        };
        let of_null = match value.nullable(self.schema)? {
            true => Some(value.clone().is_null().and(self.exists(&subquery, None)?)),
            false => None,
        };
        let matches = match self.is_condition {
            true => Expr::InSubquery(InSubquery::new(value, subquery, false)),
            false => {
                let outer = self.outer(*value)?;
                self.exists(&subquery, Some(column.eq(outer)))?
            }
        };
        let unknown = is_null.into_iter().chain(of_null).reduce(Expr::or);
        let mut cases = vec![(Box::new(matches), Box::new(lit(true)))];
        if let Some(unknown) = unknown {
            let null = Expr::Literal(ScalarValue::Boolean(None), None);
            cases.push((Box::new(unknown), Box::new(null)));
        }
        let case = Expr::Case(Case::new(None, cases, Some(Box::new(lit(false)))));
        Ok(if negated { Expr::Not(Box::new(case)) } else { case })
    }

    /// Whether there is a row of which something is true.
    fn exists(&self, subquery: &Subquery, condition: Option<Expr>) -> Result<Expr> {
        let mut plan = LogicalPlanBuilder::from(Arc::clone(&subquery.subquery));
        let mut outer_ref_columns = subquery.outer_ref_columns.clone();
        if let Some(condition) = condition {
            condition.apply(|expr| {
                if matches!(expr, Expr::OuterReferenceColumn(..)) {
                    outer_ref_columns.push(expr.clone());
                }
                Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
            })?;
            plan = plan.filter(condition)?;
        }
        let is_correlated = !outer_ref_columns.is_empty();
        let subquery = Subquery {
            subquery: Arc::new(plan.build()?),
            outer_ref_columns,
            spans: subquery.spans.clone(),
        };
        let exists = Exists { subquery, negated: false };
        match is_correlated && self.is_condition {
            true => Ok(Expr::Exists(exists)),
            false => counted(exists, true),
        }
    }

    /// An expression of this query within a subquery.
    fn outer(&self, expr: Expr) -> Result<Expr> {
        let outer = expr.transform_up(|expr| match expr {
            Expr::Column(column) => {
                let field = Arc::clone(self.schema.field_from_column(&column)?);
                Ok(Transformed::yes(Expr::OuterReferenceColumn(field, column)))
            }
            other => Ok(Transformed::no(other)),
        });
        outer.map(|outer| outer.data)
    }
}
