//! Cases that are made up, the same ones each time.

use crate::cases::{Case, Kind, Value};

/// How many cases of a kind are kept, and how many are made while a server is asked.
const KEPT: u64 = 400;
const LIVE: u64 = 2_000;

pub(crate) fn golden(kind: Kind) -> Vec<Case> {
    cases(kind, 0x9e37_79b9_7f4a_7c15, KEPT)
}

pub(crate) fn live(kind: Kind) -> Vec<Case> {
    let count = std::env::var("TRUNKLINE_TEST_CASES").ok().map(|count| count.parse().unwrap());
    cases(kind, 0x2545_f491_4f6c_dd1d, count.unwrap_or(LIVE))
}

fn cases(kind: Kind, seed: u64, count: u64) -> Vec<Case> {
    let mut numbers = Numbers(seed);
    let make = |_| match kind {
        Kind::Options => numbers.any_options(),
        Kind::Out => numbers.out(),
        Kind::In => numbers.inward(),
    };
    (0..count).map(make).collect()
}

/// Values of options, good and bad.
const NAMES: [&str; 17] = [
    "format",
    "delimiter",
    "null",
    "default",
    "header",
    "quote",
    "escape",
    "force_quote",
    "force_not_null",
    "force_null",
    "freeze",
    "on_error",
    "reject_limit",
    "log_verbosity",
    "encoding",
    "oids",
    "format",
];
const WORDS: [&str; 36] = [
    "csv", "csv", "csv", "text", "binary", "xml", "CSV", ",", "|", "\"", "'", "\t", "\n", "\r", "",
    "ab", "a", "N", "\\", "\\N", "NULL", "é", "match", "Match", "true", "false", "on", "OFF",
    "stop", "IGNORE", "silent", "verbose", "utf8", "UTF-8", "7", "x,y",
];
const NUMBERS: [&str; 6] = ["0", "1", "2", "1.5", "99999999999999999999", "5"];
const COLUMNS: [&str; 5] = ["a", "b", "c", "zz", "a"];

/// Pieces of lines that mean something to some option.
const PIECES: [&[u8]; 48] = [
    b"1",
    b"2",
    b"-3",
    b"x",
    b"abc",
    b"\t",
    b"\t",
    b"\t",
    b",",
    b",",
    b",",
    b"|",
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"\"",
    b"\"",
    b"\"\"",
    b"'",
    b"\\",
    b"\\N",
    b"\\.",
    b"\\.\n",
    b"\n\\.\n",
    b"\\\\",
    b"\\t",
    b"\\n",
    b"\\b\\f\\r\\v",
    b"\\x41",
    b"\\x4",
    b"\\xg",
    b"\\101",
    b"\\7",
    b"\\303\\251",
    b"\\xff",
    b"\\0",
    "é".as_bytes(),
    "\u{1f600}".as_bytes(),
    b"\xc3",
    b"\xff",
    b"\0",
    b"NULL",
    b"D",
    b"",
    b" ",
    b"\\\t",
    b"\\,",
];

