//! Places of objects by schema and name.

use std::hash::{BuildHasher, RandomState};

/// A hash table of places alone, four bytes each: the names stay with the objects, of which 10,000 tables
/// have a hundred thousand.
///
/// Whoever asks says what is at a place.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Places, counted from 1; zero where there is none. As many as a power of two.
    slots: Vec<u32>,
    len: usize,
    hasher: RandomState,
}

/// The number of a schema and a name in it.
pub(super) type Name<'a> = (u32, &'a str);

impl Named {
    /// The place of a name: the first one that was added.
    pub(super) fn get<'a>(
        &self,
        name: Name<'_>,
        at: impl Fn(usize) -> Option<Name<'a>>,
    ) -> Option<usize> {
        self.places(name).find(|place| at(*place) == Some(name))
    }

    /// Adds a place unless there is one of that name already.
    pub(super) fn add<'a>(
        &mut self,
        name: Name<'_>,
        place: usize,
        at: impl Fn(usize) -> Option<Name<'a>>,
    ) {
        if self.get(name, &at).is_some() {
            return;
        }
        // A fourth stays free, so that those who look for what is not there come to an end soon.
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            let grown = (self.slots.len() * 2).max(8);
            let old = std::mem::replace(&mut self.slots, vec![0; grown]);
            for place in
                old.into_iter().filter_map(|slot| usize::try_from(slot.checked_sub(1)?).ok())
            {
                if let Some(name) = at(place) {
                    self.put(name, place);
                }
            }
        }
        self.put(name, place);
        self.len += 1;
    }

    fn put(&mut self, name: Name<'_>, place: usize) {
        let Ok(slot) = u32::try_from(place + 1) else { return };
        let mut free = self.probes(name);
        let free = free.find(|probe| self.slots.get(*probe) == Some(&0));
        if let Some(own) = free.and_then(|probe| self.slots.get_mut(probe)) {
            *own = slot;
        }
    }

    /// The places that a name may have.
    fn places(&self, name: Name<'_>) -> impl Iterator<Item = usize> {
        let slots = self.probes(name).map_while(|probe| self.slots.get(probe)?.checked_sub(1));
        slots.filter_map(|place| usize::try_from(place).ok())
    }

    /// All slots, from that on which a name would take if all were free.
    fn probes(&self, name: Name<'_>) -> impl Iterator<Item = usize> + use<> {
        let count = self.slots.len();
        let mask = u64::try_from(count.saturating_sub(1)).unwrap_or(0);
        let first = usize::try_from(self.hasher.hash_one(name) & mask).unwrap_or(0);
        (first..count).chain(0..first)
    }
}

#[cfg(test)]
mod tests {
    use super::Named;

    #[test]
    fn the_first_of_a_name_is_found_among_many() {
        let all: Vec<(u32, String)> = (0..1000).map(|n| (n % 3, format!("t{}", n / 2))).collect();
        let at = |place: usize| all.get(place).map(|(schema, name)| (*schema, name.as_str()));
        let mut named = Named::default();
        assert_eq!(named.get((0, "t0"), at), None);
        for (place, (schema, name)) in all.iter().enumerate() {
            named.add((*schema, name), place, at);
            named.add((*schema, name), place + 1, at);
        }
        for (schema, name) in &all {
            let first = all.iter().position(|one| one == &(*schema, name.clone()));
            assert_eq!(named.get((*schema, name), at), first);
        }
        assert_eq!(named.get((3, "t0"), at), None);
    }
}
