//! Random inputs of the types that few tables have.

use super::Generate;
use crate::dice::Random;

/// The types, and what their texts look like.
pub(super) const RARE: [(&str, Generate); 30] = [
    ("bit", bits),
    ("bit varying", bits),
    ("inet", address),
    ("cidr", address),
    ("macaddr", |random| device(random, 6)),
    ("macaddr8", |random| {
        let bytes = random.pick(&[6, 8, 8, 7]);
        device(random, bytes)
    }),
    ("money", money),
    ("tid", |random| {
        let block = random.pick(&[0_u64, 1, 77, 4_294_967_295, 4_294_967_296]);
        format!("({block},{})", random.pick(&[0, 1, 9, 65_535, 65_536]))
    }),
    ("point", |random| point(random)),
    ("line", |random| match random.below(3) {
        0 => enclosed(random, 2),
        _ => format!("{{{},{},{}}}", number(random), number(random), number(random)),
    }),
    ("lseg", |random| enclosed(random, 2)),
    ("box", |random| enclosed(random, 2)),
    ("path", shape),
    ("polygon", shape),
    ("circle", |random| {
        let (before, after) = random.pick(&[("<", ">"), ("(", ")"), ("", "")]);
        format!("{before}{},{}{after}", point(random), number(random))
    }),
    ("int4range", |random| range(random, small)),
    ("int8range", |random| range(random, small)),
    ("numrange", |random| range(random, number)),
    ("daterange", |random| range(random, day)),
    ("tsrange", |random| range(random, day)),
    ("tstzrange", |random| range(random, day)),
    ("int4multirange", |random| ranges(random, small)),
    ("int8multirange", |random| ranges(random, small)),
    ("nummultirange", |random| ranges(random, number)),
    ("datemultirange", |random| ranges_of(random, day)),
    ("tsmultirange", |random| ranges_of(random, day)),
    ("tstzmultirange", |random| ranges_of(random, day)),
    ("tsvector", lexemes),
    ("tsquery", |random| searched(random, 3)),
    ("pg_snapshot", |random| {
        let (xmin, length) = (random.below(30), random.below(10));
        let running: Vec<String> =
            (0..random.below(4)).map(|at| (xmin + at * random.below(4)).to_string()).collect();
        format!("{xmin}:{}:{}", xmin + length, running.join(","))
    }),
];

fn lexeme(random: &mut Random) -> String {
    let characters = ["a", "b", "B", "é", "1", "_", "\\\\", "''", "\\'", "\\ "];
    let length = random.below(3) + 1;
    let word: String = (0..length).map(|_| random.pick(&characters)).collect();
    match random.below(3) {
        0 => format!("'{word}'"),
        1 => random.pick(&["a", "b", "cat", "ab", "dog"]).to_owned(),
        _ => word,
    }
}

fn lexemes(random: &mut Random) -> String {
    let count = random.below(6);
    let words: Vec<String> = (0..count)
        .map(|_| {
            let count = random.below(4);
            let positions: Vec<String> = (0..count)
                .map(|_| {
                    let weight = random.pick(&["", "", "A", "b", "C", "d", "*"]);
                    format!("{}{weight}", random.below(20) + 1)
                })
                .collect();
            match count {
                0 => lexeme(random),
                _ => format!("{}:{}", lexeme(random), positions.join(",")),
            }
        })
        .collect();
    words.join(random.pick(&[" ", " ", "  "]))
}

fn searched(random: &mut Random, depth: u64) -> String {
    if depth == 0 || random.below(3) == 0 {
        let marks = random.pick(&["", "", "", ":A", ":*", ":bc", ":*D", ":"]);
        return format!("{}{marks}", lexeme(random));
    }
    let (left, right) = (searched(random, depth - 1), searched(random, depth - 1));
    match random.below(7) {
        0 => format!("!{left}"),
        1 => format!("({left})"),
        2 => format!("{left} | {right}"),
        3 => format!("{left} <-> {right}"),
        4 => format!("{left} <{}> ({right})", random.below(20)),
        5 => format!("({left}) & {right}"),
        _ => format!("{left} & {right}"),
    }
}

fn small(random: &mut Random) -> String {
    match random.below(12) {
        0 => String::new(),
        1 => "2147483647".to_owned(),
        2 => "9223372036854775807".to_owned(),
        3 => format!("-{}", random.below(10)),
        4 => format!("\"{}\"", random.below(10)),
        _ => random.below(10).to_string(),
    }
}

fn day(random: &mut Random) -> String {
    match random.below(8) {
        0 => {
            random.pick(&["", "infinity", "-infinity", "5874897-12-31", "294276-12-31"]).to_owned()
        }
        1 => format!("2024-01-0{} 10:11:12.5", random.below(9) + 1),
        2 => format!("\"2024-01-0{}\"", random.below(9) + 1),
        _ => format!("2024-01-0{}", random.below(9) + 1),
    }
}

fn range(random: &mut Random, bound: Generate) -> String {
    if random.below(12) == 0 {
        return random.pick(&["empty", "EMPTY", " empty ", "empt"]).to_owned();
    }
    let (lower, upper) = (bound(random), bound(random));
    format!("{}{lower},{upper}{}", random.pick(&["[", "("]), random.pick(&["]", ")"]))
}

