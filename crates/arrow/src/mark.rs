//! What PostgreSQL knows of a column and Arrow's types cannot say, in the metadata of its field.

use std::collections::HashMap;

use arrow_schema::{DataType, Field};
use trunkline_proto::Oid;

/// The metadata's key for a string type other than `text`.
const TYPE: &str = "trunkline.type";
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
    let name = STRINGS.iter().find(|(known, _)| *known == oid);
    name.map(|(_, name)| (TYPE.to_owned(), (*name).to_owned())).into_iter().collect()
}

/// The string type that a field is marked as.
pub(crate) fn string_type(field: &Field) -> Option<Oid> {
    let is_string = matches!(
        field.data_type(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null
    );
    let name = field.metadata().get(TYPE).filter(|_| is_string)?;
    STRINGS.iter().find(|(_, known)| known == name).map(|(oid, _)| *oid)
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
