//! Booleans, strings, bytes, UUIDs, and what may be NULL.

use super::{FromPg, IsNull, ToPg};
use crate::types::catalog::is_string;
use crate::types::error::ValueError;
use crate::types::style::TextStyle;
use crate::types::user::Types;
use crate::types::uuid::Uuid;
use crate::types::{Value, boolean, bytea, json, text, uuid};
use crate::{Format, Oid};

impl ToPg for bool {
    fn natural_oid(&self) -> Oid {
        Oid::BOOL
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::BOOL, Format::Text) => boolean::text(*self, out),
            (Oid::BOOL, Format::Binary) => boolean::binary(*self, out),
            // What the cast in SQL makes of it.
            (oid, _) if is_string(oid) => {
                out.extend_from_slice(if *self { b"true" } else { b"false" });
            }
            _ => return encode_resolved(self, "a boolean", oid, format, style, out),
        }
        Ok(IsNull::No)
    }
}

impl FromPg<'_> for bool {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<bool, ValueError> {
        match decoded_form(Oid::BOOL, "boolean", oid, format, &style.types)? {
            Format::Binary => boolean::receive(bytes),
            Format::Text => boolean::parse(text::receive(bytes)?),
        }
    }
}

impl ToPg for str {
    fn natural_oid(&self) -> Oid {
        Oid::TEXT
    }

    #[inline]
    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match oid {
            Oid::NAME => {
                let name = text::truncate_name(self);
                out.extend_from_slice(text::receive(name.as_bytes())?.as_bytes());
            }
            // Text, but no zero byte, which a string of PostgreSQL cannot hold.
            oid if is_string(oid) => {
                out.extend_from_slice(text::receive(self.as_bytes())?.as_bytes());
            }
            oid => return encode_literal(self, oid, format, style, out),
        }
        Ok(IsNull::No)
    }
}

/// Writes a string as what it is a literal of.
fn encode_literal(
    text: &str,
    oid: Oid,
    format: Format,
    style: &TextStyle,
    out: &mut Vec<u8>,
) -> Result<IsNull, ValueError> {
    if let Some(oid) = style.types.stands_for(oid) {
        return text.encode(oid, format, style, out);
    }
    if let Some(spelled) = style.types.spelled(oid) {
        spelled.check(text)?;
        spelled.push(format, text, out);
        return Ok(IsNull::No);
    }
    Value::from_literal(oid, text, style)?.encode(oid, format, style, out)
}

impl ToPg for String {
    fn natural_oid(&self) -> Oid {
        Oid::TEXT
    }

    #[inline]
    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        self.as_str().encode(oid, format, style, out)
    }
}

/// Any type as text; in binary, those whose bytes are a string.
impl<'a> FromPg<'a> for &'a str {
    #[inline]
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &'a [u8],
        style: &TextStyle,
    ) -> Result<&'a str, ValueError> {
        match (oid, format) {
            (_, Format::Text) => text::receive(bytes),
            (Oid::JSON | Oid::JSONB | Oid::JSONPATH, _) => json::receive(bytes, oid),
            (oid, _) if is_string(oid) => text::receive(bytes),
            (oid, _) => match style.types.spelled(oid) {
                Some(spelled) => spelled.received(format, bytes),
                None => decode_resolved("text", oid, format, bytes, style),
            },
        }
    }
}

/// Any type, as its text.
impl FromPg<'_> for String {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<String, ValueError> {
        if format == Format::Text || is_string(oid) {
            return text::receive(bytes).map(str::to_owned);
        }
        let mut out = Vec::new();
        let value = Value::decode(oid, format, bytes, style)?;
        let _ = value.encode(oid, Format::Text, style, &mut out)?;
        text::receive(&out).map(str::to_owned)
    }
}

impl ToPg for [u8] {
    fn natural_oid(&self) -> Oid {
        Oid::BYTEA
    }

    #[inline]
    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match (oid, format) {
            (Oid::BYTEA, Format::Binary) => out.extend_from_slice(self),
            (Oid::BYTEA, Format::Text) => bytea::text(self, style.bytea_output, out),
            _ => return encode_resolved(self, "a bytea", oid, format, style, out),
        }
        Ok(IsNull::No)
    }
}

impl ToPg for Vec<u8> {
    fn natural_oid(&self) -> Oid {
        Oid::BYTEA
    }

    #[inline]
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

/// `bytea` in binary, and strings; the text of `bytea` must be unescaped, into a `Vec<u8>`.
impl<'a> FromPg<'a> for &'a [u8] {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &'a [u8],
        style: &TextStyle,
    ) -> Result<&'a [u8], ValueError> {
        match (oid, format) {
            (Oid::BYTEA, Format::Binary) => Ok(bytes),
            (oid, _) if is_string(oid) => Ok(bytes),
            _ => decode_resolved("bytea", oid, format, bytes, style),
        }
    }
}

