//! Counts messages without looking at more than their heads.

/// What has come of an answer.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    head: [u8; 5],
    /// Bytes of the next head that are here.
    have: usize,
    /// Bytes of a body that are still to come.
    skip: usize,
    pub(crate) readies: u32,
    /// DataRow, or CopyData: PostgreSQL sends one for each row.
    pub(crate) rows: u64,
    pub(crate) errors: u64,
}

impl Scan {
    #[inline]
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.skip > 0 {
                let passed = self.skip.min(bytes.len());
                self.skip -= passed;
                bytes = &bytes[passed..];
            } else if let (0, Some(head)) = (self.have, bytes.first_chunk()) {
                self.begin(*head);
                bytes = &bytes[5..];
            } else {
                let taken = (5 - self.have).min(bytes.len());
                self.head[self.have..self.have + taken].copy_from_slice(&bytes[..taken]);
                self.have += taken;
                bytes = &bytes[taken..];
                if self.have == 5 {
                    self.have = 0;
                    self.begin(self.head);
                }
            }
        }
    }

    #[inline]
    fn begin(&mut self, [kind, a, b, c, d]: [u8; 5]) {
        self.skip = (u32::from_be_bytes([a, b, c, d]) as usize).saturating_sub(4);
        match kind {
            b'D' | b'd' => self.rows += 1,
            b'Z' => self.readies += 1,
            b'E' => self.errors += 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_does_not_depend_on_how_bytes_arrive() {
        let answer = b"D\0\0\0\x06ZZd\0\0\0\x04D\0\0\0\x05DE\0\0\0\x05\0Z\0\0\0\x05I";
        for size in 1..=answer.len() {
            let mut scan = Scan::default();
            answer.chunks(size).for_each(|chunk| scan.feed(chunk));
            assert_eq!((scan.rows, scan.errors, scan.readies), (3, 1, 1), "chunks of {size}");
        }
    }
}
