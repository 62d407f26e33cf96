//! Everything nested as `jsonb`, as PostgreSQL's `to_jsonb` makes it and `jsonb_out` prints it.
//!
//! Keys are sorted by length, then by bytes, and the last of two that are the same counts; numbers
//! have no exponent; what JSON has no number for (`NaN`, `Infinity`) is a string; dates and times
//! are in ISO 8601, whatever the session's `DateStyle`.

mod text;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, UnionArray};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field};
use trunkline_core::{PgError, Result};
use trunkline_proto::types::{DateFormat, TextStyle, name_of};
use trunkline_proto::{Format, Oid};

use super::cell::{Cells, Encode, Encoder};
use super::indexed::Indexed;
use super::list::Spans;
use super::{text as text_encoder, text_cells};
use crate::pg_type::PgType;

/// Plans `jsonb` of any array.
pub(super) fn encoder(array: &ArrayRef, format: Format) -> Result<Encoder> {
    let root = Kind::new(array, PgType::of(array.data_type()))?;
    Ok(Box::new(Json { root, binary: format == Format::Binary }))
}

struct Json {
    root: Kind,
    binary: bool,
}

impl Encode for Json {
    fn value(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        if self.binary {
            out.push(1);
        }
        if style.date_style.format == DateFormat::Iso {
            return self.root.write(row, style, out);
        }
        let mut style = style.clone();
        style.date_style.format = DateFormat::Iso;
        self.root.write(row, &style, out)
    }
}

/// An array's values, of which some may be `null`.
struct Node {
    nulls: Option<NullBuffer>,
    kind: Kind,
}

/// How the values of one array become JSON.
enum Kind {
    Array(Spans, Box<Node>),
    Boolean(BooleanBuffer),
    /// Booleans of the extension type `arrow.bool8`.
    Bool8(Encoder),
    /// Text that is JSON already.
    Json(Encoder),
    Map(Spans, Cells, Box<Node>),
    /// A timestamp, with or without a zone.
    Moment(Encoder),
    Number(Encoder),
    /// Each member after the text that comes before it: `{"key": `, then `, "key": `.
    Object(Vec<(Vec<u8>, Node)>),
    Redirected(Vec<usize>, Box<Kind>),
    String(Encoder),
    Union(ScalarBuffer<i8>, Option<ScalarBuffer<i32>>, Vec<(i8, Node)>),
}

impl Node {
    fn new(array: &ArrayRef, field: &Field) -> Result<Node> {
        let pg_type = PgType::of_field(field);
        if let (Oid::TIMESTAMPTZ, Some(_)) = (pg_type.oid, array.as_struct_opt()) {
            let moments = text_cells(array, field)?.ok_or_else(contradiction)?;
            return Ok(Node { nulls: moments.nulls, kind: Kind::Moment(moments.encoder) });
        }
        let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
        Ok(Node { nulls, kind: Kind::new(array, pg_type)? })
    }

    fn write(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            out.extend_from_slice(b"null");
            return Ok(());
        }
        self.kind.write(row, style, out)
    }
}

impl Kind {
    fn new(array: &ArrayRef, pg_type: PgType) -> Result<Kind> {
        // A type of the server's own is in JSON what its values are.
        let own = name_of(pg_type.oid).is_none();
        let pg_type = if own { PgType::of(array.data_type()) } else { pg_type };
        if let Some(Indexed { places, values }) = Indexed::new(array) {
            return Ok(Kind::Redirected(places, Box::new(Kind::new(&values, pg_type)?)));
        }
        Ok(match array.data_type() {
            DataType::Boolean => Kind::Boolean(array.as_boolean().values().clone()),
            DataType::Struct(fields) => {
                let columns = array.as_struct().columns();
                Kind::object(fields.iter().map(AsRef::as_ref).zip(columns))?
            }
            DataType::Map(_, _) => Kind::map(array)?,
            DataType::Union(_, _) => Kind::union(array.as_union())?,
            DataType::List(field)
            | DataType::LargeList(field)
            | DataType::ListView(field)
            | DataType::LargeListView(field)
            | DataType::FixedSizeList(field, _) => {
                let (spans, values) = Spans::new(array).ok_or_else(contradiction)?;
                Kind::Array(spans, Box::new(Node::new(&values, field)?))
            }
            _ => Kind::scalar(array, pg_type.oid)?,
        })
    }

    fn scalar(array: &ArrayRef, oid: Oid) -> Result<Kind> {
        let encoder = text_encoder(array, oid)?.ok_or_else(contradiction)?;
        Ok(match oid {
            Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::FLOAT4 | Oid::FLOAT8 | Oid::NUMERIC => {
                Kind::Number(encoder)
            }
            Oid::JSON | Oid::JSONB => Kind::Json(encoder),
            Oid::TIMESTAMP | Oid::TIMESTAMPTZ => Kind::Moment(encoder),
            Oid::BOOL => Kind::Bool8(encoder),
            _ => Kind::String(encoder),
        })
    }

