//! Bytes and texts of any kind.

/// A generator whose numbers are the same on every day.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % end
    }

    /// Up to six bytes; a zero now and then.
    pub(crate) fn bytes(&mut self) -> Vec<u8> {
        let length = 1 + self.below(6);
        let byte = |random: &mut Random| match random.below(12) {
            0..=6 => 0x80 + random.below(0x80),
            7 | 8 => 0x30 + random.below(10),
            9 | 10 => 0x40 + random.below(0x40),
            _ => random.below(0x100),
        };
        (0..length).map(|_| u8::try_from(byte(self)).unwrap()).collect()
    }

    /// Up to three characters, none of them zero.
    pub(crate) fn text(&mut self) -> String {
        let length = 1 + self.below(3);
        let character = |random: &mut Random| {
            let code = match random.below(8) {
                0 => 1 + random.below(0x7f),
                1 => 0x80 + random.below(0x100),
                2 => 0x180 + random.below(0x680),
                3 => 0x2000 + random.below(0x700),
                4 => 0x4e00 + random.below(0x5200),
                5 => 0xac00 + random.below(0x2bff),
                6 => 0xe000 + random.below(0x2000),
                _ => 0x1_0000 + random.below(0x10_0000),
            };
            char::from_u32(code).unwrap_or('?')
        };
        (0..length).map(|_| character(self)).collect()
    }
}
