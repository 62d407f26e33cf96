//! `a=value` pairs, separated by commas.

use std::fmt;

/// What is wrong with a message of SCRAM, as PostgreSQL puts it in the detail of its error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MalformedAttribute(pub(super) String);

/// Reads attributes off the front of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attributes<'a> {
    rest: &'a [u8],
}

impl<'a> Attributes<'a> {
    pub(super) fn new(message: &'a [u8]) -> Attributes<'a> {
        Attributes { rest: message }
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The value of the next attribute, which must be `name`.
    pub(super) fn expect(&mut self, name: u8) -> Result<&'a [u8], MalformedAttribute> {
        match self.rest.split_first() {
            Some((found, rest)) if *found == name => self.value(name, rest),
            _ => Err(MalformedAttribute(format!(
                "Expected attribute \"{}\" but found \"{}\".",
                char::from(name),
                Printed(self.rest.first()),
            ))),
        }
    }

    /// The next attribute, whatever it is.
    pub(super) fn any(&mut self) -> Result<(u8, &'a [u8]), MalformedAttribute> {
        match self.rest.split_first() {
            None => {
                Err(MalformedAttribute("Attribute expected, but found end of string.".to_owned()))
            }
            Some((name, rest)) if name.is_ascii_alphabetic() => {
                Ok((*name, self.value(*name, rest)?))
            }
            Some((name, _)) => Err(MalformedAttribute(format!(
                "Attribute expected, but found invalid character \"{}\".",
                Printed(Some(name)),
            ))),
        }
    }

    fn value(&mut self, name: u8, rest: &'a [u8]) -> Result<&'a [u8], MalformedAttribute> {
        let Some((b'=', rest)) = rest.split_first() else {
            let name = char::from(name);
            return Err(MalformedAttribute(format!(
                "Expected character \"=\" for attribute \"{name}\"."
            )));
        };
        let end = memchr::memchr(b',', rest).unwrap_or(rest.len());
        let (value, rest) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        self.rest = rest.get(1..).unwrap_or_default();
        Ok(value)
    }
}

/// A byte of the peer in an error message, as PostgreSQL shows it (`sanitize_char()`): nothing
/// unprintable gets into a log; the end is a NUL.
pub(in crate::auth) struct Printed<'a>(pub(in crate::auth) Option<&'a u8>);

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.copied().unwrap_or_default() {
            byte if byte.is_ascii_graphic() => write!(f, "'{}'", char::from(byte)),
            byte => write!(f, "0x{byte:02x}"),
        }
    }
}
