//! Definitions of what open queries of the session read.

use std::collections::BTreeSet;

use trunkline_core::{Oid, Result};

use super::super::plan::Plan;
use super::super::translate::in_use::{Redefined, with_views};
use super::Worker;

impl Worker<'_> {
    /// Refuses a definition of what open queries read, or that temporary tables go of which they do so.
    pub(in super::super) fn admit_beside(
        &mut self,
        plan: Option<&Plan>,
        read: BTreeSet<Oid>,
    ) -> Result<()> {
        let (_, schema) = self.schema()?;
        let read = with_views(read, &schema);
        let temporary = || {
            let tables = schema.relations().iter().filter(|one| one.temporary && !one.view);
            tables.map(|table| Redefined::new("DROP TABLE", table)).collect()
        };
        let redefined = plan.map_or_else(temporary, |plan| plan.translated.redefined.clone());
        match redefined.iter().find(|one| read.contains(&one.table)) {
            Some(one) => Err(one.in_use()),
            None => Ok(()),
        }
    }
}
