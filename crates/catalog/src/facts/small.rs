//! What every database has, by its number: those are small enough to be places of a list.

/// Numbers from here on are those of what somebody made.
const END: usize = 16_384;
/// The place of what is not there.
const NONE: u16 = u16::MAX;

/// Things that are found by their numbers without a hash.
#[derive(Debug)]
pub(crate) struct Small<T> {
    places: Vec<u16>,
    items: Vec<T>,
}

impl<T> Small<T> {
    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        let place = *self.places.get(usize::try_from(number).ok()?)?;
        self.items.get(usize::from(place))
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

impl<T> FromIterator<(u32, T)> for Small<T> {
    fn from_iter<I: IntoIterator<Item = (u32, T)>>(all: I) -> Small<T> {
        let mut small = Small { places: vec![NONE; END], items: Vec::new() };
        for (number, item) in all {
            let slot = usize::try_from(number).ok().and_then(|number| small.places.get_mut(number));
            if let (Some(slot), Ok(place)) = (slot, u16::try_from(small.items.len())) {
                *slot = place;
                small.items.push(item);
            }
        }
        small
    }
}

#[cfg(test)]
mod tests {
    use super::Small;

    #[test]
    fn what_has_a_small_number_is_found() {
        let all: Small<&str> =
            [(25, "text"), (16_383, "last"), (16_384, "no more")].into_iter().collect();
        assert_eq!(
            [25, 16_383, 16_384, 26, u32::MAX].map(|one| all.get(one).copied()),
            [Some("text"), Some("last"), None, None, None]
        );
        assert_eq!(all.iter().count(), 2);
    }

    #[test]
    fn every_type_of_every_database_has_one() {
        let types = crate::facts::facts("pg_type").expect("there are types");
        let oid = types.column("oid");
        for row in &types.rows {
            let number = crate::facts::number(row, oid);
            assert!(crate::facts::type_facts(trunkline_core::Oid(number)).is_some(), "{number}");
        }
    }
}
