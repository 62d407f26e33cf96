//! Random inputs: sound values, and the same with a few bytes changed.

use trunkline_proto::Oid;
use trunkline_proto::types::{TextStyle, ToPg, Value};

use crate::golden::{Case, oid_of};
use crate::rare::RARE;

/// How many inputs each family gets, in text and again in binary.
const PER_FAMILY: usize = 3000;

pub(crate) type Generate = fn(&mut Random) -> String;

/// The inputs of each type, the same in every run.
pub(crate) fn families() -> Vec<Vec<Case>> {
    let text: [(&str, Generate); 19] = [
        ("smallint", integer),
        ("integer", integer),
        ("bigint", integer),
        ("oid", integer),
        ("real", float),
        ("double precision", float),
        ("numeric", decimal),
        ("boolean", |random| random.pick(&["t", "true", "yes", "on", "1", "f", "n", "of"]).into()),
        ("bytea", bytea),
        ("uuid", |random| pattern(random, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")),
        ("date", date),
        ("time without time zone", time),
        ("time with time zone", time),
        ("timestamp without time zone", moment),
        ("timestamp with time zone", moment),
        ("interval", interval),
        ("integer[]", |random| array(random, |random| random.below(100).to_string())),
        ("text[]", |random| array(random, word)),
        ("pg_lsn", |random| pattern(random, "x/xxxxxxxx")),
    ];
    text.into_iter().chain(RARE).map(|(name, generate)| family(oid_of(name), generate)).collect()
}

fn family(oid: Oid, generate: Generate) -> Vec<Case> {
    let mut random = Random(u64::from(oid.0) + 0x9e37_79b9_7f4a_7c15);
    let mut cases = Vec::new();
    for _ in 0..PER_FAMILY {
        let mut text = generate(&mut random).into_bytes();
        let value = Value::decode(oid, trunkline_proto::Format::Text, &text, &TextStyle::default());
        if random.below(3) == 0 {
            random.spoil(&mut text, alphabet(oid));
        }
        let settings = style(oid, &mut random);
        cases.push(case(oid, settings, false, text));
        let mut bytes = Vec::new();
        if let Ok(value) = value
            && value
                .encode(oid, trunkline_proto::Format::Binary, &TextStyle::default(), &mut bytes)
                .is_ok()
        {
            if random.below(2) == 0 {
                let any: Vec<u8> = (0..16).map(|_| random.byte()).collect();
                random.spoil(&mut bytes, &any);
            }
            cases.push(case(oid, settings, true, bytes));
        }
    }
    cases
}

/// What to spoil text with. Letters next to digits would read as POSIX zones with offsets of days.
fn alphabet(oid: Oid) -> &'static [u8] {
    match oid {
        Oid::DATE | Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ => {
            b" +-.,:/0159{}\"\\[]=_"
        }
        _ => b" +-.,:/0159eTxnul{}\"\\[]=_PYMDHWS",
    }
}

fn style(oid: Oid, random: &mut Random) -> &'static str {
    let styles: &[&str] = match oid {
        Oid::INTERVAL => &[
            "",
            "IntervalStyle=postgres_verbose",
            "IntervalStyle=sql_standard",
            "IntervalStyle=iso_8601",
        ],
        Oid::FLOAT4 | Oid::FLOAT8 | Oid::POINT => {
            &["", "", "extra_float_digits=0", "extra_float_digits=-5"]
        }
        Oid::DATE | Oid::TIMESTAMP => {
            &["", "", "DateStyle=SQL, DMY", "DateStyle=Postgres, MDY", "DateStyle=ISO, YMD"]
        }
        Oid::TIMESTAMPTZ if cfg!(feature = "time") => {
            &["", "", "TimeZone=Europe/Paris", "TimeZone=America/New_York", "TimeZone=+05:45"]
        }
        _ => &[""],
    };
    random.pick(styles)
}

fn case(oid: Oid, settings: &str, binary: bool, input: Vec<u8>) -> Case {
    Case { oid, settings: settings.to_owned(), binary, input, outcome: None }
}

