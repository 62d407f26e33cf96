//! The encodings that a client may speak, as PostgreSQL maps them.
//!
//! Source: <https://www.postgresql.org/docs/18/multibyte.html>. The text of a session is UTF-8 from end to
//! end; these tables stand between it and a client whose `client_encoding` is another one.

mod bytes;
mod double;
mod error;
mod generated;
mod names;
mod value;

use std::borrow::Cow;
use std::fmt;

use self::bytes::Bytes;
use self::double::{Double, End};
pub use self::error::EncodingError;
use self::error::{invalid, untranslatable};
use self::names::Entry;
pub use self::value::{append_sized, recode_value};

/// An encoding that PostgreSQL knows, by the name that it has in `client_encoding`.
#[derive(Clone, Copy)]
pub struct Encoding(&'static Entry);

/// How characters become bytes.
enum Scheme {
    /// The session's own.
    Utf8,
    /// No encoding at all: bytes are taken and sent as they are, and must be UTF-8 here.
    Raw,
    /// One byte each, below 128 as in ASCII.
    Bytes(&'static Bytes),
    /// One byte or more.
    Double(Double),
    /// No table is here for it.
    Unknown,
}

impl Encoding {
    /// The encoding of every session here.
    pub const UTF8: Encoding = Encoding(&names::UTF8);

    /// Finds an encoding by any of the names that PostgreSQL has for it.
    pub fn find(name: &str) -> Option<Encoding> {
        names::find(name).map(Encoding)
    }

    /// The encoding that `pg_encoding_to_char` knows by this number.
    pub fn from_number(number: i64) -> Option<Encoding> {
        names::ENTRIES.iter().copied().find(|entry| i64::from(entry.number) == number).map(Encoding)
    }

    /// The name as SHOW and ParameterStatus have it, such as `LATIN1`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The number that `pg_char_to_encoding` says.
    pub fn number(self) -> u8 {
        self.0.number
    }

    /// Whether text can be converted between it and UTF-8 here.
    pub fn is_supported(self) -> bool {
        !matches!(self.0.scheme, Scheme::Unknown)
    }

    /// Whether text has to be converted: not that of UTF8, nor that of SQL_ASCII, which is nobody's.
    #[inline]
    pub fn is_foreign(self) -> bool {
        !matches!(self.0.scheme, Scheme::Utf8 | Scheme::Raw)
    }

    /// How many bytes a character has, by what it begins with, of which there may be fewer.
    fn length(self, bytes: &[u8]) -> usize {
        match &self.0.scheme {
            Scheme::Utf8 | Scheme::Raw => match bytes.first() {
                Some(0xc0..=0xdf) => 2,
                Some(0xe0..=0xef) => 3,
                Some(0xf0..=0xf7) => 4,
                _ => 1,
            },
            Scheme::Double(double) => match bytes.first() {
                Some(first) if !first.is_ascii() => {
                    double.form.length(bytes).unwrap_or(bytes.len())
                }
                _ => 1,
            },
            Scheme::Bytes(_) | Scheme::Unknown => 1,
        }
    }

    /// The text of bytes.
    ///
    /// # Errors
    ///
    /// 22021 for bytes that are none of this encoding, 22P05 for a character that Unicode has not.
    #[inline]
    pub fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, EncodingError> {
        if !self.is_foreign() {
            return match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Cow::Borrowed(text)),
                Err(error) => {
                    let wrong = bytes.get(error.valid_up_to()..).unwrap_or_default();
                    Err(invalid(Encoding::UTF8, wrong))
                }
            };
        }
        let mut text = String::with_capacity(bytes.len());
        let read = self.decode_onto(bytes, &mut text)?;
        match bytes.get(read..) {
            Some(rest @ [_, ..]) => Err(invalid(self, rest)),
            _ => Ok(Cow::Owned(text)),
        }
    }

    /// Appends the text of a foreign encoding's bytes; how many they were. A character that is cut off at the
    /// end is not read.
    ///
    /// # Errors
    ///
    /// Those of [`decode`](Self::decode); what stands in front of the mistake is appended.
    pub fn decode_onto(self, bytes: &[u8], text: &mut String) -> Result<usize, EncodingError> {
        if let Some(nul) = memchr::memchr(0, bytes) {
            let read = self.decode_sound(bytes.get(..nul).unwrap_or_default(), text)?;
            return Err(invalid(self, bytes.get(read..).unwrap_or_default()));
        }
        self.decode_sound(bytes, text)
    }

    fn decode_sound(self, bytes: &[u8], text: &mut String) -> Result<usize, EncodingError> {
        match &self.0.scheme {
            Scheme::Bytes(table) => {
                let wrong = table.decode(bytes, text);
                wrong.map_or(Ok(bytes.len()), |byte| {
                    Err(untranslatable(self, &[byte], Encoding::UTF8))
                })
            }
            Scheme::Double(double) => match double.decode(bytes, text) {
                End::Cut(length) => Ok(bytes.len().saturating_sub(length)),
                End::Invalid(place) => Err(invalid(self, bytes.get(place..).unwrap_or_default())),
                End::Unknown(place, length) => {
                    let character = bytes.get(place..).and_then(|rest| rest.get(..length));
                    Err(untranslatable(self, character.unwrap_or_default(), Encoding::UTF8))
                }
            },
            Scheme::Utf8 | Scheme::Raw | Scheme::Unknown => match std::str::from_utf8(bytes) {
                Ok(sound) => {
                    text.push_str(sound);
                    Ok(bytes.len())
                }
                Err(error) => {
                    let (sound, rest) =
                        bytes.split_at_checked(error.valid_up_to()).unwrap_or_default();
                    text.push_str(&String::from_utf8_lossy(sound));
                    if error.error_len().is_none() {
                        return Ok(sound.len());
                    }
                    Err(invalid(Encoding::UTF8, rest))
                }
            },
        }
    }

    /// Appends the bytes of a text.
    ///
    /// # Errors
    ///
    /// 22P05 for a character that this encoding has not; what stands in front of it is appended.
    pub fn encode(self, text: &str, out: &mut Vec<u8>) -> Result<(), EncodingError> {
        let missing = match &self.0.scheme {
            Scheme::Bytes(table) => table.encode(text, out),
            Scheme::Double(double) => double.encode(text, out),
            Scheme::Utf8 | Scheme::Raw | Scheme::Unknown => {
                out.extend_from_slice(text.as_bytes());
                None
            }
        };
        missing.map_or(Ok(()), |character| {
            let mut buffer = [0; 4];
            let bytes = character.encode_utf8(&mut buffer).as_bytes();
            Err(untranslatable(Encoding::UTF8, bytes, self))
        })
    }

    /// The bytes of a text.
    ///
    /// # Errors
    ///
    /// As of [`encode`](Self::encode).
    #[inline]
    pub fn encoded(self, text: &str) -> Result<Cow<'_, [u8]>, EncodingError> {
        if !self.is_foreign() {
            return Ok(Cow::Borrowed(text.as_bytes()));
        }
        let mut bytes = Vec::with_capacity(text.len());
        self.encode(text, &mut bytes)?;
        Ok(Cow::Owned(bytes))
    }

    /// The bytes of a text that must be told, with a question mark for each character that the encoding has
    /// not.
    pub fn encoded_with_marks(self, text: &str) -> Cow<'_, [u8]> {
        self.encoded(text).unwrap_or_else(|_| {
            let mut bytes = Vec::with_capacity(text.len());
            for character in text.chars() {
                if self.encode(character.encode_utf8(&mut [0; 4]), &mut bytes).is_err() {
                    bytes.push(MARK);
                }
            }
            Cow::Owned(bytes)
        })
    }
}

/// What stands for a character that cannot be written.
const MARK: u8 = b'?';

impl Default for Encoding {
    fn default() -> Encoding {
        Encoding::UTF8
    }
}

impl PartialEq for Encoding {
    fn eq(&self, other: &Encoding) -> bool {
        self.number() == other.number()
    }
}

impl Eq for Encoding {}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Appends the bytes of a text, ASCII as it is and other characters by `push`, up to one that has none: that
/// is returned.
fn encode(
    text: &str,
    out: &mut Vec<u8>,
    push: impl Fn(char, &mut Vec<u8>) -> Option<()>,
) -> Option<char> {
    let mut rest = text;
    loop {
        let ascii = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let (plain, behind) = rest.split_at_checked(ascii)?;
        out.extend_from_slice(plain.as_bytes());
        let mut characters = behind.chars();
        let character = characters.next()?;
        if push(character, out).is_none() {
            return Some(character);
        }
        rest = characters.as_str();
    }
}

#[cfg(test)]
mod tests;
