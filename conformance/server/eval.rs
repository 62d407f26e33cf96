//! What expressions are and what they are worth.

use trunkline::types::{TextStyle, Value, name_of};
use trunkline::{Oid, Params, PgError, Result, SqlState};

use crate::parse::Expr;

/// Finds the types of expressions, and by them those of parameters.
pub(crate) struct Types<'a> {
    /// What the client declared, or what a use has shown; unspecified where neither.
    pub(crate) parameters: Vec<Oid>,
    /// The only column there is.
    pub(crate) column: Option<(&'a str, Oid)>,
}

impl Types<'_> {
    /// The type of an expression that is used as `wanted`, if anything is wanted.
    pub(crate) fn of(&mut self, expression: &Expr, wanted: Option<Oid>) -> Result<Oid> {
        Ok(match expression {
            Expr::Null | Expr::Text(_) => wanted.unwrap_or(Oid::TEXT),
            Expr::Bool(_) => Oid::BOOL,
            Expr::Integer(number) if i32::try_from(*number).is_ok() => Oid::INT4,
            Expr::Integer(_) => Oid::INT8,
            Expr::Parameter(number, place) => self.parameter(*number, *place, wanted)?,
            Expr::Column(name, place) => match self.column {
                Some((known, oid)) if known == name => oid,
                _ => {
                    let error = format!("column \"{name}\" does not exist");
                    let error = PgError::new(SqlState::UNDEFINED_COLUMN, error);
                    return Err(error.position(*place));
                }
            },
            Expr::Cast(inner, oid, _) => {
                self.of(inner, Some(*oid))?;
                *oid
            }
            Expr::Binary(operator, left, right) => {
                let left = match (&**left, &**right) {
                    (Expr::Parameter(..) | Expr::Text(_), right) => {
                        let right = self.of(right, Some(Oid::INT4))?;
                        self.of(left, Some(right))?
                    }
                    (left, _) => self.of(left, None)?,
                };
                let right = self.of(right, Some(left))?;
                match operator {
                    '=' | '<' | '>' => Oid::BOOL,
                    _ if right == Oid::INT8 => right,
                    _ => left,
                }
            }
            Expr::Call(name, arguments, place) => {
                let wanted: &[Oid] = match name.as_str() {
                    "repeat" => &[Oid::TEXT, Oid::INT4],
                    "pg_sleep" => &[Oid::FLOAT8],
                    "length" => &[Oid::TEXT],
                    _ => &[],
                };
                let mut types = Vec::new();
                for (index, argument) in arguments.iter().enumerate() {
                    types.push(self.of(argument, wanted.get(index).copied())?);
                }
                match (name.as_str(), arguments.len()) {
                    ("repeat", 2) => Oid::TEXT,
                    ("pg_sleep", 1) => Oid::VOID,
                    ("length", 1) => Oid::INT4,
                    _ => return Err(no_function(name, &types).position(*place)),
                }
            }
        })
    }

    fn parameter(&mut self, number: usize, place: usize, wanted: Option<Oid>) -> Result<Oid> {
        let Some(index) = number.checked_sub(1).filter(|index| *index < 1_000_000) else {
            let error = format!("there is no parameter ${number}");
            return Err(PgError::new(SqlState::UNDEFINED_PARAMETER, error).position(place));
        };
        if self.parameters.len() <= index {
            self.parameters.resize(number, Oid::UNSPECIFIED);
        }
        let declared = &mut self.parameters[index];
        if *declared == Oid::UNSPECIFIED {
            *declared = wanted.unwrap_or(Oid::TEXT);
        }
        match name_of(*declared) {
            Some(_) => Ok(*declared),
            None => Err(PgError::internal(format!("cache lookup failed for type {}", declared.0))),
        }
    }
}

fn no_function(name: &str, types: &[Oid]) -> PgError {
    let words: Vec<&str> = types
        .iter()
        .map(|oid| match *oid {
            Oid::INT4 => "integer",
            Oid::INT8 => "bigint",
            _ => "unknown",
        })
        .collect();
    let error = format!("function {name}({}) does not exist", words.join(", "));
    PgError::new(SqlState::UNDEFINED_FUNCTION, error).hint(
        "No function matches the given name and argument types. You might need to add explicit type casts.",
    )
}