    fn object<'a>(members: impl Iterator<Item = (&'a Field, &'a ArrayRef)>) -> Result<Kind> {
        let mut members: Vec<_> = members.collect();
        // The sort is stable, so the last of equal keys stays last.
        members.sort_by(|(a, _), (b, _)| text::key_order(a.name().as_bytes(), b.name().as_bytes()));
        let mut object: Vec<(Vec<u8>, Node)> = Vec::with_capacity(members.len());
        let mut members = members.into_iter().peekable();
        while let Some((field, array)) = members.next() {
            if members.peek().is_some_and(|(next, _)| next.name() == field.name()) {
                continue;
            }
            let mut before = Vec::from(if object.is_empty() { &b"{"[..] } else { b", " });
            let start = before.len();
            before.extend_from_slice(field.name().as_bytes());
            text::quote(start, &mut before);
            before.extend_from_slice(b": ");
            object.push((before, Node::new(array, field)?));
        }
        Ok(Kind::Object(object))
    }

    fn map(array: &ArrayRef) -> Result<Kind> {
        let (spans, _) = Spans::new(array).ok_or_else(contradiction)?;
        let map = array.as_map();
        let (key, value) = map.entries_fields();
        // A nested key is its text, as PostgreSQL casts one.
        let keys = text_cells(map.keys(), key)?.ok_or_else(contradiction)?;
        Ok(Kind::Map(spans, keys, Box::new(Node::new(map.values(), value)?)))
    }

    fn union(array: &UnionArray) -> Result<Kind> {
        let members = array.fields().iter().map(|(id, field)| {
            let node = Node::new(array.child(id), field)?;
            Ok((id, node))
        });
        let members = members.collect::<Result<_>>()?;
        Ok(Kind::Union(array.type_ids().clone(), array.offsets().cloned(), members))
    }

    fn write(&self, row: usize, style: &TextStyle, out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        match self {
            Kind::Array(spans, elements) => {
                out.push(b'[');
                let span = spans.get(row);
                let first = span.start;
                for place in span {
                    if place != first {
                        out.extend_from_slice(b", ");
                    }
                    elements.write(place, style, out)?;
                }
                out.push(b']');
            }
            Kind::Boolean(values) => {
                let word: &[u8] = if values.value(row) { b"true" } else { b"false" };
                out.extend_from_slice(word);
            }
            Kind::Bool8(encoder) => {
                encoder.value(row, style, out)?;
                let is_true = out.get(start) == Some(&b't');
                out.truncate(start);
                out.extend_from_slice(if is_true { b"true" } else { b"false" });
            }
            Kind::Json(encoder) => encoder.value(row, style, out)?,
            Kind::Map(spans, keys, values) => {
                let mut entries = Vec::new();
                for place in spans.get(row) {
                    let mut key = Vec::new();
                    keys.encoder.value(place, style, &mut key)?;
                    entries.push((key, place));
                }
                entries.sort_by(|(a, _), (b, _)| text::key_order(a, b));
                write_map(entries, values, style, out)?;
            }
            Kind::Moment(encoder) => {
                out.push(b'"');
                encoder.value(row, style, out)?;
                text::to_iso_8601(start, out);
                out.push(b'"');
            }
            Kind::Number(encoder) => {
                encoder.value(row, style, out)?;
                text::to_json_number(start, out)?;
            }
            Kind::Object(members) => {
                for (before, member) in members {
                    out.extend_from_slice(before);
                    member.write(row, style, out)?;
                }
                out.extend_from_slice(if members.is_empty() { b"{}" } else { b"}" });
            }
            Kind::Redirected(places, values) => {
                values.write(places.get(row).copied().unwrap_or_default(), style, out)?;
            }
            Kind::String(encoder) => {
                encoder.value(row, style, out)?;
                text::quote(start, out);
            }
            Kind::Union(ids, offsets, members) => {
                let id = ids.get(row).ok_or_else(contradiction)?;
                let member = members.iter().find(|(member, _)| member == id);
                let (_, member) = member.ok_or_else(contradiction)?;
                let place = match offsets {
                    Some(offsets) => {
                        let offset = offsets.get(row).copied().ok_or_else(contradiction)?;
                        usize::try_from(offset).map_err(|_| contradiction())?
                    }
                    None => row,
                };
                member.write(place, style, out)?;
            }
        }
        Ok(())
    }
}

fn write_map(
    entries: Vec<(Vec<u8>, usize)>,
    values: &Node,
    style: &TextStyle,
    out: &mut Vec<u8>,
) -> Result<()> {
    out.push(b'{');
    let first = out.len();
    let mut entries = entries.into_iter().peekable();
    while let Some((key, place)) = entries.next() {
        if entries.peek().is_some_and(|(next, _)| *next == key) {
            continue;
        }
        if out.len() != first {
            out.extend_from_slice(b", ");
        }
        let start = out.len();
        out.extend_from_slice(&key);
        text::quote(start, out);
        out.extend_from_slice(b": ");
        values.write(place, style, out)?;
    }
    out.push(b'}');
    Ok(())
}

#[cold]
fn contradiction() -> PgError {
    PgError::internal("an Arrow array contradicts its type")
}
