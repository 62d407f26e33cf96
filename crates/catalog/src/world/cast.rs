//! Casts.

use std::sync::Arc;

use trunkline_core::types::{Interval, Numeric, TextStyle, Types, Value};
use trunkline_core::{Oid, PgError, Result, SqlState};

use super::World;
use crate::datum::{Datum, List};
use crate::facts::{base_of, element_of, is_vector, type_facts};
use crate::functions::{bits, floats};
use crate::io;

/// A value that its new type cannot hold.
fn out_of_range(oid: Oid) -> PgError {
    let name = trunkline_core::types::name_of(oid).unwrap_or("OID");
    let name = if oid == Oid::OID { "OID" } else { name };
    PgError::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, format!("{name} out of range"))
}

impl World {
    /// A value as one of another type.
    pub(crate) fn cast(
        &self,
        value: Datum,
        from: Oid,
        to: Oid,
        typmod: i32,
        is_explicit: bool,
    ) -> Result<Datum> {
        let typmod = match type_facts(to) {
            Some(known) if known.kind == b'd' && typmod == -1 => known.typmod,
            _ => typmod,
        };
        let (from, to) = (base_of(from), base_of(to));
        if value.is_null() || (from == to && typmod == -1) {
            return Ok(value);
        }
        if from == to && is_measured(to) {
            return under(value, to, typmod, is_explicit);
        }
        // What is cast as an element may be an array of elements: `ARRAY[[1, 2], [3, 4]]::float8[]`.
        let as_element = || type_facts(from).is_some() && element_of(from).is_none();
        if let Datum::Array(list) = &value
            && let Some((own, element)) = match element_of(to) {
                Some(element) => Some((element_of(from).unwrap_or(Oid::TEXT), element)),
                None => as_element().then_some((from, to)),
            }
        {
            let items = list
                .items
                .iter()
                .map(|item| self.cast(item.clone(), own, element, typmod, is_explicit));
            let items = items.collect::<Result<_>>()?;
            if is_vector(to) {
                return Ok(Datum::Array(Arc::new(List::vector(items))));
            }
            return Ok(Datum::Array(Arc::new(List { dimensions: list.dimensions.clone(), items })));
        }
        let category = |oid| type_facts(oid).map_or(b'U', |known| known.category);
        if category(to) == b'S' || to == Oid::CHAR || to == Oid::UNKNOWN || to == Oid::CSTRING {
            let text = match (&value, from) {
                // The blanks that fill a `character(n)` up say nothing elsewhere.
                (Datum::Text(text), Oid::BPCHAR) if to != Oid::BPCHAR => {
                    text.trim_end_matches(' ').into()
                }
                (Datum::Text(text), _) => text.clone(),
                (Datum::Int(number), Oid::INT4) if to == Oid::CHAR => {
                    let byte = u8::try_from(*number & 0xff).unwrap_or_default();
                    if byte == 0 { "".into() } else { char::from(byte).to_string().into() }
                }
                // As SQL writes it, not as it is shown.
                (Datum::Bool(value), _) if matches!(to, Oid::TEXT | Oid::VARCHAR | Oid::BPCHAR) => {
                    if *value {
                        "true".into()
                    } else {
                        "false".into()
                    }
                }
                // An address alone has its mask, too.
                (value, Oid::INET) => {
                    let text = self.text(value, from)?;
                    let bits = if text.contains(':') { 128 } else { 32 };
                    if text.contains('/') { text.into() } else { format!("{text}/{bits}").into() }
                }
                (value, from) => self.text(value, from)?.into(),
            };
            return fitting(text, to, typmod, is_explicit);
        }
        let value = match (value, to) {
            (Datum::Int(value), Oid::BIT) => Ok(bits::of_number(value, typmod)),
            (value @ Datum::Other(_), Oid::INT4 | Oid::INT8) if from == Oid::BIT => {
                let most = if to == Oid::INT4 { 32 } else { 64 };
                bits::to_number(&value, most).map(Datum::Int).ok_or_else(|| out_of_range(to))
            }
            (value @ Datum::Other(_), Oid::BIT | Oid::VARBIT)
                if matches!(from, Oid::BIT | Oid::VARBIT) && typmod >= 0 =>
            {
                Ok(bits::of_length(&value, typmod, to == Oid::BIT))
            }
            (Datum::Text(text), Oid::INT4) if from == Oid::CHAR => Ok(Datum::Int(
                text.bytes().next().map_or(0, |byte| i64::from(i8::from_ne_bytes([byte]))),
            )),
            (Datum::Text(text), to) => self.parse(to, &text),
            (Datum::Bool(value), Oid::INT4) => Ok(Datum::Int(value.into())),
            (Datum::Int(value), Oid::BOOL) => Ok(Datum::Bool(value != 0)),
            (value, to) if category(to) == b'N' || to == Oid::XID || to == Oid::CID => {
                number(value, from, to)
            }
            (Datum::Int(value), Oid::DATE | Oid::TIME | Oid::TIMESTAMP | Oid::TIMESTAMPTZ) => {
                self.moment(value, from, to)
            }
            (Datum::Int(micros), Oid::INTERVAL) if from == Oid::TIME => {
                let span = Interval { micros, ..Interval::default() };
                Ok(Datum::Other(Arc::new(Value::Interval(span))))
            }
            (Datum::Other(value), to) => {
                let text = self.text(&Datum::Other(value), from)?;
                self.parse(to, &text)
            }
            (value, _) => Ok(value),
        }?;
        under(value, to, typmod, is_explicit)
    }
}