/// What expressions see.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) params: &'a Params,
    pub(crate) style: &'a TextStyle,
    /// The value of the column.
    pub(crate) row: i32,
}

impl Scope<'_> {
    pub(crate) fn value(&self, expression: &Expr) -> Result<Value> {
        Ok(match expression {
            Expr::Null => Value::Null,
            Expr::Bool(value) => Value::Bool(*value),
            Expr::Integer(number) => match i32::try_from(*number) {
                Ok(number) => Value::Int4(number),
                Err(_) => Value::Int8(*number),
            },
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Column(..) => Value::Int4(self.row),
            Expr::Parameter(number, _) => {
                let param = number.checked_sub(1).and_then(|index| self.params.get(index));
                let param = param.ok_or_else(|| PgError::internal("a parameter is not bound"))?;
                param.decode::<Option<Value>>(self.style)?.unwrap_or_default()
            }
            Expr::Cast(inner, oid, _) => cast(self.value(inner)?, *oid, self.style)?,
            Expr::Binary(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                match (number(&left), number(&right)) {
                    (Some(a), Some(b)) => arithmetic(*operator, a, b, is_wide(&left, &right))?,
                    _ => Value::Null,
                }
            }
            Expr::Call(name, arguments, _) => {
                let values: Vec<Value> =
                    arguments.iter().map(|argument| self.value(argument)).collect::<Result<_>>()?;
                match (name.as_str(), &values[..]) {
                    ("repeat", [Value::Text(text), times]) => {
                        let times = number(times).and_then(|times| usize::try_from(times).ok());
                        Value::Text(text.repeat(times.unwrap_or_default()))
                    }
                    ("length", [Value::Text(text)]) => {
                        Value::Int4(i32::try_from(text.chars().count()).unwrap_or(i32::MAX))
                    }
                    // The sleep is done by now.
                    ("pg_sleep", _) => Value::Text(String::new()),
                    _ => Value::Null,
                }
            }
        })
    }
}

fn is_wide(left: &Value, right: &Value) -> bool {
    matches!(left, Value::Int8(_)) || matches!(right, Value::Int8(_))
}

/// A whole number, or a text that is one.
pub(crate) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Int2(number) => Some((*number).into()),
        Value::Int4(number) => Some((*number).into()),
        Value::Int8(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn arithmetic(operator: char, a: i64, b: i64, wide: bool) -> Result<Value> {
    let result = match operator {
        '=' => return Ok(Value::Bool(a == b)),
        '<' => return Ok(Value::Bool(a < b)),
        '>' => return Ok(Value::Bool(a > b)),
        '+' => a.checked_add(b),
        '-' => a.checked_sub(b),
        '*' => a.checked_mul(b),
        _ if b == 0 => {
            return Err(PgError::new(SqlState::DIVISION_BY_ZERO, "division by zero"));
        }
        _ => a.checked_div(b),
    };
    let out = |what| PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, what);
    let result = result.ok_or_else(|| out("bigint out of range"))?;
    match wide {
        true => Ok(Value::Int8(result)),
        false => i32::try_from(result).map(Value::Int4).map_err(|_| out("integer out of range")),
    }
}

/// A value as another type, by way of its text.
fn cast(value: Value, oid: Oid, style: &TextStyle) -> Result<Value> {
    use trunkline::types::ToPg;
    let mut text = Vec::new();
    let from = match &value {
        Value::Null => return Ok(Value::Null),
        Value::Bool(_) => Oid::BOOL,
        Value::Int2(_) => Oid::INT2,
        Value::Int4(_) => Oid::INT4,
        Value::Int8(_) => Oid::INT8,
        Value::Float8(_) => Oid::FLOAT8,
        Value::Bytea(_) => Oid::BYTEA,
        _ => Oid::TEXT,
    };
    let _ = value.encode(from, trunkline::Format::Text, style, &mut text)?;
    Ok(Value::decode(oid, trunkline::Format::Text, &text, style)?)
}
