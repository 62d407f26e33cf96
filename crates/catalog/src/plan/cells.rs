//! Which cells of a relation's rows are asked for.

/// Which cells of the rows of a leaf somebody asks for, and of which rows: the others may be NULL, or missing at the
/// end of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cells {
    columns: u64,
    /// Of relations and constraints, a bit for each letter that tells what they are.
    kinds: u64,
}

impl Cells {
    /// All of them.
    pub(crate) const ALL: Cells = Cells { columns: u64::MAX, kinds: u64::MAX };
    /// None, until some are [added](Cells::add).
    pub(crate) const NONE: Cells = Cells { columns: 0, kinds: u64::MAX };

    /// Adds that of a column; of one so far behind that nothing has it, all.
    pub(crate) fn add(&mut self, column: usize) {
        let bit = u32::try_from(column).ok().and_then(|column| 1_u64.checked_shl(column));
        self.columns |= bit.unwrap_or(u64::MAX);
    }

    /// Whether that of a column is among them.
    pub(crate) fn has(self, column: usize) -> bool {
        let shift = u32::try_from(column).unwrap_or(u32::MAX);
        self.columns == u64::MAX
            || self.columns.checked_shr(shift).is_some_and(|bits| bits & 1 == 1)
    }

    /// How long rows of so many columns have to be.
    pub(crate) fn width(self, columns: usize) -> usize {
        let last = usize::try_from(u64::BITS - self.columns.leading_zeros()).unwrap_or(usize::MAX);
        if self.columns == u64::MAX { columns } else { columns.min(last) }
    }

    /// Of rows of these kinds only.
    pub(crate) fn of_kinds(self, kinds: impl Iterator<Item = char>) -> Cells {
        Cells { kinds: kinds.map(bit).fold(0, |all, one| all | one), ..self }
    }

    /// Whether they are asked of rows of a kind.
    pub(crate) fn are_of(self, kind: char) -> bool {
        self.kinds & bit(kind) != 0
    }

    /// Whether they are asked of rows of every kind.
    pub(crate) fn are_of_all(self) -> bool {
        self.kinds == u64::MAX
    }
}

/// The bit of a letter; those that tell no kind have one together.
fn bit(kind: char) -> u64 {
    let place = match kind {
        'a'..='z' => u32::from(kind) - u32::from('a'),
        'A'..='Z' => u32::from(kind) - u32::from('A') + 26,
        _ => 63,
    };
    1 << place
}

#[cfg(test)]
mod tests {
    use super::Cells;

    #[test]
    fn cells_are_those_that_were_added() {
        let mut cells = Cells::NONE;
        assert_eq!(cells.width(30), 0);
        cells.add(2);
        cells.add(7);
        let found: Vec<usize> = (0..70).filter(|column| cells.has(*column)).collect();
        assert_eq!((found, cells.width(30), cells.width(5)), (vec![2, 7], 8, 5));
        cells.add(64);
        assert_eq!((cells, cells.width(70)), (Cells::ALL, 70));
        assert!(cells.has(69));
    }

    #[test]
    fn rows_are_of_the_kinds_that_are_asked_for() {
        let some = Cells::ALL.of_kinds("rvS?".chars());
        let found: String = "abrsvyzRSZ?0ä".chars().filter(|kind| some.are_of(*kind)).collect();
        assert_eq!((found.as_str(), some.are_of_all(), some.has(9)), ("rvS?0ä", false, true));
        assert!(Cells::NONE.are_of_all());
    }
}
