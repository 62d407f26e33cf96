//! Random values that are the same in every run.

/// SplitMix64.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// An integer of any size up to 64 bits, small ones as often as large ones.
    pub(super) fn int(&mut self) -> i64 {
        let shift = self.below(64);
        self.next().cast_signed() >> shift
    }

    /// An integer of up to so many decimal digits, all of which are as likely.
    pub(super) fn digits(&mut self, most: u8) -> String {
        let count = 1 + self.below(most.into());
        let sign = if self.below(2) == 0 { "-" } else { "" };
        let digits = (0..count).map(|place| match (place, self.below(3)) {
            (0, _) => char::from(b'1' + u8::try_from(self.below(9)).unwrap()),
            // Groups of zeros and nines are where mistakes are.
            (_, 0) => '0',
            (_, 1) => '9',
            _ => char::from(b'0' + u8::try_from(self.below(10)).unwrap()),
        });
        format!("{sign}{}", digits.collect::<String>())
    }

    pub(super) fn bytes(&mut self, most: u64) -> Vec<u8> {
        (0..self.below(most + 1)).map(|_| u8::try_from(self.below(256)).unwrap()).collect()
    }

    /// Text with what needs quotes somewhere.
    pub(super) fn text(&mut self) -> String {
        let characters: Vec<char> = "ab NULL{}\"\\,;()'\t\n\r\u{1}\u{7f}üß€😀".chars().collect();
        let length = self.below(9);
        let pick = |_| characters[usize::try_from(self.below(characters.len() as u64)).unwrap()];
        (0..length).map(pick).collect()
    }
}
