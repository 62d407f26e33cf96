//! Error codes.

mod generated;

/// A five-character error code; unknown codes survive.
///
/// Source: <https://www.postgresql.org/docs/18/errcodes-appendix.html>. Drivers decide by it
/// (retry, reconnect, raise which exception), never by the message text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SqlState([u8; 5]);

impl SqlState {
    /// A code from its five characters; `None` unless all are digits or upper-case ASCII letters.
    pub const fn new(code: [u8; 5]) -> Option<SqlState> {
        let [a, b, c, d, e] = code;
        if is_code(a) && is_code(b) && is_code(c) && is_code(d) && is_code(e) {
            Some(SqlState(code))
        } else {
            None
        }
    }

    /// The five characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XX000")
    }

    /// The class: the first two characters.
    pub fn class(&self) -> [u8; 2] {
        [self.0[0], self.0[1]]
    }
}

impl std::fmt::Display for SqlState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Debug for SqlState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

const fn is_code(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}
