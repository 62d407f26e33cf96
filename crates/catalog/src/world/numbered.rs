//! Objects that are found by their numbers.

use super::slots::Slots;

/// An object with a number.
pub(crate) trait HasOid {
    fn oid(&self) -> u32;
}

/// Objects in order, each with a number.
#[derive(Debug)]
pub(crate) struct Numbered<T> {
    items: Vec<T>,
    by_oid: Slots,
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
        Numbered { items: Vec::new(), by_oid: Slots::default() }
    }
}

impl<T: HasOid> Numbered<T> {
    /// Appends an object and says where it is.
    pub(super) fn push(&mut self, item: T) -> usize {
        let (oid, place) = (item.oid(), self.items.len());
        self.items.push(item);
        let items = &self.items;
        self.by_oid.add(oid, place, |place| Some(items.get(place)?.oid()));
        place
    }

    fn place(&self, oid: u32) -> Option<usize> {
        self.by_oid.get(oid, |place| Some(self.items.get(place)?.oid()))
    }

    /// Gives back what was taken for more.
    pub(super) fn shrink(&mut self) {
        self.items.shrink_to_fit();
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
