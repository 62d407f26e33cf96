//! What a database is called.

use std::sync::Arc;

/// The names by which clients reach a database.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// None where any will do.
    pub(super) own: Option<Arc<str>>,
    /// Whether it is `postgres`, too.
    pub(super) alias: bool,
}

impl Default for Names {
    fn default() -> Names {
        Names { own: None, alias: true }
    }
}

impl Names {
    /// Whether a client that asks for this name gets the database.
    pub(super) fn has(&self, name: &str) -> bool {
        self.own.as_deref().is_none_or(|own| own == name || self.alias && name == "postgres")
    }
}