fn integer(random: &mut Random) -> String {
    let bits = random.below(70);
    let value = i128::from(random.next()) & ((1 << bits) - 1);
    match random.below(8) {
        0 => format!("{}{value:#x}", random.pick(&["", "-"])),
        1 => format!("-{value:#o}"),
        2 => format!("{value:#b}"),
        3 => format!(" {value} "),
        4 | 5 => format!("-{value}"),
        _ => value.to_string(),
    }
}

fn float(random: &mut Random) -> String {
    match random.below(7) {
        6 => format!("{}e{}", random.below(1_000_000), random.below(30)),
        0 => f64::from_bits(random.next()).to_string(),
        1 => format!("{:e}", f64::from_bits(random.next())),
        2 => f32::from_bits(random.next() as u32).to_string(),
        3 => format!("{}e{}", random.below(1 << 40), random.below(60) as i64 - 30),
        // Near the middle between two floats.
        4 => ((random.below(1 << 54) as f64) * 2_f64.powi(random.below(90) as i32)).to_string(),
        _ => format!("{}.{}", random.below(100_000), random.below(1_000_000)),
    }
}

fn decimal(random: &mut Random) -> String {
    let mut text = random.pick(&["", "", "-", "+", " "]).to_string();
    let before = random.below(30);
    let after = random.below(30);
    for _ in 0..before {
        text.push(random.digit());
    }
    if after > 0 {
        text.push('.');
    }
    for _ in 0..after {
        text.push(random.digit());
    }
    match random.below(6) {
        0 => format!("{text}e{}", random.below(50)),
        1 => format!("{text}e-{}", random.below(50)),
        _ => text,
    }
}

fn bytea(random: &mut Random) -> String {
    let length = random.below(20);
    let bytes: Vec<u8> = (0..length).map(|_| random.byte()).collect();
    if random.below(2) == 0 {
        return format!("\\x{}", crate::golden::hex(&bytes));
    }
    bytes.iter().fold(String::new(), |text, byte| match byte {
        b'a'..=b'z' => text + &char::from(*byte).to_string(),
        _ => text + &format!("\\{byte:03o}"),
    })
}

fn pattern(random: &mut Random, pattern: &str) -> String {
    let digit = |random: &mut Random| char::from_digit(random.below(16) as u32, 16).unwrap();
    pattern.chars().map(|c| if c == 'x' { digit(random) } else { c }).collect()
}

const MONTHS: [&str; 12] =
    ["Jan", "feb", "March", "apr", "May", "JUN", "July", "aug", "Sept", "Oct", "nov", "december"];

fn date(random: &mut Random) -> String {
    let year = random.pick(&[1, 44, 70, 99, 1582, 1900, 1999, 2000, 2024, 9999, 10_000, 200_000]);
    let (month, day) = (random.below(12) + 1, random.below(31) + 1);
    let name = MONTHS[month as usize - 1];
    let era = random.pick(&["", "", "", "", " BC", " AD"]);
    match random.below(12) {
        0..4 => format!("{year:04}-{month:02}-{day:02}{era}"),
        4 => format!("{year}-{month}-{day}{era}"),
        5 => format!("{month}/{day}/{year}{era}"),
        6 => format!("{day}.{month}.{year}{era}"),
        7 => format!("{name} {day}, {year}{era}"),
        8 => format!("{day} {name} {year}{era}"),
        9 => format!("{year:04}{month:02}{day:02}{era}"),
        10 => format!("{day:02}-{name}-{year}{era}"),
        _ => format!("{year}.{:03}", random.below(370)),
    }
}

