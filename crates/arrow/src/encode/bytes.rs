//! Strings and byte strings.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    BinaryType, BinaryViewType, ByteArrayType, ByteViewType, LargeBinaryType, LargeUtf8Type,
    StringViewType, Utf8Type,
};
use arrow_array::{
    Array, FixedSizeBinaryArray, GenericByteArray, GenericByteViewArray, StringViewArray,
};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;
use trunkline_core::{PgError, Result};
use trunkline_proto::types::{TextStyle, bytea, text, uuid};
use trunkline_proto::{Format, Oid, SqlState};

use super::Use;
use super::cell::{Encode, Encoder, length_word};

/// An array whose values are slices.
trait Slices: Send + 'static {
    fn slice(&self, row: usize) -> &[u8];
}

impl<T: ByteArrayType> Slices for GenericByteArray<T> {
    #[inline]
    fn slice(&self, row: usize) -> &[u8] {
        self.value(row).as_ref()
    }
}

impl<T: ByteViewType + ?Sized> Slices for GenericByteViewArray<T> {
    #[inline]
    fn slice(&self, row: usize) -> &[u8] {
        self.value(row).as_ref()
    }
}

impl Slices for FixedSizeBinaryArray {
    #[inline]
    fn slice(&self, row: usize) -> &[u8] {
        self.value(row)
    }
}

/// Plans `text` and the types that look like it; `None` if the array holds neither strings nor bytes.
pub(super) fn text(array: &dyn Array, oid: Oid, format: Format, use_of: Use) -> Option<Encoder> {
    let jsonb = oid == Oid::JSONB && format == Format::Binary;
    Some(match array.data_type() {
        DataType::Utf8 => text_of(array.as_bytes::<Utf8Type>(), jsonb, use_of),
        DataType::LargeUtf8 => text_of(array.as_bytes::<LargeUtf8Type>(), jsonb, use_of),
        DataType::Utf8View => {
            let values = array.as_byte_view::<StringViewType>().clone();
            if jsonb { Box::new(Jsonb(values)) } else { Box::new(View(values)) }
        }
        // Bytes that are said to be text.
        DataType::Binary if oid != Oid::JSONB => {
            Box::new(Said(array.as_bytes::<BinaryType>().clone()))
        }
        DataType::LargeBinary if oid != Oid::JSONB => {
            Box::new(Said(array.as_bytes::<LargeBinaryType>().clone()))
        }
        DataType::BinaryView if oid != Oid::JSONB => {
            Box::new(Said(array.as_byte_view::<BinaryViewType>().clone()))
        }
        _ => return None,
    })
}

fn text_of<T: ByteArrayType>(array: &GenericByteArray<T>, jsonb: bool, use_of: Use) -> Encoder {
    let values = array.clone();
    if jsonb {
        Box::new(Jsonb(values))
    } else if use_of == Use::All && is_free_of_zero(array) {
        Box::new(Raw(values))
    } else {
        Box::new(Text(values))
    }
}

/// Whether no value has a character zero: faster than a look at each.
fn is_free_of_zero<T: ByteArrayType>(array: &GenericByteArray<T>) -> bool {
    let offsets = array.value_offsets();
    let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else { return true };
    let bytes = array.value_data().get(first.as_usize()..last.as_usize()).unwrap_or_default();
    !bytes.chunks(4096).any(has_zero)
}

/// Plans `bytea`; `None` if the array holds no byte strings.
pub(super) fn bytea(array: &dyn Array, format: Format) -> Option<Encoder> {
    Some(match array.data_type() {
        DataType::Binary => bytea_of(array.as_bytes::<BinaryType>().clone(), format),
        DataType::LargeBinary => bytea_of(array.as_bytes::<LargeBinaryType>().clone(), format),
        DataType::BinaryView => bytea_of(array.as_byte_view::<BinaryViewType>().clone(), format),
        DataType::FixedSizeBinary(_) => bytea_of(array.as_fixed_size_binary().clone(), format),
        _ => return None,
    })
}

fn bytea_of(values: impl Slices, format: Format) -> Encoder {
    match format {
        Format::Text => Box::new(Bytea(values)),
        Format::Binary => Box::new(Raw(values)),
    }
}

