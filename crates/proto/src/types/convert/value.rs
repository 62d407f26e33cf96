//! Any value.

use super::plain::encode_resolved;
use super::{FromPg, IsNull, ToPg};
use crate::types::alias::{self, is_alias};
use crate::types::array::{self, Array};
use crate::types::catalog::{array_of, is_string};
use crate::types::datetime::{Date, Time, Timestamp, Timestamptz};
use crate::types::error::ValueError;
use crate::types::record::Record;
use crate::types::style::TextStyle;
use crate::types::user::{Base, Types};
use crate::types::uuid::Uuid;
use crate::types::value::Opaque;
use crate::types::{Value, int, json, jsonpath, lsn, macaddr, money, text};
use crate::{Format, Oid};

impl ToPg for Value {
    fn natural_oid(&self) -> Oid {
        match self {
            Value::Null => Oid::UNKNOWN,
            Value::Bool(_) => Oid::BOOL,
            Value::Char(_) => Oid::CHAR,
            Value::Int2(_) => Oid::INT2,
            Value::Int4(_) => Oid::INT4,
            Value::Int8(_) => Oid::INT8,
            Value::Oid(_) => Oid::OID,
            Value::Xid8(_) => Oid::XID8,
            Value::Lsn(_) => Oid::PG_LSN,
            Value::Float4(_) => Oid::FLOAT4,
            Value::Float8(_) => Oid::FLOAT8,
            Value::Numeric(_) => Oid::NUMERIC,
            Value::Text(_) => Oid::TEXT,
            Value::Bytea(_) => Oid::BYTEA,
            Value::Date(_) => Oid::DATE,
            Value::Time(_) => Oid::TIME,
            Value::Timetz(_) => Oid::TIMETZ,
            Value::Timestamp(_) => Oid::TIMESTAMP,
            Value::Timestamptz(_) => Oid::TIMESTAMPTZ,
            Value::Interval(_) => Oid::INTERVAL,
            Value::Uuid(_) => Oid::UUID,
            Value::Json(_) => Oid::JSON,
            Value::JsonPath(_) => Oid::JSONPATH,
            Value::Void => Oid::VOID,
            Value::Money(_) => Oid::MONEY,
            Value::Bits(_) => Oid::VARBIT,
            Value::Inet(_) => Oid::INET,
            Value::Macaddr(_) => Oid::MACADDR,
            Value::Macaddr8(_) => Oid::MACADDR8,
            Value::Tid(_) => Oid::TID,
            Value::Geometry(geometry) => geometry.oid(),
            Value::TsVector(_) => Oid::TSVECTOR,
            Value::TsQuery(_) => Oid::TSQUERY,
            Value::Snapshot(_) => Oid::PG_SNAPSHOT,
            Value::Range(range) => range.oid(),
            Value::Multirange(ranges) => ranges.oid(),
            Value::Array(array) => array.natural_oid(),
            Value::Record(record) => record.oid(),
            // Their OIDs are those that the database gave them.
            Value::Hstore(_) | Value::Vector(_) => Oid::UNKNOWN,
            Value::Opaque(opaque) => opaque.oid,
        }
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        match self {
            Value::Null => return Ok(IsNull::Yes),
            // A function that returns nothing returns this, whatever it is.
            _ if oid == Oid::VOID => {}
            Value::Bool(value) => return value.encode(oid, format, style, out),
            Value::Int2(value) => return value.encode(oid, format, style, out),
            Value::Int4(value) => return value.encode(oid, format, style, out),
            Value::Int8(value) => return value.encode(oid, format, style, out),
            Value::Oid(value) if is_alias(oid) => match format {
                Format::Text => alias::text(*value, oid, out),
                Format::Binary => int::binary_u32(*value, out),
            },
            Value::Oid(value) => return value.encode(oid, format, style, out),
            Value::Float4(value) => return value.encode(oid, format, style, out),
            Value::Float8(value) => return value.encode(oid, format, style, out),
            Value::Numeric(value) => return value.encode(oid, format, style, out),
            Value::Text(value) => return value.encode(oid, format, style, out),
            Value::Bytea(value) => return value.encode(oid, format, style, out),
            Value::Date(value) => return Date(*value).encode(oid, format, style, out),
            Value::Time(value) => return Time(*value).encode(oid, format, style, out),
            Value::Timetz(value) => return value.encode(oid, format, style, out),
            Value::Timestamp(value) => return Timestamp(*value).encode(oid, format, style, out),
            Value::Timestamptz(value) => {
                return Timestamptz(*value).encode(oid, format, style, out);
            }
            Value::Interval(value) => return value.encode(oid, format, style, out),
            Value::Uuid(value) => return Uuid(*value).encode(oid, format, style, out),
            Value::Array(value) => return value.encode(oid, format, style, out),
            Value::Record(value) => return value.encode(oid, format, style, out),
            Value::Opaque(value) => return value.encode(oid, format, style, out),
            // Of its own type only, or as the text that a string shows.
            _ => match (self.is_own(oid, &style.types), format) {
                (true, Format::Binary) => self.own_binary(oid, style, out)?,
                (true, Format::Text) => self.own_text(oid, style, out)?,
                (false, _) if is_string(oid) => self.own_text(self.natural_oid(), style, out)?,
                (false, _) => {
                    let what = self.described(&style.types);
                    return encode_resolved(self, &what, oid, format, style, out);
                }
            },
        }
        Ok(IsNull::No)
    }
}

