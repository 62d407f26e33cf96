//! Arrays of every element type, and rows.

use trunkline_proto::Oid;
use trunkline_proto::types::array_of;

use super::{scalars, strings};
use crate::dice::Random;
use crate::golden::oid_of;

/// An array of any type: up to six dimensions, any lower bounds, few elements.
pub(super) fn array(random: &mut Random) -> (Oid, String) {
    let names = scalars().map(|(name, _)| name);
    // XML is not read by the PostgreSQL 18 that is asked.
    let names = names.chain(strings::STRINGS.map(|(name, _)| name)).filter(|name| *name != "xml");
    let types: Vec<&str> = names.collect();
    loop {
        let element = oid_of(random.pick(&types));
        let Some(oid) = array_of(element) else { continue };
        let depth = random.pick(&[1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7]);
        let lengths: Vec<u64> = (0..depth)
            .map(|_| match depth {
                1 => random.below(6),
                2 => random.below(4),
                _ => random.below(3),
            })
            .collect();
        let mut text = String::new();
        if random.below(4) == 0 {
            for length in &lengths {
                let lower = random.pick(&[0, 1, 1, 2, -5, 100, 2_147_483_640]);
                match (lower, random.below(3)) {
                    (1, 0) => text += &format!("[{length}]"),
                    _ => text += &format!("[{lower}:{}]", lower + *length as i64 - 1),
                }
            }
            text += "=";
        }
        let delimiter = if element == Oid::BOX { ";" } else { "," };
        push(&lengths, element, delimiter, random, &mut text);
        return (oid, text);
    }
}

fn push(lengths: &[u64], element: Oid, delimiter: &str, random: &mut Random, text: &mut String) {
    let Some((length, inner)) = lengths.split_first() else {
        return match random.below(9) {
            0 => text.push_str(random.pick(&["NULL", "null", "Null"])),
            1 => text.push_str("\"NULL\""),
            _ => push_element(element, delimiter, random, text),
        };
    };
    text.push('{');
    for place in 0..*length {
        if place > 0 {
            text.push_str(delimiter);
        }
        push(inner, element, delimiter, random, text);
    }
    text.push('}');
}

/// In quotes where they are needed, and sometimes where they are not.
fn push_element(element: Oid, delimiter: &str, random: &mut Random, text: &mut String) {
    let value = value(element, random);
    let special = |c: char| matches!(c, '"' | '\\' | '{' | '}') || c.is_ascii_whitespace();
    let needs = value.is_empty() || value.contains(special) || value.contains(delimiter);
    if !needs && random.below(4) > 0 {
        return text.push_str(&value);
    }
    text.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
}

fn value(oid: Oid, random: &mut Random) -> String {
    let found = scalars().find(|(name, _)| oid_of(name) == oid);
    match found {
        Some((_, generate)) => generate(random),
        None => String::from_utf8_lossy(&strings::string(random)).replace('\0', ""),
    }
}

/// The fields of a row: types, and texts or NULL.
pub(crate) fn row(random: &mut Random) -> Vec<(u32, Option<String>)> {
    let types: Vec<_> = scalars().filter(|(name, _)| *name != "xml").collect();
    let count = random.below(6);
    (0..count)
        .map(|_| {
            let oid = match random.below(3) {
                0 => Oid::TEXT,
                _ => oid_of(random.pick(&types).0),
            };
            let value = (random.below(6) > 0).then(|| value(oid, random));
            // It sends what it refuses itself: vectors of nothing, and paths without their parentheses.
            let is_sound = |value: &String| match oid {
                Oid::INT2VECTOR | Oid::OIDVECTOR => !value.trim().is_empty(),
                Oid::JSONPATH => !value.contains('('),
                _ => true,
            };
            (oid.0, value.filter(is_sound))
        })
        .collect()
}
