//! JSON, paths into it, and XML.

use super::Generate;
use crate::dice::Random;

pub(super) const DOCUMENTS: [(&str, Generate); 4] = [
    ("json", |random| json(random, 4)),
    ("jsonb", |random| json(random, 4)),
    ("jsonpath", super::paths::path),
    ("xml", |random| xml(random, 3)),
];

fn json(random: &mut Random, depth: u64) -> String {
    let space = |random: &mut Random| random.pick(&["", "", "", "", " ", "\t", "\n", "\r "]);
    let value = match random.below(if depth == 0 { 4 } else { 8 }) {
        0 => number(random),
        1 => string(random),
        2 => {
            random.pick(&["true", "false", "null", "{}", "[]", "nul", "True", "{ }", "1,2"]).into()
        }
        3 => number(random),
        4 | 5 => {
            let count = random.below(5);
            let elements: Vec<String> = (0..count).map(|_| json(random, depth - 1)).collect();
            format!("[{}]", elements.join(random.pick(&[",", ",", ", "])))
        }
        _ => {
            let count = random.below(6);
            let member = |random: &mut Random| {
                let key = match random.below(3) {
                    0 => string(random),
                    _ => random.pick(&["\"a\"", "\"b\"", "\"aa\"", "\"\"", "\"\\u0061\""]).into(),
                };
                format!("{key}{}:{}{}", space(random), space(random), json(random, depth - 1))
            };
            let members: Vec<String> = (0..count).map(|_| member(random)).collect();
            format!("{{{}}}", members.join(","))
        }
    };
    format!("{}{value}{}", space(random), space(random))
}

fn xml(random: &mut Random, depth: u64) -> String {
    let part = |random: &mut Random| match random.below(if depth == 0 { 4 } else { 7 }) {
        0 => random
            .pick(&["text", "é€", "&amp;", "&#65;", " ", "\n", "<!-- c -->", "<?p i?>"])
            .into(),
        1 => random.pick(&["<a/>", "<a b='c'/>", "<![CDATA[<]]>", "", "&lt;", "x > y"]).into(),
        2 => random.pick(&["<a", "</a>", "&", "<", "<a b=c/>", "&none;"]).into(),
        3 => "plain".to_owned(),
        _ => format!("<e a=\"1\">{}</e>", xml(random, depth - 1)),
    };
    (0..=random.below(3)).map(|_| part(random)).collect()
}

fn number(random: &mut Random) -> String {
    let sign = random.pick(&["", "", "", "-", "-", "+"]);
    let whole = match random.below(6) {
        0 => "0".to_owned(),
        1 => format!("0{}", random.below(10)),
        2 => (random.next() >> 1).to_string() + &random.next().to_string(),
        _ => random.below(100_000).to_string(),
    };
    let fraction = match random.below(3) {
        0 => format!(".{:0width$}", random.below(1000), width = 1 + (random.below(6) as usize)),
        1 if random.below(8) == 0 => ".".to_owned(),
        _ => String::new(),
    };
    let exponent = match random.below(8) {
        0 => format!("e{}", random.below(40)),
        1 => format!("E-{}", random.below(40)),
        2 if random.below(8) == 0 => format!("e+{}", random.below(140_000)),
        3 if random.below(8) == 0 => "e".to_owned(),
        _ => String::new(),
    };
    format!("{sign}{whole}{fraction}{exponent}")
}

fn string(random: &mut Random) -> String {
    let length = random.below(6);
    let part = |random: &mut Random| match random.below(10) {
        0 => random.pick(&["\\n", "\\t", "\\b", "\\f", "\\r", "\\\"", "\\\\", "\\/"]).into(),
        1 => format!("\\u{:04x}", random.below(0x1_0000)),
        2 => format!("\\u{:04X}", random.below(0x80)),
        3 => format!("\\ud8{:02x}\\udc{:02x}", random.below(256), random.below(256)),
        4 => random.pick(&["é", "€", "😀", "\u{7f}", "\u{1}", "\\x", "'", "\\u00"]).into(),
        _ => char::from(b'a' + random.below(26) as u8).to_string(),
    };
    let parts: String = (0..length).map(|_| part(random)).collect();
    format!("\"{parts}\"")
}
