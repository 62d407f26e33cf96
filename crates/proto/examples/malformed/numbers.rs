//! Messages that were spoilt, the same ones each time.

/// Bytes that decoders tend to stumble over: bounds of lengths and counts, ends of strings.
const TELLING: [u8; 12] = *b"\0\x01\x03\x04\x7f\x80\xfe\xff=,$\"";

/// A generator of numbers (xorshift).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// One of the seeds after a few changes; sometimes long, sometimes nothing like it.
    pub(crate) fn message(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut message = match self.below(16) {
            0 => (0..self.below(64)).map(|_| self.byte()).collect(),
            _ => seeds.get(self.below(seeds.len())).cloned().unwrap_or_default(),
        };
        if self.below(1000) == 0 {
            // As long as what may come before the login, or longer.
            let times = self.below(40_000) / message.len().max(1);
            message = message.repeat(times.max(1));
        }
        for _ in 0..=self.below(4) {
            self.spoil(&mut message);
        }
        message
    }

    /// Changes a few bytes.
    pub(crate) fn spoil(&mut self, message: &mut Vec<u8>) {
        let place = self.below(message.len() + 1);
        let byte = self.byte();
        match self.below(6) {
            0 => message.truncate(place),
            1 => message.insert(place, byte),
            2 => drop(message.drain(place..(place + self.below(8)).min(message.len()))),
            // A length or a count of two or four bytes that cannot be.
            3 => {
                let bytes = [[0, 0, 0, 0], [0xff; 4], [0x7f, 0xff, 0xff, 0xff], [0x80, 0, 0, 0]];
                let lie = bytes[self.below(4)];
                for (to, from) in message.iter_mut().skip(place).zip(&lie[self.below(3)..]) {
                    *to = *from;
                }
            }
            _ => {
                if let Some(found) = message.get_mut(place) {
                    *found = byte;
                }
            }
        }
    }

    fn byte(&mut self) -> u8 {
        match self.below(2) {
            0 => TELLING[self.below(TELLING.len())],
            _ => self.next().to_le_bytes()[1],
        }
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from((self.next() >> 11) % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
