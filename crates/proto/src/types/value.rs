//! Any value.

use bytes::Bytes;

use super::alias::{self, is_alias};
use super::array::Array;
use super::catalog::is_string;
use super::check::{check_binary, check_literal, check_modified_literal, check_parts};
use super::datetime::{self, Timetz};
use super::error::ValueError;
use super::interval::Interval;
use super::made::{Made, made_of};
use super::numeric::Numeric;
use super::range::{Multirange, Range};
use super::record::Record;
use super::style::TextStyle;
use super::typmod;
use super::user::Types;
use super::{
    Bits, Geometry, Hstore, Inet, Snapshot, Tid, TsQuery, TsVector, Vector, boolean, bytea, float,
    int, json, jsonpath, lsn, macaddr, money, text, uuid,
};
use crate::{Format, Oid};

/// A decoded value, for engines without types of their own.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// NULL, of any type.
    #[default]
    Null,
    /// `boolean`
    Bool(bool),
    /// `"char"`
    Char(u8),
    /// `smallint`
    Int2(i16),
    /// `integer`
    Int4(i32),
    /// `bigint`
    Int8(i64),
    /// `oid`, `xid`, `cid`, and the likes of `regclass` but for names
    Oid(u32),
    /// `xid8`
    Xid8(u64),
    /// `pg_lsn`
    Lsn(u64),
    /// `real`
    Float4(f32),
    /// `double precision`
    Float8(f64),
    /// `numeric`
    Numeric(Numeric),
    /// `text` and every other string type; an enum, `citext` or `ltree` that is registered
    Text(String),
    /// `bytea`
    Bytea(Vec<u8>),
    /// `date`: days since 2000-01-01
    Date(i32),
    /// `time`: microseconds since midnight
    Time(i64),
    /// `timetz`
    Timetz(Timetz),
    /// `timestamp`: microseconds since 2000-01-01
    Timestamp(i64),
    /// `timestamptz`: microseconds since 2000-01-01 UTC
    Timestamptz(i64),
    /// `interval`
    Interval(Interval),
    /// `uuid`
    Uuid([u8; 16]),
    /// The text of `json` or `jsonb`, as it was written: `jsonb` is put in order when it is printed
    Json(String),
    /// `jsonpath`, as it was written
    JsonPath(String),
    /// `void`: what a function returns that returns nothing
    Void,
    /// `money`: cents
    Money(i64),
    /// `bit` and `bit varying`
    Bits(Bits),
    /// `inet` and `cidr`
    Inet(Inet),
    /// `macaddr`
    Macaddr([u8; 6]),
    /// `macaddr8`
    Macaddr8([u8; 8]),
    /// `tid`
    Tid(Tid),
    /// `point`, `line`, `lseg`, `box`, `path`, `polygon`, `circle`
    Geometry(Geometry),
    /// `tsvector`
    TsVector(TsVector),
    /// `tsquery`
    TsQuery(TsQuery),
    /// `pg_snapshot`
    Snapshot(Snapshot),
    /// A range
    Range(Range),
    /// A multirange
    Multirange(Multirange),
    /// An array
    Array(Array),
    /// A record, or a composite type that is [registered](super::Types)
    Record(Record),
    /// `hstore`, registered
    Hstore(Hstore),
    /// `vector`, `halfvec` or `sparsevec`, registered
    Vector(Vector),
    /// A type that is not known here, undecoded
    Opaque(Opaque),
}

/// The bytes of a type that is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque {
    /// The type.
    pub oid: Oid,
    /// How the bytes are to be read.
    pub format: Format,
    /// The value.
    pub bytes: Vec<u8>,
}

/// Whether somebody has looked at the parts of a value: elements, fields, pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parts {
    Checked,
    Unchecked,
}

impl Value {
    /// Bytes that nobody here can read.
    fn opaque(oid: Oid, format: Format, bytes: &[u8]) -> Value {
        Value::Opaque(Opaque { oid, format, bytes: bytes.to_vec() })
    }