impl FromPg<'_> for Vec<u8> {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Vec<u8>, ValueError> {
        match (style.types.resolved(oid), format) {
            (Oid::BYTEA, Format::Text) => bytea::parse(text::receive(bytes)?),
            _ => <&[u8]>::decode(oid, format, bytes, style).map(<[u8]>::to_vec),
        }
    }
}

impl ToPg for Uuid {
    fn natural_oid(&self) -> Oid {
        Oid::UUID
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match encoded_form(Oid::UUID, "a uuid", oid, format, &style.types)? {
            Format::Binary => uuid::binary(&self.0, out),
            Format::Text => uuid::text(&self.0, out),
        }
        Ok(IsNull::No)
    }
}

impl FromPg<'_> for Uuid {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Uuid, ValueError> {
        match decoded_form(Oid::UUID, "uuid", oid, format, &style.types)? {
            Format::Binary => uuid::receive(bytes).map(Uuid),
            Format::Text => uuid::parse(text::receive(bytes)?).map(Uuid),
        }
    }
}

impl<T: ToPg + ?Sized> ToPg for &T {
    fn natural_oid(&self) -> Oid {
        (**self).natural_oid()
    }

    #[inline]
    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        (**self).encode(oid, format, style, out)
    }
}

impl<T: ToPg> ToPg for Option<T> {
    fn natural_oid(&self) -> Oid {
        self.as_ref().map_or(Oid::UNKNOWN, ToPg::natural_oid)
    }

    #[inline]
    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match self {
            Some(value) => value.encode(oid, format, style, out),
            None => Ok(IsNull::Yes),
        }
    }
}

impl<'a, T: FromPg<'a>> FromPg<'a> for Option<T> {
    #[inline]
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &'a [u8],
        style: &TextStyle,
    ) -> Result<Option<T>, ValueError> {
        T::decode(oid, format, bytes, style).map(Some)
    }

    fn decode_checked(
        oid: Oid,
        format: Format,
        bytes: &'a [u8],
        style: &TextStyle,
    ) -> Result<Option<T>, ValueError> {
        T::decode_checked(oid, format, bytes, style).map(Some)
    }

    fn null() -> Result<Option<T>, ValueError> {
        Ok(None)
    }
}

/// How a value of the type `own` is written as the type `oid`: as its own, or in a string as text.
#[inline]
pub(super) fn encoded_form(
    own: Oid,
    what: &str,
    oid: Oid,
    format: Format,
    types: &Types,
) -> Result<Format, ValueError> {
    let form = form(own, oid, format, types);
    form.ok_or_else(|| ValueError::mismatch(what, &types.display_name(oid)))
}

/// How a value of the type `own` is read out of the type `oid`.
#[inline]
pub(super) fn decoded_form(
    own: Oid,
    wanted: &str,
    oid: Oid,
    format: Format,
    types: &Types,
) -> Result<Format, ValueError> {
    form(own, oid, format, types).ok_or_else(|| wrong(oid, wanted, types))
}

#[inline]
fn form(own: Oid, oid: Oid, format: Format, types: &Types) -> Option<Format> {
    if oid == own {
        return Some(format);
    }
    let oid = types.resolved(oid);
    if oid == own { Some(format) } else { is_string(oid).then_some(Format::Text) }
}

/// Writes a value as the type that this one stands for, a domain's base say.
///
/// 42804 if it is no such type: then the value cannot become one.
pub(super) fn encode_resolved(
    value: &(impl ToPg + ?Sized),
    what: &str,
    oid: Oid,
    format: Format,
    style: &TextStyle,
    out: &mut Vec<u8>,
) -> Result<IsNull, ValueError> {
    match style.types.stands_for(oid) {
        Some(oid) => value.encode(oid, format, style, out),
        None => Err(ValueError::mismatch(what, &style.types.display_name(oid))),
    }
}

/// Reads a value as the type that this one stands for.
///
/// 42804 if it is no such type: then it is none that was wanted.
pub(super) fn decode_resolved<'a, T: FromPg<'a>>(
    wanted: &str,
    oid: Oid,
    format: Format,
    bytes: &'a [u8],
    style: &TextStyle,
) -> Result<T, ValueError> {
    match style.types.stands_for(oid) {
        Some(oid) => T::decode(oid, format, bytes, style),
        None => Err(wrong(oid, wanted, &style.types)),
    }
}

#[cold]
pub(super) fn wrong(oid: Oid, wanted: &str, types: &Types) -> ValueError {
    ValueError::mismatch(&format!("type {}", types.display_name(oid)), wanted)
}
