//! Lists: arrays of one dimension.

use super::plain::{decode_resolved, encode_resolved};
use super::{FromPg, IsNull, ToPg};
use crate::types::array::{self, Dimension};
use crate::types::catalog::array_of;
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::text;
use crate::{Format, Oid};

impl<T: ToPg> ToPg for [T] {
    fn natural_oid(&self) -> Oid {
        let element = self.iter().map(ToPg::natural_oid).find(|oid| *oid != Oid::UNKNOWN);
        element.and_then(array_of).unwrap_or(Oid::UNKNOWN)
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        let Some(element) = style.types.element_of(oid) else {
            return encode_resolved(self, "a list", oid, format, style, out);
        };
        let length = i32::try_from(self.len()).unwrap_or(i32::MAX);
        let lower = i32::from(!matches!(oid, Oid::INT2VECTOR | Oid::OIDVECTOR));
        let dimension = [Dimension { length, lower }];
        let dimensions = if length == 0 && lower == 1 { &[] } else { dimension.as_slice() };
        let elements = self.iter().map(Ok);
        array::push(elements, dimensions, (oid, element), format, style, out)?;
        Ok(IsNull::No)
    }
}

impl<T: ToPg> ToPg for Vec<T> {
    fn natural_oid(&self) -> Oid {
        self.as_slice().natural_oid()
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        self.as_slice().encode(oid, format, style, out)
    }
}

/// An array of at most one dimension; where its subscripts start does not matter.
impl<T: for<'b> FromPg<'b>> FromPg<'_> for Vec<T> {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Vec<T>, ValueError> {
        let Some(element) = style.types.element_of(oid) else {
            return decode_resolved("a list", oid, format, bytes, style);
        };
        let read = |item: Option<&[u8]>| match item {
            Some(bytes) => T::decode(element, format, bytes, style),
            None => T::null(),
        };
        let parts = match (oid, format) {
            (Oid::INT2VECTOR | Oid::OIDVECTOR, Format::Text) => {
                let words = text::receive(bytes)?.split_ascii_whitespace();
                return words.map(|word| read(Some(word.as_bytes()))).collect();
            }
            (_, Format::Text) => {
                let delimiter = style.types.delimiter(element);
                let text = text::receive(bytes)?;
                array::parse(text, delimiter, |text| read(text.map(str::as_bytes)))?
            }
            (_, Format::Binary) => array::receive(bytes, element, read)?,
        };
        if parts.dimensions.len() > 1 {
            return Err(ValueError::mismatch("an array of several dimensions", "a list"));
        }
        Ok(parts.elements)
    }
}
