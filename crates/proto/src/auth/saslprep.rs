//! Passwords that look alike become alike.

use stringprep::tables;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// How many times as long a password may become: `\u{fdfa}` has three bytes, and 33 of them then.
const GROWTH: usize = 11;

/// Prepares a password as PostgreSQL does before SCRAM hashes it.
///
/// By SASLprep (RFC 4013): odd spaces become plain ones, compatibility forms are unified. A
/// password that must not be prepared (not UTF-8, control characters, unassigned code points, mixed
/// directions) is not an error but used byte for byte, so every password works.
///
/// Unlike the RFC, and like PostgreSQL, whether it must not be is judged before the compatibility
/// forms are unified: `\u{213b}` (℻), unassigned in Unicode 3.2, stays as it is.
///
/// Source: `pg_saslprep()` and its callers, `src/common/saslprep.c`.
pub fn saslprep(password: &[u8]) -> Zeroizing<Vec<u8>> {
    let prepared = match std::str::from_utf8(password) {
        Ok(text) if !text.is_ascii() => prepare(text),
        _ => None,
    };
    prepared.unwrap_or_else(|| Zeroizing::new(password.to_vec()))
}

/// `None` if the text is to be left alone.
fn prepare(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mapped = || {
        text.chars().filter_map(|c| match c {
            c if tables::non_ascii_space_character(c) => Some(' '),
            c if tables::commonly_mapped_to_nothing(c) => None,
            c => Some(c),
        })
    };
    let (first, last) = (mapped().next()?, mapped().next_back()?);
    if mapped().any(|c| is_prohibited(c) || tables::unassigned_code_point(c)) {
        return None;
    }
    // RFC 3454, section 6: text that runs right to left does so from its start to its end.
    if mapped().any(tables::bidi_r_or_al) {
        let is_whole = tables::bidi_r_or_al(first) && tables::bidi_r_or_al(last);
        if !is_whole || mapped().any(tables::bidi_l) {
            return None;
        }
    }
    let mut prepared = Zeroizing::new(Vec::with_capacity(text.len().saturating_mul(GROWTH)));
    for c in mapped().nfkc() {
        prepared.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Some(prepared)
}

/// The tables C.1.2 to C.9 of RFC 3454.
fn is_prohibited(c: char) -> bool {
    tables::non_ascii_space_character(c)
        || tables::ascii_control_character(c)
        || tables::non_ascii_control_character(c)
        || tables::private_use(c)
        || tables::non_character_code_point(c)
        || tables::surrogate_code(c)
        || tables::inappropriate_for_plain_text(c)
        || tables::inappropriate_for_canonical_representation(c)
        || tables::change_display_properties_or_deprecated(c)
        || tables::tagging_character(c)
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

    #[test]
    fn a_secret_does_not_grow_and_leave_copies_behind() {
        let longest = saslprep("\u{fdfa}".repeat(682).as_bytes());
        assert_eq!((longest.len(), longest.capacity()), (682 * 33, 2046 * GROWTH));
    }
}