/// Plans `uuid`; `None` if the array does not hold 16 bytes each.
pub(super) fn uuid(array: &dyn Array, format: Format) -> Option<Encoder> {
    let DataType::FixedSizeBinary(16) = array.data_type() else { return None };
    let values = array.as_fixed_size_binary().clone();
    Some(match format {
        Format::Text => Box::new(Uuid(values)),
        Format::Binary => Box::new(Raw(values)),
    })
}

/// Bytes as they are.
struct Raw<A>(A);

impl<A: Slices> Encode for Raw<A> {
    fn value(&self, row: usize, _: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(self.0.slice(row));
        Ok(())
    }

    fn cell(&self, row: usize, _: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        append_cell(self.0.slice(row), out);
        Ok(())
    }
}

/// Text, the same in both formats; PostgreSQL knows no character zero.
struct Text<A>(A);

impl<A: Slices> Encode for Text<A> {
    fn value(&self, row: usize, _: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(without_zero(self.0.slice(row))?);
        Ok(())
    }

    fn cell(&self, row: usize, _: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        append_cell(without_zero(self.0.slice(row))?, out);
        Ok(())
    }
}

/// Text of views: short ones lie in the view itself, and are copied whole.
struct View(StringViewArray);

/// The longest text that lies in its view, as Arrow has it.
const IN_VIEW: u32 = 12;

impl Encode for View {
    fn value(&self, row: usize, _: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(without_zero(self.0.value(row).as_bytes())?);
        Ok(())
    }

    fn cell(&self, row: usize, _: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        let view = self.0.views().get(row).copied().unwrap_or_default();
        let length = u32::try_from(view & 0xffff_ffff).unwrap_or(u32::MAX);
        if length > IN_VIEW {
            append_cell(without_zero(self.0.value(row).as_bytes())?, out);
            return Ok(());
        }
        let text = view >> 32;
        if has_zero_within(text, length) {
            return Err(zero());
        }
        let cell = (text << 32) | u128::from(length.swap_bytes());
        // All is copied, for that is one store; what is too much goes again.
        out.extend_from_slice(&cell.to_le_bytes());
        out.truncate(out.len() - IN_VIEW.as_usize() + length.as_usize());
        Ok(())
    }
}

/// Whether one of the lowest `length` bytes of a word is zero; there are fewer than sixteen.
#[inline]
fn has_zero_within(word: u128, length: u32) -> bool {
    const ONES: u128 = u128::MAX / 0xff;
    let filled = word | (u128::MAX << (8 * length));
    // Of bytes without their highest bit, the lowest that gets it by taking one away is zero.
    filled.wrapping_sub(ONES) & !filled & (ONES << 7) != 0
}

/// Bytes as text, if they are.
struct Said<A>(A);

impl<A: Slices> Encode for Said<A> {
    fn value(&self, row: usize, _: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(text::receive(self.0.slice(row))?.as_bytes());
        Ok(())
    }
}

/// Binary `jsonb`: its version and its text.
struct Jsonb<A>(A);

impl<A: Slices> Encode for Jsonb<A> {
    fn value(&self, row: usize, _: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        out.push(1);
        out.extend_from_slice(without_zero(self.0.slice(row))?);
        Ok(())
    }
}

/// `bytea` as text.
struct Bytea<A>(A);

impl<A: Slices> Encode for Bytea<A> {
    fn value(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        bytea::text(self.0.slice(row), style.bytea_output, out);
        Ok(())
    }
}

/// `uuid` as text.
struct Uuid(FixedSizeBinaryArray);

impl Encode for Uuid {
    fn value(&self, row: usize, _: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        let value = self.0.value(row);
        let value = value.try_into().map_err(|_| PgError::internal("a uuid has 16 bytes"))?;
        uuid::text(value, out);
        Ok(())
    }
}

#[inline]
fn append_cell(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len().saturating_add(4));
    out.extend_from_slice(&length_word(bytes.len()));
    out.extend_from_slice(bytes);
}

#[inline]
fn without_zero(text: &[u8]) -> Result<&[u8]> {
    if has_zero(text) { Err(zero()) } else { Ok(text) }
}

/// Whether a byte is zero: without a way out of the loop, the compiler compares many bytes at once.
#[inline]
fn has_zero(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |zero, byte| zero | (*byte == 0))
}

#[cold]
fn zero() -> PgError {
    PgError::new(
        SqlState::CHARACTER_NOT_IN_REPERTOIRE,
        "invalid byte sequence for encoding \"UTF8\": 0x00",
    )
}
