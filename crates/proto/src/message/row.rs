//! Result sets: RowDescription and DataRow.

use bytes::Bytes;

use super::{BackendMessage, BackendTag, Encode, bind::put_values};
use crate::{
    Oid,
    error::{Malformed, Misuse},
    wire::{Body, Count, Reader, frame, put_count, put_part},
};

/// One column of a result set. As received, the name borrows from the message.
///
/// Source: <https://www.postgresql.org/docs/18/protocol-message-formats.html>, RowDescription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldDescription<S> {
    /// The name.
    pub name: S,
    /// The table it comes from; zero if it does not.
    pub table: Oid,
    /// Its number in that table; zero if it has none, negative for a system column.
    pub column: i16,
    /// Its type.
    pub type_oid: Oid,
    /// The size of the type: -1 variable, -2 a C string.
    pub typlen: i16,
    /// The type modifier; -1 if there is none.
    pub typmod: i32,
    /// The code of the format its values are in. Describe of a statement says text: it is not known yet.
    ///
    /// What Describe of a portal says is what its Bind asked for, be there such a format or not: see
    /// [`Format::from_code`](crate::Format::from_code).
    pub format: i16,
}

/// The columns of a received RowDescription.
#[derive(Clone, PartialEq, Eq)]
pub struct Fields {
    body: Bytes,
    count: u16,
}

impl Fields {
    /// How many columns there are.
    pub fn len(&self) -> usize {
        usize::from(self.count)
    }

    /// Whether there are none: `SELECT` without a list is legal.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The columns.
    pub fn iter(&self) -> impl Iterator<Item = FieldDescription<&[u8]>> + Clone {
        let mut reader = Reader::new(self.body.get(2..).unwrap_or_default());
        (0..self.count).map_while(move |_| field(&mut reader).ok())
    }
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// RowDescription: the columns of the rows that follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowDescription<F = Fields> {
    /// The columns, at most 32767 (PostgreSQL itself: 1664).
    pub fields: F,
}

impl RowDescription {
    /// Decodes the body.
    pub fn decode(body: Bytes) -> Result<RowDescription, Malformed> {
        let mut reader = Reader::new(&body);
        let count = column_count(&mut reader)?;
        for _ in 0..count {
            field(&mut reader)?;
        }
        reader.finish()?;
        Ok(RowDescription { fields: Fields { body, count } })
    }
}

impl Encode for RowDescription {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            out.extend_from_slice(&self.fields.body);
            Ok(())
        })
    }
}

impl BackendMessage for RowDescription {
    const TAG: BackendTag = BackendTag::ROW_DESCRIPTION;
}

impl<F, S> Encode for RowDescription<F>
where
    F: Clone + IntoIterator<Item = FieldDescription<S>>,
    S: AsRef<[u8]>,
{
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            put_count(out, Count::Signed, self.fields.clone(), |out, field| {
                put_part(out, field.name.as_ref())?;
                let [t0, t1, t2, t3] = field.table.0.to_be_bytes();
                let [c0, c1] = field.column.to_be_bytes();
                let [o0, o1, o2, o3] = field.type_oid.0.to_be_bytes();
                let [l0, l1] = field.typlen.to_be_bytes();
                let [m0, m1, m2, m3] = field.typmod.to_be_bytes();
                let [f0, f1] = field.format.to_be_bytes();
                // Behind the NUL of the name all at once: the room is looked for one time.
                out.extend_from_slice(&[
                    0, t0, t1, t2, t3, c0, c1, o0, o1, o2, o3, l0, l1, m0, m1, m2, m3, f0, f1,
                ]);
                Ok(())
            })
        })
    }
}

impl<F, S> BackendMessage for RowDescription<F>
where
    F: Clone + IntoIterator<Item = FieldDescription<S>>,
    S: AsRef<[u8]>,
{
    const TAG: BackendTag = BackendTag::ROW_DESCRIPTION;
}

/// The values of a received DataRow.
///
/// One slice of the read buffer, owned or borrowed.
#[derive(Clone, PartialEq, Eq)]
pub struct Values<B = Bytes> {
    body: B,
    count: u16,
}

impl<B: Body> Values<B> {
    /// How many values there are.
    #[inline]
    pub fn len(&self) -> usize {
        usize::from(self.count)
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The values; `None` is NULL.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = Option<&[u8]>> + Clone {
        let mut reader = Reader::new(self.body.as_ref().get(2..).unwrap_or_default());
        (0..self.count).map_while(move |_| reader.value().ok())
    }
}

impl<B> std::fmt::Debug for Values<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values are data, perhaps secret: only their number is told.
        f.debug_struct("Values").field("count", &self.count).finish_non_exhaustive()
    }
}

/// DataRow: one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataRow<V = Values> {
    /// One value a column, at most 32767.
    pub values: V,
}

impl<B: Body> DataRow<Values<B>> {
    /// Decodes the body.
    #[inline]
    pub fn decode(body: B) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body.as_ref());
        let count = column_count(&mut reader)?;
        for _ in 0..count {
            reader.value()?;
        }
        reader.finish()?;
        Ok(DataRow { values: Values { body, count } })
    }
}

impl<B: Body> Encode for DataRow<Values<B>> {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| {
            out.extend_from_slice(self.values.body.as_ref());
            Ok(())
        })
    }
}

impl<B: Body> BackendMessage for DataRow<Values<B>> {
    const TAG: BackendTag = BackendTag::DATA_ROW;
}

impl<I, V> Encode for DataRow<I>
where
    I: Clone + IntoIterator<Item = Option<V>>,
    V: AsRef<[u8]>,
{
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), Misuse> {
        frame(out, Self::TAG.0, |out| put_values(out, Count::Signed, self.values.clone()))
    }
}

impl<I, V> BackendMessage for DataRow<I>
where
    I: Clone + IntoIterator<Item = Option<V>>,
    V: AsRef<[u8]>,
{
    const TAG: BackendTag = BackendTag::DATA_ROW;
}

#[inline]
fn column_count(reader: &mut Reader<'_>) -> Result<u16, Malformed> {
    let count = reader.i16()?;
    u16::try_from(count).map_err(|_| Malformed::Count(count.into()))
}

fn field<'a>(reader: &mut Reader<'a>) -> Result<FieldDescription<&'a [u8]>, Malformed> {
    Ok(FieldDescription {
        name: reader.string()?,
        table: Oid(reader.u32()?),
        column: reader.i16()?,
        type_oid: Oid(reader.u32()?),
        typlen: reader.i16()?,
        typmod: reader.i32()?,
        format: reader.i16()?,
    })
}
