//! Patterns that mean something else to DataFusion: SIMILAR TO, and dots that match line breaks.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Value, ValueWithSpan};

use super::{calls, take};

/// A dot matches line breaks, too, as it does in PostgreSQL unless an option says otherwise.
pub(super) fn across_lines(pattern: &mut Expr) {
    const OPTION: &str = "(?s)";
    match pattern {
        Expr::Nested(inner) => across_lines(inner),
        Expr::Value(value) => match &mut value.value {
            // An option costs DataFusion's short cuts for plain texts, and a pattern may have its own.
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => {
                if text.contains('.') && !text.starts_with("(?") {
                    text.insert_str(0, OPTION);
                }
            }
            Value::Placeholder(_) => {
                *pattern = calls::binary(
                    calls::string(OPTION),
                    BinaryOperator::StringConcat,
                    take(pattern),
                );
            }
            _ => {}
        },
        _ => {
            *pattern =
                calls::binary(calls::string(OPTION), BinaryOperator::StringConcat, take(pattern))
        }
    }
}

/// Whether an operator takes a regular expression.
pub(super) fn is_match(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::PGRegexMatch
            | BinaryOperator::PGRegexIMatch
            | BinaryOperator::PGRegexNotMatch
            | BinaryOperator::PGRegexNotIMatch
    )
}

/// The regular expression of a pattern of SIMILAR TO, which is one with `%` and `_`.
pub(super) fn similar_to(pattern: &Expr, escape: Option<&ValueWithSpan>) -> Option<String> {
    let text = |value: &ValueWithSpan| match &value.value {
        Value::SingleQuotedString(text) => Some(text.clone()),
        _ => None,
    };
    let Expr::Value(pattern) = pattern else { return None };
    let escape = escape.and_then(text).map_or(Some('\\'), |escape| escape.chars().next());
    let (mut regex, mut escaped, mut in_class) = ("(?s)^(?:".to_owned(), false, false);
    for character in text(pattern)?.chars() {
        match character {
            _ if escaped => {
                escaped = false;
                if !character.is_alphanumeric() {
                    regex.push('\\');
                }
                regex.push(character);
            }
            _ if Some(character) == escape => escaped = true,
            '%' if !in_class => regex.push_str(".*"),
            '_' if !in_class => regex.push('.'),
            '.' | '^' | '$' | '\\' if !in_class => regex.extend(['\\', character]),
            _ => {
                in_class = character == '[' || in_class && character != ']';
                regex.push(character);
            }
        }
    }
    regex.push_str(")$");
    Some(regex)
}