fn time(random: &mut Random) -> String {
    let (h, m, s) = (random.below(26), random.below(61), random.below(61));
    let fraction = random.below(10_000_000);
    let time = match random.below(8) {
        0 => format!("{h:02}:{m:02}"),
        1 => format!("{h}:{m}:{s}"),
        2 => format!("{h:02}{m:02}{s:02}"),
        3 => format!("{}:{m:02} {}", h % 13, random.pick(&["am", "PM"])),
        4 | 5 => format!("{h:02}:{m:02}:{s:02}.{fraction:07}"),
        6 => format!("{h:02}:{m:02}:{s:02}.{}", random.below(100)),
        _ => format!("{h:02}:{m:02}:{s:02}"),
    };
    time + random.pick(&[
        "",
        "",
        "",
        "",
        "Z",
        "+02",
        "-08:30",
        " +0545",
        " PST",
        " CEST",
        "+01:02:03",
    ])
}

fn moment(random: &mut Random) -> String {
    let (date, time) = (date(random), time(random));
    match random.below(10) {
        0 => format!("{time} {date}"),
        1 if !date.ends_with(['C', 'D']) => format!("{date}T{time}"),
        2 => date,
        _ => format!("{date} {time}"),
    }
}

fn interval(random: &mut Random) -> String {
    const UNITS: [&str; 16] = [
        "year", "years", "y", "mon", "months", "week", "days", "d", "hours", "h", "mins", "m",
        "seconds", "s", "ms", "decade",
    ];
    let number = |random: &mut Random| {
        let sign = random.pick(&["", "", "", "-", "+"]);
        match random.below(4) {
            0 => format!("{sign}{}.{}", random.below(100), random.below(1000)),
            _ => format!("{sign}{}", random.below(1000)),
        }
    };
    let mut text = String::new();
    match random.below(4) {
        0 => {
            text.push('P');
            for unit in ["Y", "M", "W", "D", "T", "H", "M", "S"] {
                if unit == "T" {
                    text.push('T');
                } else if random.below(2) == 0 {
                    text.push_str(number(random).trim_start_matches('+'));
                    text.push_str(unit);
                }
            }
        }
        1 => {
            text = format!("{}-{} ", number(random), random.below(13));
            text.push_str(&format!("{} {}", number(random), time(random)));
        }
        _ => {
            for _ in 0..=random.below(4) {
                let unit = random.pick(&UNITS);
                text.push_str(&format!("{} {unit} ", number(random)));
            }
            text.push_str(random.pick(&["", "", "ago", "1:02:03", "-4:05:06.789"]));
        }
    }
    text
}

fn array(random: &mut Random, element: Generate) -> String {
    let depth = random.below(3);
    let length = random.below(4);
    let bounds = match random.below(6) {
        0 => format!("[0:{}]=", length as i64 - 1),
        _ => String::new(),
    };
    bounds + &level(random, depth, length, element)
}

fn level(random: &mut Random, depth: u64, length: u64, element: Generate) -> String {
    let parts: Vec<String> = (0..length)
        .map(|_| match (depth, random.below(10)) {
            (0, 0) => "NULL".to_owned(),
            (0, 1) => format!("\"{}\"", element(random)),
            (0, _) => element(random),
            _ => level(random, depth - 1, length, element),
        })
        .collect();
    format!("{{{}}}", parts.join(","))
}

fn word(random: &mut Random) -> String {
    let length = random.below(6);
    let characters = ["a", "B", " ", "\\\\", "\\\"", "é", "1", "_", "\\{", "n"];
    (0..length).map(|_| random.pick(&characters)).collect()
}

/// xorshift64*
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 8) % limit
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }

    fn digit(&mut self) -> char {
        char::from(b'0' + self.below(10) as u8)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// Changes, adds or removes one to three bytes.
    fn spoil(&mut self, bytes: &mut Vec<u8>, with: &[u8]) {
        for _ in 0..=self.below(3) {
            let place = self.below(bytes.len() as u64 + 1) as usize;
            let byte = self.pick(with);
            match self.below(3) {
                0 => bytes.insert(place, byte),
                1 if place < bytes.len() => bytes[place] = byte,
                _ if place < bytes.len() => drop(bytes.remove(place)),
                _ => {}
            }
        }
    }
}
