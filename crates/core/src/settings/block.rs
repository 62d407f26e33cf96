//! Settings in a transaction block.

use trunkline_sql::statement::TransactionModes;

use super::transaction::Modes;
use super::{Settings, changes::Changes};

impl Settings {
    /// How many blocks and savepoints there are around what is set now.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// A transaction block begins: what is set from now on may be undone.
    ///
    /// The settings `transaction_isolation`, `transaction_read_only` and `transaction_deferrable`
    /// start as their defaults are set. Within a block it does nothing.
    pub fn begin(&mut self) {
        if self.depth == 0 {
            self.first_modes = self.default_modes();
            self.modes = self.first_modes.clone();
            self.depth = 1;
        }
    }

    /// The block is chained to one before, whose modes it has: no error in it takes them back.
    pub fn chain(&mut self) {
        self.first_modes = self.modes.clone();
    }

    /// An error in a transaction block without savepoints: every SET in it is undone, and it can only be
    /// left now.
    pub fn abort(&mut self) {
        self.undo(1);
        self.modes = self.first_modes.clone();
    }

    /// The transaction block ends: what SET LOCAL covered comes back.
    pub fn commit(&mut self) {
        self.depth = 0;
        if let Some(changes) = &self.changes {
            let affected = changes.known_local();
            self.alter(&affected, Changes::commit);
        }
    }

    /// The transaction block is undone, and every SET in it.
    pub fn rollback(&mut self) {
        self.depth = 0;
        self.undo(1);
    }

    /// Marks a point within the block.
    pub fn savepoint(&mut self) {
        if self.depth > 0 {
            self.depth = self.depth.saturating_add(1);
        }
    }

    /// Forgets the savepoint at a place, counted from 0, and those after it.
    pub fn release(&mut self, place: usize) {
        let Some(depth) = self.depth_of(place) else { return };
        self.modes.leave(depth);
        self.depth = depth.saturating_sub(1);
        if let Some(changes) = &mut self.changes {
            changes.release(self.depth);
        }
    }

    /// Undoes every SET since the savepoint at a place, counted from 0. It stays; those after it are
    /// forgotten.
    pub fn rollback_to(&mut self, place: usize) {
        let Some(depth) = self.depth_of(place) else { return };
        self.modes.leave(depth);
        self.depth = depth;
        self.undo(depth);
    }

    /// What holds for the transaction; outside a block, for the next one.
    ///
    /// COMMIT AND CHAIN begins its transaction with those of the one before.
    pub fn transaction_modes(&self) -> TransactionModes {
        self.current_modes().as_said()
    }

    pub(super) fn current_modes(&self) -> Modes {
        if self.depth > 0 { self.modes.clone() } else { self.default_modes() }
    }

    fn default_modes(&self) -> Modes {
        Modes::new(|name| self.given(name))
    }

    /// How deep one is after a savepoint, unless there is none at this place.
    fn depth_of(&self, place: usize) -> Option<usize> {
        let depth = place.checked_add(2)?;
        (depth <= self.depth).then_some(depth)
    }

    fn undo(&mut self, depth: usize) {
        if let Some(changes) = &self.changes {
            let affected = changes.known_since(depth);
            self.alter(&affected, |changes| changes.undo(depth));
        }
    }
}
