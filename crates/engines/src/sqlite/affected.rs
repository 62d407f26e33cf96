//! The rows that a statement has affected, by their numbers.

use std::collections::BTreeMap;

/// The most that is remembered, in blocks: some 32 MiB, of 64 million rows whose numbers are close to each other.
const BLOCKS: usize = 1 << 20;

/// Numbers of rows, a bit for each in blocks of 64.
#[derive(Debug, Default)]
pub(super) struct Affected {
    blocks: BTreeMap<i64, u64>,
    /// Whether there were more than it remembers.
    is_partial: bool,
}

impl Affected {
    /// Remembers a row.
    pub(super) fn add(&mut self, row: i64) {
        let (block, bit) = place(row);
        if let Some(bits) = self.blocks.get_mut(&block) {
            *bits |= bit;
        } else if self.blocks.len() < BLOCKS {
            self.blocks.insert(block, bit);
        } else {
            self.is_partial = true;
        }
    }

    /// Whether a row is among them; nothing if nobody knows any more.
    pub(super) fn has(&self, row: i64) -> Option<bool> {
        let (block, bit) = place(row);
        match self.blocks.get(&block) {
            Some(bits) => Some(bits & bit != 0),
            None if self.is_partial => None,
            None => Some(false),
        }
    }
}

/// The block of a row, and its bit there.
fn place(row: i64) -> (i64, u64) {
    (row >> 6, 1 << (row & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_close_to_each_other_share_a_block() {
        let mut affected = Affected::default();
        for row in [5, 7, 6, 6, i64::MAX, i64::MIN, i64::MAX - 1, 8, 3, -1] {
            affected.add(row);
        }
        assert_eq!(affected.blocks.len(), 4);
        let has = |row| affected.has(row) == Some(true);
        assert!([3, 5, 6, 8, -1, i64::MIN, i64::MAX].into_iter().all(has));
        assert!(![2, 4, 9, 0, -2, 64, i64::MIN + 1, i64::MAX - 2].into_iter().any(has));
    }

    #[test]
    fn what_is_too_much_is_not_taken_for_unaffected() {
        let mut affected = Affected::default();
        let most = i64::try_from(BLOCKS).expect("a small number");
        for row in (0..=most).map(|block| block * 64) {
            affected.add(row);
        }
        assert_eq!(affected.blocks.len(), BLOCKS);
        assert_eq!(affected.has(0), Some(true));
        assert_eq!(affected.has(1), Some(false));
        assert_eq!(affected.has(most * 64), None);
        // Beside what is known there is room.
        affected.add(1);
        assert_eq!(affected.has(1), Some(true));
    }
}
