//! Constants.

use std::sync::Arc;

use sqlparser::ast::{Value, ValueWithSpan};
use trunkline_core::types::Numeric;
use trunkline_core::{Oid, Result};

use super::{Binder, Typed};
use crate::datum::Datum;
use crate::error::{syntax, unsupported};
use crate::plan::Expr;

impl Binder {
    pub(super) fn literal(&mut self, value: &ValueWithSpan) -> Result<Typed> {
        let place = self.place(value.span);
        let unknown = |text: &str| Typed::new(Expr::Const(Datum::text(text)), Oid::UNKNOWN);
        let typed = match &value.value {
            Value::Number(text, _) => number(text, place)?,
            Value::SingleQuotedString(text)
            | Value::EscapedStringLiteral(text)
            | Value::UnicodeStringLiteral(text)
            | Value::NationalStringLiteral(text) => unknown(text),
            Value::DollarQuotedString(text) => unknown(&text.value),
            // Without a length, which a cast to `bit` would have.
            Value::SingleQuotedByteStringLiteral(text) => bits(text)?,
            Value::HexStringLiteral(text) => bits(&format!("x{text}"))?,
            Value::Boolean(value) => Typed::new(Expr::Const(Datum::Bool(*value)), Oid::BOOL),
            Value::Null => Binder::null(),
            Value::Placeholder(name) => self.parameter(name)?,
            _ => return Err(unsupported(place, "this kind of constant")),
        };
        Ok(typed.placed(place))
    }
}

/// `B'101'`, `X'1f'`
fn bits(text: &str) -> Result<Typed> {
    let value = crate::io::parse_plain(Oid::BIT, text, &Default::default())?;
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
