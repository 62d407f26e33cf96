//! What a session has set, and what it was before: by transaction block and savepoint.

use trunkline_proto::SqlState;

use super::definition::Definition;
use super::name::Name;
use super::values::{Value, Values, weight};
use crate::error::{PgError, Result};

/// How many bytes the settings of a session take at most: names, values and what each takes beside
/// them, with those that a ROLLBACK brings back.
///
/// PostgreSQL itself knows no such bound. What the startup packet says is not counted: it is small.
pub const MAX_BYTES: usize = 1 << 20;

/// Two layers of values, and how to undo what was done to them.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    now: Layers,
    /// What was changed since each point, the outermost first; a point since which nothing was
    /// changed has none.
    undo: Vec<Undo>,
    /// Reported settings that changed, with the value that the client was told last.
    pub(super) unreported: Vec<(&'static Definition, String)>,
    /// Reported settings that the block has changed, in the order in which it came to them.
    touched: Vec<&'static Definition>,
}

#[derive(Clone, Debug, Default)]
struct Layers {
    /// What stays when the block is committed.
    kept: Values,
    /// What SET LOCAL lays over that until the block ends.
    local: Values,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    Kept,
    Local,
}

/// The values at the beginning of a block or at a savepoint, of what has changed since.
#[derive(Clone, Debug)]
struct Undo {
    /// 1 for the block, one more for each savepoint.
    depth: usize,
    before: Layers,
    /// What those outside of it take.
    bytes_outside: usize,
}

impl Layers {
    fn of(&self, layer: Layer) -> &Values {
        match layer {
            Layer::Kept => &self.kept,
            Layer::Local => &self.local,
        }
    }

    fn of_mut(&mut self, layer: Layer) -> &mut Values {
        match layer {
            Layer::Kept => &mut self.kept,
            Layer::Local => &mut self.local,
        }
    }

    fn bytes(&self) -> usize {
        self.kept.bytes().saturating_add(self.local.bytes())
    }
}

impl Changes {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.now.local.get(name).or_else(|| self.now.kept.get(name))
    }

    /// The client is to hear of a setting, unless it is as it was told when it hears.
    pub(super) fn report(&mut self, definition: &'static Definition, told: String) {
        if !self.touched.iter().any(|known| known.name == definition.name) {
            self.touched.push(definition);
        }
        if !self.unreported.iter().any(|(known, _)| known.name == definition.name) {
            self.unreported.push((definition, told));
        }
    }

    /// Every name and value here, those that are covered too.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Name, &str)> {
        self.now.kept.iter().chain(self.now.local.iter())
    }

    /// Whether there is room for a value.
    ///
    /// # Errors
    ///
    /// 53400 beyond [`MAX_BYTES`].
    pub(super) fn admit(&self, layer: Layer, name: &str, value: &str, depth: usize) -> Result<()> {
        let old = self.now.of(layer).get(name);
        let less = old.map_or(0, |old| weight(name, Some(old)));
        let mut more = weight(name, Some(value));
        if depth > 0 && !self.is_logged(layer, name, depth) {
            // The old value stays, where ROLLBACK finds it.
            more = more.saturating_add(less.max(weight(name, None)));
        }
        let taken = self.now.bytes().saturating_add(self.undo_bytes());
        if more <= less || taken.saturating_sub(less).saturating_add(more) <= MAX_BYTES {
            return Ok(());
        }
        let message = "too many settings";
        Err(PgError::new(SqlState::CONFIGURATION_LIMIT_EXCEEDED, message)
            .detail(format!("The settings of a session take at most {MAX_BYTES} bytes.")))
    }

    /// Makes a name up. It stays, whatever is undone: only its value is.
    pub(super) fn make_up(&mut self, name: &Name) {
        self.now.kept.insert(name.clone(), Some(Box::default()));
    }

    /// Sets a value, or takes it away.
    pub(super) fn set(&mut self, layer: Layer, name: &Name, value: Value, depth: usize) {
        if self.now.of(layer).get(name.as_str()) == value.as_deref() {
            return;
        }
        let is_logged = depth == 0 || self.is_logged(layer, name.as_str(), depth);
        let old = self.now.of_mut(layer).replace(name, value);
        if is_logged {
            return;
        }
        let last = self.undo.pop_if(|undo| undo.depth == depth);
        let mut undo = last.unwrap_or_else(|| Undo {
            depth,
            before: Layers::default(),
            bytes_outside: self.undo_bytes(),
        });
        undo.before.of_mut(layer).insert(name.clone(), old);
        self.undo.push(undo);
    }

    /// PostgreSQL's settings that [`commit`](Changes::commit) may change.
    pub(super) fn known_local(&self) -> Vec<&'static Definition> {
        self.newest_first(self.now.local.known().collect())
    }

    /// PostgreSQL's settings that [`undo`](Changes::undo) may change.
    pub(super) fn known_since(&self, depth: usize) -> Vec<&'static Definition> {
        let undone = self.undo.iter().rev().take_while(|undo| undo.depth >= depth);
        let known = |undo: &'_ Undo| {
            let kept: Vec<_> = undo.before.kept.known().chain(undo.before.local.known()).collect();
            kept
        };
        self.newest_first(undone.flat_map(known).collect())
    }

    /// In the order in which PostgreSQL goes through them: what was changed first comes last.
    fn newest_first(&self, mut all: Vec<&'static Definition>) -> Vec<&'static Definition> {
        let place =
            |one: &&Definition| self.touched.iter().position(|known| known.name == one.name);
        all.sort_by_key(|one| std::cmp::Reverse(place(one)));
        all
    }

    /// The block ends, and what it set stays.
    pub(super) fn commit(&mut self) {
        self.now.local = Values::default();
        self.undo = Vec::new();
        self.touched = Vec::new();
    }

    /// Brings back the values at the beginning of a depth.
    pub(super) fn undo(&mut self, depth: usize) {
        while let Some(undo) = self.undo.pop_if(|undo| undo.depth >= depth) {
            for (name, value) in undo.before.kept {
                self.now.kept.replace(&name, value);
            }
            for (name, value) in undo.before.local {
                self.now.local.replace(&name, value);
            }
        }
        let Changes { touched, undo, .. } = self;
        touched.retain(|known| {
            let is_in = |values: &Values| values.contains(known.name);
            undo.iter().any(|one| is_in(&one.before.kept) || is_in(&one.before.local))
        });
    }

    /// What was set beyond a depth counts as set at that depth.
    pub(super) fn release(&mut self, depth: usize) {
        while let Some(inner) = self.undo.pop_if(|undo| undo.depth > depth) {
            match self.undo.last_mut() {
                // What was before the outer one is older.
                Some(outer) if outer.depth >= depth => {
                    outer.before.kept.fill(inner.before.kept);
                    outer.before.local.fill(inner.before.local);
                }
                _ => self.undo.push(Undo { depth, ..inner }),
            }
        }
    }

    fn undo_bytes(&self) -> usize {
        let last = self.undo.last();
        last.map_or(0, |undo| undo.bytes_outside.saturating_add(undo.before.bytes()))
    }

    fn is_logged(&self, layer: Layer, name: &str, depth: usize) -> bool {
        let last = self.undo.last().filter(|undo| undo.depth == depth);
        last.is_some_and(|undo| undo.before.of(layer).contains(name))
    }
}
