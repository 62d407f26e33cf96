//! What of a setting is undone with the transaction block in which it was set.

use super::{Name, Settings, Values, get};

/// The values before a block.
#[derive(Clone, Debug)]
pub(super) struct Before {
    pub(super) changed: Values,
    /// What SET LOCAL covers until the block ends.
    pub(super) local: Vec<(Name, Option<Box<str>>)>,
}

/// The values at a savepoint.
#[derive(Clone, Debug)]
pub(super) struct Savepoint {
    changed: Values,
    before: Option<Box<Before>>,
}

impl Settings {
    /// A transaction block begins: what is set from now on may be undone.
    pub fn begin(&mut self) {
        self.in_block = true;
    }

    /// The transaction block ends: what SET LOCAL covered comes back.
    pub fn commit(&mut self) {
        let Some(before) = self.leave() else { return };
        for (name, value) in before.local {
            self.replace(&name, value);
        }
    }

    /// The transaction block is undone, and every SET in it.
    pub fn rollback(&mut self) {
        let Some(before) = self.leave() else { return };
        self.go_back(&before.changed);
    }

    /// Marks a point within the block.
    pub fn savepoint(&mut self) {
        let (changed, before) = (self.changed.clone(), self.before.clone());
        self.savepoints.push(Savepoint { changed, before });
    }

    /// Forgets the savepoint at a place, counted from 0, and those after it.
    pub fn release(&mut self, place: usize) {
        self.savepoints.truncate(place);
    }

    /// Undoes every SET since the savepoint at a place, counted from 0. It stays; those after it are
    /// forgotten.
    pub fn rollback_to(&mut self, place: usize) {
        self.savepoints.truncate(place.saturating_add(1));
        if let Some(Savepoint { changed, before }) = self.savepoints.get(place).cloned() {
            self.go_back(&changed);
            self.before = before;
        }
    }

    fn leave(&mut self) -> Option<Box<Before>> {
        self.in_block = false;
        self.savepoints = Vec::new();
        self.before.take()
    }

    fn go_back(&mut self, values: &Values) {
        for name in self.changed_names().iter().chain(values.iter().map(|(name, _)| name)) {
            self.replace(name, get(values, name).map(Box::from));
        }
    }
}
