//! Which PostgreSQL type an Arrow type is, and the reverse.

use arrow_schema::{DataType, Field, TimeUnit};
use trunkline_proto::Oid;
use trunkline_proto::types::array::MAX_DIMENSIONS;
use trunkline_proto::types::{array_of, element_of};

use crate::mark::{self, Decimals};

/// What structs are sent as, and lists of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nested {
    /// `jsonb`, which every client reads.
    #[default]
    Jsonb,
    /// `record` and `record[]`; a struct within a record is one, too.
    Record,
}

/// A type and its modifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PgType {
    /// The type.
    pub oid: Oid,
    /// The modifier, -1 without one.
    pub typmod: i32,
}

impl PgType {
    /// The type that a field's values are sent as, those of structs as `jsonb`.
    ///
    /// The canonical extension types `arrow.uuid`, `arrow.json`, `arrow.bool8` and
    /// `arrow.timestamp_with_offset` are `uuid`, `json`, `boolean` and `timestamptz`; a field may be
    /// marked as [another type](crate::type_metadata), as [one of the server's own
    /// ](crate::user_type_metadata), or as one of [decimals](crate::Decimals) without a common scale.
    pub fn of_field(field: &Field) -> PgType {
        PgType::of_field_as(field, Nested::Jsonb)
    }

