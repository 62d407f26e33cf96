//! The functions of RFC 5802, section 2.2.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A hash, or a key made by one.
pub(super) type Key = [u8; 32];

/// HMAC(key, parts put together).
pub(super) fn hmac(key: &[u8], parts: &[&[u8]]) -> Key {
    let mut mac = keyed(key);
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// H(bytes)
pub(super) fn hash(bytes: &[u8]) -> Key {
    Sha256::digest(bytes).into()
}

/// Hi(password, salt, iterations): PBKDF2 with one block. The time grows with the iterations.
pub(super) fn salted_password(password: &[u8], salt: &[u8], iterations: u32) -> Zeroizing<Key> {
    let mac = keyed(password);
    let mut first = mac.clone();
    first.update(salt);
    first.update(&1_u32.to_be_bytes());
    let mut last: Key = first.finalize().into_bytes().into();
    let mut salted = Zeroizing::new(last);
    for _ in 1..iterations {
        let mut next = mac.clone();
        next.update(&last);
        last = next.finalize().into_bytes().into();
        xor(&mut salted, &last);
    }
    zeroize::Zeroize::zeroize(&mut last);
    salted
}

/// `left` becomes `left` XOR `right`.
pub(super) fn xor(left: &mut Key, right: &Key) {
    left.iter_mut().zip(right).for_each(|(left, right)| *left ^= right);
}

/// HMAC pads a key to the block of its hash with zeros, and hashes a longer one.
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    const BLOCK: usize = 64;
    let mut block = Zeroizing::new([0; BLOCK]);
    let hashed;
    let key = if key.len() > BLOCK {
        hashed = Zeroizing::new(hash(key));
        hashed.as_slice()
    } else {
        key
    };
    block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    Hmac::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test cases 1, 6 (a key longer than a block) and 7.
    #[test]
    fn is_the_hmac_of_the_rfc() {
        let start = |key: &[u8], message: &str| hmac(key, &[message.as_bytes()])[..4].to_vec();
        assert_eq!(start(&[0x0b; 20], "Hi There"), [0xb0, 0x34, 0x4c, 0x61]);
        let long = "Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(start(&[0xaa; 131], long), [0x60, 0xe4, 0x31, 0x59]);
    }

    /// RFC 7914, section 11: PBKDF2-HMAC-SHA-256.
    #[test]
    fn is_the_pbkdf2_of_the_rfc() {
        assert_eq!(salted_password(b"passwd", b"salt", 1)[..4], [0x55, 0xac, 0x04, 0x6e]);
        assert_eq!(salted_password(b"Password", b"NaCl", 80000)[..4], [0x4d, 0xdc, 0xd8, 0xf6]);
    }
}
