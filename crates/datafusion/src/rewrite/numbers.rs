//! Numbers with exponents.

use datafusion::sql::sqlparser::ast::{DataType, ExactNumberInfo, Expr, Value, ValueWithSpan};

use super::calls;

/// What a number with an exponent is without: its digits, or a float if a decimal has too few.
///
/// DataFusion makes `1e20` a decimal of one digit with a negative scale, of which functions know
/// nothing.
pub(super) fn without_exponent(number: &mut ValueWithSpan) -> Option<Expr> {
    let Value::Number(text, _) = &mut number.value else { return None };
    if !text.contains(['e', 'E']) {
        return None;
    }
    if let Some(plain) = plain(text) {
        *text = plain;
        return None;
    }
    let float = Value::SingleQuotedString(text.replace('_', "")).with_span(number.span);
    Some(calls::cast(Expr::Value(float), DataType::Double(ExactNumberInfo::None)))
}

/// A number with a point, so that it is no integer; `None` for one of more than 38 digits.
fn plain(text: &str) -> Option<String> {
    let text = text.replace('_', "");
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let length = i64::try_from(digits.len()).ok()?;
    let (places, bound) = (length.saturating_sub(point), -DIGITS..=DIGITS);
    if !bound.contains(&point) || !bound.contains(&places) || length > DIGITS {
        return None;
    }
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    let digits = format!("{}{digits}{}", zeros(-point), zeros(point - length));
    let (whole, fraction) = digits.split_at_checked(usize::try_from(point.max(0)).ok()?)?;
    Some(format!("{}{whole}.{fraction}", if whole.is_empty() { "0" } else { "" }))
}

const DIGITS: i64 = 38;

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn exponents_move_the_point() {
        for (text, expected) in [
            ("1e3", Some("1000.")),
            ("1.5E+3", Some("1500.")),
            ("2.50e1", Some("25.0")),
            ("1.25e0", Some("1.25")),
            ("1e-3", Some("0.001")),
            (".5e-1", Some("0.05")),
            ("12.5e-3", Some("0.0125")),
            ("1_0e1_0", Some("100000000000.")),
            ("1e37", Some("10000000000000000000000000000000000000.")),
            ("1e38", None),
            ("1e-39", None),
            ("1e99999999999999999999", None),
            ("1e-9223372036854775808", None),
        ] {
            assert_eq!(plain(text).as_deref(), expected, "{text}");
        }
    }
}
