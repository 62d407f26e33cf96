//! Strings of any characters, and bytes that are none.

use crate::dice::Random;

pub(super) type Bytes = fn(&mut Random) -> Vec<u8>;

pub(super) const STRINGS: [(&str, Bytes); 8] = [
    ("text", string),
    ("character varying", string),
    ("character", string),
    ("name", string),
    ("\"char\"", string),
    ("refcursor", string),
    ("unknown", string),
    ("cstring", string),
];

/// Mostly UTF-8; a third has bytes that are not, or a zero byte.
pub(super) fn string(random: &mut Random) -> Vec<u8> {
    let length = random.pick(&[0, 1, 2, 3, 5, 10, 40, 62, 63, 64, 70]);
    let mut bytes: Vec<u8> = (0..length).flat_map(|_| character(random)).collect();
    if random.below(3) == 0 {
        let bad: Vec<u8> = (0..=random.below(4)).map(|_| telling(random)).collect();
        let place = random.below(bytes.len() as u64 + 1) as usize;
        bytes.splice(place..place, bad);
    }
    bytes
}

fn character(random: &mut Random) -> Vec<u8> {
    let character = match random.below(8) {
        0..3 => char::from(b' ' + random.below(95) as u8),
        3 => char::from(1 + random.below(127) as u8),
        4 => char::from_u32(0x80 + random.below(0x780) as u32).unwrap_or('é'),
        5 => char::from_u32(0x800 + random.below(0xf800) as u32).unwrap_or('€'),
        6 => char::from_u32(0x1_0000 + random.below(0x10_0000) as u32).unwrap_or('😀'),
        _ => random.pick(&['\\', '"', '\'', ' ', '\u{7f}', '\u{80}', '\u{ffff}', '\u{10ffff}']),
    };
    character.to_string().into_bytes()
}

/// Where UTF-8 has its bounds: overlong forms, surrogates, beyond the last character.
fn telling(random: &mut Random) -> u8 {
    match random.below(3) {
        0 => random.byte(),
        1 => random.pick(&[0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf8, 0xff]),
        _ => random.pick(&[0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf]),
    }
}
