//! Encodings of one byte a character.

use super::encode;

/// The characters of the bytes from 128 on, both ways; below are those of ASCII.
pub(super) struct Bytes {
    /// By byte; 0 where there is none.
    characters: [u16; 128],
    /// Characters with their bytes, in order; those that there are not come first.
    bytes: [(u16, u8); 128],
}

impl Bytes {
    /// The table of these characters, which are all different.
    pub(super) const fn new(characters: [u16; 128]) -> Bytes {
        Bytes { characters, bytes: sorted(&characters) }
    }

    /// Appends the text of bytes, up to one that is no character: that is returned.
    pub(super) fn decode(&self, mut bytes: &[u8], text: &mut String) -> Option<u8> {
        loop {
            let ascii = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(bytes.len());
            let (plain, rest) = bytes.split_at_checked(ascii)?;
            text.push_str(std::str::from_utf8(plain).unwrap_or_default());
            let (byte, rest) = rest.split_first()?;
            match self.character(*byte) {
                Some(character) => text.push(character),
                None => return Some(*byte),
            }
            bytes = rest;
        }
    }

    /// Appends the bytes of a text, up to a character that has none: that is returned.
    pub(super) fn encode(&self, text: &str, out: &mut Vec<u8>) -> Option<char> {
        encode(text, out, |character, out| {
            out.push(self.byte(character)?);
            Some(())
        })
    }

    fn character(&self, byte: u8) -> Option<char> {
        let place = usize::from(byte & 0x7f);
        let code = self.characters.get(place).copied().filter(|code| *code != 0)?;
        char::from_u32(u32::from(code))
    }

    fn byte(&self, character: char) -> Option<u8> {
        let code = u16::try_from(u32::from(character)).ok()?;
        let place = self.bytes.binary_search_by_key(&code, |(code, _)| *code).ok()?;
        self.bytes.get(place).map(|(_, byte)| *byte)
    }
}

/// The characters with their bytes, in order. Worked out by the compiler: an index beyond the end would not
/// be compiled.
#[allow(clippy::indexing_slicing, clippy::as_conversions, clippy::arithmetic_side_effects)]
const fn sorted(characters: &[u16; 128]) -> [(u16, u8); 128] {
    let mut bytes = [(0, 0); 128];
    let mut count = 0;
    while count < 128 {
        let character = characters[count];
        let mut place = count;
        while place > 0 && bytes[place - 1].0 > character {
            bytes[place] = bytes[place - 1];
            place -= 1;
        }
        bytes[place] = (character, 128 + count as u8);
        count += 1;
    }
    bytes
}