    /// As [`of_field`](PgType::of_field), with a choice for structs that are not marked.
    pub fn of_field_as(field: &Field, nested: Nested) -> PgType {
        if let Some(marked) = mark::type_of(field) {
            return marked;
        }
        if Decimals::of_field(field).is_some() {
            return Oid::NUMERIC.into();
        }
        match (field.extension_type_name(), field.data_type()) {
            (Some("arrow.uuid"), DataType::FixedSizeBinary(16)) => Oid::UUID.into(),
            (Some("arrow.json"), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => {
                Oid::JSON.into()
            }
            (Some("arrow.bool8"), DataType::Int8) => Oid::BOOL.into(),
            (Some("arrow.timestamp_with_offset"), DataType::Struct(fields))
                if matches!(
                    fields.first().map(|field| field.data_type()),
                    Some(DataType::Timestamp(_, _))
                ) =>
            {
                Oid::TIMESTAMPTZ.into()
            }
            (_, DataType::Dictionary(_, values)) => PgType::of_field_as(
                // An extension type is told by the metadata of the field around.
                &Field::clone(field).with_data_type(values.as_ref().clone()),
                nested,
            ),
            (None, DataType::RunEndEncoded(_, values)) => PgType::of_field_as(values, nested),
            (_, data_type) => PgType::of_as(data_type, nested),
        }
    }

    /// The type that values of an Arrow type are sent as: the whole table is in
    /// [the crate's documentation](crate#arrow-types-as-postgresql-types).
    pub fn of(data_type: &DataType) -> PgType {
        PgType::of_as(data_type, Nested::Jsonb)
    }

    fn of_as(data_type: &DataType, nested: Nested) -> PgType {
        let oid = match data_type {
            DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Oid::TEXT,
            DataType::Boolean => Oid::BOOL,
            DataType::Int8 | DataType::Int16 | DataType::UInt8 => Oid::INT2,
            DataType::Int32 | DataType::UInt16 => Oid::INT4,
            DataType::Int64 | DataType::UInt32 => Oid::INT8,
            DataType::UInt64 => return PgType::numeric(20, 0),
            DataType::Float16 | DataType::Float32 => Oid::FLOAT4,
            DataType::Float64 => Oid::FLOAT8,
            DataType::Decimal32(precision, scale)
            | DataType::Decimal64(precision, scale)
            | DataType::Decimal128(precision, scale)
            | DataType::Decimal256(precision, scale) => return PgType::numeric(*precision, *scale),
            DataType::Date32 | DataType::Date64 => Oid::DATE,
            DataType::Time32(_) | DataType::Time64(_) => Oid::TIME,
            DataType::Timestamp(_, None) => Oid::TIMESTAMP,
            DataType::Timestamp(_, Some(_)) => Oid::TIMESTAMPTZ,
            DataType::Duration(_) | DataType::Interval(_) => Oid::INTERVAL,
            DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
            | DataType::FixedSizeBinary(_) => Oid::BYTEA,
            DataType::List(field)
            | DataType::LargeList(field)
            | DataType::ListView(field)
            | DataType::LargeListView(field)
            | DataType::FixedSizeList(field, _) => return PgType::of_list(field, nested),
            DataType::Struct(_) if nested == Nested::Record => Oid::RECORD,
            DataType::Struct(_) | DataType::Map(_, _) | DataType::Union(_, _) => Oid::JSONB,
            DataType::Dictionary(_, values) => return PgType::of_as(values, nested),
            DataType::RunEndEncoded(_, values) => return PgType::of_field_as(values, nested),
        };
        oid.into()
    }

    /// A list of scalars is an array, of fixed-size lists of scalars one of more dimensions;
    /// whatever may be ragged is JSON.
    fn of_list(field: &Field, nested: Nested) -> PgType {
        let mut field = field;
        let mut dimensions = 1;
        while let DataType::FixedSizeList(inner, _) = field.data_type() {
            field = inner;
            dimensions += 1;
        }
        let element = PgType::of_field_as(field, nested);
        match mark::array_type_of(field).or_else(|| array_of(element.oid)) {
            Some(array)
                if element.oid != Oid::JSONB
                    && element_of(element.oid).is_none()
                    && dimensions <= MAX_DIMENSIONS =>
            {
                // The modifier of an array is that of its elements.
                PgType { oid: array, typmod: element.typmod }
            }
            _ => Oid::JSONB.into(),
        }
    }

    /// The same type with a modifier, as `pg_attribute.atttypmod` has it: of `varchar(n)` and
    /// `char(n)` n + 4, of `time(p)` and `timestamp(p)` p.
    #[must_use]
    pub fn with_typmod(self, typmod: i32) -> PgType {
        PgType { typmod, ..self }
    }

    fn numeric(precision: u8, scale: i8) -> PgType {
        let typmod = (i32::from(precision) << 16 | (i32::from(scale) & 0x7ff)) + 4;
        PgType { oid: Oid::NUMERIC, typmod }
    }
}

impl From<Oid> for PgType {
    fn from(oid: Oid) -> PgType {
        PgType { oid, typmod: -1 }
    }
}

/// The Arrow type for values of a PostgreSQL type, as for a declared parameter; `None` for a type
/// that is none of a value, and for types of the server's own.
///
/// `numeric` becomes a decimal of 38 digits, 10 of them after the point; an array a list, of which
/// Arrow must know the dimensions, so of one dimension; and what Arrow has no type for its text.
pub fn data_type_of(oid: Oid) -> Option<DataType> {
    Some(match oid {
        Oid::BOOL => DataType::Boolean,
        Oid::INT2 => DataType::Int16,
        Oid::INT4 => DataType::Int32,
        Oid::INT8 => DataType::Int64,
        Oid::OID | Oid::XID | Oid::CID => DataType::UInt32,
        Oid::XID8 => DataType::UInt64,
        Oid::FLOAT4 => DataType::Float32,
        Oid::FLOAT8 => DataType::Float64,
        Oid::NUMERIC => DataType::Decimal128(38, 10),
        Oid::BYTEA => DataType::Binary,
        Oid::UUID => DataType::FixedSizeBinary(16),
        Oid::DATE => DataType::Date32,
        Oid::TIME => DataType::Time64(TimeUnit::Microsecond),
        Oid::TIMESTAMP => DataType::Timestamp(TimeUnit::Microsecond, None),
        Oid::TIMESTAMPTZ => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Oid::INTERVAL => DataType::Interval(arrow_schema::IntervalUnit::MonthDayNano),
        oid if is_shown(oid) => DataType::Utf8,
        oid => {
            let element = element_of(oid)?;
            DataType::List(Field::new_list_field(data_type_of(element)?, true).into())
        }
    })
}

/// Whether values of a type are their text in Arrow.
pub(crate) fn is_shown(oid: Oid) -> bool {
    SHOWN.contains(&oid)
}

const SHOWN: [Oid; 43] = [
    Oid::TEXT,
    Oid::VARCHAR,
    Oid::BPCHAR,
    Oid::NAME,
    Oid::CHAR,
    Oid::UNKNOWN,
    Oid::JSON,
    Oid::JSONB,
    Oid::XML,
    Oid::TIMETZ,
    Oid::MONEY,
    Oid::BIT,
    Oid::VARBIT,
    Oid::INET,
    Oid::CIDR,
    Oid::MACADDR,
    Oid::MACADDR8,
    Oid::POINT,
    Oid::LINE,
    Oid::LSEG,
    Oid::BOX,
    Oid::PATH,
    Oid::POLYGON,
    Oid::CIRCLE,
    Oid::TID,
    Oid::PG_LSN,
    Oid::PG_SNAPSHOT,
    Oid::TSVECTOR,
    Oid::TSQUERY,
    Oid::INT4RANGE,
    Oid::INT8RANGE,
    Oid::NUMRANGE,
    Oid::DATERANGE,
    Oid::TSRANGE,
    Oid::TSTZRANGE,
    Oid::INT4MULTIRANGE,
    Oid::INT8MULTIRANGE,
    Oid::NUMMULTIRANGE,
    Oid::DATEMULTIRANGE,
    Oid::TSMULTIRANGE,
    Oid::TSTZMULTIRANGE,
    Oid::RECORD,
    Oid::JSONPATH,
];
