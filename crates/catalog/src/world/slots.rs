//! A hash table of places alone.

use std::hash::{BuildHasher, Hash, RandomState};

/// Places of objects by a key, four bytes each: the keys stay with the objects, of which 10,000 tables have
/// a hundred thousand.
///
/// Whoever asks says which key the object at a place has.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// Places, counted from 1; zero where there is none. As many as a power of two.
    slots: Vec<u32>,
    len: usize,
    hasher: RandomState,
}

/// The number of a schema and a name in it.
pub(super) type Name<'a> = (u32, &'a str);

impl Slots {
    /// The place of a key: the first one that was added.
    pub(super) fn get<K: Hash + PartialEq>(
        &self,
        key: K,
        at: impl Fn(usize) -> Option<K>,
    ) -> Option<usize> {
        let slots = self.probes(&key).map_while(|probe| self.slots.get(probe)?.checked_sub(1));
        let mut places = slots.filter_map(|place| usize::try_from(place).ok());
        places.find(|place| at(*place).as_ref() == Some(&key))
    }

    /// Adds a place unless there is one of that key already.
    pub(super) fn add<K: Hash + PartialEq + Copy>(
        &mut self,
        key: K,
        place: usize,
        at: impl Fn(usize) -> Option<K>,
    ) {
        if self.get(key, &at).is_some() {
            return;
        }
        // A fourth stays free, so that those who look for what is not there come to an end soon.
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            let grown = (self.slots.len() * 2).max(8);
            let old = std::mem::replace(&mut self.slots, vec![0; grown]);
            let places =
                old.into_iter().filter_map(|slot| usize::try_from(slot.checked_sub(1)?).ok());
            for place in places {
                if let Some(key) = at(place) {
                    self.put(&key, place);
                }
            }
        }
        self.put(&key, place);
        self.len += 1;
    }

    fn put<K: Hash>(&mut self, key: &K, place: usize) {
        let Ok(slot) = u32::try_from(place + 1) else { return };
        let free = self.probes(key).find(|probe| self.slots.get(*probe) == Some(&0));
        if let Some(own) = free.and_then(|probe| self.slots.get_mut(probe)) {
            *own = slot;
        }
    }

    /// All slots, from that on which a key would take if all were free.
    fn probes<K: Hash>(&self, key: &K) -> impl Iterator<Item = usize> + use<K> {
        let count = self.slots.len();
        let mask = u64::try_from(count.saturating_sub(1)).unwrap_or(0);
        let first = usize::try_from(self.hasher.hash_one(key) & mask).unwrap_or(0);
        (first..count).chain(0..first)
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;

    #[test]
    fn the_first_of_a_key_is_found_among_many() {
        let all: Vec<(u32, String)> = (0..1000).map(|n| (n % 3, format!("t{}", n / 2))).collect();
        let at = |place: usize| all.get(place).map(|(schema, name)| (*schema, name.as_str()));
        let mut slots = Slots::default();
        assert_eq!(slots.get((0, "t0"), at), None);
        for (place, (schema, name)) in all.iter().enumerate() {
            slots.add((*schema, name.as_str()), place, at);
            slots.add((*schema, name.as_str()), place, at);
        }
        assert!(slots.slots.len() <= 2 * all.len().next_power_of_two());
        for (schema, name) in &all {
            let first = all.iter().position(|one| one == &(*schema, name.clone()));
            assert_eq!(slots.get((*schema, name.as_str()), at), first);
        }
        assert_eq!(slots.get((3, "t0"), at), None);
    }
}
