//! The text within values, converted where it stands.

use super::EncodingError;
use crate::types::{Base, Kind, Types, UserType};
use crate::wire::Reader;
use crate::{Format, Oid};

/// How deep records may lie in records; what lies deeper stays as it is.
const DEEPEST: u8 = 64;

/// Converts one text: appends to the second what the first is in the other encoding.
type Convert<'c> = &'c mut dyn FnMut(&[u8], &mut Vec<u8>) -> Result<(), EncodingError>;

/// Where the text of a value's binary form is.
enum Form {
    /// All of it is text.
    Text,
    /// All behind the first byte, which is a version.
    Versioned,
    /// In the elements of an array.
    Array(Oid),
    /// In the fields of a row.
    Record,
    /// In values of this type, behind so many bytes: the bounds of a range, the ranges of a multirange.
    Values(usize, Oid),
    /// In keys and values.
    Pairs,
    /// Nowhere, or nowhere that is looked for.
    Opaque,
}

/// Appends a value with all text in it converted by `convert`: as text it is nothing else, and in binary it
/// is what PostgreSQL converts in strings, JSON, enums, `jsonpath`, `hstore`, and in arrays, rows and ranges of
/// them. What is malformed is appended as it is; text search types, whose words lie between bytes, are too.
///
/// # Errors
///
/// Those of `convert`.
pub fn recode_value(
    (oid, format): (Oid, Format),
    types: &Types,
    value: &[u8],
    out: &mut Vec<u8>,
    convert: Convert<'_>,
) -> Result<(), EncodingError> {
    match format {
        Format::Text => convert(value, out),
        Format::Binary => Recoder { types, convert, depth: 0 }.value(oid, value, out),
    }
}

struct Recoder<'a> {
    types: &'a Types,
    convert: Convert<'a>,
    depth: u8,
}

impl Recoder<'_> {
    fn value(&mut self, oid: Oid, value: &[u8], out: &mut Vec<u8>) -> Result<(), EncodingError> {
        let form = if self.depth > DEEPEST { Form::Opaque } else { form(oid, self.types) };
        self.depth = self.depth.saturating_add(1);
        let done = match form {
            Form::Text => (self.convert)(value, out),
            Form::Versioned => match value.split_first() {
                Some((version, text)) => {
                    out.push(*version);
                    (self.convert)(text, out)
                }
                None => Ok(()),
            },
            Form::Array(element) => {
                let dimensions = value.first_chunk().map_or(0, |count| i32::from_be_bytes(*count));
                let dimensions = usize::try_from(dimensions).unwrap_or(usize::MAX);
                self.values(element, dimensions.saturating_mul(8).saturating_add(12), value, out)
            }
            Form::Values(head, oid) => self.values(oid, head, value, out),
            Form::Pairs => self.values(Oid::TEXT, 4, value, out),
            Form::Record => self.record(value, out),
            Form::Opaque => {
                out.extend_from_slice(value);
                Ok(())
            }
        };
        self.depth = self.depth.saturating_sub(1);
        done
    }

    /// Values with their lengths, behind a head.
    fn values(
        &mut self,
        oid: Oid,
        head: usize,
        value: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), EncodingError> {
        let (head, mut rest) = value.split_at_checked(head).unwrap_or((value, &[]));
        out.extend_from_slice(head);
        while let Some(after) = self.sized(oid, rest, out)? {
            rest = after;
        }
        out.extend_from_slice(rest);
        Ok(())
    }

    /// Fields with their types and lengths, behind their number.
    fn record(&mut self, value: &[u8], out: &mut Vec<u8>) -> Result<(), EncodingError> {
        let (head, mut rest) = value.split_at_checked(4).unwrap_or((value, &[]));
        out.extend_from_slice(head);
        while let Some((oid, sized)) = rest.split_first_chunk::<4>() {
            let start = out.len();
            out.extend_from_slice(oid);
            match self.sized(Oid(u32::from_be_bytes(*oid)), sized, out)? {
                Some(after) => rest = after,
                None => {
                    out.truncate(start);
                    break;
                }
            }
        }
        out.extend_from_slice(rest);
        Ok(())
    }

    /// One value with its length, -1 for NULL; what stands behind it, or `None` if there is none.
    fn sized<'v>(
        &mut self,
        oid: Oid,
        bytes: &'v [u8],
        out: &mut Vec<u8>,
    ) -> Result<Option<&'v [u8]>, EncodingError> {
        let mut reader = Reader::new(bytes);
        let Ok(value) = reader.value() else { return Ok(None) };
        let Some(value) = value else {
            out.extend_from_slice(&(-1_i32).to_be_bytes());
            return Ok(bytes.get(4..));
        };
        append_sized(out, |out| self.value(oid, value, out))?;
        Ok(bytes.get(value.len().saturating_add(4)..))
    }
}

/// Appends what `write` does with its length in front of it.
pub fn append_sized<E>(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    write(out)?;
    let behind = start.saturating_add(4);
    // What is too long for its length makes a message that is too long, which is refused.
    let length = i32::try_from(out.len().saturating_sub(behind)).unwrap_or(i32::MAX);
    if let Some(place) = out.get_mut(start..behind) {
        place.copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}

fn form(oid: Oid, types: &Types) -> Form {
    let oid = types.base_of(oid);
    if let Some(element) = types.element_of(oid) {
        return Form::Array(element);
    }
    match oid {
        Oid::TEXT | Oid::VARCHAR | Oid::BPCHAR | Oid::NAME | Oid::CSTRING | Oid::UNKNOWN => {
            Form::Text
        }
        Oid::JSON | Oid::XML | Oid::REFCURSOR => Form::Text,
        Oid::JSONB | Oid::JSONPATH => Form::Versioned,
        Oid::RECORD => Form::Record,
        _ => types.get(oid).map_or(Form::Opaque, form_of_user),
    }
}

fn form_of_user(user: &UserType) -> Form {
    match user.kind() {
        Kind::Enum(_) | Kind::Base(Base::Text) => Form::Text,
        Kind::Base(Base::Ltree) => Form::Versioned,
        Kind::Base(Base::Hstore) => Form::Pairs,
        Kind::Composite(_) => Form::Record,
        Kind::Range { subtype } => Form::Values(1, *subtype),
        Kind::Multirange { range } => Form::Values(4, *range),
        Kind::Domain { .. } | Kind::Base(_) => Form::Opaque,
    }
}
