//! Columns whose names are like one that is not there.

use trunkline_core::{NearestColumns, PgError};

use super::Binder;
use crate::error::no_column;

impl Binder {
    /// 42703, with the one or two columns that may have been meant.
    pub(super) fn no_such_column(
        &mut self,
        place: usize,
        alias: Option<&str>,
        name: &str,
    ) -> PgError {
        let shown = match alias {
            Some(alias) => format!("{alias}.{name}"),
            None => format!("\"{name}\""),
        };
        let error = no_column(place, &shown);
        let Some(left) = self.hints.checked_sub(1) else { return error };
        self.hints = left;
        let mut nearest = NearestColumns::new(alias, name);
        for leaf in self.scopes.iter().rev().flat_map(|scope| &scope.leaves) {
            leaf.columns.iter().for_each(|column| nearest.look(&leaf.alias, &column.name));
        }
        nearest.hint(error)
    }
}