    /// Reads a value of the type `oid`.
    ///
    /// # Errors
    ///
    /// What the type says of wrong bytes; 54001 for records nested too deeply.
    pub fn decode(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Value, ValueError> {
        match format {
            Format::Text => Value::from_literal(oid, text::receive(bytes)?, style),
            Format::Binary => {
                check_parts(oid, bytes, 0, &style.types)?;
                Value::decode_checked(oid, format, bytes, style)
            }
        }
    }

    /// Reads a value of which [`check`](Value::check) has said that it can be read: of an array, a
    /// record and an `hstore` the parts are not looked at again.
    ///
    /// # Errors
    ///
    /// Those of [`decode`](Value::decode) for bytes that were not checked, or later, when the parts
    /// are asked for.
    pub fn decode_checked(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<Value, ValueError> {
        match format {
            Format::Text => Value::read_literal(oid, text::receive(bytes)?, style, Parts::Checked),
            Format::Binary => {
                let hold = || Bytes::copy_from_slice(bytes);
                Value::from_checked_binary(oid, bytes, &style.types, hold)
            }
        }
    }

    /// Whether a value of the type `oid` can be read: nothing is kept of it.
    ///
    /// # Errors
    ///
    /// Those of [`decode`](Value::decode).
    pub fn check(
        oid: Oid,
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<(), ValueError> {
        match format {
            Format::Text => check_literal(oid, text::receive(bytes)?, style),
            Format::Binary => check_binary(oid, bytes, 0, &style.types),
        }
    }

    /// Looks whether a sound value fits the modifier of its type, without making what it becomes where
    /// that can be told.
    ///
    /// # Errors
    ///
    /// 22001 for a string that is too long, 22003 for a number that is too large, 22026 for bits of
    /// another length.
    pub fn check_fits(
        (oid, typmod): (Oid, i32),
        format: Format,
        bytes: &[u8],
        style: &TextStyle,
    ) -> Result<(), ValueError> {
        match oid {
            _ if typmod < 0 => Ok(()),
            Oid::VARCHAR | Oid::BPCHAR => {
                typmod::check_string(oid, typmod, text::receive(bytes)?).map(drop)
            }
            Oid::NUMERIC | Oid::BIT | Oid::VARBIT => {
                let value = <Value as super::FromPg>::decode(oid, format, bytes, style)?;
                typmod::applied(value, oid, typmod).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Reads the text of a value of the type `oid`, as SQL reads a literal.
    ///
    /// # Errors
    ///
    /// What the type says of wrong text.
    pub fn from_literal(oid: Oid, text: &str, style: &TextStyle) -> Result<Value, ValueError> {
        Value::read_literal(oid, text, style, Parts::Unchecked)
    }

    /// Reads text; an array's elements and a record's fields are held, whether or not they are
    /// looked at before.
    pub(super) fn read_literal(
        oid: Oid,
        text: &str,
        style: &TextStyle,
        parts: Parts,
    ) -> Result<Value, ValueError> {
        Ok(match oid {
            Oid::BOOL => Value::Bool(boolean::parse(text)?),
            Oid::CHAR => Value::Char(text::parse_char(text)),
            Oid::INT2 => Value::Int2(int::parse_i16(text)?),
            Oid::INT4 => Value::Int4(int::parse_i32(text)?),
            Oid::INT8 => Value::Int8(int::parse_i64(text)?),
            Oid::OID => Value::Oid(int::parse_u32(text, "oid")?),
            Oid::XID => Value::Oid(int::parse_u32(text, "xid")?),
            Oid::CID => Value::Oid(int::parse_u32(text, "cid")?),
            Oid::XID8 => Value::Xid8(int::parse_u64(text, "xid8")?),
            Oid::PG_LSN => Value::Lsn(lsn::parse(text)?),
            Oid::FLOAT4 => Value::Float4(float::parse_f32(text)?),
            Oid::FLOAT8 => Value::Float8(float::parse_f64(text)?),
            Oid::NUMERIC => Value::Numeric(Numeric::parse(text)?),
            Oid::DATE => Value::Date(datetime::parse_date(text, style)?),
            Oid::TIME => Value::Time(datetime::parse_time(text, style)?),
            Oid::TIMETZ => Value::Timetz(datetime::parse_timetz(text, style)?),
            Oid::TIMESTAMP => Value::Timestamp(datetime::parse_timestamp(text, style)?),
            Oid::TIMESTAMPTZ => Value::Timestamptz(datetime::parse_timestamptz(text, style)?),
            Oid::INTERVAL => Value::Interval(Interval::parse_in(text, style.interval_style)?),
            Oid::BYTEA => Value::Bytea(bytea::parse(text)?),
            Oid::UUID => Value::Uuid(uuid::parse(text)?),
            Oid::JSON | Oid::JSONB => {
                json::check(text, oid)?;
                Value::Json(text.to_owned())
            }
            Oid::JSONPATH => {
                jsonpath::check(text)?;
                Value::JsonPath(text.to_owned())
            }
            Oid::MONEY => Value::Money(money::parse(text)?),
            Oid::BIT | Oid::VARBIT => Value::Bits(Bits::parse(text)?),
            Oid::INET | Oid::CIDR => Value::Inet(Inet::parse(text, oid)?),
            Oid::MACADDR => Value::Macaddr(macaddr::parse(text)?),
            Oid::MACADDR8 => Value::Macaddr8(macaddr::parse8(text)?),
            Oid::TID => Value::Tid(Tid::parse(text)?),
            Oid::TSVECTOR => Value::TsVector(TsVector::parse(text)?),
            Oid::TSQUERY => Value::TsQuery(TsQuery::parse(text)?),
            Oid::PG_SNAPSHOT => Value::Snapshot(Snapshot::parse(text)?),
            oid if is_geometry(oid) => Value::Geometry(Geometry::parse(oid, text)?),
            Oid::RECORD => {
                if parts == Parts::Unchecked {
                    check_literal(oid, text, style)?;
                }
                Value::Record(Record::of_literal(oid, text, style))
            }
            Oid::NAME => Value::Text(text::truncate_name(text).to_owned()),
            Oid::VOID => Value::Void,
            oid if is_string(oid) => Value::Text(text.to_owned()),
            oid if is_alias(oid) => match alias::parse(text, oid)? {
                Some(number) => Value::Oid(number),
                None => Value::opaque(oid, Format::Text, text.as_bytes()),
            },
            oid => match made_of(oid, &style.types) {
                Made::Vector(element) => {
                    Value::Array(Array::vector_from_literal(element, text, style)?)
                }
                Made::Array(element) => {
                    Value::Array(Array::from_literal(element, text, style, parts)?)
                }
                Made::Range(of) => Value::Range(Range::parse_as(of, text, style)?),
                Made::Multirange(of) => {
                    if parts == Parts::Unchecked {
                        check_literal(oid, text, style)?;
                    }
                    Value::Multirange(Multirange::of_literal(of, text, style))
                }
                Made::Same(oid, typmod) => {
                    if parts == Parts::Unchecked {
                        check_modified_literal(oid, typmod, text, style)?;
                    }
                    let value = Value::read_literal(oid, text, style, Parts::Checked)?;
                    typmod::applied(value, oid, typmod)?
                }
                Made::Composite(_) => {
                    if parts == Parts::Unchecked {
                        check_literal(oid, text, style)?;
                    }
                    Value::Record(Record::of_literal(oid, text, style))
                }
                Made::Spelled(spelled) => {
                    spelled.check(text)?;
                    Value::Text(text.to_owned())
                }
                Made::Hstore => {
                    if parts == Parts::Unchecked {
                        check_literal(oid, text, style)?;
                    }
                    Value::Hstore(Hstore::of_text(text))
                }
                Made::PgVector(base) => Value::Vector(Vector::parse(base, text)?),
                Made::Record | Made::Other => Value::opaque(oid, Format::Text, text.as_bytes()),
            },
        })
    }

    /// Reads the binary form, of an array's elements and a record's fields none: these are held,
    /// as `hold` has them.
    pub(super) fn from_checked_binary(
        oid: Oid,
        bytes: &[u8],
        types: &Types,
        hold: impl FnOnce() -> Bytes,
    ) -> Result<Value, ValueError> {
        Ok(match oid {
            Oid::BOOL => Value::Bool(boolean::receive(bytes)?),
            Oid::CHAR => Value::Char(text::receive_char(bytes)?),
            Oid::INT2 => Value::Int2(int::receive_i16(bytes)?),
            Oid::INT4 => Value::Int4(int::receive_i32(bytes)?),
            Oid::INT8 => Value::Int8(int::receive_i64(bytes)?),
            Oid::OID | Oid::XID | Oid::CID => Value::Oid(int::receive_u32(bytes)?),
            Oid::XID8 => Value::Xid8(int::receive_u64(bytes)?),
            Oid::PG_LSN => Value::Lsn(int::receive_u64(bytes)?),
            Oid::FLOAT4 => Value::Float4(float::receive_f32(bytes)?),
            Oid::FLOAT8 => Value::Float8(float::receive_f64(bytes)?),
            Oid::NUMERIC => Value::Numeric(Numeric::receive(bytes)?),
            Oid::BYTEA => Value::Bytea(bytes.to_owned()),
            Oid::UUID => Value::Uuid(uuid::receive(bytes)?),
            Oid::JSON | Oid::JSONB => Value::Json(json::receive_checked(bytes, oid)?.to_owned()),
            Oid::JSONPATH => {
                let text = json::receive(bytes, oid)?;
                jsonpath::check(text)?;
                Value::JsonPath(text.to_owned())
            }
            Oid::DATE => Value::Date(datetime::receive_date(bytes)?),
            Oid::TIME => Value::Time(datetime::receive_time(bytes)?),
            Oid::TIMETZ => Value::Timetz(datetime::receive_timetz(bytes)?),
            Oid::TIMESTAMP => Value::Timestamp(datetime::receive_timestamp(bytes)?),
            Oid::TIMESTAMPTZ => Value::Timestamptz(datetime::receive_timestamp(bytes)?),
            Oid::INTERVAL => Value::Interval(Interval::receive(bytes)?),
            Oid::MONEY => Value::Money(int::receive_i64(bytes)?),
            Oid::BIT | Oid::VARBIT => Value::Bits(Bits::receive(bytes)?),
            Oid::INET | Oid::CIDR => Value::Inet(Inet::receive(bytes, oid)?),
            Oid::MACADDR => Value::Macaddr(int::exact_bytes(bytes)?),
            Oid::MACADDR8 => Value::Macaddr8(macaddr::receive8(bytes)?),
            Oid::TID => Value::Tid(Tid::receive(bytes)?),
            Oid::TSVECTOR => Value::TsVector(TsVector::receive(bytes)?),
            Oid::TSQUERY => Value::TsQuery(TsQuery::receive(bytes)?),
            Oid::PG_SNAPSHOT => Value::Snapshot(Snapshot::receive(bytes)?),
            oid if is_geometry(oid) => Value::Geometry(Geometry::receive(oid, bytes)?),
            Oid::RECORD => Value::Record(Record::from_checked_binary(oid, hold(), types)?),
            Oid::NAME => Value::Text(text::receive_name(bytes)?.to_owned()),
            Oid::VOID => int::finish(Value::Void, bytes)?,
            oid if is_string(oid) => Value::Text(text::receive(bytes)?.to_owned()),
            oid if is_alias(oid) => Value::Oid(int::receive_u32(bytes)?),
            oid => match made_of(oid, types) {
                Made::Vector(element) => {
                    Value::Array(Array::vector_from_checked_binary(element, hold(), types)?)
                }
                Made::Array(element) => {
                    Value::Array(Array::from_checked_binary(element, hold(), types)?)
                }
                Made::Range(of) => Value::Range(Range::receive_as(of, bytes, types)?),
                Made::Multirange(of) => Value::Multirange(Multirange::of_binary(of, hold(), types)),
                Made::Same(oid, typmod) => {
                    let value = Value::from_checked_binary(oid, bytes, types, hold)?;
                    typmod::applied(value, oid, typmod)?
                }
                Made::Composite(_) => {
                    Value::Record(Record::from_checked_binary(oid, hold(), types)?)
                }
                Made::Spelled(spelled) => {
                    let text = spelled.received(Format::Binary, bytes)?;
                    spelled.check(text)?;
                    Value::Text(text.to_owned())
                }
                Made::Hstore => Value::Hstore(Hstore::of_binary(hold())),
                Made::PgVector(base) => Value::Vector(Vector::receive(base, bytes)?),
                Made::Record | Made::Other => Value::opaque(oid, Format::Binary, bytes),
            },
        })
    }
}

fn is_geometry(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::POINT | Oid::LINE | Oid::LSEG | Oid::BOX | Oid::PATH | Oid::POLYGON | Oid::CIRCLE
    )
}
