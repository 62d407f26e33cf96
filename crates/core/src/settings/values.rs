//! Values by the names of their settings.

use super::definition::{Definition, compare};
use super::name::Name;

/// A value, or that there is none.
pub(super) type Value = Option<Box<str>>;

/// A table in the order of the names: it takes no room while it is empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    items: Vec<(Name, Value)>,
    bytes: usize,
}

/// Up to so many entries there is no room for more than there are: what a startup packet says, connections keep.
const FEW: usize = 4;

/// What an entry takes beside its texts, about.
const ENTRY: usize = 128;

/// What a name takes with its value.
pub(super) fn weight(name: &str, value: Option<&str>) -> usize {
    ENTRY.saturating_add(name.len()).saturating_add(value.map_or(0, str::len))
}

impl Values {
    /// What all entries take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.items.get(self.find(name).ok()?)?;
        value.as_deref()
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Name, &str)> {
        self.items.iter().map(|(name, value)| (name, value.as_deref().unwrap_or_default()))
    }

    /// PostgreSQL's own settings among the names.
    pub(super) fn known(&self) -> impl Iterator<Item = &'static Definition> {
        self.items.iter().filter_map(|(name, _)| name.known())
    }

    /// Gives a name its value, and the one that it had; none is no entry.
    pub(super) fn replace(&mut self, name: &Name, value: Value) -> Value {
        if value.is_some() {
            return self.insert(name.clone(), value);
        }
        let place = self.find(name.as_str()).ok()?;
        let (_, old) = self.items.remove(place);
        self.bytes = self.bytes.saturating_sub(weight(name.as_str(), old.as_deref()));
        old
    }

    /// As [`replace`](Values::replace), but that there is no value is an entry too.
    pub(super) fn insert(&mut self, name: Name, value: Value) -> Value {
        let added = weight(name.as_str(), value.as_deref());
        self.bytes = self.bytes.saturating_add(added);
        match self.find(name.as_str()) {
            Ok(place) => self.items.get_mut(place).and_then(|(_, old)| {
                self.bytes = self.bytes.saturating_sub(weight(name.as_str(), old.as_deref()));
                std::mem::replace(old, value)
            }),
            Err(place) => {
                if self.items.len() < FEW {
                    self.items.reserve_exact(1);
                }
                self.items.insert(place, (name, value));
                None
            }
        }
    }

    /// Takes the entries of another table whose names are not here.
    pub(super) fn fill(&mut self, mut other: Values) {
        // The smaller goes into the larger: a table that is handed on through thousands of levels
        // is not copied at each.
        let (smaller, smaller_wins) = if other.items.len() > self.items.len() {
            std::mem::swap(self, &mut other);
            (other, true)
        } else {
            (other, false)
        };
        for (name, value) in smaller {
            if smaller_wins || !self.contains(name.as_str()) {
                self.insert(name, value);
            }
        }
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.items.binary_search_by(|(known, _)| compare(known.as_str(), name))
    }
}

impl IntoIterator for Values {
    type Item = (Name, Value);
    type IntoIter = std::vec::IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}
