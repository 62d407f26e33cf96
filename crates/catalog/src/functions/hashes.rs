//! The numbers that PostgreSQL makes of values to find them by; clients lock by them: `pg_advisory_lock(hashtext('x'))`.
//!
//! Source: <https://burtleburtle.net/bob/hash/doobs.html>, the third of its kind, as PostgreSQL starts it.

use trunkline_core::Result;

use super::strings::text;
use crate::datum::Datum;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "hashtext" | "hashname" => |call| of_text(call, |bytes, _| signed(hash(bytes, 0).1)),
        "hashtextextended" | "hashnameextended" => |call| {
            of_text(call, |bytes, seed| {
                let (high, low) = hash(bytes, seed);
                i64::from_ne_bytes((u64::from(high) << 32 | u64::from(low)).to_ne_bytes())
            })
        },
        _ => return None,
    })
}

/// The hash of a text, with the seed that may stand behind it.
fn of_text(call: &Call<'_>, hashed: fn(&[u8], u64) -> i64) -> Result<Datum> {
    let Some(text) = text(call, 0) else { return Ok(Datum::Null) };
    let seed = match call.arguments.get(1) {
        Some(Datum::Int(seed)) => u64::from_ne_bytes(seed.to_ne_bytes()),
        Some(_) => return Ok(Datum::Null),
        None => 0,
    };
    call.run.steps(text.len() / 64)?;
    Ok(Datum::Int(hashed(text.as_bytes(), seed)))
}

fn signed(hash: u32) -> i64 {
    i32::from_ne_bytes(hash.to_ne_bytes()).into()
}

/// Both halves of a hash of 64 bits, the lower of which is that of 32.
fn hash(bytes: &[u8], seed: u64) -> (u32, u32) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let start = 0x9e37_79b9_u32.wrapping_add(length).wrapping_add(3_923_095);
    let mut state = [start; 3];
    if seed != 0 {
        add(&mut state, [u32::try_from(seed >> 32).unwrap_or(0), low(seed), 0]);
        mix(&mut state);
    }
    let (blocks, rest) = bytes.as_chunks::<12>();
    for block in blocks {
        add(&mut state, words(block));
        mix(&mut state);
    }
    // The lowest byte of the last word is the length's.
    let mut block = [0; 12];
    for (place, byte) in rest.iter().enumerate() {
        let place = if place < 8 { place } else { place + 1 };
        if let Some(own) = block.get_mut(place) {
            *own = *byte;
        }
    }
    add(&mut state, words(&block));
    end(&mut state);
    (state[1], state[2])
}

fn low(seed: u64) -> u32 {
    let [one, two, three, four, ..] = seed.to_le_bytes();
    u32::from_le_bytes([one, two, three, four])
}

fn words(block: &[u8; 12]) -> [u32; 3] {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = *block;
    [[a, b, c, d], [e, f, g, h], [i, j, k, l]].map(u32::from_le_bytes)
}

fn add(state: &mut [u32; 3], words: [u32; 3]) {
    for (own, word) in state.iter_mut().zip(words) {
        *own = own.wrapping_add(word);
    }
}

fn mix([a, b, c]: &mut [u32; 3]) {
    for [one, two, three] in [[4, 6, 8], [16, 19, 4]] {
        *a = a.wrapping_sub(*c) ^ c.rotate_left(one);
        *c = c.wrapping_add(*b);
        *b = b.wrapping_sub(*a) ^ a.rotate_left(two);
        *a = a.wrapping_add(*c);
        *c = c.wrapping_sub(*b) ^ b.rotate_left(three);
        *b = b.wrapping_add(*a);
    }
}

fn end([a, b, c]: &mut [u32; 3]) {
    *c = (*c ^ *b).wrapping_sub(b.rotate_left(14));
    *a = (*a ^ *c).wrapping_sub(c.rotate_left(11));
    *b = (*b ^ *a).wrapping_sub(a.rotate_left(25));
    *c = (*c ^ *b).wrapping_sub(b.rotate_left(16));
    *a = (*a ^ *c).wrapping_sub(c.rotate_left(4));
    *b = (*b ^ *a).wrapping_sub(a.rotate_left(14));
    *c = (*c ^ *b).wrapping_sub(b.rotate_left(24));
}
