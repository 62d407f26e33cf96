//! The functions of RFC 5802, section 2.2.

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// A hash, or a key made by one.
pub(super) type Key = [u8; 32];

/// HMAC(key, parts put together).
pub(super) fn hmac(key: &[u8], parts: &[&[u8]]) -> Key {
    Hmac::new(key).finish(parts)
}

/// H(bytes)
pub(super) fn hash(bytes: &[u8]) -> Key {
    Sha256::digest(bytes).into()
}

/// Hi(password, salt, iterations): PBKDF2 with one block. The time grows with the iterations.
pub(super) fn salted_password(password: &[u8], salt: &[u8], iterations: u32) -> Zeroizing<Key> {
    let hmac = Hmac::new(password);
    let mut last = hmac.finish(&[salt, &1_u32.to_be_bytes()]);
    let mut salted = Zeroizing::new(last);
    for _ in 1..iterations {
        last = hmac.finish(&[&last]);
        xor(&mut salted, &last);
    }
    last.zeroize();
    salted
}

/// `left` becomes `left` XOR `right`.
pub(super) fn xor(left: &mut Key, right: &Key) {
    left.iter_mut().zip(right).for_each(|(left, right)| *left ^= right);
}

/// HMAC-SHA-256 (RFC 2104) with its key in place: two hashes that have taken one block each.
struct Hmac {
    inner: Sha256,
    outer: Sha256,
}

impl Hmac {
    fn new(key: &[u8]) -> Hmac {
        // A key is padded to a block with zeros; a longer one is hashed first.
        let mut block = Zeroizing::new([0_u8; 64]);
        let hashed =
            Zeroizing::new(if key.len() > block.len() { hash(key) } else { Key::default() });
        let key = if key.len() > block.len() { hashed.as_slice() } else { key };
        block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
        let padded = |pad: u8| {
            let block = Zeroizing::new(block.map(|byte| byte ^ pad));
            Sha256::new_with_prefix(block.as_slice())
        };
        Hmac { inner: padded(0x36), outer: padded(0x5c) }
    }

    fn finish(&self, parts: &[&[u8]]) -> Key {
        let mut inner = self.inner.clone();
        parts.iter().for_each(|part| inner.update(part));
        self.outer.clone().chain_update(inner.finalize()).finalize().into()
    }
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
