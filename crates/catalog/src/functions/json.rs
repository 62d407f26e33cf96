//! JSON that queries of the catalogs make.

use trunkline_core::{Oid, Result};

use crate::datum::Datum;
use crate::error::bad_argument;
use crate::facts::element_of;
use crate::plan::{Call, Function};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "json_build_object" | "jsonb_build_object" => object,
        "json_build_array" | "jsonb_build_array" => array,
        "to_json" | "to_jsonb" | "array_to_json" => |call| {
            let mut out = String::new();
            if let Some(value) = call.arguments.first() {
                push(call, value, call.types.first().copied().unwrap_or(Oid::TEXT), &mut out)?;
            }
            Ok(Datum::text(out))
        },
        _ => return None,
    })
}

fn type_of(call: &Call<'_>, place: usize) -> Oid {
    call.types.get(place).copied().unwrap_or(Oid::TEXT)
}

fn object(call: &Call<'_>) -> Result<Datum> {
    if call.arguments.len() % 2 == 1 {
        return Err(bad_argument("argument list must have even number of elements"));
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
        push(call, value, type_of(call, pair * 2 + 1), &mut out)?;
    }
    out.push('}');
    call.run.admit_text(out.len())?;
    Ok(Datum::text(out))
}

fn array(call: &Call<'_>) -> Result<Datum> {
    let mut out = String::from("[");
    for (place, value) in call.arguments.iter().enumerate() {
        out.push_str(if place > 0 { ", " } else { "" });
        push(call, value, type_of(call, place), &mut out)?;
    }
    out.push(']');
    call.run.admit_text(out.len())?;
    Ok(Datum::text(out))
}

fn push(call: &Call<'_>, value: &Datum, oid: Oid, out: &mut String) -> Result<()> {
    match value {
        Datum::Null => out.push_str("null"),
        Datum::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Datum::Int(_) | Datum::Float(_) | Datum::Numeric(_)
            if matches!(
                oid,
                Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::FLOAT4 | Oid::FLOAT8 | Oid::NUMERIC
            ) =>
        {
            out.push_str(&call.run.world.text(value, oid)?);
        }
        Datum::Text(text) if matches!(oid, Oid::JSON | Oid::JSONB) => out.push_str(text),
        Datum::Array(list) if list.dimensions.len() <= 1 => {
            let element = element_of(oid).unwrap_or(Oid::TEXT);
            out.push('[');
            for (place, item) in list.items.iter().enumerate() {
                out.push_str(if place > 0 { "," } else { "" });
                push(call, item, element, out)?;
            }
            out.push(']');
        }
        value => push_string(&call.run.world.text(value, oid)?, out),
    }
    Ok(())
}

fn push_string(text: &str, out: &mut String) {
    out.push('"');
    for one in text.chars() {
        match one {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            one if u32::from(one) < 32 => out.push_str(&format!("\\u{:04x}", u32::from(one))),
            one => out.push(one),
        }
    }
    out.push('"');
}
