//! What PostgreSQL knows of a column and Arrow's types cannot say, in the metadata of its field.

use std::collections::HashMap;

use arrow_schema::{DataType, Field};
use trunkline_proto::Oid;
use trunkline_proto::types::name_of;

use crate::pg_type::{PgType, is_shown};

/// The metadata's key for a type other than the one that the Arrow type is.
const TYPE: &str = "trunkline.type";
/// The metadata's key for a type's modifier.
const TYPMOD: &str = "trunkline.typmod";
/// The metadata's key for the type of arrays of the type.
const ARRAY: &str = "trunkline.array";
/// The metadata's key for how many decimals are shown.
const DECIMALS: &str = "trunkline.decimals";

/// How many decimals of a number are shown, value by value; an Arrow decimal has the same for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decimals {
    /// Those before the zeros at the end, and as many zeros as PostgreSQL gives a quotient of
    /// this size, but no fewer decimals than this.
    Quotient(u8),
    /// Those before the zeros at the end.
    Significant,
}

impl Decimals {
    /// What marks a field of decimals.
    pub fn metadata(self) -> HashMap<String, String> {
        let value = match self {
            Decimals::Quotient(least) => least.to_string(),
            Decimals::Significant => "significant".to_owned(),
        };
        HashMap::from([(DECIMALS.to_owned(), value)])
    }

    /// The mark of a field; `None` for one whose values all show their scale.
    pub fn of_field(field: &Field) -> Option<Decimals> {
        let is_decimal = matches!(field.data_type(), DataType::Decimal128(..));
        match field.metadata().get(DECIMALS)?.as_str() {
            _ if !is_decimal => None,
            "significant" => Some(Decimals::Significant),
            least => least.parse().ok().map(Decimals::Quotient),
        }
    }
}

/// The significant digits that PostgreSQL gives a quotient at least (`NUMERIC_MIN_SIG_DIGITS`).
const SIGNIFICANT: i16 = 16;
/// PostgreSQL counts digits by fours.
const GROUP: i16 = 4;

/// The decimals that PostgreSQL gives a quotient of `value` / 10^`scale` (`select_div_scale`): the
/// more digits before the point, the fewer behind it. It may be more than `scale`.
///
/// PostgreSQL looks at the first digits of dividend and divisor; where these are equal it takes the
/// quotient for smaller than it is, and so does this for a quotient that is a power of 10,000.
pub fn places_of_quotient(value: i128, scale: i16) -> i16 {
    let power = |exponent: i16| 10_u128.checked_pow(u32::try_from(exponent).ok()?);
    let mut places = SIGNIFICANT.saturating_add(GROUP);
    let mut bound = power(scale);
    while bound.is_some_and(|bound| value.unsigned_abs() > bound) && places > 0 {
        places = places.saturating_sub(GROUP);
        bound = bound.and_then(|bound| bound.checked_mul(10_000));
    }
    if places <= SIGNIFICANT || value == 0 {
        return places;
    }
    // Below one: a group more for each group of zeros behind the point.
    let mut bound = power(scale.saturating_sub(GROUP)).unwrap_or(0);
    while value.unsigned_abs() <= bound && bound > 0 {
        places = places.saturating_add(GROUP);
        bound /= 10_000;
    }
    places
}

/// What marks a field of strings as `varchar`, `char(n)` or `name`; nothing for other types.
pub fn string_metadata(oid: Oid) -> HashMap<String, String> {
    match STRINGS.iter().any(|(known, _)| *known == oid) {
        true => type_metadata(oid.into()),
        false => HashMap::new(),
    }
}

/// What marks a field as one of another type, or of a modifier, than its Arrow type tells:
/// `varchar(20)` of strings, `timestamp(3)`, `oid` of integers, `record` of structs.
///
/// It says how the column is announced, and thereby sent; values are neither cut, padded nor rounded
/// to the modifier, as PostgreSQL would have done when it stored them. Strings may be any
/// built-in type that Arrow has none for, such as `inet`: they are its literals. A type that the field's values cannot become leaves the field as
/// it is.
pub fn type_metadata(pg_type: PgType) -> HashMap<String, String> {
    let PgType { oid, typmod } = pg_type;
    let name = STRINGS.iter().find(|(known, _)| *known == oid);
    let name = name.map_or_else(|| oid.0.to_string(), |(_, name)| (*name).to_owned());
    let mut metadata = HashMap::from([(TYPE.to_owned(), name)]);
    if typmod != -1 {
        metadata.insert(TYPMOD.to_owned(), typmod.to_string());
    }
    metadata
}

