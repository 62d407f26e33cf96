//! Which cells of a relation's rows are asked for.

/// Which cells of the rows of a leaf somebody asks for: the others may be NULL, or missing at the end of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cells(u64);

impl Cells {
    /// All of them.
    pub(crate) const ALL: Cells = Cells(u64::MAX);
    /// None, until some are [added](Cells::add).
    pub(crate) const NONE: Cells = Cells(0);

    /// Adds that of a column; of one so far behind that nothing has it, all.
    pub(crate) fn add(&mut self, column: usize) {
        *self = match u32::try_from(column).ok().and_then(|column| 1_u64.checked_shl(column)) {
            Some(bit) => Cells(self.0 | bit),
            None => Cells::ALL,
        };
    }

    /// Whether that of a column is among them.
    pub(crate) fn has(self, column: usize) -> bool {
        let shift = u32::try_from(column).unwrap_or(u32::MAX);
        self == Cells::ALL || self.0.checked_shr(shift).is_some_and(|bits| bits & 1 == 1)
    }

    /// How long rows of so many columns have to be.
    pub(crate) fn width(self, columns: usize) -> usize {
        let last = usize::try_from(u64::BITS - self.0.leading_zeros()).unwrap_or(usize::MAX);
        if self == Cells::ALL { columns } else { columns.min(last) }
    }
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
}
