//! A value as it came.

use arrow_schema::DataType;
use trunkline_proto::types::array::{self, Dimension};
use trunkline_proto::types::{TextStyle, Value, ValueError, element_of, name_of, text};
use trunkline_proto::{Format, Oid, SqlState};

use crate::pg_type::PgType;

/// Below are the types that every server has.
const FIRST_USER_TYPE: u32 = 10_000;

/// A value in PostgreSQL's bytes.
#[derive(Clone, Copy)]
pub(crate) struct Datum<'a> {
    pub(crate) oid: Oid,
    pub(crate) format: Format,
    pub(crate) bytes: &'a [u8],
}

/// What is done with each element of an array or field of a record.
pub(super) type Part<'p> = dyn FnMut(Option<Datum<'_>>) -> Result<(), ValueError> + 'p;

impl<'a> Datum<'a> {
    /// A value of a type, of a domain one of the type that it is over.
    pub(crate) fn new(oid: Oid, format: Format, bytes: &'a [u8], style: &TextStyle) -> Datum<'a> {
        let oid = if oid.0 < FIRST_USER_TYPE { oid } else { style.types.base_of(oid) };
        Datum { oid, format, bytes }
    }

    /// Takes a string for a literal of the type `oid`, as SQL does with what has no type, and so the
    /// text of a type that is not known here; anything else stays what it is.
    pub(super) fn as_literal(self, oid: Oid) -> Datum<'a> {
        if self.oid == oid {
            self
        } else if self.is_string() {
            // Both formats of a string are the same.
            Datum { oid, format: Format::Text, ..self }
        } else if self.format == Format::Text && self.is_user_type() {
            // Its bytes would be taken for whatever they look like.
            Datum { oid, ..self }
        } else {
            self
        }
    }

    pub(super) fn is_string(&self) -> bool {
        matches!(
            self.oid,
            Oid::TEXT | Oid::VARCHAR | Oid::BPCHAR | Oid::NAME | Oid::UNKNOWN | Oid::UNSPECIFIED
        )
    }

    /// Whether the type is one that only its server knows.
    pub(super) fn is_user_type(&self) -> bool {
        // The first look spares a search for each value.
        self.oid.0 >= FIRST_USER_TYPE && name_of(self.oid).is_none()
    }

    /// The bytes as text.
    #[inline]
    pub(crate) fn text(&self) -> Result<&'a str, ValueError> {
        text::receive(self.bytes)
    }

    /// By the format, the text read by one function or the bytes by the other.
    #[inline]
    pub(super) fn read<T>(
        &self,
        parse: impl FnOnce(&'a str) -> Result<T, ValueError>,
        receive: impl FnOnce(&'a [u8]) -> Result<T, ValueError>,
    ) -> Result<T, ValueError> {
        match self.format {
            Format::Text => parse(self.text()?),
            Format::Binary => receive(self.bytes),
        }
    }

    /// Any value, for what is rare.
    pub(super) fn value(&self, style: &TextStyle) -> Result<Value, ValueError> {
        Value::decode(self.oid, self.format, self.bytes, style)
    }

    /// Reads an array's elements one after the other, and tells its dimensions; `None` for a value
    /// that is no array.
    ///
    /// The elements are of the type `element` where the array's type does not tell.
    pub(super) fn elements(
        &self,
        element: Oid,
        style: &TextStyle,
        each: &mut Part<'_>,
    ) -> Option<Result<Vec<Dimension>, ValueError>> {
        let (oid, format) = match (self.is_string(), self.is_user_type()) {
            (true, _) => (element, Format::Text),
            (_, true) => (style.types.element_of(self.oid).unwrap_or(element), self.format),
            _ => (element_of(self.oid)?, self.format),
        };
        let oid = style.types.base_of(oid);
        Some(match (format, self.oid) {
            (Format::Text, Oid::INT2VECTOR | Oid::OIDVECTOR) => self.vector(oid, each),
            (Format::Text, _) => self.text().and_then(|text| {
                let parts = array::parse(text, array::delimiter(oid), |element| {
                    each(element.map(|text| literal(oid, text)))
                });
                Ok(parts?.dimensions)
            }),
            (Format::Binary, _) => {
                let parts = array::receive(self.bytes, oid, |element| {
                    each(element.map(|bytes| Datum { oid, format: Format::Binary, bytes }))
                });
                parts.map(|parts| parts.dimensions)
            }
        })
    }

    /// `1 2 3`
    fn vector(&self, element: Oid, each: &mut Part<'_>) -> Result<Vec<Dimension>, ValueError> {
        let mut length: i32 = 0;
        for word in self.text()?.split_ascii_whitespace() {
            each(Some(literal(element, word)))?;
            length = length.saturating_add(1);
        }
        Ok(vec![Dimension { length, lower: 0 }])
    }

    /// Whether the type is one that the server registered, not a domain.
    pub(super) fn is_registered(&self, style: &TextStyle) -> bool {
        self.is_user_type()
            && (style.types.get(self.oid).is_some() || style.types.element_of(self.oid).is_some())
    }

    /// The error of a value that becomes none of an Arrow type.
    #[cold]
    pub(super) fn cannot_cast(&self, data_type: &DataType) -> ValueError {
        let name = |oid| name_of(oid).unwrap_or("unknown");
        let (found, wanted) = (name(self.oid), name(PgType::of(data_type).oid));
        ValueError::new(SqlState::CANNOT_COERCE, format!("cannot cast type {found} to {wanted}"))
            .with_detail(format!("The value is used as Arrow's type {data_type}."))
    }
}

/// A value of the type `oid` as text.
pub(super) fn literal(oid: Oid, text: &str) -> Datum<'_> {
    Datum { oid, format: Format::Text, bytes: text.as_bytes() }
}
