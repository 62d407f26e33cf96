//! JSON that queries of the catalogs make.

use trunkline_core::types::json;
use trunkline_core::{Oid, PgError, Result, SqlState};

use crate::datum::{Datum, List, Record};
use crate::error::bad_argument;
use crate::facts::{base_of, element_of};
use crate::plan::{Call, Function};
use crate::run::Run;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "json_build_object" | "jsonb_build_object" => object,
        "json_build_array" | "jsonb_build_array" => array,
        "json_object" | "jsonb_object" => object_of_texts,
        "to_json" | "to_jsonb" | "array_to_json" | "row_to_json" => |call| {
            let mut out = String::new();
            let is_pretty = call.arguments.get(1).is_some_and(Datum::is_true);
            if let Some(value) = call.arguments.first() {
                push(call.run, value, type_of(call, 0), is_pretty, &mut out)?;
            }
            finished(call.run, out, call.result)
        },
        _ => return None,
    })
}

fn type_of(call: &Call<'_>, place: usize) -> Oid {
    call.types.get(place).copied().unwrap_or(Oid::TEXT)
}

/// JSON as the type `result` has it: `jsonb` in order.
pub(crate) fn finished(run: &Run, text: String, result: Oid) -> Result<Datum> {
    run.admit_text(text.len())?;
    if result != Oid::JSONB {
        return Ok(Datum::text(text));
    }
    normalized(&text).map(Datum::text)
}

/// The text of `jsonb`.
pub(crate) fn normalized(text: &str) -> Result<String> {
    let mut out = Vec::with_capacity(text.len());
    json::text(text, Oid::JSONB, &mut out).map_err(PgError::from)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn object(call: &Call<'_>) -> Result<Datum> {
    if call.arguments.len() % 2 == 1 {
        return Err(bad_argument("argument list must have even number of elements").hint(
            "The arguments of json_build_object() must consist of alternating keys and values.",
        ));
    }
    let mut out = String::from("{");
    for (pair, values) in call.arguments.chunks(2).enumerate() {
        let [key, value] = values else { continue };
        if key.is_null() {
            return Err(bad_argument(format!("argument {}: key must not be null", pair * 2 + 1)));
        }
        out.push_str(if pair > 0 { ", " } else { "" });
        push_string(&call.run.world.text(key, type_of(call, pair * 2))?, &mut out);
        out.push_str(" : ");
        push(call.run, value, type_of(call, pair * 2 + 1), false, &mut out)?;
    }
    out.push('}');
    finished(call.run, out, call.result)
}

fn array(call: &Call<'_>) -> Result<Datum> {
    let mut out = String::from("[");
    for (place, value) in call.arguments.iter().enumerate() {
        out.push_str(if place > 0 { ", " } else { "" });
        push(call.run, value, type_of(call, place), false, &mut out)?;
    }
    out.push(']');
    finished(call.run, out, call.result)
}

/// `json_object('{a,1,b,2}')`, `json_object(keys, values)`
fn object_of_texts(call: &Call<'_>) -> Result<Datum> {
    let list = |place: usize| call.arguments.get(place).and_then(Datum::as_list);
    let Some(first) = list(0) else { return Ok(Datum::Null) };
    let pairs: Vec<(&Datum, &Datum)> = match list(1) {
        Some(second) if second.items.len() == first.items.len() => {
            first.items.iter().zip(&second.items).collect()
        }
        Some(_) => {
            let message = "mismatched array dimensions";
            return Err(PgError::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message));
        }
        None if first.items.len() % 2 == 1 => {
            let message = "array must have even number of elements";
            return Err(PgError::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message));
        }
        None => {
            first.items.chunks(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?))).collect()
        }
    };
    let mut out = String::from("{");
    for (place, (key, value)) in pairs.into_iter().enumerate() {
        let Some(key) = key.as_str() else {
            let message = "null value not allowed for object key";
            return Err(PgError::new(SqlState::NULL_VALUE_NOT_ALLOWED, message));
        };
        out.push_str(if place > 0 { ", " } else { "" });
        push_string(key, &mut out);
        out.push_str(" : ");
        push(call.run, value, Oid::TEXT, false, &mut out)?;
    }
    out.push('}');
    finished(call.run, out, call.result)
}

