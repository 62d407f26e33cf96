//! Defaults of columns in the words in which PostgreSQL shows them.

use trunkline_core::{Oid, types};
use trunkline_sql::{Lexer, TokenKind, quote_literal};

use crate::sqlite::types::Type;

/// A default as `pg_get_expr` shows it, `'{}'::jsonb` of `'{}'`; `None` if it is none.
///
/// Programs that look for the default of a column read the constant before the type. What is computed is shown as it
/// was written.
pub(super) fn shown(default: &str, ty: Type) -> Option<String> {
    let default = default.trim();
    let mut lexer = Lexer::new(default);
    let (first, second, third) =
        (lexer.next_significant()?, lexer.next_significant(), lexer.next_significant());
    Some(match (first.kind, second) {
        (TokenKind::String, None) => match first.string(default) {
            Ok(text) => string(&text, ty),
            Err(_) => default.to_owned(),
        },
        (TokenKind::String, Some(second)) if second.kind == TokenKind::Typecast => {
            let named = Type::parse(default.get(second.span.end..).unwrap_or_default());
            match (first.string(default), named) {
                (Ok(text), Some(named)) => string(&text, named),
                _ => default.to_owned(),
            }
        }
        (TokenKind::Integer | TokenKind::Numeric, None) => number(default),
        (TokenKind::Operator, Some(second))
            if first.text(default) == "-"
                && matches!(second.kind, TokenKind::Integer | TokenKind::Numeric)
                && third.is_none() =>
        {
            negative(second.text(default))
        }
        (TokenKind::Word, None) if first.is_word(default, "null") => return None,
        (TokenKind::Word, None) if default.to_ascii_lowercase().starts_with("current_") => {
            default.to_ascii_uppercase()
        }
        _ => default.to_owned(),
    })
}

/// A constant of a type that was written as a string.
fn string(text: &str, ty: Type) -> String {
    let plain = text.trim();
    match ty.oid {
        Oid::BOOL => match plain.to_ascii_lowercase().as_str() {
            "t" | "true" | "yes" | "on" | "1" => return "true".to_owned(),
            "f" | "false" | "no" | "off" | "0" => return "false".to_owned(),
            _ => {}
        },
        Oid::INT4 if plain.parse::<i32>().is_ok_and(|number| number >= 0) => {
            return plain.to_owned();
        }
        _ => {}
    }
    let name = match ty.oid {
        Oid::BPCHAR => "bpchar",
        oid => types::name_of(oid).unwrap_or("text"),
    };
    format!("{}::{name}", quote_literal(text))
}

/// A number without a sign: one that is no `integer` says what it is, unless it has a point.
fn number(text: &str) -> String {
    let is_long = text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i32>().is_err();
    match is_long {
        true if text.parse::<i64>().is_ok() => format!("'{text}'::bigint"),
        true => format!("'{text}'::numeric"),
        false => text.to_owned(),
    }
}

fn negative(text: &str) -> String {
    let signed = format!("-{text}");
    let ty = match () {
        () if signed.parse::<i32>().is_ok() => "integer",
        () if signed.parse::<i64>().is_ok() => "bigint",
        () => "numeric",
    };
    format!("'{signed}'::{ty}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What PostgreSQL 15 and 18 show.
    #[test]
    fn constants_are_shown_with_their_types() {
        for (written, oid, expected) in [
            ("'{}'", Oid::JSONB, "'{}'::jsonb"),
            ("'{}'", Oid(1009), "'{}'::text[]"),
            ("'it''s'", Oid::TEXT, "'it''s'::text"),
            ("'x'", Oid::VARCHAR, "'x'::character varying"),
            ("'a'", Oid::BPCHAR, "'a'::bpchar"),
            ("'7'", Oid::INT4, "7"),
            ("'7'", Oid::INT8, "'7'::bigint"),
            ("'7'", Oid::NUMERIC, "'7'::numeric"),
            ("'yes'", Oid::BOOL, "true"),
            ("-1", Oid::INT4, "'-1'::integer"),
            ("- 1.5", Oid::FLOAT8, "'-1.5'::numeric"),
            ("5000000000", Oid::INT8, "'5000000000'::bigint"),
            ("0.5", Oid::NUMERIC, "0.5"),
            ("'[]'::JSON", Oid::JSON, "'[]'::json"),
            ("'x'::varchar", Oid::TEXT, "'x'::character varying"),
            ("'a' || 'b'", Oid::TEXT, "'a' || 'b'"),
            ("'-7'", Oid::INT4, "'-7'::integer"),
            ("current_date", Oid::DATE, "CURRENT_DATE"),
            ("now()", Oid::TIMESTAMPTZ, "now()"),
            ("lower('A')", Oid::TEXT, "lower('A')"),
        ] {
            assert_eq!(shown(written, Type::of(oid)).as_deref(), Some(expected), "{written}");
        }
        assert_eq!(shown("NULL", Type::TEXT), None);
    }
}
