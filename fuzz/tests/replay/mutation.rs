//! Small changes to inputs, the same from the same seed.

/// Bytes that parsers tend to stumble over: bounds of lengths, ends of strings, quotes, signs.
const TELLING: [u8; 16] = *b"\0\x01\x7f\x80\xff'\"$\\;-*/=, ";

/// Makes inputs out of those there are.
pub(crate) struct Mutator {
    state: u64,
}

impl Mutator {
    pub(crate) fn new(seed: u64) -> Mutator {
        Mutator { state: seed }
    }

    /// One of `corpus` after a few changes.
    pub(crate) fn input(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = self.choice(corpus).clone();
        for _ in 0..=self.below(4) {
            self.change(&mut input, corpus);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let place = self.below(input.len() + 1);
        let end = place + self.below((input.len() - place).min(32) + 1);
        match self.below(7) {
            0 => drop(input.drain(place..end)),
            1 => {
                let copy = input[place..end].to_vec();
                let other = self.below(input.len() + 1);
                input.splice(other..other, copy);
            }
            2 => {
                let other = self.choice(corpus);
                let from = self.below(other.len() + 1);
                let to = from + self.below((other.len() - from).min(64) + 1);
                input.splice(place..end, other[from..to].iter().copied());
            }
            3 => input.insert(place, self.byte()),
            4 => {
                let byte = self.byte();
                input[place..end].fill(byte);
            }
            5 => {
                if let Some(byte) = input.get_mut(place) {
                    *byte = byte.wrapping_add([1, 255][self.below(2)]);
                }
            }
            _ => {
                let bit = self.below(8);
                if let Some(byte) = input.get_mut(place) {
                    *byte ^= 1 << bit;
                }
            }
        }
    }

    fn byte(&mut self) -> u8 {
        match self.below(2) {
            0 => *self.choice(&TELLING),
            _ => self.next().to_le_bytes()[0],
        }
    }

    fn choice<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.below(things.len())]
    }

    /// A number below `end`, which is not zero.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
