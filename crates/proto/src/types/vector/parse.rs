//! How vectors are read.

use super::{
    MAX_DIMENSIONS, Vector, check_dimensions, check_place, f32_of_half, finite, half_of_f32,
    too_few, too_many, too_many_elements,
};
use crate::types::error::ValueError;
use crate::types::float::{Leading, leading_f32};
use crate::types::text::trim_start;
use crate::types::user::Base;

impl Vector {
    pub(in crate::types) fn parse(base: Base, text: &str) -> Result<Vector, ValueError> {
        match base {
            Base::Sparsevec => Vector::parse_sparse(text),
            Base::Halfvec => Vector::parse_half(text),
            _ => Vector::parse_full(text),
        }
    }

    /// Reads `[1,2.5]` as a `vector`.
    ///
    /// # Errors
    ///
    /// 22P02 for other text, 22003 for a number too large, 22000 for no number at all and for one
    /// that is not finite, 54000 for more than 16,000.
    pub fn parse_full(text: &str) -> Result<Vector, ValueError> {
        let full = |found: &Leading<'_>| match found.is_overflow() {
            true => Err(found.out_of_range("vector")),
            false => finite(found.value, "vector"),
        };
        list(text, "vector", full).map(Vector::Full)
    }

    /// Reads `[1,2.5]` as a `halfvec`.
    ///
    /// # Errors
    ///
    /// As for [`parse_full`](Vector::parse_full).
    pub fn parse_half(text: &str) -> Result<Vector, ValueError> {
        let half = |found: &Leading<'_>| {
            let half = half_of_f32(found.value);
            if found.is_overflow() || f32_of_half(half).is_infinite() && found.value.is_finite() {
                return Err(found.out_of_range("halfvec"));
            }
            finite(found.value, "halfvec").map(|_| half)
        };
        list(text, "halfvec", half).map(Vector::Half)
    }

    /// Reads `{1:2.5,7:1}/10` as a `sparsevec`.
    ///
    /// # Errors
    ///
    /// As for [`parse_full`](Vector::parse_full); 22000 for a place that is there twice or beyond
    /// the dimensions; 22003 for a number too close to zero, too.
    pub fn parse_sparse(text: &str) -> Result<Vector, ValueError> {
        let syntax = || ValueError::syntax("sparsevec", text);
        let count = commas(text).saturating_add(1);
        if count > MAX_DIMENSIONS {
            return Err(too_many_elements());
        }
        let Some(mut rest) = after(text, "{") else {
            return Err(syntax().with_detail("Vector contents must start with \"{\"."));
        };
        // Each has four bytes at least, as `1:1,`, whatever is between these commas.
        let most = text.len() / 4;
        let mut elements: Vec<(i32, f32)> = Vec::with_capacity(count.min(most));
        if let Some(end) = after(rest, "}") {
            rest = end;
        } else {
            rest = loop {
                let (place, tail) = number(rest).ok_or_else(syntax)?;
                let tail = after(tail, ":").ok_or_else(syntax)?;
                let found = leading_f32(tail).ok_or_else(syntax)?;
                if found.is_overflow() || found.is_underflow() {
                    return Err(found.out_of_range("sparsevec"));
                }
                if finite(found.value, "sparsevec")? != 0.0 {
                    elements.push((place, found.value));
                }
                match (after(found.rest, ","), after(found.rest, "}")) {
                    (Some(tail), _) => rest = tail,
                    (None, Some(tail)) => break tail,
                    (None, None) => return Err(syntax()),
                }
            };
        }
        let Some(rest) = after(rest, "/") else {
            return Err(syntax().with_detail("Unexpected end of input."));
        };
        let (dimensions, rest) = number(rest).ok_or_else(syntax)?;
        if !trim_start(rest.as_bytes()).is_empty() {
            return Err(syntax().with_detail("Junk after closing."));
        }
        check_dimensions(dimensions)?;
        elements.sort_by_key(|(place, _)| *place);
        let mut before = 0;
        for (place, _) in &elements {
            check_place(*place, before, dimensions)?;
            before = *place;
        }
        Ok(Vector::Sparse { dimensions, elements })
    }
}

/// Reads floats between brackets, each as `read` has it.
fn list<T>(
    text: &str,
    name: &str,
    mut read: impl FnMut(&Leading<'_>) -> Result<T, ValueError>,
) -> Result<Vec<T>, ValueError> {
    let syntax = || ValueError::syntax(name, text);
    let Some(mut rest) = after(text, "[") else {
        return Err(syntax().with_detail("Vector contents must start with \"[\"."));
    };
    if after(rest, "]").is_some() {
        return Err(too_few(name));
    }
    let mut values = Vec::with_capacity(commas(text).saturating_add(1).min(MAX_DIMENSIONS));
    let rest = loop {
        if values.len() == MAX_DIMENSIONS {
            return Err(too_many(name));
        }
        let found = leading_f32(rest).ok_or_else(syntax)?;
        values.push(read(&found)?);
        match (after(found.rest, ","), after(found.rest, "]")) {
            (Some(tail), _) => rest = tail,
            (None, Some(tail)) => break tail,
            (None, None) => return Err(syntax()),
        }
    };
    match trim_start(rest.as_bytes()) {
        [] => Ok(values),
        _ => Err(syntax().with_detail("Junk after closing right brace.")),
    }
}

fn commas(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b',').count()
}

/// What follows a mark that may have spaces before it.
fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let spaces = text.len().saturating_sub(trim_start(text.as_bytes()).len());
    text.get(spaces..)?.strip_prefix(mark)
}

/// A whole number, which is cut to what fits, and what follows it.
fn number(text: &str) -> Option<(i32, &str)> {
    let spaces = text.len().saturating_sub(trim_start(text.as_bytes()).len());
    let text = text.get(spaces..)?;
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let length = text.len().saturating_sub(unsigned.len()).saturating_add(digits);
    let (number, rest) = text.split_at_checked(length).filter(|_| digits > 0)?;
    let limit = if number.starts_with('-') { i32::MIN } else { i32::MAX };
    Some((number.parse().unwrap_or(limit), rest))
}
