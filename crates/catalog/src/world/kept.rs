//! Parts of objects that say the same as those of others, such as the index of most primary keys: each is
//! held once.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use trunkline_core::catalog::Index;

use super::constraint::{ConstraintObject, Rule};
use super::index::IndexObject;

/// The parts that are known so far, while objects are made.
#[derive(Debug, Default)]
pub(super) struct Kept {
    rules: HashSet<Arc<Rule>>,
    indexes: HashSet<Arc<Index>>,
}

impl Kept {
    /// Gives to an index what others say, too.
    pub(super) fn index(&mut self, index: &mut IndexObject) {
        share(&mut self.indexes, &mut index.of);
    }

    /// The same for a constraint.
    pub(super) fn constraint(&mut self, constraint: &mut ConstraintObject) {
        share(&mut self.rules, &mut constraint.rule);
    }
}

fn share<T: Eq + Hash>(known: &mut HashSet<Arc<T>>, own: &mut Arc<T>) {
    match known.get(&**own) {
        Some(same) => own.clone_from(same),
        None => {
            known.insert(own.clone());
        }
    }
}
