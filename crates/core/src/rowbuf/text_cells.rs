//! Cells of text, in functions of their own: what writes them in binary stays so small that all of a row
//! is one function, whose registers hold the writer.

use trunkline_proto::types::{TextStyle, datetime, float, int};

pub(super) fn integer(value: i64, out: &mut Vec<u8>) {
    let Some((text, length)) = int::text_short(value) else {
        return cell(out, |out| int::text_i64(value, out));
    };
    let mut cell = [0, 0, 0, length, 0, 0, 0, 0, 0, 0, 0, 0];
    if let Some(place) = cell.last_chunk_mut() {
        *place = text;
    }
    // All is copied, for that is one store; what is too much goes again.
    out.extend_from_slice(&cell);
    out.truncate(out.len() + usize::from(length) - 8);
}

pub(super) fn float8(value: f64, digits: i8, out: &mut Vec<u8>) {
    cell(out, |out| float::text_f64(value, digits, out));
}

pub(super) fn timestamp(micros: i64, style: &TextStyle, out: &mut Vec<u8>) {
    cell(out, |out| datetime::text_timestamp(micros, style, out));
}

#[inline(always)]
fn cell(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    write(out);
    end(start, out);
}

/// Writes the length of the cell that begins at `start`.
#[inline(always)]
pub(super) fn end(start: usize, out: &mut [u8]) {
    let length = u32::try_from(out.len() - start - 4).unwrap_or(u32::MAX);
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}
