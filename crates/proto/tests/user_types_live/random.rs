//! Random inputs: sound values, and the same with a few bytes changed.

use trunkline_proto::types::{TextStyle, Value};
use trunkline_proto::{Format, Oid};

use crate::agreement::encode;
use crate::cases::Case;
use crate::dice::Random;
use crate::registered::{RANGES, multirange};

/// So many inputs of a type as text, and those that are sound again in binary, half of them spoilt.
pub(crate) fn cases(type_name: &str, oid: Oid, count: usize, style: &TextStyle) -> Vec<Case> {
    let mut random = Random::new(type_name);
    let mut cases = Vec::new();
    for _ in 0..count {
        let mut text = value(type_name, &mut random).into_bytes();
        let sound = Value::decode(oid, Format::Text, &text, style);
        if random.below(3) == 0 {
            random.spoil(&mut text, alphabet(type_name));
        }
        let case =
            |format, input| Case { type_name: type_name.to_owned(), format, input, outcome: None };
        cases.push(case(Format::Text, text));
        let binary = sound.ok().and_then(|value| encode(&value, oid, Format::Binary, style).ok());
        if let Some(mut bytes) = binary {
            if random.below(2) == 0 {
                let any: Vec<u8> = (0..8).map(|_| random.byte()).chain([0, 1, 4, 255]).collect();
                random.spoil(&mut bytes, &any);
            }
            cases.push(case(Format::Binary, bytes));
        }
    }
    cases
}

/// What to spoil text with. Letters would be time zones, whose errors are another matter.
fn alphabet(type_name: &str) -> &'static [u8] {
    if ["times", "zoned", "spans", "item", "sized"].iter().any(|start| type_name.starts_with(start))
    {
        return b" ,()[]{}\"\\-.:/0129";
    }
    b" ,()[]{}\"\\=>-_.:/0129aexNULL"
}

/// A value's text, mostly sound.
fn value(type_name: &str, random: &mut Random) -> String {
    if let Some(element) = type_name.strip_suffix("[]") {
        return array(element, random);
    }
    for (range, subtype) in RANGES {
        if type_name == range {
            return self::range(subtype, random);
        }
        if type_name == multirange(range) {
            let ranges: Vec<String> =
                (0..random.below(4)).map(|_| self::range(subtype, random)).collect();
            return format!("{{{}}}", ranges.join(random.pick(&[",", ",", " , "])));
        }
    }
    let fields: &[&str] = match type_name {
        "pair" | "checked_pair" => &["integer", "text"],
        "item" => &[
            "integer",
            "mood",
            "text[]",
            "pair",
            "integer",
            "pair[]",
            "timestamp",
            "mood[]",
            "boolean",
            "app.\"Odd Name\"",
        ],
        "one" => &["integer"],
        "nothing" => &[],
        "holder" => &["hstore", "text", "ltree", "bytea"],
        "embedding" => &["vector", "halfvec", "sparsevec", "vector"],
        "sized" => &[
            "short",
            "short",
            "price",
            "price",
            "bits",
            "bits",
            "moment",
            "clock",
            "zoned clock",
            "short[]",
            "short",
        ],
        _ => return scalar(type_name, random),
    };
    row(fields, random)
}

fn scalar(type_name: &str, random: &mut Random) -> String {
    match type_name {
        "mood" => {
            let labels = ["sad", "ok", "very happy", "Über", "a,b", "", "NULL", "\"q\\", "Sad"];
            random.pick(&labels).to_owned()
        }
        "app.\"Odd Name\"" => random.pick(&["x", "y", "y", "z"]).to_owned(),
        "integer" | "more" | "positive" => match random.below(12) {
            0 => random.pick(&["2147483647", "-2147483648", "99999999999", " 7 "]).to_owned(),
            _ => random.below(20).to_string(),
        },
        "moods" => array("mood", random),
        "corner" => format!("({},{}),({},1)", random.below(5), random.below(5), random.below(5)),
        "price" => match random.below(8) {
            0 => {
                random.pick(&["NaN", "inf", "9999.995", "9999.994", "-0.004", "1e5", "1e-9"]).into()
            }
            1 => (random.below(1_000_000)).to_string(),
            _ => format!("{}.{}", random.below(3000), random.below(10_000)),
        },
        "short" | "shorter" => {
            (0..random.below(7)).map(|_| random.pick(&["a", "é", " ", " "])).collect()
        }
        "bits" => (0..random.below(3) + 3).map(|_| random.pick(&["0", "1"])).collect(),
        "clock" => format!("{}:{}.{}", random.below(25), random.below(61), random.below(10_000)),
        "zoned clock" => format!("10:11:12.{}+0{}", random.below(10_000), random.below(9)),
        "text" | "label" | "citext" | "character" => word(random),
        "boolean" => random.pick(&["t", "f", "true", "no"]).to_owned(),
        "bytea"
        | "timestamp"
        | "interval"
        | "moment"
        | "time without time zone"
        | "time with time zone" => moment(type_name, random),
        "double precision" | "real" => number(random),
        "inet" => {
            let (net, bits) = (random.below(3), random.pick(&["", "/8", "/16", "/24", "/30"]));
            match random.below(4) {
                0 => format!("fe80::{net}{}", random.pick(&["", "/64", "/10"])),
                _ => format!("10.{net}.{}.{}{bits}", random.below(3), random.below(3)),
            }
        }
        "uuid" => format!("00000000-0000-0000-0000-0000000000{:02x}", random.below(256)),
        "bit varying" => (0..random.below(12)).map(|_| random.pick(&["0", "1"])).collect(),
        "hstore" => hstore(random),
        "ltree" => {
            let labels = ["a", "B", "a_1", "a-b", "Top", "", "x y"];
            let count = random.below(4);
            let labels: Vec<&str> = (0..count).map(|_| random.pick(&labels)).collect();
            labels.join(".")
        }
        "vector" | "halfvec" => {
            let numbers: Vec<String> = (0..random.below(5)).map(|_| number(random)).collect();
            format!("[{}]", numbers.join(random.pick(&[",", ",", " , "])))
        }
        "sparsevec" => {
            let elements: Vec<String> = (0..random.below(5))
                .map(|_| format!("{}:{}", random.below(9), number(random)))
                .collect();
            format!("{{{}}}/{}", elements.join(","), random.below(9) + 3)
        }
        other => panic!("no values of {other}"),
    }
}