/// Appends a value of the type `oid`.
pub(crate) fn push(
    run: &Run,
    value: &Datum,
    oid: Oid,
    is_pretty: bool,
    out: &mut String,
) -> Result<()> {
    let oid = base_of(oid);
    match value {
        Datum::Null => out.push_str("null"),
        Datum::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Datum::Int(_) | Datum::Float(_) | Datum::Numeric(_) if is_number(oid) => {
            let text = run.world.text(value, oid)?;
            // Infinity and NaN are no numbers of JSON.
            if text.ends_with(|one: char| one.is_ascii_digit()) {
                out.push_str(&text);
            } else {
                push_string(&text, out);
            }
        }
        Datum::Int(_) if matches!(oid, Oid::TIMESTAMP | Oid::TIMESTAMPTZ | Oid::DATE) => {
            push_string(&moment(run, value, oid)?, out);
        }
        Datum::Text(text) if matches!(oid, Oid::JSON | Oid::JSONB) => out.push_str(text),
        Datum::Array(list) => push_list(run, list, element_of(oid), is_pretty, out)?,
        Datum::Record(record) => push_record(run, record, is_pretty, out)?,
        value => push_string(&run.world.text(value, oid)?, out),
    }
    run.check_text(out.len())
}

fn is_number(oid: Oid) -> bool {
    matches!(oid, Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::FLOAT4 | Oid::FLOAT8 | Oid::NUMERIC)
}

/// A point in time as ISO 8601 has it, whatever the session prefers.
fn moment(run: &Run, value: &Datum, oid: Oid) -> Result<String> {
    let style = trunkline_core::types::TextStyle {
        date_style: Default::default(),
        ..(*run.world.style).clone()
    };
    let text = crate::io::text_plain(value, oid, &style)?;
    if oid == Oid::DATE {
        return Ok(text);
    }
    let mut text = text.replacen(' ', "T", 1);
    // An offset has minutes there.
    let offset = text.rfind(['+', '-']).filter(|_| oid == Oid::TIMESTAMPTZ);
    if offset.is_some_and(|at| text.len() == at + 3) {
        text.push_str(":00");
    }
    Ok(text)
}

fn push_list(
    run: &Run,
    list: &List,
    element: Option<Oid>,
    is_pretty: bool,
    out: &mut String,
) -> Result<()> {
    let lengths: Vec<usize> =
        list.dimensions.iter().map(|(length, _)| usize::try_from(*length).unwrap_or(0)).collect();
    push_items(run, &list.items, &lengths, element.unwrap_or(Oid::TEXT), is_pretty, out)
}

/// The elements of a dimension and of those within it.
fn push_items(
    run: &Run,
    items: &[Datum],
    lengths: &[usize],
    element: Oid,
    is_pretty: bool,
    out: &mut String,
) -> Result<()> {
    let inner: usize = lengths.iter().skip(1).product();
    let separator = if is_pretty { ",\n " } else { "," };
    out.push('[');
    if lengths.len() > 1 && inner > 0 {
        for (place, part) in items.chunks(inner).enumerate() {
            out.push_str(if place > 0 { separator } else { "" });
            push_items(run, part, lengths.get(1..).unwrap_or_default(), element, false, out)?;
        }
    } else {
        for (place, item) in items.iter().enumerate() {
            out.push_str(if place > 0 { separator } else { "" });
            push(run, item, element, false, out)?;
        }
    }
    out.push(']');
    Ok(())
}

fn push_record(run: &Run, record: &Record, is_pretty: bool, out: &mut String) -> Result<()> {
    out.push('{');
    for (place, (name, oid, value)) in record.iter().enumerate() {
        out.push_str(match (place, is_pretty) {
            (0, _) => "",
            (_, true) => ",\n ",
            _ => ",",
        });
        push_string(name, out);
        out.push(':');
        push(run, value, oid, false, out)?;
    }
    out.push('}');
    Ok(())
}

/// Appends a string in its quotes.
pub(crate) fn push_string(text: &str, out: &mut String) {
    out.push('"');
    for one in text.chars() {
        match one {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            one if u32::from(one) < 32 => out.push_str(&format!("\\u{:04x}", u32::from(one))),
            one => out.push(one),
        }
    }
    out.push('"');
}
