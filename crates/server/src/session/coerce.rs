//! The arguments of EXECUTE as values of the parameters' types, by the casts of an assignment.

use trunkline_core::types::{Numeric, element_of, name_of};
use trunkline_core::{Oid, PgError, Result, SqlState};

/// A value of an expression as text, with the type of the expression; unknown of a string constant.
pub(super) struct Argument {
    pub(super) text: Option<Vec<u8>>,
    pub(super) ty: Oid,
}

impl Argument {
    /// The text of the value as one of a parameter's type.
    ///
    /// # Errors
    ///
    /// 42804 for a type that does not become the other by itself, 22003 for a number that is too large.
    pub(super) fn coerced(self, index: usize, to: Oid) -> Result<Option<Vec<u8>>> {
        if !is_assignable(self.ty, to) {
            let name = |oid| name_of(oid).unwrap_or("unknown");
            let message = format!(
                "parameter ${} of type {} cannot be coerced to the expected type {}",
                index.saturating_add(1),
                name(self.ty),
                name(to)
            );
            return Err(PgError::new(SqlState::DATATYPE_MISMATCH, message)
                .hint("You will need to rewrite or cast the expression."));
        }
        match (&self.text, is_number(self.ty), range(to)) {
            (Some(text), true, Some((first, last))) => {
                let whole = Numeric::parse(&String::from_utf8_lossy(text))?.fitting(1000, 0)?;
                match whole.to_i64().ok().filter(|whole| (first..=last).contains(whole)) {
                    Some(whole) => Ok(Some(whole.to_string().into_bytes())),
                    None => {
                        let name = name_of(to).unwrap_or("integer");
                        let message = format!("{name} out of range");
                        Err(PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message))
                    }
                }
            }
            _ => Ok(self.text),
        }
    }
}

/// Whether PostgreSQL has a cast for the assignment. Of types that are not looked at here the text tells.
fn is_assignable(from: Oid, to: Oid) -> bool {
    let is_moment = |oid| matches!(oid, Oid::DATE | Oid::TIMESTAMP | Oid::TIMESTAMPTZ);
    let is_other = matches!(to, Oid::UUID | Oid::JSON | Oid::JSONB | Oid::BYTEA | Oid::INTERVAL)
        || element_of(to).is_some();
    match from {
        Oid::BOOL => !is_number(to) && !is_moment(to) && to != Oid::TIME && !is_other,
        from if is_number(from) => {
            to != Oid::BOOL && !is_moment(to) && to != Oid::TIME && !is_other
        }
        from if is_moment(from) => to != Oid::BOOL && !is_number(to) && !is_other,
        _ => true,
    }
}

fn is_number(oid: Oid) -> bool {
    matches!(oid, Oid::NUMERIC | Oid::FLOAT4 | Oid::FLOAT8) || range(oid).is_some()
}

/// The smallest and the largest integer of a type.
fn range(oid: Oid) -> Option<(i64, i64)> {
    match oid {
        Oid::INT2 => Some((i16::MIN.into(), i16::MAX.into())),
        Oid::INT4 => Some((i32::MIN.into(), i32::MAX.into())),
        Oid::INT8 => Some((i64::MIN, i64::MAX)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As PostgreSQL 18 answers to EXECUTE.
    #[test]
    fn values_become_the_types_of_parameters() {
        let coerced = |ty, text: &str, to| {
            Argument { text: Some(text.as_bytes().to_vec()), ty }.coerced(0, to)
        };
        for (ty, text, to, becomes) in [
            (Oid::NUMERIC, "1.5", Oid::INT4, "2"),
            (Oid::NUMERIC, "-2.5", Oid::INT4, "-3"),
            (Oid::INT4, "1", Oid::TEXT, "1"),
            (Oid::BOOL, "true", Oid::TEXT, "true"),
            (Oid::INT4, "1", Oid::NUMERIC, "1"),
            (Oid::UNKNOWN, "t", Oid::BOOL, "t"),
        ] {
            assert_eq!(coerced(ty, text, to).expect(text), Some(becomes.into()), "{text}");
        }
        for (ty, text, to, code) in [
            (Oid::BOOL, "true", Oid::INT4, SqlState::DATATYPE_MISMATCH),
            (Oid::INT4, "1", Oid::BOOL, SqlState::DATATYPE_MISMATCH),
            (Oid::INT4, "1", Oid::DATE, SqlState::DATATYPE_MISMATCH),
            (Oid::INT4, "1", Oid::JSONB, SqlState::DATATYPE_MISMATCH),
            (Oid::TIMESTAMPTZ, "2024-01-01", Oid::INT4, SqlState::DATATYPE_MISMATCH),
            (Oid::INT8, "3000000000", Oid::INT4, SqlState::NUMERIC_VALUE_OUT_OF_RANGE),
        ] {
            assert_eq!(coerced(ty, text, to).expect_err(text).sqlstate(), code, "{text}");
        }
    }
}