fn ranges(random: &mut Random, bound: Generate) -> String {
    let count = random.below(5);
    let ranges: Vec<String> = (0..count)
        .map(|_| {
            let (low, high) = (random.below(20), random.below(4));
            match random.below(6) {
                0 => range(random, bound),
                _ => format!(
                    "{}{low},{}{}",
                    random.pick(&["[", "("]),
                    low + high,
                    random.pick(&["]", ")"])
                ),
            }
        })
        .collect();
    let between = random.pick(&[",", ",", " , "]);
    format!("{{{}}}", ranges.join(between))
}

fn ranges_of(random: &mut Random, bound: Generate) -> String {
    let count = random.below(4);
    let ranges: Vec<String> = (0..count).map(|_| range(random, bound)).collect();
    format!("{{{}}}", ranges.join(","))
}

fn number(random: &mut Random) -> String {
    match random.below(12) {
        0 => random
            .pick(&["NaN", "inf", "-Infinity", "-0", "1e-7", "1e308", "-1e308", "1e-308"])
            .into(),
        1 => format!("{}.{}", random.below(1000), random.below(1000)),
        2 => f64::from_bits(random.next()).to_string(),
        3 => format!("{}e{}", random.below(100), random.below(400)),
        4 => format!(" -{} ", random.below(10)),
        _ => random.below(4).to_string(),
    }
}

fn point(random: &mut Random) -> String {
    let (x, y) = (number(random), number(random));
    random
        .pick(&["({x},{y})", "({x},{y})", "{x},{y}", " ( {x} , {y} ) "])
        .replace("{x}", &x)
        .replace("{y}", &y)
}

fn enclosed(random: &mut Random, count: u64) -> String {
    let points: Vec<String> = (0..count).map(|_| point(random)).collect();
    let (before, after) = random.pick(&[("", ""), ("(", ")"), ("[", "]"), (" ( ", " ) ")]);
    format!("{before}{}{after}", points.join(","))
}

fn shape(random: &mut Random) -> String {
    let count = random.below(4) + 1;
    enclosed(random, count)
}

fn bits(random: &mut Random) -> String {
    let length = random.below(40);
    let (prefix, digits) =
        random.pick(&[("", 2), ("", 2), ("b", 2), ("B", 2), ("x", 16), ("X", 16)]);
    let digit = |random: &mut Random| char::from_digit(random.below(digits) as u32, 16).unwrap();
    (0..length).fold(prefix.to_owned(), |text, _| text + &digit(random).to_string())
}

fn address(random: &mut Random) -> String {
    let octet = |random: &mut Random| random.pick(&[0, 1, 10, 127, 128, 192, 224, 240, 255]);
    let octets = |random: &mut Random| {
        let count = random.pick(&[1, 2, 3, 4, 4, 4, 4]);
        let octets: Vec<String> = (0..count).map(|_| octet(random).to_string()).collect();
        octets.join(".")
    };
    let (address, most) = match random.below(8) {
        0..3 => (octets(random), 34),
        3 => (format!("0x{:x}", random.next() >> random.pick(&[32, 40, 48, 56, 60])), 34),
        _ => {
            let count = random.pick(&[3, 5, 6, 7, 7, 8, 8, 8]);
            let word = |random: &mut Random| match random.below(6) {
                0..3 => "0".to_owned(),
                3 => String::new(),
                4 => "ffff".to_owned(),
                _ => {
                    let bits = random.pick(&[1, 8, 16, 17]);
                    format!("{:x}", random.below(1 << bits))
                }
            };
            let mut words: Vec<String> = (0..count).map(|_| word(random)).collect();
            match random.below(8) {
                0 => words.push(octets(random)),
                1 => words.insert(0, ":".to_owned()),
                2 => words.push(":".to_owned()),
                _ => {}
            }
            (words.join(":"), 130)
        }
    };
    match random.below(3) {
        0 => format!("{address}/{}", random.below(most)),
        1 => format!("{address}/{}", random.below(most / 8) * 8),
        _ => address,
    }
}

fn device(random: &mut Random, bytes: u64) -> String {
    let mark = random.pick(&["", ":", "-", "."]);
    let every = random.pick(&[1, 1, 2, 3]);
    let width = random.pick(&[1, 2, 2, 2, 2]);
    let mut text = random.pick(&["", "", "", " "]).to_owned();
    for place in 0..bytes {
        if place > 0 && place % every == 0 {
            text.push_str(mark);
        }
        text.push_str(&format!("{:0width$x}", random.below(256)));
    }
    text + random.pick(&["", "", "", "", " ", "\t", "0"])
}

fn money(random: &mut Random) -> String {
    let around = [
        ("", ""),
        ("", ""),
        ("-", ""),
        ("$", ""),
        ("-$", ""),
        ("(", ")"),
        ("", "-"),
        ("$ ", " "),
        ("+", "$"),
    ];
    let (before, after) = random.pick(&around);
    let bits = random.below(70);
    let mut whole = (u128::from(random.next()) & ((1 << bits) - 1)).to_string();
    if random.below(3) == 0 && whole.len() > 3 {
        whole.insert(whole.len() - 3, ',');
    }
    let decimals = match random.below(5) {
        0 => String::new(),
        1 => ".".to_owned(),
        _ => {
            let below = random.pick(&[10, 100, 1000, 10_000]);
            format!(".{}", random.below(below))
        }
    };
    format!("{before}{whole}{decimals}{after}")
}
