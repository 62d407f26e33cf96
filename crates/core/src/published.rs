//! What an engine says on channels, until the server takes it.

use std::collections::HashSet;
use std::sync::Arc;

/// Channels and payloads, once each, in the order in which they were first said.
#[derive(Debug, Default)]
pub(crate) struct Published {
    order: Vec<Arc<Said>>,
    known: HashSet<Arc<Said>>,
    size: usize,
}

type Said = (String, String);

impl Published {
    /// What it takes to keep something, in bytes; `None` if that was said already.
    pub(crate) fn cost(&self, said: &Said) -> Option<usize> {
        let size = size_of::<Said>().saturating_add(said.0.len()).saturating_add(said.1.len());
        (!self.known.contains(said)).then_some(size)
    }

    /// Keeps something that takes so many bytes.
    pub(crate) fn keep(&mut self, said: Said, cost: usize) {
        let said = Arc::new(said);
        self.order.push(said.clone());
        self.known.insert(said);
        self.size = self.size.saturating_add(cost);
    }

    /// The bytes that all of it takes.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// All of it.
    pub(crate) fn into_vec(self) -> Vec<(String, String)> {
        drop(self.known);
        self.order.into_iter().filter_map(Arc::into_inner).collect()
    }
}
