//! Columns whose names are like one that is not there.

use trunkline_core::{NearestColumns, PgError};

use super::Binder;
use crate::error::no_column;

impl Binder {
    /// 42703, with the one or two columns that may have been meant.
    pub(super) fn no_such_column(&self, place: usize, alias: Option<&str>, name: &str) -> PgError {
        let shown = match alias {
            Some(alias) => format!("{alias}.{name}"),
            None => format!("\"{name}\""),
        };
        let mut nearest = NearestColumns::new(alias, name);
        for leaf in self.scopes.iter().rev().flat_map(|scope| &scope.leaves) {
            leaf.columns.iter().for_each(|column| nearest.look(&leaf.alias, &column.name));
        }
        nearest.hint(no_column(place, &shown))
    }
}