const TYPES: [(&str, &[&str]); 13] = [
    ("text", TEXTS),
    ("text", TEXTS),
    ("text", TEXTS),
    ("integer", &["0", "-1", "2147483647"]),
    ("double precision", &["1.5", "-0", "NaN", "1e300", "-Infinity"]),
    ("numeric", &["12.3400", "NaN", "-1"]),
    ("boolean", &["t", "f"]),
    ("date", &["2024-02-29", "infinity", "0044-03-15 BC"]),
    ("timestamp with time zone", &["2024-02-29 10:00:00.5+00", "-infinity"]),
    ("uuid", &["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
    ("interval", &["1 year 2 mons -3 days 04:05:06.7", "00:00:00"]),
    ("bytea", &["\\x", "\\xdeadbeef", "\\x5c2c09"]),
    ("text[]", &["{}", "{a,NULL,\"b c\"}", "{\"a,b\",\"\\\"\",\"\\\\\"}", "{\"x\ty\",\"\n\"}"]),
];
const TEXTS: &[&str] = &[
    "",
    "plain",
    "a\tb",
    "a,b",
    "a|b",
    "a\"b",
    "\"",
    "a'b",
    "\\",
    "\\N",
    "\\.",
    "\\\\.",
    "a\nb",
    "\r",
    "\r\n",
    "\u{8}\u{c}\u{b}\u{1}\u{7f}",
    "é\u{1f600}",
    " ",
    "NULL",
    "D",
    "x,\"y\"",
    "a long text of more than sixteen bytes",
    "a long text, of more than sixteen bytes",
    "sixteen bytes  \t",
    "0123456789abcde,f",
    "nul",
    "1",
];

struct Numbers(u64);

impl Numbers {
    fn any_options(&mut self) -> Case {
        let out = self.below(2) == 0;
        let data = if out { b"TO".to_vec() } else { b"FROM".to_vec() };
        if self.below(2) == 0 {
            return Case::new(Kind::Options, self.options(out), data);
        }
        let mut options = Vec::new();
        for _ in 0..=self.below(4) {
            let name = *self.choice(&NAMES);
            let value = match (name, self.below(8)) {
                ("format", 0..6) => {
                    let format = *self.choice(&["csv", "csv", "text", "binary"]);
                    Value::Text(format.to_owned())
                }
                ("force_quote" | "force_null" | "force_not_null", 0..6) => self.columns(),
                (_, 0) => Value::Absent,
                (_, 1) => Value::Number((*self.choice(&NUMBERS)).to_owned()),
                (_, 2) if self.below(4) == 0 => Value::All,
                (_, 3) if self.below(4) == 0 => Value::List(vec!["a".to_owned()]),
                _ => Value::Text((*self.choice(&WORDS)).to_owned()),
            };
            options.push((name.to_owned(), value));
        }
        Case::new(Kind::Options, options, data)
    }

    /// Options that may fit together.
    fn options(&mut self, out: bool) -> Vec<(String, Value)> {
        let mut options = Vec::new();
        let mut add = |name: &str, value: &str| {
            options.push((name.to_owned(), Value::Text(value.to_owned())));
        };
        let format = self.below(8);
        match format {
            0 => add("format", "binary"),
            1..5 => add("format", "csv"),
            _ => {}
        }
        if format == 0 {
            return options;
        }
        let is_csv = format < 5;
        if self.below(3) == 0 {
            add(
                "delimiter",
                self.word(&[",", "|", ";", " ", "-", ":", "\u{1}", "'", "x", "\t", "N"]),
            );
        }
        if self.below(3) == 0 {
            add("null", self.word(&["", "NULL", "\\N", "nul", "1", "a", "\\"]));
        }
        if is_csv && self.below(3) == 0 {
            add("quote", self.word(&["'", "\"", "|", "\\", "a", "1", "\n", "\r"]));
        }
        if is_csv && self.below(3) == 0 {
            add("escape", self.word(&["\\", "'", "\"", ",", "a", "\n"]));
        }
        if !out && self.below(4) == 0 {
            add("default", self.word(&["D", "\\D", "", "1"]));
        }
        if self.below(3) == 0 {
            let words: &[&str] = if out { &["true", "off"] } else { &["true", "match", "off"] };
            add("header", self.word(words));
        }
        if is_csv && self.below(3) == 0 {
            let option = match (out, self.below(2)) {
                (true, _) => "force_quote",
                (false, 0) => "force_null",
                (false, _) => "force_not_null",
            };
            let value =
                if self.below(2) == 0 { Value::All } else { Value::List(vec!["a".to_owned()]) };
            options.push((option.to_owned(), value));
        }
        options
    }

    fn out(&mut self) -> Case {
        let options = self.options(true);
        let columns: Vec<_> = (0..=self.below(5).min(4)).map(|_| *self.choice(&TYPES)).collect();
        let rows: Vec<String> = (0..=self.below(4))
            .map(|_| {
                let cells = columns.iter().map(|(type_name, texts)| match self.below(5) {
                    0 => (*type_name).to_owned(),
                    _ => format!("{type_name}:{}", self.choice(texts)),
                });
                cells.collect::<Vec<_>>().join("\x1f")
            })
            .collect();
        Case::new(Kind::Out, options, rows.join("\x1e").into_bytes())
    }

    fn inward(&mut self) -> Case {
        let options = self.options(false);
        let is_binary = options.iter().any(|(_, value)| *value == Value::Text("binary".to_owned()));
        let table = *self.choice(&["three", "three", "three", "one", "one", "zero"]);
        let has = |name: &str| options.iter().any(|(option, _)| option == name);
        // The table without columns has no column `a`.
        let table = if table == "zero" && (has("force_null") || has("force_not_null")) {
            "one"
        } else {
            table
        };
        let mut data = format!("{table}:").into_bytes();
        let start = data.len();
        if is_binary {
            self.binary(table, &mut data);
        } else {
            self.lines(table, &options, &mut data);
        }
        for _ in 0..self.below(3) {
            self.spoil(start, &mut data);
        }
        Case::new(Kind::In, options, data)
    }

    fn lines(&mut self, table: &str, options: &[(String, Value)], data: &mut Vec<u8>) {
        let text = |name: &str, or: &str| {
            let found = options.iter().find(|(option, _)| option == name);
            match found {
                Some((_, Value::Text(text))) => text.clone(),
                _ => or.to_owned(),
            }
        };
        let is_csv = text("format", "text") == "csv";
        let delimiter = text("delimiter", if is_csv { "," } else { "\t" });
        let (quote, null) = (text("quote", "\""), text("null", if is_csv { "" } else { "\\N" }));
        let end = *self.choice(&["\n", "\n", "\n", "\r\n", "\r"]);
        let columns = match table {
            "three" => 3,
            "one" => 1,
            _ => 0,
        };
        if options.iter().any(|(name, _)| name == "header") {
            let names = ["a", "b", "c"][..columns].join(&delimiter);
            data.extend_from_slice(names.as_bytes());
            data.extend_from_slice(end.as_bytes());
        }
        for _ in 0..self.below(4) {
            for column in 0..columns {
                if column > 0 {
                    data.extend_from_slice(delimiter.as_bytes());
                }
                match self.below(8) {
                    0 => data.extend_from_slice(null.as_bytes()),
                    1 => data.extend_from_slice(text("default", "D").as_bytes()),
                    2..5 if is_csv => {
                        data.extend_from_slice(quote.as_bytes());
                        let piece = if column == 0 { b"12" } else { *self.choice(&PIECES) };
                        data.extend_from_slice(piece);
                        data.extend_from_slice(quote.as_bytes());
                    }
                    _ if column == 0 => data.extend_from_slice(b"34"),
                    _ => {
                        for _ in 0..self.below(3) {
                            let piece = *self.choice(&PIECES);
                            // Mostly what does not end the line.
                            if self.below(4) == 0
                                || !piece.iter().any(|b| matches!(b, b'\n' | b'\r' | b'\0' | 0xff))
                            {
                                data.extend_from_slice(piece);
                            }
                        }
                    }
                }
            }
            data.extend_from_slice(end.as_bytes());
        }
    }

    fn binary(&mut self, table: &str, data: &mut Vec<u8>) {
        data.extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0");
        let extension = *self.choice(&[0_u8, 0, 0, 3]);
        data.extend_from_slice(&[0, 0, 0, extension]);
        data.extend_from_slice(&[b'e'; 3][..usize::from(extension)]);
        for _ in 0..self.below(4) {
            let fields: &[&[u8]] = match table {
                "three" => &[b"\0\0\0\x07", b"two", b"\xc3\xa9"],
                "one" => &[b"x\ty"],
                _ => &[],
            };
            data.extend_from_slice(&[0, u8::try_from(fields.len()).unwrap()]);
            for field in fields {
                if self.below(5) == 0 {
                    data.extend_from_slice(&[0xff; 4]);
                } else {
                    data.extend_from_slice(&[0, 0, 0, u8::try_from(field.len()).unwrap()]);
                    data.extend_from_slice(field);
                }
            }
        }
        if self.below(2) == 0 {
            data.extend_from_slice(&[0xff; 2]);
        }
    }

    fn spoil(&mut self, start: usize, data: &mut Vec<u8>) {
        let place = start + self.below(data.len() - start + 1);
        match self.below(5) {
            0 => data.truncate(place),
            1 => drop(data.drain(place..(place + self.below(4)).min(data.len()))),
            2 if place < data.len() => {
                data[place] =
                    self.choice(&[0, 1, 0x7f, 0x80, 0xff, b'\n', b'"', b'\\', b'\t']).to_owned()
            }
            _ => {
                let piece = self.choice(&PIECES).to_vec();
                data.splice(place..place, piece);
            }
        }
    }

    fn columns(&mut self) -> Value {
        match self.below(3) {
            0 => Value::All,
            1 => Value::List(vec![(*self.choice(&COLUMNS)).to_owned()]),
            _ => {
                let (one, other) = (*self.choice(&COLUMNS), *self.choice(&COLUMNS));
                Value::List(vec![one.to_owned(), other.to_owned()])
            }
        }
    }

    fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }

    fn choice<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.below(things.len())]
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % u64::try_from(end).unwrap()).unwrap()
    }
}