fn moment(type_name: &str, random: &mut Random) -> String {
    let (hour, minute) = (random.below(24), random.below(60));
    match type_name {
        "moment" => format!("1999-12-31 23:59:59.{}", random.below(100_000)),
        "bytea" => format!("\\x{:04x}", random.below(1 << 16)),
        "timestamp" => format!("2024-02-{:02} {hour:02}:{minute:02}:00", random.below(30) + 1),
        "interval" => match random.below(4) {
            0 => format!("{} mons {} days", random.below(3), random.below(60)),
            1 => format!("-{hour}:{minute}"),
            _ => format!("{} days {hour}:{minute}", random.below(60)),
        },
        "time with time zone" => {
            format!("{hour}:{minute}{}", random.pick(&["+00", "+01", "-05", "+05:30"]))
        }
        _ => format!("{hour}:{minute}:0.5"),
    }
}

fn number(random: &mut Random) -> String {
    match random.below(14) {
        0 => random
            .pick(&["NaN", "inf", "-Infinity", "1e39", "1e-50", "65520", "65519", "0x1p3", "6e-8"])
            .to_owned(),
        1 => f32::from_bits(random.next() as u32).to_string(),
        2 => format!("{}e-{}", random.below(2048), random.below(9)),
        3 => format!("-{}.{}", random.below(100), random.below(1000)),
        4 => format!(" {}.", random.below(100)),
        5 => "-0".to_owned(),
        _ => format!("{}.{}", random.below(10), random.below(10)),
    }
}

fn word(random: &mut Random) -> String {
    let letters = ["a", "b", "é", " ", ",", "\"", "\\", "(", ")", "{", "}", "[", "]", "\t", "null"];
    (0..random.below(5)).map(|_| random.pick(&letters)).collect()
}

fn hstore(random: &mut Random) -> String {
    let words =
        ["a", "bb", "\"x y\"", "NULL", "null", "\"NULL\"", "é", "c\\,d", "\"q\\\"\\\\\"", "=", ","];
    // Of more than six pairs with one key PostgreSQL keeps any.
    let pairs: Vec<String> = (0..random.below(6))
        .map(|_| {
            let between = random.pick(&["=>", "=>", " => ", "= >"]);
            format!("{}{between}{}", random.pick(&words[..9]), random.pick(&words))
        })
        .collect();
    pairs.join(random.pick(&[",", ", ", " , "]))
}

fn range(subtype: &str, random: &mut Random) -> String {
    if random.below(10) == 0 {
        return random.pick(&["empty", " EMPTY ", "[,]", "(,)"]).to_owned();
    }
    let mut bound = || match random.below(8) {
        0 => String::new(),
        1 => value(subtype, random),
        _ => quoted(&value(subtype, random), true),
    };
    let (lower, upper) = (bound(), bound());
    format!("{}{lower},{upper}{}", random.pick(&["[", "("]), random.pick(&["]", ")"]))
}

fn row(fields: &[&str], random: &mut Random) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|field| match random.below(6) {
            0 => String::new(),
            1 => value(field, random),
            _ => quoted(&value(field, random), true),
        })
        .collect();
    format!("({})", fields.join(","))
}

fn array(element: &str, random: &mut Random) -> String {
    let delimiter = if element == "corner" { ";" } else { "," };
    let element = |random: &mut Random| match random.below(8) {
        0 => "NULL".to_owned(),
        1 => value(element, random),
        _ => quoted(&value(element, random), false),
    };
    let list = |random: &mut Random, count| {
        let elements: Vec<String> = (0..count).map(|_| element(random)).collect();
        format!("{{{}}}", elements.join(delimiter))
    };
    let count = random.below(4);
    match random.below(6) {
        0 => format!("{{{}{delimiter}{}}}", list(random, count), list(random, count)),
        1 => format!("[0:{}]={}", count.saturating_sub(1), list(random, count)),
        _ => list(random, count),
    }
}

/// In quotes, of which those within are doubled or have a backslash before them.
fn quoted(text: &str, doubles: bool) -> String {
    let quote = if doubles { "\"\"" } else { "\\\"" };
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', quote))
}
