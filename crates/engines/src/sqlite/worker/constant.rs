//! What PostgreSQL works out when it plans: a query of nothing but constants.

use trunkline_core::Result;

use super::super::cells::Cells;
use super::super::cursor::Cursor;
use super::super::plan::Plan;
use super::Worker;

impl Worker<'_> {
    /// Has a query of constants fail before it runs, if it does.
    pub(super) fn work_out(&self, plan: &Plan) -> Result<()> {
        let step = plan.translated.steps.last().filter(|_| plan.translated.may_fail_early());
        let Some(step) = step else { return Ok(()) };
        let compiled = self.bound(plan, step, &Cells::default())?;
        let mut cursor = Cursor::new(compiled, plan.columns())?;
        let fetched = cursor.fetch(1, self.control);
        fetched.map(drop).map_err(|error| self.explain(error))
    }
}