/// What marks a field as one of a type that the server registered, of which `array` is the type of
/// arrays.
///
/// A struct is sent as a composite type, whose fields are those of the struct, each announced as
/// the struct's own field is; a map as `hstore`; and anything else as it would be without the mark,
/// which an enum and a domain are. A list of such values is an array of the type `array`.
pub fn user_type_metadata(oid: Oid, array: Oid) -> HashMap<String, String> {
    let mut metadata = type_metadata(oid.into());
    metadata.insert(ARRAY.to_owned(), array.0.to_string());
    metadata
}

/// The type that a field is marked as.
pub(crate) fn type_of(field: &Field) -> Option<PgType> {
    let name = field.metadata().get(TYPE)?;
    let known = STRINGS.iter().find(|(_, known)| known == name).map(|(oid, _)| *oid);
    let oid = known.or_else(|| name.parse().ok().map(Oid))?;
    let typmod = field.metadata().get(TYPMOD).and_then(|typmod| typmod.parse().ok());
    fits(field.data_type(), oid).then_some(PgType { oid, typmod: typmod.unwrap_or(-1) })
}

/// The type of arrays of what a field is marked as.
pub(crate) fn array_type_of(field: &Field) -> Option<Oid> {
    type_of(field)?;
    field.metadata().get(ARRAY)?.parse().ok().map(Oid)
}

/// Whether values of an Arrow type are sent as the type `oid` where that is announced.
fn fits(data_type: &DataType, oid: Oid) -> bool {
    if name_of(oid).is_none() || oid == PgType::of(data_type).oid || oid == Oid::JSONB {
        return true;
    }
    match data_type {
        DataType::Dictionary(_, values) => fits(values, oid),
        DataType::RunEndEncoded(_, values) => fits(values.data_type(), oid),
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => is_shown(oid),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => is_text(oid),
        DataType::Int8 if oid == Oid::BOOL => true,
        DataType::UInt64 if oid == Oid::XID8 => true,
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64 => matches!(
            oid,
            Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::NUMERIC | Oid::OID | Oid::XID | Oid::CID
        ),
        DataType::Float16 | DataType::Float32 => oid == Oid::FLOAT8,
        DataType::Timestamp(_, _) => matches!(oid, Oid::TIMESTAMP | Oid::TIMESTAMPTZ),
        DataType::FixedSizeBinary(16) => oid == Oid::UUID,
        DataType::Struct(_) => oid == Oid::RECORD,
        _ => false,
    }
}

/// Whether the values of a type are nothing but text.
pub(crate) fn is_text(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::TEXT | Oid::VARCHAR | Oid::BPCHAR | Oid::NAME | Oid::JSON | Oid::XML | Oid::UNKNOWN
    )
}

const STRINGS: [(Oid, &str); 3] =
    [(Oid::VARCHAR, "varchar"), (Oid::BPCHAR, "bpchar"), (Oid::NAME, "name")];

#[cfg(test)]
mod tests {
    use super::places_of_quotient;

    #[test]
    fn quotients_have_the_decimals_that_postgresql_gives_them() {
        let one = 10_i128.pow(20);
        // 3 / 2, 2 / 2, 1 / 3, 0 / 5, 100 / 3, 123457 / 10, -100 / 3, 1 / 30000, 20001 / 2, 20 / 3
        for (value, places) in [
            (one * 3 / 2, 16),
            (one, 20),
            (one / 3, 20),
            (0, 20),
            (one * 100 / 3, 16),
            (one * 123_457 / 10, 12),
            (-one * 100 / 3, 16),
            (one / 30_000, 24),
            (one * 20 / 3, 16),
        ] {
            assert_eq!(places_of_quotient(value, 20), places, "{value}");
        }
    }
}
