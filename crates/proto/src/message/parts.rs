//! Parts of a body that is kept whole: where they begin, in four bytes each.

use std::ops::Range;

use super::FrontendTag;
use crate::{
    error::{Malformed, Misuse},
    wire::{Reader, frame},
};

/// Where `reader` is in `body`: a length word cannot tell of more than 32 bits.
#[inline]
pub(super) fn position(body: &[u8], reader: &Reader<'_>) -> Result<u32, Malformed> {
    let read = body.len().saturating_sub(reader.rest().len());
    u32::try_from(read).map_err(|_| Malformed::TrailingData)
}

/// The bytes between two positions, as far as there are any.
#[inline]
pub(super) fn part(body: &[u8], range: Range<u32>) -> &[u8] {
    let place = |place: u32| usize::try_from(place).map_or(body.len(), |at| at.min(body.len()));
    body.get(place(range.start)..place(range.end)).unwrap_or_default()
}

/// Appends the frame of a body that was received.
pub(super) fn put_body(out: &mut Vec<u8>, tag: FrontendTag, body: &[u8]) -> Result<(), Misuse> {
    frame(out, tag.0, |out| {
        out.extend_from_slice(body);
        Ok(())
    })
}
