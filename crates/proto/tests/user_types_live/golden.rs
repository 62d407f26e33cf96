//! What PostgreSQL answered, kept in `tests/golden/user-types.tsv`.
//!
//! First the types with the OIDs that they had, `#`, the name and the number. Then a line for each
//! input: the type, the format of the input (`T` or `B`, then in hexadecimal), the input, and what
//! came of it: the text and the binary form, or `!`, the SQLSTATE and the message. To add a case,
//! write its first three columns and run the test against a server.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use trunkline_proto::{Format, Oid};

use crate::cases::Case;
use crate::printed::{escape, hex, unescape, unhex};
use crate::registered::Oids;
use crate::server::Outcome;

pub(crate) struct Golden {
    pub(crate) oids: Oids,
    pub(crate) cases: Vec<Case>,
    /// Whether there are cases that no server was asked about.
    pub(crate) is_new: bool,
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/user-types.tsv")
}

impl Golden {
    pub(crate) fn read() -> Golden {
        let text = fs::read_to_string(path()).unwrap();
        let (mut oids, mut cases) = (Oids::new(), Vec::new());
        for line in text.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            match columns.as_slice() {
                ["#", name, oid] => {
                    oids.insert((*name).to_owned(), Oid(oid.parse().unwrap()));
                }
                columns => cases.push(parse(columns)),
            }
        }
        let is_new = cases.iter().any(|case| case.outcome.is_none());
        Golden { oids, cases, is_new }
    }

    pub(crate) fn write(&self, oids: &Oids) {
        let mut text = String::new();
        for (name, oid) in oids {
            writeln!(text, "#\t{name}\t{oid}").unwrap();
        }
        for case in &self.cases {
            text.push_str(&line(case));
            text.push('\n');
        }
        fs::write(path(), text).unwrap();
    }
}

fn parse(columns: &[&str]) -> Case {
    let [type_name, format, input, outcome @ ..] = columns else {
        panic!("too few columns: {columns:?}");
    };
    let format = if *format == "B" { Format::Binary } else { Format::Text };
    let outcome = match outcome {
        ["!", sqlstate, message] => Some(Outcome::Error {
            sqlstate: (*sqlstate).to_owned(),
            message: String::from_utf8(unescape(message)).unwrap(),
        }),
        [text, binary] => Some(Outcome::Value { text: unescape(text), binary: unhex(binary) }),
        _ => None,
    };
    let input = if format == Format::Binary { unhex(input) } else { unescape(input) };
    Case { type_name: (*type_name).to_owned(), format, input, outcome }
}

fn line(case: &Case) -> String {
    let (format, input) = match case.format {
        Format::Text => ("T", escape(&case.input)),
        Format::Binary => ("B", hex(&case.input)),
    };
    let outcome = match &case.outcome {
        None => String::new(),
        Some(Outcome::Value { text, binary }) => format!("{}\t{}", escape(text), hex(binary)),
        Some(Outcome::Error { sqlstate, message }) => {
            format!("!\t{sqlstate}\t{}", escape(message.as_bytes()))
        }
    };
    format!("{}\t{format}\t{input}\t{outcome}", case.type_name)
}
