//! The rows that a statement has affected, by their numbers.

use std::collections::BTreeMap;

/// The most that is remembered, in spans: some 32 MiB. Rows that are added have numbers in a row, whose span is one.
const SPANS: usize = 1 << 20;

/// Numbers of rows, as spans between which there are others.
#[derive(Debug, Default)]
pub(super) struct Affected {
    /// The last of each span, by its first.
    spans: BTreeMap<i64, i64>,
    /// Whether there were more than it remembers.
    is_partial: bool,
}

impl Affected {
    /// Remembers a row.
    pub(super) fn add(&mut self, row: i64) {
        let below = self.spans.range(..=row).next_back().map(|(first, last)| (*first, *last));
        if below.is_some_and(|(_, last)| row <= last) {
            return;
        }
        // What begins behind it is one span with it, and so is what ends before it.
        let above = row.checked_add(1).and_then(|next| self.spans.remove(&next));
        let first = match below {
            Some((first, last)) if last.checked_add(1) == Some(row) => first,
            _ if self.spans.len() < SPANS => row,
            _ => {
                self.is_partial = true;
                return;
            }
        };
        self.spans.insert(first, above.unwrap_or(row));
    }

    /// Whether a row is among them; nothing if nobody knows any more.
    pub(super) fn has(&self, row: i64) -> Option<bool> {
        let below = self.spans.range(..=row).next_back();
        match below.is_some_and(|(_, last)| row <= *last) {
            false if self.is_partial => None,
            is_known => Some(is_known),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_beside_each_other_are_one_span() {
        let mut affected = Affected::default();
        for row in [5, 7, 6, 6, i64::MAX, i64::MIN, i64::MAX - 1, 8, 3] {
            affected.add(row);
        }
        let spans = [(i64::MIN, i64::MIN), (3, 3), (5, 8), (i64::MAX - 1, i64::MAX)];
        assert!(affected.spans.iter().map(|(first, last)| (*first, *last)).eq(spans));
        let has = |row| affected.has(row) == Some(true);
        assert!([3, 5, 6, 8, i64::MIN, i64::MAX].into_iter().all(has));
        assert!(![2, 4, 9, 0, i64::MIN + 1, i64::MAX - 2].into_iter().any(has));
    }

    #[test]
    fn what_is_too_much_is_not_taken_for_unaffected() {
        let mut affected = Affected::default();
        let most = i64::try_from(SPANS).expect("a small number");
        for row in (0..=most).map(|row| row * 2) {
            affected.add(row);
        }
        assert_eq!(affected.spans.len(), SPANS);
        assert_eq!(affected.has(0), Some(true));
        assert_eq!(affected.has(most * 2), None);
        assert_eq!(affected.has(1), None);
        // Beside what is known there is room.
        affected.add(1);
        assert_eq!(affected.has(1), Some(true));
    }
}
