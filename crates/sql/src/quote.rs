//! Names and values as SQL text.

use std::borrow::Cow;

use crate::keyword::{KeywordCategory, keyword_category};

/// A name as it must be written to be read back: `quote_ident` of PostgreSQL.
///
/// Left alone if it consists of lower-case letters, digits and underscores, does not begin with a
/// digit, and is no key word that is reserved in any way.
///
/// ```
/// use trunkline_sql::quote_identifier;
/// assert_eq!(quote_identifier("orders"), "orders");
/// assert_eq!(quote_identifier("Order \"1\""), "\"Order \"\"1\"\"\"");
/// assert_eq!(quote_identifier("user"), "\"user\"");
/// ```
pub fn quote_identifier(name: &str) -> Cow<'_, str> {
    let is_safe = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && keyword_category(name).is_none_or(|category| category == KeywordCategory::Unreserved);
    if is_safe {
        return Cow::Borrowed(name);
    }
    Cow::Owned(format!("\"{}\"", name.replace('"', "\"\"")))
}

/// A value as a string constant, whatever `standard_conforming_strings` is: `quote_literal` of
/// PostgreSQL.
///
/// ```
/// use trunkline_sql::quote_literal;
/// assert_eq!(quote_literal("it's"), "'it''s'");
/// assert_eq!(quote_literal(r"a\b"), r"E'a\\b'");
/// ```
pub fn quote_literal(value: &str) -> String {
    let doubled = value.replace('\'', "''");
    if value.contains('\\') {
        format!("E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}
