//! DataFusion's rules that push filters down, kept away from plans with joins.
//!
//! They find the columns of a filter by name, and take those of the other side of a `RIGHT` or
//! `FULL JOIN` for its own: <https://github.com/apache/datafusion/issues/25296>. What the WHERE
//! says of a table has been given to its scan before, by the rules for logical plans.

use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion::common::config::ConfigOptions;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::ExecutionPlan;

/// DataFusion's rules, those for filters for plans without joins only.
pub(crate) fn rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let guarded = |rule: Arc<dyn PhysicalOptimizerRule + Send + Sync>| match rule.name() {
        "FilterPushdown" | "FilterPushdown(Post)" => Arc::new(WithoutJoins(rule)),
        _ => rule,
    };
    PhysicalOptimizer::new().rules.into_iter().map(guarded).collect()
}

#[derive(Debug)]
struct WithoutJoins(Arc<dyn PhysicalOptimizerRule + Send + Sync>);

impl PhysicalOptimizerRule for WithoutJoins {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        options: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        if has_join(&plan) { Ok(plan) } else { self.0.optimize(plan, options) }
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

fn has_join(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let inputs = plan.children();
    let joins = inputs.len() > 1 && plan.name() != "UnionExec";
    joins || inputs.into_iter().any(has_join)
}
