//! Numbers that look random, the same in every run.

/// xorshift64*
pub(crate) struct Random(u64);

impl Random {
    /// The same for the same name.
    pub(crate) fn new(name: &str) -> Random {
        Random(
            name.bytes().fold(0x9e37_79b9_7f4a_7c15, |seed: u64, byte| {
                seed.rotate_left(7) ^ u64::from(byte)
            }),
        )
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 8) % limit
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }

    pub(crate) fn digit(&mut self) -> char {
        char::from(b'0' + self.below(10) as u8)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// Changes, adds or removes one to three bytes.
    pub(crate) fn spoil(&mut self, bytes: &mut Vec<u8>, with: &[u8]) {
        for _ in 0..=self.below(3) {
            let place = self.below(bytes.len() as u64 + 1) as usize;
            let byte = self.pick(with);
            match self.below(3) {
                0 => bytes.insert(place, byte),
                1 if place < bytes.len() => bytes[place] = byte,
                _ if place < bytes.len() => drop(bytes.remove(place)),
                _ => {}
            }
        }
    }
}
