//! How a range is read.

use std::borrow::Cow;
use std::ops::Bound;

use super::{Range, RangeType};
use crate::Oid;
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::text::{is_space, trim_end, trim_start};
use crate::types::value::Value;

/// What stands for no values, in any case.
pub(super) const EMPTY: &[u8] = b"empty";

impl Range {
    /// Reads a range: `[1,5)`, `(,"b c"]`, `empty`.
    ///
    /// # Errors
    ///
    /// 22P02 for other text, what the bounds' type says of them, and those of [`new`](Range::new).
    pub fn parse(subtype: Oid, text: &str, style: &TextStyle) -> Result<Range, ValueError> {
        Range::parse_as(RangeType::built_in(subtype), text, style)
    }

    pub(in crate::types) fn parse_as(
        of: RangeType,
        text: &str,
        style: &TextStyle,
    ) -> Result<Range, ValueError> {
        let Some((opening, lower, upper, closing)) = halves(text)? else {
            return Ok(Range { of, bounds: None });
        };
        let bound = |text: Option<Cow<'_, str>>, is_included: bool| match text {
            None => Ok(Bound::Unbounded),
            Some(text) => {
                let value = Value::from_literal(of.subtype, &text, style)?;
                Ok(if is_included { Bound::Included(value) } else { Bound::Excluded(value) })
            }
        };
        let (lower, upper) = (bound(lower, opening == b'[')?, bound(upper, closing == b']')?);
        Range::between(of, lower, upper, &style.types)
    }
}

type Halves<'a> = (u8, Option<Cow<'a, str>>, Option<Cow<'a, str>>, u8);

/// The marks at both ends and the texts of both bounds; nothing of an empty range.
fn halves(text: &str) -> Result<Option<Halves<'_>>, ValueError> {
    let malformed = |detail: &str| ValueError::malformed("range", text, detail);
    let trimmed = trim_start(text.as_bytes());
    if trimmed.get(..EMPTY.len()).is_some_and(|word| word.eq_ignore_ascii_case(EMPTY)) {
        return match trim_end(trimmed).len() == EMPTY.len() {
            true => Ok(None),
            false => Err(malformed("Junk after \"empty\" key word.")),
        };
    }
    let [opening @ (b'[' | b'('), rest @ ..] = trimmed else {
        return Err(malformed("Missing left parenthesis or bracket."));
    };
    let (lower, rest) = bound(text, rest)?;
    let [b',', rest @ ..] = rest else {
        return Err(malformed("Missing comma after lower bound."));
    };
    let (upper, rest) = bound(text, rest)?;
    let [closing @ (b']' | b')'), rest @ ..] = rest else {
        return Err(malformed("Too many commas."));
    };
    if !rest.iter().all(|byte| is_space(*byte)) {
        return Err(malformed("Junk after right parenthesis or bracket."));
    }
    Ok(Some((*opening, lower, upper, *closing)))
}

/// The text of one bound without its quotes, and what follows it.
fn bound<'a>(
    text: &'a str,
    from: &'a [u8],
) -> Result<(Option<Cow<'a, str>>, &'a [u8]), ValueError> {
    let mut rest = from;
    let mut quoted = false;
    loop {
        rest = match rest {
            [] | [b'\\'] => {
                return Err(ValueError::malformed("range", text, "Unexpected end of input."));
            }
            [b',' | b')' | b']', ..] if !quoted => break,
            [b'\\', _, rest @ ..] => rest,
            [b'"', rest @ ..] => {
                quoted = !quoted;
                rest
            }
            [_, rest @ ..] => rest,
        };
    }
    let start = text.len().saturating_sub(from.len());
    let raw = text.get(start..text.len().saturating_sub(rest.len())).unwrap_or_default();
    let bound = (!raw.is_empty()).then(|| crate::types::record::without_quotes(raw));
    Ok((bound, rest))
}