impl Value {
    /// Whether a value that becomes nothing else is one of this type.
    fn is_own(&self, oid: Oid, types: &Types) -> bool {
        match self {
            Value::Hstore(_) => types.extension(oid) == Some(Base::Hstore),
            Value::Vector(vector) => types.extension(oid) == Some(vector.base()),
            Value::Json(_) => matches!(oid, Oid::JSON | Oid::JSONB),
            Value::Bits(_) => matches!(oid, Oid::BIT | Oid::VARBIT),
            Value::Inet(_) => matches!(oid, Oid::INET | Oid::CIDR),
            value => oid == value.natural_oid(),
        }
    }

    #[cold]
    fn described(&self, types: &Types) -> String {
        match self {
            Value::Hstore(_) => "type hstore".to_owned(),
            Value::Vector(vector) => format!("type {}", vector.name()),
            value => format!("type {}", types.display_name(value.natural_oid())),
        }
    }

    fn own_text(&self, oid: Oid, style: &TextStyle, out: &mut Vec<u8>) -> Result<(), ValueError> {
        match self {
            Value::Char(value) => text::text_char(*value, out),
            Value::Xid8(value) => int::text_u64(*value, out),
            Value::Lsn(value) => lsn::text(*value, out),
            Value::Json(value) => return json::text(value, oid, out),
            Value::JsonPath(path) => return jsonpath::text(path, out),
            Value::Money(cents) => money::text(*cents, out),
            Value::Bits(bits) => bits.text(out),
            Value::Inet(inet) => inet.text(oid, out),
            Value::Macaddr(address) => macaddr::text(address, out),
            Value::Macaddr8(address) => macaddr::text(address, out),
            Value::Tid(tid) => tid.text(out),
            Value::Geometry(geometry) => geometry.text(style, out),
            Value::TsVector(vector) => vector.text(out),
            Value::TsQuery(query) => query.text(out),
            Value::Snapshot(snapshot) => snapshot.text(out),
            Value::Range(range) => return range.text(style, out),
            Value::Multirange(ranges) => return ranges.text(style, out),
            Value::Hstore(hstore) => return hstore.text(out),
            Value::Vector(vector) => vector.text(out),
            // The others were encoded before.
            _ => {}
        }
        Ok(())
    }

    fn own_binary(&self, oid: Oid, style: &TextStyle, out: &mut Vec<u8>) -> Result<(), ValueError> {
        match self {
            Value::Char(value) => out.push(*value),
            Value::Xid8(value) | Value::Lsn(value) => int::binary_u64(*value, out),
            Value::Json(value) => return json::binary(value, oid, out),
            Value::JsonPath(path) => {
                out.push(json::VERSION);
                return jsonpath::text(path, out);
            }
            Value::Money(cents) => int::binary_i64(*cents, out),
            Value::Bits(bits) => bits.binary(out),
            Value::Inet(inet) => inet.binary(oid, out),
            Value::Macaddr(address) => out.extend_from_slice(address),
            Value::Macaddr8(address) => out.extend_from_slice(address),
            Value::Tid(tid) => tid.binary(out),
            Value::Geometry(geometry) => geometry.binary(out),
            Value::TsVector(vector) => vector.binary(out),
            Value::TsQuery(query) => query.binary(out),
            Value::Snapshot(snapshot) => snapshot.binary(out),
            Value::Range(range) => return range.binary(style, out),
            Value::Multirange(ranges) => return ranges.binary(style, out),
            Value::Hstore(hstore) => return hstore.binary(out),
            Value::Vector(vector) => return vector.binary(out),
            // The others were encoded before.
            _ => {}
        }
        Ok(())
    }
}

impl FromPg<'_> for Value {
    fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Value, ValueError> {
        Value::decode(oid, format, bytes, style)
    }

    fn decode_checked(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Value, ValueError> {
        Value::decode_checked(oid, format, bytes, style)
    }

    fn null() -> Result<Value, ValueError> {
        Ok(Value::Null)
    }
}

impl ToPg for Array {
    fn natural_oid(&self) -> Oid {
        array_of(self.element()).unwrap_or(Oid::UNKNOWN)
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        let element = match style.types.element_of(oid) {
            Some(element) => element,
            // A type that is not known, or a string that shows the array.
            None if style.types.name_of(oid).is_none() || is_string(oid) => self.element(),
            None => return encode_resolved(self, "an array", oid, format, style, out),
        };
        let (dimensions, types) = (self.dimensions(), (oid, element));
        match self.values() {
            Some(values) => {
                let elements = values.iter().map(Ok);
                array::push(elements, dimensions, types, format, style, out)?;
            }
            None => array::push(self.elements(), dimensions, types, format, style, out)?,
        }
        Ok(IsNull::No)
    }
}

impl ToPg for Record {
    fn natural_oid(&self) -> Oid {
        self.oid()
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        // A composite type that is registered, or one that is not known.
        let is_row = oid == Oid::RECORD
            || style.types.attributes(oid).is_some()
            || style.types.name_of(oid).is_none();
        match format {
            _ if is_string(oid) => self.text(self.oid(), style, out)?,
            _ if !is_row => return encode_resolved(self, "a record", oid, format, style, out),
            Format::Binary => self.binary(oid, style, out)?,
            Format::Text => self.text(oid, style, out)?,
        }
        Ok(IsNull::No)
    }
}

impl ToPg for Opaque {
    fn natural_oid(&self) -> Oid {
        self.oid
    }

    fn encode(
        &self,
        oid: Oid,
        format: Format,
        style: &TextStyle,
        out: &mut Vec<u8>,
    ) -> Result<IsNull, ValueError> {
        let as_string = self.format == Format::Text && is_string(oid);
        if (oid, format) != (self.oid, self.format) && !as_string {
            let own = format!("type {}", style.types.display_name(self.oid));
            return encode_resolved(self, &own, oid, format, style, out);
        }
        out.extend_from_slice(&self.bytes);
        Ok(IsNull::No)
    }
}
