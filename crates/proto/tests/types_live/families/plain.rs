//! Random numbers, dates and words: the types that most tables have.

use trunkline_proto::Oid;

use super::Generate;
use crate::dice::Random;

pub(super) const PLAIN: [(&str, Generate); 22] = [
    ("integer", integer),
    ("bigint", integer),
    ("oid", integer),
    ("xid", integer),
    ("cid", integer),
    ("xid8", integer),
    ("real", float),
    ("double precision", float),
    ("numeric", decimal),
    ("bytea", bytea),
    ("uuid", uuid),
    ("date", date),
    ("time without time zone", time),
    ("time with time zone", time),
    ("timestamp without time zone", moment),
    ("timestamp with time zone", moment),
    ("interval", interval),
    ("pg_lsn", |random| {
        let digits = |random: &mut Random| {
            let bits = random.below(36);
            format!("{:X}", random.next() & ((1 << bits) - 1))
        };
        format!("{}/{}", digits(random), digits(random))
    }),
    ("int2vector", numbers),
    ("oidvector", numbers),
    ("smallint", integer),
    ("boolean", |random| random.pick(&["t", "true", "yes", "on", "1", "f", "n", "of"]).into()),
];

/// Numbers of objects, of which few are there, and sometimes their names.
pub(super) fn alias(random: &mut Random) -> (Oid, String) {
    let types = [
        Oid::REGPROC,
        Oid::REGPROCEDURE,
        Oid::REGOPER,
        Oid::REGOPERATOR,
        Oid::REGCLASS,
        Oid::REGCOLLATION,
        Oid::REGTYPE,
        Oid::REGROLE,
        Oid::REGNAMESPACE,
        Oid::REGCONFIG,
        Oid::REGDICTIONARY,
    ];
    let text = match random.below(8) {
        0 => random.pick(&["-", "0", "00", "08", "pg_class", "integer", "", "+", "010"]).into(),
        1 => format!("0{:o}", random.below(1 << 36)),
        _ => (1_000_000_000 + random.below(4_000_000_000)).to_string(),
    };
    (random.pick(&types), text)
}

fn numbers(random: &mut Random) -> String {
    let count = random.below(7);
    (0..count).fold(String::new(), |text, _| {
        let number = match random.below(12) {
            0 => integer(random),
            1 => "0".to_owned(),
            2 => format!("-{}", random.below(100)),
            _ => random.below(70_000).to_string(),
        };
        let between = random.pick(&[" ", " ", " ", " ", "  ", "\t", "\n", ","]);
        text + &number + between
    })
}

fn uuid(random: &mut Random) -> String {
    let shape = random.pick(&[
        "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxx-xxxx-xxxx-xxxx-xxxx-xxxx-xxxx-xxxx",
        "xxxxxx-xxxxxxxxxx-xxxxxxxxxxxxxxxx",
    ]);
    let text = pattern(random, shape);
    if random.below(4) == 0 { text.to_uppercase() } else { text }
}

pub(super) fn integer(random: &mut Random) -> String {
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

pub(super) fn float(random: &mut Random) -> String {
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
        return format!("\\x{}", crate::printed::hex(&bytes));
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
