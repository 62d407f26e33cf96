//! Constants.

use std::sync::Arc;

use sqlparser::ast::{self, ValueWithSpan};
use trunkline_core::types::{Interval, Numeric, TextStyle, Value};
use trunkline_core::{Oid, PgError, Result};

use super::{Binder, Typed};
use crate::datum::Datum;
use crate::error::{Place, syntax, unsupported};
use crate::facts::{base_of, element_of, type_facts};
use crate::io;
use crate::plan::Expr;

impl Binder {
    /// The value of a literal, read as PostgreSQL does: while the statement is, with the settings of then.
    pub(super) fn constant(&mut self, oid: Oid, text: &str, place: Place) -> Result<Datum> {
        self.is_of_session |= is_of_session(oid);
        let style = TextStyle { types: self.types.clone(), ..TextStyle::clone(&self.style) };
        let value = io::parse_plain(oid, text, &style);
        value.map_err(|error| if place == 0 { error } else { error.position(place) })
    }

    /// That of a literal whose type has a modifier, by which only an interval is read.
    pub(super) fn constant_under(
        &mut self,
        (oid, typmod): (Oid, i32),
        text: &str,
        place: Place,
    ) -> Result<Expr> {
        let value = match oid {
            Oid::INTERVAL => {
                self.is_of_session = true;
                let span = Interval::parse_under(text, self.style.interval_style, typmod);
                Datum::Other(Arc::new(Value::Interval(span.map_err(|error| {
                    let error = PgError::from(error);
                    if place == 0 { error } else { error.position(place) }
                })?)))
            }
            oid => self.constant(oid, text, place)?,
        };
        let of = Box::new(Expr::Const(value));
        Ok(Expr::Cast { of, from: oid, to: oid, typmod, is_explicit: true })
    }

    pub(super) fn literal(&mut self, value: &ValueWithSpan) -> Result<Typed> {
        let place = self.place(value.span);
        let unknown = |text: &str| Typed::new(Expr::Const(Datum::text(text)), Oid::UNKNOWN);
        let typed = match &value.value {
            ast::Value::Number(text, _) => number(text, place)?,
            ast::Value::SingleQuotedString(text)
            | ast::Value::EscapedStringLiteral(text)
            | ast::Value::UnicodeStringLiteral(text)
            | ast::Value::NationalStringLiteral(text) => unknown(text),
            ast::Value::DollarQuotedString(text) => unknown(&text.value),
            // Without a length, which a cast to `bit` would have.
            ast::Value::SingleQuotedByteStringLiteral(text) => bits(text)?,
            ast::Value::HexStringLiteral(text) => bits(&format!("x{text}"))?,
            ast::Value::Boolean(value) => Typed::new(Expr::Const(Datum::Bool(*value)), Oid::BOOL),
            ast::Value::Null => Binder::null(),
            ast::Value::Placeholder(name) => self.parameter(name)?,
            _ => return Err(unsupported(place, "this kind of constant")),
        };
        Ok(typed.placed(place))
    }
}

/// Whether settings or the clock say what a text of a type means: dates, times, intervals, and ranges and arrays, which may
/// have them.
pub(super) fn is_of_session(oid: Oid) -> bool {
    let oid = base_of(element_of(oid).unwrap_or(oid));
    type_facts(oid).is_none_or(|known| matches!(known.category, b'D' | b'T' | b'R'))
}

/// `B'101'`, `X'1f'`
fn bits(text: &str) -> Result<Typed> {
    let value = io::parse_plain(Oid::BIT, text, &Default::default())?;
    Ok(Typed::new(Expr::Const(value), Oid::BIT))
}

/// A number: the smallest type that holds it.
pub(super) fn number(text: &str, place: usize) -> Result<Typed> {
    let text = text.replace('_', "");
    if let Ok(value) = text.parse::<i64>() {
        let oid = if i32::try_from(value).is_ok() { Oid::INT4 } else { Oid::INT8 };
        return Ok(Typed::new(Expr::Const(Datum::Int(value)), oid));
    }
    match Numeric::parse(&text) {
        Ok(value) => Ok(Typed::new(Expr::Const(Datum::Numeric(Arc::new(value))), Oid::NUMERIC)),
        Err(_) => Err(syntax(place, format!("syntax error at or near \"{text}\""))),
    }
}
