//! Places of objects by what they belong to, such as the indexes of each table.

use std::collections::HashMap;

/// Lists of places, each behind the number of what they belong to: the first and the last one of a list are
/// known by the number, and each place but the last tells the next one. Of 10,000 tables a vector
/// for each would take much memory.
#[derive(Debug, Default)]
pub(super) struct Chains {
    ends: HashMap<u32, (u32, u32)>,
    /// By the place before; zero behind the last one, for the first of a list follows none.
    next: Vec<u32>,
}

impl Chains {
    /// Appends a place to the list of an owner; each place is in one list, and later than those before it.
    pub(super) fn push(&mut self, owner: u32, place: usize) {
        let Ok(place) = u32::try_from(place) else { return };
        let last = self.ends.get(&owner).map(|(_, last)| *last);
        match last.and_then(|last| usize::try_from(last).ok()) {
            Some(last) => {
                self.next.resize(self.next.len().max(last + 1), 0);
                self.next.get_mut(last).into_iter().for_each(|next| *next = place);
                self.ends.entry(owner).and_modify(|(_, last)| *last = place);
            }
            None => {
                self.ends.insert(owner, (place, place));
            }
        }
    }

    /// The places of an owner, in order.
    pub(super) fn of(&self, owner: u32) -> impl Iterator<Item = usize> {
        let first = self.ends.get(&owner).map(|(first, _)| *first);
        let places = std::iter::successors(first, |place| {
            let next = self.next.get(usize::try_from(*place).ok()?).copied();
            next.filter(|next| *next != 0)
        });
        places.filter_map(|place| usize::try_from(place).ok())
    }

    /// Whether there is any of an owner.
    pub(super) fn has(&self, owner: u32) -> bool {
        self.ends.contains_key(&owner)
    }

    /// Gives back what was taken for more.
    pub(super) fn shrink(&mut self) {
        self.ends.shrink_to_fit();
        self.next.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::Chains;

    #[test]
    fn places_are_found_by_their_owner_in_order() {
        let mut chains = Chains::default();
        for (owner, place) in [(7, 0), (8, 1), (7, 2), (9, 3), (7, 5), (8, 9)] {
            chains.push(owner, place);
        }
        chains.shrink();
        let of = |owner| chains.of(owner).collect::<Vec<_>>();
        assert_eq!([of(7), of(8), of(9), of(1)], [vec![0, 2, 5], vec![1, 9], vec![3], vec![]]);
        assert!(chains.has(9) && !chains.has(1));
    }
}
