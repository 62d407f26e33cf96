//! Chance that can be repeated: the same seed throws the same numbers.

/// Xorshift, which is random enough to choose a byte or a connection.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice of their own for each number.
    pub(crate) fn new(number: usize) -> Dice {
        // The golden ratio spreads small numbers over all bits.
        Dice((number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn throw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.throw() % end as u64) as usize
    }
}
