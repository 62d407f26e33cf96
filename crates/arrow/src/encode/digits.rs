//! Decimals that show as many digits as each value wants.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_schema::DataType;
use trunkline_proto::Format;
use trunkline_proto::types::numeric;

use super::cell::{Encoder, writing};
use crate::mark::{Decimals, places_of_quotient};

/// Plans `numeric` with the decimals of a mark; `None` if the array holds no decimals.
pub(super) fn decimal(array: &dyn Array, decimals: Decimals, format: Format) -> Option<Encoder> {
    let DataType::Decimal128(_, scale) = array.data_type() else { return None };
    let values = array.as_primitive_opt::<Decimal128Type>()?.clone();
    let scale = i16::from(*scale);
    Some(writing(move |row, _, out| {
        let (value, shown) = shown(values.value(row), scale, decimals);
        match format {
            Format::Text => numeric::text_i128(value, shown, out),
            Format::Binary => numeric::binary_i128(value, shown, out),
        }
        Ok(())
    }))
}

/// The value with the decimals that are shown of it, and how many they are.
fn shown(value: i128, scale: i16, decimals: Decimals) -> (i128, i16) {
    let wanted = match decimals {
        Decimals::Quotient(least) => places_of_quotient(value, scale).max(least.into()),
        Decimals::Significant => 0,
    };
    let (mut value, mut scale) = (value, scale);
    while scale > wanted.max(0) && value % 10 == 0 {
        value /= 10;
        scale = scale.saturating_sub(1);
    }
    (value, scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: i128, decimals: Decimals) -> String {
        let (value, scale) = shown(value, 20, decimals);
        let mut out = Vec::new();
        numeric::text_i128(value, scale, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn quotients_show_the_decimals_that_postgresql_gives_them_and_all_that_count() {
        let one = 10_i128.pow(20);
        for (value, least, expected) in [
            (one * 3 / 2, 0, "1.5000000000000000"),
            (one, 0, "1.00000000000000000000"),
            (one * 123_456_789 / 2, 0, "61728394.500000000000"),
            (one * 123_456_789 / 2, 15, "61728394.500000000000000"),
            (one / 3, 0, "0.33333333333333333333"),
            (one + 1, 0, "1.00000000000000000001"),
        ] {
            assert_eq!(text(value, Decimals::Quotient(least)), expected);
        }
    }

    #[test]
    fn zeros_at_the_end_are_not_shown() {
        let one = 10_i128.pow(20);
        for (value, expected) in [(0, "0"), (one, "1"), (one / 8, "0.125"), (-one * 100, "-100")] {
            assert_eq!(text(value, Decimals::Significant), expected);
        }
    }
}
