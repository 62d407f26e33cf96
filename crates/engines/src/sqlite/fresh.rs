//! The tables that nobody else has seen a row of: what COPY with FREEZE may go into.

use sqlparser::ast::Statement;

use super::schema::Schema;
use super::translate::table_name;

/// The tables that were made or emptied in a transaction, each with the number of savepoints within which.
#[derive(Debug, Default)]
pub(super) struct Fresh(Vec<(String, usize)>);

impl Fresh {
    /// Nothing is fresh any more: the transaction is over.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn extend(&mut self, tables: &[String], depth: usize) {
        self.0.extend(tables.iter().map(|table| (table.clone(), depth)));
    }

    /// What was done within the savepoints beyond so many belongs to what is around them.
    pub(super) fn release(&mut self, depth: usize) {
        self.0.iter_mut().for_each(|(_, within)| *within = depth.min(*within));
    }

    /// What was done within so many savepoints is undone.
    pub(super) fn undo(&mut self, depth: usize) {
        self.0.retain(|(_, within)| *within < depth);
    }

    /// Whether a table was made or emptied since the innermost of so many savepoints.
    pub(super) fn has(&self, table: &str, depth: usize) -> bool {
        self.0.iter().any(|(name, within)| name == table && *within == depth)
    }
}

/// The tables that a statement makes or empties.
pub(super) fn made_fresh(statement: &Statement, schema: &Schema) -> Vec<String> {
    match statement {
        Statement::CreateTable(create) => {
            let name = table_name(&create.name);
            let is_new = |name: &String| schema.relation(name).is_none();
            name.into_iter().filter(is_new).collect()
        }
        Statement::Truncate(truncate) => {
            truncate.table_names.iter().filter_map(|target| table_name(&target.name)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_done_in_the_same_subtransaction_is_fresh() {
        let mut fresh = Fresh::default();
        fresh.extend(&["a".to_owned()], 0);
        assert!(fresh.has("a", 0) && !fresh.has("b", 0));
        assert!(!fresh.has("a", 1), "a savepoint stands between");
        fresh.extend(&["b".to_owned()], 2);
        fresh.release(1);
        assert!(fresh.has("b", 1));
        fresh.undo(1);
        assert!(!fresh.has("b", 1) && fresh.has("a", 0));
        fresh.clear();
        assert!(!fresh.has("a", 0));
    }
}
