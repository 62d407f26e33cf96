//! What a column's encoder does: one value at a time, nothing decided anew.

use arrow_buffer::NullBuffer;
use trunkline_core::Result;
use trunkline_proto::types::TextStyle;

/// Writes the values of one array as one type in one format; both were settled when it was made.
///
/// It is never asked for a NULL: [`Cells`] knows them.
pub(crate) trait Encode: Send {
    /// Appends the value's bytes.
    fn value(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()>;

    /// Appends the value's length and its bytes.
    #[inline]
    fn cell(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        self.value(row, style, out)?;
        patch_length(start, out);
        Ok(())
    }
}

pub(crate) type Encoder = Box<dyn Encode>;

/// Values of which some may be NULL.
pub(crate) struct Cells {
    pub(crate) nulls: Option<NullBuffer>,
    pub(crate) encoder: Encoder,
}

impl Cells {
    /// Appends a cell as it stands in a DataRow and in the binary form of an array: its length,
    /// -1 for NULL, and its bytes.
    #[inline]
    pub(crate) fn cell(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        if self.is_null(row) {
            out.extend_from_slice(&(-1_i32).to_be_bytes());
            return Ok(());
        }
        self.encoder.cell(row, style, out)
    }

    #[inline]
    pub(crate) fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }
}

/// An encoder that a closure is, for values whose length only writing them tells.
pub(crate) fn writing<F>(write: F) -> Encoder
where
    F: Fn(usize, &TextStyle, &mut Vec<u8>) -> Result<()> + Send + 'static,
{
    Box::new(Writing(write))
}

struct Writing<F>(F);

impl<F> Encode for Writing<F>
where
    F: Fn(usize, &TextStyle, &mut Vec<u8>) -> Result<()> + Send + 'static,
{
    #[inline]
    fn value(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        (self.0)(row, style, out)
    }
}

/// An encoder of values that all have `N` bytes.
pub(crate) fn fixed<const N: usize, F>(read: F) -> Encoder
where
    F: Fn(usize) -> Result<[u8; N]> + Send + 'static,
{
    Box::new(Fixed(read))
}

struct Fixed<F>(F);

impl<const N: usize, F> Encode for Fixed<F>
where
    F: Fn(usize) -> Result<[u8; N]> + Send + 'static,
{
    #[inline]
    fn value(&self, row: usize, _: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(&(self.0)(row)?);
        Ok(())
    }

    #[inline]
    fn cell(&self, row: usize, _: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        // Together they are one check of the buffer's room, and no type has more than 16 bytes.
        let mut cell = [0; 20];
        if let Some((length, value)) = cell.split_first_chunk_mut() {
            *length = length_word(N);
            if let Some(place) = value.first_chunk_mut() {
                *place = (self.0)(row)?;
            }
        }
        out.extend_from_slice(cell.get(..N + 4).unwrap_or_default());
        Ok(())
    }
}

/// The length word of `length` bytes.
///
/// One that does not fit its word makes the row longer than any row may be, which the row's end
/// refuses.
#[inline]
pub(crate) fn length_word(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

/// Writes the length of what was appended after the four bytes at `start` into them.
#[inline]
pub(crate) fn patch_length(start: usize, out: &mut [u8]) {
    let length = length_word(out.len().saturating_sub(start).saturating_sub(4));
    if let Some(place) = out.get_mut(start..).and_then(<[u8]>::first_chunk_mut) {
        *place = length;
    }
}