impl World {
    /// A date or a time as one of another type, by the clocks of the session.
    fn moment(&self, value: i64, from: Oid, to: Oid) -> Result<Datum> {
        const DAY: i64 = 86_400_000_000;
        let zone = &self.style.time_zone;
        let east = |seconds: i32| i64::from(seconds).saturating_mul(1_000_000);
        // The infinities of a date are those of its 32 bits.
        let ends = |oid| match oid {
            Oid::DATE => [i32::MIN.into(), i32::MAX.into()],
            _ => [i64::MIN, i64::MAX],
        };
        if from != Oid::TIME
            && let Some(end) = ends(from).iter().position(|end| *end == value)
        {
            let same = ends(to).get(end).copied().filter(|_| to != Oid::TIME);
            return Ok(same.map_or(Datum::Null, Datum::Int));
        }
        let local = match from {
            Oid::DATE => {
                let message = "date out of range for timestamp";
                let refused = || PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, message);
                value.checked_mul(DAY).ok_or_else(refused)?
            }
            Oid::TIMESTAMPTZ => value.saturating_add(east(zone.east_at(value))),
            _ => value,
        };
        Ok(Datum::Int(match to {
            Oid::DATE => local.div_euclid(DAY),
            Oid::TIME => local.rem_euclid(DAY),
            Oid::TIMESTAMPTZ => local.saturating_sub(east(zone.east_at_local(local))),
            _ => local,
        }))
    }
}

/// Whether a type's modifier says how exact its numbers and moments are.
fn is_measured(oid: Oid) -> bool {
    let moments = [Oid::TIME, Oid::TIMETZ, Oid::TIMESTAMP, Oid::TIMESTAMPTZ, Oid::INTERVAL];
    oid == Oid::NUMERIC || moments.contains(&oid)
}

/// A number, a moment or a string of an array within what its type's modifier says.
fn under(value: Datum, to: Oid, typmod: i32, is_explicit: bool) -> Result<Datum> {
    if let (Datum::Array(list), Some(element), 0..) = (&value, element_of(to), typmod) {
        let items = list.items.iter().map(|item| under(item.clone(), element, typmod, is_explicit));
        let (items, dimensions) = (items.collect::<Result<_>>()?, list.dimensions.clone());
        return Ok(Datum::Array(Arc::new(List { dimensions, items })));
    }
    if typmod < 0 || value.is_null() {
        return Ok(value);
    }
    if let Datum::Text(text) = value {
        return fitting(text, to, typmod, is_explicit);
    }
    if !is_measured(to) {
        return Ok(value);
    }
    // None of these is of a declared type.
    io::from_value(io::to_value(&value, to, &Types::default()).under(to, typmod)?)
}

