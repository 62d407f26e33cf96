//! Objects that are found by their numbers.

use std::collections::HashMap;

/// Objects in order, each with a number.
#[derive(Debug)]
pub(crate) struct Numbered<T> {
    items: Vec<T>,
    by_oid: HashMap<u32, u32>,
}

/// Which objects rows are wanted of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    /// The one of this number.
    One(u32),
    /// From one place up to another.
    Part(usize, usize),
}

impl<T> Default for Numbered<T> {
    fn default() -> Numbered<T> {
        Numbered { items: Vec::new(), by_oid: HashMap::new() }
    }
}

impl<T> Numbered<T> {
    /// Appends an object and says where it is.
    pub(super) fn push(&mut self, oid: u32, item: T) -> usize {
        let place = self.items.len();
        self.by_oid.insert(oid, u32::try_from(place).unwrap_or(u32::MAX));
        self.items.push(item);
        place
    }

    fn place(&self, oid: u32) -> Option<usize> {
        usize::try_from(*self.by_oid.get(&oid)?).ok()
    }

    /// Gives back what was taken for more.
    pub(super) fn shrink(&mut self) {
        self.items.shrink_to_fit();
        self.by_oid.shrink_to_fit();
    }

    pub(crate) fn get(&self, oid: u32) -> Option<&T> {
        self.items.get(self.place(oid)?)
    }

    pub(super) fn get_mut(&mut self, oid: u32) -> Option<&mut T> {
        let place = self.place(oid)?;
        self.items.get_mut(place)
    }

    /// The object at a place.
    pub(crate) fn at(&self, place: usize) -> Option<&T> {
        self.items.get(place)
    }

    pub(super) fn at_mut(&mut self, place: usize) -> Option<&mut T> {
        self.items.get_mut(place)
    }

    /// Those that are wanted.
    pub(super) fn of(&self, of: Of) -> impl Iterator<Item = &T> {
        let (part, one) = match of {
            Of::One(oid) => (Default::default(), self.get(oid)),
            Of::Part(from, to) => {
                let to = to.min(self.items.len());
                (self.items.get(from..to).unwrap_or_default(), None)
            }
        };
        part.iter().chain(one)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}
