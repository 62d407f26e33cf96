//! Passwords that look alike become alike.

use zeroize::Zeroizing;

/// Prepares a password as PostgreSQL does before SCRAM hashes it.
///
/// By SASLprep (RFC 4013): odd spaces become plain ones, compatibility forms are unified. Unlike
/// the RFC, a password that SASLprep refuses (not UTF-8, control characters, unassigned code
/// points) is not an error but is used byte for byte, so every password works.
///
/// Source: `pg_saslprep()` and its callers, `src/common/saslprep.c`.
pub fn saslprep(password: &[u8]) -> Zeroizing<Vec<u8>> {
    let prepared = std::str::from_utf8(password).ok().and_then(|text| {
        // A password of which nothing is left is refused too.
        stringprep::saslprep(text).ok().filter(|prepared| !prepared.is_empty())
    });
    Zeroizing::new(match prepared {
        Some(prepared) => prepared.into_owned().into_bytes(),
        None => password.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(password: &str) -> String {
        String::from_utf8(saslprep(password.as_bytes()).to_vec()).unwrap()
    }

    /// The examples of RFC 4013, section 3; those it refuses come back as they are.
    #[test]
    fn prepares_as_the_rfc_does() {
        assert_eq!(prepared("I\u{ad}X"), "IX");
        assert_eq!(prepared("user"), "user");
        assert_eq!(prepared("USER"), "USER");
        assert_eq!(prepared("\u{aa}"), "a");
        assert_eq!(prepared("\u{2168}"), "IX");
        assert_eq!(prepared("\u{7}"), "\u{7}");
        assert_eq!(prepared("\u{627}1"), "\u{627}1");
    }

    #[test]
    fn refused_passwords_are_used_byte_for_byte() {
        assert_eq!(saslprep(b"caf\xe9").as_slice(), b"caf\xe9");
        // Only a soft hyphen: nothing is left of it.
        assert_eq!(prepared("\u{ad}"), "\u{ad}");
        assert_eq!(prepared(""), "");
        // Unassigned in Unicode 3.2, in spite of a compatibility form beside it.
        assert_eq!(prepared("\u{1f600}\u{aa}"), "\u{1f600}\u{aa}");
        assert_eq!(prepared("a\u{a0}b"), "a b");
    }
}