/// A number of another size, or an OID.
fn number(value: Datum, from: Oid, to: Oid) -> Result<Datum> {
    match (&value, to) {
        // What is too large or too small is refused as its text is.
        (Datum::Numeric(_), Oid::FLOAT4 | Oid::FLOAT8) => {
            let style = TextStyle::default();
            return io::parse_plain(to, &io::text_plain(&value, from, &style)?, &style);
        }
        (_, Oid::FLOAT4 | Oid::FLOAT8) => {
            let float = value.as_float();
            return float.map_or(Ok(Datum::Null), |float| floats::scaled(float, &[float], to));
        }
        (Datum::Float(float), Oid::NUMERIC) if from == Oid::FLOAT4 => {
            return Ok(Datum::Numeric(Arc::new(Numeric::from_f32(*float as f32))));
        }
        (Datum::Int(cents), Oid::NUMERIC) if from == Oid::MONEY => {
            return Ok(Datum::Numeric(Arc::new(Numeric::from_i128((*cents).into(), 2))));
        }
        (Datum::Int(whole), Oid::MONEY) if from != Oid::MONEY => {
            let cents = whole.checked_mul(100).ok_or_else(|| out_of_range(Oid::INT8))?;
            return Ok(Datum::Int(cents));
        }
        (Datum::Numeric(number), Oid::MONEY) if number.is_finite() => {
            let cents = number.to_i128(2).and_then(|cents| i64::try_from(cents).ok());
            return cents.map(Datum::Int).ok_or_else(|| out_of_range(Oid::INT8));
        }
        (Datum::Numeric(number), to) if !number.is_finite() && to != Oid::NUMERIC => {
            let what = if number.is_nan() { "NaN" } else { "infinity" };
            let to = if to == Oid::MONEY { Oid::INT8 } else { to };
            let name = trunkline_core::types::name_of(to).unwrap_or("bigint");
            let message = format!("cannot convert {what} to {name}");
            return Err(PgError::new(SqlState::FEATURE_NOT_SUPPORTED, message));
        }
        _ => {}
    }
    if to == Oid::NUMERIC {
        return Ok(value.to_numeric().map_or(Datum::Null, |value| Datum::Numeric(Arc::new(value))));
    }
    let whole = match &value {
        Datum::Int(value) => Some(*value),
        Datum::Oid(value) => Some(i64::from(*value)),
        Datum::Float(value) => Numeric::from_f64(value.round_ties_even()).to_i64().ok(),
        Datum::Numeric(value) => value.fitting(1000, 0).ok().and_then(|value| value.to_i64().ok()),
        _ => None,
    };
    let whole = whole.ok_or_else(|| out_of_range(to))?;
    let range = match to {
        Oid::INT2 => i64::from(i16::MIN)..=i64::from(i16::MAX),
        // The bits of an OID are those of an integer.
        Oid::INT4 if matches!(value, Datum::Oid(_)) => {
            let bits = u32::try_from(whole).map_err(|_| out_of_range(to))?;
            return Ok(Datum::Int(i32::from_ne_bytes(bits.to_ne_bytes()).into()));
        }
        Oid::INT4 => i64::from(i32::MIN)..=i64::from(i32::MAX),
        Oid::INT8 | Oid::MONEY => i64::MIN..=i64::MAX,
        // An integer that is negative is the OID of the same bits.
        _ if from == Oid::INT4 || from == Oid::INT2 => {
            let bits = i32::try_from(whole).map_err(|_| out_of_range(Oid::OID))?;
            return Ok(Datum::Oid(u32::from_ne_bytes(bits.to_ne_bytes())));
        }
        _ => return u32::try_from(whole).map(Datum::Oid).map_err(|_| out_of_range(Oid::OID)),
    };
    if range.contains(&whole) { Ok(Datum::Int(whole)) } else { Err(out_of_range(to)) }
}

/// A string within the length of its type.
fn fitting(text: Arc<str>, to: Oid, typmod: i32, is_explicit: bool) -> Result<Datum> {
    let most = match to {
        Oid::CHAR => {
            return Ok(Datum::text(text.chars().next().map(String::from).unwrap_or_default()));
        }
        Oid::NAME if text.len() > 63 => {
            let mut end = 63;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            return Ok(Datum::text(text.get(..end).unwrap_or_default()));
        }
        Oid::VARCHAR | Oid::BPCHAR if typmod >= 4 => usize::try_from(typmod - 4).unwrap_or(0),
        _ => return Ok(Datum::Text(text)),
    };
    let length = text.chars().count();
    if length > most {
        let is_blank = text.chars().skip(most).all(|character| character == ' ');
        if !is_explicit && !is_blank {
            let name = if to == Oid::VARCHAR { "character varying" } else { "character" };
            let message = format!("value too long for type {name}({most})");
            return Err(PgError::new(SqlState::STRING_DATA_RIGHT_TRUNCATION, message));
        }
        return Ok(Datum::text(text.chars().take(most).collect::<String>()));
    }
    if to == Oid::BPCHAR && length < most {
        let mut padded = text.to_string();
        padded.extend(std::iter::repeat_n(' ', most - length));
        return Ok(Datum::text(padded));
    }
    Ok(Datum::Text(text))
}
