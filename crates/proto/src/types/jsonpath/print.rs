//! Where a path is printed while it is read.

use crate::types::error::ValueError;
use crate::types::{Numeric, array, json};

/// The printed path, or nothing where it is only looked at; and where it begins.
pub(super) struct Sink<'o>(Option<&'o mut Vec<u8>>, usize);

impl<'o> Sink<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Sink<'o> {
        let start = out.len();
        Sink(Some(out), start)
    }

    pub(super) fn nothing() -> Sink<'o> {
        Sink(None, 0)
    }

    /// The place behind what was printed.
    pub(super) fn place(&self) -> usize {
        self.0.as_ref().map_or(0, |out| out.len())
    }

    pub(super) fn push(&mut self, text: &str) {
        if let Some(out) = &mut self.0 {
            out.extend_from_slice(text.as_bytes());
        }
    }

    /// Appends a number, which may be longer than it was written: `1e9` has ten digits.
    pub(super) fn number(&mut self, number: &Numeric) -> Result<(), ValueError> {
        let Some(out) = &mut self.0 else { return Ok(()) };
        number.text(out);
        array::check_length(self.1, out)
    }

    /// Appends a string in quotes.
    pub(super) fn quoted(&mut self, characters: &[u8]) {
        if let Some(out) = &mut self.0 {
            json::quoted(characters, out);
        }
    }

    /// Puts something before what was printed from a place on.
    pub(super) fn insert(&mut self, place: usize, text: &str, count: usize) {
        if let Some(out) = &mut self.0
            && count > 0
            && place <= out.len()
        {
            out.splice(place..place, text.repeat(count).into_bytes());
        }
    }

    /// Puts parentheses around what was printed between two places.
    pub(super) fn enclose(&mut self, start: usize, end: usize) {
        self.insert(end, ")", 1);
        self.insert(start, "(", 1);
    }

    /// Changes the sign of the number that was printed from a place on.
    pub(super) fn negate(&mut self, place: usize) {
        let Some(out) = &mut self.0 else { return };
        let number = out.get(place..).unwrap_or_default();
        if number.first() == Some(&b'-') {
            out.remove(place);
        } else if number.iter().any(|byte| matches!(byte, b'1'..=b'9')) {
            out.insert(place, b'-');
        }
    }
}
